from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.legal_days import end_of_day
from lienthong.core.working_days import WorkCalendar, deadline, working_days_between

KNOWN = date(2026, 12, 31)
PLAIN = WorkCalendar({}, KNOWN)
SWAPPED = WorkCalendar({date(2026, 11, 25): False, date(2026, 11, 28): True}, KNOWN)


@pytest.mark.parametrize(
    ("start", "days", "calendar", "last"),
    [
        (date(2026, 11, 24), 0, PLAIN, date(2026, 11, 24)),
        (date(2026, 11, 24), 1, PLAIN, date(2026, 11, 25)),
        (date(2026, 11, 24), 5, PLAIN, date(2026, 12, 1)),
        (date(2026, 11, 27), 1, PLAIN, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, PLAIN, date(2026, 11, 30)),
        (date(2026, 11, 24), 3, SWAPPED, date(2026, 11, 28)),
    ],
)
def test_a_term_ends_on_a_working_day_as_decided(start, days, calendar, last) -> None:
    found = deadline(start, days, calendar)
    assert found.last_day == last
    assert found.is_certain
    assert found.until == end_of_day(last)


def test_beyond_the_known_days_a_deadline_is_only_probable() -> None:
    assert not deadline(date(2026, 12, 30), 5, PLAIN).is_certain


def test_a_negative_term_is_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        deadline(date(2026, 11, 24), -1, PLAIN)


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(
    start=DAYS,
    days=st.integers(0, 60),
    decided=st.dictionaries(DAYS, st.booleans(), max_size=30),
)
def test_a_deadline_has_exactly_its_working_days_and_ends_on_one(start, days, decided) -> None:
    calendar = WorkCalendar(decided, KNOWN)
    last = deadline(start, days, calendar).last_day
    assert working_days_between(start, last, calendar) == days
    if days:
        assert calendar.is_working(last)
        assert working_days_between(start, last - timedelta(days=1), calendar) == days - 1


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert working_days_between(date(2026, 11, 24), date(2026, 11, 20), PLAIN) == 0
