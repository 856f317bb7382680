"""A log as a folder of files that can be verified, and proofs made from, without the database.

    log.json             origin, size and time of the export; written last: without it the export is not whole
    checkpoint           the newest checkpoint with its cosignatures
    checkpoints.jsonl    every checkpoint
    tile/0/…             hashes, and tile/entries/… bodies of records and lines (C2SP tlog-tiles)

An entry that is not kept any more (retention) has no bytes in its bundle; its leaf hash stays.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from lienthong.db.private_files import sync_folder
from lienthong.ledger.findings import Fault, Finding
from lienthong.ledger.log_source import CHUNK, Chunk, LogSource, leaf_missing
from lienthong.ledger.stored_tree import StoredCheckpoint
from lienthong_protocol.tiles import (
    WIDTH,
    Tile,
    TileFormatError,
    TreeEdge,
    completed_tiles,
    encode_bundle,
    full_tiles,
    split_bundle,
    split_hashes,
)

Progress = Callable[[int, int], None]


class ExportError(Exception):
    """A log cannot be exported there, or a folder is not an exported log; the message says why."""


class LogFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What log.json says; `exported_at` in microseconds since the epoch."""

    origin: str
    size: int
    exported_at: int
    v: int = 1


async def export_log(
    source: LogSource,
    directory: Path,
    *,
    origin: str,
    now: int,
    progress: Progress = lambda _done, _size: None,
) -> LogFacts:
    """Write a log into a new folder and return what it holds; `now` in microseconds.

    Raises ExportError where the folder holds something or the log has a gap.
    """
    _take_folder(directory)
    checkpoints = await source.checkpoints()
    size = await source.size()
    edge = TreeEdge()
    while edge.size < size:
        chunk = await source.chunk(edge.size, min(CHUNK, size - edge.size))
        if chunk.faults:
            raise ExportError(f"{chunk.faults[0].text}: verify the log where it is.")
        _write_bundles(directory, chunk)
        edge, completed = edge.extend(chunk.leaves)
        for tile, data in completed:
            _write(directory / tile.path, data)
        progress(edge.size, size)
    for level, pending in enumerate(edge.pending):
        if pending:
            tile = Tile(level, full_tiles(size, level), len(pending))
            _write(directory / tile.path, b"".join(pending))
    encode = msgspec.json.Encoder().encode
    _write(directory / "checkpoints.jsonl", b"".join(encode(each) + b"\n" for each in checkpoints))
    if checkpoints:
        _write(directory / "checkpoint", checkpoints[-1].note.encode())
    facts = LogFacts(origin, size, now)
    _write(directory / "log.json", encode(facts) + b"\n")
    sync_folder(directory)
    return facts


