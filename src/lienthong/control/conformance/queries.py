"""What pages ask about trials and runs: how each stands, step by step, what may be downloaded. Law: R5.2."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import msgspec
from django.conf import settings

from lienthong.control.accounts.directory import names_of
from lienthong.control.conformance import standings
from lienthong.control.conformance.asking import purposes_of
from lienthong.control.conformance.enrolling import noted_fault
from lienthong.control.conformance.models import RefusedReport, Run, Trial
from lienthong.control.conformance.trials import registered_keys
from lienthong.control.connections.models import Request
from lienthong.core.control_refusals import CONTROL_REFUSALS, ControlCode, ControlRefuse
from lienthong.core.known_persons import PersonsSheet
from lienthong.core.run_states import RunState
from lienthong.core.speech import Text
from lienthong.core.trial_states import TrialState
from lienthong.core.trials import OPEN_RUNS
from lienthong.sandbox_access.messages import AskedPurpose, RunStanding
from lienthong_agency.hub_keys import HubKeysError, read_hub_keys

RUNS_SHOWN: Final = 30
_LIGHT: Final = ("report",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry:
    """One run; `standing` is what the sandbox last told of it, None before it was opened there.

    `opened_by` is empty where the system itself opened it.
    """

    id: int
    system: str
    system_name: str
    sandbox_run: str
    state: RunState
    standing: RunStanding | None
    opened_by: str
    opened_at: datetime
    settled_at: datetime | None
    report_sha256: str
    version: int

    @property
    def is_open(self) -> bool:
        """Say whether the run is still to be played."""
        return self.state in OPEN_RUNS


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """A key that the system has registered for the sandbox."""

    id: int
    thumbprint: str


@dataclass(frozen=True, kw_only=True)
class TrialEntry:
    """One system in the sandbox; `fault` is what keeps it from being enrolled."""

    id: int
    version: int
    system: str
    name: str
    state: TrialState
    fault: ControlRefuse | None
    attempts: int
    thumbprint: str
    officers: tuple[str, ...]
    purposes: tuple[AskedPurpose, ...]
    enrolled_at: datetime | None
    persons: PersonsSheet | None
    keys: tuple[KeyChoice, ...]
    runs: tuple[RunEntry, ...]

    @cached_property
    def open_run(self) -> RunEntry | None:
        """The run opened in the portal that is not finished."""
        return next((run for run in self.runs if run.is_open), None)

    @cached_property
    def last_run(self) -> RunEntry | None:
        """The run to be shown step by step: the open one, else the newest."""
        return self.open_run or next(iter(self.runs), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAside:
    """A report that was not filed."""

    system: str
    sandbox_run: str
    why: Text
    code: str
    sha256: str
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Download:
    """A file to hand out."""

    name: str
    media_type: str
    content: bytes


def trials_of(reference: str) -> tuple[TrialEntry, ...]:
    """Return the trials of a request in the order of its systems."""
    rows = Trial.objects.filter(request__reference=reference).select_related("system").order_by("pk")
    runs = tuple(runs_of(reference))
    return tuple(_trial(row, tuple(run for run in runs if run.system == row.system.code)) for row in rows)


def trial_of(reference: str, number: int) -> TrialEntry | None:
    """Return one trial of a request, None where it has none of this number."""
    return next((trial for trial in trials_of(reference) if trial.id == number), None)


def _trial(row: Trial, runs: tuple[RunEntry, ...]) -> TrialEntry:
    try:
        purposes = purposes_of(row)
    except msgspec.ValidationError:
        purposes = ()
    persons = None if row.persons is None else msgspec.convert(row.persons, PersonsSheet)
    return TrialEntry(
        id=row.pk,
        version=row.version,
        system=row.system.code,
        name=row.system.name,
        state=row.state,
        fault=noted_fault(row),
        attempts=row.attempts,
        thumbprint=row.thumbprint,
        officers=tuple(row.officers),
        purposes=purposes,
        enrolled_at=row.enrolled_at,
        persons=persons,
        keys=tuple(KeyChoice(key.pk, key.thumbprint) for key in registered_keys(row.system)),
        runs=runs,
    )


def runs_of(reference: str) -> Iterator[RunEntry]:
    """Yield the newest runs of a request, whoever opened them, newest first."""
    found = Run.objects.filter(request__reference=reference).select_related("system").defer(*_LIGHT)
    rows = tuple(found.order_by("-opened_at", "-pk")[:RUNS_SHOWN])
    names = names_of(row.opened_by for row in rows)
    for row in rows:
        yield RunEntry(
            id=row.pk,
            system=row.system.code,
            system_name=row.system.name,
            sandbox_run=row.sandbox_run or "",
            state=row.state,
            standing=standings.read(row.standing),
            opened_by="" if row.opened_by is None else names.get(row.opened_by, ""),
            opened_at=row.opened_at,
            settled_at=row.settled_at,
            report_sha256=row.report_sha256,
            version=row.version,
        )


def reports_aside(reference: str) -> tuple[ReportAside, ...]:
    """Return the reports of a request that were not filed, newest first."""
    found = RefusedReport.objects.filter(request__reference=reference).select_related("system")
    return tuple(
        ReportAside(
            system=row.system.code,
            sandbox_run=row.sandbox_run,
            why=CONTROL_REFUSALS[ControlCode(row.code)],
            code=row.code,
            sha256=row.sha256,
            came_at=row.came_at,
        )
        for row in found.defer("content").order_by("-pk")
    )


def report_of(reference: str, number: int) -> Download | None:
    """Return the signed report of a run as it came, None where there is none."""
    run = Run.objects.filter(request__reference=reference, pk=number).exclude(report=None).first()
    if run is None or run.report is None:
        return None
    return Download(f"{reference}-{run.sandbox_run}.json", "application/json", bytes(run.report))


def whose_trial(reference: str, trial: int, **_rest: object) -> int | None:
    """Return whose trial is at an address, None where the request has none of this number."""
    found = Request.objects.filter(reference=reference, trials=trial)
    return found.values_list("body_id", flat=True).first()


def whose_run(reference: str, run: int) -> int | None:
    """Return whose run is at an address, None where the request has none of this number."""
    found = Request.objects.filter(reference=reference, runs=run)
    return found.values_list("body_id", flat=True).first()


def sandbox_key_ids() -> tuple[str, ...]:
    """Return the ids of the keys with which the sandbox signs, as pinned; none where they cannot be read."""
    pinned = settings.LIENTHONG.sandbox_access.keys
    try:
        return () if pinned is None else tuple(read_hub_keys(pinned).response)
    except HubKeysError:
        return ()
