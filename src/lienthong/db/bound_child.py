"""Children that do not outlive the process that started them, however that one ends."""

import ctypes
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_SET_PARENT_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG of linux/prctl.h

_BECOME: Final = '[ "$PPID" = "$1" ] || exit 143; shift; exec "$@"'
"""143: what a shell says of a process that SIGTERM ended."""


def ending_with_us(command: Sequence[str | Path], number: signal.Signals) -> list[str]:
    """Return `command` so that Linux sends it `number` when this process ends, by SIGKILL too.

    The command's process id, user and files stay what they would be: a program of Debian's essential
    util-linux asks the kernel (PR_SET_PDEATHSIG) and becomes a shell, which becomes the command unless the
    starter died in the moment before the kernel was asked. Only whoever calls this may start what it returns.
    The kernel watches the thread that starts the child, so a child of any thread but the main one is left
    unbound: it would end with its thread. So is one started where that program is missing.
    """
    words = [str(word) for word in command]
    program = shutil.which("setpriv", path="/usr/bin:/bin")
    if program is None or threading.current_thread() is not threading.main_thread():
        return words
    bound = [program, "--pdeathsig", number.name.removeprefix("SIG"), "--"]
    return [*bound, "/bin/sh", "-c", _BECOME, "sh", str(os.getpid()), *words]


def end_with_parent(number: signal.Signals) -> None:
    """Ask Linux to send `number` to this process, forked by `multiprocessing`, when its parent ends.

    For workers that somebody else starts. To be called in their main thread.
    """
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, ctypes.c_ulong(number), *[ctypes.c_ulong(0)] * 3)
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid != os.getppid():  # it ended before we asked
        os.kill(os.getpid(), number)
