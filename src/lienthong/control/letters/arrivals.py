"""Letters that arrive: one file per letter, whichever way its copies come, each entered in the register once.

Law: R5.3 (portal, document axis and paper count alike); Decree 30/2020/NĐ-CP (register of arrivals).
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event
from lienthong.control.frame.statements import execute
from lienthong.control.letters.models import IncomingLetter, Upload
from lienthong.control.letters.numbers import ARRIVALS, next_number
from lienthong.control.letters.uploads import keep
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor
from lienthong.core.bodies import BodyId, parse_body_id
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.document_kinds import ArrivalChannel, CopyStatus, Urgency
from lienthong.core.legal_days import day_of, moment
from lienthong.core.letter_numbers import NumberSymbol
from lienthong.core.letter_states import INCOMING_MACHINE, IncomingAct, IncomingState
from lienthong.core.letters import ARRIVAL_TEXTS, arrival_number, arrival_problems, letter_key
from lienthong.core.missing import listed
from lienthong.core.uploads import UPLOAD_TEXTS
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A letter as it is declared on arrival; `sender` is an electronic identifier or a name."""

    sender: str
    number: NumberSymbol
    dated: date
    subject: str
    channel: ArrivalChannel
    copy: CopyStatus | None = None
    urgency: Urgency = Urgency.NORMAL
    body: int | None = None
    signatory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A file that came with a letter, as the browser sent it."""

    name: str
    declared_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an arrival: its row, its number, and whether it joined a copy that came before."""

    letter: int
    arrival: str
    joined: bool


def enter(arrival: Arrival, scan: Scan | None, *, actor: Actor) -> Entered | ControlRefuse:
    """Enter a letter that came by paper or document axis, with its scan where there is one."""
    event = Event(kind="letter.register", actor=actor, subject_kind="incoming_letter", law=("R5.3",))
    with acting(event) as act:
        upload = None if scan is None else _kept(scan, actor, act)
        if isinstance(upload, ControlRefuse):
            return act.refuse(upload)
        letter = arrive(arrival, upload, act=act)
        if isinstance(letter, ControlRefuse):
            return act.refuse(letter)
        event.subject, event.body = str(letter.pk), letter.body_id
        first = letter if letter.joined_to is None else letter.joined_to
        assert first.arrival is not None
        entered = Entered(letter.pk, first.arrival, joined=first is not letter)
        event.detail = {"arrival": entered.arrival, "number": letter.number, "channel": letter.channel}
    return entered


def arrive(arrival: Arrival, document: Upload | None, *, act: Act) -> IncomingLetter | ControlRefuse:
    """Register a letter within a running act, or join it with the copy that came before.

    1. What cannot be registered as declared is refused before anything is written.
    2. The key is locked, so that of two copies entered at once one is the first.
    3. A copy bears no number of its own; it belongs to the request of the first, or brings it one.
    """
    arrived = day_of(act.now)
    if problems := arrival_problems(arrival.channel, arrival.copy, dated=arrival.dated, arrived=arrived):
        told = listed(ARRIVAL_TEXTS[problem] for problem in problems)
        return ControlRefuse(ControlCode.ARRIVAL_WRONG, {"problems": told})
    sender, body = _sender(arrival)
    key = letter_key(sender, arrival.number, arrival.dated)
    first = first_copy(key)
    if first is not None and _came(first, arrival.channel):
        return ControlRefuse(ControlCode.ARRIVAL_TWICE, {"arrival": first.arrival or ""})
    letter = IncomingLetter.objects.create(
        body_id=body,
        sender=sender,
        number=arrival.number.text,
        dated=arrival.dated,
        key=key,
        subject=arrival.subject,
        channel=arrival.channel.value,
        copy_status=None if arrival.copy is None else arrival.copy.value,
        urgency=arrival.urgency.value,
        signatory=arrival.signatory,
        arrived_at=moment(act.now),
        document=document,
        joined_to=first,
        request=None if first is None else first.request,
    )
    if first is None:
        letter.arrival = arrival_number(next_number(ARRIVALS, arrived.year), arrived.year)
        return step(letter, IncomingAct.REGISTER)
    return step(letter, IncomingAct.JOIN)


def _kept(scan: Scan, actor: Actor, act: Act) -> Upload | ControlRefuse:
    kept = keep(
        scan.content, name=scan.name, declared_type=scan.declared_type, body=None, actor=actor, now=act.now
    )
    if isinstance(kept, Upload):
        return kept
    problems = listed(UPLOAD_TEXTS[problem] for problem in kept)
    return ControlRefuse(ControlCode.SCAN_REFUSED, {"problems": problems})


def file_under(letter: IncomingLetter, request: int) -> str:
    """Put an arrived letter, its first copy and all its copies under a request; return the arrival number."""
    first = letter if letter.joined_to is None else letter.joined_to
    IncomingLetter.objects.filter(joined_to=first).update(request=request)
    letter.request = first.request = request
    if first.state == IncomingState.REGISTERED:
        step(first, IncomingAct.FILE)
    assert first.arrival is not None
    return str(first.arrival)


def registered(letter: IncomingLetter, *, act: Act) -> IncomingLetter:
    """Give an arrived letter its place in the register, unless it has one or is a copy."""
    if letter.state != IncomingState.ARRIVED:
        return letter
    year = day_of(act.now).year
    letter.arrival = arrival_number(next_number(ARRIVALS, year), year)
    return step(letter, IncomingAct.REGISTER)


def step(letter: IncomingLetter, wanted: IncomingAct) -> IncomingLetter:
    """Move a locked letter on, what the act asks for having been judged."""
    target = INCOMING_MACHINE.step(wanted, letter.state, None)
    assert not isinstance(target, ControlRefuse), target
    letter.state = target
    letter.version += 1
    letter.save(update_fields=("state", "version", "arrival", "request", "remark"))
    return letter


def first_copy(key: str) -> IncomingLetter | None:
    """Return the first copy of a letter, locked, and hold its key: whoever enters another copy waits.

    One that was given back counts no more.
    """
    execute(_QUERIES, "hold_letter", key)
    found = IncomingLetter.objects.select_for_update().filter(key=key, joined_to=None)
    return found.exclude(state=IncomingState.GIVEN_BACK).first()


def _came(first: IncomingLetter, channel: ArrivalChannel) -> bool:
    copies = IncomingLetter.objects.filter(joined_to=first, channel=channel.value)
    return first.channel == channel or copies.exists()


def _sender(arrival: Arrival) -> tuple[str, int | None]:
    """Return the sender as it counts and the body it is, where it takes part."""
    if arrival.body is not None:
        return arrival.sender, arrival.body
    parsed = parse_body_id(arrival.sender)
    if isinstance(parsed, BodyId):
        body = Body.objects.filter(identifier=parsed.text).first()
    else:
        body = Body.objects.filter(name__iexact=" ".join(arrival.sender.split())).first()
    return (arrival.sender, None) if body is None else (body.identifier, body.pk)
