"""Editions to print."""

from typing import Final

from lienthong.control.guides.queries import Edition
from lienthong.control.theme import dates
from lienthong.core.guides import PART_LABELS
from lienthong.core.speech import Text
from lienthong.documents.guide_pdf import PrintedGuide, guide_pdf

_EDITION: Final = Text("Bản số {number}, công bố {at}", "Edition {number}, published {at}")


def printed(edition: Edition, *, publisher: str) -> bytes:
    """Return an edition as PDF, the same bytes every time. Raises TypesettingError."""
    row = edition.row
    guide = PrintedGuide(
        title=edition.title,
        publisher=publisher,
        edition=_EDITION.vi.format(number=row.number, at=dates.moment(row.published_at, "vi")),
        sha256=row.sha256,
        parts=tuple((PART_LABELS[part].vi, text) for part, text in edition.parts),
    )
    return guide_pdf(guide, at=row.published_at)
