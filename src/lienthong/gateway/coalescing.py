"""Natural batching: while one batch is in flight arrivals gather, and leave together when it returns.

One batch at a time, no timer: an idle queue adds no delay, a busy one grows its batches by itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class QueueFullError(Exception):
    """More waits already than the queue may hold; the caller answers 503."""


class Coalescer(Generic[Item, Result]):
    """Runs `run` over at most `most` gathered items at a time, at most one run in flight.

    Owned by one event loop. A run that raises fails every item of its batch with that exception. `weigh` says
    how much of `most` an item takes; an item heavier than `most` runs alone.
    """

    def __init__(
        self,
        run: Callable[[list[Item]], Awaitable[Sequence[Result]]],
        *,
        most: int,
        limit: int,
        weigh: Callable[[Item], int] | None = None,
    ) -> None:
        self._run = run
        self._most = most
        self._limit = limit
        self._weigh = weigh
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._loop = asyncio.get_running_loop()
        self._worker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def submit(self, item: Item) -> asyncio.Future[Result]:
        """Queue one item and return the future of its result; raises QueueFullError."""
        if len(self._waiting) >= self._limit:
            raise QueueFullError
        future: asyncio.Future[Result] = self._loop.create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = self._loop.create_task(self._work())
        return future

    async def drained(self) -> None:
        """Return once nothing waits and nothing is in flight."""
        while self._worker is not None:
            await asyncio.wait({self._worker})

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch = self._take()
                try:
                    results = await self._run([item for item, _ in batch])
                except Exception as error:  # noqa: BLE001 - the queue must outlive any failed batch
                    for _, future in batch:
                        if not future.done():
                            future.set_exception(error)
                else:
                    for (_, future), result in zip(batch, results, strict=True):
                        if not future.done():
                            future.set_result(result)
        finally:
            self._worker = None

    def _take(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        waiting, weigh = self._waiting, self._weigh
        if weigh is None:
            if len(waiting) <= self._most:
                batch = list(waiting)
                waiting.clear()
                return batch
            return [waiting.popleft() for _ in range(self._most)]
        batch = [waiting.popleft()]
        weight = weigh(batch[0][0])
        while waiting and (weight := weight + weigh(waiting[0][0])) <= self._most:
            batch.append(waiting.popleft())
        return batch
