from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.dates import PartialDate
from lienthong.core.evidence import Evidence
from lienthong.core.fields import BY_NAME, FIELDS
from lienthong.core.grade import Grade
from lienthong.core.identity import Claim, DateDifference, IdentityResult, NumberMatch, compare_identity
from lienthong.core.names import NameDifference
from lienthong.core.sentences import sentence_for, sentence_for_fields

NUMBER, NAME, BIRTH_DATE = "099190000001", "Nguyễn Thị Hoà", 19900205


def evidence(*, number=NUMBER, name=NAME, birth_date=BIRTH_DATE, candidates=1):
    return Evidence(
        person_id=1,
        person_key=b"",
        current_number=number,
        name=name,
        birth_date=birth_date,
        death_kind=0,
        province="01",
        protection=0,
        examination=0,
        candidates=candidates,
        values=(),
    )


def compare(number=NUMBER, name=NAME, birth_date=BIRTH_DATE, registered=None):
    return compare_identity(Claim(number, name, PartialDate(birth_date)), registered or evidence())


@pytest.mark.law("R1.2")
def test_everything_right_agrees():
    result = compare()
    assert result.agrees
    assert result.differing == ()
    assert result.reasons == ()
    assert result.grades == dict.fromkeys(("number", "full_name", "birth_date"), Grade.EXACT)
    assert sentence_for(result) is None


@pytest.mark.law("R1.2")
@pytest.mark.parametrize(
    ("claim", "registered", "agrees"),
    [
        ({"name": "NGUYỄN THỊ HÒA"}, {}, True),
        ({"name": "Nguyen Thi Hoa"}, {}, False),
        ({"name": "Nguyễn Hoà"}, {}, False),
        ({"name": "Trần Văn Bình"}, {}, False),
        ({}, {"birth_date": 19900000}, True),
        ({}, {"birth_date": 19900200}, True),
        ({"birth_date": 19900000}, {}, False),
        ({"birth_date": 19900502}, {}, False),
        ({"birth_date": 19910205}, {}, False),
        ({"number": "099290000009"}, {}, True),
        ({"number": "012345678"}, {}, True),
        ({"number": "012345678"}, {"candidates": 2}, False),
        ({}, {"candidates": 0}, False),
        ({}, {"name": "", "birth_date": 0}, False),
        ({}, {"number": None}, True),
    ],
)
def test_only_a_claim_that_agrees_in_all_three_opens(claim, registered, agrees):
    result = compare(**claim, registered=evidence(**registered))
    assert result.agrees is agrees
    assert (result.differing == ()) is agrees


@pytest.mark.parametrize(
    ("number", "match", "grade"),
    [
        (NUMBER, NumberMatch.CURRENT, Grade.EXACT),
        ("099290000009", NumberMatch.SUPERSEDED, Grade.EQUIVALENT),
        ("012345678", NumberMatch.OLD, Grade.EQUIVALENT),
    ],
)
def test_a_linked_number_is_as_good_as_the_current_one(number, match, grade):
    result = compare(number)
    assert result.number is match
    assert result.grades["number"] is grade


def test_an_old_number_of_several_persons_opens_none():
    result = compare("012345678", registered=evidence(candidates=2))
    assert result.differing == ("number",)
    assert result.grades["number"] is Grade.MISMATCH


@pytest.mark.parametrize(
    ("claim", "reasons"),
    [
        ({"name": "Nguyễn Hoà Thị"}, (NameDifference.GIVEN_AND_MIDDLE_SWAPPED,)),
        ({"name": "Nguyen Thi Hoa"}, (NameDifference.DIACRITICS_MISSING,)),
        ({"birth_date": 19900502}, (DateDifference.DAY_AND_MONTH_SWAPPED,)),
        ({"birth_date": 19900000}, (DateDifference.LESS_PRECISE,)),
        (
            {"name": "Thị Hoà Nguyễn", "birth_date": 19900502},
            (NameDifference.SURNAME_MOVED, DateDifference.DAY_AND_MONTH_SWAPPED),
        ),
        ({"name": "Trần Văn Bình", "birth_date": 19851230}, ()),
        ({"name": "NGUYỄN THỊ HÒA", "number": "012345678"}, ()),
    ],
)
def test_swapped_and_missing_parts_are_recognised(claim, reasons):
    assert compare(**claim).reasons == reasons


def test_reasons_are_sought_only_where_they_are_wanted():
    claim = Claim(NUMBER, "Nguyễn Hoà Thị", PartialDate(19900502))
    result = compare_identity(claim, evidence(), explain=False)
    assert result.reasons == ()
    assert result.grades == compare_identity(claim, evidence()).grades


REASONS = (*NameDifference, *DateDifference)
results = st.builds(
    IdentityResult,
    number=st.sampled_from(NumberMatch),
    full_name=st.sampled_from(Grade),
    birth_date=st.sampled_from(Grade),
    is_ambiguous=st.booleans(),
    reasons=st.lists(st.sampled_from(REASONS), max_size=2).map(tuple),
)


@pytest.mark.law("R1.2")
@given(results)
def test_whoever_is_not_opened_to_is_told_where_to_ask(result):
    sentence = sentence_for(result, working_days=3)
    assert (sentence is None) == result.agrees
    if sentence is None:
        return
    assert "Công an cấp xã nơi cư trú" in sentence.vi
    assert "commune police" in sentence.en
    assert "03 ngày làm việc" in sentence.vi
    assert "3 working days" in sentence.en
    if not result.is_ambiguous:
        for name in ("full_name", "birth_date"):
            differs = name in result.differing
            assert (f"“{BY_NAME[name].label_vi}”" in sentence.vi) == differs
            assert (f"“{BY_NAME[name].label_en}”" in sentence.en) == differs


@pytest.mark.law("R1.2")
@pytest.mark.parametrize(
    "registered", [{"name": "Phạm Xuân Quỳnh", "birth_date": 19551231}, {"birth_date": 19900000}]
)
def test_no_sentence_holds_a_registered_value(registered):
    person = evidence(**registered)
    for name, birth_date in product(
        ("Phạm Quỳnh Xuân", "Pham Xuan Quynh", "Lê A"), (19550000, 19550131, 19900205)
    ):
        result = compare_identity(Claim(NUMBER, name, PartialDate(birth_date)), person)
        sentence = sentence_for(result)
        if sentence is not None:
            for word in ("Phạm", "Xuân", "Quỳnh", "1955", "1990", NUMBER):
                assert word not in sentence.vi + sentence.en
    assert "Phạm" not in repr(
        compare_identity(Claim(NUMBER, "Phạm Quỳnh Xuân", PartialDate(19550000)), person)
    )


@pytest.mark.law("R1.2")
def test_not_in_the_register_is_another_sentence_than_differs():
    absent, differs = sentence_for(None), sentence_for(compare(name="Trần Văn Bình"))
    assert "Chưa tìm thấy công dân" in absent.vi
    assert "No person with the number given" in absent.en
    assert "khác với" in differs.vi
    assert "02 ngày làm việc" in differs.vi


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_field_can_be_named_to_the_citizen(field):
    sentence = sentence_for_fields([field])
    assert field.label_vi in sentence.vi
    assert f"“{field.label_en}” differs" in sentence.en


def test_several_fields_are_named_together():
    sentence = sentence_for_fields([BY_NAME["sex"], BY_NAME["ethnicity"]])
    assert "“Giới tính”; “Dân tộc”" in sentence.vi
    assert "“Sex”; “Ethnic group” differ from" in sentence.en
