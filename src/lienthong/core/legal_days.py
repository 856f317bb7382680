"""Legal dates as instants: days are those of Việt Nam, and every interval is half-open.

An instant is an integer: microseconds since 1970-01-01T00:00:00Z. "Valid to 31/12/2026" becomes, once and
here, the first instant at which it is no longer valid: 2026-12-31T17:00:00Z. Việt Nam has kept UTC+7 without
daylight saving since 1975; acts of this exchange are all later.
"""

from datetime import UTC, date, datetime, timedelta

from lienthong.core.dates import month_length

SECOND = 1_000_000
DAY = 86_400 * SECOND
_OFFSET = 7 * 3_600 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)


def instant(moment: datetime) -> int:
    """Return a moment as an instant; raises ValueError for a moment without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone is no instant")
    return (moment - _EPOCH) // _MICROSECOND


def moment(instant: int) -> datetime:
    """Return an instant as a moment in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def start_of_day(day: date) -> int:
    """Return the instant at which a Vietnamese day begins: what is valid from that day is valid from here."""
    return (day.toordinal() - _EPOCH_DAY) * DAY - _OFFSET


def end_of_day(day: date) -> int:
    """Return the first instant after a Vietnamese day: what is valid to that day ends here, exclusive."""
    return start_of_day(day) + DAY


def day_of(instant: int) -> date:
    """Return the Vietnamese day an instant lies in, which is also the day of quotas and budgets."""
    return date.fromordinal((instant + _OFFSET) // DAY + _EPOCH_DAY)


def last_day(until: int) -> date:
    """Return the last Vietnamese day on which something that ends at `until` (exclusive) still holds."""
    return day_of(until - 1)


def add_years(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 1 March where there is none."""
    year = day.year + years
    if day.month == 2 and day.day > month_length(year, 2):
        return date(year, 3, 1)
    return day.replace(year=year)


def end_of_term(start: int, *, years: int) -> int:
    """Return the instant at which a term of whole years from the day of `start` has passed.

    Two years from any time on 29 February 2024 have passed at the end of 28 February 2026, when 1 March
    begins. The time of day does not count: the term runs by days.
    """
    return start_of_day(add_years(day_of(start), years))
