"""Opening the file of a letter that came on paper or by the document axis, or putting it under another's.

The clerk types what the letter says; what it lacks is shown to both sides and stops nothing. From the opening
on the file is like any other. Law: R5.1, R5.2, R5.3.
"""

from dataclasses import dataclass, replace
from typing import Final

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event
from lienthong.control.connections import receipt, telling
from lienthong.control.connections.models import Draft, Request, Version
from lienthong.control.connections.own_drafts import offers_of
from lienthong.control.connections.written import (
    DraftContent,
    Written,
    canonical_sha256,
    encode,
    encode_draft,
)
from lienthong.control.letters.arrivals import file_under, first_copy
from lienthong.control.letters.arrived import SUBJECT_KIND, moved_on
from lienthong.control.letters.models import IncomingLetter, Upload
from lienthong.control.letters.numbers import REQUESTS, next_number
from lienthong.control.participants.locking import ended_body
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor
from lienthong.core.arrived_letters import KnownFile, judge_opening, judge_putting_under
from lienthong.core.connection_request import (
    FILING_TEXTS,
    ConnectionRequest,
    Direction,
    FieldChoice,
    FilingRefusal,
    RegisteringUnit,
    RequestedPurpose,
    ServiceChoice,
)
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of, moment
from lienthong.core.letters import Signatory
from lienthong.core.request_letter import LetterHead
from lienthong.core.request_states import RequestState

