"""The JSON value of each field, taken or computed from what was read about one person.

Stored fields are given as they are kept; derived fields are computed here and nowhere else. What the register
does not know is None.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import cast

from lienthong.core.codes import CodeList, current_province, name_of
from lienthong.core.dates import age_on, is_adult_on, iso_text
from lienthong.core.evidence import AddressRow, Evidence, ListKind, ListRow
from lienthong.core.field_kinds import Field, FieldType
from lienthong.core.fields import FIELDS, PERSON_COLUMNS, fields_in

__all__ = ["Value", "field_value", "values_of"]

Value = str | int | None | Mapping[str, "Value"] | Sequence["Value"]
"""What JSON can say; an integer may be a boolean."""

_Extractor = Callable[[Evidence, date], Value]


def field_value(field: Field, evidence: Evidence, today: date) -> Value:
    """Give the JSON value of one field; ages and terms are reckoned on `today`, the day in Vietnam."""
    return _EXTRACTORS[field.number](evidence, today)


def values_of(bits: int, evidence: Evidence, today: date) -> dict[str, Value]:
    """Give the values of a set of fields by name, in the order of their numbers."""
    columns = cast("Sequence[Value]", evidence.values)
    return {
        name: columns[column] if extract is None else extract(evidence, today)
        for name, column, extract in _plan(bits)
    }


@lru_cache(maxsize=4096)
def _plan(bits: int) -> tuple[tuple[str, int, _Extractor | None], ...]:
    """List name, column and extractor of each field; text columns are taken as they are."""
    return tuple(
        (field.name, PERSON_COLUMNS.index(field.column), None)
        if field.column is not None and _OF_COLUMN[field.type] is _text_column
        else (field.name, -1, _EXTRACTORS[field.number])
        for field in fields_in(bits)
    )


def _text_column(column: int) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        value = evidence.values[column]
        assert value is None or isinstance(value, str)
        return value

    return extract


def _code_column(column: int) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        value = evidence.values[column]
        return None if value is None else str(value)

    return extract


def _partial_date_column(column: int) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        stored = _integer(evidence, column)
        return iso_text(stored) if stored else None

    return extract


def _day_column(column: int) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        return _iso(_day(evidence, column))

    return extract


def _address_column(column: int) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        row = _address(evidence, column)
        return None if row is None else _address_object(row)

    return extract


_OF_COLUMN: Mapping[FieldType, Callable[[int], _Extractor]] = {
    FieldType.NAME: _text_column,
    FieldType.TEXT: _text_column,
    FieldType.NUMBER: _text_column,
    FieldType.OLD_NUMBER: _text_column,
    FieldType.CODE: _code_column,
    FieldType.PARTIAL_DATE: _partial_date_column,
    FieldType.DATE: _day_column,
    FieldType.ADDRESS: _address_column,
}


def _integer(evidence: Evidence, column: int) -> int:
    """Read a number; 0 stands for nothing, as it does in a date in stored form."""
    value = evidence.values[column]
    assert value is None or isinstance(value, int)
    return value or 0


def _day(evidence: Evidence, column: int) -> date | None:
    value = evidence.values[column]
    assert value is None or isinstance(value, date)
    return value


def _address(evidence: Evidence, column: int) -> AddressRow | None:
    value = evidence.values[column]
    assert not isinstance(value, str | int | date)
    return value


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _address_object(row: AddressRow) -> dict[str, Value]:
    """Write an address with the names its codes have in its own version of the lists."""
    version, province, district, commune, detail, country = row
    province_name, district_name, commune_name = _place_names(version, province, district, commune)
    address: dict[str, Value] = {
        "list_version": version,
        "province": province or None,
        "province_name": province_name,
    }
    if district:
        address["district"] = district
        address["district_name"] = district_name
    address["commune"] = commune or None
    address["commune_name"] = commune_name
    address["detail"] = detail
    address["country"] = country
    return address


@lru_cache(maxsize=16_384)
def _place_names(
    version: int | None, province: str | None, district: str | None, commune: str | None
) -> tuple[str | None, str | None, str | None]:
    return (
        name_of(CodeList.PROVINCE, version or 0, province or ""),
        name_of(CodeList.DISTRICT, version or 0, district or ""),
        name_of(CodeList.COMMUNE, version or 0, commune or ""),
    )


def _rows(evidence: Evidence, kind: ListKind) -> list[ListRow]:
    rows = [row for row in evidence.lists if row.list == kind]
    rows.sort(key=lambda row: row.position)
    return rows


def _of_list(field: Field, kind: ListKind) -> _Extractor:
    """Give the part of the list's rows that the field's type asks for: all of them, or the first row's."""
    read = _PART_OF_ROW[field.name.rsplit("_", 1)[-1] if field.type is FieldType.CODE else field.type]
    if field.many:
        return lambda evidence, _today: [read(row) for row in _rows(evidence, kind)]

    def extract(evidence: Evidence, _today: date) -> Value:
        rows = _rows(evidence, kind)
        return read(rows[0]) if rows else None

    return extract


