"""Taking what an act is about under lock, and telling whoever comes second who was first."""

from datetime import date
from typing import Protocol, TypeVar

from lienthong.control.audit.acting import decided_meanwhile
from lienthong.control.audit.events import events_of
from lienthong.control.participants.models import Body, ContactOfficer, Mandate, System
from lienthong.control.theme import dates
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct, may_on_body
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import instant
from lienthong.core.speech import Text


class _Numbered(Protocol):
    """A row with a number and a version."""

    pk: int
    version: int


def overtaken(thing: _Numbered, seen: int, subject_kind: str) -> ControlRefuse | None:
    """Return the refusal for whoever saw version `seen` of a locked thing that has moved on."""
    last = next(iter(events_of(subject_kind, str(thing.pk), most=1)), None)
    who = "" if last is None else last.actor_name
    return decided_meanwhile(thing, seen, who=who, when=0 if last is None else instant(last.at))


def body_for(act: BodyAct, number: int, actor: Actor | None) -> Body | ControlRefuse:
    """Lock a body that the actor may do this to; one that has ended is left as it is."""
    refusal = may_on_body(act, actor, number)
    if refusal is not None:
        return refusal
    body = Body.objects.select_for_update().filter(pk=number).first()
    if body is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    return ended_body(body) or body


def ended_body(body: Body) -> ControlRefuse | None:
    """Return the refusal for acts on a body that has ended."""
    if body.ended_on is None:
        return None
    return ControlRefuse(ControlCode.BODY_ENDED, {"name": body.name})


def system_for(act: BodyAct, number: int, actor: Actor | None) -> System | ControlRefuse:
    """Lock a system whose body lives and whose things the actor may do this to."""
    system = System.objects.select_for_update(of=("self",)).select_related("body").filter(pk=number).first()
    if system is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    return may_on_body(act, actor, system.body_id) or ended_body(system.body) or system


E = TypeVar("E", Mandate, ContactOfficer)


def entry_for(kind: type[E], act: BodyAct, number: int, actor: Actor | None) -> E | ControlRefuse:
    """Lock a mandate or contact officer that has not ended, of a living body the actor may do this to."""
    entry = (
        kind._default_manager.select_for_update(of=("self",)).select_related("body").filter(pk=number).first()
    )
    if entry is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    refusal = may_on_body(act, actor, entry.body_id) or ended_body(entry.body)
    if refusal is not None:
        return refusal
    if entry.ended_on is not None:
        return ControlRefuse(ControlCode.ENDED_ALREADY, {"day": spoken_day(entry.ended_on)})
    return entry


def spoken_day(day: date) -> Text:
    """Return a day as each language writes it."""
    return Text(dates.day(day, "vi"), dates.day(day, "en"))
