"""Number and symbol of an administrative document: composed, read, and compared.

`1187/SYT-VP` is an official letter: number, issuing body, drafting unit. `12/QĐ-BCA` is a named document:
number, abbreviation of its kind, issuing body. Numbers run from 1 in each year; those under ten are written
with a nought (Decree 30/2020/NĐ-CP).
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.document_kinds import DocumentKind
from lienthong.core.speech import Text

LARGEST_NUMBER = 999_999
LONGEST_SYMBOL = 40

_PREFIX = re.compile(r"số\s*[:.]?\s*", re.IGNORECASE)
_PARTS = re.compile(r"([0-9]{1,6})([a-zđ]?)(?:/((?:19|20)[0-9]{2}))?/([^/]+)", re.IGNORECASE)
_SYMBOL_MARKS = frozenset("-.&")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@dataclass(frozen=True, slots=True)
class NumberSymbol:
    """Number and symbol of a document, with a letter after the number or a year between, where written."""

    number: int
    symbol: str
    suffix: str = ""
    year: int | None = None

    @property
    def text(self) -> str:
        """Return number and symbol as documents print them."""
        year = "" if self.year is None else f"/{self.year}"
        return f"{self.number:02d}{self.suffix}{year}/{self.symbol}"

    @property
    def key(self) -> str:
        """Return what two spellings of the same number and symbol have in common."""
        return self.text.casefold()


class NumberProblem(StrEnum):
    """Why a text is no number and symbol."""

    EMPTY = "empty"
    FORM = "form"
    ZERO = "zero"
    SYMBOL = "symbol"


NUMBER_TEXTS = {
    NumberProblem.EMPTY: Text("Chưa nhập số, ký hiệu văn bản.", "Number and symbol are missing."),
    NumberProblem.FORM: Text(
        "Số, ký hiệu có dạng số/ký hiệu, ví dụ 1187/SYT-VP hoặc 12/QĐ-BCA.",
        "Number and symbol look like 1187/SYT-VP or 12/QĐ-BCA.",
    ),
    NumberProblem.ZERO: Text("Số văn bản bắt đầu từ 01.", "Numbers begin with 01."),
    NumberProblem.SYMBOL: Text(
        f"Ký hiệu bắt đầu bằng chữ cái, chỉ gồm chữ cái, chữ số, dấu gạch nối, dấu chấm và &, "
        f"dài không quá {LONGEST_SYMBOL} ký tự.",
        f"A symbol begins with a letter, has only letters, digits, hyphens, full stops and &, "
        f"and at most {LONGEST_SYMBOL} characters.",
    ),
}


def parse_number_symbol(text: str) -> NumberSymbol | NumberProblem:
    """Return the number and symbol a text is, or why it is none.

    Spaces, a leading "Số:", leading noughts, and the many kinds of dash make no difference.
    """
    plain = unicodedata.normalize("NFC", text).translate(_DASHES)
    plain = re.sub(r"\s+", "", _PREFIX.sub("", plain.strip(), count=1))
    if not plain:
        return NumberProblem.EMPTY
    match = _PARTS.fullmatch(plain)
    if match is None:
        return NumberProblem.FORM
    if int(match[1]) == 0:
        return NumberProblem.ZERO
    if not is_symbol(match[4]):
        return NumberProblem.SYMBOL
    return NumberSymbol(
        int(match[1]), match[4], match[2].lower(), None if match[3] is None else int(match[3])
    )


def is_symbol(text: str) -> bool:
    """Say whether a text can be the symbol of a document."""
    if not text or len(text) > LONGEST_SYMBOL or not text[0].isalpha():
        return False
    return all(each.isalnum() or each in _SYMBOL_MARKS for each in text)


def compose_number(kind: DocumentKind, number: int, *, body: str, unit: str = "") -> NumberSymbol:
    """Return number and symbol of a document of a body; `unit` drafts an official letter.

    Raises ValueError for a number or parts that no document can bear.
    """
    if not 1 <= number <= LARGEST_NUMBER:
        raise ValueError(f"the number of a document is 1 to {LARGEST_NUMBER}")
    parts = (kind.abbreviation, body) if kind.abbreviation else (body, unit)
    symbol = "-".join(part for part in parts if part)
    if not is_symbol(symbol):
        raise ValueError(f"{symbol!r} is no symbol of a document")
    return NumberSymbol(number, symbol)
