"""Runs opened in the portal: started, opened at the sandbox by a job, abandoned. Law: R5.2."""

from typing import Final

from lienthong.control.audit.acting import acting, decided_meanwhile
from lienthong.control.audit.events import Event
from lienthong.control.conformance import jobs
from lienthong.control.conformance.models import Run
from lienthong.control.conformance.reaching import reached
from lienthong.control.conformance.standings import told
from lienthong.control.conformance.trials import LAW, has_open_run, locked, overtaken
from lienthong.control.connections.content import read_request
from lienthong.control.connections.models import Request, SupportTrack, Version
from lienthong.control.participants.models import System
from lienthong.core.access import Actor
from lienthong.core.conformance import State
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import SECOND, instant, moment
from lienthong.core.run_states import RUN_MACHINE, RunAct, RunState
from lienthong.core.track_states import SUPPORT_MACHINE, SupportAct, SupportState
from lienthong.core.trials import OPEN_RUNS, after_run, may_start
from lienthong.sandbox_access.client import SandboxAccess

_SLACK: Final = 5 * SECOND
"""How far the sandbox's clock may be behind, where a run is taken for the one that a job has lost."""
_ENDED: Final = (RunState.PASSED, RunState.FAILED)


def start(reference: str, number: int, *, seen: int, actor: Actor) -> int | ControlRefuse:
    """Start a run of a system that is enrolled; return its number. The sandbox opens it by a job.

    1. Request, track and trial are locked, so that of two starts the second finds the run of the first.
    2. The rules decide: the role, the track, the trial, one run at a time.
    3. The run, the state of the track and the job are one commit: a run that is shown will be opened.
    """
    event = Event(kind="run.open", actor=actor, subject_kind="request", subject=reference, law=LAW)
    with acting(event) as act:
        # 1.
        found = locked(reference, number, actor)
        if isinstance(found, ControlRefuse):
            return act.refuse(found)
        track, trial = found
        # 2.
        refusal = overtaken(trial, seen, reference) or may_start(
            trial.state, track.state, has_open=has_open_run(trial), actor=actor
        )
        if refusal is not None:
            return act.refuse(refusal)
        # 3.
        begin_test(track)
        run = Run.objects.create(
            request=trial.request, system=trial.system, opened_by=actor.id, opened_at=moment(act.now)
        )
        event.body, event.detail = trial.request.body_id, {"system": trial.system.code}
        jobs.open_run.defer(run=run.pk)
    return int(run.pk)


def begin_test(track: SupportTrack) -> None:
    """Let a locked track be tested, where it is not yet; who may was decided before."""
    if track.state is not SupportState.TESTING:
        step_track(track, SupportAct.START_TEST)


def step_track(track: SupportTrack, wanted: SupportAct) -> None:
    """Step a locked track, by the system itself."""
    target = SUPPORT_MACHINE.step(wanted, track.state, None)
    assert not isinstance(target, ControlRefuse), target
    track.state = target
    track.version += 1
    track.save(update_fields=("state", "version"))


def end_test(track: SupportTrack) -> None:
    """Let a locked track follow from how the runs of its request stand; one that is closed stays so."""
    if track.state is not SupportState.TESTING:
        return
    is_open = Run.objects.filter(request=track.request_id, state__in=OPEN_RUNS).exists()
    version = Version.objects.filter(request=track.request_id).latest("number")
    codes = [system.id for system in read_request(version.content).systems]
    systems = System.objects.filter(code__in=codes)
    latest = {system.code: _latest(track.request_id, system.pk) for system in systems}
    wanted = after_run(latest, any_open=is_open)
    if wanted is not None:
        step_track(track, wanted)


def _latest(request: int, system: int) -> RunState | None:
    ended = Run.objects.filter(request=request, system=system, state__in=_ENDED)
    return ended.order_by("-settled_at", "-pk").values_list("state", flat=True).first()


def abandon(reference: str, number: int, *, seen: int, actor: Actor) -> ControlRefuse | None:
    """Give a run up; what the sandbox says of it afterwards no longer counts."""
    event = Event(kind="run.abandon", actor=actor, subject_kind="request", subject=reference, law=LAW)
    with acting(event) as act:
        request = Request.objects.select_for_update().filter(reference=reference).first()
        track = SupportTrack.objects.select_for_update().filter(request=request).first()
        run = (
            Run.objects.select_for_update(of=("self",))
            .select_related("system")
            .filter(pk=number, request=request)
            .first()
        )
        if request is None or track is None or run is None or actor.body not in (None, request.body_id):
            return act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))
        target = RUN_MACHINE.step(RunAct.ABANDON, run.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        if other := decided_meanwhile(run, seen, who="", when=act.now):
            return act.refuse(other)
        step_run(run, RunAct.ABANDON)
        end_test(track)
        event.body, event.detail = request.body_id, {"system": run.system.code, "run": run.sandbox_run or ""}
    return None


def step_run(run: Run, wanted: RunAct) -> None:
    """Step a locked run; what was asked was decided before."""
    target = RUN_MACHINE.step(wanted, run.state, None)
    assert not isinstance(target, ControlRefuse), target
    run.state = target
    run.version += 1
    run.save(update_fields=("state", "version"))


def open_at_sandbox(number: int) -> None:
    """Open a run at the sandbox and remember its id; raises SandboxError.

    1. A run that was abandoned or has its id is left alone: jobs are done twice.
    2. Asked twice, the sandbox opens two. So the run that a killed job has opened is looked for first: one of
       the system's that waits, is nobody's here and is no older than the wish for it.
    3. The id, under lock and only where there is none: of two workers the later one's run is never played.
    """
    # 1.
    run = Run.objects.select_related("system", "request").get(pk=number)
    if run.state is not RunState.OPENED or run.sandbox_run is not None:
        return
    # 2.
    with reached() as access:
        id = _lost(access, run) or access.open_run(run.system.code).run
        standing = access.standing(id)
    # 3.
    event = Event(
        kind="run.reach", actor=None, subject_kind="request", subject=run.request.reference, law=LAW
    )
    event.body, event.detail = run.request.body_id, {"system": run.system.code, "run": id}
    with acting(event) as act:
        found = Run.objects.select_for_update().get(pk=number)
        if found.state is not RunState.OPENED or found.sandbox_run is not None:
            act.refuse(ControlRefuse(ControlCode.RUN_OPEN_ALREADY))
            return
        found.sandbox_run, found.standing = id, told(standing)
        found.version += 1
        found.save(update_fields=("sandbox_run", "standing", "version"))


def _lost(access: SandboxAccess, run: Run) -> str | None:
    wished = instant(run.opened_at) - _SLACK
    waiting = [
        each.run
        for each in access.runs(run.system.code).runs
        if each.state is State.WAITING and each.opened_at >= wished
    ]
    known = set(Run.objects.filter(sandbox_run__in=waiting).values_list("sandbox_run", flat=True))
    return next((each for each in waiting if each not in known), None)
