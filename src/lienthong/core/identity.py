"""The identity rule: whether number, full name and birth date given by a caller are one person's.

The result carries grades and reasons, never a registered value. Grades and reasons go out only where the
grant explains; otherwise all that leaves is one uniform `no_match`. Law: R1.2.
"""

from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct

from lienthong.core.dates import PartialDate, compare_dates
from lienthong.core.evidence import Evidence
from lienthong.core.grade import Grade
from lienthong.core.names import NameDifference, compare_names, name_differences
from lienthong.core.numbers import is_number


class Claim(Struct, frozen=True, gc=False):
    """Who the caller says the person is: a 12-digit or old 9-digit number, the full name, the birth date."""

    number: str
    full_name: str
    birth_date: PartialDate


class NumberMatch(StrEnum):
    """By which of the person's numbers the claim found the person."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    OLD = "old"


class DateDifference(StrEnum):
    """In what a claimed birth date differs, without saying what is registered."""

    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    LESS_PRECISE = "less_precise"


Reason = NameDifference | DateDifference


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """How a claim agrees with the one person its number led to.

    `agrees` is the identity rule: name and birth date `exact` or `equivalent`, and the number leads to one
    person only. `reasons` say in what the name and the date differ, for grants that explain.
    """

    number: NumberMatch
    full_name: Grade
    birth_date: Grade
    is_ambiguous: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def agrees(self) -> bool:
        """Say whether the claim opens the record."""
        return not self.is_ambiguous and self.full_name.opens and self.birth_date.opens

    @property
    def differing(self) -> tuple[str, ...]:
        """Name the fields that keep the claim from agreeing."""
        grades = (("full_name", self.full_name), ("birth_date", self.birth_date))
        number = ("number",) if self.is_ambiguous else ()
        return number + tuple(name for name, grade in grades if not grade.opens)

    @property
    def grades(self) -> dict[str, Grade]:
        """Give the grade of each field; a superseded or old number that leads to the person is equivalent."""
        number = Grade.EXACT if self.number is NumberMatch.CURRENT else Grade.EQUIVALENT
        return {
            "number": Grade.MISMATCH if self.is_ambiguous else number,
            "full_name": self.full_name,
            "birth_date": self.birth_date,
        }


_AGREES_EXACTLY = IdentityResult(NumberMatch.CURRENT, Grade.EXACT, Grade.EXACT)


def compare_identity(claim: Claim, evidence: Evidence, *, explain: bool = True) -> IdentityResult:
    """Compare a claim with the person its number led to; without `explain` no reasons are sought.

    The register resolves numbers, so a number that is not the person's current one is one that is linked to
    the person. Law: R1.2.
    """
    name = compare_names(claim.full_name, evidence.name)
    birth_date = compare_dates(claim.birth_date, evidence.birth_date)
    is_current = claim.number == evidence.current_number
    is_ambiguous = evidence.candidates != 1
    if name is Grade.EXACT and birth_date is Grade.EXACT and is_current and not is_ambiguous:
        return _AGREES_EXACTLY
    number = NumberMatch.CURRENT
    if not is_current:
        number = NumberMatch.SUPERSEDED if is_number(claim.number) else NumberMatch.OLD
    return IdentityResult(
        number=number,
        full_name=name,
        birth_date=birth_date,
        is_ambiguous=is_ambiguous,
        reasons=_reasons(claim, evidence, name, birth_date) if explain else (),
    )


def _reasons(claim: Claim, evidence: Evidence, name: Grade, birth_date: Grade) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if name is Grade.NEAR or name is Grade.PARTIAL:
        reasons.extend(name_differences(claim.full_name, evidence.name))
    if birth_date is Grade.PARTIAL:
        reasons.append(DateDifference.LESS_PRECISE)
    elif birth_date is Grade.NEAR:
        reasons.append(DateDifference.DAY_AND_MONTH_SWAPPED)
    return tuple(reasons)
