from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lienthong.core.grant import compile_grant
from lienthong.core.grant_checks import problems
from lienthong.core.grant_document import (
    Channel,
    DefenceResult,
    Exemption,
    ExemptionCode,
    GrantDocument,
    GrantFormatError,
    ParticipantKind,
    PublicKey,
    encode_document,
)
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.record import Visibility
from tests.core.granting import START, document, facts, key_entry, override, purpose, right

replace = msgspec.structs.replace


def with_right(**changes) -> GrantDocument:
    return document(rights=(right(**changes),))


def with_purpose(**changes) -> GrantDocument:
    return document(purposes=(purpose(**changes),))


VERIFY = {"services": (Service.VERIFY,), "fields": ()}
BAD = {
    "profile": document(profile="tt99"),
    "system.platform": document(system=replace(document().system, channel=Channel.PLATFORM)),
    "system.direct": document(system=replace(document().system, direct=None)),
    "system.proofs": document(system=replace(document().system, proofs=())),
    "keys[0]: valid_until lies before": document(keys=(key_entry(valid_until=START),)),
    "keys[0]: a key lives at most 365": document(keys=(key_entry(valid_until=START + timedelta(days=366)),)),
    "keys[0].jwk": document(keys=(key_entry(jwk=PublicKey(crv="P-256", kty="OKP", x="A" * 43)),)),
    "keys[0].jwk: OKP": document(keys=(key_entry(jwk=PublicKey(crv="P-256", kty="EC", x="A" * 43)),)),
    "officers: 'cb-01' stands twice": document(officers=document().officers[:1] * 2),
    "purposes: 'patient' stands twice": document(purposes=(purpose(), purpose())),
    "purposes.patient: law: the ground other_law": with_purpose(ground=PurposeGround.OTHER_LAW),
    "purposes.patient: law: a bulk": with_purpose(bulk=True),
    "purposes.patient: decision": with_purpose(actor=Actor.AUTOMATIC),
    "purposes.patient: case_required": with_purpose(case_required=False),
    "purposes.patient: case_pattern": with_purpose(case_pattern="***"),
    "rights: 'patient' stands twice": document(rights=(right(), right())),
    "rights.other: purpose": document(rights=(right(), right(purpose="other"))),
    "rights.patient: services: 'lookup' stands twice": with_right(services=(Service.LOOKUP,) * 2),
    "rights.patient: fields: 'sex' stands twice": with_right(fields=("sex", "sex")),
    "rights.patient: fields: not in the catalogue: shoe_size": with_right(fields=("sex", "shoe_size")),
    "rights.patient: fields: they go with": with_right(fields=()),
    "rights.patient: verify_fields: they go with": with_right(verify_fields=("sex",)),
    "rights.patient: fields: age is computed from birth_date": with_right(fields=("age",)),
    "rights.patient: verify_fields: is_adult is computed from": with_right(
        **VERIFY, verify_fields=("is_adult",)
    ),
    "rights.patient: related: set it": with_right(fields=("father_name",)),
    "rights.patient: related: set it to true to give children_names, children_count": with_right(
        fields=("children_count", "children_names")
    ),
    "rights.patient: related_numbers": with_right(fields=("father_number",), related=True),
    "rights.patient: verify_fields: these have parts": with_right(
        **VERIFY, verify_fields=("permanent_residence",)
    ),
    "rights.patient: provinces: not in the list of 34 provinces: 02": with_right(provinces=("31", "02")),
    "rights.patient: batch_items": with_right(services=(Service.LOOKUP, Service.LOOKUP_BATCH)),
    "rights.patient: batch_items: it goes": with_right(batch_items=5),
    "rights.patient: services: a batch names many": document(
        purposes=(purpose(ground=PurposeGround.CONSENT),),
        rights=(right(services=(Service.LOOKUP_BATCH,), batch_items=5),),
    ),
    "rights.patient: services: a citizen asks": document(
        purposes=(purpose(ground=PurposeGround.OWN_REQUEST, actor=Actor.CITIZEN),),
        rights=(right(services=(Service.LOOKUP_BATCH,), batch_items=5),),
    ),
    "rights.patient: override: hiding lines": with_right(visibility=Visibility.HIDDEN),
    "rights.patient: override: hiding lines or seeing protected": with_right(protected=(1,)),
    "rights.patient: override: no override is called 'o1'": with_right(protected=(1,), override="o1"),
    "facts.defence_result": document(
        facts=facts(defence_result=DefenceResult(number="1", issued_by="BQP", issued_at=START))
    ),
    "facts.exemptions: E1": document(
        facts=facts(exemptions=(Exemption(code=ExemptionCode.E1, evidence="x", valid_from=START),))
    ),
    "overrides: 'o1' stands twice": document(overrides=(override(), override())),
    "overrides.o1: an override names the law": document(overrides=(override(law=" "),)),
    "overrides.o1: an override ends": document(overrides=(override(valid_until=START),)),
    "overrides.o1: an override has two": document(overrides=(override(approvers=("A", "A")),)),
}


def test_a_complete_document_agrees_with_itself() -> None:
    assert problems(document()) == ()
    derived = with_right(
        services=(Service.LOOKUP, Service.VERIFY),
        fields=("birth_date", "age", "permanent_residence"),
        verify_fields=("is_adult", "province_of_permanent_residence"),
    )
    assert problems(derived) == ()
    verified = with_right(
        **VERIFY, verify_fields=("permanent_residence", "province_of_permanent_residence", "sex")
    )
    assert problems(verified) == ()


@pytest.mark.parametrize("expected", BAD)
def test_a_contradiction_is_named_and_not_compiled(expected: str) -> None:
    found = problems(BAD[expected])
    assert any(text.startswith(expected) for text in found), found
    with pytest.raises(GrantFormatError):
        compile_grant(encode_document(BAD[expected]))


@pytest.mark.law("R3.1")
def test_a_direct_connection_needs_its_ground_decision_and_review() -> None:
    direct = document(system=replace(document().system, channel=Channel.DIRECT, direct=None))
    assert any("ground, decision and review" in text for text in problems(direct))
    platform = document(
        system=replace(document().system, channel=Channel.PLATFORM, platform="ndxp", direct=None)
    )
    assert problems(platform) == ()


def test_a_defence_body_may_have_a_defence_result_and_the_exemption_of_its_ministry() -> None:
    defence = document(
        participant=replace(document().participant, kind=ParticipantKind.DEFENCE_BODY),
        facts=facts(
            confirmation=None,
            defence_result=DefenceResult(
                number="1", issued_by="BQP", issued_at=datetime(2026, 1, 1, tzinfo=UTC)
            ),
            exemptions=(Exemption(code=ExemptionCode.E1, evidence="x", valid_from=START),),
        ),
    )
    assert problems(defence) == ()
