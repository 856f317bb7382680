"""The first persons of a synthetic population and what leads to them, from files or from the register."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from lienthong.core.evidence import ListKind
from lienthong.core.fields import PERSON_COLUMNS
from lienthong.db import named
from lienthong.register import manifest
from lienthong.register.copy_text import NULL

PERSONS_SEEN: Final = 20_000

_QUERIES: Final = named.load(Path(__file__).with_name("cast.sql"))
_FIRST_COLUMN: Final = 2  # after person_id and person_key
_PERMANENT: Final = _FIRST_COLUMN + PERSON_COLUMNS.index("permanent_residence")
_CURRENT: Final = _FIRST_COLUMN + PERSON_COLUMNS.index("current_residence")
_DEATH_KIND: Final = _FIRST_COLUMN + PERSON_COLUMNS.index("death_kind")
_PROTECTED: Final = _FIRST_COLUMN + len(PERSON_COLUMNS) + 1  # after sort_key
_EXAMINATION: Final = _PROTECTED + 1
_MOTHER: Final = str(ListKind.MOTHER.value)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person, the columns that decide a part; the place is that of current, else permanent residence."""

    person_id: int
    number: str
    old_number: str | None
    full_name: str
    birth_date: int
    sex: int
    list_version: int
    province: str
    death_kind: int
    is_protected: bool
    examination: int


@dataclass(frozen=True, slots=True)
class FirstPersons:
    """Persons by id; mothers by child; identifiers (value, kind, person) in order of person and value.

    `protections` are kinds of endless protections by person, `consents` (id, person, last day) not withdrawn.
    """

    persons: list[PersonRow]
    mothers: dict[int, int]
    identifiers: list[tuple[str, str, int]]
    foreigners: set[int]
    protections: dict[int, int]
    consents: list[tuple[str, int, str]]


async def from_database(connection: asyncpg.Connection) -> FirstPersons:
    """Read the first persons from the register, as lt_intake."""

    async def rows(query: str) -> list[asyncpg.Record]:
        found: list[asyncpg.Record] = await connection.fetch(_QUERIES.sql(query), PERSONS_SEEN)
        return found

    return FirstPersons(
        persons=[PersonRow(**row) for row in await rows("cast_persons")],
        mothers={row[0]: row[1] for row in await rows("cast_mothers")},
        identifiers=sorted(
            (tuple(row) for row in await rows("cast_identifiers")), key=lambda row: (row[2], row[0])
        ),
        foreigners={row[0] for row in await rows("cast_foreigners")},
        protections={row[0]: row[1] for row in await rows("cast_protections")},
        consents=[tuple(row) for row in await rows("cast_consents")],
    )


def from_files(directory: Path) -> FirstPersons:
    """Read the first persons from a generated population; raises PopulationDamagedError."""
    population, _ = manifest.read(directory)
    persons: list[PersonRow] = []
    found = FirstPersons(persons, {}, [], set(), {}, [])
    for part in population.slices:
        if part.first_id > PERSONS_SEEN:
            break
        names = {file.table: directory / file.name for file in part.files}
        persons.extend(map(_person, _fields(names["person"])))
        found.mothers.update(
            (int(row[0]), int(row[8]))
            for row in _fields(names["relation"])
            if row[1] == _MOTHER and row[8] != NULL
        )
        found.identifiers.extend(
            (row[0], row[1], int(row[2])) for row in _fields(names["identifier"], person=2)
        )
        found.foreigners.update(
            int(row[0]) for row in _fields(names["nationality"]) if row[1] == "1" and row[2] != "VN"
        )
        found.protections.update(
            (int(row[0]), int(row[1])) for row in _fields(names["protection"]) if row[4] == NULL
        )
        found.consents.extend(
            (row[0], int(row[1]), row[6][:10])
            for row in _fields(names["consent"], person=1)
            if row[7] == NULL
        )
    found.identifiers.sort(key=lambda row: (row[2], row[0]))
    return found


def _fields(path: Path, *, person: int = 0) -> Iterator[list[str]]:
    """Yield the rows of a file that belong to the first persons, split at tabs."""
    is_packed = path.suffix == ".gz"
    with gzip.open(path, "rt", encoding="utf-8") if is_packed else path.open(encoding="utf-8") as file:
        for line in file:
            row = line.rstrip("\n").split("\t")
            if int(row[person]) > PERSONS_SEEN:
                return
            yield row


def _person(row: list[str]) -> PersonRow:
    """Read a row of the person file; columns are those of register.person."""
    lived = row[_CURRENT] if row[_CURRENT] != NULL else row[_PERMANENT]
    version, province, _ = lived.removeprefix("(").split(",", 2)
    return PersonRow(
        person_id=int(row[0]),
        full_name=row[2],
        number=row[6],
        old_number=None if row[7] == NULL else row[7],
        birth_date=int(row[8]),
        sex=int(row[9]),
        list_version=int(version),
        province=province,
        death_kind=int(row[_DEATH_KIND]),
        is_protected=row[_PROTECTED] == "t",
        examination=int(row[_EXAMINATION]),
    )
