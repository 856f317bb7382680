"""Vietnamese order of names, and the parts of a name as far as they can be told from its words.

The database sorts by bytes, so the order of the Vietnamese alphabet is kept in the register as a text that
sorts right by bytes. Lists of people go by given name, then surname, then middle name.
"""

from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from lienthong.core.name_forms import clean_name, standard_name

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_CODES = {letter: chr(ord("A") + place) for place, letter in enumerate(_ALPHABET)}
_TONE_CODES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# Both sort before every letter and tone: An before Anh, and a part before the longer parts it begins.
_AFTER_LETTERS = "!"
_AFTER_PART = " "

# Surnames of more than one word; a longer one stands before any that it ends with.
_COMPOUND_SURNAMES = (
    ("công", "tằng", "tôn", "nữ"),
    ("công", "huyền", "tôn", "nữ"),
    ("huyền", "tôn", "nữ"),
    ("tôn", "nữ"),
    ("tôn", "thất"),
    ("âu", "dương"),
    ("tư", "mã"),
    ("gia", "cát"),
    ("thượng", "quan"),
    ("hoàng", "phủ"),
)
# What peoples of the Central Highlands put before the given name of a man or a woman.
_SEX_MARKS = frozenset(("y", "h"))


class NameParts(NamedTuple):
    """Surname, middle name and given name, each empty where there is none."""

    surname: str
    middle_name: str
    given_name: str


def split_name(full_name: str) -> NameParts:
    """Part a full name as well as its words allow; parts that are registered always prevail.

    The first word is the surname and the last the given name, but for compound surnames, and for names with
    Y or H' in front, whose surname stands last. A single word is a given name.
    """
    words = clean_name(full_name).split(" ")
    keys = tuple(standard_name(word) for word in words)
    if keys[0] in _SEX_MARKS or keys[0].startswith(("h'", "h-", "y-", "y'")):
        given = 2 if keys[0] in _SEX_MARKS else 1
        return NameParts(" ".join(words[given:]), "", " ".join(words[:given]))
    if len(words) == 1:
        return NameParts("", "", words[0])
    known = (len(surname) for surname in _COMPOUND_SURNAMES if keys[: len(surname)] == surname)
    last = min(next(known, 1), len(words) - 1)
    return NameParts(" ".join(words[:last]), " ".join(words[last:-1]), words[-1])


def sort_key(*, surname: str, middle_name: str, given_name: str) -> str:
    """Give an ASCII text whose order by bytes is the Vietnamese order of a name; missing parts are empty.

    Given name first, then surname, then middle name. Within each, letters count first (a ă â b c d đ e ê …,
    each a letter of its own) and then tones: none, grave, hook, tilde, acute, dot. Other marks and signs do
    not count.
    """
    return _AFTER_PART.join(map(_part_key, (given_name, surname, middle_name)))


@lru_cache(maxsize=16_384)
def _part_key(part: str) -> str:
    keys = [_word_key(word) for word in standard_name(part).replace("-", " ").split(" ")]
    letters = _AFTER_LETTERS.join([letters for letters, _ in keys])
    return letters + _AFTER_LETTERS + "".join([tone for _, tone in keys])


def _word_key(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tone = "0"
    for letter in word:
        base, *marks = tuple(normalize("NFD", letter))
        tones = [mark for mark in marks if mark in _TONE_CODES]
        tone = _TONE_CODES[tones[0]] if tones else tone
        without_tone = normalize("NFC", base + "".join(mark for mark in marks if mark not in _TONE_CODES))
        letters.append(_LETTER_CODES.get(without_tone) or _LETTER_CODES.get(base, ""))
    return "".join(letters), tone
