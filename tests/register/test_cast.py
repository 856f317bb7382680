"""The cast: each can play the part, and files and register give the same one."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from lienthong.core.names import Grade, compare_names
from lienthong.db import Database, Role
from lienthong.register.cast import Cast, CastIncompleteError, CastMember, cast_from_database, cast_from_files
from lienthong.register.population import PopulationPlan, generate
from tests.register.rows import Files

Connect = Callable[[Role], Awaitable[asyncpg.Connection]]


def members(cast: Cast) -> list[CastMember]:
    found: list[CastMember] = []
    for part in Cast.__slots__:
        value = getattr(cast, part)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, CastMember):
                found.append(one)
    return found


async def test_files_and_register_give_the_same_cast(
    loaded: Database, connect_as: Connect, population: Path
) -> None:
    from_files = cast_from_files(population, province="79")
    assert await cast_from_database(await connect_as(Role.INTAKE), province="79") == from_files


def test_everybody_can_play_the_part(population: Path, files: Files) -> None:
    cast = cast_from_files(population, province="79")
    rows = {int(row[0] or 0): row for row in files.rows("person")}
    for member in members(cast):
        row = rows[member.person_id]
        assert (member.number, member.full_name, str(member.birth_date)) == (row[6], row[2], row[8])
        assert (row[27] == "0") == (member is not cast.deceased)
        assert (row[33] == "t") == (member is cast.protected)
        assert (row[34] != "0") == (member is cast.examined)
    assert cast.resident.province == "79"
    assert cast.year_only.birth_date % 10_000 == 0
    first, second = cast.twins
    assert first.birth_date == second.birth_date
    assert first.full_name != second.full_name
    identifiers = [(row[0], row[2]) for row in files.rows("identifier")]
    assert (cast.former_number, str(cast.renumbered.person_id)) in identifiers
    assert {person for value, person in identifiers if value == cast.shared_old_number} == {
        str(member.person_id) for member in cast.namesakes
    }
    assert [person for value, person in identifiers if value == cast.old_number] == [
        str(cast.by_old_number.person_id)
    ]
    assert compare_names(cast.other_spelling, cast.respelled.full_name) is Grade.EQUIVALENT
    consents = {row[0]: row for row in files.rows("consent")}
    assert consents[cast.consent_id][1] == str(cast.consenting.person_id)
    assert consents[cast.consent_id][7] is None
    assert str(cast.not_consenting.person_id) not in {row[1] for row in consents.values()}
    assert len(cast.several) > 300


def test_nobody_has_two_parts(population: Path) -> None:
    everybody = [member.person_id for member in members(cast_from_files(population, province="79"))]
    assert len(set(everybody)) == len(everybody)


@pytest.mark.parametrize("seed", range(3))
def test_ten_thousand_persons_can_fill_every_part(seed: int, tmp_path: Path) -> None:
    generate(PopulationPlan(persons=10_000, seed=seed, is_packed=True), tmp_path / "files")
    assert cast_from_files(tmp_path / "files", province="01").resident.province == "01"


def test_a_village_cannot(tmp_path: Path) -> None:
    generate(PopulationPlan(persons=30, seed=1), tmp_path / "files")
    with pytest.raises(CastIncompleteError, match="larger population"):
        cast_from_files(tmp_path / "files", province="01")


def test_nobody_lives_in_a_province_that_does_not_exist(population: Path) -> None:
    with pytest.raises(CastIncompleteError, match="resident"):
        cast_from_files(population, province="02")
