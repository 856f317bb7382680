import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.document_kinds import (
    ARRIVAL_LABELS,
    COPY_LABELS,
    URGENCY_LABELS,
    ArrivalChannel,
    CopyStatus,
    DocumentKind,
    Urgency,
)
from lienthong.core.letter_numbers import (
    LARGEST_NUMBER,
    NUMBER_TEXTS,
    NumberProblem,
    NumberSymbol,
    compose_number,
    parse_number_symbol,
)


@pytest.mark.parametrize(
    ("text", "number", "printed"),
    [
        ("1187/SYT-VP", NumberSymbol(1187, "SYT-VP"), "1187/SYT-VP"),
        ("Số: 7/QĐ-BCA", NumberSymbol(7, "QĐ-BCA"), "07/QĐ-BCA"),
        ("số 007 / QĐ – BCA", NumberSymbol(7, "QĐ-BCA"), "07/QĐ-BCA"),
        ("2669/TCTTKĐA", NumberSymbol(2669, "TCTTKĐA"), "2669/TCTTKĐA"),
        ("46/2022/TT-BCA", NumberSymbol(46, "TT-BCA", year=2022), "46/2022/TT-BCA"),
        ("15a/QyĐ-C06", NumberSymbol(15, "QyĐ-C06", suffix="a"), "15a/QyĐ-C06"),
        (unicodedata.normalize("NFD", "12/QĐ-ĐHĐN"), NumberSymbol(12, "QĐ-ĐHĐN"), "12/QĐ-ĐHĐN"),
    ],
)
def test_number_and_symbol_are_read_in_every_usual_spelling(text, number, printed) -> None:
    assert parse_number_symbol(text) == number
    assert number.text == printed


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NumberProblem.EMPTY),
        ("Số:", NumberProblem.EMPTY),
        ("SYT-VP", NumberProblem.FORM),
        ("1187", NumberProblem.FORM),
        ("1187/", NumberProblem.FORM),
        ("1/2/3/SYT", NumberProblem.FORM),
        ("0/SYT-VP", NumberProblem.ZERO),
        ("12/-SYT", NumberProblem.SYMBOL),
        ("12/SYT;DROP", NumberProblem.SYMBOL),
        ("12/" + "S" * 41, NumberProblem.SYMBOL),
    ],
)
def test_what_is_no_number_and_symbol_says_why(text, problem) -> None:
    assert parse_number_symbol(text) is problem
    assert NUMBER_TEXTS[problem].vi


@given(
    kind=st.sampled_from(DocumentKind),
    number=st.integers(1, LARGEST_NUMBER),
    body=st.from_regex(r"[A-ZĐ]{2,8}", fullmatch=True),
    unit=st.from_regex(r"([A-ZĐ]{2,6})?", fullmatch=True),
)
def test_what_is_composed_is_read_as_the_same(kind, number, body, unit) -> None:
    composed = compose_number(kind, number, body=body, unit=unit)
    assert parse_number_symbol(composed.text) == composed
    assert parse_number_symbol(f" Số: {composed.text.lower()} ").key == composed.key


@given(st.text(max_size=60))
def test_reading_never_fails_and_settles(text: str) -> None:
    found = parse_number_symbol(text)
    if isinstance(found, NumberSymbol):
        assert parse_number_symbol(found.text) == found


def test_an_official_letter_names_the_unit_a_named_document_its_kind() -> None:
    assert compose_number(DocumentKind.OFFICIAL_LETTER, 1187, body="SYT", unit="VP").text == "1187/SYT-VP"
    assert compose_number(DocumentKind.OFFICIAL_LETTER, 3, body="SYT").text == "03/SYT"
    assert compose_number(DocumentKind.DECISION, 12, body="BCA", unit="C06").text == "12/QĐ-BCA"


@pytest.mark.parametrize(("number", "body"), [(0, "SYT"), (1_000_000, "SYT"), (1, "S Y T"), (1, "")])
def test_what_no_document_can_bear_is_an_error(number, body) -> None:
    with pytest.raises(ValueError, match="document"):
        compose_number(DocumentKind.OFFICIAL_LETTER, number, body=body)


def test_kinds_have_names_and_distinct_abbreviations() -> None:
    marks = [kind.abbreviation for kind in DocumentKind]
    assert len(set(marks)) == len(marks)
    assert DocumentKind.SUBMISSION.label.vi == "Tờ trình"
    assert set(URGENCY_LABELS) == set(Urgency)
    assert set(COPY_LABELS) == set(CopyStatus)
    assert set(ARRIVAL_LABELS) == set(ArrivalChannel)
