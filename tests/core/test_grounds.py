from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.grant_document import (
    Agreement,
    ConditionEntry,
    ConditionName,
    Confirmation,
    DefenceResult,
    Exemption,
    ExemptionCode,
    Facts,
    PeriodicCheck,
    SecurityLevel,
    Suspension,
    Verdict,
)
from lienthong.core.grounds import Ground, GroundKind, GroundState, changes, standing
from lienthong.core.law import OURS, PROFILES, Citation, Parameter, Profile, Unit
from lienthong.core.legal_days import DAY, instant, moment
from lienthong_protocol.refusals import Code
from tests.core.granting import NOW, START, facts

PROFILE = PROFILES["tt46-2026-07"]
AT = moment(NOW)


def days(number: int) -> datetime:
    return AT + timedelta(days=number)


def lapse(word: str) -> Profile:
    parameter = Parameter(word, Unit.WORD, Citation(OURS), verified=False)
    parameters = {**PROFILE.parameters, "assessment.periodic_lapse": parameter}
    return Profile(PROFILE.id, PROFILE.valid_from, None, parameters)


def ground(kind: GroundKind, found: Facts, now: int = NOW, profile: Profile = PROFILE) -> Ground:
    return next(each for each in standing(found, profile, now).grounds if each.kind is kind)


def code(found: Facts, now: int = NOW, profile: Profile = PROFILE) -> Code | None:
    refusal = standing(found, profile, now).refusal
    return None if refusal is None else refusal.code


def test_a_system_whose_grounds_are_met_is_served() -> None:
    found = standing(facts(), PROFILE, NOW)
    assert found.refusal is None
    assert not found.verify_only
    assert found.notices == ()
    assert {each.state for each in found.grounds} == {GroundState.MET}


NO_GROUND = {
    "no confirmation": (facts(confirmation=None), Code.CONFIRMATION_MISSING),
    "confirmation not yet": (
        facts(confirmation=Confirmation(number="1", issued_by="A05", issued_at=days(1), design_version="1")),
        Code.CONFIRMATION_MISSING,
    ),
    "confirmation ended": (
        facts(
            confirmation=Confirmation(
                number="1", issued_by="A05", issued_at=START, design_version="1", valid_until=AT
            )
        ),
        Code.CONFIRMATION_MISSING,
    ),
    "confirmation withdrawn": (
        facts(
            confirmation=Confirmation(
                number="1",
                issued_by="A05",
                issued_at=START,
                design_version="1",
                valid_until=days(9),
                withdrawn_at=days(-1),
            )
        ),
        Code.CONFIRMATION_MISSING,
    ),
    "no agreement": (facts(agreement=None), Code.AGREEMENT_ENDED),
    "agreement ended": (
        facts(agreement=Agreement(number="1", valid_from=START, valid_until=AT)),
        Code.AGREEMENT_ENDED,
    ),
    "agreement not yet": (facts(agreement=Agreement(number="1", valid_from=days(1))), Code.AGREEMENT_ENDED),
    "no level": (facts(security_level=None), Code.CONDITION_MISSING),
    "level 2": (
        facts(security_level=SecurityLevel(level=2, decision="1", valid_from=START)),
        Code.CONDITION_MISSING,
    ),
    "level not yet": (
        facts(security_level=SecurityLevel(level=3, decision="1", valid_from=days(1))),
        Code.CONDITION_MISSING,
    ),
    "no conditions": (facts(conditions=()), Code.CONDITION_MISSING),
    "five conditions": (facts(conditions=facts().conditions[1:]), Code.CONDITION_MISSING),
    "a condition lost": (
        facts(
            conditions=(
                *facts().conditions,
                ConditionEntry(
                    name=ConditionName.SAFETY, verdict=Verdict.FAILED, evidence="BB 2", decided_at=AT
                ),
            )
        ),
        Code.CONDITION_MISSING,
    ),
    "suspended": (
        facts(suspensions=(Suspension(ground="x", restored_by="y", signed_by=("A",), valid_from=days(-1)),)),
        Code.SUSPENDED,
    ),
}


