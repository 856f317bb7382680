from datetime import timedelta

import pytest

from lienthong.core.answer import NO_FLAGS, Answer, FindingKind, Flags, Judgement, TagLabel, field_numbers
from lienthong.core.budget import DayUsage, OfficerUsage
from lienthong.core.claims import ClaimOutcome
from lienthong.core.dates import PartialDate
from lienthong.core.decision import Plan, decide
from lienthong.core.evidence import ListKind
from lienthong.core.fields import PERSON_COLUMNS, bits_of_names, names_in
from lienthong.core.grade import Grade
from lienthong.core.judgement import (
    CONSENT_INVALID,
    NO_MATCH,
    NOT_IN_REGISTER,
    PROTECTION_LAW,
    judge,
    label_of,
)
from lienthong.core.legal_days import DAY, moment
from lienthong.core.purpose import PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.record import Outcome, Visibility
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import (
    FIELDS,
    NAME,
    NOW,
    NUMBER,
    OWN_PURPOSE,
    SUBJECT,
    claim,
    consent,
    evidence,
    granted,
    login,
    override,
    own_grant,
    request,
    row,
    token_claims,
    usage,
)

OTHER_NAME = "Trần Văn Bê"
BATCH = {"services": (Service.LOOKUP_BATCH,), "batch_items": 5}
VERIFY = {"services": (Service.VERIFY,), "fields": (), "verify_fields": ("sex", "phone", "full_name")}
UNDER_OVERRIDE = {"override": "o1", "document_changes": {"overrides": (override(),)}}


def plan_of(grant, **changes) -> Plan:
    plan = decide(grant, request(**changes), NOW, usage())
    assert isinstance(plan, Plan), plan
    return plan


def plan(**right_changes) -> Plan:
    return plan_of(granted(**right_changes))


def judged(found_plan: Plan, found, said=None, *, used=None, now=NOW, **more) -> Judgement:
    return judge(
        found_plan,
        claim() if said is None else said,
        found,
        now,
        used or usage(),
        subject=SUBJECT,
        **more,
    )


def test_who_is_identified_gets_what_was_asked_and_a_line() -> None:
    result = judged(plan(), evidence())
    assert isinstance(result.result, Answer)
    assert tuple(result.result.values) == FIELDS
    assert result.result.values["full_name"] == NAME
    assert result.result.flags == NO_FLAGS
    assert (result.persons, result.misses, result.findings, result.sentence) == (1, 0, (), None)
    (line,) = result.lines
    assert (line.label, line.person_key, line.number) == (TagLabel.PERSON, b"p" * 16, "")
    assert (line.outcome, line.visibility, line.law) == (Outcome.DISCLOSED, Visibility.SHOWN, None)
    assert line.asked == line.given == bits_of_names(FIELDS)
    assert line.case == "BN-0001"
    assert field_numbers(line.given) == (1, 12, 18, 75)


REASONS = {
    "not found": (None, claim(), usage()),
    "another name": (evidence(name=OTHER_NAME), claim(), usage()),
    "a near name": (evidence(), claim(full_name="Nguyen Thi Hoa"), usage()),
    "another birth date": (evidence(birth_date=1990_02_16), claim(), usage()),
    "a birth year only": (evidence(), claim(birth_date=PartialDate(1990_00_00)), usage()),
    "protected": (evidence(protection=2), claim(), usage()),
    "out of the population": (evidence(province="01"), claim(), usage()),
    "of no known province": (evidence(province=""), claim(), usage()),
    "ambiguous": (evidence(candidates=2), claim(), usage()),
    "misses on the person spent": (evidence(), claim(), DayUsage(subjects={SUBJECT: 3})),
    "misses of the system spent": (evidence(), claim(), DayUsage(calls=100, misses=20)),
    "misses of the officer spent": (
        evidence(),
        claim(),
        DayUsage(calls=9_000, misses=25, officers={"cb-01": OfficerUsage(calls=30, misses=20)}),
    ),
}


@pytest.mark.law("R1.2", "R8.2")
@pytest.mark.parametrize("reason", REASONS)
def test_whatever_the_reason_the_refusal_is_one_and_the_same_value(reason: str) -> None:
    found, said, used = REASONS[reason]
    result = judged(plan(provinces=("31",)), found, said, used=used)
    assert result.result is NO_MATCH
    assert result.sentence is None
    assert result.persons == 0
    assert result.misses == (0 if "spent" in reason else 1)
    (line,) = result.lines
    assert (line.outcome, line.given) == (Outcome.MISSED, 0)
    assert line.asked == bits_of_names(FIELDS)


