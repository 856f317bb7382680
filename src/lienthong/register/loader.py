"""Loading a generated population into the register: slice by slice, each whole or not at all.

This is a bulk act on the register of a demonstration or a sandbox, not a way to correct one.
"""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import asyncpg

from lienthong.core.numbers import SYNTHETIC_PREFIX
from lienthong.db import Database, Role, connect, named
from lienthong.register import manifest
from lienthong.register.manifest import FileEntry, Manifest, PopulationDamagedError, SliceEntry

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
_CHUNK: Final = 1 << 20
_GENERATE: Final = "Generate the population again."


class LoadRefusedError(Exception):
    """The register must not take this population; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did: persons and rows by table written now, persons found written before.

    `manifest_sha256` (hex) names the population.
    """

    manifest_sha256: str
    seed: int
    persons: int
    loaded: int
    already_loaded: int
    rows: dict[str, int]


Progress = Callable[[int], None]
"""Told how many more persons are in the register."""

Recorder = Callable[[LoadReport], Awaitable[None]]
"""States a load in the log."""


async def load_population(
    database: Database,
    directory: Path,
    *,
    connections: int = 2,
    progress: Progress | None = None,
    record: Recorder | None = None,
) -> LoadReport:
    """Load the population in a folder, as lt_intake, and return what was done; a second run does nothing.

    An interrupted load leaves whole slices and is taken up again by loading the same folder. `record` is
    called when something was loaded. Raises PopulationDamagedError for a file that is not what the manifest
    says, LoadRefusedError for a register that holds other people or is being loaded, DatabaseUnavailable.
    """
    population, content = manifest.read(directory)
    _check_files(population, directory)
    opened: list[asyncpg.Connection] = []
    try:
        for _ in range(max(1, min(connections, len(population.slices)))):
            opened.append(await connect(database, Role.INTAKE))
        await _take_turn(opened[0], database)
        await _check_numbers(opened[0], str(database))
        written = await _load_side_by_side(opened, iter(population.slices), directory, progress)
    finally:
        for connection in opened:
            await connection.close()
    report = LoadReport(
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        seed=population.seed,
        persons=population.persons,
        loaded=sum(entry.persons for entry in written),
        already_loaded=population.persons - sum(entry.persons for entry in written),
        rows=_rows_by_table(written),
    )
    if record is not None and written:
        await record(report)
    return report


def _check_files(population: Manifest, directory: Path) -> None:
    """Find missing and shortened files before anything is written; their content is checked as it is read."""
    for part in population.slices:
        for file in part.files:
            path = directory / file.name
            try:
                size = path.stat().st_size
            except OSError as error:
                raise PopulationDamagedError(f"{path}: {error.strerror}. {_GENERATE}") from error
            if size != file.bytes:
                raise PopulationDamagedError(
                    f"{path} has {size:,} bytes, the manifest says {file.bytes:,}. {_GENERATE}"
                )


async def _take_turn(connection: asyncpg.Connection, database: Database) -> None:
    if not await connection.fetchval(_QUERIES.sql("take_load_turn")):
        raise LoadRefusedError(f"{database}: a population is being loaded already. Wait until that is done.")


async def _check_numbers(connection: asyncpg.Connection, where: str) -> None:
    """Refuse a register, or a slice, with the number of a real person: the two never stand together."""
    bounds = await connection.fetchrow(_QUERIES.sql("number_bounds"))
    assert bounds is not None
    for number in bounds:
        if number is not None and not number.startswith(SYNTHETIC_PREFIX):
            raise LoadRefusedError(
                f"{where} holds numbers without the prefix {SYNTHETIC_PREFIX}. "
                "Synthetic people are loaded only where everybody is synthetic: use another database."
            )


async def _load_side_by_side(
    connections: list[asyncpg.Connection],
    slices: Iterator[SliceEntry],
    directory: Path,
    progress: Progress | None,
) -> list[SliceEntry]:
    """Share the slices out among the connections; when one fails the others stop within their slice."""

    async def load(connection: asyncpg.Connection) -> None:
        for part in slices:
            if await _load_slice(connection, part, directory):
                written.append(part)
            if progress is not None:
                progress(part.persons)

    written: list[SliceEntry] = []
    tasks = [asyncio.create_task(load(connection)) for connection in connections]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    return written


async def _load_slice(connection: asyncpg.Connection, part: SliceEntry, directory: Path) -> bool:
    """Load one slice in one transaction; return False when it was there already.

    Raises PopulationDamagedError or LoadRefusedError, and then nothing of the slice is written.
    """
    async with connection.transaction():
        # 1. Ids and keys are permanent: the first person is there exactly when the slice was committed.
        key = await connection.fetchval(_QUERIES.sql("key_of_person"), part.first_id)
        if key is not None:
            if key.hex() == part.first_key:
                return False
            raise LoadRefusedError(
                f"person {part.first_id} is somebody else's id: another population was loaded here. "
                "Use an empty database."
            )
        # 2. The bytes that are loaded are the bytes that are hashed, so a file changed meanwhile is noticed.
        for file in part.files:
            await _copy(connection, file, directory)
        # 3. Before the commit, and over the whole register: no real number came in with the slice.
        await _check_numbers(connection, "the population")
    return True


async def _copy(connection: asyncpg.Connection, file: FileEntry, directory: Path) -> None:
    path = directory / file.name
    refusal: asyncpg.PostgresError | None = None
    status = ""
    with HashedReader(path) as reader:
        try:
            status = await connection.copy_to_table(
                file.table, schema_name="register", source=reader.chunks(), format="text"
            )
        except asyncpg.PostgresError as error:
            refusal = error
            reader.skip()
    if reader.sha256 != file.sha256:
        raise PopulationDamagedError(f"{path} is not the file that was generated. {_GENERATE}") from refusal
    if refusal is not None:
        raise refusal
    if status != f"COPY {file.rows}":
        raise PopulationDamagedError(f"{path}: {status} where {file.rows} rows were expected. {_GENERATE}")


class HashedReader:
    """Reads a file in chunks, unpacking it if its name ends in .gz, and hashes what it read from the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        """The hash (hex) of what was read so far."""
        return self._digest.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the content; raises PopulationDamagedError when it cannot be unpacked."""
        unpacker = zlib.decompressobj(wbits=31) if self._path.suffix == ".gz" else None
        for chunk in self._raw_chunks():
            try:
                yield chunk if unpacker is None else unpacker.decompress(chunk)
            except zlib.error as error:
                raise PopulationDamagedError(
                    f"{self._path} cannot be unpacked: {error}. {_GENERATE}"
                ) from error

    def skip(self) -> None:
        """Hash the rest of a file whose content was refused, to tell a damaged file from a refused one."""
        for _ in self._raw_chunks():
            pass

    def _raw_chunks(self) -> Iterator[bytes]:
        while chunk := self._file.read(_CHUNK):
            self._digest.update(chunk)
            yield chunk


def _rows_by_table(slices: list[SliceEntry]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for part in slices:
        for file in part.files:
            rows[file.table] = rows.get(file.table, 0) + file.rows
    return rows
