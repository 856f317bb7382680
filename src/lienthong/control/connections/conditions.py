"""The six conditions of each system of a request: what the body names, what was found, what is missing.

A verdict is added and never changed; the newest holds. Nothing here stops the filing or the answer of a
request: the conditions are wanted before going live, and kept from then on. Law: R1.4.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from lienthong.control.accounts.directory import names_of
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections import telling
from lienthong.control.connections.content import read_facts, read_request
from lienthong.control.connections.files import KeptFile, kept_file, upload_named
from lienthong.control.connections.models import ConditionVerdict, Draft, Request, Version
from lienthong.control.connections.written import decode_draft
from lienthong.control.participants.models import System
from lienthong.control.theme import dates
from lienthong.core.access import Actor
from lienthong.core.condition_verdicts import judging_refused, verdict_problems
from lienthong.core.conditions import (
    ConditionEvidence,
    ConditionRow,
    Standing,
    condition_entries,
    judge_sheet,
    standing_of,
)
from lienthong.core.connection_request import ConnectionRequest, Direction
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import ConditionEntry, ConditionName, Verdict
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of, moment
from lienthong.core.missing import Missing, listed
from lienthong.core.papers import Paper
from lienthong.core.request_states import RequestState
from lienthong.core.speech import Text
from lienthong.core.system_facts import Stage, level_three

_LAW: Final = ("R1.4",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A verdict as it is to be recorded: what was found, by which paper, on which day, and why."""

    condition: ConditionName
    verdict: Verdict
    evidence: Paper | None
    decided_on: date
    valid_until: date | None = None
    note: str = ""


def record(
    reference: str, code: str, recording: Recording, *, last: int, actor: Actor
) -> ControlRefuse | None:
    """Record a verdict on a condition of a system; `last` is the verdict that was read, 0 for none.

    A condition that is not kept is told to the body's contact officers and to the file's handler in this very
    act. Raises System.DoesNotExist for a system that the request does not name. Law: R1.4.
    """
    event = Event(kind="", actor=actor, subject_kind="request", subject=reference, law=_LAW)
    with acting(event) as act:
        # The file is locked: of two who judge one condition the second reads what the first has found.
        request = Request.objects.select_for_update().select_related("body").get(reference=reference)
        names = names_of((request.handler,))
        refusal = judging_refused(
            actor,
            request.state,
            handler=request.handler,
            stand_in=request.stand_in,
            handler_name=names.get(request.handler or 0, ""),
        )
        if refusal is not None:
            return act.refuse(refusal)
        system = _systems(content_of(request)).get(code)
        if system is None:
            raise System.DoesNotExist(f"{reference} names no system {code}")
        held = _verdicts(request, system.pk).filter(condition=recording.condition.value).last()
        if (0 if held is None else held.pk) != last:
            return act.refuse(_judged_meanwhile(held))
        today, newest = day_of(act.now), None if held is None else row_of(held)
        row = _row(recording)
        if problems := verdict_problems(row, recording.note, newest=newest, today=today):
            return act.refuse(ControlRefuse(ControlCode.VERDICT_REFUSED, {"problems": listed(problems)}))
        _keep(request, system, recording, actor, moment(act.now))
        was_kept = newest is not None and standing_of(newest, today) is Standing.MET
        is_lost = was_kept and recording.verdict is Verdict.FAILED
        event.kind = "condition.lost" if is_lost else f"condition.{recording.verdict}"
        event.body, event.detail = request.body_id, _told(recording, code)
        if recording.verdict is Verdict.FAILED:
            telling.tell_of_condition(
                request,
                recording.condition,
                system=system.name,
                note=recording.note.strip(),
                is_lost=is_lost,
                by=actor,
            )
    return None


def _row(recording: Recording) -> ConditionRow:
    return ConditionRow(
        name=recording.condition,
        verdict=recording.verdict,
        evidence=recording.evidence,
        decided_on=recording.decided_on,
        valid_until=recording.valid_until,
    )


def _keep(request: Request, system: System, recording: Recording, actor: Actor, at: datetime) -> None:
    evidence: Any = None if recording.evidence is None else msgspec.to_builtins(recording.evidence)
    ConditionVerdict.objects.create(
        request=request,
        system=system,
        condition=recording.condition.value,
        verdict=recording.verdict.value,
        evidence=evidence,
        valid_until=recording.valid_until,
        decided_on=recording.decided_on,
        note=recording.note.strip(),
        made_by=actor.id,
        made_by_name=actor.name,
        made_at=at,
    )