@pytest.mark.parametrize(
    ("reason", "finding"),
    [
        ("protected", FindingKind.PROTECTED_ASKED),
        ("ambiguous", FindingKind.AMBIGUOUS_NUMBER),
        ("misses on the person spent", FindingKind.PERSON_MISSES_SPENT),
        ("misses of the system spent", FindingKind.MISSES_SPENT),
        ("misses of the officer spent", FindingKind.MISSES_SPENT),
    ],
)
def test_what_a_person_should_look_at_becomes_a_finding(reason: str, finding: FindingKind) -> None:
    found, said, used = REASONS[reason]
    assert judged(plan(), found, said, used=used).findings == (finding,)


def test_below_the_budget_of_misses_the_person_is_served() -> None:
    used = DayUsage(calls=100, misses=19, subjects={SUBJECT: 2, b"x" * 16: 99})
    assert isinstance(judged(plan(), evidence(), used=used).result, Answer)


def test_the_tag_is_of_the_person_where_one_was_found_else_of_the_number() -> None:
    assert label_of(None) is label_of(evidence(candidates=2)) is TagLabel.CLAIMED
    assert label_of(evidence()) is TagLabel.PERSON
    missed = judged(plan(), evidence(name=OTHER_NAME)).lines[0]
    assert (missed.label, missed.person_key, missed.number) == (TagLabel.PERSON, b"p" * 16, "")
    nobody = judged(plan(), None).lines[0]
    assert (nobody.label, nobody.person_key, nobody.number) == (TagLabel.CLAIMED, b"", NUMBER)
    several = judged(plan(), evidence(candidates=3)).lines[0]
    assert (several.label, several.person_key, several.number) == (TagLabel.CLAIMED, b"", NUMBER)


@pytest.mark.law("R1.2")
def test_where_the_grant_explains_not_in_the_register_and_differs_are_different() -> None:
    explaining = plan(explain=True)
    nobody = judged(explaining, None)
    assert nobody.result is NOT_IN_REGISTER
    assert nobody.sentence is not None
    assert "Chưa tìm thấy" in nobody.sentence.vi
    differs = judged(
        explaining, evidence(), claim(full_name="Nguyen Thi Hoa", birth_date=PartialDate(1990_00_00))
    )
    assert differs.result == Refuse(
        Code.FIELD_DIFFERS,
        "full_name: near; birth_date: partial; diacritics_missing; less_precise",
        ("full_name", "birth_date"),
    )
    assert differs.sentence is not None
    assert "Công an cấp xã" in differs.sentence.vi
    assert (nobody.misses, differs.misses) == (1, 1)


@pytest.mark.law("R1.2")
def test_an_explanation_never_tells_of_protected_persons() -> None:
    explaining = plan(explain=True)
    protected = judged(explaining, evidence(protection=2))
    wrong = judged(explaining, evidence(protection=2, name=OTHER_NAME))
    nobody = judged(explaining, None)
    for found in (protected, wrong):
        assert found.result is nobody.result is NOT_IN_REGISTER
        assert found.sentence == nobody.sentence
        assert found.findings == (FindingKind.PROTECTED_ASKED,)
        assert (found.lines[0].visibility, found.lines[0].law) == (Visibility.NEVER, PROTECTION_LAW)


@pytest.mark.law("R1.2", "R8.2")
def test_an_explanation_never_tells_of_persons_outside_the_population() -> None:
    limited = plan(explain=True, provinces=("31",))
    results = [
        judged(limited, found, said)
        for found in (None, evidence(province="01"), evidence(protection=2))
        for said in (claim(), claim(full_name=OTHER_NAME))
    ]
    assert all(found.result is NO_MATCH and found.sentence is None for found in results)
    inside = judged(limited, evidence(), claim(full_name=OTHER_NAME))
    assert isinstance(inside.result, Refuse)
    assert inside.result.code is Code.FIELD_DIFFERS


