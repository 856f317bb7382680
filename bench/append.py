"""What one append and one read cost: `python -m bench.append`.

Prints, per batch size (one line a record), CPU of the client and of PostgreSQL per record and the latency
of a batch; the same while another session holds a snapshot, as a backup does for hours; and register.read
by rows.
"""

import argparse
import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import uvloop

from lienthong.core.fields import PERSON_COLUMNS
from lienthong.db import Database, EmbeddedServer, Role, connect
from lienthong.db.migrate import migrate
from lienthong.ledger.append import append
from lienthong.register.reader import Lookup, read
from tests.contract.batches import entry

BATCHES = (1, 8, 32, 128, 512)
PERSONS = 100_000
SNAPSHOT_COMMITS = 10_000
_PEOPLE = """
    INSERT INTO register.person (person_id, person_key, full_name, surname, middle_name, given_name, number,
      birth_date, sex, birth_place, native_place, ethnicity, religion, blood_group, permanent_residence,
      permanent_from, residence_file, marital_status, household_relation, phone, sort_key)
    SELECT n, substr(sha256(n::text::bytea), 1, 16), 'Nguyễn Văn ' || n, 'Nguyễn', 'Văn', n::text,
      '099' || lpad(n::text, 9, '0'), 19900101, 1, place, place, '01', '00', '01', place, '2020-01-01',
      'HS' || n, 1, '02', '+849' || n, 'k'
    FROM generate_series(1, 100000) AS n,
      LATERAL (SELECT (1 + n % 2, '24', '', '00001', '12 Trần Phú', 'VN')::register.address AS place) AS home;
    ANALYZE;
"""


def cpu_of(server: EmbeddedServer) -> float:
    """Return the CPU seconds used so far by every process of the server."""
    total = 0
    for number in server.folder.processes():
        try:
            total += int(Path(f"/proc/{number}/schedstat").read_bytes().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total / 1e9


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def measure_append(server: EmbeddedServer, database: Database, seconds: float) -> None:
    print(f"{'batch':>6} {'client µs':>10} {'server µs':>10} {'p50 ms':>8} {'p99 ms':>8} {'records/s':>10}")
    gateway = await connect(database, Role.GATEWAY)
    for size in BATCHES:
        await append(gateway, [entry() for _ in range(size)], grant_version=0)
        latencies: list[float] = []
        client = wall = server_before = 0.0
        server_used = 0.0
        while wall < seconds or len(latencies) < 20:
            batches = [[entry() for _ in range(size)] for _ in range(10)]
            server_before, client_before, began = cpu_of(server), time.process_time(), time.perf_counter()
            for batch in batches:
                start = time.perf_counter()
                await append(gateway, batch, grant_version=0)
                latencies.append(time.perf_counter() - start)
            wall += time.perf_counter() - began
            client += time.process_time() - client_before
            server_used += cpu_of(server) - server_before
        records = size * len(latencies)
        print(
            f"{size:>6} {client / records * 1e6:>10.1f} {server_used / records * 1e6:>10.1f}"
            f" {at(latencies, 0.5) * 1e3:>8.2f} {at(latencies, 0.99) * 1e3:>8.2f} {records / wall:>10,.0f}",
            flush=True,
        )
    await gateway.close()


@asynccontextmanager
async def held_snapshot(database: Database) -> AsyncIterator[asyncpg.Connection]:
    holder = await connect(database, Role.ADMINISTRATOR)
    await holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    await holder.fetchval("SELECT count(*) FROM ledger.leaf")
    yield holder
    await holder.execute("ROLLBACK")
    await holder.close()


async def measure_snapshot(server: EmbeddedServer, database: Database, commits: int) -> None:
    """Show what a commit costs in each tenth of so many: it grows where versions of a row pile up."""
    gateway = await connect(database, Role.GATEWAY)
    await show_tenths(server, gateway, commits, "no snapshot")
    async with held_snapshot(database):
        await show_tenths(server, gateway, commits, "held snapshot")
    await gateway.close()


async def show_tenths(server: EmbeddedServer, gateway: asyncpg.Connection, commits: int, name: str) -> None:
    costs = []
    for _ in range(10):
        batches = [[entry()] for _ in range(commits // 10)]
        before = cpu_of(server)
        for batch in batches:
            await append(gateway, batch, grant_version=0)
        costs.append((cpu_of(server) - before) / len(batches) * 1e6)
    print(
        f"{commits:,} commits, {name:<14}" + " ".join(f"{cost:.0f}" for cost in costs),
        "server µs",
        flush=True,
    )


async def measure_read(server: EmbeddedServer, database: Database, seconds: float) -> None:
    administrator = await connect(database, Role.ADMINISTRATOR)
    await administrator.execute(_PEOPLE)
    await administrator.close()
    gateway = await connect(database, Role.GATEWAY)
    choose = random.Random(1)
    every = (1 << len(PERSON_COLUMNS)) - 1
    kinds = {
        "one set of 7": lambda: 0b1000000010110001,
        "64 sets": lambda: choose.getrandbits(30) & choose.getrandbits(30),
        "all columns": lambda: every,
    }
    print(f"{'rows':>6} {'columns':<14} {'client µs':>10} {'server µs':>10} {'p50 µs/row':>11}")
    for rows in (1, 8, 64, 512):
        for name, mask in kinds.items():
            walls, client, server_used, calls, began = [], 0.0, 0.0, 0, time.perf_counter()
            while time.perf_counter() - began < seconds / 3 or calls < 20:
                asked = [
                    [Lookup(f"099{choose.randint(1, PERSONS):09}", mask()) for _ in range(rows)]
                    for _ in range(20)
                ]
                server_before, client_before = cpu_of(server), time.process_time()
                for lookups in asked:
                    start = time.perf_counter()
                    found = await read(gateway, lookups)
                    walls.append((time.perf_counter() - start) / rows)
                    assert None not in found
                calls += len(asked)
                client += time.process_time() - client_before
                server_used += cpu_of(server) - server_before
            total = calls * rows
            print(
                f"{rows:>6} {name:<14} {client / total * 1e6:>10.1f} {server_used / total * 1e6:>10.1f}"
                f" {at(walls, 0.5) * 1e6:>11.1f}",
                flush=True,
            )
    await gateway.close()


async def measure(server: EmbeddedServer, database: Database, seconds: float, commits: int) -> None:
    await measure_append(server, database, seconds)
    await measure_snapshot(server, database, commits)
    await measure_read(server, database, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.append")
    parser.add_argument("--seconds", type=float, default=3.0, help="per figure")
    parser.add_argument("--commits", type=int, default=SNAPSHOT_COMMITS, help="with a held snapshot")
    parser.add_argument("--programs", type=Path, default=None, help="folder of other PostgreSQL programs")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="lienthong-bench-append-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    try:
        server = EmbeddedServer(folder / "data", programs=chosen.programs)
        with server as database:
            migrate(database)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure(server, database, chosen.seconds, chosen.commits))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
