"""`make bench`: the table of figures, printed as it grows and written to bench/results.json.

Ratios come from runs interleaved in one go, medians of an odd number of rounds. A figure of the guarded path
is void unless the record of every answer received is found in the log.
"""

import argparse
import asyncio
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import uvloop

from bench.load import Run, saturate
from bench.stage import GATEWAY, Person, Stage, people, served, signed, signed_lookup, staged
from bench.steady import Steady, steady
from lienthong.db import Role, connect

RESULTS = Path(__file__).with_name("results.json")
_FLOOR = (
    *(sys.executable, "-m", "granian", "--interface", "rsgi", "--workers", "2", "--loop", "uvloop"),
    *("--http", "1", "--log-level", "warning"),
)
_NAIVE = (
    *(sys.executable, "-m", "uvicorn", "--workers", "2", "--no-access-log", "--log-level", "warning"),
    "bench.peers.naive:application",
)


class Table:
    """The figures, in the order they were measured."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, what: str, figure: str, goal: str = "", **details: object) -> None:
        """Print one row and keep it."""
        print(f"{what:<58} {figure:>22}  {goal}", flush=True)
        self.rows.append({"what": what, "figure": figure, "goal": goal, **details})

    def write(self) -> None:
        """Write all rows with what they were measured on."""
        machine = {
            "python": platform.python_version(),
            "machine": platform.machine(),
            "at": time.strftime("%F"),
        }
        RESULTS.write_text(
            json.dumps({"on": machine, "rows": self.rows}, indent=1, ensure_ascii=False) + "\n"
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--large", action="store_true", help="also a register of 10 million persons")
    parser.add_argument("--only", help="measure only the parts whose name holds this text")
    options = parser.parse_args()
    table = Table()
    parts = {
        "saturation": lambda stage: _saturation(table, stage, options.rounds, options.seconds),
        "steady": lambda stage: _steady(table, stage),
        "batch": lambda stage: _batch(table, stage, options.seconds),
        "ledger": lambda stage: _ledger(table, stage),
    }
    wanted = [name for name in parts if not options.only or options.only in name]
    with tempfile.TemporaryDirectory(prefix="lienthong-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        with staged(Path(folder) / "small", 100_000, say=lambda text: table.add("population", text)) as stage:
            for name in wanted:
                parts[name](stage)
            small = _rate(stage, options.seconds) if not options.only else 0.0
        if not options.only:
            for persons in (1_000_000, 10_000_000) if options.large else (1_000_000,):
                name = Path(folder) / str(persons)
                with staged(name, persons, say=lambda text: table.add("population", text)) as stage:
                    rate = _rate(stage, options.seconds)
                    goal = "≥ 0.8" if persons > 1_000_000 else ""
                    table.add(f"look-up at {persons:,} persons ÷ at 100,000", f"{rate / small:.2f}", goal)
    table.write()


def _lookups(stage: Stage, persons: Sequence[Person], count: int) -> list[bytes]:
    """Return so many signed look-ups: twenty field sets, a tenth of them with relatives."""
    chance, created = random.Random(1), int(time.time()) + 8
    return [
        signed_lookup(stage, stage.callers[number % 20], chance.choice(persons), created=created)
        for number in range(count)
    ]


def _saturation(table: Table, stage: Stage, rounds: int, seconds: float) -> None:
    persons = asyncio.run(people(stage, 20_000))
    kinds = ("static", "bare", "coalesced", "guarded", "naive")
    runs: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            runs[kind].append(_run(stage, kind, persons, seconds))
    for kind in kinds:
        median = statistics.median(run.rate for run in runs[kind])
        middle = min(runs[kind], key=lambda run: abs(run.rate - median))
        goal = "≥ 6,000/s, p99 ≤ 50 ms" if kind == "guarded" else ""
        table.add(
            f"{kind}, 128 connections",
            f"{median:,.0f}/s",
            goal,
            lowest=min(run.rate for run in runs[kind]),
            highest=max(run.rate for run in runs[kind]),
            p50_ms=middle.p50_ms,
            p99_ms=middle.p99_ms,
            server_ms=middle.server_ms,
            postgres_ms=middle.postgres_ms,
            load_ms=middle.load_ms,
            load_share=middle.load_share,
        )
        print(
            f"    p50 {middle.p50_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms; processor ms per request: "
            f"server {middle.server_ms:.3f}, postgres {middle.postgres_ms:.3f}, load {middle.load_ms:.3f} "
            f"({middle.load_share:.0%} of the machine)"
        )
    for over, goal in (("bare", "≥ 0.60"), ("coalesced", ""), ("naive", "≥ 12")):
        ratios = [a.rate / b.rate for a, b in zip(runs["guarded"], runs[over], strict=True)]
        table.add(f"guarded ÷ {over}", f"{statistics.median(ratios):.2f}", goal, rounds=ratios)


def _run(stage: Stage, kind: str, persons: Sequence[Person], seconds: float) -> Run:
    count = int({"guarded": 9_000, "naive": 1_500}.get(kind, 2_000) * seconds)
    if kind == "guarded":
        command: Sequence[str] = GATEWAY
    elif kind == "naive":
        command = (*_NAIVE, "--port", str(stage.port))
    else:
        command = (*_FLOOR, "--port", str(stage.port), "bench.floors:application")
    with served(stage, command, ready="/readyz", environment={"FLOOR": kind}) as server:
        run = saturate(
            stage,
            _lookups(stage, persons, count),
            server,
            seconds=seconds,
            repeat=kind not in ("guarded", "naive"),
        )
    if set(run.statuses) != {"200"}:
        raise RuntimeError(f"{kind}: not every answer was 200: {run.statuses}")
    if kind in ("guarded", "naive"):
        _void_unless_recorded(stage, run.receipts, sum(run.statuses.values()))
    return run


def _void_unless_recorded(stage: Stage, receipts: Sequence[int], answers: int) -> None:
    """Refuse a figure if an answer had no receipt, or its record is not in the log."""

    async def recorded() -> int:
        connection = await connect(stage.database, Role.INSPECTOR)
        try:
            return await connection.fetchval(
                "SELECT count(*) FROM exchange.record WHERE index = ANY ($1::bigint[]) AND code = ''",
                list(receipts),
            )
        finally:
            await connection.close()

    if len(set(receipts)) != answers or asyncio.run(recorded()) != answers:
        raise RuntimeError("void: an answer was received whose record is not in the log")


def _rate(stage: Stage, seconds: float) -> float:
    persons = asyncio.run(people(stage, 20_000))
    return statistics.median(_run(stage, "guarded", persons, seconds).rate for _ in range(3))


def _steady(table: Table, stage: Stage) -> None:
    persons = asyncio.run(people(stage, 20_000))
    for name, dumping in (("", False), (", pg_dump running", True)):
        found: list[Steady] = []
        for _ in range(3):
            with served(stage, GATEWAY, ready="/readyz"):
                requests = _lookups(stage, persons, 8_000)
                with _Dump(stage, wanted=dumping):
                    found.append(uvloop.run(steady(stage, requests, rate=1_000)))
            _void_unless_recorded(stage, found[-1].receipts, found[-1].answered)
        middle = sorted(found, key=lambda run: run.p50_ms)[1]
        table.add(
            f"guarded at 1,000/s{name}: p50 / p99",
            f"{middle.p50_ms:.1f} / {middle.p99_ms:.1f} ms",
            "≤ 3 / ≤ 15 ms",
            rate=middle.rate,
            failed=middle.failed,
            load_share=middle.load_share,
        )


class _Dump:
    """A pg_dump of the whole database that runs while the block does, again and again."""

    def __init__(self, stage: Stage, *, wanted: bool) -> None:
        self.stage, self.wanted = stage, wanted

    def __enter__(self) -> None:
        if not self.wanted:
            return
        from lienthong.db import dsn

        program = self.stage.server.programs().path("pg_dump")
        where = dsn(self.stage.database, Role.ADMINISTRATOR)
        loop = f'while :; do "{program}" -d "$0" -f /dev/null || exit; done'
        self.process = subprocess.Popen(["sh", "-c", loop, where], start_new_session=True)

    def __exit__(self, *_: object) -> None:
        import os
        import signal

        if self.wanted:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def _batch(table: Table, stage: Stage, seconds: float) -> None:
    persons = asyncio.run(people(stage, 20_000))
    chance, created = random.Random(2), int(time.time()) + 8
    caller = stage.callers[0]
    requests = []
    for _ in range(int(60 * seconds)):
        items = [
            {"ref": str(n), "number": p.number, "full_name": p.full_name, "birth_date": p.birth_date}
            for n, p in enumerate(chance.sample(persons, 1_000))
        ]
        body = msgspec.json.encode({"fields": caller.fields, "items": items})
        requests.append(signed(stage, caller, "/v1/lookup/batch", body, created=created))
    with served(stage, GATEWAY, ready="/readyz") as server:
        run = saturate(stage, requests, server, connections=8, seconds=seconds)
    _void_unless_recorded(stage, run.receipts, sum(run.statuses.values()))
    table.add(
        "batch of 1,000 with identity rule, one line each",
        f"{run.rate * 1_000:,.0f} persons/s",
        "≥ 60,000",
        p50_ms=run.p50_ms,
        p99_ms=run.p99_ms,
        server_ms_per_batch=run.server_ms,
        postgres_ms_per_batch=run.postgres_ms,
    )


def _ledger(table: Table, stage: Stage) -> None:
    from bench.ledger import measure

    for row in asyncio.run(measure(stage)):
        table.add(*row)


if __name__ == "__main__":
    main()
