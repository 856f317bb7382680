"""Scales and paths."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """The area inside the axes, in the drawing's own units; `top_value` is the value at its upper edge."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    count: int
    top_value: float

    def x(self, position: int) -> float:
        """Return where the position lies across, to a tenth."""
        return round(self.left + (self.width - self.left - self.right) * position / (self.count - 1), 1)

    def y(self, value: float) -> float:
        """Return where the value lies, to a tenth; negative values stand on the base line."""
        return round(self.floor - (self.floor - self.top) * max(0.0, value) / self.top_value, 1)

    @property
    def floor(self) -> int:
        """Return where the base line lies."""
        return self.height - self.bottom


def ticks(highest: float, wanted: int = 4) -> tuple[float, ...]:
    """Return round values from 0 to at least `highest`, about as many as wanted; the last is above 0."""
    if highest <= 0:
        return (0.0, 1.0)
    rough = highest / wanted
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999999)
    return tuple(round(index * step, 10) for index in range(ceil(round(highest / step, 6)) + 1))


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return the points as one line of SVG path data."""
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Return the heights in the given order, moved down where they come closer together than the gap."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = list(heights)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    return placed
