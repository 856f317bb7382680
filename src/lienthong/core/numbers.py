"""The personal identification number (12 digits) and the old identity-card number (9 digits).

A number has no check digit, and it may lawfully disagree with today's sex, birth year or province: after
some corrections it is changed only if the citizen wishes it. So its structure gives warnings and never a
rejection.
"""

from dataclasses import dataclass
from enum import StrEnum

SYNTHETIC_PREFIX = "099"

PROVINCE_PREFIXES = frozenset(
    f"{code:03d}"
    for code in (
        *(1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38),
        *(40, 42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80),
        *(82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96),
    )
)


class NumberKind(StrEnum):
    """Which of the two national numbers a text is; the values are those of the identifier table."""

    NUMBER = "number"
    OLD_NUMBER = "old_number"


class NumberWarning(StrEnum):
    """In what a number disagrees with the register; each is lawful, none refuses anybody."""

    SEX = "sex"
    BIRTH_YEAR = "birth_year"
    PROVINCE = "province"


@dataclass(frozen=True, slots=True)
class NumberParts:
    """What the digits of a personal number say.

    `place` is the three-digit code of the province (or, for births registered abroad, the country) of birth
    registration; `sex` is 1 for male and 2 for female; `birth_year` is 1900 to 2399; `serial` the last six
    digits.
    """

    place: str
    sex: int
    birth_year: int
    serial: str

    @property
    def province(self) -> str | None:
        """Give the two-digit province code of the 63-province list, or None for any other place."""
        return self.place[1:] if self.place in PROVINCE_PREFIXES else None


def is_number(text: str) -> bool:
    """Say whether a text is twelve ASCII digits."""
    return len(text) == 12 and text.isascii() and text.isdigit()


def is_old_number(text: str) -> bool:
    """Say whether a text is nine ASCII digits."""
    return len(text) == 9 and text.isascii() and text.isdigit()


def kind_of(text: str) -> NumberKind | None:
    """Tell which national number a text is, or None when it is neither."""
    if is_number(text):
        return NumberKind.NUMBER
    return NumberKind.OLD_NUMBER if is_old_number(text) else None


def is_synthetic(number: str) -> bool:
    """Say whether a personal number belongs to an invented person (place code 099, which no place has)."""
    return is_number(number) and number.startswith(SYNTHETIC_PREFIX)


def decode_number(number: str) -> NumberParts | None:
    """Read the structure PPP-G-YY-NNNNNN of a personal number; None when it is not twelve ASCII digits."""
    if not is_number(number):
        return None
    century_and_sex = int(number[3])
    return NumberParts(
        place=number[:3],
        sex=1 if century_and_sex % 2 == 0 else 2,
        birth_year=1900 + 100 * (century_and_sex // 2) + int(number[4:6]),
        serial=number[6:],
    )


def number_warnings(number: str, *, sex: int, birth_year: int, province: str) -> tuple[NumberWarning, ...]:
    """List in what a number disagrees with registered facts; an unknown fact (0 or empty) warns of nothing.

    `province` is a two-digit code of the 63-province list. A place that is none of the 63 is taken for a
    country and compared with nothing.
    """
    parts = decode_number(number)
    if parts is None:
        return ()
    warnings: list[NumberWarning] = []
    if sex and sex != parts.sex:
        warnings.append(NumberWarning.SEX)
    if birth_year and birth_year != parts.birth_year:
        warnings.append(NumberWarning.BIRTH_YEAR)
    if province and parts.province is not None and province != parts.province:
        warnings.append(NumberWarning.PROVINCE)
    return tuple(warnings)
