import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.codes import CodeList, entries
from lienthong.core.numbers import (
    PROVINCE_PREFIXES,
    NumberKind,
    NumberParts,
    NumberWarning,
    decode_number,
    is_number,
    is_old_number,
    is_synthetic,
    kind_of,
    number_warnings,
)

numbers = st.from_regex(r"[0-9]{12}", fullmatch=True)


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        ("001090000001", NumberParts("001", 1, 1990, "000001")),
        ("001190000001", NumberParts("001", 2, 1990, "000001")),
        ("079205123456", NumberParts("079", 1, 2005, "123456")),
        ("079305123456", NumberParts("079", 2, 2005, "123456")),
        ("099499000000", NumberParts("099", 1, 2199, "000000")),
        ("099900999999", NumberParts("099", 2, 2300, "999999")),
    ],
)
def test_a_number_is_read_by_its_structure(number, parts):
    assert decode_number(number) == parts


def test_the_place_of_a_number_is_a_province_or_something_else():
    assert decode_number("024090000001").province == "24"
    assert decode_number("099090000001").province is None
    assert decode_number("300090000001").province is None


def test_the_province_prefixes_are_the_63_provinces():
    assert {f"0{entry.code}" for entry in entries(CodeList.PROVINCE, 1)} == PROVINCE_PREFIXES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("099090000001", NumberKind.NUMBER),
        ("012345678", NumberKind.OLD_NUMBER),
        ("", None),
        ("09909000000", None),
        ("0990900000011", None),
        ("0123456789", None),
        ("09909000000a", None),
        ("099090000001 ", None),
        ("٠٩٩٠٩٠٠٠٠٠٠١", None),
        ("０１２３４５６７８", None),
        ("01234567²", None),
        ("-12345678", None),
    ],
)
def test_only_ascii_digits_of_the_right_count_are_a_number(text, kind):
    assert kind_of(text) is kind
    assert is_number(text) == (kind is NumberKind.NUMBER)
    assert is_old_number(text) == (kind is NumberKind.OLD_NUMBER)
    if kind is not NumberKind.NUMBER:
        assert decode_number(text) is None


def test_an_invented_person_has_a_number_no_place_gives_out():
    assert is_synthetic("099090000001")
    assert not is_synthetic("001090000001")
    assert not is_synthetic("099090001")
    assert "099" not in PROVINCE_PREFIXES


@pytest.mark.parametrize(
    ("facts", "warnings"),
    [
        ({"sex": 1, "birth_year": 1990, "province": "24"}, ()),
        ({"sex": 2, "birth_year": 1990, "province": "24"}, (NumberWarning.SEX,)),
        ({"sex": 1, "birth_year": 1991, "province": "24"}, (NumberWarning.BIRTH_YEAR,)),
        ({"sex": 1, "birth_year": 1990, "province": "27"}, (NumberWarning.PROVINCE,)),
        ({"sex": 2, "birth_year": 2090, "province": "01"}, tuple(NumberWarning)),
        ({"sex": 0, "birth_year": 0, "province": ""}, ()),
    ],
)
def test_a_number_that_disagrees_warns(facts, warnings):
    assert number_warnings("024090000001", **facts) == warnings


def test_a_place_abroad_and_a_malformed_number_warn_of_nothing():
    assert number_warnings("300090000001", sex=1, birth_year=1990, province="24") == ()
    assert number_warnings("24090000001", sex=2, birth_year=1, province="24") == ()


@given(numbers)
def test_structure_and_digits_say_the_same(number):
    parts = decode_number(number)
    century = (parts.birth_year - 1900) // 100
    gender = 2 * century + (parts.sex - 1)
    assert f"{parts.place}{gender}{parts.birth_year % 100:02d}{parts.serial}" == number
    assert (
        number_warnings(number, sex=parts.sex, birth_year=parts.birth_year, province=parts.province or "")
        == ()
    )
