"""Everything that can come of a call is explained in plain words, in both languages."""

import pytest

from lienthong_agency import Cause, Language, Refused, Unanswered, explain_refusal, explain_unanswered
from lienthong_protocol.problem import Problem, Sentence, problem_document
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code, Refuse


def refused(code: Code, *, is_proven: bool = True, **more: object) -> Refused:
    problem = problem_document(Refuse(code, "detail", ("birth_date",)))
    return Refused(problem, is_proven=is_proven, request_id="r", attempts=1, **more)


@pytest.mark.law("R1.2")
@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_is_explained_from_the_table(code: Code) -> None:
    vi, en = (explain_refusal(refused(code), language) for language in Language)
    text = REFUSALS[code]
    assert vi[0] == f"{code}: {text.vi}"
    assert en[0] == f"{code}: {text.en}"
    assert "birth_date" in vi[1]
    assert ("Nói với công dân" in "\n".join(vi)) is bool(text.citizen_vi)
    assert ("Say to the citizen" in "\n".join(en)) is bool(text.citizen_en)
    assert len(vi) == len(en)


def test_the_hubs_own_sentence_for_the_citizen_is_read_out() -> None:
    problem = problem_document(
        Refuse(Code.FIELD_DIFFERS), citizen=Sentence("Ngày sinh khác.", "Birth date differs.")
    )
    outcome = Refused(problem, is_proven=True, request_id="r", attempts=1)
    assert "Ngày sinh khác." in "\n".join(explain_refusal(outcome, Language.VI))
    assert "Birth date differs." in "\n".join(explain_refusal(outcome, Language.EN))


def test_an_unproven_refusal_puts_no_words_into_the_hubs_mouth() -> None:
    forged = problem_document(Refuse(Code.NO_MATCH), citizen=Sentence("Nộp phạt ngay.", "Pay a fine."))
    outcome = Refused(forged, is_proven=False, request_id="r", attempts=1)
    for language in Language:
        text = "\n".join(explain_refusal(outcome, language))
        assert "phạt" not in text
        assert "fine" not in text
        assert len(text.splitlines()) == 2


def test_a_wrong_clock_is_told_with_the_hubs_time() -> None:
    late = refused(Code.CLOCK_SKEW, is_proven=False, server_time="Tue, 24 Nov 2026 07:00:00 GMT")
    for language in Language:
        assert "Tue, 24 Nov 2026" in explain_refusal(late, language)[-1]


def test_a_code_newer_than_the_client_is_told_in_the_hubs_words() -> None:
    problem = Problem("urn:x", "t", 403, "LT399", Sentence("Mới.", "New."), law="R8.2")
    outcome = Refused(problem, is_proven=True, request_id="r", attempts=1)
    assert explain_refusal(outcome, Language.VI) == ["LT399: Mới.", "Căn cứ: R8.2"]
    assert explain_refusal(outcome, Language.EN)[0] == "LT399: New."


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_without_an_answer_is_explained(cause: Cause) -> None:
    outcome = Unanswered(cause, Code.RECORD_UNCERTAIN, "r", 3, retry_after=7)
    vi, en = (explain_unanswered(outcome, language) for language in Language)
    assert len(vi) == len(en) == 3
    assert vi[0] != en[0]
    assert REFUSALS[Code.RECORD_UNCERTAIN].vi in vi[1]
    assert "7" in vi[2]
    assert explain_unanswered(Unanswered(cause, "ReadError", "r", 3), Language.EN) == en[:1]
