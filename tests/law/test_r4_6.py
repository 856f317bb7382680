"""R4.6: the yearly check is the assessor's duty; overdue it warns, E1 to E3 free from it while they last."""

import msgspec
import pytest

from lienthong.core.budget import DayUsage
from lienthong.core.decision import Plan, decide
from lienthong.core.grant import SystemGrant, compile_grant
from lienthong.core.grant_document import (
    Exemption,
    ExemptionCode,
    ParticipantKind,
    PeriodicCheck,
    encode_document,
)
from lienthong.core.grounds import GroundState
from lienthong.core.legal_days import DAY, moment
from tests.law.published import NOW, asking, decided, grants

pytestmark = pytest.mark.law("R4.6")
replace = msgspec.structs.replace


def test_a_system_whose_check_is_overdue_is_served_and_warned() -> None:
    plan = decided("g07/bhxh", "sex")
    assert isinstance(plan, Plan)
    assert plan.notices == ("assessment-overdue=2026-10-15",)


def test_sixty_days_ahead_the_date_travels_with_every_answer() -> None:
    plan = decided("h31/mcdt", "sex")
    assert isinstance(plan, Plan)
    assert "assessment-due=2026-12-24" in plan.notices


def never_checked(code: ExemptionCode, *, days: int) -> SystemGrant:
    """The hospital, its check long overdue, never assessed this year, exempt for so many days more."""
    document = grants()["h01/his"].document
    exemption = Exemption(
        code=code,
        evidence="BB",
        valid_from=moment(NOW - 30 * DAY),
        valid_until=moment(NOW + days * DAY),
    )
    facts = replace(
        document.facts, exemptions=(exemption,), periodic=PeriodicCheck(due=moment(NOW - 90 * DAY))
    )
    participant = replace(document.participant, kind=ParticipantKind.DEFENCE_BODY)
    return compile_grant(encode_document(replace(document, facts=facts, participant=participant)))


@pytest.mark.parametrize("code", [ExemptionCode.E1, ExemptionCode.E2, ExemptionCode.E3])
def test_an_exempt_system_without_any_assessment_is_served(code: ExemptionCode) -> None:
    grant = never_checked(code, days=90)
    assert isinstance(decide(grant, asking("h01/his", "sex"), NOW, DayUsage()), Plan)
    assert grant.standing_at(NOW).grounds[-1].state is GroundState.EXEMPT
    assert grant.notices(NOW) == ()


@pytest.mark.parametrize("code", [ExemptionCode.E1, ExemptionCode.E2, ExemptionCode.E3])
def test_an_exemption_ends_when_its_fact_ends_and_even_then_only_warns(code: ExemptionCode) -> None:
    grant = never_checked(code, days=1)
    after = NOW + DAY
    assert grant.standing_at(after).grounds[-1].state is GroundState.OVERDUE
    plan = decide(grant, asking("h01/his", "sex"), after, DayUsage())
    assert isinstance(plan, Plan)
    assert any(notice.startswith("assessment-overdue=") for notice in plan.notices)
