"""The story of `make demo`, with fewer people: every step holds, and nothing is left running."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from lienthong.config import read_configuration
from lienthong.core.grant_document import PublicKey
from lienthong.core.known_persons import Part
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong.deployment import is_free, lay_out
from lienthong.sandbox_access.client import opened
from lienthong.sandbox_access.messages import AskedPurpose, Enrolment
from lienthong_protocol.keys import Algorithm, generate

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


def up(folder: Path) -> "subprocess.Popen[str]":
    """Start a machine of a thousand people."""
    data = ("--data", str(folder / "hub"))
    return subprocess.Popen(
        (*LIENTHONG, "up", "--json", *data, "--population", "1000", "--port", "8470"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def gateway_of(machine: "subprocess.Popen[str]") -> str:
    """Return the address of a machine's gateway once it serves."""
    assert machine.stdout is not None
    with machine.stdout:
        facts: dict[str, str] = json.loads(machine.stdout.readline())
    with urllib.request.urlopen(f"{facts['gateway']}/v1/keys", timeout=10) as answer:
        assert json.load(answer)["origin"] == "lienthong.example/demo"
    return facts["gateway"]


def test_a_machine_is_up_until_it_is_told_to_stop_and_takes_up_its_folder_again(folder: Path) -> None:
    for _ in range(2):
        machine = up(folder)
        gateway = gateway_of(machine)
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(f"{gateway}/v1/checkpoints", timeout=10) as answer:
                    note = answer.read().decode()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        assert note.startswith("lienthong.example/demo\n")
        machine.send_signal(signal.SIGTERM)
        assert machine.wait(60) == 0
    assert processes_of(folder) == []


def test_a_machine_that_is_killed_leaves_nothing_running_and_starts_again_at_once(folder: Path) -> None:
    for _ in range(2):
        machine = up(folder)
        gateway_of(machine)
        machine.kill()
        assert machine.wait() == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while processes_of(folder) or not is_free(8470):
        assert time.monotonic() < deadline, processes_of(folder)
        time.sleep(0.05)


def test_a_port_that_another_program_holds_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = lay_out(folder / "hub", gateway_port=8480).configuration_file
    settings = read_configuration(configuration)
    monkeypatch.setenv("LIENTHONG_GATEWAY__DRAIN_SECONDS", "-5")
    with socket.create_server((settings.witness.address, settings.witness.port)):
        told = subprocess.run(
            (*LIENTHONG, "up", "--data", str(folder / "hub"), "--population", "0"),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert told.returncode == 1
    assert f"another program listens on 127.0.0.1:{settings.witness.port}" in told.stderr
    assert processes_of(folder) == []


@pytest.mark.law("R5.2")
def test_a_sandbox_beside_the_hub_takes_a_system_in(folder: Path) -> None:
    process = subprocess.Popen(
        (
            *(*LIENTHONG, "up", "--json", "--sandbox", "--data", str(folder / "hub")),
            *("--population", "1000", "--port", "8470"),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        facts = json.loads(process.stdout.readline())
        access = opened(read_configuration(Path(facts["configuration"])).sandbox_access)
        assert access is not None
        with access:
            key = generate(Algorithm.ED25519, b"journey".ljust(32, b"*"))
            purpose = AskedPurpose(
                code="patient",
                title="Định danh người bệnh",
                ground=PurposeGround.STATE_TASK,
                actor=Actor.OFFICER,
                services=(Service.LOOKUP,),
                fields=("full_name", "permanent_residence"),
            )
            jwk = msgspec.convert(dict(key.jwk), PublicKey)
            assert access.enrol("h01/his", Enrolment(name="Bệnh viện", key=jwk, purposes=(purpose,))).changed
            sheet = access.persons("h01/his")
            found = {entry.person.part: entry.expected for entry in sheet.entries}
            assert list(found) == list(Part)
            refused = {part for part, expected in found.items() if expected.code}
            assert refused == {Part.PROTECTED, Part.WRONG_BIRTH_DATE}
            assert found[Part.DECEASED].flags == ("deceased",)
            assert found[Part.FORMER_NUMBER].flags == ("number_superseded",)
            respelled = sheet.person(Part.RESPELLED)
            assert respelled is not None
            assert found[Part.RESPELLED].values["full_name"] != respelled.full_name
            assert sheet.origin == facts["sandbox"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert processes_of(folder) == []
