"""Telling the sandbox of systems: enrolled with their keys, removed with their files. Law: R5.2.

A sandbox that does not answer is one act, however often it is tried; the count alone goes on.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
from django.db.models import F

from lienthong.control.audit.acting import Act, acting, decided_meanwhile
from lienthong.control.audit.events import Event
from lienthong.control.conformance.asking import enrolment_of
from lienthong.control.conformance.models import Run, Trial
from lienthong.control.conformance.reaching import fault_of, is_final, is_unknown, reached
from lienthong.control.conformance.telling import tell_of_refusal
from lienthong.control.conformance.trials import LAW, move
from lienthong.control.connections.models import Request
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.known_persons import PersonsSheet
from lienthong.core.legal_days import moment
from lienthong.core.machines import names_of
from lienthong.core.run_states import RunState
from lienthong.core.speech import Text
from lienthong.core.trial_states import TrialAct, TrialState
from lienthong.sandbox_access.client import SandboxAccess, SandboxError
from lienthong.sandbox_access.messages import Enrolled

_log: Final = logging.getLogger("lienthong.jobs")
_AT_ONCE: Final = 200
"""How many of a kind one round of the duty takes up."""


def enrol(number: int) -> TrialState | None:
    """Enrol a system and return how its trial stands; None where there was nothing to do, or it moved on.

    1. What is to be said is read with the version of the trial. A kill from here on leaves a trial that is
       being enrolled, and the job comes again.
    2. It is said outside any transaction: nothing waits while another machine answers. The same enrolment
       again changes nothing there.
    3. What became of it, in one act, and only of the version that was said: a key given meanwhile has a job
       of its own.
    """
    # 1.
    trial = Trial.objects.select_related("system", "request").get(pk=number)
    if trial.state is not TrialState.ENROLLING:
        return None
    if not trial.content:
        return _refused(trial, ControlRefuse(ControlCode.NOTHING_TO_TEST))
    try:
        enrolment = enrolment_of(trial)
    except msgspec.ValidationError as error:
        detail = {"code": "", "why": str(error)}
        return _refused(trial, ControlRefuse(ControlCode.SANDBOX_REFUSES, detail))
    # 2.
    try:
        with reached() as access:
            enrolled = access.enrol(trial.system.code, enrolment)
            persons = _persons(access, trial.system.code)
    except SandboxError as error:
        fault = fault_of(error)
        return _refused(trial, fault) if is_final(error) else _failed(trial, fault)
    # 3.
    return _enrolled(trial, enrolled, persons)


def _persons(access: SandboxAccess, system: str) -> PersonsSheet | None:
    """Return the list of test persons, None if it has to be asked for later."""
    try:
        return access.persons(system)
    except SandboxError as error:
        _log.warning("no test persons for %s yet: %s", system, error)
        return None


def _enrolled(seen: Trial, enrolled: Enrolled, persons: PersonsSheet | None) -> TrialState | None:
    with _acting_on(seen, "trial.enrol") as (act, trial):
        if trial is None:
            return None
        trial.officers, trial.enrolled_at = list(enrolled.officers), moment(act.now)
        trial.fault, trial.fault_detail, trial.attempts = "", {}, trial.attempts + 1
        trial.persons = None if persons is None else msgspec.to_builtins(persons)
        move(trial, TrialAct.ENROL, None)
        act.event.detail["revision"] = str(enrolled.revision)
    return TrialState.ENROLLED


def _refused(seen: Trial, fault: ControlRefuse) -> TrialState | None:
    """Record that the sandbox will not have it so: it is the body's turn, and nothing is tried again."""
    with _acting_on(seen, "trial.refuse") as (act, trial):
        if trial is None:
            return None
        _note(trial, fault)
        move(trial, TrialAct.REFUSE, None)
        act.event.detail["fault"] = fault.code.value
        tell_of_refusal(trial.request, trial.system.name, fault)
    return TrialState.REFUSED


def _failed(seen: Trial, fault: ControlRefuse) -> TrialState | None:
    """Record what is tried again by itself: an act the first time, a count from then on."""
    if seen.fault == fault.code:
        Trial.objects.filter(pk=seen.pk).update(attempts=F("attempts") + 1)
        return TrialState.ENROLLING
    with _acting_on(seen, "trial.fail") as (act, trial):
        if trial is None:
            return None
        _note(trial, fault)
        trial.save(update_fields=("fault", "fault_detail", "attempts"))
        act.event.detail["fault"] = fault.code.value
    return TrialState.ENROLLING


