from datetime import date
from importlib.resources import files
from unicodedata import is_normalized

import pytest

from lienthong.core.codes import (
    PLACES_CHANGED_ON,
    CodeList,
    all_entries,
    current_province,
    entries,
    find,
    list_version_on,
    name_of,
    preload,
    successor_communes,
    successor_province,
    valid_on,
    versions_of,
)

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.mark.parametrize(
    ("code_list", "version", "count"),
    [
        (CodeList.PROVINCE, 1, 63),
        (CodeList.PROVINCE, 2, 34),
        (CodeList.DISTRICT, 1, 696),
        (CodeList.DISTRICT, 2, 0),
        (CodeList.COMMUNE, 1, 10_035),
        (CodeList.COMMUNE, 2, 3_321),
        (CodeList.COMMUNE, 3, 0),
        (CodeList.ETHNICITY, 1, 54),
        (CodeList.RELIGION, 1, 17),
        (CodeList.MARITAL_STATUS, 1, 4),
        (CodeList.SEX, 1, 3),
        (CodeList.BLOOD_GROUP, 1, 5),
        (CodeList.HOUSEHOLD_RELATION, 1, 11),
        (CodeList.DEATH_KIND, 1, 3),
        (CodeList.COUNTRY, 1, 249),
        (CodeList.COUNTRY, 2, 0),
    ],
)
def test_each_version_of_a_list_is_whole(code_list, version, count):
    assert len(list(entries(code_list, version))) == count
    assert (version in versions_of(code_list)) == (count > 0)


def test_the_communes_of_2025_are_of_the_three_kinds_in_their_numbers():
    kinds = [entry.name.split(" ")[0] for entry in entries(CodeList.COMMUNE, 2)]
    assert (kinds.count("Phường"), kinds.count("Xã"), kinds.count("Đặc")) == (687, 2_621, 13)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("24", "Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"),
        ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai"),
        ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
        ("01", "Thành phố Hà Nội", "Thành phố Hà Nội"),
        ("27", "Tỉnh Bắc Ninh", None),
        ("00", None, None),
    ],
)
def test_a_province_code_means_what_it_meant_on_the_day(code, before, after):
    for day, name in ((BEFORE, before), (AFTER, after)):
        entry = valid_on(CodeList.PROVINCE, code, day)
        assert (entry.name if entry else None) == name
        assert name_of(CodeList.PROVINCE, list_version_on(day), code) == name


def test_a_commune_code_was_given_away_too():
    assert valid_on(CodeList.COMMUNE, "00004", BEFORE).name == "Phường Trúc Bạch"
    assert valid_on(CodeList.COMMUNE, "00004", AFTER).name == "Phường Ba Đình"
    assert valid_on(CodeList.DISTRICT, "001", BEFORE).name == "Quận Ba Đình"
    assert valid_on(CodeList.DISTRICT, "001", AFTER) is None


def test_lists_that_did_not_change_hold_on_every_day():
    for day in (date(1990, 1, 1), BEFORE, AFTER):
        entry = valid_on(CodeList.ETHNICITY, "01", day)
        assert (entry.name, entry.version, entry.valid_from, entry.valid_until) == ("Kinh", 1, None, None)


def test_every_entry_says_when_it_holds():
    for entry in all_entries():
        assert entry == find(entry.list, entry.version, entry.code)
        assert entry.name and entry.name_en and is_normalized("NFC", entry.name)
        is_place = entry.list in (CodeList.PROVINCE, CodeList.DISTRICT, CodeList.COMMUNE)
        assert entry.valid_until == (PLACES_CHANGED_ON if is_place and entry.version == 1 else None)
        assert entry.valid_from == (PLACES_CHANGED_ON if entry.version == 2 else None)


def test_every_place_lies_in_one_that_exists():
    for version, code_list, parents in (
        (1, CodeList.DISTRICT, CodeList.PROVINCE),
        (1, CodeList.COMMUNE, CodeList.DISTRICT),
        (2, CodeList.COMMUNE, CodeList.PROVINCE),
    ):
        for entry in entries(code_list, version):
            assert find(parents, version, entry.parent) is not None, entry


def test_every_province_went_into_one():
    went = {entry.code: successor_province(entry.code) for entry in entries(CodeList.PROVINCE, 1)}
    assert set(went.values()) == {entry.code for entry in entries(CodeList.PROVINCE, 2)}
    assert {old for old, new in went.items() if new == "24"} == {"24", "27"}
    assert {old for old, new in went.items() if new == "79"} == {"74", "77", "79"}
    assert successor_province("99") is None
    assert successor_province("00004") is None


def test_every_commune_went_into_communes_of_its_own_province():
    reached = set()
    for entry in entries(CodeList.COMMUNE, 1):
        province = successor_province(find(CodeList.DISTRICT, 1, entry.parent).parent)
        successors = successor_communes(entry.code)
        assert 1 <= len(set(successors)) == len(successors) <= 8
        for code in successors:
            assert find(CodeList.COMMUNE, 2, code).parent == province, entry
        reached.update(successors)
    islands = {"318", "471", "498", "536", "755"}
    for code in islands:
        (zone,) = successor_communes(code)
        assert find(CodeList.COMMUNE, 2, zone).name.startswith("Đặc khu ")
        reached.add(zone)
    assert reached == {entry.code for entry in entries(CodeList.COMMUNE, 2)}


def test_a_split_commune_has_its_main_successor_first_and_no_namesakes():
    name = {entry.code: entry.name for entry in entries(CodeList.COMMUNE, 2)}
    places = {
        (find(CodeList.DISTRICT, 1, entry.parent).name, entry.name): entry.code
        for entry in entries(CodeList.COMMUNE, 1)
    }
    assert [name[code] for code in successor_communes(places["Huyện Thới Lai", "Xã Tân Thạnh"])] == [
        "Xã Trường Thành"
    ]
    assert "Phường Cao Lãnh" not in [
        name[code] for code in successor_communes(places["Thành phố Mỹ Tho", "Phường 4"])
    ]


def test_unknown_places_lead_nowhere():
    assert successor_communes("99999") == ()
    assert successor_communes("24") == ()
    assert find(CodeList.COMMUNE, 1, "99999") is None
    assert name_of(CodeList.DISTRICT, 2, "001") is None


@pytest.mark.parametrize(
    ("version", "code", "province"),
    [(1, "27", "24"), (1, "24", "24"), (2, "24", "24"), (2, "27", None), (1, "99", None), (0, "", None)],
)
def test_a_province_of_either_list_is_one_of_today(version, code, province):
    assert current_province(version, code) == province


def test_preload_reads_everything():
    assert preload() == sum(1 for _ in all_entries())


def test_the_notice_of_the_data_is_kept_and_the_data_is_small():
    data = files("lienthong.core").joinpath("data")
    notice = data.joinpath("NOTICE").read_text(encoding="utf-8")
    assert "Tran Ngoc Minh Hieu" in notice
    assert "Permission is hereby granted" in notice
    assert sum(len(file.read_bytes()) for file in data.iterdir()) < 2_000_000
