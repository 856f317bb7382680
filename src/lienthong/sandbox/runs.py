"""What a run has seen: kept in one SQLite file of the sandbox, shared by its processes.

Nothing here is about a person: request ids, digests, codes and receipts. Every write is its own transaction.
"""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from lienthong.core.conformance import (
    Attempt,
    Report,
    State,
    Step,
    Verdict,
    judge_step,
    run_state,
    steps_for,
)
from lienthong.core.request import Service
from lienthong.db import named

FILE_NAME: Final = "runs.sqlite"
_SCHEMA: Final = Path(__file__).with_name("schema")
_QUERIES: Final = named.load(_SCHEMA / "run_queries.sql")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a system; `opened_at` in microseconds."""

    id: str
    system: str
    services: tuple[Service, ...]
    opened_at: int

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of this run."""
        return steps_for(self.services)


@dataclass(frozen=True, slots=True)
class StepStanding:
    """A step of a run with where it stands."""

    step: Step
    verdict: Verdict
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A run with where each step and the whole stand."""

    run: Run
    state: State
    steps: tuple[StepStanding, ...]


class RunStore:
    """The runs of a sandbox; every call is one short transaction on a connection of its own."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = directory / FILE_NAME
        with self._connected() as connection:
            connection.executescript((_SCHEMA / "runs.sql").read_text(encoding="utf-8"))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=10)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                yield connection
        finally:
            connection.close()

    def open(self, system: str, services: tuple[Service, ...], *, now: int) -> Run:
        """Open a run and return it."""
        run = Run(secrets.token_hex(6), system, services, now)
        with self._connected() as connection:
            connection.execute(_QUERIES.sql("open_run"), (run.id, system, " ".join(services), now))
        return run

    def find(self, run: str) -> Run | None:
        """Return a run, None if there is none with that id."""
        return next(iter(self._runs("run_by_id", run)), None)

    def of_system(self, system: str) -> tuple[Run, ...]:
        """Return the runs of a system, newest first."""
        return self._runs("runs_of_system", system)

    def _runs(self, query: str, value: str) -> tuple[Run, ...]:
        with self._connected() as connection:
            rows = connection.execute(_QUERIES.sql(query), (value,)).fetchall()
        return tuple(
            Run(number, system, tuple(map(Service, services.split())), opened_at)
            for number, system, services, opened_at in rows
        )

    def note(self, run: str, step: Step, fact: Attempt | Report) -> None:
        """Keep what was served, or what the system reports."""
        kind = "attempt" if isinstance(fact, Attempt) else "report"
        with self._connected() as connection:
            connection.execute(_QUERIES.sql("note"), (run, step, kind, msgspec.json.encode(fact)))

    def attempts(self, run: str, step: Step) -> tuple[Attempt, ...]:
        """Return what was served for a step, oldest first."""
        return tuple(fact for fact in self._facts(run, step) if isinstance(fact, Attempt))

    def _facts(self, run: str, step: Step) -> list[Attempt | Report]:
        with self._connected() as connection:
            rows = connection.execute(_QUERIES.sql("facts"), (run, step)).fetchall()
        return [
            msgspec.json.decode(body, type=Attempt)
            if kind == "attempt"
            else msgspec.json.decode(body, type=Report)
            for kind, body in rows
        ]

    def standing(self, run: Run) -> Standing:
        """Judge a run as it stands now."""
        steps = []
        for step in run.steps:
            facts = self._facts(run.id, step)
            attempts = tuple(fact for fact in facts if isinstance(fact, Attempt))
            reports = tuple(fact for fact in facts if isinstance(fact, Report))
            steps.append(StepStanding(step, judge_step(step, attempts, reports), attempts))
        return Standing(run, run_state(each.verdict for each in steps), tuple(steps))
