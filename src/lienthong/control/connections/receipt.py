"""Receiving a request: everything the law wants on receipt begins in the one act, or none of it.

Law: R5.2 (three tracks at once), R5.3 (the letter enters the register), R1.3 (a day to answer by), R4.3.
"""

from collections.abc import Mapping
from datetime import datetime

from lienthong.control.assessments.models import Assessment
from lienthong.control.assessments.opening import open_assessments
from lienthong.control.audit.acting import Act
from lienthong.control.conformance import trials
from lienthong.control.connections import jobs, support, telling
from lienthong.control.connections.calendar import work_calendar
from lienthong.control.connections.content import read_facts, read_request
from lienthong.control.connections.models import (
    DocumentsTrack,
    FieldOpinion,
    Request,
    SupportTrack,
    Version,
)
from lienthong.control.letters.arrivals import file_under, registered
from lienthong.control.participants.models import System
from lienthong.core.connection_request import FieldChoice
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.legal_days import day_of, instant, moment
from lienthong.core.request_handling import key_of
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct
from lienthong.core.track_states import DOCUMENTS_MACHINE, DocumentsAct, DocumentsState, SupportState
from lienthong.core.tracks import on_receipt
from lienthong.core.working_days import deadline


def receive(request: Request, *, act: Act, came: datetime | None = None) -> None:
    """Receive a request that was just sent, within the act that sends it or opens the file of its letter.

    `came` is when a letter on paper or by the axis arrived, from which the day to answer by counts.

    Raises LookupError when it names a system that its body has not registered: filing lets none through.

    1. The state, by the system itself: no desk can delay what follows.
    2. The arrival number, under the lock of its register: a failed act burns none.
    3. The day to answer by and the rows of all three tracks: whoever sees the request sees them.
    4. The job of the documents, enqueued by this transaction: a crash leaves either all or nothing to do.
    5. Body, chiefs and supporter are told by the same commit.
    """
    # 1.
    target = REQUEST_MACHINE.step(RequestAct.RECEIVE, request.state, None)
    assert not isinstance(target, ControlRefuse), target
    content = read_request(_latest(request).content)
    systems = _systems(request, tuple(system.id for system in content.systems))
    facts = {code: read_facts(system.facts) for code, system in systems.items()}
    received = act.now if came is None else instant(came)
    starts = on_receipt(facts, received, act.profile, work_calendar())
    # 2.
    arrival = "–"
    if request.letter is not None:
        arrival = act.event.detail["arrival"] = file_under(registered(request.letter, act=act), request.pk)
    # 3.
    now = moment(act.now)
    request.state, request.received_at = target, moment(received)
    request.answer_by = starts.answer_by.last_day
    request.version += 1
    request.save(update_fields=("state", "received_at", "answer_by", "version"))
    DocumentsTrack.objects.create(request=request, started_at=now)
    supporter = support.least_loaded()
    helped = SupportTrack.objects.create(
        request=request,
        started_at=now,
        supporter=supporter,
        state=SupportState.OPENED if supporter is None else SupportState.SUPPORTED,
    )
    support.follow(helped)
    opened = open_assessments(request, starts.starts, systems, now=act.now)
    trials.begin(request, content, systems, act=act)
    act.event.detail |= {"answer_by": request.answer_by.isoformat(), "assessments": str(opened)}
    # 4.
    jobs.provide_documents.defer(request=request.pk)
    # 5.
    telling.tell_of_receipt(request, arrival=arrival)


def supplemented(request: Request, *, act: Act) -> None:
    """Renew what a supplement changes, within the act that sends it: day to answer by, documents, trials.

    A system that it names for the first time is assessed as on receipt.

    The tracks go on beside each other: none waits for another. Law: R1.3, R5.2.
    """
    term = act.profile.number("request.decide")
    request.answer_by = deadline(day_of(act.now), term, work_calendar()).last_day
    request.supplement_by = None
    request.save(update_fields=("answer_by", "supplement_by"))
    _carry_over(request)
    support.follow(SupportTrack.objects.select_for_update().get(request=request))
    content = read_request(_latest(request).content)
    systems = _systems(request, tuple(system.id for system in content.systems))
    _assess_new(request, systems, act)
    trials.begin(request, content, systems, act=act)
    track = DocumentsTrack.objects.select_for_update().get(request=request)
    again = {DocumentsState.PROVIDED: DocumentsAct.RENEW, DocumentsState.FAILED: DocumentsAct.RETRY}
    wanted = again.get(track.state)
    if wanted is not None:
        target = DOCUMENTS_MACHINE.step(wanted, track.state, None)
        assert not isinstance(target, ControlRefuse), target
        track.state = target
    # A job under way for the older contents finds another version of the track and leaves it alone.
    track.version += 1
    track.save(update_fields=("state", "version"))
    jobs.provide_documents.defer(request=request.pk)
    telling.tell_of_supplement(request)


def _assess_new(request: Request, systems: Mapping[str, System], act: Act) -> None:
    known = set(Assessment.objects.filter(request=request).values_list("system__code", flat=True))
    new = {code: system for code, system in systems.items() if code not in known}
    if new:
        facts = {code: read_facts(system.facts) for code, system in new.items()}
        starts = on_receipt(facts, act.now, act.profile, work_calendar())
        open_assessments(request, starts.starts, new, now=act.now)


def _carry_over(request: Request) -> None:
    """Keep what was thought of a field that is asked for in the very same words as before."""
    newer, *older = Version.objects.filter(request=request).order_by("-number")[:2]
    if not older:
        return
    unchanged = {key_of(each) for each in _choices(newer) & _choices(older[0])}
    for opinion in FieldOpinion.objects.filter(version=older[0]):
        if (opinion.field, opinion.direction, opinion.purpose) in unchanged:
            opinion.pk, opinion.version = None, newer
            opinion.save(force_insert=True)


def _choices(version: Version) -> set[FieldChoice]:
    return set(read_request(version.content).choices)


def _latest(request: Request) -> Version:
    return Version.objects.filter(request=request).latest("number")


def _systems(request: Request, codes: tuple[str, ...]) -> dict[str, System]:
    found = {system.code: system for system in System.objects.filter(body=request.body_id, code__in=codes)}
    if unknown := [code for code in codes if code not in found]:
        raise LookupError(f"{request.reference} names systems that its body has not registered: {unknown}")
    return {code: found[code] for code in codes}
