from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.missing import Missing, Section
from lienthong.core.request_answer import (
    GROUND_LABELS,
    OBJECTION,
    RefusalDraft,
    RefusalGround,
    Waiting,
    age_of,
    judge_refusal,
)
from lienthong.core.speech import Text
from tests.core.filing import PROFILE
from tests.core.requesting import CALENDAR

DRAFT = RefusalDraft(
    ground=RefusalGround.NO_LEGAL_BASIS,
    reasons="Mục đích quảng cáo không có căn cứ.",
    law="Thông tư số 46/2022/TT-BCA",
    objection=OBJECTION.vi,
)
LACKING = (Missing("fields", Section.CONTENT, Text("Thiếu", "Missing")),)


def names(lacking, draft, *, over=False) -> list[str]:
    return [each.name for each in judge_refusal(lacking, draft, supplement_term_over=over)]


@pytest.mark.law("R1.3")
@pytest.mark.parametrize("lacking", [(), LACKING])
def test_no_request_is_refused_without_a_letter(lacking) -> None:
    assert names(lacking, None) == names(lacking, None, over=True) == ["refusal_letter"]


@pytest.mark.law("R1.3", "R8.7")
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"reasons": " "}, ["refusal_reasons"]),
        ({"law": ""}, ["refusal_law"]),
        ({"objection": ""}, ["refusal_objection"]),
    ],
)
def test_a_refusal_gives_reasons_names_the_law_and_says_how_to_object(change, found) -> None:
    assert names((), replace(DRAFT, **change)) == found


@pytest.mark.law("R1.3")
def test_a_complete_request_is_never_refused_as_incomplete() -> None:
    draft = replace(DRAFT, ground=RefusalGround.NOT_SUPPLEMENTED)
    assert names((), draft) == names((), draft, over=True) == ["refusal_of_complete"]
    assert names(LACKING, draft) == ["refusal_before_supplement"]
    assert names(LACKING, draft, over=True) == []


@pytest.mark.law("R1.3")
@given(
    ground=st.sampled_from(RefusalGround),
    words=st.tuples(*[st.sampled_from(["", " ", "x"])] * 3),
    over=st.booleans(),
    is_complete=st.booleans(),
)
def test_whatever_refusal_passes_has_reasons_law_and_objection(ground, words, over, is_complete) -> None:
    reasons, law, objection = words
    draft = RefusalDraft(ground=ground, reasons=reasons, law=law, objection=objection)
    lacking = () if is_complete else LACKING
    if not judge_refusal(lacking, draft, supplement_term_over=over):
        assert words == ("x", "x", "x")
        assert not (is_complete and ground is RefusalGround.NOT_SUPPLEMENTED)


@pytest.mark.law("R1.3")
@pytest.mark.parametrize(
    ("today", "days", "waiting"),
    [
        (date(2026, 11, 24), 0, Waiting.IN_TIME),
        (date(2026, 11, 30), 4, Waiting.IN_TIME),
        (date(2026, 12, 1), 5, Waiting.LAST_DAY),
        (date(2026, 12, 2), 6, Waiting.OVERDUE),
    ],
)
def test_a_waiting_request_shows_its_age_in_working_days(today, days, waiting) -> None:
    age = age_of(date(2026, 11, 24), today, PROFILE, CALENDAR)
    assert (age.working_days, age.waiting) == (days, waiting)
    assert age.answer_by.last_day == date(2026, 12, 1)


def test_every_ground_has_its_words() -> None:
    assert set(GROUND_LABELS) == set(RefusalGround)
