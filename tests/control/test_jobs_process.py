"""The jobs process ends when it is told to, at whatever moment, and whatever is under way."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from lienthong.control.jobs import working
from tests.control.processes import PATIENCE

_HANGING = """
import signal, sys, threading, time
from pathlib import Path
from lienthong.config import read_configuration
from lienthong.control.starting import prepare
prepare(read_configuration(Path(sys.argv[1])))
from lienthong.control.jobs import working
from lienthong.control.jobs.registry import duty

@duty("test.hangs", every=60)
def hangs_for_ever():
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        time.sleep(0.01)
    print("hanging", flush=True)
    threading.Event().wait()

working.GIVEN_UP = 0.5
working.work()
"""


@pytest.mark.parametrize("moment", range(0, 200, 20))
def test_it_ends_at_whatever_moment_it_is_told_to(portals, monkeypatch, moment):
    monkeypatch.setattr(working, "DUTIES", {})
    before = signal.getsignal(signal.SIGTERM)

    def tell() -> None:
        while signal.getsignal(signal.SIGTERM) is before:
            time.sleep(0.001)
        time.sleep(moment / 1000)
        os.kill(os.getpid(), signal.SIGTERM)

    telling = threading.Thread(target=tell)
    telling.start()
    working.work()
    telling.join()


def test_it_ends_though_something_under_way_never_does(processes):
    command = (sys.executable, "-c", _HANGING, str(processes.configuration))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "hanging\n"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "hangs_for_ever" in log
