from dataclasses import replace

import pytest

from lienthong.core.papers import (
    DEGREE_LABELS,
    PROBLEM_TEXTS,
    PaperProblem,
    SecretDegree,
    is_evidence,
    paper_problems,
    refuses_file,
)
from lienthong.core.speech import Text
from tests.core.filing import DECREE, PAPER_OF_TOMORROW, TODAY


def test_a_text_is_given_in_both_languages_and_vietnamese_is_the_default() -> None:
    text = Text("Đã nhận", "Received")
    assert text.in_language("en") == "Received"
    assert text.in_language("vi") == text.in_language("fr") == "Đã nhận"


def test_a_paper_is_named_by_number_issuer_and_vietnamese_date() -> None:
    assert DECREE.name == "12/QĐ-UBND, UBND tỉnh, 02/03/2026"


@pytest.mark.parametrize(
    ("paper", "problems"),
    [
        (DECREE, ()),
        (replace(DECREE, number=" "), (PaperProblem.NUMBER,)),
        (replace(DECREE, issuer=""), (PaperProblem.ISSUER,)),
        (replace(DECREE, title="x" * 501), (PaperProblem.TOO_LONG,)),
        (replace(DECREE, issuer="x" * 500), (PaperProblem.TOO_LONG,)),
        (PAPER_OF_TOMORROW, (PaperProblem.FUTURE,)),
        (replace(DECREE, title="Về cấp độ", upload="ab"), ()),
    ],
)
def test_a_paper_is_evidence_or_says_why_not(paper, problems) -> None:
    assert paper_problems(paper, TODAY) == problems
    assert is_evidence(paper, TODAY) is (not problems)


@pytest.mark.law("R1.1", "R5.1")
def test_no_file_is_attached_to_a_state_secret() -> None:
    assert refuses_file(None) is refuses_file(DECREE) is None
    for degree in SecretDegree:
        assert refuses_file(replace(DECREE, degree=degree)) is PaperProblem.CONTENT_RECORDED


def test_no_paper_is_no_evidence() -> None:
    assert not is_evidence(None, TODAY)


@pytest.mark.law("R5.1")
@pytest.mark.parametrize("degree", SecretDegree)
@pytest.mark.parametrize("content", [{"title": "Phương án"}, {"upload": "ab" * 32}])
def test_of_a_state_secret_neither_title_nor_file_may_enter(degree, content) -> None:
    secret = replace(DECREE, degree=degree)
    assert paper_problems(secret, TODAY) == ()
    assert paper_problems(replace(secret, **content), TODAY) == (PaperProblem.CONTENT_RECORDED,)


def test_every_degree_and_problem_has_its_words() -> None:
    assert set(DEGREE_LABELS) == set(SecretDegree)
    assert set(PROBLEM_TEXTS) == set(PaperProblem)
