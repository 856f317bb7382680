"""The cast of a demonstration: persons of a synthetic population, chosen by rule for the part they can play.

The same population gives the same cast, whether read from its files or from the register it was loaded into:
both look at the same first persons. It is not for a register of real people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from lienthong.core.codes import current_province
from lienthong.core.names import Grade, compare_names
from lienthong.register.cast_rows import FirstPersons, PersonRow, from_database, from_files
from lienthong.register.name_tables import newer_spelling

MOST_SEVERAL = 1000


class CastIncompleteError(Exception):
    """A population has nobody for a part; the message names the part. Ten thousand persons are enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """What a caller must know of a person, and where they live (province code of list version 2).

    `birth_date` is in stored form, yyyymmdd with 00 for what is unknown.
    """

    person_id: int
    number: str
    old_number: str | None
    full_name: str
    birth_date: int
    sex: int
    province: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who plays what. All but `deceased` are alive, none but `protected` is protected, nobody has two parts.

    `resident` lives in the province asked for. `former_number` led to `renumbered` before. `other_spelling`
    is the name of `respelled` with the tone mark where another convention puts it. `old_number` leads to
    `by_old_number` alone, `shared_old_number` to both `namesakes`. `consent_id` names a consent of
    `consenting` for the system and purpose of synthetic consents. `several` are ordinary adults.
    """

    resident: CastMember
    ordinary: CastMember
    year_only: CastMember
    deceased: CastMember
    renumbered: CastMember
    former_number: str
    protected: CastMember
    protection_kind: int
    twins: tuple[CastMember, CastMember]
    consenting: CastMember
    consent_id: str
    not_consenting: CastMember
    respelled: CastMember
    other_spelling: str
    by_old_number: CastMember
    old_number: str
    namesakes: tuple[CastMember, CastMember]
    shared_old_number: str
    examined: CastMember
    minor: CastMember
    foreigner: CastMember
    several: tuple[CastMember, ...]


def cast_from_files(directory: Path, *, province: str) -> Cast:
    """Choose the cast from a generated population; raises CastIncompleteError, PopulationDamagedError."""
    return choose(from_files(directory), province=province)


async def cast_from_database(connection: asyncpg.Connection, *, province: str) -> Cast:
    """Choose the cast from the register, as lt_intake; raises CastIncompleteError."""
    return choose(await from_database(connection), province=province)


def choose(population: FirstPersons, *, province: str) -> Cast:
    """Give each part to the first person who can play it; `province` is a code of list version 2.

    Raises CastIncompleteError for the first part nobody can play.
    """
    casting = _Casting(population)
    former_number, renumbered = casting.renumbered()
    shared_old_number, namesakes = casting.namesakes()
    consent_id, consenting = casting.consenting()
    protected = casting.protected()
    twins = casting.twins()
    respelled = casting.plain("respelled", _has_other_spelling)
    by_old_number = casting.plain("by_old_number", casting.has_own_old_number)
    return Cast(
        renumbered=renumbered,
        former_number=former_number,
        namesakes=namesakes,
        shared_old_number=shared_old_number,
        consenting=consenting,
        consent_id=consent_id,
        protected=protected,
        protection_kind=population.protections[protected.person_id],
        twins=twins,
        respelled=respelled,
        other_spelling=newer_spelling(respelled.full_name),
        by_old_number=by_old_number,
        old_number=by_old_number.old_number or "",
        deceased=casting.first("deceased", lambda row: row.death_kind == 1 and row.birth_date % 100 > 0),
        year_only=casting.first("year_only", lambda row: _is_free(row) and row.birth_date % 10_000 == 0),
        examined=casting.first(
            "examined", lambda row: row.examination != 0 and not row.is_protected and not row.death_kind
        ),
        foreigner=casting.first(
            "foreigner", lambda row: _is_free(row) and row.person_id in population.foreigners
        ),
        minor=casting.first("minor", lambda row: _is_free(row) and 6 <= casting.age(row) < 16),
        resident=casting.plain("resident", lambda row: _province(row) == province),
        ordinary=casting.plain("ordinary", lambda row: True),
        not_consenting=casting.plain("not_consenting", lambda row: True),
        several=casting.several(),
    )


def _is_free(row: PersonRow) -> bool:
    return not (row.death_kind or row.is_protected or row.examination)


def _has_other_spelling(row: PersonRow) -> bool:
    return compare_names(newer_spelling(row.full_name), row.full_name) is Grade.EQUIVALENT


def _province(row: PersonRow) -> str:
    return current_province(row.list_version, row.province) or ""


class _Casting:
    """Chooses persons, each for one part only."""

    def __init__(self, population: FirstPersons) -> None:
        self._population = population
        self._by_id = {row.person_id: row for row in population.persons}
        self._year = max((row.birth_date // 10_000 for row in population.persons), default=0)
        self._consenting = {person for _, person, _ in population.consents}
        self._former = {person for _, kind, person in population.identifiers if kind == "number"}
        self._by_old_number: dict[str, set[int]] = {}
        for value, kind, person in population.identifiers:
            if kind == "old_number":
                self._by_old_number.setdefault(value, set()).add(person)
        self._cast: set[int] = set()

    def age(self, row: PersonRow) -> int:
        """Years from birth to the birth of the youngest."""
        return self._year - row.birth_date // 10_000

    def first(self, part: str, can_play: Callable[[PersonRow], bool]) -> CastMember:
        """Take the first person who can play a part."""
        for row in self._population.persons:
            if row.person_id not in self._cast and can_play(row):
                return self._take(row)
        raise CastIncompleteError(f"nobody can play {part}: generate a larger population")

    def plain(self, part: str, can_play: Callable[[PersonRow], bool]) -> CastMember:
        """Take the first adult without anything special who can play a part."""
        return self.first(part, lambda row: self._is_plain(row) and can_play(row))

    def several(self) -> tuple[CastMember, ...]:
        """Take plain adults, as many as there are up to 1,000."""
        rows = [row for row in self._population.persons if self._is_plain(row)]
        return tuple(self._take(row) for row in rows if row.person_id not in self._cast)[:MOST_SEVERAL]

    def renumbered(self) -> tuple[str, CastMember]:
        """Take somebody who had one other number before."""
        for value, kind, person in self._population.identifiers:
            row = self._by_id[person]
            if kind == "number" and _is_free(row) and row.birth_date % 100 and self.age(row) >= 25:
                return value, self._take(row)
        raise CastIncompleteError("nobody can play renumbered: generate a larger population")

    def namesakes(self) -> tuple[str, tuple[CastMember, CastMember]]:
        """Take two persons of one old number."""
        for value, persons in self._by_old_number.items():
            rows = [self._by_id[person] for person in sorted(persons)]
            if len(rows) == 2 and all(_is_free(row) and row.person_id not in self._cast for row in rows):
                return value, (self._take(rows[0]), self._take(rows[1]))
        raise CastIncompleteError("nobody can play namesakes: generate a larger population")

    def consenting(self) -> tuple[str, CastMember]:
        """Take the person whose consent lasts longest."""
        for consent, person, _ in sorted(
            self._population.consents, key=lambda consent: (consent[2], -consent[1]), reverse=True
        ):
            row = self._by_id[person]
            if _is_free(row) and row.birth_date % 100 and person not in self._cast:
                return consent, self._take(row)
        raise CastIncompleteError("nobody can play consenting: generate a larger population")

    def twins(self) -> tuple[CastMember, CastMember]:
        """Take two children one mother bore on one day."""
        seen: dict[tuple[int, int], PersonRow] = {}
        for row in self._population.persons:
            mother = self._population.mothers.get(row.person_id)
            if (
                mother is None
                or not _is_free(row)
                or row.birth_date % 100 == 0
                or row.person_id in self._cast
            ):
                continue
            other = seen.setdefault((mother, row.birth_date), row)
            if other is not row:
                return self._take(other), self._take(row)
        raise CastIncompleteError("nobody can play twins: generate a larger population")

    def protected(self) -> CastMember:
        """Take an adult with a protection that has no end."""
        protections = self._population.protections
        return self.first(
            "protected",
            lambda row: (
                row.person_id in protections
                and not row.death_kind
                and not row.examination
                and row.birth_date % 100 > 0
                and self.age(row) >= 18
            ),
        )

    def has_own_old_number(self, row: PersonRow) -> bool:
        """Whether an old number leads to this person and to nobody else."""
        return row.old_number is not None and len(self._by_old_number.get(row.old_number, ())) == 1

    def _is_plain(self, row: PersonRow) -> bool:
        return (
            _is_free(row)
            and row.birth_date % 100 > 0
            and 25 <= self.age(row) <= 60
            and row.person_id not in self._consenting
            and row.person_id not in self._former
            and row.person_id not in self._population.foreigners
        )

    def _take(self, row: PersonRow) -> CastMember:
        self._cast.add(row.person_id)
        return CastMember(
            person_id=row.person_id,
            number=row.number,
            old_number=row.old_number,
            full_name=row.full_name,
            birth_date=row.birth_date,
            sex=row.sex,
            province=_province(row),
        )