def _told(recording: Recording, code: str) -> dict[str, str]:
    told = {
        "system": code,
        "condition": recording.condition.value,
        "verdict": recording.verdict.value,
        "decided_on": recording.decided_on.isoformat(),
        "evidence": "" if recording.evidence is None else recording.evidence.name,
        "valid_until": "" if recording.valid_until is None else recording.valid_until.isoformat(),
        "reason": recording.note.strip(),
    }
    return {name: text for name, text in told.items() if text}


def _judged_meanwhile(held: ConditionVerdict | None) -> ControlRefuse:
    if held is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    said = Text(dates.moment(held.made_at, "vi"), dates.moment(held.made_at, "en"))
    return ControlRefuse(ControlCode.DECIDED_MEANWHILE, {"who": held.made_by_name, "when": said})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """One condition of a system: how it stands, by which verdict, and what the body names for it.

    `last` is the number of the verdict that holds, 0 for none.
    """

    name: ConditionName
    standing: Standing
    row: ConditionRow | None
    last: int
    note: str
    by: str
    offered: ConditionEvidence | None
    copy: KeptFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSheet:
    """The sheet of one system, and everything that is missing before it goes live. Law: R1.4, R4.1."""

    code: str
    name: str
    lines: tuple[ConditionLine, ...]
    missing: tuple[Missing, ...]

    @property
    def kept(self) -> int:
        """Return how many of the six are kept."""
        return sum(line.standing is Standing.MET for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSheets:
    """The sheets of a request's systems, and in which directions they connect."""

    state: RequestState
    handler: int | None
    stand_in: int | None
    directions: tuple[Direction, ...]
    systems: tuple[SystemSheet, ...]


def sheets_of(reference: str) -> ConditionSheets:
    """Return how the conditions of a request stand today; raises Request.DoesNotExist. Law: R1.4."""
    request = Request.objects.get(reference=reference)
    content, now = content_of(request), database_now()
    found = _systems(content)
    return ConditionSheets(
        state=request.state,
        handler=request.handler,
        stand_in=request.stand_in,
        directions=tuple(
            each for each in Direction if any(choice.direction is each for choice in content.choices)
        ),
        systems=tuple(
            _sheet(request, content, found[system.id], now)
            for system in content.systems
            if system.id in found
        ),
    )


def _sheet(request: Request, content: ConnectionRequest, system: System, now: int) -> SystemSheet:
    today = day_of(now)
    held = {ConditionName(verdict.condition): verdict for verdict in _verdicts(request, system.pk)}
    sheet = judge_sheet(map(row_of, held.values()), content.network, today)
    level = level_three(read_facts(system.facts), profile_at(now), today, Stage.GO_LIVE)
    offered = {each.condition: each for each in content.evidence}
    lines = []
    for standing in sheet.rows:
        verdict, named = held.get(standing.name), offered.get(standing.name)
        has_copy = named is not None and named.paper.upload
        copy = upload_named(named.paper.upload, request.body_id) if named and has_copy else None
        lines.append(
            ConditionLine(
                name=standing.name,
                standing=standing.standing,
                row=standing.row,
                last=0 if verdict is None else verdict.pk,
                note="" if verdict is None else verdict.note,
                by="" if verdict is None else verdict.made_by_name,
                offered=named,
                copy=kept_file(copy),
            )
        )
    return SystemSheet(
        code=system.code, name=system.name, lines=tuple(lines), missing=(*sheet.missing, *level.missing)
    )


def entries_of(reference: str, code: str) -> tuple[ConditionEntry, ...]:
    """Return the verdicts on a system of a request as its grant states them. Law: R1.4, R8.2."""
    rows = ConditionVerdict.objects.filter(request__reference=reference, system__code=code).order_by("id")
    return condition_entries(map(row_of, rows))


def row_of(verdict: ConditionVerdict) -> ConditionRow:
    """Return a stored verdict as the rules know it."""
    evidence = None if verdict.evidence is None else msgspec.convert(verdict.evidence, Paper)
    return ConditionRow(
        name=ConditionName(verdict.condition),
        verdict=Verdict(verdict.verdict),
        evidence=evidence,
        decided_on=verdict.decided_on,
        valid_until=verdict.valid_until,
        sequence=verdict.pk,
    )


def content_of(request: Request) -> ConnectionRequest:
    """Return what a request says now: its newest version, its draft before there is one."""
    version = Version.objects.filter(request=request).order_by("-number").first()
    if version is not None:
        return read_request(version.content)
    return decode_draft(Draft.objects.get(request=request).content).written.request


def _systems(content: ConnectionRequest) -> dict[str, System]:
    codes = [system.id for system in content.systems]
    return {system.code: system for system in System.objects.filter(code__in=codes)}


def _verdicts(request: Request, system: int) -> Any:  # noqa: ANN401 - a query set of verdicts
    return ConditionVerdict.objects.filter(request=request, system=system).order_by("decided_on", "id")
