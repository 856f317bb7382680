"""Comparing claimed values with registered ones: yes, no, or nothing to compare with.

Verification is preferred to disclosure: it gives no value. A field with few possible values is nevertheless
told by asking, so it never has a grade and its line says `disclosed`. Law: R1.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from re import ASCII
from re import compile as pattern
from unicodedata import normalize

from lienthong.core.dates import compare_dates, parse_iso
from lienthong.core.field_kinds import Field, FieldType
from lienthong.core.field_values import Value
from lienthong.core.fields import BY_NAME
from lienthong.core.grade import Grade
from lienthong.core.names import compare_names
from lienthong.core.request import ClaimValue

_DAY = pattern(r"\d{4}-\d{2}-\d{2}", ASCII)


class ClaimOutcome(StrEnum):
    """What verification answers for one claimed value."""

    MATCH = "match"
    NO_MATCH = "no_match"
    NOT_AVAILABLE = "not_available"


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """What came of one claim; the grade goes out only where it was granted, and is None for small fields."""

    outcome: ClaimOutcome
    grade: Grade | None


_NOT_AVAILABLE = ClaimResult(ClaimOutcome.NOT_AVAILABLE, None)


def wrong_claims(claims: Mapping[str, ClaimValue]) -> tuple[str, ...]:
    """Name the claims whose value cannot be a value of their field at all."""
    return tuple(name for name, value in claims.items() if not _can_be(name, value))


def _can_be(name: str, claimed: ClaimValue) -> bool:
    field = BY_NAME.get(name)
    if field is None:
        return False
    match field.type:
        case FieldType.BOOLEAN:
            return isinstance(claimed, bool)
        case FieldType.INTEGER:
            return isinstance(claimed, int) and not isinstance(claimed, bool)
        case FieldType.PARTIAL_DATE:
            return isinstance(claimed, str) and parse_iso(claimed) is not None
        case FieldType.DATE:
            return isinstance(claimed, str) and _DAY.fullmatch(claimed) is not None
        case FieldType.ADDRESS | FieldType.CARD:
            return False
        case _:
            return isinstance(claimed, str) and claimed.strip() != ""


def compare_claim(field: Field, claimed: ClaimValue, registered: Value) -> ClaimResult:
    """Compare a claim of the right type with the registered JSON value of its field.

    A field with several values agrees with the one it agrees with best. A name agrees when it is `exact` or
    `equivalent`, a date by the rules for partial dates, everything else only when it is the same.
    """
    values = registered if isinstance(registered, list | tuple) else (registered,)
    grades = [_grade(field, claimed, value) for value in values if value is not None]
    if not grades:
        return _NOT_AVAILABLE
    best = min(grades, key=lambda grade: grade.rank)
    outcome = ClaimOutcome.MATCH if best.opens else ClaimOutcome.NO_MATCH
    return ClaimResult(outcome, None if field.is_small else best)


def _grade(field: Field, claimed: ClaimValue, registered: Value) -> Grade:
    if isinstance(claimed, str) and isinstance(registered, str):
        if field.type is FieldType.NAME:
            return compare_names(claimed, registered)
        if field.type is FieldType.PARTIAL_DATE:
            return _grade_dates(claimed, registered)
        return Grade.EXACT if _plain(claimed) == _plain(registered) else Grade.MISMATCH
    return Grade.EXACT if claimed == registered else Grade.MISMATCH


def _grade_dates(claimed: str, registered: str) -> Grade:
    first, second = parse_iso(claimed), parse_iso(registered)
    if first is None or second is None:
        return Grade.MISMATCH
    return compare_dates(first, second.stored)


def _plain(text: str) -> str:
    return normalize("NFC", text).strip().casefold()
