"""R1.2: no effect on rights and responsibilities, no intrusion into private life or family secrets."""

import pytest

from lienthong.core.answer import Answer, FindingKind
from lienthong.core.budget import DayUsage
from lienthong.core.claims import ClaimOutcome
from lienthong.core.evidence import ListKind
from lienthong.core.fields import BY_NAME, Sensitivity
from lienthong.core.judgement import NO_MATCH
from lienthong.core.request import Service
from lienthong_protocol.record import Outcome, Visibility
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import SUBJECT, claim, evidence, row
from tests.law.published import decided, grants, judged

pytestmark = pytest.mark.law("R1.2")


def test_a_strangers_guess_gets_the_uniform_answer() -> None:
    guess = {"claim": claim(full_name="Trần Văn Bê")}
    assert judged("h01/his", evidence(), "sex", **guess).result is NO_MATCH
    assert judged("h01/his", None, "sex", **guess).result is NO_MATCH


def test_a_one_stop_desk_learns_which_field_differs_and_what_to_tell_the_citizen() -> None:
    said = {"claim": claim(full_name="Nguyen Thi Hoa")}
    result = judged("h31/mcdt", evidence(), "sex", **said)
    assert isinstance(result.result, Refuse)
    assert (result.result.code, result.result.fields) == (Code.FIELD_DIFFERS, ("full_name",))
    assert result.sentence is not None
    assert "Họ, chữ đệm và tên khai sinh" in result.sentence.vi
    assert "Công an cấp xã" in result.sentence.vi


def test_and_that_somebody_is_not_in_the_register_is_another_outcome() -> None:
    result = judged("h31/mcdt", None, "sex")
    assert isinstance(result.result, Refuse)
    assert result.result.code is Code.NOT_IN_REGISTER
    assert result.sentence is not None
    assert "thu thập" in result.sentence.vi


@pytest.mark.parametrize("system", ["h01/his", "h31/mcdt", "h31/syt"])
def test_a_protected_person_looks_like_nobody_and_alarms(system: str) -> None:
    protected, nobody = judged(system, evidence(protection=2), "sex"), judged(system, None, "sex")
    assert protected.result == nobody.result
    assert protected.sentence == nobody.sentence
    assert protected.findings == (FindingKind.PROTECTED_ASKED,)
    assert protected.lines[0].visibility is Visibility.NEVER


def test_family_is_named_one_by_one_and_has_lines_of_its_own() -> None:
    mother = row(list=ListKind.MOTHER, name="Lê A", number="099160000001", related_key=b"m" * 16)
    result = judged("h31/mcdt", evidence(lists=(mother,)), "mother_name")
    assert isinstance(result.result, Answer)
    assert result.result.values == {"mother_name": "Lê A"}
    assert [line.outcome for line in result.lines] == [Outcome.DISCLOSED, Outcome.RELATED]
    number = decided("h31/mcdt", "mother_number")
    assert number == Refuse(Code.FIELD_NOT_GRANTED, fields=("mother_number",))


def test_no_system_of_the_example_has_sensitive_fields_it_did_not_name() -> None:
    for grant in grants().values():
        named = {name for entry in grant.document.rights for name in (*entry.fields, *entry.verify_fields)}
        for field in BY_NAME.values():
            if field.sensitivity is not Sensitivity.ORDINARY and field.name not in named:
                held = [right.fields | right.verify_fields for right in grant.rights.values()]
                assert not any(bits & field.bit for bits in held)


def test_yes_or_no_is_given_without_the_value() -> None:
    said = {"service": Service.VERIFY, "claims": {"marital_status": "1"}}
    result = judged("h31/mcdt", evidence(), "marital_status", **said)
    assert result.result == Answer(claims={"marital_status": ClaimOutcome.NO_MATCH})
    assert result.lines[0].outcome is Outcome.DISCLOSED


def test_guessing_at_one_person_ends_after_three_misses() -> None:
    usage = DayUsage()
    for _ in range(3):
        assert judged("h01/his", evidence(), "sex", usage=usage, claim=claim(full_name="A")).misses == 1
        usage.count_miss_on(SUBJECT)
    assert judged("h01/his", evidence(), "sex", usage=usage).result is NO_MATCH
