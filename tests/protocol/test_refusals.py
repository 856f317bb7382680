"""The refusal table is whole, bilingual and permanent."""

import re

import pytest

from lienthong_protocol.problem import problem_document
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code, Refuse

GROUPS = {"1": {400, 404, 405, 408, 413, 415, 431}, "2": {401, 403, 409, 429}, "3": {403, 429}}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_both_sentences_and_a_status_of_its_group(code: Code) -> None:
    text = REFUSALS[code]
    assert re.fullmatch(r"LT[1-5]\d\d", code)
    assert text.vi.endswith(".")
    assert text.en.endswith(".")
    assert text.vi != text.en
    assert bool(text.citizen_vi) == bool(text.citizen_en)
    if code[2] in GROUPS:
        assert text.status in GROUPS[code[2]]
    elif code[2] == "5":
        assert text.status == (500 if code is Code.INTERNAL else 503)


def test_the_table_holds_no_code_twice_and_none_unknown() -> None:
    assert set(REFUSALS) == set(Code)
    assert len({str(code) for code in Code}) == len(Code)


def test_a_problem_names_the_fields_and_speaks_to_officer_and_citizen() -> None:
    document = problem_document(Refuse(Code.FIELD_DIFFERS, "birth_date is near", ("birth_date",)))
    assert document.status == 404
    assert document.type == "urn:lienthong:refusal:LT402"
    assert document.fields == ("birth_date",)
    assert document.citizen is not None
    assert "Công an cấp xã" in document.citizen.vi


def test_an_internal_error_withholds_its_detail() -> None:
    document = problem_document(Refuse(Code.INTERNAL, "KeyError: 'secret'"), incident="7f3a")
    assert document.detail is None
    assert document.incident == "7f3a"


def test_refusals_before_proof_stay_short() -> None:
    document = problem_document(Refuse(Code.SIGNATURE_INVALID))
    assert document.fields is None
    assert document.detail is None
    assert document.citizen is None