def _card_object(row: ListRow) -> Value:
    return {
        "number": row.number,
        "issued": _iso(row.issued),
        "expires": _iso(row.expires),
        "place": row.place,
    }


_PART_OF_ROW: Mapping[str, Callable[[ListRow], Value]] = {
    FieldType.NAME: lambda row: row.name,
    FieldType.NUMBER: lambda row: row.number,
    FieldType.OLD_NUMBER: lambda row: row.old_number,
    FieldType.CARD: _card_object,
    "nationality": lambda row: row.nationality,
    "nationalities": lambda row: row.nationality,
    "relations": lambda row: row.relation,
}


def _latest_card(evidence: Evidence) -> ListRow | None:
    cards = _rows(evidence, ListKind.CARD)
    return max(cards, key=lambda card: card.issued or date.min) if cards else None


def _of_latest_card(read: Callable[[ListRow], Value]) -> _Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        card = _latest_card(evidence)
        return None if card is None else read(card)

    return extract


def _has_valid_card(evidence: Evidence, today: date) -> Value:
    card = _latest_card(evidence)
    return card is not None and (card.expires is None or today <= card.expires)


def _has_vietnamese_nationality(evidence: Evidence, _today: date) -> Value:
    rows = _rows(evidence, ListKind.NATIONALITY)
    return any(row.nationality == _HOME for row in rows) if rows else None


def _province_of(*columns: str) -> _Extractor:
    """Give the province, in the present list, of the first of these addresses that is registered."""
    places = [PERSON_COLUMNS.index(column) for column in columns]

    def extract(evidence: Evidence, _today: date) -> Value:
        for place in places:
            row = _address(evidence, place)
            if row is not None:
                return current_province(row[0] or 0, row[1] or "")
        return None

    return extract


def _birth_year(evidence: Evidence, _today: date) -> Value:
    return _integer(evidence, _BIRTH_DATE) // 10_000 or None


def _age(evidence: Evidence, today: date) -> Value:
    return age_on(_integer(evidence, _BIRTH_DATE), today)


def _is_adult(evidence: Evidence, today: date) -> Value:
    return is_adult_on(_integer(evidence, _BIRTH_DATE), today)


def _is_declared_absent(evidence: Evidence, today: date) -> Value:
    since, until = _day(evidence, _ABSENCE_FROM), _day(evidence, _ABSENCE_UNTIL)
    return since is not None and since <= today and (until is None or today <= until)


def _is_married(evidence: Evidence, _today: date) -> Value:
    status = _integer(evidence, _MARITAL_STATUS)
    return None if status == 0 else status == _MARRIED


def _is_alive(evidence: Evidence, _today: date) -> Value:
    """Tell the living from the dead; of a person declared missing it is not known."""
    return _ALIVE_BY_DEATH_KIND.get(evidence.values[_DEATH_KIND])


_HOME = "VN"
_MARRIED = 2
_ALIVE_BY_DEATH_KIND: Mapping[object, bool] = {0: True, 1: False}
_BIRTH_DATE = PERSON_COLUMNS.index("birth_date")
_ABSENCE_FROM = PERSON_COLUMNS.index("absence_from")
_ABSENCE_UNTIL = PERSON_COLUMNS.index("absence_until")
_MARITAL_STATUS = PERSON_COLUMNS.index("marital_status")
_DEATH_KIND = PERSON_COLUMNS.index("death_kind")

_BY_NAME: Mapping[str, _Extractor] = {
    "birth_year": _birth_year,
    "age": _age,
    "is_adult": _is_adult,
    "province_of_birth": _province_of("birth_place"),
    "province_of_birth_registration": _province_of("birth_registration"),
    "province_of_native_place": _province_of("native_place"),
    "has_vietnamese_nationality": _has_vietnamese_nationality,
    "card_issue_date": _of_latest_card(lambda card: _iso(card.issued)),
    "card_issue_place": _of_latest_card(lambda card: card.place),
    "card_expiry": _of_latest_card(lambda card: _iso(card.expires)),
    "has_valid_card": _has_valid_card,
    "children_count": lambda evidence, _today: len(_rows(evidence, ListKind.CHILD)),
    "province_of_permanent_residence": _province_of("permanent_residence"),
    "province_of_residence": _province_of("current_residence", "permanent_residence"),
    "is_declared_absent": _is_declared_absent,
    "is_married": _is_married,
    "is_alive": _is_alive,
}


def _extractor_of(field: Field) -> _Extractor:
    named = _BY_NAME.get(field.name)
    if named is not None:
        return named
    if field.column is not None:
        return _OF_COLUMN[field.type](PERSON_COLUMNS.index(field.column))
    assert field.list is not None
    return _of_list(field, field.list)


_EXTRACTORS = {field.number: _extractor_of(field) for field in FIELDS}
