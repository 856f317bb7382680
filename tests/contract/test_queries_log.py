"""What the gateway learns from the log, and what it leaves for people to look at."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from lienthong.db import Role
from lienthong.exchange.findings import close_finding
from lienthong_protocol.merkle import leaf_hash
from tests.contract.batches import Batch, fresh

pytestmark = pytest.mark.every_postgres

TAIL = "SELECT index, system, persons, misses, tags, outcomes FROM exchange.tail_usage($1, $2)"
MISSED = 3


def batch(systems: list[str], lines: list[int], **changes) -> Batch:
    return Batch(fresh(len(systems)), lines, changes={"system": systems, **changes})


async def test_the_tail_gives_every_record_once_and_the_lines_of_misses(connect_as):
    gateway = await connect_as(Role.GATEWAY)
    tags = [bytes([number]) * 16 for number in range(4)]
    changes = {"misses": [1, 0, 0], "line_tag": tags, "line_outcome": [1, 3, 2, 4]}
    await batch(["his", "bank", "his"], [2, 0, 2], **changes).append(gateway)
    rows = await gateway.fetch(TAIL, -1, 10)
    assert [(row["index"], row["system"], row["tags"], row["outcomes"]) for row in rows] == [
        (0, "his", tags[:2], [1, 3]),
        (3, "bank", [], []),
        (4, "his", [], []),
    ]
    assert [row["index"] for row in await gateway.fetch(TAIL, 0, 1)] == [3]
    assert await gateway.fetch(TAIL, 4, 10) == []
    assert await gateway.fetchval("SELECT ledger.newest_head()") == 7


async def test_sums_go_up_to_the_index_the_tail_starts_from(connect_as):
    gateway = await connect_as(Role.GATEWAY)
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    changes = {"persons": [1, 2, 4, 8], "misses": [0, 1, 0, 1], "at": [yesterday, now, now, now]}
    await batch(["his", "his", "bank", "his"], [0] * 4, **changes).append(gateway)
    await batch(["his"], [0], persons=[100]).append(gateway)
    rows = await gateway.fetch(
        "SELECT system, purpose, officer, kind, records, persons, misses FROM exchange.usage_since($1, $2)",
        now - timedelta(hours=1),
        3,
    )
    assert {tuple(row) for row in rows} == {
        ("his", "identify-patient", "dr-012", 1, 2, 10, 2),
        ("bank", "identify-patient", "dr-012", 1, 1, 4, 0),
    }


async def test_misses_are_counted_by_system_and_tag(connect_as):
    gateway = await connect_as(Role.GATEWAY)
    now = datetime.now(UTC)
    one, other = b"a" * 16, b"b" * 16
    await batch(
        ["his", "his", "bank"],
        [2, 1, 1],
        line_tag=[one, other, one, one],
        line_outcome=[MISSED, 1, MISSED, MISSED],
    ).append(gateway)
    await batch(["his"], [1], line_tag=[one], line_outcome=[MISSED]).append(gateway)
    ask = "SELECT system, tag, misses FROM exchange.misses_since($1, $2)"
    rows = await gateway.fetch(ask, now - timedelta(minutes=1), 6)
    assert {tuple(row) for row in rows} == {("his", one, 2), ("bank", one, 1)}
    assert await gateway.fetch(ask, now + timedelta(minutes=1), 6) == []


@pytest.mark.law("R6.1")
async def test_receipts_are_given_for_ones_own_records_alone(connect_as):
    gateway = await connect_as(Role.GATEWAY)
    now = datetime.now(UTC)
    bodies = [b'{"n":%d}' % number for number in range(5)]
    ids = ["r1", "r1", "r1", "r2", ""]
    await batch(["his", "bank", "his", "his", "his"], [0] * 5, request_id=ids, body=bodies).append(gateway)
    ask = "SELECT request_id, index, hash, body FROM exchange.receipts($1, $2, $3)"
    rows = await gateway.fetch(ask, "his", ["r1", ""], now - timedelta(minutes=1))
    assert [tuple(row) for row in rows] == [
        ("r1", 2, leaf_hash(bodies[2]), bodies[2]),
        ("r1", 0, leaf_hash(bodies[0]), bodies[0]),
    ]
    assert await gateway.fetch(ask, "his", ["r1"], now + timedelta(minutes=1)) == []
    assert await gateway.fetch(ask, "nobody", ["r1"], now - timedelta(minutes=1)) == []
    assert len(await gateway.fetch(ask, "bank", ["r1", "r2"], now - timedelta(minutes=1))) == 1
    many = [f"x{number}" for number in range(1000)]
    assert await gateway.fetch(ask, "his", [*many, "r1"], now - timedelta(minutes=1)) == []


async def test_hashes_for_proofs_are_open_and_bounded(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    administrator = await connect_as(Role.ADMINISTRATOR)
    await batch(["his"] * 3, [0] * 3).append(gateway)
    stored = await administrator.fetch("SELECT index, hash FROM ledger.leaf ORDER BY index")
    assert await gateway.fetch("SELECT index, hash FROM ledger.leaves(0, 100000)") == stored
    assert await gateway.fetch("SELECT index, hash FROM ledger.leaves(1, 1)") == stored[1:2]
    assert await gateway.fetch("SELECT index, hash FROM ledger.leaves(3, 1)") == []
    await notary.executemany(
        "INSERT INTO ledger.tile (level, n, data) VALUES ($1, $2, $3)",
        [(0, 0, b"a" * 8192), (0, 1, b"b" * 8192), (1, 0, b"c" * 8192)],
    )
    rows = await gateway.fetch("SELECT level, n, data FROM ledger.tiles($1, $2)", [1, 0, 5], [0, 1, 0])
    assert {(row["level"], row["n"], row["data"][:1]) for row in rows} == {(1, 0, b"c"), (0, 1, b"b")}
    assert await gateway.fetch("SELECT size FROM ledger.newest_checkpoint()") == []
    for size in (1, 3):
        await notary.execute(
            "INSERT INTO ledger.checkpoint (size, root, note, at)"
            " VALUES ($1, sha256('r'), $2, clock_timestamp())",
            size,
            f"note of {size}",
        )
    row = await gateway.fetchrow("SELECT size, note FROM ledger.newest_checkpoint()")
    assert tuple(row) == (3, "note of 3")


async def test_the_last_fifty_attempts_of_each_key_stay(connect_as):
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    note = "SELECT exchange.note_attempt($1, $2, '192.0.2.1', '/v1/lookup', 'LT203', $3)"
    now = datetime.now(UTC)
    for number in range(60):
        await gateway.execute(note, "one", now, f"attempt {number}")
    await gateway.execute(note, "other", now, "x" * 10_000)
    rows = await control.fetch("SELECT key_id, detail FROM exchange.attempt ORDER BY number")
    assert [row["detail"] for row in rows if row["key_id"] == "one"] == [
        f"attempt {number}" for number in range(10, 60)
    ]
    assert [len(row["detail"]) for row in rows if row["key_id"] == "other"] == [500]


async def test_a_finding_is_open_once(connect_as):
    gateway, control = await connect_as(Role.GATEWAY), await connect_as(Role.CONTROL)
    note = "SELECT exchange.note_finding(now(), $1, 'hospital', 'his', $2, 7, 'birth_date')"
    first = await gateway.fetchval(note, "miss-budget", "dr-012")
    assert first is not None
    assert await gateway.fetchval(note, "miss-budget", "dr-012") is None
    assert await gateway.fetchval(note, "miss-budget", "dr-013") is not None
    assert await gateway.fetchval(note, "ambiguous", "dr-012") is not None
    now = time.time_ns() // 1_000
    await close_finding(control, first, by="An", account="an", reason="looked at", now=now)
    assert await gateway.fetchval(note, "miss-budget", "dr-012") is not None
