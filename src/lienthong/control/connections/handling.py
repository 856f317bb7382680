"""What the authority's staff do with a request: assign, stand in, take up, weigh fields, propose, accept.

Asking for a supplement and refusing are not here: only the issue of a letter does that
(lienthong.control.letters.outgoing). Law: R1.3, R5.1, R5.3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from lienthong.control.accounts.directory import names_of, staff_with
from lienthong.control.audit.acting import Act, acting, decided_meanwhile
from lienthong.control.audit.events import Event, events_of
from lienthong.control.connections import telling
from lienthong.control.connections.content import read_request
from lienthong.control.connections.models import FieldOpinion, Request, Version
from lienthong.control.connections.written import Written
from lienthong.control.frame.statements import execute
from lienthong.core.access import Actor, Role
from lienthong.core.connection_request import ConnectionRequest, Direction
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.four_eyes import second_person
from lienthong.core.legal_days import day_of, instant, moment
from lienthong.core.missing import Missing, listed
from lienthong.core.request_handling import ChoiceKey, Opinion, judge_acceptance, key_of, may_handle
from lienthong.core.request_letter import letter_missing
from lienthong.core.request_missing import missing
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct
from lienthong.core.speech import Text
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
_LAW: Final = ("R1.3",)
_MOVED: Final = ("state", "version", "handler", "stand_in", "proposed_by", "settled_at")
_NOBODY: Final = Text("(chưa giao cho ai)", "(nobody yet)")
_ACCEPTED: Final = Text(
    "Đề nghị kết nối đã được chấp thuận; hai bên chuyển sang bước thống nhất nội dung kết nối, chia sẻ.",
    "The request was accepted; the two sides now agree on the contents.",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The request an act is about, and the version that whoever acts has read."""

    reference: str
    version: int


_Change = Callable[[Request, Act], ControlRefuse | None]


def assign(seen: Seen, handler: int, *, actor: Actor) -> ControlRefuse | None:
    """Give a received request to a handler."""
    return _move(RequestAct.ASSIGN, seen, actor, lambda request, act: _give(request, act, handler))


def reassign(seen: Seen, handler: int, *, actor: Actor) -> ControlRefuse | None:
    """Give a request to another handler; nobody stands in any more."""
    return _move(RequestAct.REASSIGN, seen, actor, lambda request, act: _give(request, act, handler))


def set_stand_in(seen: Seen, stand_in: int | None, *, actor: Actor) -> ControlRefuse | None:
    """Name who stands in for the handler, or nobody; the file stays the handler's and its state as it is."""

    def change(request: Request, act: Act) -> ControlRefuse | None:
        name = ""
        if stand_in is not None:
            found = _handler(stand_in)
            if isinstance(found, ControlRefuse):
                return found
            name = found
        request.stand_in = stand_in
        act.event.kind, act.event.detail["stand_in"] = "request.stand_in", name
        telling.tell_of_stand_in(request)
        return None

    # Who may give a file to another may name a stand-in, and where that is possible.
    return _move(RequestAct.REASSIGN, seen, actor, change)


def take_up(seen: Seen, *, actor: Actor) -> ControlRefuse | None:
    """Take up the supplement that came."""
    return _move(RequestAct.TAKE_UP, seen, actor, lambda request, _act: not_yours(request, actor))


def propose(seen: Seen, *, actor: Actor, remark: str = "") -> ControlRefuse | None:
    """Propose that a request be accepted; refused while anything lacks or a field is not agreed to."""

    def change(request: Request, act: Act) -> ControlRefuse | None:
        if refusal := not_yours(request, actor) or _not_acceptable(request, day_of(act.now)):
            return refusal
        act.event.detail["remark"] = remark
        request.proposed_by = actor.id
        return None

    return _move(RequestAct.PROPOSE, seen, actor, change)


def give_back(seen: Seen, remark: str, *, actor: Actor) -> ControlRefuse | None:
    """Give a proposed request back to its handler, saying why."""

    def change(request: Request, act: Act) -> ControlRefuse | None:
        if not remark.strip():
            return ControlRefuse(ControlCode.MESSAGE_EMPTY)
        act.event.detail["remark"] = remark.strip()
        telling.tell_of_assignment(request)
        return None

    return _move(RequestAct.GIVE_BACK, seen, actor, change)