@pytest.mark.law("R1.4", "R4.1", "R4.4", "R8.2")
@pytest.mark.parametrize("case", NO_GROUND)
def test_without_its_ground_a_system_is_refused(case: str) -> None:
    found, expected = NO_GROUND[case]
    assert code(found) is expected
    assert sum(each.state is GroundState.REFUSED for each in standing(found, PROFILE, NOW).grounds) == 1


def test_a_suspension_is_named_before_every_other_reason() -> None:
    suspended = Suspension(ground="lộ khóa", restored_by="thay khóa", signed_by=("A",), valid_from=days(-1))
    refusal = standing(facts(agreement=None, suspensions=(suspended,)), PROFILE, NOW).refusal
    assert refusal is not None
    assert (refusal.code, refusal.detail) == (Code.SUSPENDED, "lộ khóa")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"valid_from": days(1)}, GroundState.MET),
        ({"valid_until": AT}, GroundState.MET),
        ({"lifted_at": AT}, GroundState.MET),
        ({"valid_until": days(9), "lifted_at": days(-1)}, GroundState.MET),
        ({"valid_until": days(9), "lifted_at": days(5)}, GroundState.REFUSED),
    ],
)
def test_a_suspension_holds_until_it_is_lifted_or_ends(
    changed: dict[str, datetime], state: GroundState
) -> None:
    entry = Suspension(ground="x", restored_by="y", signed_by=("A",), valid_from=days(-3))
    found = facts(suspensions=(msgspec.structs.replace(entry, **changed),))
    assert ground(GroundKind.SUSPENSION, found).state is state


def test_the_newest_verdict_on_a_condition_holds() -> None:
    failed = ConditionEntry(
        name=ConditionName.SAFETY, verdict=Verdict.FAILED, evidence="2", decided_at=days(-5)
    )
    mended = ConditionEntry(name=ConditionName.SAFETY, verdict=Verdict.MET, evidence="3", decided_at=days(-1))
    later = ConditionEntry(
        name=ConditionName.SAFETY, verdict=Verdict.FAILED, evidence="4", decided_at=days(1)
    )
    found = facts(conditions=(mended, later, failed, *facts().conditions))
    assert ground(GroundKind.CONDITIONS, found).state is GroundState.MET
    assert code(found, NOW - 2 * DAY) is Code.CONDITION_MISSING
    assert code(found, NOW + 2 * DAY) is Code.CONDITION_MISSING


def exempt(kind: ExemptionCode, *, since: int = -30, until: int | None = None) -> Exemption:
    end = None if until is None else days(until)
    return Exemption(code=kind, evidence=f"BB {kind}", valid_from=days(since), valid_until=end)


@pytest.mark.law("R4.8")
def test_e0_stands_in_for_the_confirmation_and_for_nothing_else() -> None:
    found = facts(
        confirmation=None,
        exemptions=(exempt(ExemptionCode.E0),),
        periodic=PeriodicCheck(due=days(-1)),
    )
    before = ground(GroundKind.PRE_CONNECTION, found)
    assert (before.state, before.exemption, before.evidence) == (
        GroundState.EXEMPT,
        ExemptionCode.E0,
        "BB E0",
    )
    assert ground(GroundKind.PERIODIC_CHECK, found).state is GroundState.OVERDUE
    assert code(found) is None
    assert code(facts(confirmation=None, exemptions=(exempt(ExemptionCode.E0, until=0),))) is not None


@pytest.mark.law("R4.6")
@pytest.mark.parametrize("kind", [ExemptionCode.E1, ExemptionCode.E2, ExemptionCode.E3])
def test_the_yearly_exemptions_free_from_the_yearly_check_alone(kind: ExemptionCode) -> None:
    found = facts(exemptions=(exempt(kind),), periodic=PeriodicCheck(due=days(-300)))
    yearly = ground(GroundKind.PERIODIC_CHECK, found)
    assert (yearly.state, yearly.exemption) == (GroundState.EXEMPT, kind)
    unconfirmed = facts(confirmation=None, exemptions=(exempt(kind),))
    assert code(unconfirmed) is Code.CONFIRMATION_MISSING


