"""What lies on the desks of the authority: lists with filters, what waits for whom, the chief's overview.

Law: R1.3 (no request is left lying unseen).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Window

from lienthong.control.accounts.directory import Person, names_of, staff_with
from lienthong.control.audit.events import database_now
from lienthong.control.connections.models import DocumentsTrack, Message, Request, SupportTrack
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Role
from lienthong.core.legal_days import day_of, moment, start_of_day
from lienthong.core.request_handling import UNSEEN, WITH_AUTHORITY, WITH_HANDLER
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text
from lienthong.core.track_states import DocumentsState, SupportState

PAGE_SIZE: Final = 25
_SHOWN_AT_HOME: Final = 8
_COLUMNS: Final = (
    "reference", "title", "body__name", "state", "handler", "sent_at", "received_at", "answer_by",
    "supplement_by",
)  # fmt: skip
_SETTLED: Final = frozenset(state.name for state in REQUEST_MACHINE.states if state.final)
LISTED: Final = tuple(state for state in RequestState if state not in UNSEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """How a list is narrowed; `older` counts days since receipt, `handler` 0 is nobody."""

    words: str = ""
    state: RequestState | None = None
    body: str = ""
    handler: int | None = None
    overdue: bool = False
    older: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRow:
    """One request in a list. `late` are the days since the answer was due, 0 while it is not late."""

    reference: str
    title: str
    body: str
    state: RequestState
    label: Text
    handler: str
    sent_at: datetime | None
    answer_by: date | None
    supplement_by: date | None
    late: int


@dataclass(frozen=True, slots=True)
class DeskList:
    """One page of a list, and how long the whole is."""

    rows: tuple[DeskRow, ...]
    total: int


def today() -> date:
    """Return the day it is in Việt Nam, by the database's clock."""
    return day_of(database_now())


def listed(filters: Filters, page: int) -> DeskList:
    """Return a page of the requests that match, newest first."""
    now = today()
    found = _narrowed(filters, now)
    # Which requests first, and only then what they show: nothing is joined for what the page leaves out.
    ids = found.order_by("-id").values_list("id", flat=True)
    first = (page - 1) * PAGE_SIZE
    if filters.words or filters.body:
        # What is dear to look for is looked for once: each row brings along how many there are.
        counted = ids.annotate(total=Window(Count("*"))).values_list("id", "total")[first : first + PAGE_SIZE]
        found_here = tuple(counted)
        wanted = [id for id, _ in found_here]
        total = found_here[0][1] if found_here else found.count() if first else 0
    else:
        wanted, total = list(ids[first : first + PAGE_SIZE]), found.count()
    rows = Request.objects.filter(id__in=wanted).order_by("-id").values_list(*_COLUMNS)
    return DeskList(_rows(rows, now), total)


def _narrowed(filters: Filters, now: date) -> "QuerySet[Request]":
    found = Request.objects.filter(state__in=LISTED if filters.state is None else (filters.state,))
    if filters.words:
        found = found.filter(Q(reference__icontains=filters.words) | Q(title__icontains=filters.words))
    if filters.body:
        named = Q(name__icontains=filters.body) | Q(identifier__iexact=filters.body)
        found = found.filter(body__in=tuple(Body.objects.filter(named).values_list("id", flat=True)))
    if filters.handler is not None:
        found = found.filter(handler=filters.handler or None)
    if filters.overdue:
        found = found.filter(_is_late(now))
    if filters.older is not None:
        before = moment(start_of_day(now - timedelta(days=filters.older)))
        found = found.filter(received_at__lt=before, settled_at=None)
    return found


def _is_late(now: date) -> Q:
    return Q(state__in=WITH_AUTHORITY, answer_by__lt=now)


def _rows(values: Iterable[tuple[Any, ...]], now: date) -> tuple[DeskRow, ...]:
    found = [dict(zip(_COLUMNS, row, strict=True)) for row in values]
    names = names_of(row["handler"] for row in found)
    return tuple(
        DeskRow(
            reference=row["reference"],
            title=row["title"],
            body=row["body__name"],
            state=row["state"],
            label=REQUEST_MACHINE.state(row["state"]).label,
            handler=names.get(row["handler"], ""),
            sent_at=row["sent_at"],
            answer_by=None if row["state"] in _SETTLED else row["answer_by"],
            supplement_by=None if row["state"] in _SETTLED else row["supplement_by"],
            late=_days_late(row["state"], row["answer_by"], now),
        )
        for row in found
    )