def test_of_a_number_that_leads_to_several_persons_nothing_is_compared() -> None:
    result = judged(plan(explain=True), evidence(candidates=2, name=OTHER_NAME))
    assert result.result == Refuse(Code.FIELD_DIFFERS, "the number leads to several persons", ("number",))
    assert result.sentence is not None
    assert "12 số" in result.sentence.vi


def test_a_spent_budget_is_not_explained() -> None:
    for found in (None, evidence(), evidence(name=OTHER_NAME)):
        result = judged(plan(explain=True), found, used=DayUsage(subjects={SUBJECT: 3}))
        assert result.result is NO_MATCH
        assert result.sentence is None


@pytest.mark.law("R1.5")
def test_who_has_the_right_sees_protected_persons_while_the_override_lasts() -> None:
    seeing = plan(protected=(1,), **UNDER_OVERRIDE)
    assert isinstance(judged(seeing, evidence(protection=2)).result, Answer)
    assert judged(seeing, evidence(protection=4)).result is NO_MATCH
    assert judged(seeing, evidence(protection=2), now=NOW + 400 * DAY).result is NO_MATCH


@pytest.mark.law("R1.5")
@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.NEVER])
def test_lines_are_hidden_by_a_law_and_only_while_it_provides_so(visibility: Visibility) -> None:
    hiding = plan(visibility=visibility, **UNDER_OVERRIDE)
    for found in (evidence(), None):
        hidden = judged(hiding, found).lines[0]
        assert (hidden.visibility, hidden.law) == (visibility, "Luật An ninh quốc gia")
        shown = judged(hiding, found, now=NOW + 400 * DAY).lines[0]
        assert (shown.visibility, shown.law) == (Visibility.SHOWN, None)


def consenting(**changes) -> Plan:
    return plan_of(granted(purpose_changes={"ground": PurposeGround.CONSENT}, **changes), consent="c-1")


@pytest.mark.law("R1.1")
def test_with_the_persons_consent_the_question_is_answered() -> None:
    assert isinstance(judged(consenting(), evidence(consent=consent())).result, Answer)


@pytest.mark.law("R1.1")
@pytest.mark.parametrize(
    "found",
    [
        None,
        evidence(),
        evidence(name=OTHER_NAME),
        evidence(protection=2),
        evidence(consent=consent(person_id=8)),
        evidence(consent=consent(purpose="other")),
        evidence(consent=consent(fields=bits_of_names(["sex"]))),
        evidence(consent=consent(valid_until=moment(NOW))),
        evidence(consent=consent(withdrawn_at=moment(NOW) - timedelta(days=1))),
    ],
)
def test_without_it_nothing_is_compared_and_all_refusals_look_the_same(found) -> None:
    result = judged(consenting(explain=True), found)
    assert result.result is CONSENT_INVALID
    assert result.sentence is None
    assert (result.persons, result.misses) == (0, 1)


def test_consent_does_not_replace_the_identity_rule() -> None:
    result = judged(consenting(), evidence(consent=consent(), name=OTHER_NAME))
    assert result.result is NO_MATCH


@pytest.mark.law("R8.1")
def test_the_login_proves_the_number_and_the_rest_is_judged_as_for_others() -> None:
    own = plan_of(own_grant(), claim=None, case=None, officer=None, token=token_claims())

    def asked(found) -> Judgement:
        return judge(own, None, found, NOW, usage(), subject=SUBJECT)

    answered = asked(evidence())
    assert isinstance(answered.result, Answer)
    assert not answered.result.flags.number_superseded
    superseded = asked(evidence(current_number="099190000009"))
    assert isinstance(superseded.result, Answer)
    assert superseded.result.flags.number_superseded
    assert asked(evidence(candidates=2)).result is NO_MATCH
    assert asked(evidence(protection=2)).result is NO_MATCH
    assert asked(None).lines[0].number == NUMBER


