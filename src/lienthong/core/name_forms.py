"""The written forms of a Vietnamese name: what may differ between two spellings of one name.

Each form forgives more than the one before and is the same for every spelling it forgives:
`clean_name` (composition, invisible characters, spaces), `canonical_name` (and case), `standard_name` (and
the place of the tone mark, look-alikes of Đ, the shape of hyphens and apostrophes), then per word the
spelling (and y/i) and the bare letters (and every diacritic). Only the first three say "the same name"; the
last two serve to explain a difference. What is cached is words, never names.
"""

from functools import lru_cache
from re import compile as pattern
from typing import NamedTuple
from unicodedata import normalize

# Zero-width characters, soft hyphen, joiners, direction marks, byte order mark: nobody types or sees them.
_INVISIBLE = pattern("[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+")
_LETTER_LOOK_ALIKES = str.maketrans(
    {
        "\u00f0": "\u0111",  # eth for d with stroke
        "\u0256": "\u0111",  # African d for d with stroke
        "\u01ce": "\u0103",  # a with caron for a with breve
    }
)
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u02bb\u02b9\u02c8\u2032\u00b4\u0060\uff07"
_MARK_LOOK_ALIKES = str.maketrans({**dict.fromkeys(_HYPHENS, "-"), **dict.fromkeys(_APOSTROPHES, "'")})
_MARKS = frozenset("-'" + _HYPHENS + _APOSTROPHES)
_MARK_WITH_SPACES = pattern(r" *([-']) *")
_SEPARATOR = pattern(r"[ '-]")

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook above, dot below
_TONE_MARK = pattern(f"[{_TONES}]")
_ANY_MARK = pattern("[\u0300-\u036f]+")

# A Vietnamese syllable without its tone: onset, vowels, coda. `gi` and `qu` are onsets before another vowel.
_SYLLABLE = pattern(
    r"(qu(?=[aâăeêioôơuưy])|gi(?=[aâăeêoôơuư])|ngh?|gh|nh|ch|kh|ph|th|tr|[bcdđghklmnpqrstvx])?"
    r"(oai|oao|oay|oeo|uya|uyê|uyu|uây|uôi|iêu|yêu|ươi|ươu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi"
    r"|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy])"
    r"(ch|ng|nh|[cmnpt])?"
)
_MARKED_VOWELS = frozenset("ăâêôơư")
_TONE_ON_SECOND = frozenset(("oa", "oe", "uy", "oo", "oai", "oao", "oay", "oeo", "uya", "uyu"))


class WordForms(NamedTuple):
    """One word in the three forms that names are compared by."""

    standard: str
    spelling: str
    bare: str


def clean_name(text: str) -> str:
    """Write a name as it is kept: NFC, nothing invisible, single spaces; spelling and case untouched."""
    if not text.isascii():
        if not text.isprintable() or "\u034f" in text:
            text = _INVISIBLE.sub("", text)
        text = normalize("NFC", text)
    return " ".join(text.split())


def canonical_name(text: str) -> str:
    """Write a name so that composition, invisible characters, spaces and case no longer count."""
    return clean_name(text.lower())


def standard_name(text: str) -> str:
    """Write a name so that, further, tone place, look-alikes of Đ and shapes of hyphens no longer count.

    The tone stands where the newer convention puts it (hoà, hoé, thuý). Two names are equivalent exactly when
    their standard forms are equal.
    """
    text = plain_marks(canonical_name(text))
    words = [word_forms(word).standard for word in words_of(text)]
    return "".join(word + mark for word, mark in zip(words, [*_SEPARATOR.findall(text), ""], strict=True))


def plain_marks(canonical: str) -> str:
    """Write hyphens and apostrophes of every shape as `-` and `'`, without spaces round them."""
    if _MARKS.isdisjoint(canonical):
        return canonical
    return _MARK_WITH_SPACES.sub(r"\1", canonical.translate(_MARK_LOOK_ALIKES))


def words_of(canonical: str) -> list[str]:
    """Part a name at its spaces, hyphens and apostrophes."""
    if "-" in canonical or "'" in canonical:
        return _SEPARATOR.split(canonical)
    return canonical.split(" ")


@lru_cache(maxsize=16_384)
def word_forms(word: str) -> WordForms:
    """Give the forms of one lower-case word."""
    standard = _standard_word(word.translate(_LETTER_LOOK_ALIKES))
    bare = _ANY_MARK.sub("", normalize("NFD", standard)).replace("\u0111", "d")
    return WordForms(standard=standard, spelling=_fold_y(standard), bare=_fold_y(bare))


def _standard_word(word: str) -> str:
    """Put the tone mark of a syllable in its standard place; any other word comes back unchanged.

    A Vietnamese syllable has one tone, so where its mark sits says nothing, with one exception: `gìa` is not
    `già`, for i is its vowel. A word that is no Vietnamese syllable keeps its marks where they are.
    """
    parts = normalize("NFD", word)
    marks = _TONE_MARK.findall(parts)
    if len(marks) != 1:
        return word
    letters = normalize("NFC", _TONE_MARK.sub("", parts))
    syllable = _SYLLABLE.fullmatch(letters)
    if syllable is None or (letters == "gia" and parts.startswith("gi" + marks[0])):
        return word
    place = syllable.start(2) + _tone_place(syllable[2])
    return normalize("NFC", letters[: place + 1] + marks[0] + letters[place + 1 :])


def _tone_place(vowels: str) -> int:
    for place in range(len(vowels) - 1, -1, -1):
        if vowels[place] in _MARKED_VOWELS:
            return place
    return 1 if vowels in _TONE_ON_SECOND else 0


def _vowels_except_i_and_y() -> str:
    letters = "aăâeêoôơuư"
    return letters + "".join(normalize("NFC", letter + tone) for letter in letters for tone in _TONES)


_Y_FOR_I = pattern(f"(?:(?<=qu)|(?<![{_vowels_except_i_and_y()}]))[yýỳỷỹỵ]")
_Y_TO_I = dict(zip("yýỳỷỹỵ", "iíìỉĩị", strict=True))


def _fold_y(word: str) -> str:
    """Fold y into i where they sound alike: lý/lí, quý/quí; not thuý/thúi, not hay/hai."""
    return _Y_FOR_I.sub(lambda found: _Y_TO_I[found[0]], word)
