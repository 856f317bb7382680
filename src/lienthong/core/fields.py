"""The catalogue of the fields a grant can name, and the masks by which they are read.

The rows stand in `data/fields.csv`, one per field of Article 9 of the Law on Identification (26/2023/QH15).
Numbers and names are permanent: they stand in grants, consents and log lines, so a field that is withdrawn
keeps both for ever, and each item of the law has free numbers after its last. A set of fields is an integer
with bit `number` set.
"""

from collections.abc import Iterable
from csv import DictReader
from functools import lru_cache
from importlib.resources import files

from lienthong.core.evidence import ListKind
from lienthong.core.field_kinds import CodeList, Field, FieldType, Sensitivity, Source

__all__ = [
    "BY_COLUMN",
    "BY_NAME",
    "BY_NUMBER",
    "FIELDS",
    "MAX_FIELD_NUMBER",
    "PERSON_COLUMNS",
    "CodeList",
    "Field",
    "FieldType",
    "ListKind",
    "Sensitivity",
    "Source",
    "bits_of_names",
    "bits_of_numbers",
    "column_mask",
    "examined_bits",
    "field_bits",
    "fields_in",
    "list_mask",
    "names_in",
    "source_bits",
]

MAX_FIELD_NUMBER = 120

PERSON_COLUMNS = (
    "full_name",
    "surname",
    "middle_name",
    "given_name",
    "number",
    "old_number",
    "birth_date",
    "sex",
    "birth_place",
    "birth_registration",
    "native_place",
    "ethnicity",
    "religion",
    "blood_group",
    "permanent_residence",
    "permanent_from",
    "temporary_residence",
    "temporary_from",
    "temporary_until",
    "current_residence",
    "absence_from",
    "absence_until",
    "residence_file",
    "marital_status",
    "household_relation",
    "death_kind",
    "death_date",
    "phone",
    "email",
    "other_information",
)


def _read_row(row: dict[str, str]) -> Field:
    return Field(
        number=int(row["number"]),
        name=row["name"],
        item=int(row["item"]),
        label_vi=row["label_vi"],
        label_en=row["label_en"],
        type=FieldType(row["type"]),
        sensitivity=Sensitivity(row["sensitivity"]),
        source=Source(row["source"]),
        npd_name=row["npd_name"] or None,
        column=row["column"] or None,
        list=ListKind[row["list"]] if row["list"] else None,
        many=row["many"] == "yes",
        code_list=CodeList(row["code_list"]) if row["code_list"] else None,
        derived_from=tuple(row["derived_from"].split()),
        domain_size=int(row["domain_size"]) if row["domain_size"] else None,
    )


def _read_catalogue() -> tuple[Field, ...]:
    text = files("lienthong.core").joinpath("data/fields.csv").read_text(encoding="utf-8")
    return tuple(_read_row(row) for row in DictReader(text.splitlines()))


FIELDS = _read_catalogue()
BY_NAME = {field.name: field for field in FIELDS}
BY_NUMBER = {field.number: field for field in FIELDS}
BY_COLUMN = {field.column: field for field in FIELDS if field.column is not None}

_BIT_BY_NAME = {field.name: field.bit for field in FIELDS}
_COLUMN_BITS = {name: 1 << position for position, name in enumerate(PERSON_COLUMNS)}


def field_bits(fields: Iterable[Field]) -> int:
    """Give the set of these fields as bits by field number."""
    bits = 0
    for field in fields:
        bits |= field.bit
    return bits


def bits_of_names(names: Iterable[str]) -> int:
    """Give the set of the named fields; raises KeyError with the first name that is none."""
    bits = 0
    for name in names:
        bits |= _BIT_BY_NAME[name]
    return bits


def bits_of_numbers(numbers: Iterable[int]) -> int:
    """Give the set of the numbered fields; raises KeyError with the first number that is none."""
    return field_bits(BY_NUMBER[number] for number in numbers)


@lru_cache(maxsize=4096)
def fields_in(bits: int) -> tuple[Field, ...]:
    """List the fields of a set by number; bits that are no field are ignored."""
    return tuple(field for field in FIELDS if bits >> field.number & 1)


@lru_cache(maxsize=4096)
def names_in(bits: int) -> tuple[str, ...]:
    """List the names of the fields of a set, by number."""
    return tuple(field.name for field in fields_in(bits))


@lru_cache(maxsize=4096)
def source_bits(bits: int) -> int:
    """Give the set of stored fields that a set is read from: each derived field gives way to its sources.

    These are the rights that the whole set needs. Law: R8.2 (a derived field is no way round the scope).
    """
    found = 0
    for field in fields_in(bits):
        found |= bits_of_names(field.derived_from) if field.is_derived else field.bit
    return found


@lru_cache(maxsize=4096)
def column_mask(bits: int) -> int:
    """Give the columns of the person that a set of fields is read from: bit i for `PERSON_COLUMNS[i]`."""
    mask = 0
    for field in fields_in(source_bits(bits)):
        if field.column is not None:
            mask |= _COLUMN_BITS[field.column]
    return mask


@lru_cache(maxsize=4096)
def list_mask(bits: int) -> int:
    """Give the lists that a set of fields is read from, as a sum of `ListKind` values."""
    mask = 0
    for field in fields_in(source_bits(bits)):
        if field.list is not None:
            mask |= field.list.value
    return mask


@lru_cache(maxsize=4096)
def examined_bits(bits: int, examination: int) -> int:
    """Give those fields of a set whose value rests on a column under examination (bit i for column i)."""
    return field_bits(field for field in fields_in(bits) if column_mask(field.bit) & examination)
