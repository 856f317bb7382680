"""Partial dates: a birth or a death of which only the year, or the year and month, is known.

The stored form is one integer yyyymmdd in which an unknown month or day is 00, so that the register keeps a
date in four bytes and sorts it. Nothing here guesses a missing part: an age that depends on one is unknown.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from re import ASCII, Match
from re import compile as pattern
from typing import Self

from lienthong.core.grade import Grade

FIRST_YEAR = 1800
LAST_YEAR = 2399
ADULT_AGE = 18

_ISO = pattern(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", ASCII)
_NPD = pattern(r"(\d{4})(?:(\d{2})(\d{2})?)?", ASCII)
_MONTH_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Precision(IntEnum):
    """How much of a date is known; a higher value is more precise."""

    YEAR = 1
    MONTH = 2
    DAY = 3


def is_possible(stored: int) -> bool:
    """Say whether an integer is the stored form of a date that can exist (years 1800 to 2399)."""
    year, rest = divmod(stored, 10_000)
    month, day = divmod(rest, 100)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return False
    if month == 0:
        return day == 0
    return month <= 12 and day <= month_length(year, month)


def month_length(year: int, month: int) -> int:
    """Give the number of days of a month (1 to 12) in the Gregorian calendar."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_LENGTHS[month]


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of which the day, or the month and day, may be unknown.

    `stored` is yyyymmdd with 00 for what is unknown; dates are ordered by it. Raises ValueError for a date
    that cannot exist; read text from outside with `parse_iso` or `parse_npd`, which return None instead.
    """

    stored: int

    def __post_init__(self) -> None:
        if not is_possible(self.stored):
            raise ValueError("not a possible date in the form yyyymmdd with 00 for an unknown part")

    @classmethod
    def of(cls, day: date) -> Self:
        """Build the fully known date of a calendar day."""
        return cls(day.year * 10_000 + day.month * 100 + day.day)

    @property
    def year(self) -> int:
        """Give the year, which is always known."""
        return self.stored // 10_000

    @property
    def month(self) -> int:
        """Give the month 1 to 12, or 0 when it is unknown."""
        return self.stored // 100 % 100

    @property
    def day(self) -> int:
        """Give the day 1 to 31, or 0 when it is unknown."""
        return self.stored % 100

    @property
    def precision(self) -> Precision:
        """Say how much of the date is known."""
        return precision_of(self.stored)

    @property
    def iso(self) -> str:
        """Write `1990`, `1990-02` or `1990-02-15` (ISO 8601 reduced precision)."""
        return iso_text(self.stored)

    @property
    def npd(self) -> str:
        """Write `1990`, `199002` or `19900215`, as the existing messages of the register do."""
        return iso_text(self.stored).replace("-", "")


@lru_cache(maxsize=65_536)
def parse_iso(text: str) -> PartialDate | None:
    """Read `YYYY`, `YYYY-MM` or `YYYY-MM-DD` (ASCII digits); None for anything else or impossible."""
    return _read(_ISO.fullmatch(text))


def parse_npd(text: str) -> PartialDate | None:
    """Read `yyyy`, `yyyyMM` or `yyyyMMdd` (ASCII digits); None for anything else or impossible."""
    return _read(_NPD.fullmatch(text))


def _read(match: Match[str] | None) -> PartialDate | None:
    if match is None:
        return None
    year, month, day = match.groups()
    # A part that is written must be known: 00 is the stored form of "unknown", not a way to write it.
    if month == "00" or day == "00":
        return None
    try:
        return PartialDate(int(year) * 10_000 + int(month or 0) * 100 + int(day or 0))
    except ValueError:
        return None


def precision_of(stored: int) -> Precision:
    """Say how much is known of a date in stored form."""
    if stored % 100:
        return Precision.DAY
    return Precision.MONTH if stored % 10_000 else Precision.YEAR


@lru_cache(maxsize=65_536)
def iso_text(stored: int) -> str:
    """Write a date in stored form as ISO 8601 text of the precision it has."""
    if stored % 100:
        return f"{stored // 10_000:04d}-{stored // 100 % 100:02d}-{stored % 100:02d}"
    if stored % 10_000:
        return f"{stored // 10_000:04d}-{stored // 100 % 100:02d}"
    return f"{stored // 10_000:04d}"


def compare_dates(claimed: PartialDate, registered: int) -> Grade:
    """Grade a claimed date against a registered one in stored form (0 or less: nothing is registered).

    Equal is `exact`. A register that knows less and does not contradict is `equivalent`: the citizen cannot
    help it. A claim that knows less than the register is `partial`, or a year would open a record. Day and
    month exchanged is `near`. Law: R1.2.
    """
    stored = claimed.stored
    if stored == registered:
        return Grade.EXACT
    if registered <= 0:
        return Grade.MISMATCH
    if _covers(registered, stored):
        return Grade.EQUIVALENT
    if _covers(stored, registered):
        return Grade.PARTIAL
    return Grade.NEAR if days_swapped(claimed, registered) else Grade.MISMATCH


def days_swapped(claimed: PartialDate, registered: int) -> bool:
    """Say whether a claimed day becomes the registered one when its day and month change places."""
    year, month, day = claimed.year, claimed.month, claimed.day
    return day != month and year * 10_000 + day * 100 + month == registered


def _covers(coarse: int, fine: int) -> bool:
    if coarse % 100:
        return False
    if coarse % 10_000:
        return fine // 100 == coarse // 100
    return fine // 10_000 == coarse // 10_000


def age_range(birth: int, today: date) -> tuple[int, int] | None:
    """Give the lowest and highest age in completed years that a birth date in stored form allows.

    None when nothing is registered or the whole range lies in the future. Someone born on 29 February
    completes a year on 1 March of a common year.
    """
    if birth <= 0:
        return None
    year, month, day = birth // 10_000, birth // 100 % 100, birth % 100
    earliest = (month or 1, day or 1)
    latest_month = month or 12
    latest = (latest_month, day or month_length(year, latest_month))
    here = (today.month, today.day)
    years = today.year - year
    highest = years - (here < earliest)
    lowest = years - (here < latest)
    return None if highest < 0 else (max(lowest, 0), highest)


def age_on(birth: int, today: date) -> int | None:
    """Give the age in completed years, or None when what is known of the birth date leaves two answers."""
    bounds = age_range(birth, today)
    if bounds is None or bounds[0] != bounds[1]:
        return None
    return bounds[0]


def is_adult_on(birth: int, today: date) -> bool | None:
    """Say whether a person is 18 or older, or None when what is known of the birth date leaves it open."""
    bounds = age_range(birth, today)
    if bounds is None:
        return None
    if bounds[0] >= ADULT_AGE:
        return True
    return False if bounds[1] < ADULT_AGE else None
