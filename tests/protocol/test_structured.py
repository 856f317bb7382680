"""Structured fields are read strictly and written in one spelling."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.structured import (
    InnerList,
    Item,
    StructuredFieldError,
    Token,
    parse_dictionary,
    serialize,
)

keys = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,8}", fullmatch=True)
decimals = st.decimals(-(10**11), 10**11, allow_nan=False, allow_infinity=False, places=3)
bare_items = (
    st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | decimals
    | st.binary(max_size=20)
    | st.from_regex(r"[ -~]{0,20}", fullmatch=True)
    | st.from_regex(r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]{0,8}", fullmatch=True).map(Token)
)
parameters = st.dictionaries(keys, bare_items, max_size=3)
items = st.builds(Item, bare_items, parameters)
members = items | st.builds(InnerList, st.lists(items, max_size=3).map(tuple), parameters)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(keys, members, max_size=4))
def test_what_is_written_is_read_again(dictionary: dict[str, Item | InnerList]) -> None:
    text = ", ".join(f"{key}={serialize(member)}" for key, member in dictionary.items())
    read = parse_dictionary(text)
    assert read == dictionary
    assert list(read) == list(dictionary)
    for key, member in read.items():
        assert serialize(member) == serialize(dictionary[key])
        assert_same_kinds(member, dictionary[key])


def assert_same_kinds(left: Item | InnerList, right: Item | InnerList) -> None:
    for one, other in zip(left.parameters.values(), right.parameters.values(), strict=True):
        assert type(one) is type(other)
    if isinstance(left, InnerList) and isinstance(right, InnerList):
        for one, other in zip(left.items, right.items, strict=True):
            assert_same_kinds(one, other)
    elif isinstance(left, Item) and isinstance(right, Item):
        assert type(left.value) is type(right.value)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("  a=1 ", "a=1"),
        ("a", "a=?1"),
        ("a;x,\tb=?0", "a=?1;x, b=?0"),
        ('a=( "x"  y );q=1.50', 'a=("x" y);q=1.5'),
        ("a=()", "a=()"),
        ("a=12.0", "a=12.0"),
        ("a=-0.0", "a=-0.0"),
        ('a="\\"\\\\"', 'a="\\"\\\\"'),
        ("a=:aGVsbG8=:; b", "a=:aGVsbG8=:;b"),
        ("*k-_.9=*t/:", "*k-_.9=*t/:"),
    ],
)
def test_each_text_has_one_canonical_spelling(text: str, canonical: str) -> None:
    assert (
        ", ".join(f"{key}={serialize(found)}" for key, found in parse_dictionary(text).items()) == canonical
    )


@pytest.mark.parametrize(
    "text",
    [
        "A=1",
        "a=",
        "a=1,",
        "a=1, ",
        "a=1 b=2",
        "a=1,,b=2",
        "a=1, a=2",
        "a=1;x;x",
        "a=1;",
        "a=1;X",
        "a=(1",
        "a=(1;x",
        'a=("x""y")',
        "a=((1))",
        'a="é"',
        'a="\\n"',
        'a="open',
        "a=:a:",
        "a=:a===:",
        "a=:YQ=",
        "a=?2",
        "a=1000000000000000",
        "a=1234567890123.1",
        "a=1.2345",
        "a=1.",
        "a=-",
        "a=1\n",
        "=1",
        ", a=1",
    ],
)
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(StructuredFieldError):
        parse_dictionary(text)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40) | st.text(alphabet='a=;,:?()"\\ 1.-*', max_size=30))
def test_arbitrary_text_raises_only_the_documented_error(text: str) -> None:
    try:
        parse_dictionary(text)
    except StructuredFieldError:
        return


def test_a_decimal_keeps_its_value() -> None:
    member = parse_dictionary("a=0.125")["a"]
    assert isinstance(member, Item)
    assert member.value == Decimal("0.125")
