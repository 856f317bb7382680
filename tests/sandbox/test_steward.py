"""Systems get into the sandbox at the control plane's word, with what they asked for and nothing more."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lienthong.core.conformance import State, Step
from lienthong.core.fields import BY_NAME
from lienthong.core.known_persons import Part
from lienthong.documents.interface import Interface, PurposeOffer
from lienthong.documents.persons import sample_persons
from lienthong.documents.technical import technical_documents
from lienthong.sandbox_access.client import (
    SandboxAccess,
    SandboxRefused,
    SandboxUnavailable,
    SandboxUntrusted,
)
from lienthong.sandbox_access.messages import Enrolment
from lienthong_agency import HubKeys
from lienthong_protocol.keys import Algorithm, generate
from lienthong_protocol.profile import Profile
from lienthong_protocol.response_signing import ResponseKey
from tests.gateway.world import PERSON, Reply, World, free_port, key_of
from tests.sandbox.stewarding import CONTROL, FIELDS, PERSONS, RunningSteward, enrolment, public, purpose

pytestmark = pytest.mark.law("R5.2")
CALL: dict[str, Any] = {"officer": "kiem-thu-01", "case": None}


@pytest.fixture
def access(steward: RunningSteward) -> SandboxAccess:
    return steward.access()


def looked_up(
    world: World, system: str, fields: Any = FIELDS, *, until: str = "LT204", **given: Any
) -> Reply:
    """Ask as an enrolled system, again until its grant has reached the gateway."""
    deadline = time.monotonic() + 10
    while True:
        reply = world.lookup(system, fields=list(fields), **(CALL | given))
        if reply.code != until or time.monotonic() > deadline:
            return reply
        time.sleep(0.05)


def versions(steward: RunningSteward) -> int:
    return steward.world.version()


def test_from_enrolment_to_a_report_that_is_verified(
    steward: RunningSteward, access: SandboxAccess, tmp_path: Path
) -> None:
    system = "h01/his"
    access.enrol(system, enrolment(system))
    person, other = sample_persons(access.persons(system))
    made = Interface(
        origin=steward.world.origin,
        system=system,
        name=system,
        person=person,
        other=other,
        purposes=(
            PurposeOffer(
                code="patient",
                title="x",
                headers=("LT-Officer",),
                services=dict.fromkeys(purpose().services, FIELDS),
            ),
        ),
    )
    sample = next(each for each in technical_documents(made) if each.name == "sample.py")
    (tmp_path / "sample.py").write_bytes(sample.content)
    key = Ed25519PrivateKey.from_private_bytes(system.encode().ljust(32, b"*"))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    asked = ("conformance", "key.pem", "--officer", "kiem-thu-01", "--outside", "religion")
    done = subprocess.run(
        [sys.executable, "sample.py", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    (run,) = access.runs(system).runs
    assert run.state is State.PASSED
    standing = access.standing(run.run)
    assert [each.step for each in standing.steps] == list(Step)
    served = {each.step: each.attempts for each in standing.steps}
    assert [attempt.status for attempt in served[Step.UNAVAILABLE]] == [503, 200]
    assert set(served[Step.BATCH][0].items.values()) == {"given", "LT401"}
    found = access.report(run.run)
    assert found is not None
    content, report = found
    assert (report.system, report.state, report.origin) == (system, "passed", steward.world.origin)
    assert PERSON["full_name"] not in content.decode()
    assert PERSON["number"] not in msgspec.json.encode(standing).decode()


def test_a_run_opened_by_the_control_plane_is_the_systems_run(
    steward: RunningSteward, access: SandboxAccess
) -> None:
    access.enrol("opened", enrolment("opened", purpose(services=("verify",), fields=())))
    run = access.open_run("opened")
    assert (run.state, run.services, run.report) == (State.WAITING, ("verify",), None)
    assert access.report(run.run) is None
    body = {**PERSON, "claims": {}}
    deadline = time.monotonic() + 10
    while True:
        reply = steward.world.ask("opened", "/v1/verify", body, **CALL | {"case": run.steps[0].case})
        if reply.code != "LT204" or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    assert reply.status == 200
    assert len(access.standing(run.run).steps[0].attempts) == 1


@pytest.mark.law("R8.2")
def test_a_system_gets_what_it_asked_for_and_nothing_else(
    steward: RunningSteward, access: SandboxAccess
) -> None:
    first = access.enrol("exact", enrolment("exact"))
    assert (first.revision, first.changed) == (1, True)
    assert looked_up(steward.world, "exact").json["values"].keys() == set(FIELDS)
    beyond = looked_up(steward.world, "exact", [*FIELDS, "religion"])
    assert (beyond.code, beyond.json["fields"]) == ("LT302", ["religion"])
    assert steward.world.ask("exact", "/v1/verify", {**PERSON, "claims": {}}, **CALL).code == "LT303"
    assert looked_up(steward.world, "exact", purpose="another").code == "LT301"


def test_the_same_again_changes_nothing_and_a_revision_takes_back(
    steward: RunningSteward, access: SandboxAccess
) -> None:
    asked = enrolment("twice")
    access.enrol("twice", asked)
    before = versions(steward)
    assert access.enrol("twice", asked).changed is False
    assert versions(steward) == before
    less = access.enrol("twice", enrolment("twice", purpose(fields=("full_name",))))
    assert (less.revision, less.changed) == (2, True)
    deadline = time.monotonic() + 10
    while looked_up(steward.world, "twice").code != "LT302":
        assert time.monotonic() < deadline
    new = generate(Algorithm.ECDSA_P256_SHA256, b"n" * 32)
    access.enrol("twice", msgspec.structs.replace(asked, key=public(new)))
    assert looked_up(steward.world, "twice", key=new).status == 200
    assert steward.world.lookup("twice", fields=list(FIELDS), **CALL).code == "LT204"


def test_who_leaves_is_suspended_and_its_key_is_free_again(
    steward: RunningSteward, access: SandboxAccess
) -> None:
    access.enrol("leaving", enrolment("leaving"))
    assert looked_up(steward.world, "leaving").status == 200
    with pytest.raises(SandboxRefused) as refused:
        access.enrol("follower", enrolment("leaving"))
    assert refused.value.problem.code == "LT104"
    left = access.remove("leaving")
    assert (left.changed, access.remove("leaving").changed) == (True, False)
    deadline = time.monotonic() + 10
    while looked_up(steward.world, "leaving").code != "LT305":
        assert time.monotonic() < deadline
    for asked in (access.open_run, access.runs, access.persons):
        with pytest.raises(SandboxRefused) as refused:
            asked("leaving")
        assert refused.value.problem.code == "LT107"
    access.enrol("follower", enrolment("leaving"))
    assert looked_up(steward.world, "leaving", until="LT305").status == 200
    again = msgspec.structs.replace(enrolment("leaving"), key=public(key_of("leaving-anew")))
    assert access.enrol("leaving", again).changed is True


@pytest.mark.law("R1.1")
def test_a_purpose_on_consent_is_granted_without_since_nobody_exists_to_consent(
    steward: RunningSteward, access: SandboxAccess
) -> None:
    asked = purpose(ground="consent", services=("lookup",))
    access.enrol("consenting", enrolment("consenting", asked))
    assert looked_up(steward.world, "consenting", consent="any").status == 200


def test_every_kind_of_purpose_has_a_grant_that_agrees_with_itself(access: SandboxAccess) -> None:
    family = purpose(
        code="family",
        ground="other_law",
        actor="automatic",
        services=("lookup", "verify_batch"),
        fields=("mother_name", "mother_number"),
        verify_fields=("sex",),
    )
    access.enrol("kinds", enrolment("kinds", purpose(actor="citizen", services=("lookup",)), family))


def json_of(asked: Enrolment, **changes: Any) -> bytes:
    return json.dumps(msgspec.to_builtins(asked) | changes).encode()


GOOD = enrolment("bad-input")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "LT101"),
        (b"\xff", "LT101"),
        (b'{"name":"a","name":"b"}', "LT102"),
        (json_of(GOOD)[:-1] + b',"name":"other"}', "LT102"),
        (json_of(GOOD, more=1), "LT103"),
        (json_of(GOOD, purposes=[]), "LT104"),
        (json_of(GOOD, key={"kty": "OKP"}), "LT104"),
        (json_of(GOOD, key=dict(CONTROL.jwk) | {"d": "A" * 43}), "LT104"),
        (json_of(enrolment("x", purpose(fields=("shoe_size",)))), "LT112"),
        (json_of(enrolment("x", purpose(fields=()))), "LT104"),
        (json_of(enrolment("x", purpose(fields=("birth_year",)))), "LT104"),
        (json_of(enrolment("x", purpose(ground="consent"))), "LT104"),
        (json_of(enrolment("x", purpose(), purpose())), "LT104"),
        (json_of(GOOD, name="x" * 501), "LT104"),
    ],
)
def test_bad_input_is_named_in_both_languages_and_publishes_nothing(
    steward: RunningSteward, body: bytes, code: str
) -> None:
    before = versions(steward)
    path = "/v1/systems/bad-input"
    status, headers, told = steward.send("PUT", path, steward.signed("PUT", path, body), body)
    assert (status, told["code"]) == (400, code), told
    assert told["message"]["vi"]
    assert told["message"]["en"]
    assert "signature" in headers
    assert versions(steward) == before


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/anything", "LT107"),
        ("GET", "/v1/runs/unknown", "LT107"),
        ("GET", "/v1/systems/unknown/runs", "LT107"),
        ("DELETE", "/v1/systems/unknown", "LT107"),
        ("DELETE", "/v1/systems/steward", "LT107"),
        ("GET", "/v1/systems/steward/persons", "LT107"),
        ("GET", "/v1/systems/clinic", "LT108"),
        ("DELETE", "/v1/systems/clinic/runs", "LT108"),
        ("DELETE", "/v1/runs/unknown", "LT108"),
        ("GET", "/v1/systems/clinic/runs?all=1", "LT109"),
    ],
)
def test_what_is_not_there_is_said(steward: RunningSteward, method: str, path: str, code: str) -> None:
    assert steward.send(method, path, steward.signed(method, path))[2]["code"] == code


def test_the_stewards_own_system_is_nobodys_to_enrol(access: SandboxAccess) -> None:
    for system in ("steward", "x" * 65):
        with pytest.raises(SandboxRefused) as refused:
            access.enrol(system, GOOD)
        assert (refused.value.problem.code, refused.value.is_proven) == ("LT104", True)


def test_another_content_type_is_not_read(steward: RunningSteward) -> None:
    body, path = json_of(GOOD), "/v1/systems/bad-input"
    headers = steward.signed("PUT", path, body, content_type="text/plain")
    assert steward.send("PUT", path, headers, body)[2]["code"] == "LT106"


def test_a_request_too_large_is_turned_away_unread(steward: RunningSteward) -> None:
    body, path = b" " * 300_000, "/v1/systems/bad-input"
    status, headers, told = steward.send("PUT", path, steward.signed("PUT", path, body), body)
    assert (status, told["code"]) == (413, "LT105")
    assert "signature" not in headers


class TestProof:
    """Only the control plane is heard, once, at this address."""

    path = "/v1/systems/intruder"

    def refused(self, steward: RunningSteward, headers: list[tuple[str, str]], body: bytes) -> str:
        before = versions(steward)
        _, answered, told = steward.send("PUT", self.path, headers, body)
        assert "signature" not in answered
        assert versions(steward) == before
        code: str = told["code"]
        return code

    def test_strangers(self, steward: RunningSteward) -> None:
        body = json_of(enrolment("intruder"))
        good = steward.signed("PUT", self.path, body)
        assert self.refused(steward, [], body) == "LT201"
        foreign = steward.signed("PUT", self.path, body, key=key_of("clinic"))
        assert self.refused(steward, foreign, body) == "LT204"
        name = f'keyid="{CONTROL.key_id}"'
        forged = [(n, v.replace(f'keyid="{key_of("clinic").key_id}"', name)) for n, v in foreign]
        assert self.refused(steward, forged, body) == "LT203"
        assert self.refused(steward, good, body + b" ") == "LT206"
        elsewhere = steward.signed("PUT", self.path, body, origin="http://127.0.0.1:1")
        assert self.refused(steward, elsewhere, body) == "LT203"
        old = steward.signed("PUT", self.path, body, created=int(time.time()) - 120)
        assert self.refused(steward, old, body) == "LT205"
        platform = steward.signed(
            "PUT", self.path, body, profile=Profile.LT1P, target=f"{steward.origin}{self.path}"
        )
        assert self.refused(steward, platform, body) == "LT217"

    def test_a_replay_acts_once_also_after_a_restart(self, sandbox: World) -> None:
        own = RunningSteward(sandbox)
        own.start()
        try:
            body, path = json_of(enrolment("replayed")), "/v1/systems/replayed"
            headers = own.signed("PUT", path, body)
            assert own.send("PUT", path, headers, body)[0] == 200
            assert own.access().remove("replayed").changed is True
            for _ in range(2):
                status, answered, told = own.send("PUT", path, headers, body)
                assert (status, told["code"]) == (409, "LT209")
                assert "signature" in answered
                own.stop()
                own.start()
            assert own.access().remove("replayed").changed is False
        finally:
            own.stop()


def test_a_client_with_another_key_hears_an_unproven_refusal(steward: RunningSteward) -> None:
    with pytest.raises(SandboxRefused) as refused:
        steward.access(key=key_of("clinic")).runs("clinic")
    assert (refused.value.problem.code, refused.value.is_proven) == ("LT204", False)


def test_a_client_believes_the_pinned_keys_alone(steward: RunningSteward) -> None:
    other = key_of("clinic").verifying_key
    keys = HubKeys("x", {other.key_id: ResponseKey(other, 0)}, ())
    with pytest.raises(SandboxUntrusted):
        steward.access(keys=keys).runs("clinic")


def test_a_client_goes_to_no_open_address(steward: RunningSteward) -> None:
    with pytest.raises(ValueError, match="https"):
        SandboxAccess("http://sandbox.example", key=CONTROL, keys=HubKeys("x", {}, ()))


def test_a_steward_that_is_away_is_unavailable(steward: RunningSteward) -> None:
    away = SandboxAccess(f"http://127.0.0.1:{free_port()}", key=CONTROL, keys=HubKeys("x", {}, ()))
    with away, pytest.raises(SandboxUnavailable):
        away.runs("clinic")


def test_a_database_that_is_away_is_unavailable_and_the_steward_starts(sandbox: World) -> None:
    port = {f"port = {sandbox.database.port}": f"port = {free_port()}"}
    own = RunningSteward(sandbox, {"replace": port})
    own.start()
    try:
        for ask in (own.access().persons, own.access().remove, own.access().open_run):
            with pytest.raises(SandboxUnavailable) as refused:
                ask("clinic")
            assert refused.value.retry_after is not None
    finally:
        own.stop()


@pytest.mark.law("R8.2")
def test_known_answers_are_those_the_gateway_gives(steward: RunningSteward, access: SandboxAccess) -> None:
    access.enrol("asking", enrolment("asking", purpose(fields=("sex", "full_name"), case_required=True)))
    sheet = access.persons("asking")
    lines = steward.world.select("SELECT body FROM exchange.line ORDER BY index DESC LIMIT %s", len(PERSONS))
    numbers = {BY_NAME[name].number for name in ("full_name", "sex")}
    assert {number for (body,) in lines for number in json.loads(body)["asked"]} == numbers
    found = {entry.person.part: entry.expected for entry in sheet.entries}
    assert (sheet.fields, sheet.compared, sheet.origin) == (("full_name", "sex"), (), steward.world.origin)
    assert found[Part.ORDINARY].values == {"full_name": PERSON["full_name"], "sex": "2"}
    assert found[Part.DECEASED].flags == ("deceased",)
    assert found[Part.FORMER_NUMBER].flags == ("number_superseded",)
    for part in (Part.PROTECTED, Part.WRONG_BIRTH_DATE):
        assert (found[part].code, found[part].values) == ("LT401", {})
    reply = looked_up(steward.world, "asking", ("full_name", "sex"), case="BA-1")
    assert reply.json["values"] == found[Part.ORDINARY].values


def test_a_system_that_compares_alone_learns_what_would_agree(access: SandboxAccess) -> None:
    access.enrol(
        "comparing", enrolment("comparing", purpose(services=("verify",), fields=(), verify_fields=("sex",)))
    )
    sheet = access.persons("comparing")
    assert (sheet.fields, sheet.compared) == (("sex",), ("sex",))
    access.enrol("comparing", enrolment("comparing", purpose(services=("verify",), fields=())))
    bare = access.persons("comparing")
    assert bare.fields == ()
    assert {entry.expected.code for entry in bare.entries} == {"", "LT401"}


def test_a_gateway_that_is_away_is_unavailable(sandbox: World, access: SandboxAccess) -> None:
    access.enrol("waiting", enrolment("waiting"))
    nowhere = f"http://127.0.0.1:{free_port()}"
    own = RunningSteward(
        sandbox, {"replace": {f'public_origin = "{sandbox.origin}"': f'public_origin = "{nowhere}"'}}
    )
    own.start()
    try:
        with pytest.raises(SandboxUnavailable):
            own.access().persons("waiting")
    finally:
        own.stop()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"replace": {'environment = "sandbox"': 'environment = "demo"'}}, "in a sandbox alone"),
        ({"address": "0.0.0.0"}, "not of this machine alone"),
        ({"address": "localhost"}, "not of this machine alone"),
        ({"control_key": "missing.jwk"}, "cannot read"),
        ({"control_key": "sandbox/persons.json"}, "no public JSON Web Key"),
        ({"control_key": "keys/response/key"}, "private key"),
        ({"persons": "missing.json"}, "lienthong sandbox persons"),
        ({"persons": "sandbox/control.jwk"}, "lienthong sandbox persons"),
    ],
)
def test_the_steward_refuses_to_stand_in_the_wrong_place(
    sandbox: World, changes: dict[str, Any], words: str
) -> None:
    told = RunningSteward(sandbox, changes).refuses_to_start()
    assert words in told
    assert "Traceback" not in told
