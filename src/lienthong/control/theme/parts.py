"""Values that components show. Views build them; the templates of the theme draw them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lienthong.control.theme.kinds import Kind
from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to a file; the newest comes first in a timeline. `proof_url` proves it."""

    title: Text | str
    by: Text | str
    at: datetime
    kind: Kind = Kind.OK
    proof_url: str = ""


class Progress(StrEnum):
    """Where one step of a procedure stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of something that does go one after another, as filling in a request."""

    title: Text | str
    progress: Progress
    note: Text | str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to open: its format as shown (`PDF`), and what tells it from others (number, size)."""

    url: str
    title: Text | str
    format: str
    facts: tuple[Text | str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A thing that wants attention, with the page where it is dealt with."""

    url: str
    title: Text | str
    kind: Kind
    facts: tuple[Text | str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page of a list is shown; `parameter` carries the page number in the address."""

    number: int
    size: int
    total: int
    parameter: str = "page"

    @property
    def pages(self) -> int:
        """Return how many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Return the place of the first entry shown, 0 when there is none."""
        return min(self.total, (self.number - 1) * self.size + 1)

    @property
    def last(self) -> int:
        """Return the place of the last entry shown."""
        return min(self.total, self.number * self.size)

    @property
    def numbers(self) -> tuple[int | None, ...]:
        """Return the page numbers to offer: the ends, the current one and its neighbours; None is a gap."""
        near = range(self.number - 1, self.number + 2)
        wanted = sorted(page for page in {1, self.pages, *near} if 1 <= page <= self.pages)
        shown: list[int | None] = []
        for page in wanted:
            before = shown[-1] if shown else 0
            if before is not None and page - before == 2:
                shown.append(page - 1)
            elif before is not None and page - before > 2:
                shown.append(None)
            shown.append(page)
        return tuple(shown)


def page_number(text: str) -> int:
    """Return the number of the page of a list that an address names, the first for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) else 1
