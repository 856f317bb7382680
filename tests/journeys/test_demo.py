"""The story of `make demo`, with fewer people: every step holds, and nothing is left running."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

LIENTHONG = (sys.executable, "-m", "lienthong")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A new folder on a real disk that the database's account can reach."""
    with tempfile.TemporaryDirectory(prefix="lienthong-journey-", dir="/var/tmp") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def processes_of(folder: Path) -> list[str]:
    """The command lines of running processes that name a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(folder) in line:
                found.append(line)
    return found


@pytest.mark.law("R1.1", "R1.2", "R1.4", "R4.6", "R6.1", "R8.1", "R8.2")
def test_the_story_holds_from_the_first_question_to_the_last_proof(folder: Path) -> None:
    done = subprocess.run(
        (
            *LIENTHONG,
            "demo",
            "--once",
            "--data",
            str(folder / "story"),
            "--population",
            "12000",
            "--lang",
            "en",
        ),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"All \d+ steps held", done.stdout), done.stdout
    assert "✗" not in done.stdout
    assert processes_of(folder) == []


def test_a_machine_is_up_until_it_is_told_to_stop_and_takes_up_its_folder_again(folder: Path) -> None:
    for _ in range(2):
        process = subprocess.Popen(
            (
                *LIENTHONG,
                "up",
                "--json",
                "--data",
                str(folder / "hub"),
                "--population",
                "1000",
                "--port",
                "8470",
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            facts = json.loads(process.stdout.readline())
            with urllib.request.urlopen(f"{facts['gateway']}/v1/keys", timeout=10) as answer:
                assert json.load(answer)["origin"] == "lienthong.example/demo"
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                try:
                    with urllib.request.urlopen(f"{facts['gateway']}/v1/checkpoints", timeout=10) as answer:
                        note = answer.read().decode()
                    break
                except OSError:
                    time.sleep(0.2)
            assert note.startswith("lienthong.example/demo\n")
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
    assert processes_of(folder) == []
