"""What may be done in the trial of a system, and what its runs mean for the track. Law: R5.2."""

from collections.abc import Collection, Mapping
from typing import Final

from lienthong.core.access import Actor
from lienthong.core.conformance import State
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.run_states import RunAct, RunState
from lienthong.core.track_states import SUPPORT_MACHINE, SupportAct, SupportState
from lienthong.core.trial_states import TRIAL_MACHINE, TrialAct, TrialState

OPEN_RUNS: Final = (RunState.OPENED, RunState.RUNNING)
QUIET_SECONDS: Final = 60
"""How long nothing may have been served before the report of a failed run with open steps is taken."""


def may_start(
    trial: TrialState, support: SupportState, *, has_open: bool, actor: Actor
) -> ControlRefuse | None:
    """Say why a run may not be started in the browser, None if it may: one at a time for each system.

    `support` is where the track stands: a test under way takes further runs, of other systems and after an
    abandoned one.
    """
    begun = SupportState.SUPPORTED if support is SupportState.TESTING else support
    step = SUPPORT_MACHINE.step(SupportAct.START_TEST, begun, actor)
    if isinstance(step, ControlRefuse):
        return step
    if trial is not TrialState.ENROLLED:
        return ControlRefuse(ControlCode.TRIAL_NOT_READY, {"state": TRIAL_MACHINE.state(trial).label})
    return ControlRefuse(ControlCode.RUN_OPEN_ALREADY) if has_open else None


def may_give_key(
    trial: TrialState, support: SupportState, *, has_open: bool, actor: Actor
) -> ControlRefuse | None:
    """Say why another key may not be given now, None if it may: a run is played to its end with one key."""
    step = TRIAL_MACHINE.step(TrialAct.GIVE_KEY, trial, actor)
    if isinstance(step, ControlRefuse):
        return step
    if support is SupportState.CLOSED:
        state = SUPPORT_MACHINE.state(support).label
        act = TRIAL_MACHINE.acts[TrialAct.GIVE_KEY]
        return ControlRefuse(ControlCode.NOT_IN_THIS_STATE, {"act": act, "state": state})
    return ControlRefuse(ControlCode.RUN_OPEN_ALREADY) if has_open else None


def after_contents(support: SupportState, *, asks: bool) -> SupportAct | None:
    """Return what the contents of a request do to the track, None where it stands as they want it.

    `asks`: the request asks a service for a field. That alone can be tested: what is only given has no
    technical test yet, and the track then waits for none. Law: R5.2.
    """
    if support is SupportState.UNTESTED:
        return SupportAct.EXPECT_TEST if asks else None
    expects = support in (SupportState.SUPPORTED, SupportState.TESTING, SupportState.TESTED)
    return SupportAct.WAIVE_TEST if expects and not asks else None


def takes_reports(support: SupportState) -> bool:
    """Say whether a report of a run still counts: not where the file is closed or nothing is tested."""
    return support not in (SupportState.CLOSED, SupportState.UNTESTED)


def verdict_of(state: State) -> RunAct | None:
    """Return what the judge's word does to a run, None while it waits."""
    return {State.PASSED: RunAct.PASS, State.FAILED: RunAct.FAIL, State.WAITING: None}[state]


def is_ripe(state: State, steps: Collection[State], *, last_served: int, now: int) -> bool:
    """Say whether the report of a run is taken: once nothing more will come that it should tell.

    Times in microseconds. A failed run is often played to its end; its report is to tell of all its steps.
    """
    if state is State.WAITING:
        return False
    is_quiet = now - last_served >= QUIET_SECONDS * 1_000_000
    return State.WAITING not in steps or is_quiet


def after_run(latest: Mapping[str, RunState | None], *, any_open: bool) -> SupportAct | None:
    """Return what the end of a run does to the track; None: the test goes on, as other runs are open.

    `latest` is by system how its newest finished run ended, None where it has none. The track is tested once
    every system of the request has passed; one that has not yet leaves it open.
    """
    if any_open:
        return None
    has_passed = all(state is RunState.PASSED for state in latest.values())
    return SupportAct.PASS if latest and has_passed else SupportAct.FAIL
