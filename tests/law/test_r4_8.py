"""R4.8: E0 stands in for the confirmation before connecting; every other demand remains."""

import msgspec
import pytest

from lienthong.core.budget import DayUsage
from lienthong.core.decision import Plan, decide
from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import Facts, PeriodicCheck, encode_document
from lienthong.core.grounds import GroundKind, GroundState
from lienthong.core.legal_days import DAY, moment
from lienthong_protocol.refusals import Code, Refuse
from tests.law.published import NOW, asking, decided, grants

pytestmark = pytest.mark.law("R4.8")
SYSTEM = "g05/hocba"
replace = msgspec.structs.replace


def with_facts(**changes) -> Plan | Refuse:
    document = grants()[SYSTEM].document
    facts: Facts = replace(document.facts, **changes)
    grant = compile_grant(encode_document(replace(document, facts=facts)))
    return decide(grant, asking(SYSTEM, "sex"), NOW, DayUsage())


def test_an_exempt_system_without_confirmation_is_served() -> None:
    assert grants()[SYSTEM].document.facts.confirmation is None
    assert isinstance(decided(SYSTEM, "sex"), Plan)
    ground = grants()[SYSTEM].standing_at(NOW).grounds[2]
    assert (ground.kind, ground.state) == (GroundKind.PRE_CONNECTION, GroundState.EXEMPT)
    assert "nền tảng định danh" in ground.evidence


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exemptions": ()}, Code.CONFIRMATION_MISSING),
        ({"security_level": None}, Code.CONDITION_MISSING),
        ({"conditions": ()}, Code.CONDITION_MISSING),
        ({"agreement": None}, Code.AGREEMENT_ENDED),
    ],
)
def test_it_frees_from_nothing_else(changes: dict, code: Code) -> None:
    refused = with_facts(**changes)
    assert isinstance(refused, Refuse)
    assert refused.code is code


def test_the_yearly_check_remains() -> None:
    plan = with_facts(periodic=PeriodicCheck(due=moment(NOW - DAY)))
    assert isinstance(plan, Plan)
    assert plan.notices == ("assessment-overdue=2026-11-23",)
