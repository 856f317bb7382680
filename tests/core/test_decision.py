from datetime import UTC, datetime

import pytest

from lienthong.core.budget import DayUsage, OfficerUsage
from lienthong.core.decision import Plan, decide
from lienthong.core.fields import bits_of_names, column_mask, list_mask
from lienthong.core.grant import SystemGrant
from lienthong.core.grant_document import Agreement, PeriodicCheck, Quotas
from lienthong.core.law import OURS, PROFILES, Citation, Parameter, Profile, Unit
from lienthong.core.legal_days import instant
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import ExchangeRequest, Service
from lienthong.core.subject import Subject
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import (
    NOW,
    NUMBER,
    OWN_PURPOSE,
    START,
    compiled,
    facts,
    granted,
    own_grant,
    purpose,
    request,
    right,
    token_claims,
    usage,
)

VERIFYING = {"services": (Service.VERIFY,), "fields": (), "verify_fields": ("sex", "phone")}


def refusal(
    grant: SystemGrant, asked: ExchangeRequest, used: DayUsage | None = None, now: int = NOW
) -> Refuse:
    decided = decide(grant, asked, now, used or usage())
    assert isinstance(decided, Refuse)
    return decided


def plan(grant: SystemGrant, asked: ExchangeRequest, used: DayUsage | None = None) -> Plan:
    decided = decide(grant, asked, NOW, used or usage())
    assert isinstance(decided, Plan), decided
    return decided


def test_a_plan_reads_what_was_asked_and_nothing_else() -> None:
    asked = request(fields=("full_name", "sex"), consent="c-1")
    found = plan(compiled(), asked)
    assert found.asked == bits_of_names(["full_name", "sex"])
    assert found.columns == column_mask(found.asked) == 0b10000001
    assert found.lists == list_mask(found.asked) == 0
    assert (found.consent, found.subject) == (None, None)
    assert found.notices == ("key-ends=2026-12-31",)
    assert found.claims == {}
    assert found.request is asked


@pytest.mark.law("R8.1")
@pytest.mark.parametrize("named", [None, "", "other"])
def test_a_call_names_a_registered_purpose(named: str | None) -> None:
    assert refusal(compiled(), request(purpose=named)).code is Code.PURPOSE_UNKNOWN


@pytest.mark.law("R8.2")
def test_a_service_that_was_not_agreed_is_refused() -> None:
    assert refusal(compiled(), request(service=Service.VERIFY)).code is Code.SERVICE_NOT_GRANTED
    without_right = compiled(purposes=(purpose(), purpose(code="bare")))
    assert refusal(without_right, request(purpose="bare")).code is Code.SERVICE_NOT_GRANTED


@pytest.mark.law("R8.1")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"officer": None}, Code.OFFICER_REQUIRED),
        ({"officer": "cb-99"}, Code.OFFICER_UNKNOWN),
        ({"officer": "cb-old"}, Code.OFFICER_UNKNOWN),
        ({"case": None}, Code.CASE_REQUIRED),
        ({"case": "BN-1"}, Code.CASE_INVALID),
        ({"case": "bn-0001"}, Code.CASE_INVALID),
        ({"claim": None}, Code.INVALID_VALUE),
    ],
)
def test_who_acts_and_in_which_case_is_said_as_the_purpose_requires(changed: dict, code: Code) -> None:
    assert refusal(compiled(), request(**changed)).code is code


def test_a_purpose_may_take_any_case_or_none() -> None:
    free = granted(purpose_changes={"case_required": False, "case_pattern": None})
    assert plan(free, request(case=None)).request.case is None
    assert plan(free, request(case="anything")).request.case == "anything"
    any_case = granted(purpose_changes={"case_pattern": None})
    assert plan(any_case, request(case="anything"))


@pytest.mark.law("R8.1")
def test_a_programme_needs_no_officer_but_one_it_names_is_checked() -> None:
    automatic = granted(purpose_changes={"actor": Actor.AUTOMATIC, "decision": "QĐ 9"})
    assert plan(automatic, request(officer=None))
    assert refusal(automatic, request(officer="cb-99")).code is Code.OFFICER_UNKNOWN


@pytest.mark.law("R8.1")
def test_a_portal_acts_for_the_citizen_who_is_signed_in_and_names_nobody() -> None:
    asked = {"officer": None, "case": None}
    own = own_grant()
    assert refusal(own, request(**asked)).code is Code.SUBJECT_REQUIRED
    token = {**asked, "token": token_claims()}
    assert refusal(own, request(**token)).code is Code.SUBJECT_AND_PERSON
    assert refusal(own, request(**token, claim=None, names_person=True)).code is Code.SUBJECT_AND_PERSON
    assert plan(own, request(**token, claim=None)).subject == Subject(NUMBER)


