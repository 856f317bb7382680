import pytest

from lienthong.core.answer import Answer, FindingKind
from lienthong.core.batch import BATCH_MISSES, BatchItem, BatchJudgement, judge_batch
from lienthong.core.claims import ClaimOutcome
from lienthong.core.decision import Plan, decide
from lienthong.core.fields import names_in
from lienthong.core.judgement import NO_MATCH
from lienthong.core.request import Service
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import NOW, claim, evidence, granted, request, usage

VERIFYING = {"services": (Service.VERIFY_BATCH,), "fields": (), "verify_fields": ("sex", "phone")}


def plan(items: int, *, asked: tuple[str, ...] = ("sex",), **changes) -> Plan:
    grant = granted(
        purpose_changes={"case_required": False, "case_pattern": None},
        **{"services": (Service.LOOKUP_BATCH,), "batch_items": 1000, **changes},
    )
    service = grant.rights["patient"].services[0]
    fields = {"fields": asked} if service is Service.VERIFY_BATCH else {}
    decided = decide(
        grant, request(service=service, claim=None, items=items, case=None, **fields), NOW, usage()
    )
    assert isinstance(decided, Plan)
    return decided


def item(number: int, *, found: bool = True, **changes) -> BatchItem:
    return BatchItem(claim(), evidence() if found else None, number.to_bytes(16), **changes)


def judged(size: int, misses: int) -> BatchJudgement:
    items = [item(number, found=number >= misses) for number in range(size)]
    return judge_batch(plan(size), items, NOW, usage())


def test_every_item_is_judged_in_its_place() -> None:
    result = judge_batch(
        plan(3), [item(1, case="a"), item(2, found=False, case="b"), item(3, case="c")], NOW, usage()
    )
    assert [isinstance(each.result, Answer) for each in result.items] == [True, False, True]
    assert [each.lines[0].case for each in result.items] == ["a", "b", "c"]
    assert (result.persons, result.misses, result.braked, result.findings) == (2, 1, False, ())


@pytest.mark.law("R8.2")
@pytest.mark.parametrize(("size", "most"), [(50, 20), (100, 20), (500, 100), (1000, 200)])
def test_more_misses_than_twenty_and_a_fifth_refuse_the_rest(size: int, most: int) -> None:
    allowed = judged(size, most)
    assert (allowed.misses, allowed.persons, allowed.braked) == (most, size - most, False)
    braked = judged(size, most + 1)
    assert (braked.misses, braked.persons, braked.braked) == (most + 1, 0, True)
    assert all(each.result is NO_MATCH for each in braked.items[: most + 1])
    assert all(each is BATCH_MISSES for each in braked.items[most + 1 :])
    assert BATCH_MISSES.result == Refuse(Code.BATCH_MISSES)
    assert braked.findings == ()
    assert len(braked.items) == size


def test_a_batch_of_misses_gives_few_guesses_away() -> None:
    result = judged(1000, 1000)
    assert sum(each.result is NO_MATCH for each in result.items) == 201


def test_findings_of_the_items_are_given_once() -> None:
    items = [BatchItem(claim(), evidence(protection=1), number.to_bytes(16)) for number in range(3)]
    assert judge_batch(plan(3), items, NOW, usage()).findings == (FindingKind.PROTECTED_ASKED,)


def test_a_batch_may_verify() -> None:
    verifying = plan(1, **VERIFYING)
    result = judge_batch(verifying, [item(1, claims={"sex": "2"})], NOW, usage())
    assert result.items[0].result == Answer(claims={"sex": ClaimOutcome.MATCH})


@pytest.mark.law("R1.2", "R8.2")
def test_of_each_person_only_what_is_claimed_of_that_person_is_compared_and_recorded() -> None:
    verifying = plan(3, asked=("sex", "phone"), **VERIFYING)
    items = [item(1, claims={"sex": "2"}), item(2, claims={}), item(3, found=False, claims={"phone": "0"})]
    result = judge_batch(verifying, items, NOW, usage())
    assert result.items[0].result == Answer(claims={"sex": ClaimOutcome.MATCH})
    assert result.items[1].result == Answer()
    assert result.items[2].result is NO_MATCH
    asked = [names_in(each.lines[0].asked) for each in result.items]
    assert asked == [("sex",), (), ("phone",)]
    assert [each.lines[0].given for each in result.items[1:]] == [0, 0]
