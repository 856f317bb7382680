"""Who records verdicts on conditions, in which states, and what a verdict has to say."""

from dataclasses import replace
from datetime import date

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.condition_verdicts import (
    JUDGED_IN,
    VERDICT_TEXTS,
    VerdictProblem,
    judging_refused,
    verdict_problems,
)
from lienthong.core.conditions import ConditionRow
from lienthong.core.control_refusals import ControlCode
from lienthong.core.grant_document import ConditionName, Verdict
from lienthong.core.papers import PROBLEM_TEXTS, PaperProblem
from lienthong.core.request_states import RequestState
from tests.core.filing import DECREE, PAPER_OF_TOMORROW, TODAY

HANDLER, STAND_IN, OTHER, CHIEF = 1, 2, 3, 4


def staff(id: int, *roles: Role) -> Actor:
    return Actor(id, "Ai đó", Portal.STAFF, frozenset(roles))


def refused(actor: Actor, state: RequestState = RequestState.ASSIGNED) -> ControlCode | None:
    refusal = judging_refused(actor, state, handler=HANDLER, stand_in=STAND_IN, handler_name="")
    return None if refusal is None else refusal.code


@pytest.mark.law("R1.4")
def test_who_has_the_file_judges_and_nobody_else() -> None:
    assert refused(staff(HANDLER, Role.HANDLER)) is None
    assert refused(staff(STAND_IN, Role.HANDLER)) is None
    assert refused(staff(OTHER, Role.HANDLER)) is ControlCode.NOT_YOUR_FILE
    assert refused(staff(HANDLER, Role.ASSESSOR)) is ControlCode.NOT_YOUR_ROLE
    assert refused(staff(CHIEF, Role.CHIEF)) is ControlCode.NOT_YOUR_FILE
    named = judging_refused(
        staff(OTHER, Role.HANDLER), RequestState.ASSIGNED, handler=1, stand_in=None, handler_name="Lê Thị An"
    )
    assert named is not None
    assert "Lê Thị An" in named.text.vi


@pytest.mark.law("R1.4")
def test_of_an_accepted_file_the_chief_records_a_loss_too() -> None:
    assert refused(staff(CHIEF, Role.CHIEF), RequestState.ACCEPTED) is None
    assert refused(staff(OTHER, Role.HANDLER), RequestState.ACCEPTED) is ControlCode.NOT_YOUR_FILE


@pytest.mark.parametrize("state", RequestState)
def test_a_file_is_judged_from_its_handler_on_while_it_is_not_given_up(state) -> None:
    expected = None if state in JUDGED_IN else ControlCode.NOT_IN_THIS_STATE
    assert refused(staff(HANDLER, Role.HANDLER), state) is expected


MET = ConditionRow(
    name=ConditionName.SAFETY, verdict=Verdict.MET, evidence=DECREE, decided_on=date(2026, 11, 20)
)


@pytest.mark.law("R1.4")
@pytest.mark.parametrize(
    ("change", "note", "problems"),
    [
        ({}, "", []),
        ({"verdict": Verdict.FAILED, "evidence": None}, "Chưa triển khai", []),
        ({"verdict": Verdict.FAILED}, " ", [VerdictProblem.NO_REASON]),
        ({"evidence": None}, "", [VerdictProblem.NO_EVIDENCE]),
        ({"decided_on": date(2026, 11, 25)}, "", [VerdictProblem.FUTURE]),
        ({"decided_on": date(2026, 11, 1)}, "", [VerdictProblem.EARLIER]),
        ({"valid_until": date(2026, 11, 19)}, "", [VerdictProblem.ENDED]),
        ({"valid_until": date(2026, 11, 20)}, "", []),
        ({"evidence": replace(DECREE, issued_on=date(2026, 11, 21))}, "", [VerdictProblem.EVIDENCE_LATER]),
    ],
)
def test_a_verdict_says_what_it_rests_on(change, note, problems) -> None:
    newest = replace(MET, decided_on=date(2026, 11, 2))
    found = verdict_problems(replace(MET, **change), note, newest=newest, today=TODAY)
    assert list(found) == [VERDICT_TEXTS[problem] for problem in problems]


def test_the_first_verdict_has_none_before_it_and_a_paper_must_be_one() -> None:
    assert verdict_problems(MET, "", newest=None, today=TODAY) == ()
    unread = verdict_problems(replace(MET, evidence=PAPER_OF_TOMORROW), "", newest=None, today=TODAY)
    assert unread == (PROBLEM_TEXTS[PaperProblem.FUTURE],)
    assert set(VERDICT_TEXTS) == set(VerdictProblem)
