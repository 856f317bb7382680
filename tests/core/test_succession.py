from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.succession import (
    SUCCESSION_LABELS,
    SUCCESSION_TEXTS,
    Holding,
    HoldingKind,
    Move,
    Succession,
    SuccessionError,
    SuccessionKind,
    SuccessionProblem,
    is_premature,
    moves,
    resolve,
    succession_problems,
)
from tests.core.filing import DECREE

DAY = date(2025, 7, 1)
HOLDINGS = (
    Holding(HoldingKind.SYSTEM, "s1", "H01"),
    Holding(HoldingKind.KEY, "k1", "H01", system="s1"),
    Holding(HoldingKind.AGREEMENT, "a1", "H01", system="s1"),
    Holding(HoldingKind.DUTY, "d1", "H01"),
    Holding(HoldingKind.SYSTEM, "s2", "H02"),
    Holding(HoldingKind.SYSTEM, "s9", "H09"),
)


def decision(kind, before, after, *, on=DAY, names=None, receivers=None) -> Succession:
    return Succession(
        kind=kind,
        decision=DECREE,
        effective_on=on,
        predecessors=tuple(before.split()),
        successors=tuple(after.split()),
        names=names or {},
        receivers=receivers or {},
    )


MERGE = decision(SuccessionKind.MERGE, "H01 H02", "H30")
ABSORB = decision(SuccessionKind.MERGE, "H01 H02", "H02")
SPLIT = decision(
    SuccessionKind.SPLIT,
    "H01",
    "H11 H12",
    receivers={(HoldingKind.SYSTEM, "s1"): "H11", (HoldingKind.DUTY, "d1"): "H12"},
)
RENAME = decision(SuccessionKind.RENAME, "H01", "H40", names={"H40": "Sở mới"})


@pytest.mark.law("R1.2")
@pytest.mark.parametrize("given_decision", [MERGE, ABSORB, SPLIT, RENAME])
def test_one_decision_moves_everything_its_bodies_hold_and_nothing_else(given_decision) -> None:
    assert succession_problems(given_decision, (), HOLDINGS) == ()
    held = [each for each in HOLDINGS if each.holder in given_decision.ended]
    moved = moves(given_decision, HOLDINGS)
    assert [move.holding for move in moved] == held
    assert {move.receiver for move in moved} <= set(given_decision.successors)


@pytest.mark.law("R1.2")
def test_keys_and_agreements_go_with_their_system() -> None:
    receivers = {move.holding.id: move.receiver for move in moves(SPLIT, HOLDINGS)}
    assert receivers == {"s1": "H11", "k1": "H11", "a1": "H11", "d1": "H12"}


def test_a_body_that_goes_on_keeps_what_it_has() -> None:
    assert Move(HOLDINGS[4], "H02") not in moves(ABSORB, HOLDINGS)
    assert ABSORB.ended == ("H01",)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (decision(SuccessionKind.MERGE, "H01", "H30"), SuccessionProblem.MERGE_SHAPE),
        (decision(SuccessionKind.MERGE, "H01 H02", "H30 H31"), SuccessionProblem.MERGE_SHAPE),
        (replace(SPLIT, successors=("H11",)), SuccessionProblem.SPLIT_SHAPE),
        (replace(RENAME, predecessors=("H01", "H02")), SuccessionProblem.RENAME_SHAPE),
        (replace(RENAME, names={"H40": " "}), SuccessionProblem.NAME_MISSING),
        (decision(SuccessionKind.MERGE, "H01 H01", "H30"), SuccessionProblem.REPEATED),
        (replace(SPLIT, receivers={(HoldingKind.SYSTEM, "s1"): "H11"}), SuccessionProblem.NOT_ASSIGNED),
        (
            replace(SPLIT, receivers={**SPLIT.receivers, (HoldingKind.DUTY, "d1"): "H09"}),
            SuccessionProblem.FOREIGN_RECEIVER,
        ),
    ],
)
def test_a_decision_that_cannot_be_carried_out_says_why(wrong, problem) -> None:
    assert problem in {found for found, _ in succession_problems(wrong, (), HOLDINGS)}


def test_what_nobody_is_named_for_does_not_move() -> None:
    undecided = replace(SPLIT, receivers={})
    assert moves(undecided, HOLDINGS) == ()


def test_who_has_ended_takes_part_in_no_later_decision() -> None:
    back = decision(SuccessionKind.RENAME, "H30", "H01", on=DAY + timedelta(days=1), names={"H01": "x"})
    assert succession_problems(back, (MERGE,), ()) == ((SuccessionProblem.ALREADY_ENDED, "H01"),)


def test_a_decision_is_not_dated_before_the_last_one_on_the_same_body() -> None:
    early = decision(SuccessionKind.RENAME, "H30", "H50", on=DAY - timedelta(days=1), names={"H50": "x"})
    assert succession_problems(early, (MERGE,), ()) == ((SuccessionProblem.EARLIER_THAN_LAST, "H30"),)
    elsewhere = replace(early, predecessors=("H70",))
    assert succession_problems(elsewhere, (MERGE,), ()) == ()


@pytest.mark.law("R6.1")
def test_old_identifiers_resolve_along_the_chain_from_the_day_of_effect() -> None:
    later = decision(SuccessionKind.SPLIT, "H30", "H61 H62", on=date(2026, 1, 1), receivers={})
    chain = (MERGE, later)
    assert resolve("H01", chain, date(2025, 6, 30)) == ("H01",)
    assert resolve("H01", chain, date(2025, 7, 1)) == ("H30",)
    assert resolve("H02", chain, date(2026, 1, 1)) == ("H61", "H62")
    assert resolve("H99", chain, date(2026, 1, 1)) == ("H99",)


def test_a_circle_of_decisions_is_an_error_and_no_endless_loop() -> None:
    there = decision(SuccessionKind.RENAME, "H01", "H02")
    back = decision(SuccessionKind.RENAME, "H02", "H01")
    with pytest.raises(SuccessionError):
        resolve("H01", (there, back), DAY)


BODIES = [f"H{number:02d}" for number in range(8)]


@st.composite
def decisions(draw) -> list[Succession]:
    found = []
    for day in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(SuccessionKind))
        before = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=3))
        after = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=3))
        found.append(
            decision(
                kind,
                " ".join(before),
                " ".join(after),
                on=DAY + timedelta(days=day),
                names=dict.fromkeys(BODIES, "Tên"),
            )
        )
    return found


@pytest.mark.law("R6.1")
@given(decisions(), st.sampled_from(BODIES))
def test_decisions_let_in_one_by_one_always_lead_to_living_bodies(proposed, body) -> None:
    recorded: list[Succession] = []
    for each in proposed:
        if not succession_problems(each, recorded, ()):
            recorded.append(each)
    ended = {gone for each in recorded for gone in each.ended}
    living = resolve(body, recorded, DAY + timedelta(days=100))
    assert living
    assert not ended.intersection(living)
    assert len(set(living)) == len(living)


@pytest.mark.law("R6.1")
def test_records_are_nothing_that_moves() -> None:
    assert {kind.value for kind in HoldingKind} == {"system", "agreement", "key", "duty"}
    assert set(SUCCESSION_LABELS) == set(SuccessionKind)
    assert set(SUCCESSION_TEXTS) == set(SuccessionProblem)


def test_a_decision_is_premature_until_its_day() -> None:
    assert is_premature(MERGE, DAY - timedelta(days=1))
    assert not is_premature(MERGE, DAY)
