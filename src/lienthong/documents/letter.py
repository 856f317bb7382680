"""Administrative documents as PDF, in the layout of Decree 30/2020/NĐ-CP on clerical work.

The layout lies in `letter.typ`; texts are handed over as data, so that nothing a letter says becomes markup.
The same letter gives the same bytes. Written as PDF/A-2a and PDF/UA-1, as the writer claims.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from lienthong.documents.typesetting import TypesettingError, typeset


class LetterError(Exception):
    """The letter could not be set: a fault of ours, told with what the writer said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of running text, or the heading of a part."""

    text: str
    kind: Literal["paragraph", "heading"] = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; `widths` are shares of the line, one a column, and every row has as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    kind: Literal["table"] = "table"

    def __post_init__(self) -> None:
        if {len(self.header), len(self.widths), *map(len, self.rows)} != {len(self.header)}:
            raise ValueError("a row of the table has another number of cells than its header")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLayout:
    """Every text of a letter, each at its place.

    `abstract` stands under the number of an official letter (V/v …), `heading` and `subject` at the head of
    any other kind. `capacity` are the lines above the signature (TM. …, KT. …). `recipients` are the lines of
    "Nơi nhận". `seal` are the lines of the box of a digital signature (name and value), for letters the hub
    signs itself. `footer` is a line under every page, None for none.
    """

    title: str
    parent: str | None
    body: str
    number: str
    place_date: str
    abstract: str | None = None
    heading: str | None = None
    subject: str | None = None
    urgency: str | None = None
    addressees: tuple[str, ...] = ()
    blocks: tuple[Paragraph | Table, ...]
    recipients: tuple[str, ...] = ()
    capacity: tuple[str, ...]
    signatory: str
    seal: tuple[tuple[str, str], ...] = ()
    footer: str | None = None


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """Where the signature belongs: page counted from 0, rectangle in points from the lower left corner."""

    page: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class LetterPdf:
    """A letter as it is read, and the place left for its signature."""

    content: bytes
    signature: SignaturePlace


def render_letter(letter: LetterLayout, *, at: datetime) -> LetterPdf:
    """Return the letter as PDF; `at` is the moment written into the file. Raises LetterError."""
    try:
        pages = typeset("letter.typ", asdict(letter), at=at, label="signature")
    except TypesettingError as error:
        raise LetterError(f"the letter could not be set: {error}") from error
    place = pages.found[-1]
    left, top = int(place["x"]), int(_PAGE_HEIGHT - place["y"])
    return LetterPdf(pages.content, SignaturePlace(int(place["page"]) - 1, (left, top - 56, left + 215, top)))


_PAGE_HEIGHT = 841.89
