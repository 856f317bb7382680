"""What is done to bodies: registered, changed, their people invited."""

from dataclasses import dataclass

from django.db import IntegrityError

from lienthong.control.accounts.actions import Invitation, NewAccount, invite
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.participants.locking import body_for, overtaken
from lienthong.control.participants.models import Body
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.bodies import IDENTIFIER_TEXTS, BodyId, BodyKind, parse_body_id
from lienthong.core.body_acts import BodyAct, may_on_body
from lienthong.core.control_refusals import ControlCode, ControlRefuse


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFacts:
    """What is stated of a body besides its identifier."""

    kind: BodyKind
    name: str
    parent: str = ""
    symbol: str = ""
    place: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    under_defence: bool = False


_FACTS = tuple(BodyFacts.__dataclass_fields__)


def register(identifier: str, facts: BodyFacts, *, actor: Actor | None) -> int | ControlRefuse:
    """Register a body under its electronic identifier; return its number. Law: R3.1, R5.1."""
    parsed = parse_body_id(identifier)
    if not isinstance(parsed, BodyId):
        return ControlRefuse(ControlCode.IDENTIFIER_INVALID, {"problem": IDENTIFIER_TEXTS[parsed]})
    event = Event(kind="body.registered", actor=actor, subject_kind="body", law=("R3.1", "R5.1"))
    event.detail = {"identifier": parsed.text, "name": facts.name, "kind": facts.kind}
    try:
        with acting(event) as act:
            refusal = may_on_body(BodyAct.REGISTER, actor, None)
            if refusal is not None:
                return act.refuse(refusal)
            body = Body.objects.create(identifier=parsed.text, **_values(facts))
            event.subject, event.body = str(body.pk), body.pk
    except IntegrityError:
        holder = Body.objects.get(identifier=parsed.text)
        return ControlRefuse(ControlCode.IDENTIFIER_TAKEN, {"identifier": parsed.text, "name": holder.name})
    return int(body.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyContact:
    """Where a body is reached: what it states of itself."""

    address: str
    email: str
    phone: str


def change(number: int, seen: int, facts: BodyFacts, *, actor: Actor | None) -> ControlRefuse | None:
    """Change what is stated of a body that was seen at version `seen`; its identifier stays. Law: R5.1."""
    return _changed(BodyAct.EDIT, number, seen, _values(facts), actor)


def keep_contact(
    number: int, seen: int, contact: BodyContact, *, actor: Actor | None
) -> ControlRefuse | None:
    """Change where a body is reached, and nothing else of it. Law: R5.1."""
    stated: dict[str, str | bool] = {
        "address": contact.address,
        "email": contact.email,
        "phone": contact.phone,
    }
    return _changed(BodyAct.KEEP_ADDRESS, number, seen, stated, actor)


def _changed(
    wanted: BodyAct, number: int, seen: int, stated: dict[str, str | bool], actor: Actor | None
) -> ControlRefuse | None:
    event = Event(
        kind="body.changed", actor=actor, subject_kind="body", subject=str(number), body=number, law=("R5.1",)
    )
    with acting(event) as act:
        body = body_for(wanted, number, actor)
        if isinstance(body, ControlRefuse):
            return act.refuse(body)
        refusal = overtaken(body, seen, "body")
        if refusal is not None:
            return act.refuse(refusal)
        for name, value in stated.items():
            before = getattr(body, name)
            if before != value:
                event.detail[name] = f"{before} → {value}"
                setattr(body, name, value)
        body.version += 1
        body.save(update_fields=(*stated, "version"))
    return None


def _values(facts: BodyFacts) -> dict[str, str | bool]:
    return {name: getattr(facts, name) for name in _FACTS}


def invite_to(
    number: int, *, email: str, name: str, roles: frozenset[Role], actor: Actor | None
) -> Invitation | ControlRefuse:
    """Invite an account that works for a body. Law: R8.1."""
    new = NewAccount(portal=Portal.AGENCY, email=email, name=name, roles=roles, body=number)

    def hold() -> ControlRefuse | None:
        # A body that ends at the same moment comes before, and is told here, or after, with this account.
        body = body_for(BodyAct.INVITE, number, actor)
        return body if isinstance(body, ControlRefuse) else None

    return invite(new, actor=actor, hold=hold)
