"""The technical test: a program that is not ours walks through it; what it does wrong is seen."""

import json
import subprocess
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lienthong.core.conformance import Step
from lienthong.core.request import Service
from lienthong.documents.interface import Interface, PurposeOffer, SamplePerson
from lienthong.documents.technical import technical_documents
from lienthong.ledger.custody import response_key
from lienthong.sandbox_access.report import verify_report
from tests.gateway.world import FIELDS, OTHER, PERSON, Reply, World

pytestmark = pytest.mark.law("R5.2", "R9.1")


def sample_of(world: World, system: str, services: dict[Service, tuple[str, ...]], folder: Path) -> None:
    """The generated sample of a system and its key, in a folder."""
    made = Interface(
        origin=world.origin,
        system=system,
        name=system,
        person=SamplePerson(**PERSON),
        other=SamplePerson(**OTHER),
        purposes=(PurposeOffer(code="patient", title="x", headers=("LT-Officer",), services=services),),
    )
    for document in technical_documents(made):
        if document.name == "sample.py":
            (folder / document.name).write_bytes(document.content)
    key = Ed25519PrivateKey.from_private_bytes(system.encode().ljust(32, b"*"))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(pem)


def walk(folder: Path) -> dict[str, Any]:
    command = [
        sys.executable,
        "sample.py",
        "conformance",
        "key.pem",
        "--officer",
        "cb-01",
        "--outside",
        "religion",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=90)
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout) | {"exit": done.returncode, "told": done.stderr}
    return found


def states(run: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in run["steps"]}


def test_the_generated_sample_passes_the_whole_run(sandbox: World, tmp_path: Path) -> None:
    fields = tuple(FIELDS)
    sample_of(sandbox, "clinic", {Service.LOOKUP: fields, Service.LOOKUP_BATCH: fields}, tmp_path)
    run = walk(tmp_path)
    assert states(run) == dict.fromkeys(Step, "passed"), run["told"]
    assert (run["state"], run["exit"]) == ("passed", 0)
    key = response_key(sandbox.keys)
    report = verify_report(json.dumps(run["report"]).encode(), {key.key_id: key.verifying_key})
    assert report is not None
    assert (report.system, report.origin, report.state) == ("clinic", sandbox.origin, "passed")
    assert [step.step for step in report.steps] == list(Step)


def test_a_system_that_only_verifies_passes_without_a_batch(sandbox: World, tmp_path: Path) -> None:
    sample_of(sandbox, "bank", {Service.VERIFY: ("sex",)}, tmp_path)
    run = walk(tmp_path)
    assert states(run) == {step: "passed" for step in Step if step is not Step.BATCH}, run["told"]


def test_a_report_that_was_changed_is_none(sandbox: World, tmp_path: Path) -> None:
    sample_of(sandbox, "bank", {Service.VERIFY: ("sex",)}, tmp_path)
    signed = walk(tmp_path)["report"]
    key = response_key(sandbox.keys)
    keys = {key.key_id: key.verifying_key}
    content = b64decode(signed["report"])
    for wrong in (
        b"",
        b"{}",
        b"x" * 300_000,
        json.dumps(signed | {"signature": "A" * 88}).encode(),
        json.dumps(signed | {"signature": "!"}).encode(),
        json.dumps(signed | {"key": "other"}).encode(),
        json.dumps(signed | {"report": signed["report"][:-8] + "AAAAAAA="}).encode(),
    ):
        assert verify_report(wrong, keys) is None
    assert b'"state":"passed"' in content


class Hand:
    """A system driven by hand, to do the wrong thing."""

    def __init__(self, sandbox: World, system: str = "other") -> None:
        self.sandbox, self.system = sandbox, system
        self.run = self.tell({}, "")["run"]

    def tell(self, value: Any, run: str | None = None) -> Any:
        path = "/v1/conformance" + (f"/{self.run}" if run is None else run)
        reply = self.sandbox.ask(self.system, path, value, case=None, purpose=None, officer=None)
        assert reply.fault is None
        return reply.json

    def ask(self, step: Step, fields: Any = FIELDS, **headers: Any) -> Reply:
        return self.sandbox.lookup(self.system, fields=fields, case=f"run/{self.run}/{step}", **headers)

    def state(self, step: Step) -> tuple[str, str]:
        steps = self.sandbox.ask(
            self.system, f"/v1/conformance/{self.run}", None, case=None, purpose=None, officer=None
        ).json["steps"]
        return next((each["state"], each["reason"]["en"]) for each in steps if each["step"] == step)


