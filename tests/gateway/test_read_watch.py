"""A thief of the gateway reads and does not record: the notary tells; no honest trouble looks like that."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lienthong.core.grant_document import Quotas
from lienthong.core.request import Service
from lienthong.db import Role
from lienthong.ledger.read_watch import ReadWatch
from lienthong.register.reader import Lookup, read
from lienthong_protocol.refusals import Code
from tests.gateway.load import load
from tests.gateway.world import DEAD, FIELDS, OTHER, PERSON, World, connected, granted

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
FINDINGS = "SELECT kind, agency, system, detail FROM exchange.finding WHERE kind = 'reads_unrecorded'"


def looked(world: World, watch: ReadWatch) -> int:
    async def look() -> int:
        async with connected(world.database, Role.NOTARY) as notary:
            return await watch.look(notary)

    return asyncio.run(look())


def rested(world: World, watch: ReadWatch) -> int:
    """Look twice with nothing under way: what is found then is all there is."""
    looked(world, watch)
    return looked(world, watch)


def steal(world: World, persons: int) -> None:
    """Read as the gateway's role and record nothing, in one transaction that is rolled back to cover it."""

    async def stolen() -> None:
        async with connected(world.database, Role.GATEWAY) as thief:
            transaction = thief.transaction()
            await transaction.start()
            for person in range(persons):
                numbers = (PERSON, OTHER, DEAD)
                found = await read(thief, [Lookup(numbers[person % 3]["number"], 1)])
                assert found[0] is not None
            await transaction.rollback()

    asyncio.run(stolen())


@pytest.fixture
def running(own_world: World) -> World:
    own_world.start()
    return own_world


@pytest.mark.law("R6.1")
async def test_five_hundred_stolen_persons_are_a_finding_and_each_theft_is_told(
    running: World, tmp_path: Path
) -> None:
    await asyncio.to_thread(tell_of_theft, running, tmp_path)


def tell_of_theft(world: World, folder: Path) -> None:
    watch = ReadWatch(folder, metrics=folder / "reads.prom")
    assert rested(world, watch) == 0
    for _ in range(20):
        assert world.lookup().status == 200
    steal(world, 250)
    assert rested(world, watch) == 250, "counted, and under the limit"
    assert world.select(FINDINGS) == []
    steal(world, 250)
    looked(world, watch)
    assert "lienthong_unrecorded_reads 250" in (folder / "reads.prom").read_text()
    assert looked(world, watch) == 500
    ((kind, agency, system, detail),) = world.select(FINDINGS)
    assert (kind, agency, system) == ("reads_unrecorded", "authority", "hub")
    assert detail == "500 persons read without a record"
    assert "lienthong_unrecorded_reads 500" in (folder / "reads.prom").read_text()
    assert rested(world, watch) == 0, "what was told is not told again"
    steal(world, 301)
    assert rested(world, watch) == 301
    assert len(world.select(FINDINGS)) == 1, "the finding is open already"


@pytest.mark.law("R6.1")
async def test_a_theft_while_no_notary_ran_is_found_by_the_next(running: World, tmp_path: Path) -> None:
    def theft() -> None:
        watch = ReadWatch(tmp_path)
        assert rested(running, watch) == 0
        steal(running, 301)
        afresh = ReadWatch(tmp_path)
        assert rested(running, afresh) == 301
        assert len(running.select(FINDINGS)) == 1

    await asyncio.to_thread(theft)


@pytest.mark.law("R6.1")
async def test_load_with_refusals_replays_batches_and_killed_gateways_is_no_theft(
    running: World, tmp_path: Path
) -> None:
    await asyncio.to_thread(trouble, running, tmp_path)


def trouble(world: World, folder: Path) -> None:
    watch = ReadWatch(folder)
    assert rested(world, watch) == 0
    world.grant(
        granted(
            "registry", right={"services": (Service.LOOKUP_BATCH,), "quotas": PLENTY, "batch_items": 1_000}
        )
    )
    items = [{"ref": str(place), **PERSON, "number": f"0991{place:08d}"} for place in range(100)]
    braked = world.ask(
        "registry", "/v1/lookup/batch", {"fields": FIELDS, "items": [*items, {"ref": "last", **OTHER}]}
    )
    assert braked.json["items"][-1]["refusal"]["code"] == Code.BATCH_MISSES
    excused = "SELECT excused FROM ledger.persons_recorded(%s, %s)"
    index = braked.receipt.index
    assert world.select(excused, index, index + 1) == [(1_000,)], "its last person was read and has no line"
    with load(world, callers=8) as callers:
        callers.await_answers(100)
        for person in ({**PERSON, "full_name": "Trần Văn Bê"}, {**PERSON, "number": "099190000777"}):
            assert world.lookup("curious", person).code == Code.NO_MATCH
        assert world.lookup(fields=["religion"]).code == Code.FIELD_NOT_GRANTED
        body = json.dumps({**PERSON, "fields": FIELDS}).encode()
        headers = world.sign("hospital", "/v1/lookup", body)
        replies = [world.exchange("/v1/lookup", headers, body) for _ in range(30)]
        assert [reply.status for reply in replies] == [200] + [409] * 29
        looked(world, watch)
        for _ in range(2):
            world.stop(signal.SIGKILL)
            world.start()
            callers.await_answers(100)
            looked(world, watch)
        world.grant(granted("hospital", revision=2, right={"quotas": PLENTY}))
        callers.await_answers(100)
    assert rested(world, watch) <= 8 * 2, "at most what the killed gateway had under way"
    assert world.select(FINDINGS) == []
    steal(world, 500)
    assert rested(world, watch) >= 500 - 16
    assert len(world.select(FINDINGS)) == 1


@contextmanager
def notary_of(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """The notary as operators run it, from the same configuration, looking often."""
    environment = {**os.environ, "LIENTHONG_NOTARY__READS_INTERVAL": "0.5"}
    command = [
        sys.executable,
        "-m",
        "lienthong",
        "notary",
        "--config",
        str(world.folder / "lienthong.toml"),
        "--adopt",
    ]
    with (world.folder / "notary.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.law("R6.1")
async def test_the_notary_itself_keeps_watch(own_world: World) -> None:
    own_world.settings |= {"read_deadline": 0.2, "record_deadline": 0.2}
    own_world.start()
    await asyncio.to_thread(watched, own_world)


def watched(world: World) -> None:
    with notary_of(world) as process:
        balance = world.keys / "log" / "persons-read"
        deadline = time.monotonic() + 30
        while not balance.exists():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.1)
        assert world.lookup().status == 200
        steal(world, 500)
        while not world.select(FINDINGS):
            assert time.monotonic() < deadline + 30 and process.poll() is None
            time.sleep(0.1)
    assert "persons were read without a record" in (world.folder / "notary.log").read_text()