def _days_late(state: RequestState, answer_by: date | None, now: date) -> int:
    if answer_by is None or state not in WITH_AUTHORITY:
        return 0
    return max(0, (now - answer_by).days)


def handlers() -> tuple[Person, ...]:
    """Return whom files can be given to."""
    return staff_with(Role.HANDLER)


def signers() -> tuple[Person, ...]:
    """Return who can sign letters."""
    return staff_with(Role.CHIEF, Role.APPROVER)


@dataclass(frozen=True, slots=True)
class Pile:
    """Requests that wait for the same thing: a permanent name, how many, the first of them."""

    name: str
    total: int
    rows: tuple[DeskRow, ...]


def waiting_for(actor: Actor) -> tuple[Pile, ...]:
    """Return what waits for this person by role, the most urgent of each first."""
    now = today()
    mine = Q(handler=actor.id) | Q(stand_in=actor.id)
    piles: list[tuple[str, Q]] = []
    if Role.CHIEF in actor.roles:
        piles.append(("to_assign", Q(state=RequestState.RECEIVED)))
    if actor.roles & {Role.CHIEF, Role.APPROVER}:
        piles.append(("to_decide", Q(state=RequestState.PROPOSED)))
    if Role.HANDLER in actor.roles:
        piles += [
            ("in_hand", mine & Q(state__in=WITH_HANDLER)),
            ("to_answer", Q(pk__in=_asked(actor))),
            ("without_documents", Q(pk__in=_without_documents())),
        ]
    return tuple(_pile(name, condition, now) for name, condition in piles)


def _pile(name: str, condition: Q, now: date) -> Pile:
    found = Request.objects.filter(condition)
    rows = found.order_by(F("answer_by").asc(nulls_last=True), "id").values_list(*_COLUMNS)[:_SHOWN_AT_HOME]
    first = _rows(rows, now)
    return Pile(name, len(first) if len(first) < _SHOWN_AT_HOME else found.count(), first)


def _asked(actor: Actor) -> "QuerySet[SupportTrack, Any]":
    """Return the requests this person supports whose last word in the thread is the body's."""
    last = Message.objects.filter(request=OuterRef("request")).order_by("-id").values("from_body")[:1]
    tracks = SupportTrack.objects.filter(supporter=actor.id).exclude(state=SupportState.CLOSED)
    return tracks.annotate(asked=Subquery(last)).filter(asked=True).values("request")


def _without_documents() -> "QuerySet[DocumentsTrack, Any]":
    return DocumentsTrack.objects.filter(state=DocumentsState.FAILED).values("request")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one handler has in hand; `handler` none is what nobody has yet."""

    handler: int | None
    name: str
    open: int
    overdue: int
    due_soon: int
    awaiting_body: int
    next_due: date | None


def loads() -> tuple[Load, ...]:
    """Return the open files by handler, the most overdue first: the chief's desk."""
    now = today()
    soon = now + timedelta(days=2)
    with_us = Q(state__in=WITH_AUTHORITY)
    counted = (
        Request.objects.filter(state__in=LISTED, settled_at=None)
        .exclude(state=RequestState.WITHDRAWN)
        .values("handler")
        .annotate(
            open=Count("id"),
            overdue=Count("id", filter=_is_late(now)),
            due_soon=Count("id", filter=with_us & Q(answer_by__gte=now, answer_by__lte=soon)),
            awaiting_body=Count("id", filter=Q(state=RequestState.SUPPLEMENT_ASKED)),
            next_due=Min("answer_by", filter=with_us),
        )
        .order_by("-overdue", "next_due")
    )
    rows = list(counted)
    named = {person.id: person.name for person in handlers()} | names_of(row["handler"] for row in rows)
    busy = tuple(Load(**row, name=named.get(row["handler"] or 0, "")) for row in rows)
    idle = tuple(
        Load(handler=id, name=name, open=0, overdue=0, due_soon=0, awaiting_body=0, next_due=None)
        for id, name in named.items()
        if id not in {load.handler for load in busy}
    )
    return (*busy, *idle)


def files_by_deadline(most: int = PAGE_SIZE) -> tuple[DeskRow, ...]:
    """Return the open files that wait for the authority, the earliest deadline first."""
    now = today()
    found = Request.objects.filter(state__in=WITH_AUTHORITY).order_by(
        F("answer_by").asc(nulls_last=True), "id"
    )
    return _rows(found.values_list(*_COLUMNS)[:most], now)
