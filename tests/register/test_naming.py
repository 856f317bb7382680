"""Names of every people: complete, well-formed, in the people's own order, inherited as it is done there."""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from random import Random
from unicodedata import is_normalized

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.codes import CodeList, find
from lienthong.core.name_forms import clean_name
from lienthong.core.names import Grade, compare_names
from lienthong.register.name_pools import Namer, cohort_of
from lienthong.register.name_tables import REGIONS, load, newer_spelling, slots
from lienthong.register.synthetic_person import Person

PEOPLES = sorted(load().peoples)
COUNTRIES = sorted(load().foreigners)


def born_in(year: int) -> int:
    return date(year, 6, 1).toordinal()


def named(
    seed: int, *, people: str = "01", nationality: str = "VN", year: int = 1990, is_female: bool = False,
    father: Person | None = None, mother: Person | None = None, region: str = "north",
) -> Person:  # fmt: skip
    person = Person(
        born=born_in(year), is_female=is_female, home=0, ethnicity=people, nationality=nationality
    )
    person.father, person.mother = father, mother
    Namer(Random(seed), region, load())(person)
    return person


def check(person: Person) -> None:
    assert person.given
    assert person.full_name == clean_name(person.full_name)
    assert is_normalized("NFC", person.full_name)
    assert len(person.full_name) <= 100
    assert not set(person.full_name) & set('\t\n\\"(),')
    words = person.full_name.split()
    for part in (person.surname, person.middle, person.given):
        for word in part.split():
            assert word in words or any(word in whole for whole in words)


@given(seed=st.integers(0, 10**9), is_female=st.booleans(), year=st.integers(1920, 2026))
@settings(deadline=None, max_examples=20)
def test_every_people_and_nationality_has_whole_names(seed: int, is_female: bool, year: int) -> None:
    for people in ("01", *PEOPLES):
        check(named(seed, people=people, year=year, is_female=is_female, region=REGIONS[seed % 3]))
    for country in COUNTRIES:
        check(named(seed, people="", nationality=country, year=year, is_female=is_female))


@pytest.mark.parametrize("people", PEOPLES)
def test_every_people_of_the_tables_is_in_the_code_list(people: str) -> None:
    assert find(CodeList.ETHNICITY, 1, people) is not None


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_nationality_of_the_tables_is_a_country(country: str) -> None:
    assert find(CodeList.COUNTRY, 1, country) is not None


def test_peoples_have_their_own_forms() -> None:
    assert named(1, people="12", is_female=True).full_name.startswith("H'")
    man = named(1, people="12")
    assert man.full_name == f"{man.given} {man.surname}"
    assert man.given.startswith("Y ")
    nobodys = named(1, people="14")
    assert (nobodys.surname, nobodys.middle) == ("", "")
    assert nobodys.full_name == nobodys.given


def test_a_surname_comes_from_the_father_or_where_it_is_so_done_from_the_mother() -> None:
    for people, from_mother in (("01", 0.04), ("12", 1.0)):
        father = named(3, people=people)
        mothers = (named(seed, people=people, is_female=True) for seed in range(100))
        mother = next(one for one in mothers if one.surname != father.surname)
        assert father.surname != mother.surname
        children = [named(seed, people=people, father=father, mother=mother) for seed in range(400)]
        share = sum(child.surname == mother.surname for child in children) / len(children)
        assert share <= from_mother
        assert share == from_mother or share < 0.04


def test_a_child_without_father_has_the_name_of_the_mother() -> None:
    mother = named(8, is_female=True)
    assert all(named(seed, mother=mother).surname == mother.surname for seed in range(50))


def test_the_newer_spelling_is_equivalent_and_only_moves_the_mark() -> None:
    assert [newer_spelling(name) for name in ("Hòa", "Thúy", "Thủy", "Quý", "Huỳnh", "Nguyễn Thị Hòa")] == [
        "Hoà", "Thuý", "Thuỷ", "Quý", "Huỳnh", "Nguyễn Thị Hoà",
    ]  # fmt: skip
    for pool in load().common[1]:
        for older, newer in zip(*pool.givens, strict=True):
            assert compare_names(older, newer) in (Grade.EXACT, Grade.EQUIVALENT)


def test_cohorts_begin_in_their_year() -> None:
    assert [cohort_of(date(year, 1, 1).toordinal()) for year in (1954, 1955, 1974, 1975, 1994, 1995)] == [
        0, 1, 1, 2, 2, 3,
    ]  # fmt: skip


@given(weights=st.dictionaries(st.text(min_size=1), st.floats(0.01, 100), min_size=1, max_size=20))
@settings(deadline=None, max_examples=50)
def test_slots_are_filled_in_proportion(weights: Mapping[str, float]) -> None:
    filled = slots(weights, 1000)
    total = sum(weights.values())
    assert len(filled) == 1000
    for word, weight in weights.items():
        assert abs(filled.count(word) - 1000 * weight / total) <= 1


def test_a_table_without_weights_is_an_error() -> None:
    with pytest.raises(ValueError, match="no word"):
        slots({"a": 0.0})


def test_the_tables_are_composed_in_nfc_and_hold_no_name_twice() -> None:
    for name, key in (("surnames.csv", 1), ("given_names.csv", 2), ("middle_names.csv", 3)):
        text = files("lienthong.register").joinpath("data", name).read_text(encoding="utf-8")
        assert is_normalized("NFC", text)
        keys = [tuple(line.split(",")[:key]) for line in text.splitlines()]
        assert len(set(keys)) == len(keys)
