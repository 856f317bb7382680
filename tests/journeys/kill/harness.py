"""Runs workers against a server of its own, kills, restarts, compares."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

import psycopg

from lienthong.db import Database, DatabaseUnavailable, EmbeddedServer, Role, ServerSettings, connect_blocking
from lienthong.db.migrate import migrate
from tests.journeys.kill.examiner import Examiner, Findings

ROOT = Path(__file__).parents[3]
SETTINGS = ServerSettings(shared_buffers_mb=64, max_wal_size_mb=512, min_wal_size_mb=80, max_connections=30)
PATIENCE = 60.0

WorkerCommand = Callable[[Database, Path, int], list[str]]
"""How to start worker n: it writes `index leafhash` lines to the file, and ends on SIGTERM."""


class Victim(StrEnum):
    """What is killed: one process, or PostgreSQL whole."""

    POSTMASTER = "postmaster"
    GROUP = "group"
    BACKEND = "backend"
    WALWRITER = "walwriter"
    CHECKPOINTER = "checkpointer"
    WORKER = "worker"


@dataclass
class Report:
    """What happened; `findings` is empty where nothing was lost."""

    findings: Findings
    kills: Counter[Victim] = field(default_factory=Counter)
    told: int = 0
    leaves: int = 0
    longest_restart: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{count} {victim}" for victim, count in sorted(self.kills.items()))
        wrong = self.findings
        return "; ".join(
            [
                f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s",
                f"{self.told} leaves told to workers, {self.leaves} in the log",
                f"longest restart {self.longest_restart:.2f} s",
                f"lost {len(wrong.lost)}, told twice {len(wrong.told_twice)}, changed {len(wrong.changed)}",
                f"gaps {len(wrong.gaps)}",
                *wrong.others,
            ]
        )


def appender(*, durable: bool) -> WorkerCommand:
    """Return the command of the harness's own worker."""

    def command(database: Database, path: Path, number: int) -> list[str]:
        where = [database.host, str(database.port), database.name, str(database.passwords)]
        last = "durable" if durable else "undurable"
        return [sys.executable, "-m", "tests.journeys.kill.appender", *where, str(path), str(number), last]

    return command


class Harness:
    """A server, its workers, and the one who kills them: a context manager on a folder of the caller's."""

    def __init__(
        self,
        folder: Path,
        *,
        worker: WorkerCommand | None = None,
        workers: int = 2,
        seed: int | None = None,
        settings: ServerSettings = SETTINGS,
    ) -> None:
        self.server = EmbeddedServer(folder / "data", settings=settings)
        self.database = self.server.database()
        self.command = worker or appender(durable=True)
        self.files = [folder / f"told-{number}" for number in range(workers)]
        self.logs = [folder / f"worker-{number}.log" for number in range(workers)]
        self.workers: list[subprocess.Popen[bytes]] = []
        self.choose = random.Random(seed)
        self.examiner = Examiner(self.files)
        self.report = Report(self.examiner.findings)

    def __enter__(self) -> Self:
        self.server.start()
        migrate(self.database)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.workers:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.server.stop()

    def administer(self, statement: bytes) -> None:
        """Run a statement as superuser."""
        with connect_blocking(self.database, Role.ADMINISTRATOR) as connection:
            connection.execute(statement)

    def run(
        self,
        kills: int,
        *,
        victims: tuple[Victim, ...] = tuple(Victim),
        until_loss: bool = False,
        tell: Callable[[Report], None] = lambda _report: None,
    ) -> Report:
        """Kill so many times and compare after each; with `until_loss` stop once something is missing."""
        began = time.monotonic()
        self.workers = [self._start_worker(number) for number in range(len(self.files))]
        for _ in range(kills):
            self._await_progress()
            time.sleep(self.choose.uniform(0.02, 0.5))
            self._strike(self.choose.choice(victims))
            self._compare(self.examiner.look)
            tell(self._counted(began))
            if until_loss and self.examiner.findings:
                return self._counted(began)
        self._stop_workers()
        self._compare(self.examiner.finish)
        return self._counted(began)

    def _counted(self, began: float) -> Report:
        self.report.told = len(self.examiner.told)
        self.report.leaves = len(self.examiner.leaves)
        self.report.seconds = time.monotonic() - began
        return self.report

    def _start_worker(self, number: int) -> "subprocess.Popen[bytes]":
        with self.logs[number].open("ab") as log:
            return subprocess.Popen(
                self.command(self.database, self.files[number], number),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _await_progress(self) -> None:
        """Wait until every worker has been told something since now, so that each kill meets real load."""
        before = [self._size(path) for path in self.files]
        deadline = time.monotonic() + PATIENCE
        while any(self._size(path) <= size for path, size in zip(self.files, before, strict=True)):
            for number, process in enumerate(self.workers):
                if process.poll() is not None:
                    said = self.logs[number].read_text(encoding="utf-8", errors="replace")[-2000:]
                    raise AssertionError(f"worker {number} ended by itself ({process.returncode}): {said}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no worker was told anything for {PATIENCE:.0f} s")
            time.sleep(0.005)

    @staticmethod
    def _size(path: Path) -> int:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def _strike(self, victim: Victim) -> None:
        """Kill, and bring back what does not come back by itself."""
        self.report.kills[victim] += 1
        match victim:
            case Victim.WORKER:
                number = self.choose.randrange(len(self.workers))
                self.workers[number].kill()
                self.workers[number].wait()
                self.workers[number] = self._start_worker(number)
            case Victim.POSTMASTER:
                self.server.kill()
                self._restart()
            case Victim.GROUP:
                # All of one moment: what only shared memory held is gone with the last of them.
                processes = self.server.folder.processes()
                assert self.server.process is not None
                self.server.process.send_signal(signal.SIGKILL)
                for number in processes:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(number, signal.SIGKILL)
                self.server.kill()
                self._restart()
            case Victim.BACKEND:
                self._kill_titled(b"lt_gateway")
            case Victim.WALWRITER | Victim.CHECKPOINTER:
                self._kill_titled(victim.encode())

    def _kill_titled(self, title: bytes) -> None:
        """Kill one process of this server by its title; the postmaster then starts over by itself."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [number for number in self.server.folder.processes() if title in self._title(number)]
            if found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.choose.choice(found), signal.SIGKILL)
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"no process titled {title!r} to kill")
            time.sleep(0.005)

    @staticmethod
    def _title(number: int) -> bytes:
        try:
            return Path(f"/proc/{number}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return b""

    def _restart(self) -> None:
        began = time.monotonic()
        self.server.start()
        self.report.longest_restart = max(self.report.longest_restart, time.monotonic() - began)

    def _compare(self, look: Callable[[psycopg.Connection], None]) -> None:
        """Read the files first, the log after: what is in the files must be there, however the log grows."""
        self.examiner.read_files()
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with connect_blocking(self.database, Role.ADMINISTRATOR) as connection:
                    look(connection)
            except (DatabaseUnavailable, psycopg.OperationalError):
                # The postmaster may notice the death of a process only now; the log is read again.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def _stop_workers(self) -> None:
        for process in self.workers:
            process.terminate()
        for number, process in enumerate(self.workers):
            if process.wait(PATIENCE) not in (0, -signal.SIGTERM):  # one just started has no handler yet
                said = self.logs[number].read_text(encoding="utf-8", errors="replace")[-2000:]
                raise AssertionError(f"worker {number} did not end well ({process.returncode}): {said}")
