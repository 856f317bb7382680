"""Trials: begun with the receipt, given a key by the integrator, ended with the file. Law: R5.2.

What is said to the sandbox follows from these rows, by jobs: no act waits for another machine.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import QuerySet

from lienthong.config import Environment
from lienthong.control.audit.acting import Act, acting, decided_meanwhile
from lienthong.control.audit.events import Event, events_of
from lienthong.control.conformance import jobs
from lienthong.control.conformance.asking import asked_in
from lienthong.control.conformance.models import Run, Trial
from lienthong.control.connections.models import Request, SupportTrack
from lienthong.control.participants.models import System, SystemKey
from lienthong.core.access import Actor
from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.key_material import PublicHalf, read_public_key
from lienthong.core.key_states import KeyState
from lienthong.core.legal_days import instant, moment
from lienthong.core.run_states import RUN_MACHINE, RunAct
from lienthong.core.trial_states import TRIAL_MACHINE, TrialAct, TrialState
from lienthong.core.trials import OPEN_RUNS, may_give_key

LAW: Final = ("R5.2",)
_CHOSEN: Final = (KeyState.PROPOSED, KeyState.ACTIVE, KeyState.OVERLAPPING)
_GONE: Final = (TrialState.LEAVING, TrialState.LEFT)


def begin(request: Request, content: ConnectionRequest, systems: Mapping[str, System], *, act: Act) -> None:
    """Begin the trial of each system within the act of a receipt, or renew it for a supplement's contents.

    A system that has registered a key for the sandbox is enrolled at once; the others await one. A system
    that an earlier request has in the sandbox goes on under this one. A request that asks no service has
    nothing to try there: its own systems leave, those of an earlier request stay as they are.
    """
    asked = asked_in(content)
    if not asked:
        leave_all(request)
        return
    for trial in Trial.objects.select_for_update().filter(request=request).exclude(state__in=_GONE):
        if trial.system_id not in {system.pk for system in systems.values()}:
            _leave(trial)
    for system in systems.values():
        found = Trial.objects.select_for_update().filter(system=system).first()
        if found is None:
            trial = Trial.objects.create(
                system=system,
                request=request,
                state=TrialState.KEY_WANTED,
                content=asked,
                begun_at=moment(act.now),
            )
        else:
            trial = _taken_over(found, request, asked, act=act)
        if trial.state is TrialState.KEY_WANTED:
            key = registered_keys(system).first()
            if key is not None:
                trial.key, trial.thumbprint = key.jwk, key.thumbprint
                move(trial, TrialAct.GIVE_KEY, None)
        if trial.state is TrialState.ENROLLING:
            jobs.enrol.defer(trial=trial.pk)


def _taken_over(trial: Trial, request: Request, asked: list[dict[str, Any]], *, act: Act) -> Trial:
    """Return the trial of a system under its newest request and contents."""
    is_other = trial.request_id != request.pk
    is_same = trial.content == asked and not is_other
    trial.content, trial.request = asked, request
    if is_other:
        trial.begun_at = moment(act.now)
    if trial.state in _GONE:
        trial.key, trial.thumbprint, trial.fault = None, "", ""
        move(trial, TrialAct.RETURN, None)
    elif trial.state is not TrialState.KEY_WANTED and not is_same:
        trial.persons = None
        move(trial, TrialAct.RENEW, None)
    else:
        save(trial)
    return trial


def registered_keys(system: System) -> QuerySet[SystemKey]:
    """Return the keys that a system has registered for the sandbox and that have not ended, newest first."""
    found = SystemKey.objects.filter(system=system, environment=Environment.SANDBOX.value, state__in=_CHOSEN)
    return found.order_by("-pk")


def give_key(
    reference: str, number: int, handed: str | int, *, seen: int, actor: Actor
) -> ControlRefuse | None:
    """Take the key a system signs with in the sandbox; it is enrolled with it by a job.

    `handed` is the public half itself or the number of a key the system has registered for the sandbox.
    `seen` is the version the actor saw. A private key leaves no trace.
    """
    public = read_public_key(handed) if isinstance(handed, str) else None
    if isinstance(public, ControlRefuse):
        return public
    event = Event(kind="trial.give_key", actor=actor, subject_kind="request", subject=reference, law=LAW)
    with acting(event) as act:
        found = locked(reference, number, actor)
        if isinstance(found, ControlRefuse):
            return act.refuse(found)
        track, trial = found
        key = public or _chosen(trial, handed)
        if isinstance(key, ControlRefuse):
            return act.refuse(key)
        refusal = (
            overtaken(trial, seen, reference)
            or may_give_key(trial.state, track.state, has_open=has_open_run(trial), actor=actor)
            or _elsewhere(trial, key)
        )
        if refusal is not None:
            return act.refuse(refusal)
        trial.key, trial.thumbprint, trial.persons = key.jwk, key.thumbprint, None
        trial.fault, trial.fault_detail = "", {}
        move(trial, TrialAct.GIVE_KEY, actor)
        event.body = trial.request.body_id
        event.detail = {"system": trial.system.code, "thumbprint": key.thumbprint}
        jobs.enrol.defer(trial=trial.pk)
    return None


def _chosen(trial: Trial, handed: str | int) -> PublicHalf | ControlRefuse:
    key = registered_keys(trial.system).filter(pk=handed).first()
    if key is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    return PublicHalf(key.thumbprint, key.jwk)


def _elsewhere(trial: Trial, key: PublicHalf) -> ControlRefuse | None:
    """Refuse a key that counts for something else: a key of the trial opens nothing but the sandbox."""
    registered = SystemKey.objects.filter(thumbprint=key.thumbprint).exclude(
        system=trial.system_id, environment=Environment.SANDBOX.value
    )
    in_trial = Trial.objects.filter(thumbprint=key.thumbprint).exclude(pk=trial.pk).exclude(state__in=_GONE)
    if registered.exists() or in_trial.exists():
        return ControlRefuse(ControlCode.TRIAL_KEY_ELSEWHERE)
    return None


def leave_all(request: Request) -> None:
    """End the trials of a request that tries nothing any more, within the running act.

    Its open runs are abandoned.
    """
    for trial in Trial.objects.select_for_update().filter(request=request).exclude(state__in=_GONE):
        _leave(trial)
    for run in Run.objects.select_for_update().filter(request=request, state__in=OPEN_RUNS):
        target = RUN_MACHINE.step(RunAct.ABANDON, run.state, None)
        assert not isinstance(target, ControlRefuse), target
        run.state = target
        run.version += 1
        run.save(update_fields=("state", "version"))


def _leave(trial: Trial) -> None:
    was_told = trial.thumbprint != ""
    trial.fault, trial.fault_detail = "", {}
    move(trial, TrialAct.LEAVE, None)
    if was_told:
        jobs.remove.defer(trial=trial.pk)
    else:
        move(trial, TrialAct.REMOVE, None)


def locked(reference: str, number: int, actor: Actor) -> tuple[SupportTrack, Trial] | ControlRefuse:
    """Lock a request of the actor's body, its track and one of its trials: in this order files are closed."""
    Request.objects.select_for_update().filter(reference=reference).first()
    track = SupportTrack.objects.select_for_update().filter(request__reference=reference).first()
    trial = (
        Trial.objects.select_for_update(of=("self",))
        .select_related("system", "request")
        .filter(pk=number, request__reference=reference)
        .first()
    )
    if track is None or trial is None or actor.body not in (None, trial.request.body_id):
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    return track, trial


def has_open_run(trial: Trial) -> bool:
    """Say whether a run of the system was opened in the portal and has not ended."""
    return Run.objects.filter(system=trial.system_id, state__in=OPEN_RUNS, opened_by__isnull=False).exists()


def overtaken(trial: Trial, seen: int, reference: str) -> ControlRefuse | None:
    """Return the refusal for whoever saw version `seen` of a locked trial that has moved on."""
    last = next(iter(events_of("request", reference, most=1)), None)
    who = "" if last is None else last.actor_name
    return decided_meanwhile(trial, seen, who=who, when=0 if last is None else instant(last.at))


def move(trial: Trial, wanted: TrialAct, actor: Actor | None) -> None:
    """Step a locked trial and save it whole; what was asked was decided before."""
    target = TRIAL_MACHINE.step(wanted, trial.state, actor)
    assert not isinstance(target, ControlRefuse), target
    trial.state = target
    save(trial)


def save(trial: Trial) -> None:
    """Save a locked trial as its next version."""
    trial.version += 1
    trial.save()
