"""Comparing a claimed Vietnamese name with a registered one, graded, and saying in what they differ."""

from enum import StrEnum

from lienthong.core.grade import Grade
from lienthong.core.name_forms import (
    WordForms,
    canonical_name,
    clean_name,
    plain_marks,
    standard_name,
    word_forms,
    words_of,
)

__all__ = [
    "MAX_NAME_LENGTH",
    "Grade",
    "NameDifference",
    "canonical_name",
    "clean_name",
    "compare_names",
    "name_differences",
    "standard_name",
]

MAX_NAME_LENGTH = 200

_EXACT = Grade.EXACT


class NameDifference(StrEnum):
    """In what a claimed name differs from the registered one, without saying what is registered."""

    DIACRITICS_MISSING = "diacritics_missing"
    DIACRITICS_DIFFER = "diacritics_differ"
    SPELLING_VARIANT = "spelling_variant"
    SURNAME_MOVED = "surname_moved"
    GIVEN_AND_MIDDLE_SWAPPED = "given_and_middle_swapped"
    WORD_ORDER = "word_order"
    WORD_MISSING = "word_missing"
    WORD_ADDED = "word_added"
    LETTERS_DIFFER = "letters_differ"


def compare_names(claimed: str, registered: str) -> Grade:
    """Grade a claimed full name against the registered one.

    `exact`: equal but for Unicode composition, invisible characters, case and spaces. `equivalent`: further
    but for the place of the tone mark, look-alikes of Đ and the shape of hyphens and apostrophes. `near`:
    further but for y/i and how words are parted, or one side is written wholly without diacritics.
    `partial`: single diacritics, word order, missing words, one or two letters. Symmetric; an empty name
    agrees with nothing. Law: R1.2.
    """
    if claimed == registered and claimed[:1].isalpha():
        return _EXACT
    first, second = claimed.lower(), registered.lower()
    if first == second and first[:1].isalpha():
        return _EXACT
    return _compare_spellings(clean_name(first), clean_name(second))


def _compare_spellings(claimed: str, registered: str) -> Grade:
    if not claimed or not registered:
        return Grade.MISMATCH
    if claimed == registered:
        return Grade.EXACT
    if len(claimed) > MAX_NAME_LENGTH or len(registered) > MAX_NAME_LENGTH:
        return Grade.MISMATCH
    claimed, registered = plain_marks(claimed), plain_marks(registered)
    first = list(map(word_forms, words_of(claimed)))
    second = list(map(word_forms, words_of(registered)))
    return _compare_words(first, second, same_marks=_marks_of(claimed) == _marks_of(registered))


def _marks_of(text: str) -> str:
    """Keep only what parts the words, to tell `Y-Bhăm` from `Y Bhăm`."""
    return "".join(mark for mark in text if mark in " -'") if "-" in text or "'" in text else ""


def _compare_words(first: list[WordForms], second: list[WordForms], *, same_marks: bool) -> Grade:
    if same_marks and [word.standard for word in first] == [word.standard for word in second]:
        return Grade.EQUIVALENT
    if _spelling(first) == _spelling(second):
        return Grade.NEAR
    first_words, second_words = [word.bare for word in first], [word.bare for word in second]
    one, other = "".join(first_words), "".join(second_words)
    if one == other:
        return Grade.PARTIAL if _has_diacritics(first) and _has_diacritics(second) else Grade.NEAR
    if _share_words(first_words, second_words) or _is_slip(one, other):
        return Grade.PARTIAL
    return Grade.MISMATCH


def _spelling(words: list[WordForms]) -> str:
    return "".join([word.spelling for word in words])


def _has_diacritics(words: list[WordForms]) -> bool:
    return not "".join([word.standard for word in words]).isascii()


def _share_words(first: list[str], second: list[str]) -> bool:
    """Say whether one name has all the words of the other, at least two, in any order."""
    shorter, longer = (first, second) if len(first) <= len(second) else (second, first)
    rest = list(longer)
    for word in shorter:
        if word not in rest:
            return False
        rest.remove(word)
    return len(shorter) >= 2


def _is_slip(one: str, other: str) -> bool:
    """Say whether a few letters differ: one, or two in names of 16 letters and more."""
    edits = 2 if min(len(one), len(other)) >= 16 else 1
    # One edit changes the set of letters by at most two: most pairs of different names end here.
    return len(set(one) ^ set(other)) <= 2 * edits and _within(one, other, edits)


def _within(one: str, other: str, edits: int) -> bool:
    """Say whether at most `edits` letters inserted, dropped, changed or exchanged part two texts."""
    if abs(len(one) - len(other)) > edits:
        return False
    common = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        common += 1
    one, other = one[common:], other[common:]
    if not one or not other:
        return True
    if edits == 0:
        return False
    return (
        _within(one[1:], other[1:], edits - 1)
        or _within(one[1:], other, edits - 1)
        or _within(one, other[1:], edits - 1)
        or (one[:2] == other[1::-1] and _within(one[2:], other[2:], edits - 1))
    )


def name_differences(claimed: str, registered: str) -> tuple[NameDifference, ...]:
    """Say in what two names differ that are graded `near` or `partial`; nothing for any other grade.

    For callers whose grant explains. Law: R1.2 (never the registered value).
    """
    grade = compare_names(claimed, registered)
    if grade is not Grade.NEAR and grade is not Grade.PARTIAL:
        return ()
    first = list(map(word_forms, words_of(plain_marks(canonical_name(claimed)))))
    second = list(map(word_forms, words_of(plain_marks(canonical_name(registered)))))
    if _spelling(first) == _spelling(second):
        return (NameDifference.SPELLING_VARIANT,)
    claimed_words, registered_words = [word.bare for word in first], [word.bare for word in second]
    if "".join(claimed_words) == "".join(registered_words):
        missing = _has_diacritics(second) and not _has_diacritics(first)
        return (NameDifference.DIACRITICS_MISSING if missing else NameDifference.DIACRITICS_DIFFER,)
    return (_word_difference(claimed_words, registered_words),)


def _word_difference(claimed: list[str], registered: list[str]) -> NameDifference:
    if sorted(claimed) == sorted(registered):
        if claimed in (registered[1:] + registered[:1], registered[-1:] + registered[:-1]):
            return NameDifference.SURNAME_MOVED
        if claimed[0] == registered[0]:
            return NameDifference.GIVEN_AND_MIDDLE_SWAPPED
        return NameDifference.WORD_ORDER
    if len(claimed) == len(registered):
        return NameDifference.LETTERS_DIFFER
    fewer = len(claimed) < len(registered)
    return NameDifference.WORD_MISSING if fewer else NameDifference.WORD_ADDED
