"""The rules of trials: who may start, when a report is taken, what runs mean for the track."""

from dataclasses import replace

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.conformance import State
from lienthong.core.connection_request import Direction, FieldChoice, ServiceChoice
from lienthong.core.control_refusals import ControlCode
from lienthong.core.request import Service
from lienthong.core.request_services import services_for
from lienthong.core.run_states import RunAct, RunState
from lienthong.core.track_states import SUPPORT_MACHINE, SupportAct, SupportState
from lienthong.core.trial_states import TrialState
from lienthong.core.trials import (
    QUIET_SECONDS,
    after_contents,
    after_run,
    is_ripe,
    may_give_key,
    may_start,
    takes_reports,
    verdict_of,
)
from tests.core.requesting import COMPLETE

pytestmark = pytest.mark.law("R5.2")
INTEGRATOR = Actor(1, "Tích", Portal.AGENCY, frozenset({Role.INTEGRATOR}), 7)
HEAD = Actor(2, "Bình", Portal.AGENCY, frozenset({Role.AGENCY_HEAD}), 7)
T, S = TrialState, SupportState


@pytest.mark.parametrize(
    ("trial", "support", "has_open", "actor", "code"),
    [
        (T.ENROLLED, S.OPENED, False, INTEGRATOR, None),
        (T.ENROLLED, S.SUPPORTED, False, INTEGRATOR, None),
        (T.ENROLLED, S.TESTING, False, INTEGRATOR, None),
        (T.ENROLLED, S.TESTED, False, INTEGRATOR, None),
        (T.ENROLLED, S.TESTING, True, INTEGRATOR, ControlCode.RUN_OPEN_ALREADY),
        (T.ENROLLED, S.CLOSED, False, INTEGRATOR, ControlCode.NOT_IN_THIS_STATE),
        (T.ENROLLED, S.UNTESTED, False, INTEGRATOR, ControlCode.NOT_IN_THIS_STATE),
        (T.ENROLLED, S.TESTING, False, HEAD, ControlCode.NOT_YOUR_ROLE),
        (T.KEY_WANTED, S.SUPPORTED, False, INTEGRATOR, ControlCode.TRIAL_NOT_READY),
        (T.LEFT, S.SUPPORTED, False, INTEGRATOR, ControlCode.TRIAL_NOT_READY),
    ],
)
def test_a_run_is_started_by_an_integrator_for_a_system_that_is_ready(trial, support, has_open, actor, code):
    refusal = may_start(trial, support, has_open=has_open, actor=actor)
    assert (None if refusal is None else refusal.code) == code


@pytest.mark.parametrize(
    ("trial", "support", "has_open", "actor", "code"),
    [
        (T.KEY_WANTED, S.OPENED, False, INTEGRATOR, None),
        (T.ENROLLED, S.TESTED, False, INTEGRATOR, None),
        (T.ENROLLED, S.TESTING, True, INTEGRATOR, ControlCode.RUN_OPEN_ALREADY),
        (T.ENROLLED, S.CLOSED, False, INTEGRATOR, ControlCode.NOT_IN_THIS_STATE),
        (T.LEAVING, S.CLOSED, False, INTEGRATOR, ControlCode.NOT_IN_THIS_STATE),
        (T.KEY_WANTED, S.SUPPORTED, False, HEAD, ControlCode.NOT_YOUR_ROLE),
    ],
)
def test_a_key_is_given_by_an_integrator_while_no_run_is_open(trial, support, has_open, actor, code):
    refusal = may_give_key(trial, support, has_open=has_open, actor=actor)
    assert (None if refusal is None else refusal.code) == code


@pytest.mark.parametrize("state", SupportState)
@pytest.mark.parametrize("asks", [True, False])
def test_a_track_expects_a_test_exactly_where_something_is_asked(state, asks):
    wanted = after_contents(state, asks=asks)
    end = state if wanted is None else SUPPORT_MACHINE.step(wanted, state, None)
    assert isinstance(end, SupportState), "the table knows the way"
    assert after_contents(end, asks=asks) is None, "said twice, nothing more happens"
    if state in (S.OPENED, S.CLOSED):
        assert end is state
    else:
        assert (end is S.UNTESTED) is not asks
    if asks and state is not S.UNTESTED:
        assert end is state, "what was tested stays so"


def test_no_report_counts_where_nothing_is_tested():
    assert {state for state in SupportState if not takes_reports(state)} == {S.UNTESTED, S.CLOSED}


def test_the_judges_word_alone_ends_a_run():
    assert [verdict_of(state) for state in (State.PASSED, State.FAILED, State.WAITING)] == [
        RunAct.PASS,
        RunAct.FAIL,
        None,
    ]


def test_a_failed_runs_report_waits_for_the_other_steps_but_not_for_ever():
    quiet = QUIET_SECONDS * 1_000_000

    def ripe(state: State, *steps: State, now: int = 0) -> bool:
        return is_ripe(state, steps, last_served=0, now=now)

    assert not ripe(State.WAITING, State.PASSED, State.WAITING, now=2 * quiet)
    assert ripe(State.PASSED, State.PASSED)
    assert ripe(State.FAILED, State.FAILED, State.PASSED)
    assert not ripe(State.FAILED, State.FAILED, State.WAITING, now=quiet - 1)
    assert ripe(State.FAILED, State.FAILED, State.WAITING, now=quiet)


def test_the_track_is_tested_once_every_system_has_passed_and_open_again_when_one_fails():
    passed, failed = RunState.PASSED, RunState.FAILED
    assert after_run({"a": passed, "b": passed}, any_open=False) is SupportAct.PASS
    assert after_run({"a": passed, "b": None}, any_open=False) is SupportAct.FAIL
    assert after_run({"a": passed, "b": failed}, any_open=False) is SupportAct.FAIL
    assert after_run({}, any_open=False) is SupportAct.FAIL
    assert after_run({"a": passed, "b": passed}, any_open=True) is None


@pytest.mark.law("R8.2")
def test_services_hold_the_fields_that_were_chosen_for_their_purpose_and_no_others():
    (purpose,) = COMPLETE.purposes
    assert services_for(COMPLETE, purpose) == {Service.LOOKUP: ("sex", "religion")}
    more = replace(
        COMPLETE,
        choices=(
            *COMPLETE.choices,
            FieldChoice(field="sex", direction=Direction.GET, purpose="other", reason="-"),
            FieldChoice(field="own", direction=Direction.GET, purpose="patient", reason="-", label="Riêng"),
        ),
        services=(
            *COMPLETE.services,
            ServiceChoice(service="verify", purpose="patient"),
            ServiceChoice(service="lookup", purpose="other"),
            ServiceChoice(service="unheard-of", purpose="patient"),
        ),
    )
    found = services_for(more, purpose)
    assert set(found) == {Service.LOOKUP, Service.VERIFY}
    assert found[Service.LOOKUP] == ("sex", "religion")
    assert services_for(replace(more, choices=()), purpose) == {}