def _note(trial: Trial, fault: ControlRefuse) -> None:
    detail = {
        name: {"vi": said.vi, "en": said.en} if isinstance(said, Text) else said
        for name, said in fault.detail.items()
    }
    trial.fault, trial.fault_detail = fault.code.value, detail
    trial.attempts += 1


def noted_fault(trial: Trial) -> ControlRefuse | None:
    """Return what keeps a trial from being enrolled, as it is shown; None where nothing does."""
    if not trial.fault:
        return None
    detail = {
        name: Text(said["vi"], said["en"]) if isinstance(said, dict) else str(said)
        for name, said in trial.fault_detail.items()
    }
    return ControlRefuse(ControlCode(trial.fault), detail)


def remove(number: int) -> TrialState | None:
    """Remove a system from the sandbox; one that it does not know has left it. None: nothing to do."""
    trial = Trial.objects.select_related("system", "request").get(pk=number)
    if trial.state is not TrialState.LEAVING:
        return None
    try:
        with reached() as access:
            access.remove(trial.system.code)
    except SandboxError as error:
        if not is_unknown(error):
            _log.warning("%s is not removed from the sandbox yet: %s", trial.system.code, error)
            return TrialState.LEAVING
    with _acting_on(trial, "trial.remove") as (_, found):
        if found is None:
            return None
        move(found, TrialAct.REMOVE, None)
    return TrialState.LEFT


def renew(seen: Trial) -> None:
    """Enrol a system again that the sandbox no longer knows, as after it was set up anew."""
    from lienthong.control.conformance import jobs

    with _acting_on(seen, "trial.renew") as (_, trial):
        if trial is None:
            return
        trial.persons = None
        move(trial, TrialAct.RENEW, None)
        jobs.enrol.defer(trial=trial.pk)


def do_pending() -> None:
    """Do what waits for the sandbox, oldest first; a sandbox that is away is asked once a round."""
    from lienthong.control.conformance.runs import open_at_sandbox

    for number in _numbers(TrialState.ENROLLING):
        if enrol(number) is TrialState.ENROLLING:
            return
    for number in _numbers(TrialState.LEAVING):
        if remove(number) is TrialState.LEAVING:
            return
    opening = Run.objects.filter(state=RunState.OPENED, sandbox_run=None).order_by("pk")
    try:
        for run in tuple(opening.values_list("pk", flat=True)[:_AT_ONCE]):
            open_at_sandbox(run)
        _fetch_persons()
    except SandboxError as error:
        _log.warning("the sandbox: %s", error)


def _numbers(state: TrialState) -> tuple[int, ...]:
    found = Trial.objects.filter(state=state).order_by("pk")
    return tuple(found.values_list("pk", flat=True)[:_AT_ONCE])


def _fetch_persons() -> None:
    """Ask for the lists of persons that could not be had with the enrolment; raises SandboxError."""
    lacking = Trial.objects.filter(state=TrialState.ENROLLED, persons=None).select_related("system")
    for trial in tuple(lacking.order_by("pk")[:_AT_ONCE]):
        with reached() as access:
            sheet = access.persons(trial.system.code)
        Trial.objects.filter(pk=trial.pk, version=trial.version).update(persons=msgspec.to_builtins(sheet))


@contextmanager
def _acting_on(seen: Trial, kind: str) -> Iterator[tuple[Act, Trial | None]]:
    """Do one act on a trial as it was seen, locked after its request; None where it has moved on."""
    event = Event(kind=kind, actor=None, subject_kind="request", subject=seen.request.reference, law=LAW)
    event.body, event.detail = seen.request.body_id, {"system": seen.system.code}
    with acting(event) as act:
        Request.objects.select_for_update().get(pk=seen.request_id)
        rows = Trial.objects.select_for_update(of=("self",)).select_related("system", "request")
        trial = rows.get(pk=seen.pk)
        moved = decided_meanwhile(trial, seen.version, who=names_of(frozenset()).vi, when=0)
        if moved is not None:
            act.refuse(moved)
        yield act, trial if moved is None else None
