"""The calendar of working days: entered and withdrawn by decision, one act each. Law: R5.3."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import IntegrityError

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, Written, database_now, events_of
from lienthong.control.connections.models import WorkDay
from lienthong.control.theme import dates
from lienthong.core.access import Actor
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong.core.speech import Text
from lienthong.core.work_day_list import DecidedDays, may_keep_calendar, read_days

_LAW: Final = ("R5.3",)
_EVENTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDayEntry:
    """One day as it is decided; `withdrawn_by` empty while that holds."""

    id: int
    day: date
    is_worked: bool
    decision: str
    withdrawn_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkYear:
    """One year of the calendar; `is_known`: a day of it was entered, so that deadlines in it are certain."""

    year: int
    years: tuple[int, ...]
    entries: tuple[WorkDayEntry, ...]
    is_known: bool
    events: tuple[Written, ...]


def work_year(wanted: int | None) -> WorkYear:
    """Return a year, this one where none is wanted; `years`: those with an entry, this one, the next."""
    this = day_of(database_now()).year
    year = this if wanted is None else wanted
    known = {found.year for found in WorkDay.objects.dates("day", "year")}
    rows = WorkDay.objects.filter(day__year=year).order_by("day", "pk")
    columns = ("id", "day", "is_worked", "decision", "withdrawn_by")
    entries = tuple(
        WorkDayEntry(**dict(zip(columns, row, strict=True))) for row in rows.values_list(*columns)
    )
    return WorkYear(
        year=year,
        years=tuple(sorted(known | {this, this + 1, year})),
        entries=entries,
        is_known=any(not entry.withdrawn_by for entry in entries),
        events=events_of("work_year", str(year), most=_EVENTS),
    )


def enter(decision: str, off: str, worked: str, *, actor: Actor | None) -> DecidedDays | ControlRefuse:
    """Enter the days that a decision names, all of them or none; of a day there is one decision at a time."""
    event = Event(kind="work_days.entered", actor=actor, subject_kind="work_year", law=_LAW)
    event.detail["decision"] = decision
    try:
        with acting(event) as act:
            days = _entered(decision, off, worked, actor, act)
            if isinstance(days, ControlRefuse):
                return act.refuse(days)
            first = min(*days.off, *days.worked, date.max)
            event.subject = str(first.year)
            event.detail |= {"off": _listed(days.off), "worked": _listed(days.worked)}
    except IntegrityError:
        # Somebody entered one of the days at the same moment: it stands now, and is named.
        return enter(decision, off, worked, actor=actor)
    return days


def _entered(
    decision: str, off: str, worked: str, actor: Actor | None, act: Act
) -> DecidedDays | ControlRefuse:
    refusal = may_keep_calendar(actor)
    if refusal is None and not decision.strip():
        refusal = ControlRefuse(ControlCode.DECISION_WANTED)
    days = refusal or read_days(off, worked, today=day_of(act.now))
    if isinstance(days, ControlRefuse):
        return days
    every = (*days.off, *days.worked)
    known = WorkDay.objects.filter(day__in=every, withdrawn_by="").order_by("day").first()
    if known is not None:
        return ControlRefuse(
            ControlCode.WORK_DAY_KNOWN, {"day": _spoken(known.day), "decision": known.decision}
        )
    WorkDay.objects.bulk_create(
        WorkDay(day=day, is_worked=is_worked, decision=decision.strip())
        for is_worked, those in ((False, days.off), (True, days.worked))
        for day in those
    )
    return days


def withdraw(entry: int, decision: str, *, actor: Actor | None) -> ControlRefuse | None:
    """Let a day go by the week again, by a later decision; what it was stays to be read."""
    event = Event(kind="work_days.withdrawn", actor=actor, subject_kind="work_year", law=_LAW)
    with acting(event) as act:
        refusal = may_keep_calendar(actor)
        if refusal is None and not decision.strip():
            refusal = ControlRefuse(ControlCode.DECISION_WANTED)
        row = WorkDay.objects.select_for_update().filter(pk=entry, withdrawn_by="").first()
        if refusal is not None or row is None:
            return act.refuse(refusal or ControlRefuse(ControlCode.NOT_FOUND_HERE))
        event.subject = str(row.day.year)
        event.detail = {"day": row.day.isoformat(), "decision": decision.strip(), "was": row.decision}
        row.withdrawn_by = decision.strip()
        row.save(update_fields=("withdrawn_by",))
    return None


def work_day(entry: int) -> WorkDayEntry | None:
    """Return one entry that holds, None where there is none."""
    row = WorkDay.objects.filter(pk=entry, withdrawn_by="").first()
    if row is None:
        return None
    return WorkDayEntry(
        id=row.pk, day=row.day, is_worked=row.is_worked, decision=row.decision, withdrawn_by=""
    )


def _listed(days: tuple[date, ...]) -> str:
    return ",".join(day.isoformat() for day in days)


def _spoken(day: date) -> Text:
    return Text(dates.day(day, "vi"), dates.day(day, "en"))
