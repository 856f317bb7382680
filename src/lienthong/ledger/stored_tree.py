"""The tree as the database keeps it: full tiles, leaf hashes after them, and proofs read from both.

Only the right edge is held in memory (at most 255 hashes per level); everything else is read when a proof
needs it. A tile never changes, so tiles once read are kept for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import asyncpg

from lienthong.db import named
from lienthong_protocol.merkle import (
    Range,
    consistency_ranges,
    inclusion_ranges,
    nodes_of,
    range_root,
)
from lienthong_protocol.tiles import (
    HEIGHT,
    WIDTH,
    Tile,
    TileFormatError,
    TreeEdge,
    full_tiles,
    levels_of,
    recover_edge,
    split_hashes,
    tile_node_reader,
)

QUERIES = named.load(Path(__file__).with_name("queries.sql"))
MOST_LEAVES = 65_536
"""Leaf hashes read in one statement."""
_MOST_TILES = 1_000
_KEPT_TILES = 1_024


class TreeBrokenError(Exception):
    """Leaves or tiles are missing or do not fit each other: nothing may be signed or proved from them."""


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as published: size, root, the whole note."""

    size: int
    root: bytes
    note: str


class TreeStore(Protocol):
    """Where the hashes come from."""

    async def leaves(self, first: int, count: int) -> list[tuple[int, bytes]]:
        """Return indexes and hashes of the leaves from `first` on, at most MOST_LEAVES, in order."""
        ...

    async def tiles(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
        """Return level, number and bytes of those of the wanted full tiles that are stored, at most 1,000."""
        ...


class DatabaseTree:
    """The hashes of a log in its database, read over the caller's connection."""

    def __init__(self, connection: asyncpg.Connection, *, gateway: bool = False) -> None:
        """Read as lt_notary or lt_inspector, or with `gateway` as lt_gateway."""
        self._connection = connection
        prefix = "gateway_" if gateway else ""
        self._leaves = QUERIES.sql(f"{prefix}leaves")
        self._tiles = QUERIES.sql(f"{prefix}tiles")
        self._checkpoint = QUERIES.sql(f"{prefix}checkpoint")

    async def head(self) -> int:
        """Return how many leaves are durable."""
        size: int = await self._connection.fetchval(QUERIES.sql("head"))
        return size

    async def leaves(self, first: int, count: int) -> list[tuple[int, bytes]]:
        """Return indexes and hashes of the leaves from `first` on."""
        return [(row[0], row[1]) for row in await self._connection.fetch(self._leaves, first, count)]

    async def tiles(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
        """Return those of the wanted tiles that are stored."""
        levels, numbers = [level for level, _ in wanted], [number for _, number in wanted]
        return [
            (row[0], row[1], row[2]) for row in await self._connection.fetch(self._tiles, levels, numbers)
        ]

    async def checkpoint(self) -> StoredCheckpoint | None:
        """Return the newest published checkpoint, None before the first."""
        row = await self._connection.fetchrow(self._checkpoint)
        return None if row is None else StoredCheckpoint(row[0], row[1], row[2])


class StoredTree:
    """The tree of the first `size` leaves of a store. One task at a time uses it."""

    def __init__(self, store: TreeStore) -> None:
        """Read from `store`, which may be replaced by another of the same log (a new connection)."""
        self.store = store
        self._kept: dict[tuple[int, int], list[bytes]] = {}
        self.edge = TreeEdge()

    @property
    def size(self) -> int:
        """How many leaves are in the tree."""
        return self.edge.size

    async def recover(self, size: int) -> None:
        """Take up the tree of `size` leaves, a size whose full tiles are stored; raises TreeBrokenError."""
        tail_start = full_tiles(size, 0) * WIDTH
        tail = await self._read_leaves(tail_start, size)
        wanted = [
            (level - 1, number)
            for level in range(1, levels_of(size))
            for number in range(full_tiles(size, level) * WIDTH, full_tiles(size, level - 1))
        ]
        rows = await self._read_tiles(wanted)
        try:
            self.edge = recover_edge(size, read_tile=lambda level, number: rows[level, number], tail=tail)
        except TileFormatError as error:
            raise TreeBrokenError(f"a stored tile is damaged: {error}") from error

    async def advance(self, size: int) -> list[tuple[Tile, bytes]]:
        """Read the leaves up to `size` into the tree and return the tiles that became full.

        Raises TreeBrokenError where a leaf is missing; then the tree is as it was.
        """
        leaves = await self._read_leaves(self.size, size)
        self.edge, completed = self.edge.extend(leaves)
        for tile, data in completed:
            self._keep((tile.level, tile.number), split_hashes(data))
        return completed

    async def inclusion_proof(self, *, index: int, size: int) -> list[bytes]:
        """Return the path of leaf `index` in the tree of `size` leaves, at most those read so far.

        Raises ValueError where there is no such leaf, TreeBrokenError.
        """
        return await self._roots(inclusion_ranges(index=index, size=min(size, self.size)))

    async def consistency_proof(self, *, old_size: int, new_size: int) -> list[bytes]:
        """Return the proof from `old_size` to `new_size` leaves; raises ValueError, TreeBrokenError."""
        return await self._roots(consistency_ranges(old_size=old_size, new_size=min(new_size, self.size)))

    async def _roots(self, ranges: Sequence[Range]) -> list[bytes]:
        wanted = {_tile_of(level, index) for part in ranges for level, index in nodes_of(part)}
        hashes: dict[tuple[int, int], Sequence[bytes]] = {}
        missing: list[tuple[int, int]] = []
        for name in wanted:
            if name[1] >= full_tiles(self.size, name[0]):
                hashes[name] = self.edge.pending[name[0]]
            elif name in self._kept:
                hashes[name] = self._kept[name]
            else:
                missing.append(name)
        for name, data in (await self._read_tiles(missing)).items():
            hashes[name] = split_hashes(data)
            self._keep(name, split_hashes(data))
        read = tile_node_reader(lambda level, number: hashes[level, number])
        return [range_root(part, read) for part in ranges]

    def _keep(self, name: tuple[int, int], hashes: list[bytes]) -> None:
        if len(self._kept) >= _KEPT_TILES:
            self._kept.pop(next(iter(self._kept)))
        self._kept[name] = hashes

    async def _read_leaves(self, start: int, end: int) -> list[bytes]:
        leaves: list[bytes] = []
        while start + len(leaves) < end:
            first = start + len(leaves)
            rows = await self.store.leaves(first, min(end - first, MOST_LEAVES))
            expected = range(first, first + min(end - first, MOST_LEAVES))
            if [index for index, _ in rows] != list(expected):
                found = {index for index, _ in rows}
                gap = next(index for index in expected if index not in found)
                raise TreeBrokenError(f"leaf {gap} is missing")
            leaves += [leaf for _, leaf in rows]
        return leaves

    async def _read_tiles(self, wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        found: dict[tuple[int, int], bytes] = {}
        for start in range(0, len(wanted), _MOST_TILES):
            for level, number, data in await self.store.tiles(wanted[start : start + _MOST_TILES]):
                found[level, number] = data
        for level, number in wanted:
            if (level, number) not in found:
                raise TreeBrokenError(f"tile {level}/{number} is missing")
        return found


def _tile_of(level: int, index: int) -> tuple[int, int]:
    tile_level, height = divmod(level, HEIGHT)
    return tile_level, (index << height) // WIDTH