class ExportedLog:
    """An exported folder as a source to verify and as a store to make proofs from."""

    def __init__(self, directory: Path) -> None:
        """Open the folder; raises ExportError."""
        self._directory = directory
        try:
            self.facts = msgspec.json.decode((directory / "log.json").read_bytes(), type=LogFacts)
        except (OSError, msgspec.DecodeError) as error:
            raise ExportError(f"{directory} is not a whole exported log: {error}") from error
        if self.facts.size < 0 or self.facts.v != 1:
            raise ExportError(f"{directory}/log.json is of a form this release does not know")

    async def checkpoints(self) -> list[StoredCheckpoint]:
        """Return every checkpoint, smallest first."""
        lines = self._read("checkpoints.jsonl").splitlines()
        try:
            checkpoints = [msgspec.json.decode(line, type=StoredCheckpoint) for line in lines]
        except msgspec.DecodeError as error:
            raise ExportError(f"{self._directory}/checkpoints.jsonl: {error}") from error
        newest = self._read("checkpoint").decode("utf-8", "replace") if checkpoints else ""
        if checkpoints and newest != checkpoints[-1].note:
            checkpoints.append(StoredCheckpoint(self.facts.size, b"", newest))
        return checkpoints

    async def checkpoint(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint, None before the first."""
        checkpoints = await self.checkpoints()
        return checkpoints[-1] if checkpoints else None

    async def size(self) -> int:
        """Return how many leaves there are."""
        return self.facts.size

    async def chunk(self, first: int, count: int) -> Chunk:
        """Return `count` leaves from `first`, a tile's start, on with their entries."""
        chunk = Chunk(first, [], [], [None] * count)
        for number in range(first // WIDTH, -(-(first + count) // WIDTH)):
            width = min(WIDTH, self.facts.size - number * WIDTH)
            leaves, bodies = self._hashes(0, number, width), self._bodies(number, width)
            if len(leaves) != width:
                chunk.faults.append(leaf_missing(number * WIDTH + len(leaves)))
                return chunk
            if len(bodies) != width:
                text = f"{Tile(-1, number, width).path} is missing or damaged"
                chunk.faults.append(Finding(Fault.ENTRY_MALFORMED, text, number * WIDTH))
                return chunk
            chunk.leaves += leaves
            chunk.bodies += [body or None for body in bodies]
        contents = {tile: self._content(tile) for tile in completed_tiles(first, first + count)}
        chunk.tiles = {tile: data for tile, data in contents.items() if data is not None}
        return chunk

    async def outside(self, size: int) -> list[int]:
        """Return nothing: files beyond the size are not read."""
        del size
        return []

    async def stored(self, wanted: Sequence[Tile]) -> list[bytes | None]:
        """Return the content of full tiles, None for those not there."""
        return [self._content(tile) for tile in wanted]

    async def tiles(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
        """Return level, number and bytes of the wanted full tiles that are there."""
        found = [(level, number, self._content(Tile(level, number))) for level, number in wanted]
        return [(level, number, data) for level, number, data in found if data is not None]

    async def leaves(self, first: int, count: int) -> list[tuple[int, bytes]]:
        """Return indexes and hashes of the leaves from `first` on."""
        end = min(first + count, self.facts.size)
        return [
            (index, leaf)
            for number in range(first // WIDTH, -(-end // WIDTH))
            for index, leaf in enumerate(
                self._hashes(0, number, min(WIDTH, self.facts.size - number * WIDTH)), number * WIDTH
            )
            if first <= index < end
        ]

    def entry(self, index: int) -> bytes | None:
        """Return the body of one entry, None where it is not kept."""
        number, place = divmod(index, WIDTH)
        bodies = self._bodies(number, min(WIDTH, self.facts.size - number * WIDTH))
        return bodies[place] or None if place < len(bodies) else None

    def _hashes(self, level: int, number: int, width: int) -> list[bytes]:
        data = self._content(Tile(level, number, width))
        try:
            return [] if data is None else split_hashes(data)
        except TileFormatError:
            return []

    def _bodies(self, number: int, width: int) -> list[bytes]:
        data = self._content(Tile(-1, number, width))
        try:
            return [] if data is None else split_bundle(data)
        except TileFormatError:
            return []

    def _content(self, tile: Tile) -> bytes | None:
        try:
            return (self._directory / tile.path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ExportError(f"{self._directory / tile.path}: {error.strerror}") from error

    def _read(self, name: str) -> bytes:
        try:
            return (self._directory / name).read_bytes()
        except OSError as error:
            raise ExportError(f"{self._directory / name}: {error.strerror}") from error


def _take_folder(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise ExportError(f"{directory} holds other files. Name a new or empty folder.")


def _write_bundles(directory: Path, chunk: Chunk) -> None:
    for start in range(0, len(chunk.leaves), WIDTH):
        bodies = [body or b"" for body in chunk.bodies[start : start + WIDTH]]
        tile = Tile(-1, (chunk.first + start) // WIDTH, len(bodies))
        _write(directory / tile.path, encode_bundle(bodies))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
