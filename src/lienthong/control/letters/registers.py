"""The registers: letters that arrived, letters that went out, and one of the latter to look at.

Law: R5.3; Decree 30/2020/NĐ-CP.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q

from lienthong.control.accounts.directory import names_of
from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import Written, events_of
from lienthong.control.connections.models import Request
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter
from lienthong.control.letters.outgoing_content import PURPOSE_LABELS, LetterContent, Purpose, read_letter
from lienthong.control.letters.uploads import content_of
from lienthong.core.access import Actor, Role
from lienthong.core.account_states import AccountState
from lienthong.core.document_kinds import (
    ARRIVAL_LABELS,
    COPY_LABELS,
    URGENCY_LABELS,
    ArrivalChannel,
    CopyStatus,
    Urgency,
)
from lienthong.core.letter_states import (
    INCOMING_MACHINE,
    OUTGOING_MACHINE,
    IncomingAct,
    IncomingState,
    OutgoingAct,
    OutgoingState,
)
from lienthong.core.speech import Text

PAGE_SIZE: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRow:
    """One entry of the register of arrivals; a copy shows the arrival number of its first."""

    id: int
    arrival: str
    arrived_at: datetime
    sender: str
    number: str
    dated: date
    subject: str
    channel: Text
    copy: Text | None
    state: IncomingState
    label: Text
    joined: bool
    request: str
    document: int | None


def arrivals(words: str, page: int, *, waiting: bool = False) -> tuple[tuple[ArrivalRow, ...], int]:
    """Return a page of the register of arrivals, newest first, and how many entries match.

    `waiting`: only those that belong to no file yet.
    """
    found = IncomingLetter.objects.select_related("body", "joined_to")
    if waiting:
        found = found.filter(state=IncomingState.REGISTERED)
    if words:
        found = found.filter(
            Q(number__icontains=words) | Q(sender__icontains=words) | Q(body__name__icontains=words)
        )
    first = (page - 1) * PAGE_SIZE
    rows = list(found.order_by("-id")[first : first + PAGE_SIZE])
    return _arrival_rows(rows), found.count()


def _arrival_rows(rows: list[IncomingLetter]) -> tuple[ArrivalRow, ...]:
    references = _references(row.request for row in rows)
    return tuple(
        ArrivalRow(
            id=row.pk,
            arrival=(row if row.joined_to is None else row.joined_to).arrival or "",
            arrived_at=row.arrived_at,
            sender=row.sender if row.body is None else row.body.name,
            number=row.number,
            dated=row.dated,
            subject=row.subject,
            channel=ARRIVAL_LABELS[ArrivalChannel(row.channel)],
            copy=None if row.copy_status is None else COPY_LABELS[CopyStatus(row.copy_status)],
            state=row.state,
            label=INCOMING_MACHINE.state(row.state).label,
            joined=row.joined_to is not None,
            request=references.get(row.request, ""),
            document=row.document_id,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedLetter:
    """A letter that arrived, with the copies that joined it, and what the reader may do with it.

    `body` is whose it is, none while that is not known; of a body without accounts nobody reads the portal.
    """

    row: ArrivalRow
    version: int
    urgency: Text
    remark: str
    body: int | None
    identifier: str
    reads_portal: bool
    copies: tuple[ArrivalRow, ...]
    acts: tuple[IncomingAct, ...]
    history: tuple[Written, ...]


def arrived_letter(arrival: int, actor: Actor) -> ArrivedLetter | None:
    """Return the letter of an entry of the register, for a copy the letter it joined; None for no entry."""
    entry = IncomingLetter.objects.filter(pk=arrival).values_list("joined_to", flat=True).first()
    found = IncomingLetter.objects.select_related("body", "joined_to")
    first = found.filter(pk=entry or arrival).first()
    if first is None:
        return None
    copies = found.filter(joined_to=first).order_by("id")
    accounts = Account.objects.filter(body=first.body_id, state=AccountState.ACTIVE)
    return ArrivedLetter(
        row=_arrival_rows([first])[0],
        version=first.version,
        urgency=URGENCY_LABELS[Urgency(first.urgency)],
        remark=first.remark,
        body=first.body_id,
        identifier="" if first.body is None else first.body.identifier,
        reads_portal=first.body_id is not None and accounts.exists(),
        copies=_arrival_rows(list(copies)),
        acts=INCOMING_MACHINE.acts_of(first.state, actor),
        history=events_of("incoming_letter", str(first.pk)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingRow:
    """One letter of the authority in a list."""

    id: int
    purpose: Text
    body: str
    request: str
    state: OutgoingState
    label: Text
    number: str
    dated: date | None
    made_at: datetime


def outgoing(state: OutgoingState | None, words: str, page: int) -> tuple[tuple[OutgoingRow, ...], int]:
    """Return a page of the letters of the authority, newest first, and how many match."""
    found = OutgoingLetter.objects.select_related("body")
    if state is not None:
        found = found.filter(state=state)
    if words:
        found = found.filter(Q(number__icontains=words) | Q(body__name__icontains=words))
    first = (page - 1) * PAGE_SIZE
    return _outgoing_rows(list(found.order_by("-id")[first : first + PAGE_SIZE])), found.count()


def waiting_for(actor: Actor) -> tuple[OutgoingRow, ...]:
    """Return the letters that wait for this person: to sign, to mend, to number and issue."""
    wanted = Q(pk__in=())
    if actor.roles & {Role.CHIEF, Role.APPROVER}:
        wanted |= Q(state=OutgoingState.SUBMITTED, content__signer=actor.id)
    if Role.HANDLER in actor.roles:
        wanted |= Q(state=OutgoingState.RETURNED, drafted_by=actor.id)
    if Role.INTAKE_CLERK in actor.roles:
        wanted |= Q(state=OutgoingState.SIGNED)
    found = OutgoingLetter.objects.select_related("body").filter(wanted).order_by("id")[:20]
    return _outgoing_rows(list(found))


def _outgoing_rows(rows: list[OutgoingLetter]) -> tuple[OutgoingRow, ...]:
    references = _references(row.request for row in rows)
    return tuple(
        OutgoingRow(
            id=row.pk,
            purpose=PURPOSE_LABELS[Purpose(row.purpose)],
            body=row.body.name,
            request=references.get(row.request, ""),
            state=row.state,
            label=OUTGOING_MACHINE.state(row.state).label,
            number=row.number or "",
            dated=row.dated,
            made_at=row.made_at,
        )
        for row in rows
    )


def _references(requests: Iterator[int | None]) -> dict[int | None, str]:
    wanted = {each for each in requests if each is not None}
    return dict(Request.objects.filter(pk__in=wanted).values_list("id", "reference")) if wanted else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFile:
    """A letter of the authority to look at, and what the reader may do with it."""

    row: OutgoingRow
    purpose: Purpose
    version: int
    content: LetterContent
    remark: str
    drafted_by: str
    signed_by: str
    issued_at: datetime | None
    acts: tuple[OutgoingAct, ...]


def letter_file(letter: int, actor: Actor) -> LetterFile | None:
    """Return a letter of the authority, None where there is none of this number."""
    row = OutgoingLetter.objects.select_related("body").filter(pk=letter).first()
    if row is None:
        return None
    names = names_of((row.drafted_by, row.signed_by))
    content = read_letter(row.content)
    acts = OUTGOING_MACHINE.acts_of(row.state, actor)
    if content.signer != actor.id:
        acts = tuple(act for act in acts if act is not OutgoingAct.SIGN)
    return LetterFile(
        row=_outgoing_rows([row])[0],
        purpose=Purpose(row.purpose),
        version=row.version,
        content=content,
        remark=row.remark,
        drafted_by=names.get(row.drafted_by, ""),
        signed_by=names.get(row.signed_by or 0, ""),
        issued_at=row.issued_at,
        acts=acts,
    )


def issued_pdf(letter: int) -> tuple[str, bytes] | None:
    """Return name and bytes of an issued letter, None while it is not issued. Raises UploadLostError."""
    row = OutgoingLetter.objects.select_related("document").filter(pk=letter).first()
    if row is None or row.document is None:
        return None
    return row.document.name, content_of(row.document)


def scan_of(arrival: int) -> tuple[str, str, bytes] | None:
    """Return name, kind and bytes of what came with a letter, None where nothing did."""
    row = IncomingLetter.objects.select_related("document").filter(pk=arrival).first()
    if row is None or row.document is None:
        return None
    return row.document.name, row.document.kind, content_of(row.document)