@pytest.mark.law("R8.1", "R10.1")
def test_a_token_is_believed_only_under_an_agreed_issuer_and_as_far_as_it_was_verified() -> None:
    asked = {"officer": None, "case": None, "claim": None}
    unnamed = granted(purpose_changes=OWN_PURPOSE)
    assert refusal(unnamed, request(**asked, token=token_claims())).code is Code.SUBJECT_NOT_AGREED
    not_genuine = Refuse(Code.SUBJECT_SIGNATURE_INVALID)
    assert refusal(own_grant(), request(**asked, token=not_genuine)) is not_genuine
    strange = token_claims(iss="https://other.example")
    assert refusal(own_grant(), request(**asked, token=strange)).code is Code.SUBJECT_ISSUER


@pytest.mark.law("R8.1")
def test_a_token_where_no_citizen_acts_is_refused_so_that_a_record_with_one_is_a_citizens() -> None:
    for token in (token_claims(), Refuse(Code.SUBJECT_NOT_EXPECTED)):
        assert refusal(compiled(), request(token=token)).code is Code.SUBJECT_NOT_EXPECTED


@pytest.mark.law("R10.1")
def test_the_age_of_a_token_is_a_value_of_the_profile() -> None:
    longest = PROFILES["tt46-2026-07"].number("login.token_age") * 60
    asked = {"officer": None, "case": None, "claim": None}
    for age, accepted in ((longest, True), (longest + 1, False)):
        found = decide(
            own_grant(), request(**asked, token=token_claims(iat=NOW // 1_000_000 - age)), NOW, usage()
        )
        assert isinstance(found, Plan) is accepted
    assert found == Refuse(Code.SUBJECT_TOO_OLD, "at most 15 minutes")


@pytest.mark.law("R8.2")
def test_fields_not_granted_are_named() -> None:
    found = refusal(compiled(), request(fields=("full_name", "phone", "religion")))
    assert found == Refuse(Code.FIELD_NOT_GRANTED, fields=("religion", "phone"))
    assert refusal(compiled(), request(fields=())).code is Code.FIELDS_EMPTY


@pytest.mark.law("R8.2")
def test_what_may_be_compared_may_not_be_looked_up_and_the_reverse() -> None:
    both = granted(services=(Service.LOOKUP, Service.VERIFY), fields=("full_name",), verify_fields=("sex",))
    looked_up = refusal(both, request(fields=("sex",)))
    assert looked_up.fields == ("sex",)
    compared = request(service=Service.VERIFY, fields=("full_name",), claims={"full_name": "A"})
    assert refusal(both, compared).fields == ("full_name",)


def test_a_claim_no_value_could_equal_is_refused() -> None:
    asked = request(service=Service.VERIFY, fields=("sex", "phone"), claims={"sex": 2, "phone": "+84"})
    assert refusal(granted(**VERIFYING), asked) == Refuse(
        Code.INVALID_VALUE, "a claim has a value its field cannot have", ("sex",)
    )


def test_verification_may_be_of_identity_alone() -> None:
    assert plan(granted(**VERIFYING), request(service=Service.VERIFY, fields=())).asked == 0


@pytest.mark.law("R1.1")
def test_a_purpose_that_rests_on_consent_needs_one_named() -> None:
    by_consent = granted(purpose_changes={"ground": PurposeGround.CONSENT})
    assert refusal(by_consent, request()).code is Code.CONSENT_REQUIRED
    assert plan(by_consent, request(consent="c-1")).consent == "c-1"


@pytest.mark.law("R4.6", "R1.2")
def test_a_restriction_leaves_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = compiled().profile
    lapse = Parameter("restrict", Unit.WORD, Citation(OURS), verified=False)
    parameters = {**usual.parameters, "assessment.periodic_lapse": lapse}
    profile = Profile(usual.id, usual.valid_from, None, parameters)
    overdue = facts(periodic=PeriodicCheck(due=START))
    monkeypatch.setattr("lienthong.core.grant.PROFILES", {"tt46-2026-07": profile})
    restricted = granted(
        services=(Service.LOOKUP, Service.VERIFY),
        verify_fields=("sex",),
        document_changes={"facts": overdue},
    )
    assert refusal(restricted, request()).code is Code.ASSESSMENT_OVERDUE
    assert plan(restricted, request(service=Service.VERIFY, fields=("sex",), claims={"sex": "2"}))


@pytest.mark.law("R8.2")
def test_an_ended_agreement_refuses_at_its_instant() -> None:
    until = datetime(2026, 11, 23, 17, tzinfo=UTC)
    grant = compiled(facts=facts(agreement=Agreement(number="1", valid_from=START, valid_until=until)))
    assert isinstance(decide(grant, request(), instant(until) - 1, usage()), Plan)
    assert refusal(grant, request(), now=instant(until)).code is Code.AGREEMENT_ENDED


QUOTAS = Quotas(persons=10, persons_per_officer=5, calls=8)


@pytest.mark.law("R8.2")
@pytest.mark.parametrize(
    ("used", "detail"),
    [
        (DayUsage(calls_by_purpose={"patient": 8}), "calls"),
        (DayUsage(persons={"patient": 10}), "persons"),
        (DayUsage(officers={"cb-01": OfficerUsage(persons=5)}), "persons of this officer"),
    ],
)
def test_a_quota_is_a_limit_for_the_day(used: DayUsage, detail: str) -> None:
    assert refusal(granted(quotas=QUOTAS), request(), used) == Refuse(Code.QUOTA_EXHAUSTED, detail)


def test_below_every_quota_the_call_is_served() -> None:
    used = DayUsage(
        calls_by_purpose={"patient": 7, "other": 99},
        persons={"patient": 9, "other": 99},
        officers={"cb-01": OfficerUsage(persons=4), "cb-02": OfficerUsage(persons=99)},
    )
    assert plan(granted(quotas=QUOTAS), request(), used)


def batch(**changes) -> ExchangeRequest:
    cases = changes.pop("cases", ("BN-0001", "BN-0002"))
    return request(
        **{
            "service": Service.LOOKUP_BATCH,
            "claim": None,
            "case": None,
            "items": 2,
            "cases": cases,
            **changes,
        }
    )


def with_batch(**changes) -> SystemGrant:
    purpose_changes = changes.pop("purpose_changes", None)
    return granted(
        purpose_changes=purpose_changes,
        **{"services": (Service.LOOKUP_BATCH,), "batch_items": 3, **changes},
    )


@pytest.mark.law("R8.2")
@pytest.mark.parametrize(
    ("changed", "used", "code", "detail"),
    [
        ({}, DayUsage(batch_suspended=True), Code.BATCH_SUSPENDED, ""),
        ({"items": 4}, usage(), Code.BATCH_SIZE, "4 items, agreed are 3"),
        ({"items": 0}, usage(), Code.BATCH_SIZE, "0 items, agreed are 3"),
        ({"cases": ("BN-0001", None)}, usage(), Code.CASE_REQUIRED, "item 2."),
        ({"cases": ("x", "BN-0001")}, usage(), Code.CASE_INVALID, "item 1. the form is BN-####"),
        ({"cases": ()}, usage(), Code.CASE_REQUIRED, ""),
        ({}, DayUsage(persons={"patient": 999}), Code.QUOTA_EXHAUSTED, "persons"),
        ({"officer": None}, usage(), Code.OFFICER_REQUIRED, ""),
    ],
)
def test_a_batch_is_refused_as_a_whole(changed: dict, used: DayUsage, code: Code, detail: str) -> None:
    assert refusal(with_batch(), batch(**changed), used) == Refuse(code, detail)


def test_a_batch_has_a_case_for_each_item_or_one_for_all_or_a_law_of_its_own() -> None:
    assert plan(with_batch(), batch())
    assert plan(with_batch(), batch(cases=("BN-0001", None), case="BN-0009"))
    assert plan(with_batch(), batch(cases=(), case="BN-0009"))
    free = with_batch(purpose_changes={"case_required": False, "case_pattern": None})
    assert plan(free, batch(cases=(None, None)))
    bulk = with_batch(purpose_changes={"bulk": True, "law": "Luật Quản lý thuế"})
    assert plan(bulk, batch(cases=(None, None)))


@pytest.mark.law("R8.2")
def test_a_batch_that_verifies_has_claims_each_field_could_have() -> None:
    grant = with_batch(
        services=(Service.VERIFY_BATCH,), fields=(), verify_fields=("sex", "is_adult", "birth_date")
    )
    asked = {"service": Service.VERIFY_BATCH, "fields": ("sex", "is_adult")}
    assert plan(grant, batch(**asked, item_claims=({"sex": "2"}, {"is_adult": True})))
    wrong = refusal(grant, batch(**asked, item_claims=({"sex": "2"}, {"is_adult": "yes"})))
    assert wrong == Refuse(
        Code.INVALID_VALUE, "item 2. a claim has a value its field cannot have", ("is_adult",)
    )


@pytest.mark.law("R1.4", "R8.2")
def test_the_first_reason_in_the_documented_order_is_named() -> None:
    ended = compiled(facts=facts(agreement=None))
    assert refusal(ended, request(purpose="other")).code is Code.AGREEMENT_ENDED
    grant = compiled(rights=(right(quotas=Quotas(persons=0, calls=0)),))
    assert refusal(grant, request(purpose="other", officer=None)).code is Code.PURPOSE_UNKNOWN
    assert refusal(grant, request(officer=None, case=None)).code is Code.OFFICER_REQUIRED
    assert refusal(grant, request(case=None, fields=("phone",))).code is Code.CASE_REQUIRED
    assert refusal(grant, request(fields=("phone",))).code is Code.FIELD_NOT_GRANTED
    assert refusal(grant, request()).code is Code.QUOTA_EXHAUSTED
