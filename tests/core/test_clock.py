"""A clock is trusted where no reading of the comparison speaks against it, and only there."""

import pytest

from lienthong.core.clock import ClockReading, ClockState, ClockVerdict, judge_clock

TOLERANCE = 2_000_000
OTHER = 1_795_000_000_000_000


def state(before: int, after: int, *, kernel: bool | None = None, required: bool = False) -> ClockVerdict:
    reading = ClockReading(OTHER + before, OTHER, OTHER + after, kernel)
    return judge_clock(reading, tolerance=TOLERANCE, kernel_required=required)


@pytest.mark.law("R6.1", "R8.2")
@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0, 0, ClockState.TRUSTED),
        (-500, 500, ClockState.TRUSTED),
        (-TOLERANCE, TOLERANCE, ClockState.TRUSTED),
        (TOLERANCE, TOLERANCE, ClockState.TRUSTED),
        (TOLERANCE + 1, TOLERANCE + 900, ClockState.OFF),
        (-TOLERANCE - 900, -TOLERANCE - 1, ClockState.OFF),
        (-TOLERANCE - 1, 0, ClockState.UNSURE),
        (0, TOLERANCE + 1, ClockState.UNSURE),
        (TOLERANCE + 900, TOLERANCE + 1, ClockState.OFF),  # set back while the other was asked
        (3_600_000_000, 3_600_000_100, ClockState.OFF),
    ],
)
def test_a_clock_is_off_beyond_the_tolerance_for_certain(
    before: int, after: int, expected: ClockState
) -> None:
    verdict = state(before, after)
    assert verdict.state is expected
    assert verdict.offset == (before + after) // 2


@pytest.mark.parametrize(
    ("kernel", "required", "expected"),
    [
        (True, True, ClockState.TRUSTED),
        (False, True, ClockState.UNSYNCHRONISED),
        (None, True, ClockState.UNSYNCHRONISED),
        (False, False, ClockState.TRUSTED),
    ],
)
def test_the_kernels_word_counts_where_it_is_required(
    kernel: bool | None, required: bool, expected: ClockState
) -> None:
    assert state(-10, 10, kernel=kernel, required=required).state is expected
    assert state(-(10**9), -(10**9), kernel=kernel, required=required).state is ClockState.OFF
