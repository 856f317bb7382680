"""Loading: each slice whole or not at all, taken up again, nothing damaged and nobody real let in."""

import asyncio
import gzip
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Database, Role
from lienthong.register.loader import LoadRefusedError, LoadReport, load_population
from lienthong.register.manifest import PopulationDamagedError
from lienthong.register.population import PopulationPlan, generate
from tests.register.rows import PERSONS, Files

Connect = Callable[[Role], Awaitable[asyncpg.Connection]]


@pytest.fixture
def copy(population: Path, tmp_path: Path) -> Path:
    """The population in a folder that a test may damage."""
    folder = tmp_path / "copy"
    shutil.copytree(population, folder)
    return folder


async def count(connection: asyncpg.Connection) -> dict[str, int]:
    return {
        table: await connection.fetchval(f"SELECT count(*) FROM register.{table}")
        for table in (
            "person", "identifier", "relation", "card", "nationality", "other_name", "protection", "consent",
        )
    }  # fmt: skip


@pytest.mark.every_postgres
async def test_every_row_of_every_file_is_in_the_register(
    database: Database, connect_as: Connect, population: Path, files: Files
) -> None:
    told: list[int] = []
    recorded: list[LoadReport] = []

    async def record(report: LoadReport) -> None:
        recorded.append(report)

    report = await load_population(database, population, progress=told.append, record=record)
    assert (report.loaded, report.already_loaded, report.persons) == (PERSONS, 0, PERSONS)
    assert sum(told) == PERSONS
    assert recorded == [report]
    owner = await connect_as(Role.OWNER)
    assert await count(owner) == report.rows
    assert report.rows == {table: sum(1 for _ in files.rows(table)) for table in report.rows}


async def test_a_second_load_writes_nothing_and_states_nothing(
    loaded: Database, connect_as: Connect, population: Path
) -> None:
    owner = await connect_as(Role.OWNER)
    before = await count(owner)

    async def record(_: LoadReport) -> None:
        raise AssertionError("nothing was loaded")

    report = await load_population(loaded, population, record=record)
    assert (report.loaded, report.already_loaded, report.rows) == (0, PERSONS, {})
    assert await count(owner) == before


