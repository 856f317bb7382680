"""What pages ask about bodies, as values: the list, one body with all it has, its people and papers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec
from django.db.models import Count, Q, QuerySet

from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import database_now
from lienthong.control.connections.models import Request
from lienthong.control.frame.statements import execute
from lienthong.control.participants import successors
from lienthong.control.participants.bodies import BodyFacts
from lienthong.control.participants.models import (
    Body,
    ContactOfficer,
    Mandate,
    Succession,
    Successor,
    System,
)
from lienthong.control.participants.papers import PaperCopy, copy_of
from lienthong.control.participants.queries_file import QUERIES
from lienthong.control.participants.stored import paper_of
from lienthong.core.access import Role
from lienthong.core.account_states import AccountState
from lienthong.core.bodies import BodyKind
from lienthong.core.connection_request import MandateKind
from lienthong.core.key_states import KeyState
from lienthong.core.legal_days import day_of
from lienthong.core.papers import Paper
from lienthong_protocol.record import Act

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEntry:
    """One body in a list; `formerly` is what it was found by, where that is no longer its own."""

    id: int
    identifier: str
    name: str
    kind: BodyKind
    parent: str
    systems: int
    ended_on: date | None
    formerly: str = ""


@dataclass(frozen=True, slots=True)
class BodyList:
    """One page of bodies, and how many there are."""

    entries: tuple[BodyEntry, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyName:
    """A body by number, identifier and name."""

    id: int
    identifier: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPage:
    """One body as its page shows it."""

    id: int
    identifier: str
    facts: BodyFacts
    ended_on: date | None
    version: int
    requests: int
    successors: tuple[BodyName, ...]
    predecessors: tuple[BodyName, ...]
    former_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEntry:
    """One function, duty or power."""

    id: int
    code: str
    kind: MandateKind
    description: str
    paper: Paper | None
    ended_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """One contact officer."""

    id: int
    name: str
    post: str
    phone: str
    email: str
    acts: tuple[Act, ...]
    ended_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """One account that works for a body."""

    name: str
    email: str
    roles: tuple[Role, ...]
    state: AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemEntry:
    """One system in a list, with how many of its keys live and how many officers it has."""

    id: int
    code: str
    name: str
    kind: str
    is_database: bool
    keys: int
    officers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that was done to a body or to what it has."""

    at: datetime
    kind: str
    by: str
    detail: dict[str, str]


def list_bodies(words: str, kind: BodyKind | None, *, page: int, ended: bool = False) -> BodyList:
    """Return a page of bodies by name or identifier; an old identifier or name finds the one that follows.

    Bodies that have ended stand in the list only where asked for.
    """
    found = Body.objects.all() if ended else Body.objects.filter(ended_on=None)
    if kind is not None:
        found = found.filter(kind=kind.value)
    via = _former(words) if words else {}
    if words:
        found = found.filter(Q(name__icontains=words) | Q(identifier__icontains=words) | Q(pk__in=via.keys()))
    total = found.count()
    first = (max(1, page) - 1) * PAGE_SIZE
    rows = _counted(found).order_by("name", "pk")[first : first + PAGE_SIZE]
    return BodyList(tuple(_entry(body, via.get(body.pk, "")) for body in rows), total)


def _counted(found: QuerySet[Body]) -> QuerySet[Body]:
    return found.annotate(system_count=Count("systems"))


def _entry(body: Body, formerly: str) -> BodyEntry:
    return BodyEntry(
        id=body.pk,
        identifier=body.identifier,
        name=body.name,
        kind=BodyKind(body.kind),
        parent=body.parent,
        systems=getattr(body, "system_count", 0),
        ended_on=body.ended_on,
        formerly=formerly,
    )


def _former(words: str) -> dict[int, str]:
    """Return which living bodies follow those that words find among the ended and among former names."""
    today = day_of(database_now())
    via: dict[int, str] = {}
    ended = Body.objects.filter(ended_on__isnull=False).filter(
        Q(name__icontains=words) | Q(identifier__icontains=words)
    )
    for body in ended[:PAGE_SIZE]:
        for follower in successors.living(body.identifier, today):
            via[follower.pk] = f"{body.name} ({body.identifier})"
    for identifier, name in former_names():
        if words.casefold() in name.casefold():
            via.update(
                dict.fromkeys(Body.objects.filter(identifier=identifier).values_list("pk", flat=True), name)
            )
    return via


def former_names() -> tuple[tuple[str, str], ...]:
    """Return the names that bodies lost by renaming, with the identifier under which each stood."""
    contents = Succession.objects.order_by("effective_on", "pk").values_list("content", flat=True)
    return tuple(pair for content in contents for pair in content.get("former_names", {}).items())


def body_page(number: int) -> BodyPage | None:
    """Return one body, none where there is none."""
    body = Body.objects.filter(pk=number).first()
    if body is None:
        return None
    after = Successor.objects.filter(predecessor=body).select_related("successor").order_by("pk")
    before = Successor.objects.filter(successor=body).select_related("predecessor").order_by("pk")
    return BodyPage(
        id=body.pk,
        identifier=body.identifier,
        facts=BodyFacts(
            kind=BodyKind(body.kind),
            name=body.name,
            parent=body.parent,
            symbol=body.symbol,
            place=body.place,
            address=body.address,
            email=body.email,
            phone=body.phone,
            under_defence=body.under_defence,
        ),
        ended_on=body.ended_on,
        version=body.version,
        requests=Request.objects.filter(body=body).count(),
        successors=tuple(_name(each.successor) for each in after),
        predecessors=tuple(_name(each.predecessor) for each in before),
        former_names=tuple(name for identifier, name in former_names() if identifier == body.identifier),
    )


