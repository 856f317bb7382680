"""Functions, duties and powers of a body, each with the paper that assigns it. Law: R5.1."""

from dataclasses import dataclass, replace

from django.db import IntegrityError

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.participants.locking import body_for, entry_for, overtaken
from lienthong.control.participants.models import Mandate
from lienthong.control.participants.papers import GivenPaper, drop_copy, take_paper, with_copy
from lienthong.control.participants.stored import paper_of, stored_of
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct
from lienthong.core.connection_request import MandateKind
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of

_ACT = BodyAct.KEEP_MANDATES
_LAW = ("R5.1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """What is stated of a mandate; `code` names it within its body."""

    code: str
    kind: MandateKind
    description: str
    paper: GivenPaper


def add(number: int, facts: MandateFacts, *, actor: Actor | None) -> int | ControlRefuse:
    """State a function, duty or power of a body; return its number. Law: R5.1."""
    event = _event("mandate.added", actor, facts, body=number)
    try:
        with acting(event) as act:
            body = body_for(_ACT, number, actor)
            if isinstance(body, ControlRefuse):
                return act.refuse(body)
            paper = take_paper(facts.paper, body=number, actor=actor, act=act)
            if isinstance(paper, ControlRefuse):
                return act.refuse(paper)
            mandate = Mandate.objects.create(
                body=body,
                code=facts.code,
                kind=facts.kind.value,
                description=facts.description,
                paper=stored_of(paper),
            )
            event.subject = str(mandate.pk)
    except IntegrityError:
        return ControlRefuse(ControlCode.MANDATE_CODE_TAKEN, {"code": facts.code})
    return int(mandate.pk)


def change(number: int, seen: int, facts: MandateFacts, *, actor: Actor | None) -> ControlRefuse | None:
    """Change a mandate that was seen at version `seen`; its paper's copy stays where none is sent anew."""
    event = _event("mandate.changed", actor, facts, subject=str(number))
    try:
        with acting(event) as act:
            mandate = entry_for(Mandate, _ACT, number, actor)
            if isinstance(mandate, ControlRefuse):
                return act.refuse(mandate)
            refusal = overtaken(mandate, seen, "mandate")
            if refusal is not None:
                return act.refuse(refusal)
            event.body = mandate.body_id
            given = _keeping_copy(facts.paper, mandate)
            paper = take_paper(given, body=mandate.body_id, actor=actor, act=act)
            if isinstance(paper, ControlRefuse):
                return act.refuse(paper)
            mandate.code, mandate.kind, mandate.description = facts.code, facts.kind.value, facts.description
            before, mandate.paper = paper_of(mandate.paper), stored_of(paper)
            mandate.version += 1
            mandate.save(update_fields=("code", "kind", "description", "paper", "version"))
            drop_copy(before, paper, actor=actor, act=act)
    except IntegrityError:
        return ControlRefuse(ControlCode.MANDATE_CODE_TAKEN, {"code": facts.code})
    return None


def end(number: int, *, actor: Actor | None) -> ControlRefuse | None:
    """End a mandate today: nothing new can be based on it."""
    event = Event(kind="mandate.ended", actor=actor, subject_kind="mandate", subject=str(number), law=_LAW)
    with acting(event) as act:
        mandate = entry_for(Mandate, _ACT, number, actor)
        if isinstance(mandate, ControlRefuse):
            return act.refuse(mandate)
        event.body, event.detail["code"] = mandate.body_id, mandate.code
        mandate.ended_on = day_of(act.now)
        mandate.version += 1
        mandate.save(update_fields=("ended_on", "version"))
    return None


def _event(
    kind: str, actor: Actor | None, facts: MandateFacts, *, subject: str = "", body: int | None = None
) -> Event:
    event = Event(kind=kind, actor=actor, subject_kind="mandate", subject=subject, body=body, law=_LAW)
    event.detail = {"code": facts.code, "kind": facts.kind, "paper": facts.paper.paper.name}
    return event


def _keeping_copy(given: GivenPaper, mandate: Mandate) -> GivenPaper:
    """Return the paper with the copy kept before, unless another is sent or it is another paper now."""
    return (
        given
        if given.file is not None
        else replace(given, paper=with_copy(given.paper, paper_of(mandate.paper)))
    )