@pytest.fixture
def hand(sandbox: World) -> Hand:
    return Hand(sandbox)


@pytest.mark.parametrize("step", [Step.FORGED_SIGNATURE, Step.OTHER_ANSWER, Step.WRONG_CLOCK, Step.ENDED_KEY])
def test_a_played_answer_does_not_verify_and_using_it_fails(hand: Hand, step: Step) -> None:
    assert hand.ask(step).fault is not None
    hand.tell({"step": step, "rejected": False})
    assert hand.state(step)[0] == "failed"


def test_an_ended_key_stands_among_the_keys_with_its_end(hand: Hand) -> None:
    keys = hand.sandbox.get("/v1/keys").json["response"]
    used = hand.ask(Step.ENDED_KEY).headers["signature-input"]
    ended = [key for key in keys if key["until"] is not None and key["until"] < time.time()]
    assert ended
    from lienthong_protocol.keys import verifying_key_from_jwk

    assert verifying_key_from_jwk(ended[-1]["jwk"]).key_id in used


def test_sending_again_too_early_fails(hand: Hand) -> None:
    first = hand.ask(Step.UNAVAILABLE, request_id="early")
    assert (first.status, first.headers["retry-after"], first.fault) == (503, "3", None)
    assert hand.ask(Step.UNAVAILABLE, request_id="early").status == 200
    assert hand.state(Step.UNAVAILABLE) == ("failed", "Sent again before the time it was told to wait.")


def test_another_request_id_fails(hand: Hand) -> None:
    assert hand.ask(Step.REPLAY).code == "LT209"
    assert hand.ask(Step.REPLAY).status == 200
    assert hand.state(Step.REPLAY) == ("failed", "Sent again under another request id.")


def test_asking_a_refused_question_again_fails(hand: Hand) -> None:
    for _ in range(2):
        assert hand.ask(Step.REFUSAL, [*FIELDS, "religion"]).code == "LT302"
    hand.tell({"step": Step.REFUSAL, "code": "LT302"})
    assert hand.state(Step.REFUSAL)[0] == "failed"


def test_every_played_answer_is_in_the_log(hand: Hand) -> None:
    hand.ask(Step.FORGED_SIGNATURE, request_id="played-and-recorded")
    assert [record["code"] for record in hand.sandbox.records_of("played-and-recorded")] == [""]


def test_a_run_is_its_own_systems_alone(hand: Hand, sandbox: World) -> None:
    headers = {"case": None, "purpose": None, "officer": None}
    path = f"/v1/conformance/{hand.run}"
    assert sandbox.ask("clinic", path, None, **headers).code == "LT107"
    assert sandbox.ask("clinic", "/v1/conformance/nothing", {"step": "answer"}, **headers).code == "LT107"
    mine = sandbox.lookup("clinic", case=f"run/{hand.run}/forged_signature")
    assert mine.fault is None, "a foreign run plays nothing"
    assert hand.state(Step.FORGED_SIGNATURE)[0] == "waiting"
    assert sandbox.ask("other", path, {"step": "answer", "passed": True}, **headers).code == "LT104"
    assert sandbox.ask("other", "/v1/conformance", None, **headers).code == "LT108"


def test_who_proves_nothing_gets_nothing(hand: Hand, sandbox: World) -> None:
    status, headers, _ = sandbox.send("POST", "/v1/conformance", [], b"{}")
    assert status == 401
    assert "signature" not in dict(headers)
    stranger = sandbox.send("POST", "/v1/lookup", [("lt-case", f"run/{hand.run}/answer")], b"{}")
    assert stranger[0] == 401


def test_other_cases_and_paths_are_those_of_any_hub(hand: Hand, sandbox: World) -> None:
    assert sandbox.lookup("clinic", case="BN-0001").fault is None
    assert sandbox.lookup("clinic", case=f"run/{hand.run}/unheard_of").fault is None
    assert sandbox.get("/readyz").status == 200


def test_the_stage_refuses_to_stand_anywhere_else(sandbox: World, tmp_path: Path) -> None:
    other = World(sandbox.database, tmp_path)
    path = other.write_configuration()
    program = (
        "import asyncio, os, sys; os.environ['LIENTHONG_CONFIG'] = sys.argv[1]\n"
        "from lienthong.sandbox.server import application\n"
        "application.__rsgi_init__(asyncio.new_event_loop())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "sandbox alone" in done.stderr
