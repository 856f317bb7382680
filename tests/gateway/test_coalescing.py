"""Arrivals gather while a batch is in flight; nothing is lost, doubled or left waiting."""

import asyncio
from collections.abc import Sequence

import pytest

from lienthong.gateway.coalescing import Coalescer, QueueFullError


async def test_what_arrives_during_a_run_leaves_in_the_next() -> None:
    gate, batches = asyncio.Event(), list[list[int]]()

    async def run(items: list[int]) -> Sequence[int]:
        batches.append(items)
        await gate.wait()
        return [item * 2 for item in items]

    queue = Coalescer(run, most=4, limit=100)
    first = [queue.submit(1), queue.submit(2)]
    await asyncio.sleep(0)
    later = [queue.submit(n) for n in range(3, 9)]
    gate.set()
    assert await asyncio.gather(*first, *later) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert batches == [[1, 2], [3, 4, 5, 6], [7, 8]]


async def test_a_failed_run_fails_its_batch_and_the_queue_goes_on() -> None:
    async def run(items: list[int]) -> Sequence[int]:
        if 0 in items:
            raise ConnectionError("gone")
        return items

    queue = Coalescer(run, most=10, limit=100)
    bad = [queue.submit(0), queue.submit(1)]
    for found in await asyncio.gather(*bad, return_exceptions=True):
        assert isinstance(found, ConnectionError)
    assert await queue.submit(2) == 2


async def test_a_full_queue_refuses_and_a_heavy_item_runs_alone() -> None:
    gate, batches = asyncio.Event(), list[list[int]]()

    async def run(items: list[int]) -> Sequence[int]:
        batches.append(items)
        await gate.wait()
        return items

    queue = Coalescer(run, most=10, limit=3, weigh=lambda item: item)
    futures = [queue.submit(50)]
    await asyncio.sleep(0)
    futures += [queue.submit(n) for n in (4, 6, 5)]
    with pytest.raises(QueueFullError):
        queue.submit(1)
    assert len(queue) == 3
    gate.set()
    await asyncio.gather(*futures)
    await queue.drained()
    assert batches == [[50], [4, 6], [5]]


async def test_a_caller_who_went_away_does_not_disturb_the_others() -> None:
    async def run(items: list[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        return items

    queue = Coalescer(run, most=10, limit=10)
    gone, stays = queue.submit(1), queue.submit(2)
    gone.cancel()
    assert await stays == 2
