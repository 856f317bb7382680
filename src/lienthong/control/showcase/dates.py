"""The one place where a demonstration's dates are not those of its acts: files are made as old as they look.

Events keep the moment at which things were done, and say that the dates were set back.
"""

from datetime import timedelta

from django.db.models import F

from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.connections.calendar import work_calendar
from lienthong.control.connections.models import DocumentsTrack, Request, SupportTrack, Version
from lienthong.control.letters.models import IncomingLetter
from lienthong.control.participants.models import SystemKey
from lienthong.core.legal_days import DAY, day_of, instant
from lienthong.core.working_days import deadline


def set_back(reference: str, days: int) -> None:
    """Let a received file be as many days old: its receipt, what began with it, the day to answer by."""
    if not days:
        return
    earlier = timedelta(days=days)
    event = Event(kind="demonstration.set_back", actor=None, subject_kind="request", subject=reference)
    with acting(event) as act:
        request = Request.objects.select_for_update().get(reference=reference)
        assert request.received_at is not None
        assert request.sent_at is not None
        request.received_at -= earlier
        request.sent_at -= earlier
        request.started_at -= earlier
        received_on = day_of(instant(request.received_at))
        term = act.profile.number("request.decide")
        request.answer_by = deadline(received_on, term, work_calendar()).last_day
        request.save(update_fields=("received_at", "sent_at", "started_at", "answer_by"))
        for table in (DocumentsTrack, SupportTrack, Assessment):
            table._default_manager.filter(request=request).update(started_at=F("started_at") - earlier)
        Version.objects.filter(request=request).update(signed_at=F("signed_at") - earlier)
        IncomingLetter.objects.filter(request=request.pk).update(arrived_at=F("arrived_at") - earlier)
        event.body, event.detail = request.body_id, {"days": str(days)}


def let_term_pass(reference: str) -> None:
    """Let the term of a supplement that was asked for have passed yesterday."""
    event = Event(kind="demonstration.set_back", actor=None, subject_kind="request", subject=reference)
    with acting(event) as act:
        request = Request.objects.select_for_update().get(reference=reference)
        request.supplement_by = day_of(act.now) - timedelta(days=1)
        request.save(update_fields=("supplement_by",))
        event.body = request.body_id


def let_key_end(key: int) -> None:
    """Let the term of a key have passed yesterday; that it ended is then noted as of every key."""
    event = Event(kind="demonstration.set_back", actor=None, subject_kind="key", subject=str(key))
    with acting(event) as act:
        row = SystemKey.objects.select_for_update().get(pk=key)
        row.valid_from, row.valid_until = act.now - 365 * DAY, act.now - DAY
        row.save(update_fields=("valid_from", "valid_until"))
