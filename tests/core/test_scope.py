from datetime import UTC, datetime, timedelta

import msgspec

from lienthong.core.budget import DayUsage
from lienthong.core.decision import decide
from lienthong.core.grant_document import Agreement, Exemption, ExemptionCode, Quotas
from lienthong.core.grounds import GroundState
from lienthong.core.legal_days import DAY
from lienthong.core.request import Service
from lienthong.core.scope import Allowance, scope_of
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import KEY, NOW, START, compiled, facts, granted, key_entry, request, usage

DAY_ENDS = datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_a_scope_says_all_that_may_be_had_and_what_is_left_of_it() -> None:
    grant = granted(
        services=(Service.LOOKUP, Service.LOOKUP_BATCH),
        batch_items=9,
        provinces=("31", "01"),
        quotas=Quotas(persons=5, persons_per_officer=2, calls=7),
    )
    used = DayUsage(calls=3, misses=1, persons={"patient": 2}, calls_by_purpose={"patient": 3})
    scope = scope_of(grant, NOW, used)
    (right,) = scope.rights
    assert (right.purpose, right.name) == ("patient", "Định danh người bệnh")
    assert right.fields == ("full_name", "birth_date", "sex", "permanent_residence")
    assert right.case_pattern == "BN-####"
    assert right.provinces == ("01", "31")
    assert (right.persons, right.calls) == (Allowance(2, 5), Allowance(3, 7))
    assert (right.persons_per_officer, right.batch_items) == (2, 9)
    assert scope.misses == Allowance(1, 20)
    assert scope.day_ends == DAY_ENDS
    assert scope.refused is None
    assert scope.notices == ("key-ends=2026-12-31",)
    assert scope.keys[0].key_id == KEY.key_id
    assert scope.keys[0].accepted
    assert scope.grant == grant.document_hash


def test_a_scope_says_why_nothing_may_be_had_and_from_when() -> None:
    ended = compiled(
        facts=facts(agreement=Agreement(number="1", valid_from=START, valid_until=DAY_ENDS)),
        keys=(key_entry(revoked_at=DAY_ENDS),),
    )
    before = scope_of(ended, NOW, usage())
    assert (before.refused, before.next_change) == (None, DAY_ENDS)
    after = scope_of(ended, NOW + DAY, usage())
    assert (after.refused, after.reason) == (Code.AGREEMENT_ENDED, "no agreement in force")
    assert after.keys[0].revoked_at == DAY_ENDS
    assert not after.keys[0].accepted


def test_a_scope_says_what_rests_on_an_exemption_and_when_nothing_changes_any_more() -> None:
    until = DAY_ENDS + timedelta(days=10)
    exempt = Exemption(code=ExemptionCode.E0, evidence="BB 7", valid_from=START, valid_until=until)
    grant = compiled(facts=facts(confirmation=None, exemptions=(exempt,)))
    view = next(each for each in scope_of(grant, NOW, usage()).grounds if each.exemption is not None)
    assert (view.state, view.exemption, view.until) == (GroundState.EXEMPT, ExemptionCode.E0, until)
    assert scope_of(grant, NOW + 4000 * DAY, usage()).next_change is None


def test_a_scope_promises_nothing_a_call_would_be_refused() -> None:
    for grant in (compiled(), compiled(facts=facts(agreement=None))):
        scope = scope_of(grant, NOW, usage())
        decided = decide(grant, request(fields=scope.rights[0].fields), NOW, usage())
        assert isinstance(decided, Refuse) is (scope.refused is not None)


def test_a_scope_can_be_sent() -> None:
    body = msgspec.json.decode(msgspec.json.encode(scope_of(compiled(), NOW, usage())))
    assert body["at"] == "2026-11-24T03:00:00Z"
    assert "refused" not in body
