"""Processes of a deployment start in order, are watched, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lienthong.db.bound_child import ending_with_us
from lienthong.supervisor import ProcessFailedError, Supervisor

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(60)",
)


def alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_was_started_is_stopped_even_when_it_does_not_listen(tmp_path: Path) -> None:
    with Supervisor(tmp_path, stop_seconds=0.3) as supervisor:
        first = supervisor.start("first", SLEEP)
        log = tmp_path / "second.log"
        second = supervisor.start(
            "second", STUBBORN, ready=lambda: log.exists() and b"deaf" in log.read_bytes()
        )
        assert alive(first.process.pid)
    assert first.process.returncode == -signal.SIGTERM
    assert second.process.returncode == -signal.SIGKILL


def test_a_process_that_ends_before_it_is_ready_is_reported_with_its_last_words(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "print('no such table'); raise SystemExit(7)")
    with (
        Supervisor(tmp_path) as supervisor,
        pytest.raises(ProcessFailedError, match=r"exit code 7(?s:.)*no such table"),
    ):
        supervisor.start("broken", command, ready=lambda: False)


def test_a_process_that_is_never_ready_is_reported(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor, pytest.raises(ProcessFailedError, match="not ready"):
        supervisor.start("slow", SLEEP, ready=lambda: False, within=0.2)


def test_a_process_that_ends_later_ends_the_watch(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start("victim", SLEEP)
        child.process.kill()
        with pytest.raises(ProcessFailedError, match="victim ended"):
            supervisor.watch(lambda: False, pause=0.01)


KILLED = """
import os, sys
from pathlib import Path
from lienthong.supervisor import Supervisor

with Supervisor(Path(sys.argv[1])) as supervisor:
    child = supervisor.start("orphan", (sys.executable, "-c", "import time; time.sleep(600)"))
    print(child.process.pid, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_when_the_supervisor_is_killed_its_children_end(tmp_path: Path) -> None:
    killed = subprocess.run(
        (sys.executable, "-c", KILLED, str(tmp_path)), stdout=subprocess.PIPE, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    child = int(killed.stdout)
    deadline = time.monotonic() + 30
    while alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_child_whose_starter_died_before_it_was_bound_to_it_does_not_begin(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    command = ending_with_us(("touch", begun), signal.SIGTERM)
    done = subprocess.run(("/bin/sh", "-c", '"$@"; exit $?', "sh", *command), check=False)
    assert (done.returncode, begun.exists()) == (143, False)
    assert subprocess.run(command, check=False).returncode == 0
    assert begun.exists()
