"""Requests as they lie on the desk: written to the tables as filing leaves them, then received."""

import itertools
from dataclasses import replace
from datetime import date

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections.content import written
from lienthong.control.connections.handling import Seen, Weighed, assign, weigh
from lienthong.control.connections.models import Request, Version
from lienthong.control.connections.receipt import receive
from lienthong.control.letters.arrivals import Arrival, arrive
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter
from lienthong.control.letters.numbers import REQUESTS, next_number
from lienthong.control.letters.outgoing import Wording, draft
from lienthong.control.letters.outgoing_content import Purpose
from lienthong.control.participants.models import Body, System
from lienthong.core.access import Actor, Role
from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.document_kinds import ArrivalChannel, CopyStatus
from lienthong.core.legal_days import moment
from lienthong.core.letter_numbers import NumberSymbol
from lienthong.core.request_handling import Opinion, key_of
from tests.control.portal import Portals
from tests.core.requesting import COMPLETE

_numbers = itertools.count(1)
DATED = date(2026, 11, 2)


def body_of(number: int) -> Body:
    """Return the body of this number, with the systems that the complete request names."""
    body, _ = Body.objects.get_or_create(
        pk=number,
        defaults={
            "identifier": f"H{number:02}.12",
            "kind": "organisation",
            "name": f"Sở Y tế số {number}",
            "place": "Hải Phòng",
        },
    )
    for system in COMPLETE.systems:
        System.objects.get_or_create(
            code=f"{system.id}-{number}",
            defaults={"body": body, "name": system.name, "kind": system.kind.value},
        )
    return body


def content_of(body: Body, content: ConnectionRequest = COMPLETE) -> ConnectionRequest:
    """Return the content with the systems as this body registered them."""
    systems = tuple(replace(system, id=f"{system.id}-{body.pk}") for system in content.systems)
    return replace(content, systems=systems)


def sent(body: int, *, content: ConnectionRequest = COMPLETE, letter: int | None = None) -> Request:
    """Return a request as filing has just sent it, with its letter in the register, not received yet."""
    owner, number = body_of(body), next(_numbers)
    now = database_now()
    request = Request.objects.create(
        reference=f"YC-2026-{next_number(REQUESTS, 2026):06}",
        body=owner,
        title="Hệ thống quản lý khám bệnh, chữa bệnh",
        started_at=moment(now),
    )
    for state in ("to_sign", "sent"):
        request.state = state
        request.save()
    request.sent_at = moment(now)
    request.save()
    add_version(request, content)
    arrival = Arrival(
        sender=owner.identifier,
        number=NumberSymbol(letter or 1000 + number, "SYT-VP"),
        dated=DATED,
        subject="Đề nghị kết nối",
        channel=ArrivalChannel.PORTAL,
        body=owner.pk,
    )
    with acting(Event(kind="letter.register", actor=None, subject_kind="test")) as act:
        request.letter = arrive(arrival, None, act=act)
    request.save()
    return request


def arrived(body: int, number: int | None = None, **changes: object) -> IncomingLetter:
    """Return a letter of a body that came on paper and lies in the register."""
    arrival = {
        "sender": body_of(body).identifier,
        "number": NumberSymbol(number or 1000 + next(_numbers), "SYT-VP"),
        "dated": DATED,
        "subject": "Đề nghị kết nối",
        "channel": ArrivalChannel.PAPER,
        "copy": CopyStatus.ORIGINAL,
    }
    with acting(Event(kind="letter.register", actor=None, subject_kind="incoming_letter")) as act:
        letter = arrive(Arrival(**arrival | changes), None, act=act)
        assert isinstance(letter, IncomingLetter), letter.text
        act.event.subject = str(letter.pk)
    return letter


def add_version(request: Request, content: ConnectionRequest) -> Version:
    """Add a signed version to a request."""
    return Version.objects.create(
        request=request,
        number=request.versions.count() + 1,
        content=written(content_of(request.body, content)),
        sha256=b"\0" * 32,
        signed_by=1,
        signed_at=moment(database_now()),
    )


def received(body: int, *, content: ConnectionRequest = COMPLETE, letter: int | None = None) -> Request:
    """Return a request whose three tracks have begun."""
    request = sent(body, content=content, letter=letter)
    event = Event(
        kind="request.sign", actor=None, subject_kind="request", subject=request.reference, body=body
    )
    with acting(event) as act:
        receive(request, act=act)
    return fresh(request)


def assigned(body: int, chief: Actor, handler: Actor, **named: object) -> Request:
    """Return a request that lies with its handler."""
    request = received(body, **named)
    assert assign(seen(request), handler.id, actor=chief) is None
    return fresh(request)


def agreed(request: Request, handler: Actor) -> Request:
    """Return a request each field of which the handler has agreed to."""
    weighed = {key_of(choice): Weighed(Opinion.AGREED) for choice in COMPLETE.choices}
    assert weigh(seen(request), weighed, actor=handler) is None
    return fresh(request)


def seen(request: Request) -> Seen:
    """Return what somebody who has just read the request sees."""
    return Seen(request.reference, request.version)


def fresh(request: Request) -> Request:
    """Return the request as it stands in the database."""
    return Request.objects.select_related("body", "letter").get(pk=request.pk)


def drafted(portals: Portals, body: int) -> OutgoingLetter:
    """Return a letter that a handler has drafted to ask for a supplement."""
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    request = assigned(body, chief, handler)
    wording = Wording(
        signer=chief.id, title="Cục trưởng", points=("Cán bộ phụ trách",), until=date(2030, 1, 31)
    )
    made = draft(seen(request), Purpose.SUPPLEMENT, wording, actor=handler)
    assert isinstance(made, int), made.text
    return OutgoingLetter.objects.get(pk=made)
