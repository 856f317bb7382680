"""Bodies for demonstrations, made through the same actions as everybody's; what is there already stays."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from lienthong.control.participants import (
    bodies,
    contact_officers,
    mandates,
    officers,
    succession,
    systems,
)
from lienthong.control.participants.bodies import BodyFacts
from lienthong.control.participants.contact_officers import ContactFacts
from lienthong.control.participants.mandates import MandateFacts
from lienthong.control.participants.models import Body
from lienthong.control.participants.papers import GivenPaper
from lienthong.control.participants.systems import Evidence, SystemStated
from lienthong.core.access import Actor
from lienthong.core.bodies import BodyKind
from lienthong.core.connection_request import MandateKind
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.grant_document import SystemKind
from lienthong.core.papers import Paper, SecretDegree
from lienthong.core.roster import RosterRow
from lienthong.core.succession import SuccessionKind
from lienthong.core.system_facts import DatedFact, LevelFacts, ManagedBy, SystemFacts
from lienthong_protocol.record import Act

_FILE: Final = Path(__file__).with_name("demonstration.toml")
_ROSTER_FROM: Final = "2026-01-02"

Table = Mapping[str, Any]
"""A table of the file of demonstration bodies, before it is read into values of the rules."""


class SeedingError(Exception):
    """A demonstration body was refused: the file is wrong."""


@dataclass(frozen=True, slots=True)
class SeededBody:
    """A body of the demonstration: its number and the numbers of its systems by code."""

    body: int
    systems: Mapping[str, int]


def seed_bodies() -> Mapping[str, SeededBody]:
    """Make the demonstration's bodies with their mandates, contact officers, systems and rosters.

    Returns them by identifier. Bodies that are there already are left alone and not returned. Raises
    SeedingError.
    """
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    known = set(Body.objects.values_list("identifier", flat=True))
    return {
        table["identifier"]: _body(table, content["officer"])
        for table in content["body"]
        if table["identifier"] not in known
    }


def seed_mergers(actor: Actor) -> int:
    """Merge the demonstration's bodies that others follow; return how many ended now. Raises SeedingError."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    ended = set(Body.objects.exclude(ended_on=None).values_list("identifier", flat=True))
    wanted = [table for table in content["merger"] if table["predecessor"] not in ended]
    for table in wanted:
        decision = succession.Decision(
            kind=SuccessionKind.MERGE,
            paper=_paper(table),
            effective_on=_day(table["effective_on"]),
            predecessors=(table["predecessor"], table["successor"]),
            successors=(table["successor"],),
        )
        planned = succession.plan(decision)
        if isinstance(planned, ControlRefuse):
            raise SeedingError(planned.text.en)
        done = succession.carry_out(decision, planned.print, None, actor=actor)
        if not isinstance(done, int):
            raise SeedingError(done.text.en if isinstance(done, ControlRefuse) else "the plan moved on")
    return len(wanted)


def _body(table: Table, officer: str) -> SeededBody:
    facts = BodyFacts(
        kind=BodyKind(table["kind"]),
        name=table["name"],
        parent=table.get("parent", ""),
        symbol=table.get("symbol", ""),
        place=table.get("place", ""),
        address=table.get("address", ""),
        email=table.get("email", ""),
        phone=table.get("phone", ""),
        under_defence=table.get("under_defence", False),
    )
    number = _done(bodies.register(table["identifier"], facts, actor=None))
    for mandate in table.get("mandate", ()):
        _done(mandates.add(number, _mandate(mandate), actor=None))
    for contact in table.get("contact", ()):
        _done(contact_officers.add(number, _contact(contact), actor=None))
    return SeededBody(
        number, {each["code"]: _system(number, each, officer) for each in table.get("system", ())}
    )


def _mandate(table: Table) -> MandateFacts:
    return MandateFacts(
        code=table["code"],
        kind=MandateKind(table["kind"]),
        description=table["description"],
        paper=GivenPaper(_paper(table)),
    )


def _contact(table: Table) -> ContactFacts:
    return ContactFacts(
        name=table["name"],
        post=table["post"],
        phone=table["phone"],
        email=table["email"],
        acts=frozenset(Act(act) for act in table["acts"]),
    )


def _system(body: int, table: Table, officer: str) -> int:
    stated = SystemStated(
        name=table["name"],
        kind=SystemKind(table["kind"]),
        is_database=table.get("is_database", False),
        facts=SystemFacts(
            managed_by=ManagedBy.DEFENCE if Evidence.DEFENCE in table else ManagedBy.ORDINARY,
            defence=_dated(table.get(Evidence.DEFENCE)),
            level=_level(table),
            monitoring=_dated(table.get(Evidence.MONITORING)),
            identification_platform=_dated(table.get(Evidence.IDENTIFICATION)),
        ),
    )
    number = _done(systems.add(body, table["code"], stated, actor=None))
    rows = tuple(
        RosterRow(
            number=place,
            code=f"{table['codes']}-{place:04}",
            name=f"{officer} {place:02}",
            unit=table["unit"],
            valid_from=_ROSTER_FROM,
        )
        for place in range(1, table["officers"] + 1)
    )
    if rows:
        done = officers.import_rows(number, rows, whole=False, shown=None, actor=None)
        if isinstance(done, ControlRefuse):
            raise SeedingError(done.text.en)
    return number


def _level(table: Table) -> LevelFacts | None:
    if "level" not in table:
        return None
    papers = {
        place: _paper(table[place]) if place in table else None
        for place in (Evidence.DECISION, Evidence.PLAN, Evidence.CARRIED_OUT)
    }
    return LevelFacts(
        level=table["level"],
        decision=papers[Evidence.DECISION],
        plan=papers[Evidence.PLAN],
        carried_out=papers[Evidence.CARRIED_OUT],
    )


def _dated(table: Table | None) -> DatedFact | None:
    return None if table is None else DatedFact(paper=_paper(table), valid_from=_day(table["from"]))


def _paper(table: Table) -> Paper:
    return Paper(
        number=table["number"],
        issuer=table["issuer"],
        issued_on=_day(table["issued_on"]),
        title=table.get("title", ""),
        degree=SecretDegree(table["degree"]) if "degree" in table else None,
    )


def _day(value: object) -> date:
    if not isinstance(value, date):
        raise SeedingError(f"{value!r} is no day")
    return value


def _done(made: int | ControlRefuse) -> int:
    if isinstance(made, ControlRefuse):
        raise SeedingError(made.text.en)
    return made
