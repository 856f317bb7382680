from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.legal_days import (
    DAY,
    add_years,
    day_of,
    end_of_day,
    end_of_term,
    instant,
    last_day,
    moment,
    start_of_day,
)

days = st.dates(min_value=date(1976, 1, 1), max_value=date(2390, 12, 31))
VIETNAM = timezone(timedelta(hours=7))


def test_valid_to_the_last_of_the_year_ends_at_seventeen_hours_utc() -> None:
    assert moment(end_of_day(date(2026, 12, 31))) == datetime(2026, 12, 31, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "years", "passed"),
    [
        (date(2024, 2, 29), 2, date(2026, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 2, 28), 2, date(2026, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 12, 31)),
        (date(2023, 3, 1), 1, date(2024, 3, 1)),
    ],
)
def test_years_are_added_by_days(start: date, years: int, passed: date) -> None:
    assert add_years(start, years) == passed
    assert end_of_term(start_of_day(start) + 5, years=years) == start_of_day(passed)


def test_a_moment_without_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001


@given(days)
def test_a_day_is_half_open_and_of_vietnam(day: date) -> None:
    start, end = start_of_day(day), end_of_day(day)
    assert moment(start).astimezone(VIETNAM).replace(tzinfo=None) == datetime(day.year, day.month, day.day)  # noqa: DTZ001
    assert end - start == DAY
    assert day_of(start) == day_of(end - 1) == last_day(end) == day
    assert day_of(end) == day + timedelta(days=1)
    assert day_of(start - 1) == day - timedelta(days=1)


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2390, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_instants_and_moments_are_the_same_thing(at: datetime) -> None:
    assert moment(instant(at)) == at
    assert instant(at.astimezone(VIETNAM)) == instant(at)