@pytest.mark.law("R4.6")
def test_a_check_by_another_body_is_recognised_for_one_year() -> None:
    found = facts(exemptions=(exempt(ExemptionCode.E3, since=-364),), periodic=PeriodicCheck(due=days(-1)))
    assert ground(GroundKind.PERIODIC_CHECK, found).state is GroundState.EXEMPT
    assert ground(GroundKind.PERIODIC_CHECK, found, NOW + 2 * DAY).state is GroundState.OVERDUE
    shorter = facts(
        exemptions=(exempt(ExemptionCode.E3, since=-300, until=-1),), periodic=PeriodicCheck(due=days(-1))
    )
    assert ground(GroundKind.PERIODIC_CHECK, shorter).state is GroundState.OVERDUE


@pytest.mark.law("R4.3")
def test_the_defence_units_result_opens_the_gate_while_it_holds() -> None:
    result = DefenceResult(number="7/BQP", issued_by="BQP", issued_at=START, valid_until=days(1))
    found = facts(confirmation=None, defence_result=result)
    assert ground(GroundKind.PRE_CONNECTION, found).evidence == "7/BQP"
    assert code(found) is None
    assert code(found, NOW + DAY) is Code.CONFIRMATION_MISSING


@pytest.mark.parametrize(
    ("due", "state", "notices"),
    [
        (days(61), GroundState.MET, ()),
        (days(60), GroundState.DUE, ("assessment-due=2027-01-23",)),
        (days(1), GroundState.DUE, ("assessment-due=2026-11-25",)),
        (AT, GroundState.OVERDUE, ("assessment-overdue=2026-11-24",)),
        (days(-400), GroundState.OVERDUE, ("assessment-overdue=2025-10-20",)),
    ],
)
@pytest.mark.law("R4.6", "R1.2")
def test_a_yearly_check_is_due_then_overdue_and_by_default_only_warned_of(
    due: datetime, state: GroundState, notices: tuple[str, ...]
) -> None:
    found = standing(facts(periodic=PeriodicCheck(due=due)), PROFILE, NOW)
    assert found.grounds[-1].state is state
    assert found.notices == notices
    assert found.refusal is None
    assert not found.verify_only


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (facts(periodic=PeriodicCheck(last=datetime(2025, 5, 1, tzinfo=UTC))), "due on 2026-12-31"),
        (
            facts(
                confirmation=Confirmation(
                    number="1",
                    issued_by="A05",
                    issued_at=datetime(2025, 5, 1, tzinfo=UTC),
                    design_version="1",
                )
            ),
            "due on 2026-12-31",
        ),
        (
            facts(
                confirmation=None,
                agreement=Agreement(number="1", valid_from=datetime(2024, 5, 1, tzinfo=UTC)),
            ),
            "was due on 2025-12-31",
        ),
        (Facts(periodic=PeriodicCheck()), "no yearly check is planned"),
        (Facts(), "no yearly check is planned"),
    ],
)
def test_without_a_plan_the_check_is_due_in_the_year_after_the_last_paper(
    found: Facts, expected: str
) -> None:
    assert expected in ground(GroundKind.PERIODIC_CHECK, found).evidence


@pytest.mark.law("R4.6")
def test_the_profile_may_restrict_or_stop_after_the_days_of_grace() -> None:
    late = facts(periodic=PeriodicCheck(due=days(-30)))
    recent = facts(periodic=PeriodicCheck(due=days(-29)))
    restricted = standing(late, lapse("restrict"), NOW)
    assert (restricted.refusal, restricted.verify_only) == (None, True)
    assert not standing(recent, lapse("restrict"), NOW).verify_only
    assert code(late, profile=lapse("stop")) is Code.ASSESSMENT_OVERDUE
    assert code(recent, profile=lapse("stop")) is None
    assert not standing(late, PROFILE, NOW).verify_only


