"""The JSON values that are kept as they are: the columns of a person and the rows of its lists.

What the register does not know is None.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from lienthong.core.codes import CodeList, name_of
from lienthong.core.dates import iso_text
from lienthong.core.evidence import AddressRow, Evidence, ListKind, ListRow
from lienthong.core.field_kinds import Field, FieldType
from lienthong.core.fields import PERSON_COLUMNS

Value = str | int | None | Mapping[str, "Value"] | Sequence["Value"]
"""What JSON can say; an integer may be a boolean."""

Extractor = Callable[[Evidence, date], Value]
"""Takes the value of one field from evidence; the day is today in Vietnam."""


def stored_value(field: Field) -> Extractor:
    """Give what takes a stored field, from its column or its list, out of evidence."""
    if field.list is not None:
        return _of_list(field, field.list)
    return _OF_COLUMN[field.type](PERSON_COLUMNS.index(field.column or ""))


def is_plain(field: Field) -> bool:
    """Say whether a field's value is its column as it is, without any change."""
    return field.column is not None and _OF_COLUMN[field.type] is _text_column


def _text_column(column: int) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        value = evidence.values[column]
        assert value is None or isinstance(value, str)
        return value

    return extract


def _code_column(column: int) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        value = evidence.values[column]
        return None if value is None else str(value)

    return extract


def _partial_date_column(column: int) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        stored = integer_at(evidence, column)
        return iso_text(stored) if stored else None

    return extract


def _day_column(column: int) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        return iso_or_none(day_at(evidence, column))

    return extract


def _address_column(column: int) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        row = address_at(evidence, column)
        return None if row is None else _address_object(row)

    return extract


_OF_COLUMN: Mapping[FieldType, Callable[[int], Extractor]] = {
    FieldType.NAME: _text_column,
    FieldType.TEXT: _text_column,
    FieldType.NUMBER: _text_column,
    FieldType.OLD_NUMBER: _text_column,
    FieldType.CODE: _code_column,
    FieldType.PARTIAL_DATE: _partial_date_column,
    FieldType.DATE: _day_column,
    FieldType.ADDRESS: _address_column,
}


def integer_at(evidence: Evidence, column: int) -> int:
    """Read a number; 0 stands for nothing, as it does in a date in stored form."""
    value = evidence.values[column]
    assert value is None or isinstance(value, int)
    return value or 0


def day_at(evidence: Evidence, column: int) -> date | None:
    """Read a day."""
    value = evidence.values[column]
    assert value is None or isinstance(value, date)
    return value


def address_at(evidence: Evidence, column: int) -> AddressRow | None:
    """Read an address."""
    value = evidence.values[column]
    assert not isinstance(value, str | int | date)
    return value


def iso_or_none(day: date | None) -> str | None:
    """Write a day as `YYYY-MM-DD`."""
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


def rows_of(evidence: Evidence, kind: ListKind) -> list[ListRow]:
    """List the rows of one list in the order the register keeps."""
    rows = [row for row in evidence.lists if row.list == kind]
    rows.sort(key=lambda row: row.position)
    return rows


def _of_list(field: Field, kind: ListKind) -> Extractor:
    """Give the part of the list's rows that the field's type asks for: all of them, or the first row's."""
    read = _PART_OF_ROW[field.name.rsplit("_", 1)[-1] if field.type is FieldType.CODE else field.type]
    if field.many:
        return lambda evidence, _today: [read(row) for row in rows_of(evidence, kind)]

    def extract(evidence: Evidence, _today: date) -> Value:
        rows = rows_of(evidence, kind)
        return read(rows[0]) if rows else None

    return extract


def _card_object(row: ListRow) -> Value:
    return {
        "number": row.number,
        "issued": iso_or_none(row.issued),
        "expires": iso_or_none(row.expires),
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
