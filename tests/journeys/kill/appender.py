"""A worker: appends random batches and writes down durably what it was told, before it goes on.

Arguments: socket folder, port, database, password folder, own file, number, `durable` or `undurable`.
The file has one line per leaf: its index, a space, its hash in hex. SIGTERM ends the worker in good order.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from lienthong.db import Database, DatabaseUnavailable, Role, connect
from lienthong.ledger.append import (
    AppendRefused,
    AppendUncertain,
    Entry,
    Placed,
    Replayed,
    Stale,
    append,
    recover,
)
from lienthong_protocol.merkle import leaf_hash
from tests.contract.batches import entry

SIZES = (1, 1, 2, 4, 8, 16, 32, 64)
PATIENCE = 60.0


class Worker:
    """One worker; `stopping` is set by SIGTERM."""

    def __init__(self, database: Database, path: Path, number: int, *, durable: bool) -> None:
        self.database = database
        self.durable = durable
        self.choose = random.Random(f"{number}-{time.time_ns()}")
        self.stopping = asyncio.Event()
        self.file = open_file(path)

    async def run(self) -> None:
        connection = await self.connected()
        while not self.stopping.is_set():
            entries = self.batch()
            outcomes: Stale | Sequence[Placed | Replayed] | None
            try:
                outcomes = await append(connection, entries, grant_version=None)
            except AppendUncertain:
                connection.terminate()
                connection = await self.connected()
                outcomes = await self.settled(connection, entries)
            except AppendRefused as refusal:
                raise SystemExit(f"the log refused a batch that is in order: {refusal}") from refusal
            if outcomes is not None:
                assert not isinstance(outcomes, Stale)
                self.write_down(entries, outcomes)
        await connection.close()

    def batch(self) -> list[Entry]:
        """Return entries of which some carry a nonce that the other worker uses at the same time, too."""
        slot = int(time.time() * 10)
        return [
            entry(
                lines=self.choose.choice((0, 1, 1, 2)),
                nonce=f"shared-{slot}-{self.choose.randrange(4)}" if self.choose.random() < 0.2 else None,
            )
            for _ in range(self.choose.choice(SIZES))
        ]

    async def connected(self) -> asyncpg.Connection:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                connection = await connect(self.database, Role.GATEWAY, timeout=5)
                if not self.durable:
                    await connection.execute("SET synchronous_commit = off")
            except (DatabaseUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.02)
            else:
                return connection

    async def settled(
        self, connection: asyncpg.Connection, entries: Sequence[Entry]
    ) -> Sequence[Placed | Replayed] | None:
        """Ask once what became of the batch; a database that dies again meanwhile leaves it unanswered."""
        try:
            return await recover(connection, entries)
        except AppendUncertain:
            return None

    def write_down(self, entries: Sequence[Entry], outcomes: Sequence[Placed | Replayed]) -> None:
        lines = []
        for one, outcome in zip(entries, outcomes, strict=True):
            if isinstance(outcome, Placed):
                bodies = (one.body, *(line.body for line in one.lines))
                lines += [
                    f"{index} {leaf_hash(body).hex()}\n" for index, body in enumerate(bodies, outcome.index)
                ]
        text = "".join(lines).encode()
        while text:
            text = text[os.write(self.file, text) :]
        os.fdatasync(self.file)


def open_file(path: Path) -> int:
    """Open the worker's file; a line that a killed predecessor left unfinished was never told to anybody."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    text = path.read_bytes()
    os.ftruncate(file, text.rfind(b"\n") + 1)
    return file


async def main(
    host: str, port: str, name: str, passwords: str, path: str, number: str, durability: str
) -> None:
    database = Database(host=host, port=int(port), name=name, passwords=Path(passwords))
    worker = Worker(database, Path(path), int(number), durable=durability == "durable")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stopping.set)
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
