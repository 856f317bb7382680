"""R1.4: whoever is connected keeps the six conditions; losing one is felt on the next call."""

from datetime import timedelta

import msgspec
import pytest

from lienthong.core.budget import DayUsage
from lienthong.core.decision import Plan, decide
from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import ConditionEntry, ConditionName, Verdict, encode_document
from lienthong.core.grounds import GroundKind, GroundState
from lienthong.core.legal_days import instant, moment
from lienthong_protocol.refusals import Code, Refuse
from tests.law.published import NOW, asking, decided, grants

pytestmark = pytest.mark.law("R1.4")
replace = msgspec.structs.replace


def test_six_conditions_each_have_a_verdict() -> None:
    assert len(ConditionName) == 6
    ground = next(g for g in grants()["h01/his"].standing_at(NOW).grounds if g.kind is GroundKind.CONDITIONS)
    assert (ground.state, ground.evidence) == (GroundState.MET, "Biên bản 101/BB")


@pytest.mark.parametrize("name", ConditionName)
def test_losing_one_refuses_from_its_instant(name: ConditionName) -> None:
    document = grants()["h01/his"].document
    lost = ConditionEntry(
        name=name,
        verdict=Verdict.FAILED,
        evidence="Biên bản 9/BB",
        decided_at=moment(NOW) + timedelta(hours=1),
    )
    facts = replace(document.facts, conditions=(*document.facts.conditions, lost))
    grant = compile_grant(encode_document(replace(document, facts=facts)))
    at = instant(lost.decided_at)
    assert isinstance(decide(grant, asking("h01/his", "sex"), at - 1, DayUsage()), Plan)
    refused = decide(grant, asking("h01/his", "sex"), at, DayUsage())
    assert isinstance(refused, Refuse)
    assert (refused.code, refused.detail) == (Code.CONDITION_MISSING, f"not kept: {name}")


def test_a_signed_suspension_stops_a_system_and_says_why() -> None:
    refused = decided("vt01/thuebao", "sex", service="verify")
    assert isinstance(refused, Refuse)
    assert refused.code is Code.SUSPENDED
    assert "lộ khóa ký" in refused.detail
