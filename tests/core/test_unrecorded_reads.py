"""Reads against lines: no load looks like theft, and no theft hides in a load that ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.legal_days import DAY
from lienthong.core.unrecorded_reads import Balance, Reading, begin, weigh
from tests.core.granting import NOW


def reading(reads: int, explained: int, *, size: int = 0, at: int = NOW) -> Reading:
    return Reading(at=at, size=size, reads=reads, explained=explained)


def weighed(*readings: Reading) -> int:
    balance, found = begin(readings[0]), 0
    for each in readings[1:]:
        balance, found = weigh(balance, each)
    return found


@pytest.mark.law("R6.1")
def test_reads_without_lines_are_told_one_reading_later() -> None:
    before, stolen = reading(100, 90), reading(600, 90)
    assert weighed(before, stolen) == 0, "they may still be under way"
    assert weighed(before, stolen, reading(600, 90)) == 500
    assert weighed(before, stolen, reading(600, 590)) == 0, "they were"
    assert weighed(before, stolen, reading(600, 90), reading(600, 90)) == 500, "and it stays told"


def test_misses_that_read_nobody_give_no_room_for_later() -> None:
    assert weighed(reading(0, 0), reading(10, 1_000), reading(510, 1_000), reading(510, 1_000)) == 500


def test_what_failed_on_earlier_days_is_not_added_up_for_ever() -> None:
    balance = begin(reading(0, 0))
    for day in range(1, 30):
        balance, found = weigh(balance, reading(day * 100, 0, at=NOW + day * DAY))
        assert found <= 200
    assert balance.lowest > 2_000


@pytest.mark.parametrize("back", [reading(50, 0, size=10), reading(200, 0, size=5)])
def test_counts_of_a_restored_database_begin_anew(back: Reading) -> None:
    balance, found = weigh(begin(reading(100, 0, size=10)), back)
    assert (balance, found) == (begin(back), 0)


_STEPS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 100), st.integers(0, 50), st.booleans()), max_size=40
)


@pytest.mark.law("R6.1")
@settings(deadline=None)
@given(_STEPS)
def test_no_load_that_records_what_it_reads_is_ever_suspected(
    steps: list[tuple[int, int, int, bool]],
) -> None:
    """Reads begun before a look have their lines by the next one; misses add lines that read nobody."""
    at, reads, lines, under_way = NOW, 0, 0, 0
    balance = begin(reading(0, 0))
    for fresh, late, nobody, is_next_day in steps:
        at += DAY if is_next_day else 10_000_000
        lines += under_way + nobody + max(0, fresh - late)
        under_way = min(fresh, late)
        reads += fresh
        balance, found = weigh(balance, Reading(at=at, size=lines, reads=reads, explained=lines))
        assert found == 0


@settings(deadline=None)
@given(_STEPS, st.integers(301, 5_000))
def test_a_theft_in_any_load_is_told_in_full_once_the_load_rests(
    steps: list[tuple[int, int, int, bool]], stolen: int
) -> None:
    reads, lines, under_way = 0, 0, 0
    balance: Balance = begin(reading(0, 0))
    for fresh, late, _, _ in steps:
        lines += under_way + max(0, fresh - late)
        under_way = min(fresh, late)
        reads += fresh
        balance, _ = weigh(balance, reading(reads, lines, size=lines))
    lines, reads = lines + under_way, reads + stolen
    found = 0
    for _ in range(2):
        balance, found = weigh(balance, reading(reads, lines, size=lines))
    assert found >= stolen - max(under_way, max((late for _, late, _, _ in steps), default=0))
