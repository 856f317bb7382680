"""Trials and runs with their words and kinds, as the pages of both portals draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse

from lienthong.control.conformance.queries import RunEntry, TrialEntry
from lienthong.control.portals.trials.commands import Typed, commands_for
from lienthong.control.theme.kinds import Kind
from lienthong.core.conformance import State
from lienthong.core.fields import BY_NAME
from lienthong.core.run_states import RUN_MACHINE, RunState
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text, joined
from lienthong.core.trial_states import TRIAL_MACHINE, TrialState
from lienthong.sandbox_access.messages import AskedPurpose, StepTold, Words

RUN_KINDS: Final = {
    RunState.OPENED: Kind.IDLE,
    RunState.RUNNING: Kind.INFO,
    RunState.PASSED: Kind.OK,
    RunState.FAILED: Kind.BAD,
    RunState.ABANDONED: Kind.IDLE,
}
_TRIAL_KINDS: Final = {
    TrialState.KEY_WANTED: Kind.WARN,
    TrialState.ENROLLING: Kind.INFO,
    TrialState.ENROLLED: Kind.OK,
    TrialState.REFUSED: Kind.BAD,
    TrialState.LEAVING: Kind.IDLE,
    TrialState.LEFT: Kind.IDLE,
}
_STEP_KINDS: Final = {State.PASSED: Kind.OK, State.FAILED: Kind.BAD, State.WAITING: Kind.IDLE}
_STEP_LABELS: Final = {
    State.PASSED: Text("Đạt", "Passed"),
    State.FAILED: Text("Không đạt", "Failed"),
    State.WAITING: Text("Chờ", "Waiting"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One step of a run: what it asks, how it stands and why, the case it is played under."""

    title: Text
    asks: tuple[Text, ...]
    kind: Kind
    label: Text
    reason: Text
    case: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A run with its words."""

    entry: RunEntry
    kind: Kind
    label: Text
    steps: tuple[ShownStep, ...]
    passed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPurpose:
    """What a system may ask in the sandbox for one purpose."""

    code: str
    title: str
    services: Text
    fields: Text
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrial:
    """A trial with its words; `runs` have ended, `follows` says that the page should look again by itself."""

    entry: TrialEntry
    kind: Kind
    label: Text
    purposes: tuple[ShownPurpose, ...]
    run: ShownRun | None
    runs: tuple[ShownRun, ...]
    commands: tuple[Typed, ...]
    follows: bool

    @property
    def mark(self) -> str:
        """What the page offers: a page that was drawn under another mark has to be drawn anew."""
        entry, run = self.entry, None if self.run is None else self.run.entry
        parts: list[object] = [entry.state, entry.persons is None]
        parts += [] if entry.fault is None else [entry.fault.code]
        parts += [] if run is None else [run.id, run.state, run.sandbox_run]
        return ".".join(map(str, parts))

    @property
    def cases(self) -> str:
        """The form of the case under which a request belongs to a step of the run that is shown."""
        run = "…" if self.run is None else self.run.entry.sandbox_run or "…"
        return f"run/{run}/…"


def followed(trials: Sequence[ShownTrial], asked: Mapping[str, str]) -> HttpResponse | None:
    """Answer a page that asks by itself how a trial stands, where more than its steps has changed: anew.

    None: the steps are all there is to renew.
    """
    now = {str(trial.entry.id): trial.mark for trial in trials}
    if "mark" not in asked or now.get(asked.get("trial", "")) == asked["mark"]:
        return None
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def shown_trial(entry: TrialEntry) -> ShownTrial:
    """Return a trial as it is drawn, with the run that is open or was the last."""
    run = entry.last_run
    is_open = entry.open_run is not None
    waits = entry.state in (TrialState.ENROLLING, TrialState.LEAVING)
    return ShownTrial(
        entry=entry,
        kind=Kind.WARN if entry.fault and entry.state is TrialState.ENROLLING else _TRIAL_KINDS[entry.state],
        label=TRIAL_MACHINE.state(entry.state).label,
        purposes=tuple(map(_purpose, entry.purposes)),
        run=None if run is None else shown_run(run),
        runs=tuple(shown_run(run) for run in entry.runs if not run.is_open),
        commands=commands_for(entry, run.sandbox_run) if run is not None and is_open else (),
        follows=waits or is_open,
    )


def shown_run(entry: RunEntry) -> ShownRun:
    """Return a run as it is drawn."""
    told = () if entry.standing is None else entry.standing.steps
    return ShownRun(
        entry=entry,
        kind=RUN_KINDS[entry.state],
        label=RUN_MACHINE.state(entry.state).label,
        steps=tuple(map(_step, told)),
        passed=sum(step.state is State.PASSED for step in told),
    )


def _step(told: StepTold) -> ShownStep:
    return ShownStep(
        title=_text(told.title),
        asks=(_text(told.given), _text(told.when), _text(told.then)),
        kind=_STEP_KINDS[told.state],
        label=_STEP_LABELS[told.state],
        reason=_text(told.reason),
        case=told.case,
        attempts=len(told.attempts),
    )


def _text(words: Words) -> Text:
    return Text(words.vi, words.en)


def _purpose(asked: AskedPurpose) -> ShownPurpose:
    names = tuple(dict.fromkeys((*asked.fields, *asked.verify_fields)))
    labels = (Text(BY_NAME[name].label_vi, BY_NAME[name].label_en) for name in names if name in BY_NAME)
    return ShownPurpose(
        code=asked.code,
        title=asked.title,
        services=joined((BY_CODE[service.value].name for service in asked.services), ", "),
        fields=joined(labels, ", "),
        count=len(names),
    )