def _name(body: Body) -> BodyName:
    return BodyName(id=body.pk, identifier=body.identifier, name=body.name)


def answering_for(number: int) -> tuple[BodyName, ...]:
    """Return who answers today for a body: itself while it lives, else those that follow it."""
    body = Body.objects.filter(pk=number).first()
    if body is None:
        return ()
    return tuple(_name(each) for each in successors.living(body.identifier, day_of(database_now())))


def body_named(identifier: str) -> int | None:
    """Return the number of the body that bears or bore an identifier."""
    return Body.objects.filter(identifier=identifier).values_list("pk", flat=True).first()


def names_of_bodies(numbers: Iterable[int | None]) -> dict[int, BodyName]:
    """Return bodies by their numbers."""
    wanted = {number for number in numbers if number is not None}
    return {body.pk: _name(body) for body in Body.objects.filter(pk__in=wanted)} if wanted else {}


def mandates_of(number: int) -> tuple[MandateEntry, ...]:
    """Return the mandates of a body, those in force first."""
    rows = Mandate.objects.filter(body=number).order_by("ended_on", "code")
    return tuple(sorted((_mandate(row) for row in rows), key=lambda each: each.ended_on is not None))


def mandate(number: int) -> MandateEntry | None:
    """Return one mandate."""
    row = Mandate.objects.filter(pk=number).first()
    return None if row is None else _mandate(row)


def _mandate(row: Mandate) -> MandateEntry:
    return MandateEntry(
        id=row.pk,
        code=row.code,
        kind=MandateKind(row.kind),
        description=row.description,
        paper=paper_of(row.paper),
        ended_on=row.ended_on,
        version=row.version,
    )


def contacts_of(number: int) -> tuple[ContactEntry, ...]:
    """Return the contact officers of a body, those answerable now first."""
    rows = ContactOfficer.objects.filter(body=number).order_by("name", "pk")
    return tuple(sorted((_contact(row) for row in rows), key=lambda each: each.ended_on is not None))


def contact(number: int) -> ContactEntry | None:
    """Return one contact officer."""
    row = ContactOfficer.objects.filter(pk=number).first()
    return None if row is None else _contact(row)


def _contact(row: ContactOfficer) -> ContactEntry:
    return ContactEntry(
        id=row.pk,
        name=row.name,
        post=row.post,
        phone=row.phone,
        email=row.email,
        acts=tuple(act for act in Act if act in row.acts),
        ended_on=row.ended_on,
        version=row.version,
    )


def people_of(number: int) -> tuple[PersonEntry, ...]:
    """Return the accounts that work for a body."""
    return tuple(
        PersonEntry(
            name=row.name,
            email=row.email,
            roles=tuple(role for role in Role if role in row.roles),
            state=row.state,
        )
        for row in Account.objects.filter(body=number).order_by("name", "pk")
    )


def systems_of(number: int) -> tuple[SystemEntry, ...]:
    """Return the systems of a body."""
    rows = System.objects.filter(body=number).annotate(
        living_keys=Count(
            "keys", filter=Q(keys__state__in=(KeyState.ACTIVE, KeyState.OVERLAPPING)), distinct=True
        ),
        roster=Count("officers", distinct=True),
    )
    columns = ("pk", "code", "name", "kind", "is_database", "living_keys", "roster")
    return tuple(
        SystemEntry(
            id=pk, code=code, name=name, kind=kind, is_database=is_database, keys=keys, officers=officers
        )
        for pk, code, name, kind, is_database, keys, officers in rows.order_by("name", "pk").values_list(
            *columns
        )
    )


def history_of(number: int, *, most: int = 30) -> tuple[Happened, ...]:
    """Return what was done to a body and to what it has, newest first."""
    rows: Sequence[tuple[object, ...]] = execute(QUERIES, "events_of_body", number, most)
    return tuple(
        Happened(
            at=msgspec.convert(at, datetime),
            kind=str(kind),
            by=str(by),
            detail=msgspec.json.decode(str(detail), type=dict[str, str]),
        )
        for at, kind, by, _subject_kind, _subject, detail in rows
    )


def body_of_mandate(mandate: int) -> int | None:
    """Return whose mandate it is."""
    return Mandate.objects.filter(pk=mandate).values_list("body_id", flat=True).first()


def body_of_contact(contact: int) -> int | None:
    """Return whose contact officer it is."""
    return ContactOfficer.objects.filter(pk=contact).values_list("body_id", flat=True).first()


def mandate_paper(number: int) -> PaperCopy | None:
    """Return the kept copy of the paper that assigns a mandate; raises UploadLostError."""
    row = Mandate.objects.filter(pk=number).first()
    return None if row is None else copy_of(paper_of(row.paper))
