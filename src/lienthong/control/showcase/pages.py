"""Pages that bodies bring along in a demonstration: technical descriptions, scans of letters on paper."""

from datetime import date
from functools import lru_cache
from typing import Final

from lienthong.control.audit.events import database_now
from lienthong.control.showcase.contents import File, PaperLetter
from lienthong.control.showcase.words import WORDS
from lienthong.core.legal_days import moment
from lienthong.core.letters import date_line
from lienthong.documents.letter import LetterLayout, Paragraph, Table, render_letter

_COMPONENTS: Final = tuple((WORDS[f"part_{place}"], WORDS[f"part_{place}_is"]) for place in range(1, 6))


def description_of(file: File, body: str) -> tuple[str, bytes]:
    """Return the technical description of a file's systems: its title, and the document as PDF."""
    title = WORDS["description"].format(purpose=file.purpose.lower())
    return title, _description(title, body, ", ".join(file.systems))


@lru_cache(maxsize=32)
def _description(title: str, body: str, systems: str) -> bytes:
    layout = LetterLayout(
        title=title,
        parent=None,
        body=body,
        number="MTKT-01",
        place_date=WORDS["description_edition"],
        heading=WORDS["description_heading"],
        subject=title,
        blocks=(
            Paragraph(text=WORDS["description_scope"], kind="heading"),
            Paragraph(text=WORDS["description_about"].format(systems=systems)),
            Paragraph(text=WORDS["description_parts"], kind="heading"),
            Table(
                header=(WORDS["description_part"], WORDS["description_what"]), rows=_COMPONENTS, widths=(3, 9)
            ),
            Paragraph(text=WORDS["description_flow"], kind="heading"),
            Paragraph(text=WORDS["flow"]),
        ),
        capacity=(WORDS["description_by"],),
        signatory="",
        footer=WORDS["invented"],
    )
    return render_letter(layout, at=moment(database_now())).content


def scan_of(letter: PaperLetter, sender: str, place: str, dated: date) -> bytes:
    """Return a letter on paper as its scan would show it."""
    layout = LetterLayout(
        title=letter.subject,
        parent=None,
        body=sender,
        number=letter.letter,
        place_date=date_line(place, dated),
        abstract=WORDS["paper_abstract"].format(subject=letter.subject[0].lower() + letter.subject[1:]),
        addressees=(WORDS["authority"],),
        blocks=(
            Paragraph(text=WORDS["paper_body"].format(subject=letter.subject)),
            Paragraph(text=WORDS["paper_end"]),
        ),
        recipients=(WORDS["paper_to"], WORDS["paper_filed"]),
        capacity=(letter.title.upper(),),
        signatory=letter.signatory,
        footer=WORDS["invented"],
    )
    return render_letter(layout, at=moment(database_now())).content
