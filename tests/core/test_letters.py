from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.document_kinds import ArrivalChannel, CopyStatus, DocumentKind
from lienthong.core.letter_numbers import NumberSymbol, parse_number_symbol
from lienthong.core.letters import (
    ARRIVAL_TEXTS,
    CAPACITY_LABELS,
    CAPACITY_MARKS,
    LETTER_TEXTS,
    SIGNATORY_TEXTS,
    ArrivalProblem,
    Capacity,
    Letter,
    LetterProblem,
    Signatory,
    SignatoryProblem,
    arrival_number,
    arrival_problems,
    date_line,
    letter_key,
    letter_problems,
    signatory_problems,
    signature_lines,
)
from lienthong.core.papers import SecretDegree
from tests.core.filing import DECREE, TODAY

HEAD = Signatory(name="Trần Văn Bình", title="Giám đốc")
DEPUTY = Signatory(name="Lê An", title="Phó Giám đốc", capacity=Capacity.DEPUTY, for_title="Giám đốc")
LETTER = Letter(
    kind=DocumentKind.OFFICIAL_LETTER,
    sender="H20.12",
    place="Hà Nội",
    abstract="Đề nghị kết nối",
    recipients=("Cục C06",),
    signatory=HEAD,
)


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("signatory", "lines"),
    [
        (HEAD, ("GIÁM ĐỐC",)),
        (replace(HEAD, capacity=Capacity.ACTING), ("Q. GIÁM ĐỐC",)),
        (
            replace(HEAD, title="Chủ tịch", capacity=Capacity.ON_BEHALF, collective="Ủy ban nhân dân"),
            ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        ),
        (DEPUTY, ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC")),
        (
            replace(DEPUTY, title="Phó Chủ tịch", for_title="Chủ tịch", collective="Ủy ban nhân dân"),
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ),
        (
            replace(DEPUTY, title="Chánh Văn phòng", capacity=Capacity.BY_ORDER),
            ("TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"),
        ),
        (
            replace(DEPUTY, title="Trưởng phòng", capacity=Capacity.BY_AUTHORISATION, authorisation=DECREE),
            ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"),
        ),
    ],
)
def test_each_capacity_has_its_lines(signatory, lines) -> None:
    assert signatory_problems(signatory) == ()
    assert signature_lines(signatory) == lines


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("signatory", "problem"),
    [
        (replace(HEAD, name=""), SignatoryProblem.NAME),
        (replace(HEAD, title=" "), SignatoryProblem.TITLE),
        (replace(DEPUTY, for_title=""), SignatoryProblem.FOR_TITLE),
        (replace(HEAD, for_title="Giám đốc"), SignatoryProblem.NO_FOR_TITLE),
        (replace(HEAD, capacity=Capacity.ON_BEHALF), SignatoryProblem.COLLECTIVE),
        (replace(HEAD, collective="UBND"), SignatoryProblem.NO_COLLECTIVE),
        (replace(DEPUTY, capacity=Capacity.BY_AUTHORISATION), SignatoryProblem.AUTHORISATION),
        (
            replace(
                DEPUTY,
                capacity=Capacity.BY_AUTHORISATION,
                authorisation=replace(DECREE, degree=SecretDegree.PLAIN, title="Nội dung"),
            ),
            SignatoryProblem.AUTHORISATION_SECRET,
        ),
    ],
)
def test_a_block_that_cannot_stand_under_a_letter_says_why(signatory, problem) -> None:
    assert signatory_problems(signatory) == (problem,)


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 1, 5), "Hà Nội, ngày 05 tháng 01 năm 2026"),
        (date(2026, 3, 15), "Hà Nội, ngày 15 tháng 3 năm 2026"),
        (date(2026, 12, 5), "Hà Nội, ngày 05 tháng 12 năm 2026"),
    ],
)
def test_the_date_line_writes_noughts_where_the_decree_does(day, line) -> None:
    assert date_line("Hà Nội", day) == line


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"abstract": ""}, LetterProblem.ABSTRACT),
        ({"recipients": (" ",)}, LetterProblem.RECIPIENTS),
        ({"signatory": replace(HEAD, name="")}, LetterProblem.SIGNATORY),
        ({"place": ""}, LetterProblem.PLACE),
    ],
)
def test_a_letter_is_not_submitted_while_something_is_missing(change, problem) -> None:
    assert letter_problems(LETTER) == ()
    assert letter_problems(replace(LETTER, **change)) == (problem,)


@pytest.mark.law("R5.3")
def test_the_same_letter_by_portal_axis_and_paper_is_one() -> None:
    spellings = [("H20.12", "1187/SYT-VP"), (" h20.12", "Số: 1187/syt – vp"), ("H20.12", "01187/SYT-VP")]
    keys = set()
    for sender, text in spellings:
        number = parse_number_symbol(text)
        assert isinstance(number, NumberSymbol)
        keys.add(letter_key(sender, number, TODAY))
    assert len(keys) == 1
    number = NumberSymbol(1187, "SYT-VP")
    assert letter_key("Sở  Y tế", number, TODAY) == letter_key("sở y tế ", number, TODAY)


@pytest.mark.law("R5.3")
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["H20", "H20.1", "0101243150", "0101243150-001"]),
            st.builds(NumberSymbol, st.integers(1, 30), st.sampled_from(["SYT-VP", "SYT", "QĐ-SYT"])),
            st.dates(date(2026, 1, 1), date(2026, 1, 9)),
        ),
        max_size=8,
        unique=True,
    )
)
def test_different_letters_have_different_keys(letters) -> None:
    assert len({letter_key(*letter) for letter in letters}) == len(letters)


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("channel", ArrivalChannel)
@pytest.mark.parametrize("copy", [None, *CopyStatus])
def test_paper_and_only_paper_declares_what_copy_it_is(channel, copy) -> None:
    problems = arrival_problems(channel, copy, dated=TODAY, arrived=TODAY)
    assert (problems == ()) is ((channel is ArrivalChannel.PAPER) is (copy is not None))


def test_a_letter_dated_after_its_arrival_is_not_registered() -> None:
    found = arrival_problems(ArrivalChannel.PORTAL, None, dated=date(2026, 11, 25), arrived=TODAY)
    assert found == (ArrivalProblem.DATED_IN_FUTURE,)


def test_arrival_numbers_run_within_a_year() -> None:
    assert arrival_number(7, 2026) == "07/2026"
    assert arrival_number(1234, 2026) == "1234/2026"


def test_every_capacity_and_problem_has_its_words() -> None:
    assert set(CAPACITY_MARKS) == set(CAPACITY_LABELS) == set(Capacity)
    assert set(SIGNATORY_TEXTS) == set(SignatoryProblem)
    assert set(LETTER_TEXTS) == set(LetterProblem)
    assert set(ARRIVAL_TEXTS) == set(ArrivalProblem)
