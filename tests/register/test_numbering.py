from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.core.numbers import decode_number, is_old_number, is_synthetic
from lienthong.register.numbering import SERIALS, Numbering, NumbersExhaustedError, Permutation


def test_a_permutation_gives_every_serial_once() -> None:
    permute = Permutation("key")
    assert sorted(map(permute, range(SERIALS))) == list(range(SERIALS))


def test_permutations_of_other_keys_differ_and_do_not_count_upwards() -> None:
    one, other = Permutation("one"), Permutation("other")
    first = [one(place) for place in range(1000)]
    assert first != [other(place) for place in range(1000)]
    assert sum(after > before for before, after in pairwise(first)) < 600


@given(
    slices=st.integers(1, 7), births=st.lists(st.tuples(st.booleans(), st.integers(1900, 2399)), max_size=60)
)
@settings(deadline=None, max_examples=40)
def test_no_number_is_given_twice_by_any_slice(slices: int, births: list[tuple[bool, int]]) -> None:
    given_out: list[str] = []
    for index in range(slices):
        numbering = Numbering(seed=3, slice_index=index, slices=slices)
        for is_female, year in births:
            number = numbering.number(is_female=is_female, birth_year=year)
            parts = decode_number(number)
            assert is_synthetic(number)
            assert parts is not None
            assert (parts.sex, parts.birth_year) == (2 if is_female else 1, year)
            given_out.append(number)
    assert len(set(given_out)) == len(given_out)


def test_old_numbers_are_synthetic_nine_digits_and_never_repeat() -> None:
    numbers = [old for index in range(3) for old in _old_numbers(index, slices=3, count=500)]
    assert len(set(numbers)) == 1500
    assert all(is_old_number(number) and number.startswith("099") for number in numbers)


def test_a_slice_never_goes_beyond_its_share() -> None:
    numbering = Numbering(seed=3, slice_index=0, slices=SERIALS // 2)
    for _ in range(2):
        numbering.number(is_female=False, birth_year=1990)
    with pytest.raises(NumbersExhaustedError, match="born in 1990"):
        numbering.number(is_female=False, birth_year=1990)
    assert numbering.number(is_female=True, birth_year=1990)
    assert list(_old_numbers(0, slices=SERIALS // 2, count=2))
    assert numbering.old_number() is not None
    assert numbering.old_number() is not None
    assert numbering.old_number() is None


def _old_numbers(index: int, *, slices: int, count: int) -> Iterator[str]:
    numbering = Numbering(seed=3, slice_index=index, slices=slices)
    for _ in range(count):
        number = numbering.old_number()
        assert number is not None
        yield number
