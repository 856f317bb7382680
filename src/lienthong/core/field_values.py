"""The JSON value of each field, taken or computed from what was read about one person.

Stored fields are given as they are kept; derived fields are computed here and nowhere else. What the register
does not know is None.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import cast

from lienthong.core.codes import current_province
from lienthong.core.dates import age_on, is_adult_on
from lienthong.core.evidence import Evidence, ListKind, ListRow
from lienthong.core.field_kinds import Field
from lienthong.core.fields import FIELDS, PERSON_COLUMNS, fields_in
from lienthong.core.stored_values import (
    Extractor,
    Value,
    address_at,
    day_at,
    integer_at,
    is_plain,
    iso_or_none,
    rows_of,
    stored_value,
)

__all__ = ["Value", "field_value", "values_of"]


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
def _plan(bits: int) -> tuple[tuple[str, int, Extractor | None], ...]:
    """List name, column and extractor of each field; text columns are taken as they are."""
    return tuple(
        (field.name, PERSON_COLUMNS.index(field.column), None)
        if field.column is not None and is_plain(field)
        else (field.name, -1, _EXTRACTORS[field.number])
        for field in fields_in(bits)
    )


def _latest_card(evidence: Evidence) -> ListRow | None:
    cards = rows_of(evidence, ListKind.CARD)
    return max(cards, key=lambda card: card.issued or date.min) if cards else None


def _of_latest_card(read: Callable[[ListRow], Value]) -> Extractor:
    def extract(evidence: Evidence, _today: date) -> Value:
        card = _latest_card(evidence)
        return None if card is None else read(card)

    return extract


def _has_valid_card(evidence: Evidence, today: date) -> Value:
    card = _latest_card(evidence)
    return card is not None and (card.expires is None or today <= card.expires)


def _has_vietnamese_nationality(evidence: Evidence, _today: date) -> Value:
    rows = rows_of(evidence, ListKind.NATIONALITY)
    return any(row.nationality == _HOME for row in rows) if rows else None


def _province_of(*columns: str) -> Extractor:
    """Give the province, in the present list, of the first of these addresses that is registered."""
    places = [PERSON_COLUMNS.index(column) for column in columns]

    def extract(evidence: Evidence, _today: date) -> Value:
        for place in places:
            row = address_at(evidence, place)
            if row is not None:
                return current_province(row[0] or 0, row[1] or "")
        return None

    return extract


def _birth_year(evidence: Evidence, _today: date) -> Value:
    return integer_at(evidence, _BIRTH_DATE) // 10_000 or None


def _age(evidence: Evidence, today: date) -> Value:
    return age_on(integer_at(evidence, _BIRTH_DATE), today)


def _is_adult(evidence: Evidence, today: date) -> Value:
    return is_adult_on(integer_at(evidence, _BIRTH_DATE), today)


def _is_declared_absent(evidence: Evidence, today: date) -> Value:
    since, until = day_at(evidence, _ABSENCE_FROM), day_at(evidence, _ABSENCE_UNTIL)
    return since is not None and since <= today and (until is None or today <= until)


def _is_married(evidence: Evidence, _today: date) -> Value:
    status = integer_at(evidence, _MARITAL_STATUS)
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

_BY_NAME: Mapping[str, Extractor] = {
    "birth_year": _birth_year,
    "age": _age,
    "is_adult": _is_adult,
    "province_of_birth": _province_of("birth_place"),
    "province_of_birth_registration": _province_of("birth_registration"),
    "province_of_native_place": _province_of("native_place"),
    "has_vietnamese_nationality": _has_vietnamese_nationality,
    "card_issue_date": _of_latest_card(lambda card: iso_or_none(card.issued)),
    "card_issue_place": _of_latest_card(lambda card: card.place),
    "card_expiry": _of_latest_card(lambda card: iso_or_none(card.expires)),
    "has_valid_card": _has_valid_card,
    "children_count": lambda evidence, _today: len(rows_of(evidence, ListKind.CHILD)),
    "province_of_permanent_residence": _province_of("permanent_residence"),
    "province_of_residence": _province_of("current_residence", "permanent_residence"),
    "is_declared_absent": _is_declared_absent,
    "is_married": _is_married,
    "is_alive": _is_alive,
}


_EXTRACTORS = {field.number: _BY_NAME.get(field.name) or stored_value(field) for field in FIELDS}
