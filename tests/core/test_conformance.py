"""The technical test: each step passes for the right deed, waits for what is missing, fails for wrong."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.conformance import (
    GIVEN,
    Attempt,
    Report,
    State,
    Step,
    case_of,
    judge_step,
    read_case,
    run_state,
    steps_for,
)
from lienthong.core.conformance_texts import STEP_TEXTS
from lienthong.core.request import Service

SECOND = 1_000_000
FIRST = Attempt(
    at=100 * SECOND,
    service=Service.LOOKUP,
    request_id="r",
    digest="d",
    nonce="n1",
    status=200,
    receipt="index=1",
)
AGAIN = replace(FIRST, at=103 * SECOND, nonce="n2")
DOWN = replace(FIRST, status=503, code="LT501", receipt="")
SEEN = replace(FIRST, status=409, code="LT209", receipt="")
REFUSED = replace(FIRST, status=403, code="LT302")
MISSED = replace(FIRST, status=404, code="LT401")
MIXED = replace(FIRST, service=Service.LOOKUP_BATCH, items={"1": GIVEN, "2": "LT401"})
NOT_PROVEN = [Step.FORGED_SIGNATURE, Step.OTHER_ANSWER, Step.WRONG_CLOCK, Step.ENDED_KEY]


def report(**said: Any) -> Report:
    return Report(at=200 * SECOND, **said)


def state(step: Step, *facts: Attempt | Report) -> State:
    attempts = tuple(fact for fact in facts if isinstance(fact, Attempt))
    reports = tuple(fact for fact in facts if isinstance(fact, Report))
    verdict = judge_step(step, attempts, reports)
    assert verdict.reason.vi
    assert verdict.reason.en
    return verdict.state


pytestmark = pytest.mark.law("R5.2")


@pytest.mark.parametrize("step", Step)
def test_a_claim_alone_passes_nothing(step: Step) -> None:
    told = report(rejected=True, code="LT302", receipt="index=1", items=MIXED.items)
    assert state(step, told) is State.WAITING


def test_an_answer_passes_when_its_receipt_is_shown() -> None:
    assert state(Step.ANSWER, FIRST) is State.WAITING
    assert state(Step.ANSWER, FIRST, report(receipt="index=1")) is State.PASSED
    assert state(Step.ANSWER, FIRST, report(receipt="index=2")) is State.FAILED
    assert state(Step.ANSWER, REFUSED, report(receipt="index=1")) is State.WAITING
    assert state(Step.ANSWER, REFUSED, AGAIN, report(receipt="index=1")) is State.PASSED


@pytest.mark.parametrize("step", NOT_PROVEN)
def test_an_answer_that_proves_nothing_must_be_rejected(step: Step) -> None:
    assert state(step, FIRST) is State.WAITING
    assert state(step, FIRST, report(rejected=True)) is State.PASSED
    assert state(step, FIRST, report(rejected=False)) is State.FAILED
    assert state(step, FIRST, report(rejected=False), report(rejected=True)) is State.FAILED
    early = replace(report(rejected=True), at=FIRST.at - 1)
    assert state(step, FIRST, early) is State.WAITING


def test_a_service_that_is_down_is_waited_for() -> None:
    assert state(Step.UNAVAILABLE, DOWN) is State.WAITING
    assert state(Step.UNAVAILABLE, DOWN, AGAIN) is State.PASSED
    assert state(Step.UNAVAILABLE, DOWN, replace(AGAIN, at=AGAIN.at - 1)) is State.FAILED


@pytest.mark.parametrize(("step", "first"), [(Step.UNAVAILABLE, DOWN), (Step.REPLAY, SEEN)])
@pytest.mark.parametrize("wrong", [{"nonce": "n1"}, {"request_id": "x"}, {"digest": "x"}, {"status": 403}])
def test_what_is_sent_again_is_the_same_under_a_new_signature(
    step: Step, first: Attempt, wrong: dict[str, Any]
) -> None:
    assert state(step, first) is State.WAITING
    assert state(step, first, AGAIN) is State.PASSED
    assert state(step, first, replace(AGAIN, **wrong)) is State.FAILED


@pytest.mark.parametrize(("step", "refused"), [(Step.REFUSAL, REFUSED), (Step.MISS, MISSED)])
def test_a_refusal_is_named_and_not_asked_again(step: Step, refused: Attempt) -> None:
    assert state(step, FIRST) is State.WAITING
    assert state(step, refused) is State.WAITING
    assert state(step, refused, report(code=refused.code)) is State.PASSED
    assert state(step, refused, report(code="LT301")) is State.FAILED
    repeated = replace(refused, at=AGAIN.at, nonce="n2")
    assert state(step, refused, repeated, report(code=refused.code)) is State.FAILED
    assert state(step, replace(SEEN, status=500, code=""), refused, report(code=refused.code)) is State.PASSED


def test_a_batch_is_told_item_by_item() -> None:
    assert state(Step.BATCH, replace(MIXED, items={"1": GIVEN})) is State.WAITING
    assert state(Step.BATCH, replace(MIXED, items={"1": "LT401"})) is State.WAITING
    assert state(Step.BATCH, replace(MIXED, status=403)) is State.WAITING
    assert state(Step.BATCH, MIXED) is State.WAITING
    assert state(Step.BATCH, MIXED, report(items=dict(MIXED.items))) is State.PASSED
    assert state(Step.BATCH, MIXED, report(items={"1": GIVEN, "2": GIVEN})) is State.FAILED


def test_the_steps_are_those_of_the_services_asked_for() -> None:
    assert steps_for([Service.VERIFY]) == tuple(step for step in Step if step is not Step.BATCH)
    assert steps_for([Service.LOOKUP_BATCH]) == steps_for([Service.VERIFY_BATCH]) == (Step.BATCH,)
    assert steps_for([Service.LOOKUP, Service.LOOKUP_BATCH]) == tuple(Step)
    assert steps_for([]) == ()


@given(st.from_regex(r"[A-Za-z0-9]{1,32}", fullmatch=True), st.sampled_from(Step))
def test_a_case_names_its_run_and_step(run: str, step: Step) -> None:
    assert read_case(case_of(run, step)) == (run, step)


@given(st.text(max_size=40))
def test_any_other_case_is_no_step(text: str) -> None:
    found = read_case(text)
    assert found is None or case_of(*found) == text
    assert read_case(None) is None
    assert read_case("run/1/unheard_of") is None


def test_a_run_passes_by_all_and_fails_by_one() -> None:
    found = {wanted: judge_step(*facts) for wanted, facts in _EXAMPLES.items()}
    for states in product(State, repeat=3):
        expected = State.FAILED if State.FAILED in states else State.WAITING
        if set(states) == {State.PASSED}:
            expected = State.PASSED
        assert run_state(found[each] for each in states) is expected
    assert run_state(()) is State.WAITING


_EXAMPLES: dict[State, Any] = {
    State.WAITING: (Step.ANSWER, (), ()),
    State.PASSED: (Step.REPLAY, (SEEN, AGAIN), ()),
    State.FAILED: (Step.REPLAY, (SEEN, SEEN), ()),
}


def test_every_step_is_told_in_both_languages() -> None:
    assert set(STEP_TEXTS) == set(Step)
    for text in STEP_TEXTS.values():
        for part in (text.title, text.given, text.when, text.then):
            assert part.vi != part.en
            assert part.in_language("en") == part.en
            assert part.in_language("vi") == part.vi
