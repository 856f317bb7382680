"""Callers that ask all the time, and what must hold of everything they were told."""

import http.client
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.gateway.world import Reply, World


@dataclass
class Load:
    """Replies of callers in threads, in no order; calls that got no whole answer only count."""

    replies: list[Reply] = field(default_factory=list)
    unanswered: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def answered(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.status == 200]

    @property
    def statuses(self) -> set[int]:
        return {reply.status for reply in self.replies}

    @property
    def codes(self) -> set[str]:
        return {reply.code for reply in self.replies if reply.status != 200}

    def await_answers(self, more: int, *, within: float = 20.0) -> None:
        """Return once so many more calls were answered with 200."""
        wanted = len(self.answered) + more
        deadline = time.monotonic() + within
        while len(self.answered) < wanted:
            assert time.monotonic() < deadline, (self.statuses, self.codes, self.unanswered)
            time.sleep(0.01)


@contextmanager
def load(world: World, system: str = "hospital", *, callers: int = 8, pause: float = 0.0) -> Iterator[Load]:
    """Ask from `callers` threads until the block ends."""
    made = Load()

    def ask() -> None:
        while not made.stopping.is_set():
            try:
                made.replies.append(world.lookup(system))
            except (OSError, http.client.HTTPException):
                made.unanswered += 1
                time.sleep(0.02)
            if pause:
                time.sleep(pause)

    threads = [threading.Thread(target=ask) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stopping.set()
        for thread in threads:
            thread.join(30)


def every_answer_is_recorded(world: World, replies: Sequence[Reply]) -> None:
    """Each whole answer stands in the log at the place its receipt names, with the leaf it names."""
    held = {reply.receipt.index: reply for reply in replies}
    assert len(held) == len(replies)
    rows: list[tuple[Any, ...]] = world.select(
        "SELECT l.index, l.hash, r.request_id, r.code FROM ledger.leaf AS l "
        "JOIN exchange.record AS r ON r.index = l.index WHERE l.index = ANY (%s)",
        list(held),
    )
    assert {index for index, *_ in rows} == set(held)
    for index, leaf, request_id, code in rows:
        reply = held[index]
        assert (bytes(leaf), request_id, code) == (reply.receipt.leaf, reply.request_id, "")
        assert reply.fault is None
    gaps = (
        "SELECT count(*), coalesce(max(index) + 1, 0), (SELECT max(size) FROM ledger.head) FROM ledger.leaf"
    )
    ((count, last, size),) = world.select(gaps)
    assert count == last == size
