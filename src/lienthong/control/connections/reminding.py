"""What people are told because time went by: an answer overdue, a track not begun, evidence that has ended.

Each is told once, whoever looks and how often: what was told stands in the table in the same act as the
notices. Law: R1.3 (no request is left lying), R5.2 (the tracks start at once), R1.4 (a loss shows
at once).
"""

from collections.abc import Callable
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections import telling
from lienthong.control.connections.conditions import content_of, row_of
from lienthong.control.connections.models import (
    ConditionVerdict,
    DocumentsTrack,
    Reminder,
    Request,
    SupportTrack,
)
from lienthong.core.condition_verdicts import JUDGED_IN
from lienthong.core.conditions import Standing, standing_of
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import ConditionName
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of, instant, moment
from lienthong.core.request_handling import WITH_AUTHORITY
from lienthong.core.speech import joined
from lienthong.core.track_states import DocumentsState
from lienthong.core.tracks import TRACK_LABELS, Track, late_tracks

OVERDUE: Final = "overdue"
LATE_START: Final = "late_start"
LAPSE: Final = "lapse"

_Tell = Callable[[Request, Event], bool]
"""Looks once more at a locked request, tells and fills in the event; says whether it is still so."""


def _once(request: int, kind: str, about: str, event: Event, tell: _Tell) -> bool:
    """Tell people something about a request that they were not told yet; say whether that was done.

    1. The request is locked: of two processes that look at once the second finds what the first has told,
       and an answer that is given at this moment comes before or after, whole.
    2. Looked at once more under the lock: what was settled meanwhile is told to nobody.
    3. Note, notices and event are one commit: a kill leaves all of them or none, and then it is done again.
    """
    with acting(event) as act:
        # 1.
        locked = Request.objects.select_for_update(of=("self",)).select_related("body").get(pk=request)
        event.subject, event.body = locked.reference, locked.body_id
        is_told = Reminder.objects.filter(request=request, kind=kind, about=about).exists()
        # 2.
        if is_told or not tell(locked, event):
            act.refuse(ControlRefuse(ControlCode.NOT_IN_THIS_STATE))
            return False
        # 3.
        Reminder.objects.create(request=locked, kind=kind, about=about, told_at=moment(act.now))
    return True


def _event(kind: str, law: str) -> Event:
    return Event(kind=kind, actor=None, subject_kind="request", law=(law,))


def remind_of_overdue() -> int:
    """Tell handler and chiefs of each request whose day to answer has passed; return how many were new.

    A supplement sets another day: if that passes too, it is told again. Law: R1.3.
    """
    today = day_of(database_now())
    late = Q(state__in=WITH_AUTHORITY, answer_by__lt=today)

    def tell(request: Request, event: Event) -> bool:
        if request.answer_by is None or request.answer_by >= today or request.state not in WITH_AUTHORITY:
            return False
        event.detail["answer_by"] = request.answer_by.isoformat()
        telling.tell_of_overdue(request)
        return True

    found = Request.objects.filter(late).order_by("answer_by", "id").values_list("pk", "answer_by")
    told = set(
        Reminder.objects.filter(kind=OVERDUE, request__in=found.values("pk")).values_list("request", "about")
    )
    return sum(
        _once(pk, OVERDUE, day.isoformat(), _event("request.overdue", "R1.3"), tell)
        for pk, day in tuple(found)
        if day is not None and (pk, day.isoformat()) not in told
    )


def remind_of_late_starts() -> int:
    """Tell the chiefs of each received request of which a track has not begun in time; return how many.

    Documents begin with the first attempt to make them, support with its supporter, the assessment with that
    of each system, where the request names one yet. Law: R5.2.
    """

    def tell(request: Request, event: Event) -> bool:
        late = () if request.settled_at is not None else _late(request, database_now())
        if not late:
            return False
        event.detail["tracks"] = " ".join(late)
        telling.tell_of_late_start(request, joined((TRACK_LABELS[track] for track in late), "; "))
        return True

    now = database_now()
    return sum(
        _once(request.pk, LATE_START, "receipt", _event("request.late_start", "R5.2"), tell)
        for request in tuple(_not_begun())
        if _late(request, now)
    )


