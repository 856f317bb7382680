"""A batch that misses too often suspends its system's batches: with its own record, until lifted."""

import asyncio
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from lienthong.core.grant_document import Quotas
from lienthong.core.request import Service
from lienthong.db import Role
from lienthong.exchange.findings import close_finding, open_findings
from lienthong_protocol.refusals import Code
from tests.gateway.expect import refused
from tests.gateway.world import (
    DEAD,
    FIELDS,
    OTHER,
    PERSON,
    Reply,
    World,
    close_world,
    connected,
    granted,
    open_world,
    systems,
)

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
OPEN = "SELECT system, index FROM exchange.finding WHERE kind = 'batch_misses' AND closed_at IS NULL"


def item(ref: str, person: Any) -> dict[str, Any]:
    return {"ref": ref, **person, "case": "BN-0001"}


GOOD = [item("a", PERSON)]
BAD = [
    *(item(f"s{n}", PERSON | {"number": f"09919100{n:04}"}) for n in range(21)),
    *(item(f"p{n}", person) for n, person in enumerate((PERSON, OTHER, DEAD))),
]


def batch(world: World, system: str, items: list[Any]) -> Reply:
    return world.ask(system, "/v1/lookup/batch", {"fields": FIELDS, "items": items})


def codes(reply: Reply) -> list[str]:
    return [each.get("refusal", {}).get("code", "") for each in reply.json["items"]]


async def lift(world: World, system: str) -> None:
    async with connected(world.database, Role.CONTROL) as control:
        (found,) = [each for each in await open_findings(control) if each.system == system]
        now = time.time_ns() // 1_000
        await close_finding(control, found.number, by="An", account="an", reason="old list", now=now)


@pytest.fixture(scope="module")
def pair(clusters: Any) -> Iterator[World]:
    """A gateway of two workers."""
    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database, workers=2)
    made.settings["metrics_directory"] = str(made.folder / "metrics")
    batches = {"services": (Service.LOOKUP_BATCH,), "quotas": PLENTY, "batch_items": 1_000}
    more = [granted(name, right=batches) for name in ("s-many", "s-other")]
    asyncio.run(made.furnish([*systems(), *more]))
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


@pytest.mark.law("R8.2")
def test_too_many_misses_suspend_every_worker_at_once_until_a_person_lifts_it(pair: World) -> None:
    alarms = pair.metric("lienthong_alarms_total")
    reply = batch(pair, "tax", BAD)
    for _ in range(12):
        refused(pair, batch(pair, "tax", GOOD), Code.BATCH_SUSPENDED)
    assert codes(reply) == [Code.NO_MATCH] * 21 + [Code.BATCH_MISSES] * 3
    assert pair.records_of(reply.request_id)[0]["lines"] == 21
    assert PERSON["full_name"] not in reply.body.decode()
    assert pair.select(OPEN) == [("tax", reply.receipt.index)]
    assert pair.metric("lienthong_alarms_total") == alarms + 1
    assert pair.lookup("hospital").status == 200
    assert batch(pair, "s-other", GOOD).status == 200
    pair.stop()
    pair.start()
    for _ in range(6):
        refused(pair, batch(pair, "tax", GOOD), Code.BATCH_SUSPENDED)
    asyncio.run(lift(pair, "tax"))
    deadline = time.monotonic() + 20
    row = 0
    while row < 12:  # each worker hears of it within a second
        assert time.monotonic() < deadline
        row = row + 1 if batch(pair, "tax", GOOD).status == 200 else 0
    assert codes(batch(pair, "tax", BAD)) == [Code.NO_MATCH] * 21 + [Code.BATCH_MISSES] * 3
    refused(pair, batch(pair, "tax", GOOD), Code.BATCH_SUSPENDED)


@pytest.mark.law("R8.2")
def test_of_bad_batches_sent_at_once_one_is_answered(pair: World) -> None:
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda _: batch(pair, "s-many", BAD), range(12)))
    answered = [reply for reply in replies if reply.status == 200]
    assert len(answered) == 1, [(reply.status, reply.code) for reply in replies]
    assert {reply.code for reply in replies if reply.status != 200} == {Code.BATCH_SUSPENDED}
    assert ("s-many", answered[0].receipt.index) in pair.select(OPEN)
    query = "SELECT sum(lines), sum(misses) FROM exchange.record WHERE system = %s"
    assert pair.select(query, "s-many") == [(21, 21)]


@pytest.mark.law("R8.2", "R6.1")
async def test_a_gateway_killed_with_its_answer_sent_has_suspended_batches_everywhere(
    own_world: World,
) -> None:
    second = replace(own_world, port=0, process=None)
    own_world.start()
    second.start()
    try:
        assert batch(second, "tax", GOOD).status == 200
        braked = batch(own_world, "tax", BAD)
        own_world.stop(signal.SIGKILL)
        refused(second, batch(second, "tax", GOOD), Code.BATCH_SUSPENDED)
        assert codes(braked)[-1] == Code.BATCH_MISSES
        assert second.select(OPEN) == [("tax", braked.receipt.index)]
        second.stop(signal.SIGKILL)
        own_world.start()
        refused(own_world, batch(own_world, "tax", GOOD), Code.BATCH_SUSPENDED)
    finally:
        second.stop()