LAW: Final = ("R5.1", "R5.2", "R5.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLetter:
    """What a letter says, as the clerk reads it; whatever it does not say is empty.

    Systems, functions and officers are named as the body's record names them: code, code, name.
    """

    place: str = ""
    signatory: Signatory | None = None
    systems: tuple[str, ...] = ()
    mandates: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    purposes: tuple[RequestedPurpose, ...] = ()
    choices: tuple[FieldChoice, ...] = ()
    services: tuple[ServiceChoice, ...] = ()
    written_counts: tuple[tuple[Direction, int], ...] = ()


def open_file(number: int, seen: int, read: ReadLetter, *, actor: Actor) -> str | ControlRefuse:
    """Open the file of a letter that was seen at version `seen`, and receive it; return its reference.

    Raises IncomingLetter.DoesNotExist for a number that is none, and for that of a copy.
    """
    event = Event(kind="request.open", actor=actor, subject_kind="request", law=LAW)
    with acting(event) as act:
        opened = _open(number, seen, read, actor, act)
        return act.refuse(opened) if isinstance(opened, ControlRefuse) else opened


def _open(number: int, seen: int, read: ReadLetter, actor: Actor, act: Act) -> str | ControlRefuse:
    # 1. The body, then the key of the letter and its row: of two clerks, or a clerk and the body that sends
    #    the same letter by the portal, the second waits here and finds what the first did.
    sent = IncomingLetter.objects.get(pk=number, joined_to=None)
    body = Body.objects.select_for_update(no_key=True).filter(pk=sent.body_id).first()
    if sent.key is not None:
        first_copy(sent.key)
    letter = IncomingLetter.objects.select_for_update().get(pk=number)
    if refusal := moved_on(letter, seen):
        return refusal
    # 2. What was typed becomes a request in the name of the body on record, with systems of its own alone.
    written = _written(letter, body, read)
    if isinstance(written, ControlRefuse):
        return written
    filer = None if body is None else body.identifier
    if refusal := judge_opening(letter.state, written.request, filer, letter.sender, actor):
        return refusal
    assert body is not None, "nobody's letter was refused"
    if refusal := ended_body(body):
        return refusal
    # 3. The file: sent with the letter, its first version what the letter says, its draft what is
    #    supplemented from there.
    request = _begin(letter, body, written, act)
    version = _keep_version(request, letter, written, actor, act)
    head = replace(written.head, number="", dated=None)
    Draft.objects.create(
        request=request,
        content=encode_draft(DraftContent(written=replace(written, head=head))),
        saved_at=moment(act.now),
        saved_by=actor.id,
    )
    act.event.subject, act.event.body = request.reference, body.pk
    act.event.detail |= {
        "version": str(version.number),
        "sha256": bytes(version.sha256).hex(),
        "letter": letter.number,
        "channel": letter.channel,
        "to": RequestState.RECEIVED,
    }
    # 4. Receipt in the same act, dated from the arrival: typing takes nothing of the body's time (R5.2).
    receipt.receive(request, act=act, came=letter.arrived_at)
    return str(request.reference)


def _written(letter: IncomingLetter, body: Body | None, read: ReadLetter) -> Written | ControlRefuse:
    """Return what the letter says as a version has it; another body's systems are refused."""
    unit = RegisteringUnit(name="", identifier="")
    head = LetterHead(number=letter.number, dated=letter.dated, place=read.place)
    if body is None:
        return Written(request=ConnectionRequest(unit=unit), head=head)
    unit = RegisteringUnit(name=body.name, identifier=body.identifier, parent=body.parent)
    offers = offers_of(body.pk)
    systems = tuple(system for system in offers.systems if system.id in read.systems)
    if len(systems) < len(set(read.systems)):
        reason = FILING_TEXTS[FilingRefusal.NOT_THE_MANAGING_BODY]
        return ControlRefuse(ControlCode.MAY_NOT_FILE, {"reason": reason})
    request = ConnectionRequest(
        unit=unit,
        mandates=tuple(mandate for mandate in offers.mandates if mandate.code in read.mandates),
        systems=systems,
        officers=tuple(officer for officer in offers.officers if officer.name in read.officers),
        purposes=read.purposes,
        choices=read.choices,
        written_counts=read.written_counts,
        services=read.services,
        signatory=read.signatory,
    )
    return Written(request=request, head=head)


def _begin(letter: IncomingLetter, body: Body, written: Written, act: Act) -> Request:
    year = day_of(act.now).year
    title = "; ".join(system.name for system in written.request.systems) or letter.subject
    return Request.objects.create(
        reference=f"YC-{year}-{next_number(REQUESTS, year):06d}",
        body=body,
        title=title[:200],
        state=RequestState.SENT,
        letter=letter,
        started_at=moment(act.now),
        sent_at=letter.arrived_at,
    )


def _keep_version(
    request: Request, letter: IncomingLetter, written: Written, actor: Actor, act: Act
) -> Version:
    content = encode(written)
    return Version.objects.create(
        request=request,
        number=1,
        content=content,
        sha256=canonical_sha256(content),
        letter=_scan(letter),
        entered_by=actor.id,
        signed_at=moment(act.now),
    )


def _scan(letter: IncomingLetter) -> Upload | None:
    """Return the letter as it came, of the first copy or of the first that has one."""
    copies = IncomingLetter.objects.filter(joined_to=letter).exclude(document=None).order_by("id")
    copy = copies.select_related("document").first()
    return letter.document or (None if copy is None else copy.document)


def put_under(number: int, seen: int, reference: str, *, actor: Actor) -> ControlRefuse | None:
    """Put a letter under a file there is: a copy whose number was mistyped. Raises DoesNotExist.

    A letter whose sender was not known is that of the file's body from then on.
    """
    event = Event(kind="letter.put_under", actor=actor, subject_kind=SUBJECT_KIND, law=("R5.3",))
    event.subject = str(number)
    with acting(event) as act:
        request = Request.objects.select_for_update(of=("self",)).select_related("body")
        found = request.filter(reference=reference).first()
        letter = IncomingLetter.objects.select_for_update().get(pk=number, joined_to=None)
        if (refusal := moved_on(letter, seen)) is not None:
            return act.refuse(refusal)
        file = None if found is None else _known(found)
        refusal = judge_putting_under(letter.state, letter.body_id, reference, file, actor)
        if refusal is not None:
            return act.refuse(refusal)
        assert found is not None, "judged above"
        letter.body = found.body
        letter.save(update_fields=("body",))
        event.body = found.body_id
        event.detail = {"request": reference, "arrival": file_under(letter, found.pk)}
        telling.tell_of_letter(found, number=letter.number)
    return None


def _known(request: Request) -> KnownFile:
    return KnownFile(
        reference=request.reference,
        state=request.state,
        body=request.body_id,
        body_name=request.body.name,
    )
