"""The head of the letter that carries a connection request: number and symbol, date, place.

Law: R5.3; Decree 30/2020/NĐ-CP (form and signing of documents).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.letter_numbers import NUMBER_TEXTS, NumberProblem, parse_number_symbol
from lienthong.core.missing import Missing, Section
from lienthong.core.request_missing import missing, signature_missing
from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHead:
    """Number and symbol as the body's registry gave them, the day, the place; empty until filled in."""

    number: str = ""
    dated: date | None = None
    place: str = ""


def head_missing(head: LetterHead, today: date) -> tuple[Missing, ...]:
    """Return what the head of the letter lacks on a day; empty if the letter can be signed. Law: R5.3."""
    return tuple(_head_missing(head, today))


def _head_missing(head: LetterHead, today: date) -> Iterator[Missing]:
    number = parse_number_symbol(head.number)
    if isinstance(number, NumberProblem):
        yield _item(f"letter_number_{number}", NUMBER_TEXTS[number])
    if head.dated is None:
        yield _item("letter_date", Text("Chưa ghi ngày văn bản.", "The letter is not dated."))
    elif head.dated > today:
        yield _item(
            "letter_date_future",
            Text("Ngày văn bản ở sau ngày hôm nay.", "The letter is dated after today."),
        )
    if not head.place.strip():
        yield _item("letter_place", Text("Chưa ghi địa danh.", "The place is missing."))


def letter_missing(request: ConnectionRequest, head: LetterHead, today: date) -> tuple[Missing, ...]:
    """Return everything that is wanting before the letter can be submitted for signature. Law: R5.1, R5.3."""
    return (*missing(request, today), *head_missing(head, today), *signature_missing(request))


def _item(name: str, text: Text) -> Missing:
    return Missing(name, Section.SIGNATURE, text)
