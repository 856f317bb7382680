"""What lies on the desks of the authority: lists with filters, what waits for whom, the chief's overview.

Law: R1.3 (no request is left lying unseen).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from lienthong.control.accounts.directory import Person, staff_with
from lienthong.control.audit.events import database_now
from lienthong.control.frame.statements import execute
from lienthong.core.access import Actor, Role
from lienthong.core.legal_days import day_of, moment, start_of_day
from lienthong.core.request_handling import UNSEEN, WITH_AUTHORITY, WITH_HANDLER
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text
from lienthong.core.track_states import DocumentsState, SupportState
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("desk.sql"))
PAGE_SIZE: Final = 25
_SHOWN_AT_HOME: Final = 8
_SETTLED: Final = frozenset(state.name for state in REQUEST_MACHINE.states if state.final)
LISTED: Final = tuple(state for state in RequestState if state not in UNSEEN)
_OPEN: Final = tuple(state for state in LISTED if state is not RequestState.WITHDRAWN)


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
    received_before = None
    if filters.older is not None:
        received_before = moment(start_of_day(now - timedelta(days=filters.older)))
    found = execute(
        _QUERIES,
        "listed",
        list(LISTED if filters.state is None else (filters.state,)),
        _anywhere(filters.words),
        _anywhere(filters.body),
        filters.body,
        filters.handler,
        now if filters.overdue else None,
        list(WITH_AUTHORITY),
        received_before,
        PAGE_SIZE,
        (page - 1) * PAGE_SIZE,
        is_planned_anew=True,
    )
    return DeskList(tuple(_row(row, now) for _, *row in found if row[0] is not None), found[0][0])


def _anywhere(words: str) -> str | None:
    """Return the pattern of whatever holds these words as they are, none for no words."""
    if not words:
        return None
    literal = words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{literal}%"


def _row(values: list[Any] | tuple[Any, ...], now: date) -> DeskRow:
    """Return what a list shows of one request, whose columns come in the order of the queries."""
    reference, title, body, named_state, handler, sent_at, answer_by, supplement_by = values
    state = RequestState(named_state)
    is_settled = state in _SETTLED
    return DeskRow(
        reference=reference,
        title=title,
        body=body,
        state=state,
        label=REQUEST_MACHINE.state(state).label,
        handler=handler,
        sent_at=sent_at,
        answer_by=None if is_settled else answer_by,
        supplement_by=None if is_settled else supplement_by,
        late=days_late(state, answer_by, now),
    )


def days_late(state: RequestState, answer_by: date | None, now: date) -> int:
    """Return the days since the answer was due, 0 while it is not late. Law: R1.3."""
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
    """Return what waits for this person by role, the most urgent of each first; no pile is empty."""
    wanted = []
    if Role.CHIEF in actor.roles:
        wanted.append("to_assign")
    if actor.roles & {Role.CHIEF, Role.APPROVER}:
        wanted.append("to_decide")
    if Role.HANDLER in actor.roles:
        wanted += ["in_hand", "to_answer", "without_documents"]
    found = execute(
        _QUERIES,
        "piles",
        wanted,
        actor.id,
        RequestState.RECEIVED.value,
        RequestState.PROPOSED.value,
        list(WITH_HANDLER),
        SupportState.CLOSED.value,
        DocumentsState.FAILED.value,
        _SHOWN_AT_HOME,
    )
    now = today()
    totals = {name: total for name, total, *_ in found}
    return tuple(
        Pile(name, totals[name], tuple(_row(row, now) for pile, _, *row in found if pile == name))
        for name in wanted
        if name in totals
    )


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
    found = execute(
        _QUERIES,
        "loads",
        list(_OPEN),
        list(WITH_AUTHORITY),
        now,
        now + timedelta(days=2),
        RequestState.SUPPLEMENT_ASKED.value,
    )
    busy = tuple(
        Load(
            handler=handler,
            name=name,
            open=open,
            overdue=overdue,
            due_soon=due_soon,
            awaiting_body=awaiting_body,
            next_due=next_due,
        )
        for handler, name, open, overdue, due_soon, awaiting_body, next_due in found
    )
    working = {load.handler for load in busy}
    idle = tuple(
        Load(
            handler=person.id,
            name=person.name,
            open=0,
            overdue=0,
            due_soon=0,
            awaiting_body=0,
            next_due=None,
        )
        for person in handlers()
        if person.id not in working
    )
    return (*busy, *idle)


def files_by_deadline(most: int = PAGE_SIZE) -> tuple[DeskRow, ...]:
    """Return the open files that wait for the authority, the earliest deadline first."""
    now = today()
    return tuple(_row(row, now) for row in execute(_QUERIES, "by_deadline", list(WITH_AUTHORITY), most))
