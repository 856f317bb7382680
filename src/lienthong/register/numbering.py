"""Synthetic personal numbers 099-G-YY-NNNNNN and old nine-digit numbers 099NNNNNN, each given once.

There are a million serials for each sex and year of birth. A slice of the population takes every n-th place
in that range, and a keyed permutation spreads the places, so numbers look random, never repeat, and no slice
has to know what another gave out.
"""

from collections import defaultdict
from random import Random
from typing import Final

from lienthong.core.numbers import SYNTHETIC_PREFIX

SERIALS: Final = 1_000_000
_HALF: Final = 1000


class NumbersExhaustedError(Exception):
    """No serial is left for a sex and year of birth: the population is larger than the numbers allow."""


class Permutation:
    """A keyed one-to-one map of 0 … 999,999 onto itself (a Feistel network of three additive rounds)."""

    __slots__ = ("_rounds",)

    def __init__(self, key: str) -> None:
        chance = Random(key)  # noqa: S311 (spreads invented numbers, protects nothing)
        self._rounds = tuple(tuple(chance.choices(range(_HALF), k=_HALF)) for _ in range(3))

    def __call__(self, place: int) -> int:
        """Return the serial of a place; raises IndexError outside the range."""
        first, second, third = self._rounds
        left, right = divmod(place, _HALF)
        left = (left + first[right]) % _HALF
        right = (right + second[left]) % _HALF
        return (left + third[right]) % _HALF * _HALF + right


class Numbering:
    """Gives the numbers of one slice of a population made of `slices` slices."""

    def __init__(self, *, seed: int, slice_index: int, slices: int) -> None:
        self._permute = Permutation(f"numbers {seed}")
        self._slices = slices
        self._first = slice_index
        self._given: defaultdict[int, int] = defaultdict(lambda: slice_index)
        self._old_given = slice_index

    def number(self, *, is_female: bool, birth_year: int) -> str:
        """Give the next number for a sex and year of birth (1900 to 2399).

        Raises NumbersExhaustedError when the slice has used its share of the million serials.
        """
        century, year = divmod(birth_year - 1900, 100)
        key = (2 * century + is_female) * 100 + year
        place = self._given[key]
        if place >= SERIALS:
            raise NumbersExhaustedError(
                f"all serials for persons born in {birth_year} are given: generate fewer persons"
            )
        self._given[key] = place + self._slices
        # Each sex and year starts elsewhere in the permutation, or equal serials would follow each other.
        serial = self._permute((place + key * 7919) % SERIALS)
        return f"{SYNTHETIC_PREFIX}{key:03d}{serial:06d}"

    def old_number(self) -> str | None:
        """Give the next old number, or None when the slice has used its share of the million there are."""
        place = self._old_given
        if place >= SERIALS:
            return None
        self._old_given = place + self._slices
        return f"{SYNTHETIC_PREFIX}{self._permute(place):06d}"