@pytest.mark.law("R1.2", "R10.1")
def test_a_login_that_knows_somebody_else_under_the_number_opens_nothing() -> None:
    token = token_claims(name="Nguyễn Thị Hoa", birthdate="1990-02-15")
    asked = {"claim": None, "case": None, "officer": None}
    quiet, explaining = (
        plan_of(
            granted(purpose_changes=OWN_PURPOSE, document_changes={"login": login()}, explain=explain),
            **asked,
            token=token,
        )
        for explain in (False, True)
    )
    agreeing = judge(quiet, None, evidence(name="NGUYỄN THỊ HOA"), NOW, usage(), subject=SUBJECT)
    assert isinstance(agreeing.result, Answer)
    other = evidence(name=OTHER_NAME)
    assert judge(quiet, None, other, NOW, usage(), subject=SUBJECT).result is NO_MATCH
    told = judge(explaining, None, other, NOW, usage(), subject=SUBJECT)
    assert isinstance(told.result, Refuse)
    assert (told.result.code, told.result.fields) == (Code.FIELD_DIFFERS, ("full_name",))
    assert (told.misses, told.counts_on_person) == (0, False)


@pytest.mark.law("R10.2")
def test_a_login_leaves_nothing_to_guess_so_no_budget_shuts_a_citizen_out() -> None:
    spent = DayUsage(calls=10, misses=1_000, subjects={SUBJECT: 99})
    own = plan_of(own_grant(), claim=None, case=None, officer=None, token=token_claims())
    assert isinstance(judge(own, None, evidence(), NOW, spent, subject=SUBJECT).result, Answer)
    missed = judge(own, None, None, NOW, spent, subject=SUBJECT)
    assert (missed.result, missed.misses, missed.counts_on_person, missed.findings) == (
        NO_MATCH,
        0,
        False,
        (),
    )
    verifying = granted(purpose_changes=OWN_PURPOSE, document_changes={"login": login()}, **VERIFY)
    asked = {"claim": None, "case": None, "officer": None, "token": token_claims(), **VERIFYING}
    wrong = plan_of(verifying, **{**asked, "claims": {"phone": "+84900000002"}, "fields": ("phone",)})
    assert not judge(wrong, None, evidence(), NOW, usage(), subject=SUBJECT).counts_on_person


def test_without_claim_and_login_nobody_is_identified() -> None:
    result = judge(plan(), None, evidence(), NOW, usage(), subject=SUBJECT)
    assert result.result is NO_MATCH
    assert result.lines[0].label is TagLabel.PERSON
    assert judge(plan(), None, None, NOW, usage(), subject=SUBJECT).lines[0].number == ""


VERIFYING = {
    "service": Service.VERIFY,
    "fields": ("sex", "phone", "full_name"),
    "claims": {"sex": "2", "phone": "+84900000002", "full_name": "Nguyen Thi Hoa"},
}


@pytest.mark.law("R1.2")
def test_verification_answers_yes_or_no_and_gives_no_value() -> None:
    verifying = plan_of(granted(**VERIFY), **VERIFYING)
    result = judged(verifying, evidence())
    assert isinstance(result.result, Answer)
    assert result.result.values == {}
    assert result.result.grades == {}
    assert result.result.claims == {
        "full_name": ClaimOutcome.NO_MATCH,
        "sex": ClaimOutcome.MATCH,
        "phone": ClaimOutcome.NO_MATCH,
    }
    assert result.persons == 1


@pytest.mark.law("R1.2")
def test_grades_go_out_where_granted_and_never_for_small_fields() -> None:
    result = judged(plan_of(granted(**VERIFY, grades=True), **VERIFYING), evidence())
    assert isinstance(result.result, Answer)
    assert result.result.grades == {"full_name": Grade.NEAR, "phone": Grade.MISMATCH}


@pytest.mark.law("R1.2")
def test_verifying_a_field_with_few_values_counts_as_disclosing_it() -> None:
    small = judged(plan_of(granted(**VERIFY), **VERIFYING), evidence()).lines[0]
    assert small.outcome is Outcome.DISCLOSED
    large = plan_of(granted(**VERIFY), **{**VERIFYING, "fields": ("phone",), "claims": {"phone": "x"}})
    assert judged(large, evidence()).lines[0].outcome is Outcome.VERIFIED
    assert names_in(judged(large, evidence()).lines[0].given) == ("phone",)


def test_a_claim_on_an_unknown_value_tells_nothing() -> None:
    verifying = plan_of(granted(**VERIFY), **VERIFYING)
    result = judged(verifying, evidence(values={"phone": "+84900000002"}))
    assert isinstance(result.result, Answer)
    assert result.result.claims["sex"] is ClaimOutcome.NOT_AVAILABLE
    assert result.lines[0].outcome is Outcome.VERIFIED
    assert names_in(result.lines[0].given) == ("phone",)


