from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.budget import DayUsage, OfficerUsage, allowance, misses_are_spent

BUDGET = (20, 20)


def test_two_percent_but_at_least_twenty() -> None:
    assert allowance(0, per_mille=20, at_least=20) == 20
    assert allowance(1_000, per_mille=20, at_least=20) == 20
    assert allowance(5_000, per_mille=20, at_least=20) == 100


def test_a_single_call_counts_for_system_purpose_and_officer() -> None:
    usage = DayUsage()
    usage.count(purpose="a", officer="o", calls=1, persons=1, misses=0, is_batch=False)
    usage.count(purpose="a", officer="o", calls=1, persons=0, misses=1, is_batch=False)
    usage.count(purpose="b", officer=None, calls=1, persons=1, misses=0, is_batch=False)
    assert (usage.calls, usage.misses) == (3, 1)
    assert usage.calls_by_purpose == {"a": 2, "b": 1}
    assert usage.persons == {"a": 1, "b": 1}
    assert usage.officers == {"o": OfficerUsage(calls=2, misses=1, persons=1)}


def test_a_batch_counts_persons_but_neither_calls_nor_misses_of_single_requests() -> None:
    usage = DayUsage()
    usage.count(purpose="a", officer="o", calls=1, persons=900, misses=100, is_batch=True)
    assert (usage.calls, usage.misses) == (0, 0)
    assert usage.calls_by_purpose == {"a": 1}
    assert usage.persons == {"a": 900}
    assert usage.officers == {"o": OfficerUsage(persons=900)}


def test_misses_on_one_person_are_counted_by_tag() -> None:
    usage = DayUsage()
    usage.count_miss_on(b"t")
    usage.count_miss_on(b"t")
    assert usage.subjects == {b"t": 2}


def test_the_budget_of_the_system_is_spent_by_all_its_officers_together() -> None:
    usage = DayUsage()
    for number in range(20):
        assert not misses_are_spent(usage, BUDGET, None)
        usage.count(purpose="a", officer=f"o{number}", calls=1, persons=0, misses=1, is_batch=False)
    assert misses_are_spent(usage, BUDGET, None)
    assert misses_are_spent(usage, BUDGET, "new")


def test_one_officer_spends_an_own_budget_while_the_system_has_some_left() -> None:
    usage = DayUsage(calls=10_000, misses=30, officers={"bad": OfficerUsage(calls=30, misses=20)})
    assert not misses_are_spent(usage, BUDGET, "good")
    assert not misses_are_spent(usage, BUDGET, None)
    assert misses_are_spent(usage, BUDGET, "bad")
    usage.officers["busy"] = OfficerUsage(calls=2_000, misses=20)
    assert not misses_are_spent(usage, BUDGET, "busy")


@given(st.integers(0, 10**6), st.integers(0, 10**4), st.integers(0, 1000), st.integers(0, 100))
def test_a_budget_is_spent_exactly_when_the_allowance_is_reached(
    calls: int, misses: int, per_mille: int, at_least: int
) -> None:
    usage = DayUsage(calls=calls, misses=misses)
    spent = misses_are_spent(usage, (per_mille, at_least), None)
    assert spent is (misses >= allowance(calls, per_mille=per_mille, at_least=at_least))
