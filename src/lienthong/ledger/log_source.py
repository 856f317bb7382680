"""Where a log is read from for checking: its database, in one snapshot.

An exported folder is the other source (export.py); both give the same chunks.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import asyncpg

from lienthong.ledger.findings import Fault, Finding
from lienthong.ledger.stored_tree import QUERIES, StoredCheckpoint
from lienthong_protocol.tiles import Tile, completed_tiles

CHUNK = 65_536
"""Leaves read and checked at a time; a multiple of a tile's width."""


@dataclass(slots=True)
class Chunk:
    """Leaves and entries from index `first` on; `bodies[i]` is None where nothing is kept.

    `columns[i]` is what the database's columns say, in the text of `queries.sql`; None where the source has
    no columns. `tiles` holds the stored tiles that these leaves complete. `faults` are what could not be put
    into the lists: gaps and doubles.
    """

    first: int
    leaves: list[bytes]
    bodies: list[bytes | None]
    columns: list[str | None]
    tiles: dict[Tile, bytes] = field(default_factory=dict)
    faults: list[Finding] = field(default_factory=list)


def leaf_missing(index: int) -> Finding:
    """Return the finding that a leaf is not there."""
    return Finding(Fault.LEAF_MISSING, f"leaf {index} is missing", index)


class LogSource(Protocol):
    """A log that can be read from its first leaf to its last."""

    async def checkpoints(self) -> list[StoredCheckpoint]:
        """Return every checkpoint, smallest first. Asked before `size`, so that none is beyond it."""
        ...

    async def size(self) -> int:
        """Return how many leaves there are."""
        ...

    async def chunk(self, first: int, count: int) -> Chunk:
        """Return `count` leaves from `first` on with their entries."""
        ...

    async def stored(self, wanted: Sequence[Tile]) -> list[bytes | None]:
        """Return the content of tiles, None for those not stored."""
        ...

    async def outside(self, size: int) -> list[int]:
        """Return indexes of entries that stand outside the log of `size` leaves."""
        ...


class DatabaseLog:
    """The log of a database as lt_inspector sees it, in one snapshot however long it takes."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def snapshot(cls, connection: asyncpg.Connection) -> AsyncIterator["DatabaseLog"]:
        """Hold one read-only snapshot while the log is read."""
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield cls(connection)

    async def checkpoints(self) -> list[StoredCheckpoint]:
        """Return every checkpoint, smallest first."""
        rows = await self._connection.fetch(QUERIES.sql("checkpoints"))
        return [StoredCheckpoint(row[0], row[1], row[2]) for row in rows]

    async def size(self) -> int:
        """Return how many leaves the newest head counts."""
        size: int = await self._connection.fetchval(QUERIES.sql("head"))
        return size

    async def chunk(self, first: int, count: int) -> Chunk:
        """Return `count` leaves from `first` on with their records and lines."""
        end = first + count
        chunk = Chunk(first, [], [None] * count, [None] * count)
        for index, leaf in await self._connection.fetch(QUERIES.sql("leaf_hashes"), first, end):
            if index != first + len(chunk.leaves):
                break
            chunk.leaves.append(leaf)
        if len(chunk.leaves) < count:
            chunk.faults.append(leaf_missing(first + len(chunk.leaves)))
            return chunk
        for name in ("records", "lines"):
            for index, body, columns in await self._connection.fetch(QUERIES.sql(name), first, end):
                place = index - first
                if chunk.bodies[place] is not None:
                    text = f"leaf {index}: two entries stand there"
                    chunk.faults.append(Finding(Fault.ENTRY_OUTSIDE, text, index))
                chunk.bodies[place] = body
                chunk.columns[place] = columns
        wanted = completed_tiles(first, end)
        stored = await self.stored(wanted)
        chunk.tiles = {tile: data for tile, data in zip(wanted, stored, strict=True) if data is not None}
        return chunk

    async def stored(self, wanted: Sequence[Tile]) -> list[bytes | None]:
        """Return the content of tiles, None for those not stored."""
        levels, numbers = [tile.level for tile in wanted], [tile.number for tile in wanted]
        rows = await self._connection.fetch(QUERIES.sql("tiles"), levels, numbers)
        found = {(row[0], row[1]): row[2] for row in rows}
        return [found.get((tile.level, tile.number)) for tile in wanted]

    async def outside(self, size: int) -> list[int]:
        """Return indexes, at most ten, of records and lines outside the log, and of leaves beyond it."""
        rows = await self._connection.fetch(QUERIES.sql("outside"), size)
        return [row[0] for row in rows]