def test_only_granted_claims_are_compared_and_only_claims_that_were_made() -> None:
    verifying = plan_of(granted(**VERIFY), **{**VERIFYING, "fields": ("sex", "phone")})
    result = judged(verifying, evidence(), claims={"sex": "1", "religion": "00"})
    assert isinstance(result.result, Answer)
    assert result.result.claims == {"sex": ClaimOutcome.NO_MATCH}


@pytest.mark.law("R1.2")
def test_before_identity_nothing_is_verified() -> None:
    verifying = plan_of(granted(**VERIFY, grades=True), **VERIFYING)
    result = judged(verifying, evidence(name=OTHER_NAME))
    assert result.result is NO_MATCH
    assert result.lines[0].given == 0


@pytest.mark.parametrize(
    ("changed", "said", "flags"),
    [
        ({"death_kind": 1}, claim(), Flags(deceased=True)),
        ({"death_kind": 2}, claim(), Flags(declared_missing=True)),
        ({"current_number": "099190000009"}, claim(), Flags(number_superseded=True)),
        ({}, claim(number="099000001"), NO_FLAGS),
        (
            {"examination": 1 << PERSON_COLUMNS.index("sex") | 1 << PERSON_COLUMNS.index("phone")},
            claim(),
            Flags(under_examination=("sex",)),
        ),
    ],
)
def test_safety_flags_travel_unasked(changed: dict, said, flags: Flags) -> None:
    result = judged(plan(), evidence(**changed), said)
    assert isinstance(result.result, Answer)
    assert result.result.flags == flags


@pytest.mark.law("R1.2")
def test_relatives_have_lines_of_their_own_and_protected_ones_are_not_told_of() -> None:
    mother = row(list=ListKind.MOTHER, name="Lê A", number="099160000001", related_key=b"m" * 16)
    father = row(list=ListKind.FATHER, name="Trần B", related_key=b"f" * 16, related_protection=2)
    related = plan_of(
        granted(fields=("full_name", "mother_name", "father_name"), related=True),
        fields=("full_name", "mother_name", "father_name"),
    )
    result = judged(related, evidence(lists=(mother, father)))
    assert isinstance(result.result, Answer)
    assert result.result.values == {"full_name": NAME, "father_name": None, "mother_name": "Lê A"}
    assert [(line.outcome, line.person_key) for line in result.lines] == [
        (Outcome.DISCLOSED, b"p" * 16),
        (Outcome.RELATED, b"m" * 16),
    ]
    assert result.persons == 1


def test_in_a_batch_nothing_is_explained_and_only_misses_on_the_person_spend() -> None:
    batch = plan_of(
        granted(**BATCH, explain=True), service=Service.LOOKUP_BATCH, claim=None, cases=("BN-0001",)
    )
    assert judged(batch, None).result is NO_MATCH
    assert judged(batch, evidence(), claim(full_name=OTHER_NAME)).result is NO_MATCH
    assert isinstance(judged(batch, evidence(), used=DayUsage(calls=1, misses=99)).result, Answer)
    assert judged(batch, evidence(), used=DayUsage(subjects={SUBJECT: 3})).result is NO_MATCH
    assert judged(batch, evidence(), case="BN-0007").lines[0].case == "BN-0007"


@pytest.mark.law("R1.2")
@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({"phone": "+84900000009"}, True),
        ({"phone": "+84900000001"}, False),
        ({"sex": "1"}, False),
        ({"sex": "1", "phone": "+84900000009"}, True),
        ({}, False),
    ],
)
def test_a_wrong_claim_on_a_large_field_uses_up_a_question_about_this_person(
    claims: dict[str, str], counts: bool
) -> None:
    verifying = plan_of(granted(**VERIFY), **{**VERIFYING, "fields": tuple(claims), "claims": claims})
    result = judged(verifying, evidence())
    assert (result.counts_on_person, result.misses, result.persons) == (counts, 0, 1)


@pytest.mark.parametrize("reason", REASONS)
def test_a_miss_counts_on_the_person_and_a_spent_budget_does_not(reason: str) -> None:
    found, said, used = REASONS[reason]
    result = judged(plan(provinces=("31",)), found, said, used=used)
    assert result.counts_on_person is (result.misses == 1)
    assert not judged(plan(), evidence()).counts_on_person
