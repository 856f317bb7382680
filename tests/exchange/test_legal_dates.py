from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lienthong.exchange.legal_dates import Calendar, DateError

DEMO = Calendar(date(2026, 11, 24))
PRODUCTION = Calendar(None)
VIETNAM = timezone(timedelta(hours=7))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value", "moment"),
    [
        ("valid_until", date(2026, 12, 31), at(2026, 12, 31, 17)),
        ("due", date(2026, 12, 31), at(2026, 12, 31, 17)),
        ("valid_from", date(2026, 12, 31), at(2026, 12, 30, 17)),
        ("revoked_at", date(2026, 12, 31), at(2026, 12, 30, 17)),
        ("valid_until", datetime(2026, 12, 31, 12, tzinfo=VIETNAM), at(2026, 12, 31, 5)),
    ],
)
def test_a_legal_day_counts_by_what_it_means(key: str, value: date, moment: datetime) -> None:
    assert PRODUCTION.moments({key: value}) == {key: moment}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("today", at(2026, 11, 24, 17)),
        ("today+7", at(2026, 12, 1, 17)),
        ("today-24", at(2026, 10, 31, 17)),
    ],
)
def test_outside_production_a_day_may_be_relative(text: str, moment: datetime) -> None:
    assert DEMO.moments({"valid_until": text}) == {"valid_until": moment}


def test_in_production_it_may_not() -> None:
    with pytest.raises(DateError, match="written as a date"):
        PRODUCTION.moments({"valid_until": "today+7"})


def test_dates_in_tables_and_lists_are_found_and_the_rest_stays() -> None:
    table = {"a": {"valid_from": date(2026, 1, 1)}, "b": [{"due": date(2026, 1, 1)}], "c": "today's", "d": 5}
    assert DEMO.moments(table) == {
        "a": {"valid_from": at(2025, 12, 31, 17)},
        "b": [{"due": at(2026, 1, 1, 17)}],
        "c": "today's",
        "d": 5,
    }


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(DateError, match="needs its zone"):
        DEMO.moments({"valid_until": datetime(2026, 1, 1)})  # noqa: DTZ001
