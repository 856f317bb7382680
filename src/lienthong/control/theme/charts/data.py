"""What charts show."""

from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.speech import Text


class Tone(StrEnum):
    """The colour of a line."""

    FIRST = "first"
    SECOND = "second"
    OK = "ok"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line: a value for each label of its chart; `filled` shades what is under it."""

    name: Text | str
    values: tuple[float, ...]
    tone: Tone = Tone.FIRST
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch that was out of the ordinary, from one position to another, both counted."""

    start: int
    end: int
    label: Text | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A height that should not be passed."""

    value: float
    label: Text | str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChart:
    """Values over time. `name` is unique on the page; `description` says in words what the eye sees."""

    name: str
    title: Text | str
    description: Text | str
    axis: Text | str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    limit: Limit | None = None
    bands: tuple[Band, ...] = ()
    decimals: int = 0

    def __post_init__(self) -> None:
        if len(self.labels) < 2 or not self.series:
            raise ValueError("a line needs two points and a chart needs a line")
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise ValueError("every series has a value for every label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One amount, the part of it that is marked, and a remark where it is out of the ordinary."""

    name: Text | str
    value: float
    part: float = 0
    warning: Text | str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Amounts beside their names. `name` is unique on the page."""

    name: str
    title: Text | str
    description: Text | str
    axis: Text | str
    value_name: Text | str
    bars: tuple[Bar, ...]
    part_name: Text | str = ""
    decimals: int = 0
