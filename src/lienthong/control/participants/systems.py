"""Systems of a body and what is known of each: level, who manages it, monitoring, identification platform.

Law: R4.1, R4.3, R4.6, R4.8, R5.1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from django.db import IntegrityError

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event
from lienthong.control.participants.locking import body_for, overtaken, system_for
from lienthong.control.participants.models import System
from lienthong.control.participants.papers import GivenPaper, SentFile, drop_copy, take_paper, with_copy
from lienthong.control.participants.stored import facts_of, stored_of
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import SystemKind
from lienthong.core.papers import Paper
from lienthong.core.system_facts import SystemFacts

_ACT = BodyAct.KEEP_SYSTEMS
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
_LAW = ("R4.1", "R5.1")


class Evidence(StrEnum):
    """The papers that facts of a system rest on; the value names the place in forms and addresses."""

    DECISION = "decision"
    PLAN = "plan"
    CARRIED_OUT = "carried_out"
    DEFENCE = "defence"
    MONITORING = "monitoring"
    IDENTIFICATION = "identification"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStated:
    """What is stated of a system; `files` are copies of papers sent now."""

    name: str
    kind: SystemKind
    is_database: bool
    facts: SystemFacts
    files: Mapping[Evidence, SentFile] = field(default_factory=dict)


def add(number: int, code: str, stated: SystemStated, *, actor: Actor | None) -> int | ControlRefuse:
    """Register a system of a body under a code that is its own everywhere; return its number. Law: R5.1."""
    if _CODE.fullmatch(code) is None:
        return ControlRefuse(ControlCode.SYSTEM_CODE_INVALID)
    event = Event(kind="system.added", actor=actor, subject_kind="system", body=number, law=_LAW)
    event.detail = {"code": code, "name": stated.name}
    try:
        with acting(event) as act:
            body = body_for(_ACT, number, actor)
            if isinstance(body, ControlRefuse):
                return act.refuse(body)
            facts = _taken(stated, SystemFacts(), body=number, actor=actor, act=act)
            if isinstance(facts, ControlRefuse):
                return act.refuse(facts)
            system = System.objects.create(
                body=body,
                code=code,
                name=stated.name,
                kind=stated.kind.value,
                is_database=stated.is_database,
                facts=stored_of(facts),
            )
            event.subject = str(system.pk)
    except IntegrityError:
        return ControlRefuse(ControlCode.SYSTEM_CODE_TAKEN, {"code": code})
    return int(system.pk)


def change(number: int, seen: int, stated: SystemStated, *, actor: Actor | None) -> ControlRefuse | None:
    """Change what is stated of a system that was seen at version `seen`; its code stays. Law: R4.1."""
    event = Event(kind="system.changed", actor=actor, subject_kind="system", subject=str(number), law=_LAW)
    with acting(event) as act:
        system = system_for(_ACT, number, actor)
        if isinstance(system, ControlRefuse):
            return act.refuse(system)
        refusal = overtaken(system, seen, "system")
        if refusal is not None:
            return act.refuse(refusal)
        before = facts_of(system.facts)
        facts = _taken(stated, before, body=system.body_id, actor=actor, act=act)
        if isinstance(facts, ControlRefuse):
            return act.refuse(facts)
        event.body = system.body_id
        event.detail = {"code": system.code} | {
            part: "changed"
            for part in SystemFacts.__dataclass_fields__
            if getattr(before, part) != getattr(facts, part)
        }
        system.name, system.kind, system.is_database = stated.name, stated.kind.value, stated.is_database
        system.facts = stored_of(facts)
        system.version += 1
        system.save(update_fields=("name", "kind", "is_database", "facts", "version"))
        for place in Evidence:
            drop_copy(paper_at(before, place), paper_at(facts, place), actor=actor, act=act)
    return None


def paper_at(facts: SystemFacts, place: Evidence) -> Paper | None:
    """Return the paper at one place of a system's facts."""
    level = facts.level
    dated = {
        Evidence.DEFENCE: facts.defence,
        Evidence.MONITORING: facts.monitoring,
        Evidence.IDENTIFICATION: facts.identification_platform,
    }
    if place in dated:
        fact = dated[place]
        return None if fact is None else fact.paper
    if level is None:
        return None
    of_level = {
        Evidence.DECISION: level.decision,
        Evidence.PLAN: level.plan,
        Evidence.CARRIED_OUT: level.carried_out,
    }
    return of_level[place]


def _put(facts: SystemFacts, place: Evidence, paper: Paper) -> SystemFacts:
    """Return the facts with another paper at a place that has one."""
    level, defence = facts.level, facts.defence
    monitoring, platform = facts.monitoring, facts.identification_platform
    match place:
        case Evidence.DECISION if level is not None:
            return replace(facts, level=replace(level, decision=paper))
        case Evidence.PLAN if level is not None:
            return replace(facts, level=replace(level, plan=paper))
        case Evidence.CARRIED_OUT if level is not None:
            return replace(facts, level=replace(level, carried_out=paper))
        case Evidence.DEFENCE if defence is not None:
            return replace(facts, defence=replace(defence, paper=paper))
        case Evidence.MONITORING if monitoring is not None:
            return replace(facts, monitoring=replace(monitoring, paper=paper))
        case Evidence.IDENTIFICATION if platform is not None:
            return replace(facts, identification_platform=replace(platform, paper=paper))
        case _:
            return facts


def _taken(
    stated: SystemStated, before: SystemFacts, *, body: int, actor: Actor | None, act: Act
) -> SystemFacts | ControlRefuse:
    """Return the facts with every paper judged and its copy kept, or the first refusal."""
    facts = stated.facts
    for place in Evidence:
        paper = paper_at(facts, place)
        if paper is None:
            continue
        file = stated.files.get(place)
        known = paper if file is not None else with_copy(paper, paper_at(before, place))
        taken = take_paper(GivenPaper(known, file), body=body, actor=actor, act=act)
        if isinstance(taken, ControlRefuse):
            return taken
        facts = _put(facts, place, taken)
    return facts
