"""Acts on a letter in the register of arrivals that belongs to no file yet: whose it is, giving it back.

Law: R5.3, R1.3; Decree 30/2020/NĐ-CP (register of arrivals).
"""

from typing import Final

from django.db.models import Q

from lienthong.control.audit.acting import Act, acting, decided_meanwhile
from lienthong.control.audit.events import Event, events_of
from lienthong.control.connections.models import Request
from lienthong.control.frame.page import address_of
from lienthong.control.letters.arrivals import first_copy, step
from lienthong.control.letters.models import IncomingLetter
from lienthong.control.letters.uploads import let_go
from lienthong.control.notices.telling import ToBody, tell
from lienthong.control.participants.locking import ended_body
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Portal
from lienthong.core.arrived_letters import GIVE_BACK_LABELS, GiveBackGround, judge_giving_back
from lienthong.core.bodies import BodyId, parse_body_id
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import instant
from lienthong.core.letter_numbers import NumberSymbol, parse_number_symbol
from lienthong.core.letter_states import INCOMING_MACHINE, IncomingAct
from lienthong.core.letters import letter_key
from lienthong.core.pages import Page
from lienthong.core.speech import Text

SUBJECT_KIND: Final = "incoming_letter"
_OPENED: Final = "request.open"
_GIVEN_BACK: Final = (
    Text("Văn bản số {number} được trả lại", "Letter no. {number} is given back"),
    Text(
        "Văn bản số {number} ngày {dated}, số đến {arrival}, được trả lại.\n\nCăn cứ: {ground}\n\n"
        "Lý do: {reason}",
        "Letter no. {number} of {dated}, arrival no. {arrival}, is given back.\n\nGround: {ground}\n\n"
        "Reason: {reason}",
    ),
)


def moved_on(letter: IncomingLetter, seen: int) -> ControlRefuse | None:
    """Return the refusal for whoever saw version `seen` of a locked letter that somebody acted on since."""
    if letter.version == seen:
        return None
    last = events_of(SUBJECT_KIND, str(letter.pk), most=1)
    reference = Request.objects.filter(pk=letter.request).values_list("reference", flat=True).first()
    opened = tuple(event for event in events_of("request", reference or "") if event.kind == _OPENED)
    latest = max((*last, *opened), key=lambda event: event.id)
    return decided_meanwhile(letter, seen, who=latest.actor_name or "–", when=instant(latest.at))


def name_sender(number: int, seen: int, identifier: str, *, actor: Actor) -> ControlRefuse | None:
    """Say which body a letter came from. Raises IncomingLetter.DoesNotExist.

    Its copies are those of this body's letter from now on; where one came before, this belongs to its file.
    """
    event = Event(kind="letter.name_sender", actor=actor, subject_kind=SUBJECT_KIND, law=("R5.3",))
    event.subject = str(number)
    with acting(event) as act:
        parsed = parse_body_id(identifier)
        found = Body.objects.filter(identifier=parsed.text).first() if isinstance(parsed, BodyId) else None
        if found is None:
            return act.refuse(ControlRefuse(ControlCode.BODY_UNKNOWN, {"identifier": identifier}))
        letter = IncomingLetter.objects.get(pk=number, joined_to=None)
        key = letter_key(found.identifier, _number_of(letter), letter.dated)
        first = first_copy(key)
        letter = IncomingLetter.objects.select_for_update().get(pk=number)
        # Whose letter it is may be said by whoever may put it on file, and while that is possible.
        refusal = _not_fileable(letter, actor) or moved_on(letter, seen) or ended_body(found)
        if refusal is not None:
            return act.refuse(refusal)
        if first is not None and first.pk != letter.pk:
            return act.refuse(_known(first, found))
        event.body, event.detail = found.pk, {"before": letter.sender, "sender": found.identifier}
        letter.sender, letter.body, letter.key = found.identifier, found, key
        letter.version += 1
        letter.save(update_fields=("sender", "body", "key", "version"))
        IncomingLetter.objects.filter(joined_to=letter).update(sender=found.identifier, body=found, key=key)
    return None


def _not_fileable(letter: IncomingLetter, actor: Actor) -> ControlRefuse | None:
    target = INCOMING_MACHINE.step(IncomingAct.FILE, letter.state, actor)
    return target if isinstance(target, ControlRefuse) else None


def _known(first: IncomingLetter, sender: Body) -> ControlRefuse:
    reference = Request.objects.filter(pk=first.request).values_list("reference", flat=True).first()
    detail = {"sender": sender.name, "arrival": first.arrival or "", "reference": reference or "–"}
    return ControlRefuse(ControlCode.ARRIVAL_KNOWN, detail)


def _number_of(letter: IncomingLetter) -> NumberSymbol:
    number = parse_number_symbol(letter.number)
    assert isinstance(number, NumberSymbol), "a letter is registered with number and symbol"
    return number


def give_back(
    number: int, seen: int, ground: GiveBackGround | None, reason: str, *, actor: Actor
) -> ControlRefuse | None:
    """Give a letter back to its sender, who is told why where it is a body. Raises DoesNotExist.

    It keeps its arrival number and its reason; sent again it is a letter of its own. Of a state secret the
    scans are removed. Law: R1.1.
    """
    event = Event(kind="letter.give_back", actor=actor, subject_kind=SUBJECT_KIND, law=("R5.3", "R1.3"))
    event.subject = str(number)
    with acting(event) as act:
        letter = IncomingLetter.objects.select_for_update().get(pk=number, joined_to=None)
        if (refusal := moved_on(letter, seen)) is not None:
            return act.refuse(refusal)
        target = judge_giving_back(letter.state, ground, reason, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        assert ground is not None, "judged above"
        label = GIVE_BACK_LABELS[ground]
        letter.remark = f"{label.vi}. {reason.strip()}"
        event.body, event.detail = letter.body_id, {"ground": ground.value, "reason": reason.strip()}
        step(letter, IncomingAct.GIVE_BACK)
        if ground is GiveBackGround.STATE_SECRET:
            _remove_scans(letter, actor, act)
        if letter.body_id is not None:
            _tell(letter, letter.body_id, label, reason.strip())
    return None


def _remove_scans(letter: IncomingLetter, actor: Actor, act: Act) -> None:
    copies = IncomingLetter.objects.filter(Q(pk=letter.pk) | Q(joined_to=letter)).exclude(document=None)
    digests = {bytes(digest).hex() for digest in copies.values_list("document__sha256", flat=True)}
    copies.update(document=None)
    removed = sorted(digest for digest in digests if let_go(digest, actor=actor, now=act.now))
    if removed:
        act.event.detail["removed"] = " ".join(removed)


def _tell(letter: IncomingLetter, body: int, ground: Text, reason: str) -> None:
    facts = {"number": letter.number, "dated": f"{letter.dated:%d/%m/%Y}", "arrival": letter.arrival or ""}
    subject, lines = (
        Text(
            text.vi.format_map(facts | {"ground": ground.vi, "reason": reason}),
            text.en.format_map(facts | {"ground": ground.en, "reason": reason}),
        )
        for text in _GIVEN_BACK
    )
    tell(ToBody(body), subject, lines, address_of(Portal.AGENCY, Page.OWN_REQUESTS))
