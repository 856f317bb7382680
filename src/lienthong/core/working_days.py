"""Working days: Monday to Friday, but for the days off and the make-up days that decisions name.

The table of such days is data. Beyond the day to which it is known a deadline is only probable, and says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lienthong.core.legal_days import end_of_day

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """`decided` says of single days whether they are worked; it is complete to `known_to`, inclusive."""

    decided: Mapping[date, bool]
    known_to: date

    def is_working(self, day: date) -> bool:
        """Say whether a day is worked: as decided, else Monday to Friday."""
        return self.decided.get(day, day.weekday() < _SATURDAY)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term, and whether the calendar was known so far."""

    last_day: date
    is_certain: bool

    @property
    def until(self) -> int:
        """Return the first instant at which the term is over."""
        return end_of_day(self.last_day)


def deadline(start: date, working_days: int, calendar: WorkCalendar) -> Deadline:
    """Return the end of a term of working days; the day it begins on does not count.

    Raises ValueError for a negative term.
    """
    if working_days < 0:
        raise ValueError("a term has no negative number of days")
    day, left = start, working_days
    while left:
        day += _ONE_DAY
        left -= calendar.is_working(day)
    return Deadline(day, is_certain=day <= calendar.known_to)


def working_days_between(start: date, end: date, calendar: WorkCalendar) -> int:
    """Count the working days after one day, up to and including another; 0 where that lies not later."""
    days = (start + timedelta(days=each) for each in range(1, (end - start).days + 1))
    return sum(calendar.is_working(day) for day in days)
