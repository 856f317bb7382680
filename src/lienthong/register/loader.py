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
    """What a load writes: persons and rows by table, and the persons that were there already.

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
"""States in the log what is about to be loaded."""


async def load_population(
    database: Database,
    directory: Path,
    *,
    connections: int = 2,
    progress: Progress | None = None,
    record: Recorder | None = None,
) -> LoadReport:
    """Load the population in a folder, as lt_intake, and return what was done; a second run does nothing.

    An interrupted load leaves whole slices and is taken up again by loading the same folder. `record` states
    in the log what is about to be written: before the first row, so that nothing stands in the register
    unstated, even if this process is killed. Raises PopulationDamagedError for a file that is not what the
    manifest says, LoadRefusedError for a register that holds other people or is being loaded,
    DatabaseUnavailable. Law: R6.1.
    """
    population, content = manifest.read(directory)
    _check_files(population, directory)
    opened: list[asyncpg.Connection] = []
    try:
        for _ in range(max(1, min(connections, len(population.slices)))):
            opened.append(await connect(database, Role.INTAKE))
        await _take_turn(opened[0], database)
        await _check_numbers(opened[0], str(database))
        missing = [part for part in population.slices if not await _is_loaded(opened[0], part)]
        to_load = sum(part.persons for part in missing)
        report = LoadReport(
            manifest_sha256=hashlib.sha256(content).hexdigest(),
            seed=population.seed,
            persons=population.persons,
            loaded=to_load,
            already_loaded=population.persons - to_load,
            rows=_rows_by_table(missing),
        )
        if progress is not None and report.already_loaded:
            progress(report.already_loaded)
        if record is not None and missing:
            await record(report)
        await _load_side_by_side(opened, iter(missing), directory, progress)
    finally:
        for connection in opened:
            await connection.close()
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


async def _is_loaded(connection: asyncpg.Connection, part: SliceEntry) -> bool:
    """Say whether a slice was committed: ids and keys are permanent, so its first person is there or is not.

    Raises LoadRefusedError when somebody else has that id.
    """
    key = await connection.fetchval(_QUERIES.sql("key_of_person"), part.first_id)
    if key is not None and key.hex() != part.first_key:
        raise LoadRefusedError(
            f"person {part.first_id} is somebody else's id: another population was loaded here. "
            "Use an empty database."
        )
    return key is not None


async def _load_side_by_side(
    connections: list[asyncpg.Connection],
    slices: Iterator[SliceEntry],
    directory: Path,
    progress: Progress | None,
) -> None:
    """Share the slices out among the connections; when one fails the others stop within their slice."""

    async def load(connection: asyncpg.Connection) -> None:
        for part in slices:
            await _load_slice(connection, part, directory)
            if progress is not None:
                progress(part.persons)

    tasks = [asyncio.create_task(load(connection)) for connection in connections]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _load_slice(connection: asyncpg.Connection, part: SliceEntry, directory: Path) -> None:
    """Load one slice in one transaction.

    Raises PopulationDamagedError or LoadRefusedError, and then nothing of the slice is written.
    """
    async with connection.transaction():
        # 1. The bytes that are loaded are the bytes that are hashed, so a file changed meanwhile is noticed.
        for file in part.files:
            await _copy(connection, file, directory)
        # 2. Before the commit, and over the whole register: no real number came in with the slice.
        await _check_numbers(connection, "the population")


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
