"""How guides look on the page: duties as tags, texts as HTML, what there is to do as links."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from lienthong.control.frame.page import address_of
from lienthong.control.guides.queries import Edition, GuidePage, GuideRow
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Document
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.guide_scope import GuideItem, ItemKind
from lienthong.core.guides import DUTY_LABELS, PART_LABELS, DutyState, GuidePart
from lienthong.core.legal_days import instant, last_day
from lienthong.core.pages import Page
from lienthong.core.speech import Text
from lienthong.documents.markdown import render_written

_KINDS: Final = {
    DutyState.NONE: Kind.IDLE,
    DutyState.AHEAD: Kind.INFO,
    DutyState.MET: Kind.OK,
    DutyState.OPEN: Kind.WARN,
    DutyState.OVERDUE: Kind.BAD,
}
_ITEM_LABELS: Final = {
    ItemKind.PURPOSE: Text("Mục đích", "Purpose"),
    ItemKind.SERVICE: Text("Dịch vụ", "Service"),
    ItemKind.FIELD: Text("Trường thông tin", "Field"),
}
_TABLE: Final = Text("Bảng", "Table")


@dataclass(frozen=True, slots=True)
class DutyTag:
    """A duty as a tag shows it."""

    kind: Kind
    label: Text


def tag_of(state: DutyState) -> DutyTag:
    """Return how a duty is shown."""
    return DutyTag(_KINDS[state], DUTY_LABELS[state])


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A guide in a list, with its words and its page."""

    row: GuideRow
    tag: DutyTag
    due: date | None
    url: str


def shown_row(portal: Portal, row: GuideRow) -> ShownRow:
    """Return a guide in a list with its words."""
    return ShownRow(row, tag_of(row.state), due_day(row.due_at), address_of(portal, Page.GUIDE, guide=row.id))


def due_day(at: datetime | None) -> date | None:
    """Return the last day of a term that ends at an instant."""
    return None if at is None else last_day(instant(at))


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One thing that a guide does not name."""

    kind: Text
    item: GuideItem


def shown_items(items: tuple[GuideItem, ...]) -> tuple[ShownItem, ...]:
    """Return what is not named, with its words."""
    return tuple(ShownItem(_ITEM_LABELS[item.kind], item) for item in items)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One part to read."""

    name: str
    label: str
    html: SafeString


def shown_part(part: GuidePart, text: str) -> ShownPart:
    """Return a part as HTML. Editions are in Vietnamese, whatever the language of the page around them."""
    html = render_written(text, below=2, table_label=spoken(_TABLE))
    # Safe by what lienthong.documents.markdown lets through, which its tests and evil texts hold.
    return ShownPart(part.value, PART_LABELS[part].vi, mark_safe(html))  # noqa: S308


def shown_parts(edition: Edition) -> tuple[ShownPart, ...]:
    """Return the parts of an edition to read."""
    return tuple(shown_part(part, text) for part, text in edition.parts)


@dataclass(frozen=True, slots=True)
class PartLink:
    """One part in the list of those being written."""

    label: Text
    url: str
    is_faulty: bool
    is_written: bool
    is_here: bool


def part_links(portal: Portal, page: GuidePage, here: GuidePart | None = None) -> tuple[PartLink, ...]:
    """Return the parts of a guide in order, each with whether something is left to do in it."""
    return tuple(
        PartLink(
            label=PART_LABELS[each.part],
            url=address_of(portal, Page.GUIDE_PART, guide=page.id, part=each.part.value),
            is_faulty=each.is_faulty,
            is_written=each.written is not None,
            is_here=each.part is here,
        )
        for each in page.parts
    )


def files_of(portal: Portal, guide: int, edition: Edition) -> tuple[Document, ...]:
    """Return the files in which an edition can be taken along."""
    number = edition.row.number
    return (
        Document(
            url=address_of(portal, Page.GUIDE_PDF, guide=guide, number=number),
            title=Text("Bản để in", "To print"),
            format="PDF",
        ),
        Document(
            url=address_of(portal, Page.GUIDE_FILE, guide=guide, number=number),
            title=Text("Văn bản gốc, đúng mã băm", "The text that the hash is of"),
            format="MD",
        ),
    )
