"""R8.2: within the permitted scope and the agreed content: fields, services, population, quota, term."""

import pytest

from lienthong.core.answer import Answer
from lienthong.core.budget import DayUsage
from lienthong.core.decision import Plan
from lienthong.core.judgement import NO_MATCH
from lienthong.core.request import Service
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import evidence
from tests.law.published import decided, judged

pytestmark = pytest.mark.law("R8.2")
SEVEN = ("full_name", "number", "birth_date", "sex", "permanent_residence", "current_residence", "phone")


def test_a_hospital_gets_its_seven_fields() -> None:
    result = judged("h01/his", evidence(), *SEVEN).result
    assert isinstance(result, Answer)
    assert set(result.values) == set(SEVEN)


def test_an_eighth_is_refused_and_named() -> None:
    assert decided("h01/his", *SEVEN, "religion") == Refuse(Code.FIELD_NOT_GRANTED, fields=("religion",))


@pytest.mark.parametrize("system", ["nh01/core"])
def test_a_service_that_was_not_agreed_is_refused(system: str) -> None:
    refused = decided(system, "sex", consent="c-1")
    assert isinstance(refused, Refuse)
    assert refused.code is Code.SERVICE_NOT_GRANTED


def test_a_province_sees_its_own_residents_and_of_others_nothing() -> None:
    assert isinstance(judged("h31/syt", evidence(province="31"), "sex").result, Answer)
    assert judged("h31/syt", evidence(province="79"), "sex").result is NO_MATCH


def test_a_quota_ends_for_the_day() -> None:
    refused = decided("h31/syt", "sex", usage=DayUsage(persons={"health-book": 20_000}))
    assert refused == Refuse(Code.QUOTA_EXHAUSTED, "persons")


def test_an_ended_agreement_stops_a_system() -> None:
    refused = decided("h48/canbo", "full_name")
    assert isinstance(refused, Refuse)
    assert refused.code is Code.AGREEMENT_ENDED


def test_a_batch_needs_its_own_right() -> None:
    batch = {"service": Service.LOOKUP_BATCH, "claim": None, "items": 1000}
    assert isinstance(decided("g12/tms", "sex", **batch), Plan)
    refused = decided("g12/tms", "sex", **{**batch, "items": 1001})
    assert isinstance(refused, Refuse)
    assert refused.code is Code.BATCH_SIZE
    other = decided("h01/his", "sex", **batch, cases=("BN-2026-000123",))
    assert isinstance(other, Refuse)
    assert other.code is Code.SERVICE_NOT_GRANTED
