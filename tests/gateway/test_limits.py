"""Buckets refill at their rate, never above their burst, and never grow without bound."""

from hypothesis import given
from hypothesis import strategies as st

from lienthong.gateway.disk import DiskState, disk_state
from lienthong.gateway.limits import Buckets, SystemBuckets


def test_a_bucket_empties_and_refills() -> None:
    buckets = Buckets(rate=1.0, burst=3.0)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert buckets.level("a", 2.0) == 2.0
    assert buckets.take("a", 2.0)
    assert buckets.take("b", 2.0)
    assert buckets.level("a", 1_000.0) == 3.0


def test_the_table_of_buckets_is_bounded() -> None:
    buckets = Buckets(rate=1.0, burst=1.0, most=10)
    for number in range(1_000):
        buckets.take(number, 0.0)
    assert len(buckets) == 10


@given(st.lists(st.floats(0.0, 5.0), max_size=200))
def test_no_sequence_gets_more_than_burst_plus_rate(waits: list[float]) -> None:
    buckets, now, taken = SystemBuckets(), 0.0, 0
    for wait in waits:
        now += wait
        taken += buckets.take("s", rate=2.0, burst=5.0, now=now)
    assert taken <= 5 + 2.0 * now + 1e-6


def test_refusals_have_a_quarter_of_the_bucket() -> None:
    buckets = SystemBuckets()
    allowed = sum(buckets.take_refusal("s", rate=4.0, burst=20.0, now=0.0) for _ in range(100))
    assert allowed == 5
    assert buckets.take("s", rate=4.0, burst=20.0, now=0.0)


def test_a_disk_is_low_by_either_limit(tmp_path) -> None:
    assert DiskState(10, 100).is_low(least_bytes=11, least_share=0.0)
    assert DiskState(10, 100).is_low(least_bytes=0, least_share=0.11)
    assert not DiskState(10, 100).is_low(least_bytes=10, least_share=0.1)
    assert disk_state(tmp_path).whole > 0