async def test_an_interrupted_load_is_taken_up_again(
    database: Database, connect_as: Connect, population: Path
) -> None:
    class StoppedError(Exception):
        pass

    def interrupt(_: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        await load_population(database, population, connections=1, progress=interrupt)
    owner = await connect_as(Role.OWNER)
    assert (await count(owner))["person"] == 1_000
    report = await load_population(database, population)
    assert (report.loaded, report.already_loaded) == (PERSONS - 1_000, 1_000)
    assert (await count(owner))["person"] == PERSONS


async def test_a_load_cut_off_in_the_middle_leaves_whole_slices(
    database: Database, connect_as: Connect, population: Path
) -> None:
    owner = await connect_as(Role.OWNER)
    load = asyncio.create_task(load_population(database, population))
    while not await owner.fetchval(
        "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database()"
    ):
        await asyncio.sleep(0)
        if load.done():
            break
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load
    written = (await count(owner))["person"]
    assert written % 1_000 == 0
    assert written < PERSONS
    await load_population(database, population)
    assert (await count(owner))["person"] == PERSONS


async def test_a_packed_population_loads_the_same(
    database: Database, connect_as: Connect, tmp_path: Path, population: Path
) -> None:
    plan = PopulationPlan(persons=PERSONS, seed=7, slice_persons=1_000, is_packed=True)
    packed = generate(plan, tmp_path / "packed", processes=1)
    assert packed.rows == (await load_population(database, tmp_path / "packed")).rows
    name = "person-00000.copy"
    assert (
        gzip.decompress((tmp_path / "packed" / f"{name}.gz").read_bytes()) == (population / name).read_bytes()
    )
    owner = await connect_as(Role.OWNER)
    assert await count(owner) == packed.rows


def _flip(path: Path) -> None:
    """Change a letter of a name: still rows of the right shape and size."""
    content = path.read_bytes()
    place = content.index("Nguyễn".encode())
    path.write_bytes(content[:place] + b"M" + content[place + 1 :])


def _break_row(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\t", b" ", 1))


@pytest.mark.parametrize("damage", [_flip, _break_row])
async def test_a_damaged_file_is_refused_and_its_slice_not_written(
    database: Database, connect_as: Connect, copy: Path, damage: Callable[[Path], None]
) -> None:
    damage(copy / "person-00001.copy")
    with pytest.raises(
        PopulationDamagedError, match=r"person-00001\.copy is not the file that was generated"
    ):
        await load_population(database, copy, connections=1)
    owner = await connect_as(Role.OWNER)
    counted = await count(owner)
    assert counted["person"] == 1_000
    assert await owner.fetchval("SELECT max(person_id) FROM register.relation") <= 1_000


@pytest.mark.parametrize("damage", ["shortened", "missing"])
async def test_a_shortened_or_missing_file_is_found_before_anything_is_written(
    database: Database, connect_as: Connect, copy: Path, damage: str
) -> None:
    path = copy / "relation-00002.copy"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PopulationDamagedError, match="relation-00002"):
        await load_population(database, copy)
    assert (await count(await connect_as(Role.OWNER)))["person"] == 0


async def test_a_file_that_cannot_be_unpacked_is_refused(
    database: Database, connect_as: Connect, tmp_path: Path
) -> None:
    folder = tmp_path / "packed"
    generate(PopulationPlan(persons=50, seed=2, is_packed=True), folder)
    path = folder / "person-00000.copy.gz"
    content = bytearray(path.read_bytes())
    content[0] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(PopulationDamagedError, match="cannot be unpacked"):
        await load_population(database, folder)
    assert (await count(await connect_as(Role.OWNER)))["person"] == 0


def _reseal(folder: Path, table: str, change: Callable[[bytes], bytes]) -> None:
    """Change a file and its entry in the manifest, as somebody would who wants it to pass."""
    import hashlib

    import msgspec

    from lienthong.register import manifest

    path = folder / f"{table}-00000.copy"
    path.write_bytes(change(path.read_bytes()))
    read, _ = manifest.read(folder)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def entries() -> Iterator[manifest.FileEntry]:
        for file in read.slices[0].files:
            if file.table == table:
                yield msgspec.structs.replace(file, sha256=digest, bytes=path.stat().st_size)
            else:
                yield file

    part = msgspec.structs.replace(read.slices[0], files=tuple(entries()))
    sealed = msgspec.structs.replace(read, slices=(part, *read.slices[1:]))
    (folder / manifest.FILE_NAME).write_bytes(manifest.encode(sealed))


async def test_no_real_number_comes_in_with_a_population(
    database: Database, connect_as: Connect, copy: Path, files: Files
) -> None:
    number = next(files.rows("person"))[6] or ""
    _reseal(copy, "person", lambda content: content.replace(number.encode(), b"001" + number[3:].encode()))
    with pytest.raises(LoadRefusedError, match="prefix 099"):
        await load_population(database, copy)
    assert (await count(await connect_as(Role.OWNER)))["person"] % 1_000 == 0


async def test_fewer_rows_than_the_manifest_says_are_refused(
    database: Database, connect_as: Connect, copy: Path
) -> None:
    _reseal(copy, "card", lambda content: content[: content.rindex(b"\n", 0, -1) + 1])
    with pytest.raises(PopulationDamagedError, match="rows were expected"):
        await load_population(database, copy, connections=1)
    assert (await count(await connect_as(Role.OWNER)))["person"] == 0


async def test_a_register_of_real_people_takes_nobody(
    database: Database, connect_as: Connect, population: Path
) -> None:
    intake = await connect_as(Role.INTAKE)
    await intake.execute(
        "INSERT INTO register.person (person_id, person_key, full_name, number) "
        "VALUES (9000001, decode(repeat('ab', 16), 'hex'), 'A', '001090000001')"
    )
    with pytest.raises(LoadRefusedError, match="use another database"):
        await load_population(database, population)
    assert (await count(intake))["person"] == 1


async def test_another_population_is_not_mixed_in(
    loaded: Database, connect_as: Connect, tmp_path: Path
) -> None:
    generate(PopulationPlan(persons=100, seed=99), tmp_path / "other")
    with pytest.raises(LoadRefusedError, match="another population"):
        await load_population(loaded, tmp_path / "other")
    assert (await count(await connect_as(Role.OWNER)))["person"] == PERSONS


async def test_two_do_not_load_at_once(database: Database, connect_as: Connect, population: Path) -> None:
    intake = await connect_as(Role.INTAKE)
    assert await intake.fetchval("SELECT pg_try_advisory_lock(7130041126)")
    with pytest.raises(LoadRefusedError, match="being loaded already"):
        await load_population(database, population)


@pytest.mark.law("R6.1")
async def test_a_load_is_stated_before_anything_is_written(
    database: Database, connect_as: Connect, population: Path
) -> None:
    owner = await connect_as(Role.OWNER)
    stated: list[tuple[int, int]] = []

    async def record(report: LoadReport) -> None:
        stated.append((report.loaded, (await count(owner))["person"]))

    await load_population(database, population, record=record)
    assert stated == [(PERSONS, 0)]


@pytest.mark.law("R6.1")
async def test_what_cannot_be_stated_is_not_loaded(
    database: Database, connect_as: Connect, population: Path
) -> None:
    class LogDownError(Exception):
        pass

    async def record(_: LoadReport) -> None:
        raise LogDownError

    with pytest.raises(LogDownError):
        await load_population(database, population, record=record)
    assert (await count(await connect_as(Role.OWNER)))["person"] == 0
