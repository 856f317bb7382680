import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from unicodedata import is_normalized

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.codes import CodeList, entries, find
from lienthong.core.dates import parse_iso
from lienthong.core.evidence import Evidence, ListKind, ListRow
from lienthong.core.field_values import field_value, values_of
from lienthong.core.fields import (
    BY_COLUMN,
    BY_NAME,
    BY_NUMBER,
    FIELDS,
    MAX_FIELD_NUMBER,
    PERSON_COLUMNS,
    FieldType,
    Sensitivity,
    bits_of_names,
    bits_of_numbers,
    column_mask,
    examined_bits,
    field_bits,
    fields_in,
    list_mask,
    names_in,
    source_bits,
)

FROZEN = json.loads(Path(__file__).parents[1].joinpath("vectors/fields.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 24)
EVERYTHING = field_bits(FIELDS)
every_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)

days = st.none() | st.dates(date(1950, 1, 1), date(2040, 1, 1))
texts = st.none() | st.sampled_from(["Nguyễn Thị Mẫu", "x"])
partial_dates = st.none() | st.sampled_from([0, 19900000, 19900200, 19900215, 20100101])
addresses = st.none() | st.sampled_from(
    [
        (1, "24", "213", "07210", "Thôn 1", "VN"),
        (1, "49", "", "", None, "VN"),
        (2, "24", "", "07210", "Số 2", "VN"),
        (2, "01", None, "00004", None, "VN"),
        (1, "99", "999", "99999", None, "VN"),
        (2, "", "", "", "Seoul", "KR"),
        (None, None, None, None, None, None),
    ]
)
OF_TYPE = {
    FieldType.NAME: texts,
    FieldType.TEXT: texts,
    FieldType.NUMBER: st.just("099190000001"),
    FieldType.OLD_NUMBER: st.just("012345678"),
    FieldType.PARTIAL_DATE: partial_dates,
    FieldType.DATE: days,
    FieldType.ADDRESS: addresses,
    FieldType.CODE: st.none() | st.sampled_from(["01", "02"]),
}
OF_COLUMN = {
    "sex": st.none() | st.integers(0, 2),
    "marital_status": st.none() | st.integers(0, 3),
    "death_kind": st.integers(0, 2),
}
columns = st.tuples(*(OF_COLUMN.get(name, OF_TYPE[BY_COLUMN[name].type]) for name in PERSON_COLUMNS))
rows = st.lists(
    st.builds(
        ListRow,
        list=st.sampled_from([kind.value for kind in ListKind]),
        position=st.integers(1, 5),
        name=texts,
        number=st.none() | st.just("099190000002"),
        old_number=st.none() | st.just("012345678"),
        nationality=st.none() | st.sampled_from(["VN", "KR"]),
        relation=st.none() | st.just("03"),
        issued=days,
        expires=days,
        place=texts,
    ),
    max_size=6,
).map(tuple)


def evidence_of(values, lists=()):
    return Evidence(
        person_id=1,
        person_key=b"",
        current_number=None,
        name="",
        birth_date=0,
        death_kind=0,
        province="",
        protection=0,
        examination=0,
        candidates=1,
        values=values,
        lists=lists,
    )


def evidence_with(lists=(), **values):
    return evidence_of(tuple(values.get(name) for name in PERSON_COLUMNS), tuple(lists))


def value(name, lists=(), **values):
    return field_value(BY_NAME[name], evidence_with(lists, **values), TODAY)


def test_numbers_and_names_never_change_and_none_is_given_twice():
    now = {str(field.number): field.name for field in FIELDS}
    assert {number: now.get(number) for number in FROZEN} == FROZEN
    assert len(BY_NAME) == len(BY_NUMBER) == len(FIELDS) == len(now)
    assert [field.number for field in FIELDS] == sorted(BY_NUMBER)
    assert max(BY_NUMBER) <= MAX_FIELD_NUMBER
    assert min(BY_NUMBER) >= 1


@pytest.mark.law("R8.2")
def test_every_item_of_the_law_has_its_fields_and_room_for_more():
    assert {field.item for field in FIELDS} == set(range(1, 27))
    assert 70 <= len(FIELDS) <= 85
    for before, after in pairwise(FIELDS):
        assert after.item == before.item or after.number - before.number >= 2, after.name


def test_every_column_of_the_register_is_one_field_in_the_order_of_the_mask():
    assert set(BY_COLUMN) == set(PERSON_COLUMNS)
    assert len(PERSON_COLUMNS) == 30
    for place, column in enumerate(PERSON_COLUMNS):
        assert column_mask(BY_COLUMN[column].bit) == 1 << place
    assert column_mask(EVERYTHING) == (1 << 30) - 1
    assert list_mask(EVERYTHING) == sum(ListKind)


@every_field
def test_a_field_has_exactly_one_origin_and_says_what_it_is(field):
    assert [field.column is not None, field.list is not None, field.is_derived].count(True) == 1
    assert field.name.isascii() and field.name.isidentifier() and field.name == field.name.lower()
    for label in (field.label_vi, field.label_en):
        assert label and label[0].isupper() and is_normalized("NFC", label)
    assert (field.type is FieldType.CODE) == (field.code_list is not None)
    assert not field.many or field.list is not None


@every_field
def test_the_size_of_a_small_domain_is_the_number_of_values(field):
    if field.type is FieldType.BOOLEAN:
        assert field.domain_size == 2
    if field.code_list is not None and field.code_list is not CodeList.COUNTRY and not field.many:
        version = 2 if field.code_list is CodeList.PROVINCE else 1
        assert field.domain_size == len(list(entries(field.code_list, version)))
    assert field.is_small == (field.domain_size is not None)
    assert field.domain_size is None or 2 <= field.domain_size <= 64


@pytest.mark.law("R8.2")
@every_field
def test_a_derived_field_is_read_from_stored_ones_and_is_as_sensitive(field):
    order = list(Sensitivity)
    for name in field.derived_from:
        source = BY_NAME[name]
        assert not source.is_derived
        assert source.source is field.source
        assert order.index(field.sensitivity) >= order.index(source.sensitivity)
    assert source_bits(field.bit) == (bits_of_names(field.derived_from) if field.is_derived else field.bit)


@pytest.mark.law("R1.2")
def test_what_is_family_or_sensitive_is_so():
    family = {field.name for field in FIELDS if field.sensitivity is Sensitivity.FAMILY}
    assert {"father_name", "children_numbers", "marital_status", "household_relation", "is_married"} <= family
    assert all(field.name in family for field in FIELDS if field.list and field.list >= ListKind.FATHER)
    sensitive = {field.name for field in FIELDS if field.sensitivity is Sensitivity.SENSITIVE}
    assert sensitive == {"ethnicity", "religion", "blood_group", "other_information"}


def test_the_existing_messages_are_mapped():
    names = {field.npd_name: field.name for field in FIELDS if field.npd_name}
    assert names["HoVaTen"] == "full_name"
    assert names["SoDinhDanh"] == "number"
    assert names["VoChong/HoVaTen"] == "spouse_name"
    assert names["ChuHo/QuanHe"] == "household_relation"
    assert len(names) == sum(field.npd_name is not None for field in FIELDS)


@given(st.sets(st.sampled_from(FIELDS)))
def test_a_set_of_fields_is_its_bits(chosen):
    bits = field_bits(chosen)
    assert set(fields_in(bits)) == chosen
    assert names_in(bits) == tuple(field.name for field in FIELDS if field in chosen)
    assert bits_of_names(names_in(bits)) == bits
    assert bits_of_numbers(field.number for field in chosen) == bits
    assert fields_in(bits | 1 << 121 | 1) == fields_in(bits)


@pytest.mark.parametrize(
    "read", [lambda: bits_of_names(["full_name", "nickname"]), lambda: bits_of_numbers([1, 5])]
)
def test_an_unknown_field_is_said(read):
    with pytest.raises(KeyError):
        read()


def test_examination_of_a_column_reaches_what_is_computed_from_it():
    examination = column_mask(BY_NAME["birth_date"].bit)
    assert names_in(examined_bits(EVERYTHING, examination)) == ("birth_date", "birth_year", "age", "is_adult")
    assert examined_bits(BY_NAME["sex"].bit, examination) == 0


SHAPES = {
    FieldType.INTEGER: int,
    FieldType.BOOLEAN: bool,
    FieldType.ADDRESS: dict,
    FieldType.CARD: dict,
}


@given(columns, rows)
def test_every_value_has_the_shape_of_its_type_and_can_be_written(values, lists):
    evidence = evidence_of(values, lists)
    answer = values_of(EVERYTHING, evidence, TODAY)
    assert json.loads(msgspec.json.encode(answer)) == answer
    for field in FIELDS:
        given_value = answer[field.name]
        assert given_value == field_value(field, evidence, TODAY)
        assert isinstance(given_value, list) == field.many
        for one in given_value if field.many else [given_value]:
            assert one is None or type(one) is SHAPES.get(field.type, str)
            if field.type in (FieldType.DATE, FieldType.PARTIAL_DATE) and one is not None:
                assert parse_iso(one).iso == one


@pytest.mark.law("R8.2")
@given(columns, rows, st.sets(st.sampled_from(FIELDS), min_size=1, max_size=4))
def test_a_value_rests_on_nothing_but_the_columns_and_lists_of_its_masks(values, lists, chosen):
    bits = field_bits(chosen)
    kept = tuple(one if column_mask(bits) >> place & 1 else None for place, one in enumerate(values))
    listed = tuple(row for row in lists if row.list & list_mask(bits))
    everything = values_of(bits, evidence_of(values, lists), TODAY)
    assert values_of(bits, evidence_of(kept, listed), TODAY) == everything
    assert list(everything) == list(names_in(bits))


def test_addresses_carry_the_names_of_their_own_list():
    assert value("permanent_residence", permanent_residence=(1, "24", "213", "07210", "Thôn 1", "VN")) == {
        "list_version": 1,
        "province": "24",
        "province_name": "Tỉnh Bắc Giang",
        "district": "213",
        "district_name": "Thành phố Bắc Giang",
        "commune": "07210",
        "commune_name": "Phường Hoàng Văn Thụ",
        "detail": "Thôn 1",
        "country": "VN",
    }
    assert value("birth_place", birth_place=(2, "24", "", "07210", None, "VN")) == {
        "list_version": 2,
        "province": "24",
        "province_name": "Tỉnh Bắc Ninh",
        "commune": "07210",
        "commune_name": "Phường Bắc Giang",
        "detail": None,
        "country": "VN",
    }
    abroad = value("native_place", native_place=(2, "", "", "", "Seoul", "KR"))
    assert (abroad["province"], abroad["province_name"], abroad["country"]) == (None, None, "KR")


@pytest.mark.parametrize(
    ("current", "permanent", "province"),
    [
        (None, None, None),
        (None, (1, "49", "", "", None, "VN"), "48"),
        ((2, "01", "", "", None, "VN"), (1, "49", "", "", None, "VN"), "01"),
        ((1, "24", "", "", None, "VN"), None, "24"),
        ((1, "27", "", "", None, "VN"), None, "24"),
        ((2, "", "", "", "Seoul", "KR"), (1, "49", "", "", None, "VN"), None),
        ((None, None, None, None, None, None), None, None),
    ],
)
def test_the_province_of_residence_is_one_of_today(current, permanent, province):
    assert (
        value("province_of_residence", current_residence=current, permanent_residence=permanent) == province
    )
    assert province is None or find(CodeList.PROVINCE, 2, province) is not None


@pytest.mark.parametrize(
    ("name", "columns_read", "expected"),
    [
        ("birth_date", {"birth_date": 19900200}, "1990-02"),
        ("birth_year", {"birth_date": 19900200}, 1990),
        ("birth_year", {}, None),
        ("age", {"birth_date": 19900215}, 36),
        ("age", {"birth_date": 19900000}, None),
        ("is_adult", {"birth_date": 20081125}, False),
        ("sex", {"sex": 2}, "2"),
        ("sex", {}, None),
        ("permanent_residence_from", {"permanent_from": date(2001, 2, 3)}, "2001-02-03"),
        ("is_alive", {"death_kind": 0}, True),
        ("is_alive", {"death_kind": 1}, False),
        ("is_alive", {"death_kind": 2}, None),
        ("death_kind", {"death_kind": 0}, "0"),
        ("is_married", {"marital_status": 2}, True),
        ("is_married", {"marital_status": 3}, False),
        ("is_married", {"marital_status": 0}, None),
        ("is_declared_absent", {}, False),
        ("is_declared_absent", {"absence_from": TODAY}, True),
        ("is_declared_absent", {"absence_from": TODAY, "absence_until": TODAY}, True),
        ("is_declared_absent", {"absence_from": date(2020, 1, 1), "absence_until": date(2020, 2, 1)}, False),
        ("is_declared_absent", {"absence_from": date(2027, 1, 1)}, False),
    ],
)
def test_values_of_columns(name, columns_read, expected):
    assert value(name, **columns_read) == expected


def card(position, issued, expires):
    return ListRow(
        list=4, position=position, number=f"C{position}", issued=issued, expires=expires, place="Cục"
    )


def test_the_latest_card_counts_whatever_the_order():
    old, new = card(1, date(2016, 5, 1), date(2026, 5, 1)), card(2, date(2024, 7, 1), date(2026, 11, 24))
    for lists in ([old, new], [new, old]):
        assert value("card_issue_date", lists) == "2024-07-01"
        assert value("card_expiry", lists) == "2026-11-24"
        assert value("card_issue_place", lists) == "Cục"
        assert value("has_valid_card", lists) is True
        assert [one["number"] for one in value("cards", lists)] == ["C1", "C2"]
    assert value("has_valid_card", [old]) is False
    assert value("has_valid_card", [card(1, None, None)]) is True
    assert value("has_valid_card", []) is False
    assert value("card_expiry", [card(1, date(2020, 1, 1), None)]) is None


def test_lists_of_persons_stay_aligned_and_in_order():
    children = [
        ListRow(list=64, position=2, name="Nguyễn Văn Hai", number=None),
        ListRow(list=64, position=1, name="Nguyễn Thị Một", number="099218000001"),
    ]
    assert value("children_names", children) == ["Nguyễn Thị Một", "Nguyễn Văn Hai"]
    assert value("children_numbers", children) == ["099218000001", None]
    assert value("children_count", children) == 2
    assert value("father_name", children) is None
    assert value("father_name", [ListRow(list=8, position=1, name="Nguyễn Văn Cha")]) == "Nguyễn Văn Cha"


def test_nationality_is_unknown_where_none_is_registered():
    assert value("has_vietnamese_nationality") is None
    nationalities = [
        ListRow(list=2, position=place, nationality=code) for place, code in ((1, "KR"), (2, "VN"))
    ]
    assert value("nationalities", nationalities) == ["KR", "VN"]
    assert value("has_vietnamese_nationality", nationalities) is True
    assert value("has_vietnamese_nationality", nationalities[:1]) is False
