"""What is generated: the same for the same seed, as many as asked for, all of them synthetic."""

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.core.dates import is_possible
from lienthong.core.name_order import sort_key
from lienthong.core.numbers import is_old_number, is_synthetic
from lienthong.register import manifest
from lienthong.register.copy_text import TABLES
from lienthong.register.manifest import PopulationDamagedError
from lienthong.register.population import PopulationError, PopulationPlan, generate
from lienthong.register.slice_rows import SlicePlan, slice_rows
from tests.register.rows import PERSONS, PLAN, Files

NAME, NUMBER, OLD_NUMBER, BIRTH, SORT_KEY = 2, 6, 7, 8, 32


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_two_processes_make_the_bytes_that_one_makes(population: Path, tmp_path: Path) -> None:
    told: list[int] = []
    generate(PLAN, tmp_path / "again", processes=2, progress=told.append)
    assert digests(tmp_path / "again") == digests(population)
    assert told == [1_000, 1_000, 1_000]


def test_another_seed_makes_other_people(tmp_path: Path, files: Files) -> None:
    generate(PopulationPlan(persons=500, seed=8), tmp_path / "other")
    others = {row[NUMBER] for row in Files(tmp_path / "other").rows("person")}
    assert len(others & {row[NUMBER] for row in files.rows("person")}) < 5


def test_the_manifest_says_what_the_files_are(population: Path, files: Files) -> None:
    read, content = manifest.read(population)
    assert (read.persons, read.seed, read.as_of) == (PERSONS, 7, date(2026, 11, 1))
    assert content == (population / "manifest.json").read_bytes()
    assert [part.first_id for part in read.slices] == [1, 1_001, 2_001]
    for part in read.slices:
        assert [file.table for file in part.files] == list(TABLES)
        for file in part.files:
            data = (population / file.name).read_bytes()
            assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
            assert data.count(b"\n") == file.rows
    assert read.rows == {table: sum(1 for _ in files.rows(table)) for table in TABLES}
    first_keys = {row[0]: row[1] for row in files.rows("person")}
    assert [first_keys[str(part.first_id)] for part in read.slices] == [
        rf"\\x{part.first_key}" for part in read.slices
    ]


def test_every_number_is_synthetic_and_given_once(files: Files) -> None:
    numbers = [row[NUMBER] for row in files.rows("person")]
    former = [row[0] for row in files.rows("identifier") if row[1] == "number"]
    assert all(is_synthetic(number or "") for number in numbers + former)
    assert len(set(numbers + former)) == len(numbers) + len(former)
    assert former
    old = [row[OLD_NUMBER] for row in files.rows("person") if row[OLD_NUMBER]]
    assert all(is_old_number(number) and number.startswith("099") for number in old)
    shown = [row[column] for row in files.rows("relation") for column in (4, 5) if row[column]]
    shown += [row[2] for row in files.rows("card")]
    assert all(number.startswith("099") for number in shown if number)


def test_keys_and_ids_are_unique(files: Files) -> None:
    rows = list(files.rows("person"))
    assert [row[0] for row in rows] == [str(number) for number in range(1, PERSONS + 1)]
    assert len({row[1] for row in rows}) == PERSONS
    assert all(row[1] is not None and len(row[1]) == 3 + 32 for row in rows)


def test_no_telephone_or_mailbox_can_be_reached(files: Files) -> None:
    for row in files.rows("person"):
        assert row[29] is None or row[29].startswith("+8400")
        assert row[30] is None or row[30].endswith(".example")


def test_dates_exist_and_sort_keys_are_those_of_the_rules(files: Files) -> None:
    for row in files.rows("person"):
        assert is_possible(int(row[BIRTH] or 0))
        assert row[28] is None or is_possible(int(row[28]))
        assert row[SORT_KEY] == sort_key(
            surname=row[3] or "", middle_name=row[4] or "", given_name=row[5] or ""
        )


@given(persons=st.integers(1, 400), seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_a_slice_has_exactly_the_persons_asked_for(persons: int, seed: int) -> None:
    plan = SlicePlan(seed=seed, index=0, slices=1, persons=persons, first_id=11, today=date(2026, 11, 1))
    rows: dict[str, list[str]] = {}
    for portion in slice_rows(plan):
        for table, added in portion:
            rows.setdefault(table, []).extend(added)
    ids = [int(row.split("\t", 1)[0]) for row in rows["person"]]
    assert ids == list(range(11, 11 + persons))
    referred = {row.rstrip("\n").rsplit("\t", 1)[1] for row in rows["relation"]} - {r"\N"}
    assert {int(one) for one in referred} <= set(ids)


def test_relations_show_people_as_they_are_registered(files: Files) -> None:
    persons = {row[0]: row for row in files.rows("person")}
    seen = Counter[str | None]()
    for row in files.rows("relation"):
        seen[row[1]] += 1
        if row[8] is not None:
            person = persons[row[8]]
            assert row[3:6] == [person[NAME], person[NUMBER], person[OLD_NUMBER]]
        else:
            assert row[4:6] == [None, None]
    assert set(seen) >= {"8", "16", "32", "64", "512", "1024"}


def test_spouses_and_parents_are_shown_from_both_sides(files: Files) -> None:
    pairs = {(row[1], row[0], row[8]) for row in files.rows("relation") if row[8] is not None}
    alive = {row[0] for row in files.rows("person") if row[27] == "0"}
    for kind, one, other in pairs:
        if kind == "32":
            assert ("32", other, one) in pairs
        if kind in ("8", "16"):
            assert ("64", other, one) in pairs
        if kind == "1024":
            assert ("1024", other, one) in pairs
            assert {one, other} <= alive


def test_rows_of_a_table_are_in_the_order_of_its_key(files: Files) -> None:
    for table in ("relation", "card", "nationality"):
        keys = [
            tuple(int(value or 0) for value in row[: 3 if table == "relation" else 2])
            for row in files.rows(table)
        ]
        assert keys == sorted(set(keys))


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("keep me")
    with pytest.raises(PopulationError, match="not empty"):
        generate(PopulationPlan(persons=10, seed=1), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


@pytest.mark.parametrize(
    "wrong", [{"persons": 0}, {"persons": 60_000_000}, {"persons": 9, "slice_persons": 200_000}]
)
def test_impossible_sizes_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(PopulationError, match="between 1 and"):
        PopulationPlan(seed=1, **wrong)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        (b"{", "is no manifest"),
        (b'{"format":"other","seed":1,"persons":1,"as_of":"2026-11-01","slices":[]}', "has the format other"),
    ],
)
def test_what_is_no_population_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(PopulationDamagedError, match=message):
        manifest.read(tmp_path)