def accept(seen: Seen, *, actor: Actor) -> ControlRefuse | None:
    """Accept what another has proposed; the body is told, the tracks go on. Judged anew: days have passed."""

    def change(request: Request, act: Act) -> ControlRefuse | None:
        first = () if request.proposed_by is None else (request.proposed_by,)
        wanted = REQUEST_MACHINE.acts[RequestAct.ACCEPT]
        if refusal := second_person(actor, wanted, first=first) or _not_acceptable(request, day_of(act.now)):
            return refusal
        request.settled_at = moment(act.now)
        telling.tell(request, _ACCEPTED.vi, author=actor, at=moment(act.now))
        return None

    return _move(RequestAct.ACCEPT, seen, actor, change)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is thought of one field, and why."""

    opinion: Opinion
    remark: str = ""


def weigh(seen: Seen, weighed: Mapping[ChoiceKey, Weighed], *, actor: Actor) -> ControlRefuse | None:
    """Record what the handler thinks of fields of the newest version; others keep their mark."""
    event = _event("request.weigh", seen, actor)
    with acting(event) as act:
        request = _locked(seen)
        refusal = _moved_on(request, seen) or not_yours(request, actor)
        if refusal is not None:
            return act.refuse(refusal)
        # Fields are weighed where a proposal is possible, and by whom: the table says both.
        step = REQUEST_MACHINE.step(RequestAct.PROPOSE, request.state, actor)
        if isinstance(step, ControlRefuse):
            return act.refuse(step)
        version = newest(request)
        asked = {key_of(choice) for choice in read_request(version.content).choices}
        done = {key: thought for key, thought in weighed.items() if key in asked}
        for key, thought in done.items():
            _weigh(version, key, thought, actor, act)
        request.version += 1
        request.save(update_fields=("version",))
        event.body = request.body_id
        event.detail = {" ".join(key): thought.opinion.value for key, thought in done.items()}
    return None


def _weigh(version: Version, key: ChoiceKey, thought: Weighed, actor: Actor, act: Act) -> None:
    field, direction, purpose = key
    FieldOpinion.objects.update_or_create(
        version=version,
        field=field,
        direction=direction.value,
        purpose=purpose,
        defaults={
            "opinion": thought.opinion.value,
            "remark": thought.remark,
            "made_by": actor.id,
            "made_at": moment(act.now),
        },
    )


def _move(wanted: RequestAct, seen: Seen, actor: Actor, change: _Change) -> ControlRefuse | None:
    """Do one act on a request: lock, compare versions, ask the table, apply `change`, go on.

    The lock comes first, so that of two who decide at once the second reads what the first has done.
    """
    event = _event(f"request.{wanted}", seen, actor)
    with acting(event) as act:
        request = _locked(seen)
        refusal = _moved_on(request, seen)
        if refusal is not None:
            return act.refuse(refusal)
        target = REQUEST_MACHINE.step(wanted, request.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        event.body = request.body_id
        event.detail |= {"from": request.state, "to": target}
        refusal = change(request, act)
        if refusal is not None:
            return act.refuse(refusal)
        request.state = target
        request.version += 1
        request.save(update_fields=_MOVED)
    return None


def _event(kind: str, seen: Seen, actor: Actor) -> Event:
    return Event(kind=kind, actor=actor, subject_kind="request", subject=seen.reference, law=_LAW)


def _locked(seen: Seen) -> Request:
    return Request.objects.select_for_update().get(reference=seen.reference)


def _moved_on(request: Request, seen: Seen) -> ControlRefuse | None:
    if request.version == seen.version:
        return None
    last = events_of("request", seen.reference, most=1)
    who, when = (last[0].actor_name, instant(last[0].at)) if last else ("", 0)
    return decided_meanwhile(request, seen.version, who=who or "–", when=when)


def not_yours(request: Request, actor: Actor) -> ControlRefuse | None:
    """Return the refusal for whoever neither handles the file nor stands in."""
    if may_handle(actor, handler=request.handler, stand_in=request.stand_in):
        return None
    who = names_of((request.handler,)).get(request.handler or 0)
    return ControlRefuse(ControlCode.NOT_YOUR_FILE, {"who": who or _NOBODY})


def _give(request: Request, act: Act, handler: int) -> ControlRefuse | None:
    found = _handler(handler)
    if isinstance(found, ControlRefuse):
        return found
    request.handler, request.stand_in = handler, None
    act.event.detail["handler"] = found
    telling.tell_of_assignment(request)
    return None


def _handler(id: int) -> str | ControlRefuse:
    named = {person.id: person.name for person in staff_with(Role.HANDLER)}
    return named.get(id) or ControlRefuse(ControlCode.HANDLER_UNKNOWN)


def newest(request: Request) -> Version:
    """Return the version of a request that counts."""
    return Version.objects.filter(request=request).latest("number")


def lacking_in(written: Written, today: date, *, is_entered: bool) -> tuple[Missing, ...]:
    """Return what a version lacks on a day; of one entered from a letter also head and signature.

    Law: R5.1, R5.3.
    """
    if is_entered:
        return letter_missing(written.request, written.head, today)
    return missing(written.request, today)


def opinions_on(version: int) -> dict[ChoiceKey, Weighed]:
    """Return what the handler thinks of the fields of a version."""
    return {
        (field, Direction(direction), purpose): Weighed(Opinion(opinion), remark)
        for field, direction, purpose, opinion, remark in execute(_QUERIES, "opinions", version)
    }


def against_acceptance(
    content: ConnectionRequest, opinions: Mapping[ChoiceKey, Weighed], today: date
) -> tuple[Missing, ...]:
    """Return what stands against accepting a request on a day."""
    thought = {key: weighed.opinion for key, weighed in opinions.items()}
    return judge_acceptance(missing(content, today), content.choices, thought)


def _not_acceptable(request: Request, today: date) -> ControlRefuse | None:
    version = newest(request)
    against = against_acceptance(read_request(version.content), opinions_on(version.pk), today)
    if not against:
        return None
    return ControlRefuse(
        ControlCode.ACCEPTANCE_NOT_READY, {"problems": listed(each.text for each in against)}
    )
