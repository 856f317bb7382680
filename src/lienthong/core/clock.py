"""Whether a clock may date what is recorded and judge what is still valid: the rule, without reading one.

A signature is accepted for 70 seconds, a grant ends at an instant, a record says when: a wrong clock breaks
all three, so whoever has one answers nothing. Law: R6.1, R8.2.
"""

from dataclasses import dataclass
from enum import StrEnum


class ClockState(StrEnum):
    """What a comparison says of a clock; `unsure`: the answer took too long to tell."""

    TRUSTED = "trusted"
    OFF = "off"
    UNSYNCHRONISED = "unsynchronised"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The own clock before and after another was asked, what that said, and the kernel's word; microseconds.

    `kernel` says whether the kernel believes its clock synchronised, None where it cannot be asked.
    """

    before: int
    other: int
    after: int
    kernel: bool | None


@dataclass(frozen=True, slots=True)
class ClockVerdict:
    """The state of a clock, and by how much it is ahead of the other one at the middle, in microseconds."""

    state: ClockState
    offset: int


def judge_clock(reading: ClockReading, *, tolerance: int, kernel_required: bool) -> ClockVerdict:
    """Judge a clock by one comparison; `tolerance` in microseconds. Law: R6.1, R8.2.

    The other clock was read at some moment between `before` and `after`, so the true offset lies between
    their distances to it: only what holds for all of them is said.
    """
    low, high = sorted((reading.before - reading.other, reading.after - reading.other))
    offset = (low + high) // 2
    if low > tolerance or high < -tolerance:
        return ClockVerdict(ClockState.OFF, offset)
    if kernel_required and reading.kernel is not True:
        return ClockVerdict(ClockState.UNSYNCHRONISED, offset)
    if low < -tolerance or high > tolerance:
        return ClockVerdict(ClockState.UNSURE, offset)
    return ClockVerdict(ClockState.TRUSTED, offset)
