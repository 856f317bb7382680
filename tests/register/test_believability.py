"""The population resembles the country in what the published figures say; bounds are wide on purpose."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

import pytest

from lienthong.core.codes import CodeList, find
from lienthong.register.slice_rows import SlicePlan, slice_rows

YEAR = 2026
Row = list[str | None]


@cache
def tables() -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    plan = SlicePlan(seed=5, index=0, slices=1, persons=20_000, first_id=1, today=date(2026, 11, 1))
    for portion in slice_rows(plan):
        for table, added in portion:
            split = ([None if value == r"\N" else value for value in row[:-1].split("\t")] for row in added)
            rows.setdefault(table, []).extend(split)
    return rows


def share(holds: Callable[[Row], bool], *, among: Callable[[Row], bool] = lambda row: True) -> float:
    rows = [row for row in tables()["person"] if among(row)]
    return sum(map(holds, rows)) / len(rows)


def year(row: Row) -> int:
    return int(row[8] or 0) // 10_000


def is_kinh(row: Row) -> bool:
    return row[13] == "01"


def words(row: Row) -> int:
    return len((row[2] or "").split())


@pytest.mark.parametrize(
    ("surname", "least", "most"),
    [
        ("Nguyễn", 0.30, 0.42),
        ("Trần", 0.08, 0.16),
        ("Lê", 0.06, 0.14),
        ("Phạm", 0.04, 0.10),
        ("Lý", 0.0, 0.03),
    ],
)
def test_surnames_have_about_their_shares(surname: str, least: float, most: float) -> None:
    assert least < share(lambda row: row[3] == surname, among=is_kinh) < most


def test_names_have_as_many_words_as_young_people_were_counted_to_have() -> None:
    def young(sex: str) -> Callable[[Row], bool]:
        return lambda row: is_kinh(row) and row[9] == sex and year(row) >= 1995

    assert 0.68 < share(lambda row: words(row) == 3, among=young("1")) < 0.78
    assert 0.21 < share(lambda row: words(row) == 4, among=young("1")) < 0.31
    assert 0.29 < share(lambda row: words(row) == 3, among=young("2")) < 0.40
    assert 0.59 < share(lambda row: words(row) == 4, among=young("2")) < 0.70


def test_middle_names_follow_sex_and_age() -> None:
    def first_middle(word: str) -> Callable[[Row], bool]:
        return lambda row: (row[4] or "").split(" ")[0] == word

    assert share(first_middle("Thị"), among=lambda row: is_kinh(row) and row[9] == "1") < 0.001
    assert share(first_middle("Văn"), among=lambda row: is_kinh(row) and row[9] == "2") < 0.001
    young = share(first_middle("Thị"), among=lambda row: is_kinh(row) and row[9] == "2" and year(row) >= 1995)
    old = share(first_middle("Thị"), among=lambda row: is_kinh(row) and row[9] == "2" and year(row) < 1960)
    assert 0.12 < young < 0.30
    assert old > 0.65


def test_both_ways_of_placing_a_tone_mark_occur() -> None:
    spelled = Counter(row[5] for row in tables()["person"])
    assert spelled["Hòa"] > spelled["Hoà"] > 0
    assert spelled["Thủy"] > spelled["Thuỷ"] > 0


def test_ages_and_sexes_have_about_the_shares_of_the_census() -> None:
    def aged(first: int, last: int) -> Callable[[Row], bool]:
        return lambda row: first <= YEAR - year(row) <= last

    alive = {"among": lambda row: row[27] == "0"}
    assert 0.19 < share(aged(0, 14), **alive) < 0.29
    assert 0.60 < share(aged(15, 64), **alive) < 0.74
    assert 0.05 < share(aged(65, 110), **alive) < 0.12
    assert 0.48 < share(lambda row: row[9] == "2", **alive) < 0.52


def test_birth_dates_of_older_people_are_less_precise() -> None:
    def year_only(row: Row) -> bool:
        return int(row[8] or 0) % 10_000 == 0

    assert 0.30 < share(year_only, among=lambda row: year(row) < 1950) < 0.60
    assert share(year_only, among=lambda row: year(row) > 1985) < 0.003
    assert 0 < share(lambda row: int(row[8] or 0) % 100 == 0 and not year_only(row)) < 0.01


def test_households_have_plausible_sizes() -> None:
    heads = Counter(row[8] for row in tables()["relation"] if row[1] == "512")
    sizes = Counter(heads.values())
    living = sum(heads.values())
    assert 2.8 < living / len(heads) < 4.0
    assert 0.08 < sizes[1] / len(heads) < 0.25
    assert max(sizes) < 20


def test_the_special_cases_occur_but_are_rare() -> None:
    persons = len(tables()["person"])
    assert 0.02 < share(lambda row: row[27] == "1") < 0.08
    assert 0 < share(lambda row: row[27] == "2") < 0.003
    assert 0 < share(lambda row: row[33] == "t") < 0.01
    assert 0 < share(lambda row: row[34] != "0") < 0.01
    former = {row[2] for row in tables()["identifier"] if row[1] == "number"}
    assert 0.002 < len(former) / persons < 0.02
    foreigners = {row[0] for row in tables()["nationality"] if row[1] == "1" and row[2] != "VN"}
    assert 0 < len(foreigners) / persons < 0.02
    assert 0.005 < len(tables()["consent"]) / persons < 0.05
    assert {row[3] for row in tables()["identifier"]} == {"superseded", "cancelled", "linked"}


def test_some_old_numbers_are_shared_and_most_are_not() -> None:
    holders: dict[str | None, set[str | None]] = {}
    for row in tables()["identifier"]:
        if row[1] == "old_number":
            holders.setdefault(row[0], set()).add(row[2])
    shared = sum(len(persons) > 1 for persons in holders.values())
    assert 0.003 < shared / len(holders) < 0.03
    linked = {(row[0], row[2]) for row in tables()["identifier"] if row[1] == "old_number"}
    assert all((row[7], row[0]) in linked for row in tables()["person"] if row[7] is not None)


def test_protections_stand_where_persons_are_flagged() -> None:
    flagged = {row[0] for row in tables()["person"] if row[33] == "t"}
    assert flagged == {row[0] for row in tables()["protection"]}
    assert all(row[2] for row in tables()["protection"])


def test_twins_share_mother_and_day() -> None:
    births = {row[0]: row[8] for row in tables()["person"]}
    children: dict[str | None, list[str | None]] = {}
    for row in tables()["relation"]:
        if row[1] == "16" and row[8] is not None:
            children.setdefault(row[8], []).append(births[row[0]])
    twins = sum(len(days) - len(set(days)) for days in children.values())
    assert 0.002 < twins / len(births) < 0.03


def addresses(row: Row) -> Iterator[list[str]]:
    for column in (10, 11, 12, 16, 18, 21):
        text = row[column]
        if text is not None:
            assert text.endswith(",VN)")
            yield text[1:-1].split(",", 4)


def test_every_code_of_every_address_exists_in_its_own_list() -> None:
    versions = Counter[str]()
    for row in tables()["person"][:4000]:
        for version, province, district, commune, _ in addresses(row):
            versions[version] += 1
            entry = find(CodeList.COMMUNE, int(version), commune)
            assert entry is not None
            if version == "1":
                assert entry.parent == district
                below = find(CodeList.DISTRICT, 1, district)
                assert below is not None
                assert below.parent == province
            else:
                assert (district, entry.parent) == ('""', province)
    assert min(versions["1"], versions["2"]) > 1000


def test_other_peoples_live_in_the_country_too() -> None:
    peoples = Counter(row[13] for row in tables()["person"])
    assert 0.75 < peoples["01"] / len(tables()["person"]) < 0.95
    assert len(peoples) > 5
    assert all(row[5] for row in tables()["person"])


def test_marital_status_fits_age_and_spouse() -> None:
    spouses = {row[0] for row in tables()["relation"] if row[1] == "32"}
    for row in tables()["person"]:
        assert row[25] in ("1", "2", "3")
        if row[0] in spouses:
            assert row[25] == "2"
        if YEAR - year(row) < 18:
            assert row[25] == "1"