@pytest.mark.parametrize(
    ("found", "notice"),
    [
        (facts(agreement=Agreement(number="1", valid_from=START, valid_until=days(60))), "agreement-ends"),
        (facts(exemptions=(exempt(ExemptionCode.E2, until=60),)), "exemption-ends"),
        (facts(confirmation=None, exemptions=(exempt(ExemptionCode.E0, until=60),)), "exemption-ends"),
        (
            facts(
                confirmation=Confirmation(
                    number="1", issued_by="A05", issued_at=START, design_version="1", valid_until=days(60)
                )
            ),
            "confirmation-ends",
        ),
    ],
)
def test_what_ends_within_sixty_days_is_warned_of(found: Facts, notice: str) -> None:
    assert standing(found, PROFILE, NOW).notices == (f"{notice}=2027-01-23",)
    assert standing(found, PROFILE, NOW - 1).notices == ()


moments = st.integers(-800, 800).map(days)
maybe = st.none() | moments
random_facts = st.builds(
    Facts,
    confirmation=st.none()
    | st.builds(
        Confirmation,
        number=st.just("1"),
        issued_by=st.just("A05"),
        issued_at=moments,
        design_version=st.just("1"),
        valid_until=maybe,
        withdrawn_at=maybe,
    ),
    defence_result=st.none()
    | st.builds(
        DefenceResult, number=st.just("2"), issued_by=st.just("B"), issued_at=moments, valid_until=maybe
    ),
    exemptions=st.lists(
        st.builds(
            Exemption,
            code=st.sampled_from(ExemptionCode),
            evidence=st.just("e"),
            valid_from=moments,
            valid_until=maybe,
        ),
        max_size=3,
    ).map(tuple),
    agreement=st.none() | st.builds(Agreement, number=st.just("3"), valid_from=moments, valid_until=maybe),
    periodic=st.none() | st.builds(PeriodicCheck, last=maybe, due=maybe),
    security_level=st.none()
    | st.builds(SecurityLevel, level=st.integers(1, 5), decision=st.just("4"), valid_from=moments),
    conditions=st.lists(
        st.builds(
            ConditionEntry,
            name=st.sampled_from(ConditionName),
            verdict=st.sampled_from(Verdict),
            evidence=st.just("c"),
            decided_at=moments,
        ),
        max_size=8,
    ).map(tuple),
    suspensions=st.lists(
        st.builds(
            Suspension,
            ground=st.just("g"),
            restored_by=st.just("r"),
            signed_by=st.just(("A",)),
            valid_from=moments,
            valid_until=maybe,
            lifted_at=maybe,
        ),
        max_size=2,
    ).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(random_facts, st.sampled_from(["warn", "restrict", "stop"]))
def test_between_the_known_instants_nothing_changes(found: Facts, word: str) -> None:
    profile = lapse(word)
    known = changes(found, profile)
    assert list(known) == sorted(set(known))
    for start, end in zip((NOW - 3000 * DAY, *known), (*known, NOW + 3000 * DAY), strict=True):
        if end > start:
            first, last = standing(found, profile, start), standing(found, profile, end - 1)
            assert (first.refusal, first.verify_only, first.notices) == (
                last.refusal,
                last.verify_only,
                last.notices,
            )
            assert [each.state for each in first.grounds] == [each.state for each in last.grounds]
            middle = standing(found, profile, (start + end) // 2)
            assert middle.refusal == first.refusal


@settings(max_examples=200, deadline=None)
@given(random_facts, moments)
def test_a_refused_ground_refuses_and_only_it_does_by_default(found: Facts, at: datetime) -> None:
    result = standing(found, PROFILE, instant(at))
    refused = [each for each in result.grounds if each.state is GroundState.REFUSED]
    assert (result.refusal is not None) is bool(refused)
    assert all((each.exemption is not None) is (each.state is GroundState.EXEMPT) for each in result.grounds)
