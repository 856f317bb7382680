from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lienthong.core.grant_document import ExemptionCode
from lienthong.core.system_facts import (
    ManagedBy,
    Stage,
    SystemFacts,
    level_three,
    possible_exemptions,
    security_level_entry,
)
from tests.core.connecting import FACT, LEVEL
from tests.core.filing import PAPER_OF_TOMORROW, PROFILE, TODAY

READY = SystemFacts(level=LEVEL)


@pytest.mark.law("R4.1")
@pytest.mark.parametrize(
    ("level", "missing"),
    [
        (LEVEL, set()),
        (replace(LEVEL, level=5), set()),
        (None, {"level_unknown"}),
        (replace(LEVEL, level=2), {"level_too_low"}),
        (replace(LEVEL, decision=None), {"level_decision"}),
        (replace(LEVEL, plan=None), {"level_plan"}),
        (replace(LEVEL, carried_out=None), {"level_carried_out"}),
        (replace(LEVEL, carried_out=PAPER_OF_TOMORROW), {"level_carried_out"}),
        (
            replace(LEVEL, level=1, decision=None, plan=None, carried_out=None),
            {"level_too_low", "level_decision", "level_plan", "level_carried_out"},
        ),
    ],
)
def test_missing_evidence_is_shown_at_filing_and_stops_going_live(level, missing) -> None:
    facts = SystemFacts(level=level)
    filing = level_three(facts, PROFILE, TODAY, Stage.FILING)
    going_live = level_three(facts, PROFILE, TODAY, Stage.GO_LIVE)
    assert {each.name for each in filing.missing} == missing
    assert filing.missing == going_live.missing
    assert not filing.stops
    assert going_live.stops is bool(missing)
    assert (security_level_entry(facts, PROFILE, TODAY) is None) is bool(missing)


@pytest.mark.law("R4.1")
def test_a_grant_states_the_level_from_the_day_of_the_last_paper() -> None:
    entry = security_level_entry(READY, PROFILE, TODAY)
    assert entry is not None
    assert (entry.level, entry.decision) == (3, LEVEL.decision.name)
    assert entry.valid_from == datetime(2026, 5, 3, 17, tzinfo=UTC)


def test_a_fact_holds_between_its_days_and_only_with_its_paper() -> None:
    assert not FACT.holds_on(date(2026, 3, 31))
    assert FACT.holds_on(date(2026, 4, 1))
    assert FACT.holds_on(date(2026, 12, 31))
    assert not FACT.holds_on(date(2027, 1, 1))
    assert replace(FACT, valid_to=None).holds_on(date(2030, 1, 1))
    assert not replace(FACT, paper=PAPER_OF_TOMORROW).holds_on(TODAY)


@pytest.mark.law("R4.6", "R4.8")
@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (READY, ()),
        (SystemFacts(identification_platform=FACT), (ExemptionCode.E0,)),
        (SystemFacts(managed_by=ManagedBy.DEFENCE, defence=FACT), (ExemptionCode.E1,)),
        (SystemFacts(managed_by=ManagedBy.DEFENCE), ()),
        (SystemFacts(defence=FACT), ()),
        (SystemFacts(monitoring=FACT), (ExemptionCode.E2,)),
        (SystemFacts(monitoring=replace(FACT, valid_to=date(2026, 11, 23))), ()),
    ],
)
def test_facts_in_force_speak_for_an_exemption(facts, codes) -> None:
    assert possible_exemptions(facts, TODAY) == codes
