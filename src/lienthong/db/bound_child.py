"""Children that do not outlive the process that started them, however that one ends."""

import shutil
import signal
import threading
from collections.abc import Sequence
from pathlib import Path


def ending_with_us(command: Sequence[str | Path], number: signal.Signals) -> list[str]:
    """Return `command` so that Linux sends it `number` when this process ends, by SIGKILL too.

    The command's process id, user and files stay what they would be: a program of Debian's essential
    util-linux asks the kernel (PR_SET_PDEATHSIG) and becomes the command. The kernel watches the thread that
    starts the child, so a child of any thread but the main one is left unbound: it would end with its thread.
    So is one started where that program is missing, and one whose starter dies in the moment before it asks;
    whoever starts next has to deal with what lives on.
    """
    words = [str(word) for word in command]
    program = shutil.which("setpriv", path="/usr/bin:/bin")
    if program is None or threading.current_thread() is not threading.main_thread():
        return words
    return [program, "--pdeathsig", number.name.removeprefix("SIG"), "--", *words]
