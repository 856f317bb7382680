"""Runs followed and their signed reports filed, whoever opened them. Law: R5.2.

A report counts by its signature alone: it is verified with the sandbox's pinned keys before anything follows
from it, and kept byte by byte as it came.
"""

import logging
from hashlib import sha256
from typing import Final

import msgspec

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.conformance.enrolling import renew
from lienthong.control.conformance.models import RefusedReport, Run, Trial
from lienthong.control.conformance.reaching import is_unknown, reached
from lienthong.control.conformance.runs import begin_test, end_test, step_run
from lienthong.control.conformance.standings import told
from lienthong.control.conformance.telling import tell_of_report_aside, tell_of_run
from lienthong.control.conformance.trials import LAW
from lienthong.control.connections.models import Request, SupportTrack
from lienthong.control.participants.models import System
from lienthong.core.conformance import State
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import instant, moment
from lienthong.core.run_states import RunAct, RunState
from lienthong.core.trial_states import TrialState
from lienthong.core.trials import OPEN_RUNS, is_ripe, takes_reports, verdict_of
from lienthong.sandbox_access.client import (
    SandboxAccess,
    SandboxError,
    SandboxRefused,
    SandboxUntrusted,
)
from lienthong.sandbox_access.messages import RunStanding
from lienthong.sandbox_access.report import ConformanceReport

_log: Final = logging.getLogger("lienthong.jobs")
_A_ROUND: Final = 100
"""How many runs or systems one round asks about; the longest not looked at come first."""


def look_at_open_runs() -> None:
    """Hear how each open run of the portal stands; settle those that have ended."""
    rows = Run.objects.filter(state__in=OPEN_RUNS, sandbox_run__isnull=False).select_related("system")
    runs = tuple(rows.defer("report").order_by("pk")[:_A_ROUND])
    if not runs:
        return
    try:
        with reached() as access:
            for run in runs:
                _look_at(run, access)
    except SandboxError as error:
        _log.warning("runs of the technical test cannot be followed now: %s", error)


def _look_at(run: Run, access: SandboxAccess) -> None:
    assert run.sandbox_run is not None, "the query asked for it"
    try:
        standing = access.standing(run.sandbox_run)
    except (SandboxRefused, SandboxUntrusted) as error:
        _log.error("the run %s: %s", run.sandbox_run, error)
        if is_unknown(error):
            _lose(run)
        return
    _follow(run, standing)
    if _has_ended(standing):
        settle(standing, access, request=run.request_id, system=run.system)


def _follow(run: Run, standing: RunStanding) -> None:
    """Keep how a run stands; its first served request is the moment it begins."""
    kept = told(standing)
    if run.state is RunState.OPENED and any(step.attempts for step in standing.steps):
        event = _event("run.start", run.request_id, run.system, standing.run)
        with acting(event) as act:
            found = Run.objects.select_for_update().get(pk=run.pk)
            if found.state is not RunState.OPENED:
                act.refuse(ControlRefuse(ControlCode.RUN_OPEN_ALREADY))
            else:
                step_run(found, RunAct.START)
    if run.standing != kept:
        Run.objects.filter(pk=run.pk, state__in=OPEN_RUNS).update(standing=kept)


def _has_ended(standing: RunStanding) -> bool:
    served = [attempt.at for step in standing.steps for attempt in step.attempts]
    return is_ripe(
        standing.state,
        [step.state for step in standing.steps],
        last_served=max(served, default=standing.opened_at),
        now=database_now(),
    )


def _lose(run: Run) -> None:
    """Give up a run that the sandbox proves it does not know, as after it was set up anew."""
    event = _event("run.lose", run.request_id, run.system, run.sandbox_run or "")
    with acting(event) as act:
        track = _locked_track(run.request_id)
        found = Run.objects.select_for_update().get(pk=run.pk)
        if found.state not in OPEN_RUNS:
            act.refuse(ControlRefuse(ControlCode.RUN_OPEN_ALREADY))
            return
        step_run(found, RunAct.ABANDON)
        end_test(track)


def look_for_other_runs() -> None:
    """Settle the runs that systems opened at the sandbox themselves; who waited longest comes first."""
    rows = Trial.objects.filter(state=TrialState.ENROLLED).select_related("system", "request")
    trials = tuple(rows.order_by("looked_at", "pk")[:_A_ROUND])
    if not trials:
        return
    try:
        with reached() as access:
            for trial in trials:
                _look_for(trial, access)
                Trial.objects.filter(pk=trial.pk).update(looked_at=moment(database_now()))
    except SandboxError as error:
        _log.warning("runs of the technical test cannot be looked for now: %s", error)


