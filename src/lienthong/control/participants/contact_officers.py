"""Contact officers of a body: who is answerable for connecting, sharing and access. Law: R5.1."""

from dataclasses import dataclass

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.participants.locking import body_for, entry_for, overtaken
from lienthong.control.participants.models import ContactOfficer
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong_protocol.record import Act as ExchangeAct

_ACT = BodyAct.KEEP_CONTACTS
_LAW = ("R5.1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """What is stated of a contact officer, and for which of the three acts."""

    name: str
    post: str
    phone: str
    email: str
    acts: frozenset[ExchangeAct]


def add(number: int, facts: ContactFacts, *, actor: Actor | None) -> int | ControlRefuse:
    """Name a contact officer of a body; return the number."""
    event = _event("contact.added", actor, facts, body=number)
    with acting(event) as act:
        body = body_for(_ACT, number, actor)
        if isinstance(body, ControlRefuse):
            return act.refuse(body)
        if ContactOfficer.objects.filter(body=body, ended_on=None, **_values(facts)).exists():
            return act.refuse(ControlRefuse(ControlCode.CONTACT_KNOWN, {"name": facts.name}))
        officer = ContactOfficer.objects.create(body=body, **_values(facts))
        event.subject = str(officer.pk)
    return int(officer.pk)


def change(number: int, seen: int, facts: ContactFacts, *, actor: Actor | None) -> ControlRefuse | None:
    """Change a contact officer who was seen at version `seen`."""
    event = _event("contact.changed", actor, facts, subject=str(number))
    with acting(event) as act:
        officer = entry_for(ContactOfficer, _ACT, number, actor)
        if isinstance(officer, ControlRefuse):
            return act.refuse(officer)
        refusal = overtaken(officer, seen, "contact")
        if refusal is not None:
            return act.refuse(refusal)
        event.body = officer.body_id
        for name, value in _values(facts).items():
            setattr(officer, name, value)
        officer.version += 1
        officer.save(update_fields=(*_values(facts), "version"))
    return None


def end(number: int, *, actor: Actor | None) -> ControlRefuse | None:
    """End a contact officer's answerability today."""
    event = Event(kind="contact.ended", actor=actor, subject_kind="contact", subject=str(number), law=_LAW)
    with acting(event) as act:
        officer = entry_for(ContactOfficer, _ACT, number, actor)
        if isinstance(officer, ControlRefuse):
            return act.refuse(officer)
        event.body, event.detail["name"] = officer.body_id, officer.name
        officer.ended_on = day_of(act.now)
        officer.version += 1
        officer.save(update_fields=("ended_on", "version"))
    return None


def _values(facts: ContactFacts) -> dict[str, str | list[str]]:
    return {
        "name": facts.name,
        "post": facts.post,
        "phone": facts.phone,
        "email": facts.email,
        "acts": sorted(facts.acts),
    }


def _event(
    kind: str, actor: Actor | None, facts: ContactFacts, *, subject: str = "", body: int | None = None
) -> Event:
    event = Event(kind=kind, actor=actor, subject_kind="contact", subject=subject, body=body, law=_LAW)
    event.detail = {"name": facts.name, "post": facts.post}
    return event
