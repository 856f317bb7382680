"""What was agreed and what was not: purpose, service, fields, officer, case, consent, and the facts."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from lienthong.core.fields import BY_NAME
from lienthong.core.grant_document import (
    Agreement,
    ConditionEntry,
    ConditionName,
    Confirmation,
    DefenceResult,
    Exemption,
    ExemptionCode,
    GrantDocument,
    OfficerEntry,
    Participant,
    ParticipantKind,
    PeriodicCheck,
    Quotas,
    SecurityLevel,
    Suspension,
    Verdict,
)
from lienthong.core.purpose import Actor
from lienthong.core.request import Service
from lienthong.db import Role, connect_blocking
from lienthong_protocol.refusals import Code
from tests.core import granting
from tests.gateway.expect import refused
from tests.gateway.world import FIELDS, PERSON, START, TODAY, World, granted

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def with_facts(system: str, **facts: Any) -> GrantDocument:
    return granted(system, facts=granting.facts(**facts), right={"quotas": PLENTY})


@pytest.mark.law("R8.1")
def test_a_purpose_is_named_and_registered(world: World) -> None:
    refused(world, world.lookup(purpose=None), Code.PURPOSE_UNKNOWN)
    record = refused(world, world.lookup(purpose="curiosity"), Code.PURPOSE_UNKNOWN)
    assert record["purpose"] == "curiosity"


@pytest.mark.law("R8.2")
def test_a_service_that_was_not_granted_is_refused(world: World) -> None:
    refused(
        world, world.ask("hospital", "/v1/verify", {**PERSON, "claims": {"sex": 2}}), Code.SERVICE_NOT_GRANTED
    )
    batch = {"fields": FIELDS, "items": [{"ref": "a", **PERSON, "case": "BN-0001"}]}
    refused(world, world.ask("hospital", "/v1/lookup/batch", batch), Code.SERVICE_NOT_GRANTED)


@pytest.mark.law("R8.2")
def test_fields_that_were_not_granted_are_named_and_recorded_as_asked(world: World) -> None:
    reply = world.lookup(fields=["sex", "religion", "father_name", "blood_group"])
    record = refused(world, reply, Code.FIELD_NOT_GRANTED)
    wanted = {"religion", "father_name", "blood_group"}
    assert set(reply.json["fields"]) == wanted
    assert {BY_NAME[name].number for name in wanted} <= set(record["fields"])
    claim = world.ask("verifier", "/v1/verify", {**PERSON, "claims": {"religion": "01"}})
    refused(world, claim, Code.FIELD_NOT_GRANTED)
    assert claim.json["fields"] == ["religion"]


@pytest.mark.law("R8.1")
def test_the_officer_is_named_and_on_the_roster_today(world: World) -> None:
    officers = (
        OfficerEntry(id="now", unit="u", role="r", valid_from=START),
        OfficerEntry(id="ended", unit="u", role="r", valid_from=START, valid_until=YESTERDAY),
        OfficerEntry(id="later", unit="u", role="r", valid_from=TOMORROW + timedelta(days=1)),
    )
    world.grant(granted("roster", officers=officers, right={"quotas": PLENTY}))
    refused(world, world.lookup("roster", officer=None), Code.OFFICER_REQUIRED)
    for name in ("nobody", "ended", "later", "NOW"):
        assert refused(world, world.lookup("roster", officer=name), Code.OFFICER_UNKNOWN)["officer"] == name
    assert world.lookup("roster", officer="now").status == 200


@pytest.mark.law("R8.1")
def test_the_case_is_named_in_its_agreed_form(world: World) -> None:
    refused(world, world.lookup(case=None), Code.CASE_REQUIRED)
    for case in ("BN-1", "BN-00012", "XX-0001", "bn-0001"):
        assert refused(world, world.lookup(case=case), Code.CASE_INVALID)["case"] == case


@pytest.mark.law("R8.1")
def test_an_automatic_job_needs_no_officer_and_an_unknown_one_is_still_refused(world: World) -> None:
    job = granted(
        "job",
        purpose={"actor": Actor.AUTOMATIC, "decision": "QĐ 9", "case_required": False},
        right={"quotas": PLENTY},
    )
    world.grant(
        msgspec.structs.replace(job, purposes=(msgspec.structs.replace(job.purposes[0], case_pattern=None),))
    )
    assert world.lookup("job", officer=None, case=None).status == 200
    refused(world, world.lookup("job", officer="nobody", case=None), Code.OFFICER_UNKNOWN)


CONDITION = ConditionEntry(
    name=ConditionName.SECURITY, verdict=Verdict.FAILED, evidence="BB 2", decided_at=YESTERDAY
)


def suspension(**changes: Any) -> Suspension:
    base = Suspension(ground="BB 3", restored_by="khắc phục", signed_by=("A", "B"), valid_from=YESTERDAY)
    return msgspec.structs.replace(base, **changes)


@pytest.mark.law("R1.4", "R4.4", "R8.2", "R8.6")
@pytest.mark.parametrize(
    ("name", "facts", "code"),
    [
        (
            "f-ended",
            {"agreement": Agreement(number="1", valid_from=START, valid_until=YESTERDAY)},
            Code.AGREEMENT_ENDED,
        ),
        ("f-early", {"agreement": Agreement(number="1", valid_from=TOMORROW)}, Code.AGREEMENT_ENDED),
        ("f-none", {"agreement": None}, Code.AGREEMENT_ENDED),
        ("f-suspended", {"suspensions": (suspension(),)}, Code.SUSPENDED),
        ("f-unconfirmed", {"confirmation": None}, Code.CONFIRMATION_MISSING),
        (
            "f-level",
            {"security_level": SecurityLevel(level=2, decision="QĐ", valid_from=START)},
            Code.CONDITION_MISSING,
        ),
        ("f-condition", {"conditions": (*granting.facts().conditions, CONDITION)}, Code.CONDITION_MISSING),
        (
            "f-withdrawn",
            {
                "confirmation": Confirmation(
                    number="1", issued_by="A05", issued_at=START, design_version="d", withdrawn_at=YESTERDAY
                )
            },
            Code.CONFIRMATION_MISSING,
        ),
    ],
)
def test_a_missing_or_ended_ground_refuses_everything(
    world: World, name: str, facts: dict[str, Any], code: Code
) -> None:
    world.grant(with_facts(name, **facts))
    refused(world, world.lookup(name), code)
    scope = world.ask(name, "/v1/scope", None)
    assert (scope.status, scope.fault) == (200, None)
    assert (scope.json["may_ask"], scope.json["refusal"]) == (False, code)


def exemption(code: ExemptionCode, start: datetime = START) -> Exemption:
    return Exemption(code=code, evidence="VB 7", valid_from=start, valid_until=TODAY + timedelta(days=200))


LATE = PeriodicCheck(last=START - timedelta(days=700), due=START)


@pytest.mark.law("R4.3", "R4.6", "R4.8", "R1.2")
@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("x-e0", {"confirmation": None, "exemptions": (exemption(ExemptionCode.E0),)}),
        ("x-e1", {"periodic": LATE, "exemptions": (exemption(ExemptionCode.E1),)}),
        ("x-e2", {"periodic": LATE, "exemptions": (exemption(ExemptionCode.E2),)}),
        ("x-e3", {"periodic": LATE, "exemptions": (exemption(ExemptionCode.E3, YESTERDAY),)}),
        (
            "x-defence",
            {
                "confirmation": None,
                "defence_result": DefenceResult(number="1", issued_by="BQP", issued_at=START),
            },
        ),
        ("x-lifted", {"suspensions": (suspension(lifted_at=TODAY - timedelta(hours=1)),)}),
        ("x-later", {"suspensions": (suspension(valid_from=TOMORROW),)}),
    ],
)
def test_what_stands_in_place_of_a_check_is_served(world: World, name: str, facts: dict[str, Any]) -> None:
    document = with_facts(name, **facts)
    if name in {"x-defence", "x-e1"}:
        participant = Participant(id=name.upper(), name=name, kind=ParticipantKind.DEFENCE_BODY)
        document = msgspec.structs.replace(document, participant=participant)
    world.grant(document)
    reply = world.lookup(name)
    assert (reply.status, reply.fault) == (200, None), reply.body
    assert "assessment-overdue" not in reply.headers.get("lt-notice", "")


@pytest.mark.law("R4.8")
def test_e0_does_not_free_from_the_yearly_check_and_e2_not_from_the_first(world: World) -> None:
    world.grant(
        with_facts("y-e0", periodic=LATE, confirmation=None, exemptions=(exemption(ExemptionCode.E0),)),
        with_facts("y-e2", confirmation=None, exemptions=(exemption(ExemptionCode.E2),)),
    )
    assert "assessment-overdue" in world.lookup("y-e0").headers["lt-notice"]
    refused(world, world.lookup("y-e2"), Code.CONFIRMATION_MISSING)


@pytest.mark.law("R4.6", "R1.2")
def test_an_overdue_yearly_check_only_warns(world: World) -> None:
    world.grant(with_facts("overdue", periodic=LATE))
    reply = world.lookup("overdue")
    assert (reply.status, reply.fault) == (200, None)
    assert reply.headers["lt-notice"].startswith("assessment-overdue=")
    assert '"lt-notice"' in reply.headers["signature-input"]
    refusal = world.lookup("overdue", person=PERSON | {"birth_date": "1990-02-16"})
    assert refusal.headers["lt-notice"] == reply.headers["lt-notice"]


@pytest.mark.law("R8.2")
def test_what_will_end_is_said_before(world: World) -> None:
    end = TODAY + timedelta(days=10)
    world.grant(with_facts("ending", agreement=Agreement(number="1", valid_from=START, valid_until=end)))
    assert "agreement-ends=" in world.lookup("ending").headers["lt-notice"]


@pytest.mark.law("R8.2")
def test_quotas_of_persons_calls_and_officers(world: World) -> None:
    officers = tuple(OfficerEntry(id=name, unit="u", role="r", valid_from=START) for name in ("a", "b"))
    world.grant(
        granted("q-persons", right={"quotas": Quotas(persons=2, calls=100)}),
        granted("q-calls", right={"quotas": Quotas(persons=100, calls=2)}),
        granted(
            "q-officer",
            officers=officers,
            right={"quotas": Quotas(persons=100, persons_per_officer=1, calls=100)},
        ),
    )
    wrong = PERSON | {"birth_date": "1990-02-16"}
    assert [world.lookup("q-persons", person=p).status for p in (wrong, PERSON, PERSON)] == [404, 200, 200]
    refused(world, world.lookup("q-persons"), Code.QUOTA_EXHAUSTED)
    assert [world.lookup("q-calls", person=p).status for p in (wrong, PERSON)] == [404, 200]
    exhausted = world.lookup("q-calls")
    refused(world, exhausted, Code.QUOTA_EXHAUSTED)
    assert exhausted.json["detail"] == "calls"
    assert world.lookup("q-officer", officer="a").status == 200
    refused(world, world.lookup("q-officer", officer="a"), Code.QUOTA_EXHAUSTED)
    assert world.lookup("q-officer", officer="b").status == 200


def test_a_refusal_of_scope_costs_no_quota_and_a_retry_counts_once(world: World) -> None:
    world.grant(granted("q-retry", right={"quotas": Quotas(persons=2, calls=2)}))
    for _ in range(5):
        assert world.lookup("q-retry", fields=["religion"]).code == Code.FIELD_NOT_GRANTED
    first = [world.lookup("q-retry", request_id="same") for _ in range(4)]
    assert {reply.status for reply in first} == {200}
    assert len(world.records_of("same")) == 4
    assert world.lookup("q-retry", request_id="other").status == 200
    assert world.lookup("q-retry", request_id="third").code == Code.QUOTA_EXHAUSTED


def test_the_same_request_id_with_another_question_is_no_retry(world: World) -> None:
    world.grant(granted("q-trick", right={"quotas": Quotas(persons=2, calls=100)}))
    asked = [["sex"], ["full_name"], ["birth_date"]]
    replies = [world.lookup("q-trick", fields=fields, request_id="trick") for fields in asked]
    assert [reply.status for reply in replies] == [200, 200, 429]


def consent(world: World, name: str, **changes: Any) -> str:
    values = {
        "id": name,
        "person_id": 1,
        "system": "bank",
        "purpose": "patient",
        "fields": [BY_NAME["sex"].number, BY_NAME["phone"].number],
        "valid_from": START,
        "valid_until": None,
        "withdrawn_at": None,
    } | changes
    columns = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    with connect_blocking(world.database, Role.ADMINISTRATOR) as connection:
        connection.execute(
            f"INSERT INTO register.consent ({columns}) VALUES ({marks})", list(values.values())
        )
    return name


@pytest.mark.law("R1.1")
def test_only_a_living_consent_for_just_this_opens_a_purpose_of_consent(world: World) -> None:
    def ask(name: str | None, claims: Any = {"sex": "2"}, person: Any = PERSON) -> Any:  # noqa: B006
        return world.ask("bank", "/v1/verify", {**person, "claims": claims}, consent=name)

    verified = ask("consent-1")
    assert (verified.status, verified.json["claims"]) == (200, {"sex": "match"})
    refused(world, ask(None), Code.CONSENT_REQUIRED)
    invalid = {
        "unknown": "consent-of-nobody",
        "withdrawn": consent(world, "c-withdrawn", withdrawn_at=YESTERDAY),
        "ended": consent(world, "c-ended", valid_until=YESTERDAY),
        "later": consent(world, "c-later", valid_from=TOMORROW),
        "purpose": consent(world, "c-purpose", purpose="credit"),
        "system": consent(world, "c-system", system="hospital"),
        "fields": consent(world, "c-fields", fields=[BY_NAME["phone"].number]),
        "person": consent(world, "c-person", person_id=2),
    }
    replies = []
    for name in invalid.values():
        reply = ask(name)
        assert refused(world, reply, Code.CONSENT_INVALID, lines=1)["consent"] == name
        replies.append(reply)
    assert ask("consent-1").code == Code.NO_MATCH  # guessing consents has spent the misses on this person
    absent = ask("consent-1", person=PERSON | {"number": "099190999999"})
    assert {reply.body for reply in [*replies, absent]} == {replies[0].body}
    assert "citizen" in replies[0].json


@pytest.mark.law("R8.2", "R1.1")
def test_a_verification_tells_match_or_not_and_no_value(world: World) -> None:
    reply = world.ask("verifier", "/v1/verify", {**PERSON, "claims": {"sex": "1", "phone": "+84900000009"}})
    assert reply.json == {"match": True, "claims": {"sex": "no_match", "phone": "not_available"}, "flags": {}}
    wrong = world.ask("verifier", "/v1/verify", {**PERSON, "claims": {"sex": ["1"]}})
    refused(world, wrong, Code.INVALID_VALUE)
    guess = world.ask(
        "verifier", "/v1/verify", {**PERSON, "birth_date": "1990-02-16", "claims": {"sex": "2"}}
    )
    refused(world, guess, Code.NO_MATCH, lines=1)


@pytest.mark.law("R8.1")
def test_a_purpose_registered_for_one_service_gives_no_other(world: World) -> None:
    one = granted("split", right={"services": (Service.LOOKUP,), "quotas": PLENTY})
    other = granting.purpose(code="second", case_required=False, case_pattern=None)
    world.grant(msgspec.structs.replace(one, purposes=(*one.purposes, other)))
    refused(world, world.lookup("split", purpose="second"), Code.SERVICE_NOT_GRANTED)