def _not_begun() -> "QuerySet[Request]":
    """Return the open requests of which a track seems not to have begun and nobody was told."""
    documents = DocumentsTrack.objects.filter(request=OuterRef("pk"))
    made = documents.exclude(state=DocumentsState.PREPARING, attempts=0)
    helped = SupportTrack.objects.filter(request=OuterRef("pk"), supporter__isnull=False)
    assessed = Assessment.objects.filter(request=OuterRef("pk"))
    told = Reminder.objects.filter(request=OuterRef("pk"), kind=LATE_START)
    begun = Exists(made) & Exists(helped) & Exists(assessed)
    found = Request.objects.filter(settled_at=None, received_at__isnull=False).exclude(begun)
    return found.exclude(Exists(told)).order_by("received_at", "id")


def _late(request: Request, now: int) -> tuple[Track, ...]:
    """Return the tracks of a received request that have not begun in time after the act that received it.

    A letter on paper counts as received when it came; its tracks begin when its file is opened.
    """
    assert request.received_at is not None, "only received requests are looked at"
    documents = DocumentsTrack.objects.filter(request=request).first()
    helped = SupportTrack.objects.filter(request=request).first()
    assessed = set(Assessment.objects.filter(request=request).values_list("system__code", flat=True))
    systems = {system.id for system in content_of(request).systems}
    is_made = documents is not None and (
        documents.state is not DocumentsState.PREPARING or documents.attempts > 0
    )
    is_helped = helped is not None and helped.supporter is not None
    begun = {
        Track.DOCUMENTS: is_made,
        Track.SUPPORT: is_helped,
        Track.ASSESSMENT: systems <= assessed,
    }
    rows = (row.started_at for row in (documents, helped) if row is not None)
    since = instant(max((request.received_at, *rows)))
    return late_tracks(
        [track for track, has_begun in begun.items() if has_begun], since, now, profile_at(now)
    )


def remind_of_lapses() -> int:
    """Tell both sides of each condition whose evidence has ended, on the day it ends; return how many.

    Law: R1.4.
    """
    today = day_of(database_now())
    return sum(
        _once(request, LAPSE, str(verdict), _event("condition.lapse", "R1.4"), _lapse_of(verdict))
        for verdict, request in tuple(_ended().filter(valid_until__lt=today).values_list("pk", "request"))
    )


def _ended() -> "QuerySet[ConditionVerdict]":
    about = Cast(OuterRef("pk"), TextField())
    told = Reminder.objects.filter(request=OuterRef("request"), kind=LAPSE, about=about)
    later = ConditionVerdict.objects.filter(
        request=OuterRef("request"),
        system=OuterRef("system"),
        condition=OuterRef("condition"),
        pk__gt=OuterRef("pk"),
    )
    found = ConditionVerdict.objects.filter(request__state__in=JUDGED_IN, valid_until__isnull=False)
    return found.exclude(Exists(later)).exclude(Exists(told)).order_by("pk")


def _lapse_of(verdict: int) -> _Tell:
    def tell(request: Request, event: Event) -> bool:
        row = _ended().select_related("system").filter(pk=verdict).first()
        today = day_of(database_now())
        if row is None or standing_of(row_of(row), today) is not Standing.LAPSED:
            return False
        assert row.valid_until is not None, "what has no last day does not lapse"
        last_day = f"{row.valid_until:%d/%m/%Y}"
        event.detail = {
            "system": row.system.code,
            "condition": row.condition,
            "valid_until": row.valid_until.isoformat(),
        }
        condition = ConditionName(row.condition)
        telling.tell_of_lapse(request, condition, system=row.system.name, last_day=last_day)
        return True

    return tell