def _look_for(trial: Trial, access: SandboxAccess) -> None:
    try:
        listed = access.runs(trial.system.code).runs
    except (SandboxRefused, SandboxUntrusted) as error:
        _log.error("the runs of %s: %s", trial.system.code, error)
        if is_unknown(error):
            renew(trial)
        return
    begun = instant(trial.begun_at)
    ended = {each.run for each in listed if each.state is not State.WAITING and each.opened_at >= begun}
    filed = Run.objects.filter(sandbox_run__in=ended).exclude(state=RunState.ABANDONED, report=None)
    known = set(filed.values_list("sandbox_run", flat=True))
    for run in sorted(ended - known):
        standing = access.standing(run)
        if _has_ended(standing):
            settle(standing, access, request=trial.request_id, system=trial.system)


def settle(standing: RunStanding, access: SandboxAccess, *, request: int, system: System) -> RunState | None:
    """File the report of a run that has ended; return how it ended, None where nothing was filed.

    1. The signature and what the report is about, before anything follows from it. What does not hold is
       kept aside, once, and somebody is told; the run stays open: a good report may still come.
    2. Request, track and run are locked. A run that is settled stays as it is: this may be done twice, and
       by two processes at once. Of one that was abandoned the report is filed to be read, and counts for
       nothing.
    3. The report as it came, the states of run and track, and the notices are one commit with the event: a
       kill leaves a run that is still open, and the next round does it all.
    """
    # 1.
    content = b"" if standing.report is None else msgspec.json.encode(standing.report)
    fault = fault_in(access.proven(content), standing, system.code)
    if fault is not None:
        _keep_aside(standing.run, content, fault, request=request, system=system)
        return None
    verdict = verdict_of(standing.state)
    assert verdict is not None, "a run that waits is not settled"
    event = _event(f"run.{verdict}", request, system, standing.run)
    with acting(event) as act:
        # 2.
        track = _locked_track(request)
        run = Run.objects.select_for_update().filter(sandbox_run=standing.run).first()
        if run is None:
            run = Run.objects.create(
                request_id=request,
                system=system,
                state=RunState.OPENED,
                sandbox_run=standing.run,
                opened_at=moment(standing.opened_at),
            )
        if run.state is RunState.ABANDONED and run.report is None and takes_reports(track.state):
            _file(run, standing, content, act=act)
            event.kind, event.detail["report"] = "run.report_filed", run.report_sha256
            return RunState.ABANDONED
        if run.state not in OPEN_RUNS or not takes_reports(track.state):
            act.refuse(ControlRefuse(ControlCode.RUN_OPEN_ALREADY))
            return None
        # 3.
        _file(run, standing, content, act=act)
        begin_test(track)
        step_run(run, verdict)
        end_test(track)
        event.detail["report"] = run.report_sha256
        tell_of_run(run.request, system.name, run.state, standing.run)
    return RunState(run.state)


def _file(run: Run, standing: RunStanding, content: bytes, *, act: Act) -> None:
    if run.state is RunState.OPENED:
        step_run(run, RunAct.START)
    run.standing, run.report, run.report_sha256 = told(standing), content, sha256(content).hexdigest()
    run.settled_at = moment(act.now)
    run.save(update_fields=("standing", "report", "report_sha256", "settled_at"))


def fault_in(report: ConformanceReport | None, standing: RunStanding, system: str) -> ControlRefuse | None:
    """Return why a report is not filed: not the sandbox's, or not about this run, system and result."""
    if report is None:
        return ControlRefuse(ControlCode.REPORT_UNPROVEN)
    if (report.run, report.system, report.state) != (standing.run, system, standing.state):
        return ControlRefuse(ControlCode.REPORT_OF_ANOTHER_RUN)
    return None


def _keep_aside(run: str, content: bytes, fault: ControlRefuse, *, request: int, system: System) -> None:
    """Keep the first refused report of a run as it came, and tell; later ones are only logged."""
    _log.error("the report of the run %s is not filed: %s", run, fault.code)
    event = _event("run.report_refused", request, system, run)
    digest = sha256(content).hexdigest()
    event.detail |= {"code": fault.code.value, "report": digest}
    with acting(event) as act:
        track = _locked_track(request)
        if RefusedReport.objects.filter(sandbox_run=run).exists():
            act.refuse(fault)
            return
        RefusedReport.objects.create(
            request_id=request,
            system=system,
            sandbox_run=run,
            code=fault.code.value,
            content=content,
            sha256=digest,
            came_at=moment(act.now),
        )
        tell_of_report_aside(track.request, system.name, run, fault)


def _locked_track(request: int) -> SupportTrack:
    """Lock a request and its track, in the order in which files are closed, too."""
    Request.objects.select_for_update().get(pk=request)
    return SupportTrack.objects.select_for_update(of=("self",)).select_related("request").get(request=request)


def _event(kind: str, request: int, system: System, run: str) -> Event:
    found = Request.objects.only("reference", "body_id").get(pk=request)
    event = Event(kind=kind, actor=None, subject_kind="request", subject=found.reference, law=LAW)
    event.body, event.detail = found.body_id, {"system": system.code, "run": run}
    return event
