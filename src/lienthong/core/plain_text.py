"""Which characters people may put into a line or a text: those a reader sees, and nothing beside them.

What cannot be seen makes two different names look alike, turns the order in which a letter reads, or breaks
the list in which it is shown. It is refused and told, never taken out silently: whoever typed it mends it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from unicodedata import category, normalize

from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text


class Unplain(StrEnum):
    """Why a character is not taken."""

    CONTROL = "control"
    DIRECTION = "direction"
    INVISIBLE = "invisible"
    BREAK = "break"
    BROKEN = "broken"
    UNKNOWN = "unknown"


UNPLAIN_TEXTS: Final = {
    Unplain.CONTROL: Text("ký tự điều khiển", "a control character"),
    Unplain.DIRECTION: Text("ký tự đổi chiều chữ", "a character that turns the direction of writing"),
    Unplain.INVISIBLE: Text("ký tự ẩn", "an invisible character"),
    Unplain.BREAK: Text("dấu tab hoặc xuống dòng trong ô một dòng", "a tab or line break in a single line"),
    Unplain.BROKEN: Text("ký tự bị hỏng khi chuyển mã", "a character broken in conversion"),
    Unplain.UNKNOWN: Text(
        "ký tự riêng của một phông chữ hoặc chưa có trong Unicode",
        "a character of one font alone, or of none",
    ),
}

LOST: Final = "\ufffd"
"""What stands where a character was lost in conversion; no text is taken with it."""
_BREAKS: Final = frozenset("\t\n\r\u2028\u2029")
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OF_TEXTS: Final = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
"""Formats without which some writing is not right in a long text; in a name they only hide something."""
_EMPTY_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks by their category that show nothing."""
_WORDS_BEFORE: Final = 4
_LONGEST_BEFORE: Final = 40


@dataclass(frozen=True, slots=True)
class Found:
    """The first character that is not taken: why, which, and the words before it."""

    why: Unplain
    character: str
    before: str


def composed(text: str) -> str:
    """Return a text with every letter and its marks as one character (NFC); line ends stay as they came."""
    return normalize("NFC", text)


def first_unplain(text: str, *, has_lines: bool) -> Found | None:
    """Return the first character that may not stand in a line, or in a text of several lines."""
    if text.isascii() and text.isprintable():
        return None
    for place, character in enumerate(text):
        why = _why(character, text[place + 1 : place + 2], has_lines=has_lines)
        if why is not None:
            return Found(why, character, _seen(text[:place]))
    return None


def unplain(text: str, *, has_lines: bool = False) -> ControlRefuse | None:
    """Return the refusal of a line, or of a text of several lines, that has a character nobody can read."""
    found = first_unplain(text, has_lines=has_lines)
    if found is None:
        return None
    before = found.before
    where = Text(f"sau “{before}”", f"after “{before}”") if before else Text("ở đầu", "at the beginning")
    detail: dict[str, Text | str] = {
        "what": UNPLAIN_TEXTS[found.why],
        "code": f"U+{ord(found.character):04X}",
        "where": where,
    }
    return ControlRefuse(ControlCode.TEXT_NOT_PLAIN, detail)


def storable(text: str) -> str:
    """Return a text as a database keeps it: what none keeps gives way to a mark that is refused as well."""
    return "".join(LOST if each == "\x00" or category(each) == "Cs" else each for each in text)


def _why(character: str, following: str, *, has_lines: bool) -> Unplain | None:
    if character == LOST or character in _EMPTY_LETTERS:
        return Unplain.BROKEN if character == LOST else Unplain.INVISIBLE
    if character in _BREAKS:
        is_end = character != "\r" or following == "\n"
        return None if has_lines and is_end else Unplain.BREAK
    if has_lines and character in _OF_TEXTS:
        return None
    match category(character):
        case "Cc":
            return Unplain.CONTROL
        case "Cf":
            return Unplain.DIRECTION if character in _TURNING else Unplain.INVISIBLE
        case "Cs":
            return Unplain.BROKEN
        case "Co" | "Cn":
            return _why_unassigned(character, has_lines=has_lines)
        case _:
            return None


def _why_unassigned(character: str, *, has_lines: bool) -> Unplain | None:
    """Bullets of one font and letters newer than this list of them hurt no text, and are no name."""
    if 0xFDD0 <= ord(character) <= 0xFDEF or ord(character) & 0xFFFE == 0xFFFE:
        return Unplain.BROKEN
    return None if has_lines else Unplain.UNKNOWN


def _seen(before: str) -> str:
    """Return the last words before a place as one line."""
    return " ".join(before.split()[-_WORDS_BEFORE:])[-_LONGEST_BEFORE:]
