"""ledger.append: the numbered steps, each with what it survives, on both PostgreSQL versions."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from lienthong.db import Role
from tests.contract.batches import KEY, Batch, check_log, fresh

pytestmark = pytest.mark.every_postgres


@pytest.mark.law("R6.1")
async def test_records_and_lines_stand_at_consecutive_indexes(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    assert await Batch(fresh(3), [1, 0, 2]).append(gateway) == (1, [0, 2, 3], [None] * 3)
    assert await Batch(fresh(1)).append(gateway) == (1, [6], [None])
    assert await check_log(owner) == 7
    heads = await owner.fetch("SELECT size, previous FROM ledger.head ORDER BY size")
    assert [tuple(head) for head in heads] == [(0, 0), (6, 0), (7, 6)]


async def test_a_nonce_used_before_gets_no_leaf_and_is_told_the_first_record(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    first, second, third = fresh(3)
    await Batch([first, second], [1, 1]).append(gateway)
    outcome = await Batch([third, first, second], [2, 1, 0]).append(gateway)
    assert outcome == (1, [4, None, None], [None, 0, 2])
    assert await check_log(owner) == 7
    assert await gateway.fetchval("SELECT ledger.find($1, $2)", KEY, third) == 4


async def test_a_nonce_twice_in_one_batch_loses_the_second_time(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    old, twice, last = fresh(3)
    await Batch([old]).append(gateway)
    outcome = await Batch([old, twice, twice, last, twice], [1, 1, 2, 0, 0]).append(gateway)
    assert outcome == (1, [None, 1, None, 3, None], [0, None, 1, None, 1])
    assert await check_log(owner) == 4
    for nonce, index in ((old, 0), (twice, 1), (last, 3)):
        assert await gateway.fetchval("SELECT ledger.find($1, $2)", KEY, nonce) == index


async def test_a_batch_of_replays_alone_leaves_the_log_as_it_was(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    nonces = fresh(2)
    await Batch(nonces).append(gateway)
    assert await Batch(nonces, [1, 1]).append(gateway) == (1, [None, None], [0, 1])
    assert await check_log(owner) == 2
    assert await owner.fetchval("SELECT count(*) FROM ledger.head") == 2


async def test_records_without_nonce_are_never_replays(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    nonce = fresh(1)[0]
    batch = Batch(["", nonce, "", nonce], changes={"nonce": ["", nonce, None, nonce]})
    assert await batch.append(gateway) == (1, [0, 1, 2, None], [None, None, None, 1])
    assert await check_log(owner) == 3
    assert await gateway.fetchval("SELECT ledger.find($1, '')", KEY) is None
    assert await gateway.fetchval("SELECT ledger.find('other', $1)", nonce) is None


async def test_random_batches_with_replays_leave_no_hole(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    choose, pool, first = random.Random(7), fresh(40), {}
    for _ in range(60):
        nonces = [choose.choice([*pool, ""]) for _ in range(choose.randint(1, 12))]
        lines = [choose.randint(0, 3) for _ in nonces]
        outcome, indexes, earlier = await Batch(nonces, lines).append(gateway)
        assert outcome == 1
        for nonce, index, used in zip(nonces, indexes, earlier, strict=True):
            assert (index is None) is (used is not None)
            if nonce and index is not None:
                assert nonce not in first
                first[nonce] = index
            elif nonce:
                assert first[nonce] == used
    await check_log(owner)
    assert len(first) == len(pool)


@pytest.mark.law("R8.1")
async def test_a_batch_decided_under_an_older_grant_writes_nothing(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    owner = await connect_as(Role.ADMINISTRATOR)
    assert (await Batch(fresh(1), grant_version=0).append(gateway))[0] == 1
    await publish(notary, 1)
    nonces = fresh(2)
    assert await Batch(nonces, [1, 1], grant_version=0).append(gateway) == (0, None, None)
    assert await Batch(nonces, [1, 1], grant_version=2).append(gateway) == (0, None, None)
    assert await check_log(owner) == 2
    assert (await Batch(nonces, [1, 1], grant_version=1).append(gateway))[0] == 1
    assert (await Batch(fresh(1)).append(gateway))[0] == 1


@pytest.mark.law("R8.1")
async def test_a_grant_takes_effect_at_its_own_commit(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    revocation = notary.transaction()
    await revocation.start()
    await publish(notary, 1)
    waiting = asyncio.create_task(Batch(fresh(1), grant_version=0).append(gateway))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await revocation.commit()
    assert (await waiting)[0] == 0


async def test_publishing_needs_the_next_version_and_revision_and_is_a_leaf(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    owner = await connect_as(Role.ADMINISTRATOR)
    heard = asyncio.Queue()
    await gateway.add_listener("exchange_grant", lambda *notice: heard.put_nowait(notice[3]))
    assert tuple(await publish(notary, 1)) == (1, 1, 0)
    assert await asyncio.wait_for(heard.get(), 5) == "1"
    assert tuple(await publish(notary, 1)) == (0, 1, None)
    assert tuple(await publish(notary, 3)) == (0, 1, None)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await publish(notary, 2, revision=1)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await publish(notary, 2, revision=3)
    assert tuple(await publish(notary, 2, revision=2)) == (1, 2, 1)
    assert tuple(await publish(notary, 3, system="bank")) == (1, 3, 2)
    assert await check_log(owner) == 3
    kinds = await owner.fetch("SELECT act, kind, system FROM exchange.record ORDER BY index")
    assert [tuple(row) for row in kinds] == [(1, 11, "his"), (1, 11, "his"), (1, 11, "bank")]


async def publish(
    notary: asyncpg.Connection, version: int, *, revision: int = 1, system: str = "his"
) -> asyncpg.Record:
    return await notary.fetchrow(
        "SELECT outcome, version, index FROM exchange.publish_grant($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        version,
        system,
        revision,
        b"document",
        b"signature",
        "signer",
        "hospital",
        datetime.now(UTC),
        b'{"kind":"grant"}',
    )


async def test_crossed_duplicates_of_two_workers_neither_deadlock_nor_leave_holes(connect_as):
    workers = [await connect_as(Role.GATEWAY), await connect_as(Role.GATEWAY)]
    owner = await connect_as(Role.ADMINISTRATOR)
    before = await deadlocks(owner)
    for _ in range(60):
        nonces = fresh(8)
        answers = await asyncio.gather(
            Batch(nonces, [1] * 8).append(workers[0]), Batch(nonces[::-1], [1] * 8).append(workers[1])
        )
        placed = [[index for index in indexes if index is not None] for _, indexes, _ in answers]
        assert sorted(len(indexes) for indexes in placed) == [0, 8]
    assert await check_log(owner) == 60 * 16
    assert await deadlocks(owner) == before


async def deadlocks(owner: asyncpg.Connection) -> int:
    return await owner.fetchval(
        "SELECT deadlocks FROM pg_catalog.pg_stat_database WHERE datname = current_database()"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", ["k"]),
        ("body", [b"{}"]),
        ("body", [b"{}"] * 3),
        ("code", None),
        ("lines", [1, 0]),
        ("lines", [2, -2]),
        ("lines", [None, None]),
        ("line_body", [b"{}"]),
        ("line_tag", None),
    ],
)
async def test_arrays_that_do_not_fit_are_refused(connect_as, name, value):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    with pytest.raises(asyncpg.ArraySubscriptError):
        await Batch(fresh(2), changes={name: value}).append(gateway)
    assert await check_log(owner) == 0


@pytest.mark.parametrize("records", [0, 1001])
async def test_a_batch_has_1_to_1000_records(connect_as, records):
    gateway = await connect_as(Role.GATEWAY)
    with pytest.raises(asyncpg.PostgresError):
        await Batch(fresh(records)).append(gateway)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": [b"{"]},
        {"body": [b"x" * 65_536]},
        {"line_body": [b"x" * 65_536]},
        {"line_tag": [b"x" * 15]},
        {"line_tag": [b"x" * 17]},
    ],
)
async def test_a_body_or_tag_of_wrong_length_is_refused(connect_as, changes):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    with pytest.raises(asyncpg.ProgramLimitExceededError):
        await Batch(fresh(1), [1], changes=changes).append(gateway)
    assert await check_log(owner) == 0


@pytest.mark.parametrize("value", [None, [None]])
@pytest.mark.parametrize("name", ["at", "system", "body", "created", "request_id"])
async def test_nothing_may_be_missing(connect_as, name, value):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    with pytest.raises(asyncpg.PostgresError):
        await Batch(fresh(1), changes={name: value}).append(gateway)
    assert await check_log(owner) == 0


@pytest.mark.law("R6.2")
@pytest.mark.parametrize("away", [timedelta(days=-41), timedelta(days=2), timedelta(days=3650)])
async def test_a_record_cannot_be_dated_out_of_its_term(connect_as, away):
    gateway = await connect_as(Role.GATEWAY)
    dates = [datetime.now(UTC), datetime.now(UTC) + away]
    with pytest.raises(asyncpg.DatetimeFieldOverflowError):
        await Batch(fresh(2), changes={"at": dates}).append(gateway)


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_fixed_snapshot_is_refused(connect_as, isolation):
    gateway = await connect_as(Role.GATEWAY)
    with pytest.raises(asyncpg.InvalidTransactionStateError):
        async with gateway.transaction(isolation=isolation):
            await Batch(fresh(1)).append(gateway)


@pytest.mark.parametrize("setting", ["off", "local", "remote_write"])
async def test_a_commit_that_is_not_durable_is_refused(connect_as, setting):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    await gateway.execute(f"SET synchronous_commit = {setting}")
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await Batch(fresh(1)).append(gateway)
    assert await check_log(owner) == 0
    transaction = gateway.transaction()
    await transaction.start()
    await gateway.execute("SET LOCAL synchronous_commit = on")
    await Batch(fresh(1)).append(gateway)
    await gateway.execute(f"SET LOCAL synchronous_commit = {setting}")
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await transaction.commit()
    assert await check_log(owner) == 0
    await gateway.execute("SET synchronous_commit = remote_apply")
    assert (await Batch(fresh(1)).append(gateway))[0] == 1


async def test_the_guard_stays_when_triggers_are_replicated_away(connect_as):
    owner = await connect_as(Role.ADMINISTRATOR)
    await owner.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await Batch(fresh(1)).append(owner)


async def test_a_transaction_that_rolls_back_leaves_nothing(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    nonces = fresh(2)
    transaction = gateway.transaction()
    await transaction.start()
    await Batch(nonces, [1, 1]).append(gateway)
    await transaction.rollback()
    assert await check_log(owner) == 0
    assert await Batch(nonces, [1, 1]).append(gateway) == (1, [0, 2], [None, None])


async def test_find_waits_until_an_append_under_way_is_over(connect_as):
    gateway, other = await connect_as(Role.GATEWAY), await connect_as(Role.GATEWAY)
    nonce = fresh(1)[0]
    transaction = gateway.transaction()
    await transaction.start()
    await Batch([nonce]).append(gateway)
    asked = asyncio.create_task(other.fetchval("SELECT ledger.find($1, $2)", KEY, nonce))
    await asyncio.sleep(0.2)
    assert not asked.done()
    await transaction.commit()
    assert await asked == 0


async def test_a_held_snapshot_makes_no_append_read_more(connect_as):
    """What pg_dump does for hours: no versions of a row pile up, an append touches as few pages as before."""
    gateway, holder = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    owner = await connect_as(Role.ADMINISTRATOR)
    for _ in range(50):
        await Batch(fresh(1), [1]).append(gateway)
    await holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    await holder.fetchval("SELECT count(*) FROM ledger.head")
    early = await pages_touched(owner)
    for _ in range(1500):
        await Batch(fresh(1), [1]).append(gateway)
    await owner.execute("SELECT nonces FROM ledger.sweep()")
    late = await pages_touched(owner)
    assert late <= early * 1.25 + 20
    await owner.execute("SELECT pg_stat_force_next_flush()")
    updated = await owner.fetch(
        "SELECT relname, n_tup_upd, n_tup_del FROM pg_catalog.pg_stat_user_tables"
        " WHERE relname IN ('leaf', 'head') OR relname LIKE 'record%' OR relname LIKE 'line%'"
    )
    assert updated
    assert all((row["n_tup_upd"], row["n_tup_del"]) == (0, 0) for row in updated)


async def pages_touched(owner: asyncpg.Connection) -> int:
    """Return how many buffers one append looks at, in a session whose plans are kept."""
    plan: list[asyncpg.Record] = []
    for _ in range(8):
        plan = await owner.fetch("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) " + APPEND_ONE, *one())
    text = "\n".join(row[0] for row in plan)
    buffers = next(line for line in text.splitlines() if "Buffers:" in line)
    return sum(int(part.split("=")[1]) for part in buffers.split() if part.startswith(("hit=", "read=")))


APPEND_ONE = """
    SELECT outcome FROM ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
      $17, $18, $19, $20, $21, $22)
"""


def one() -> list[object]:
    return Batch(fresh(1), [1]).arguments()


async def test_sweep_forgets_what_has_expired_and_keeps_the_newest_head(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    owner = await connect_as(Role.ADMINISTRATOR)
    old, young = fresh(2)
    now = int(datetime.now(UTC).timestamp())
    await Batch([old, young], changes={"created": [now - 700, now - 500]}).append(gateway)
    await owner.execute(
        "INSERT INTO exchange.attempt (key_id, at, address, target, code, detail)"
        " VALUES ('k', now() - interval '8 days', '', '', '', ''), ('k', now(), '', '', '', '')"
    )
    assert tuple(await notary.fetchrow("SELECT nonces, heads, attempts FROM ledger.sweep()")) == (1, 0, 1)
    assert await gateway.fetchval("SELECT ledger.find($1, $2)", KEY, old) is None
    assert await gateway.fetchval("SELECT ledger.find($1, $2)", KEY, young) == 1
    await owner.execute("INSERT INTO ledger.head (size, previous, at) VALUES"
                        " (3, 2, now() - interval '1 hour'), (4, 3, now() - interval '1 hour')")  # fmt: skip
    assert tuple(await notary.fetchrow("SELECT nonces, heads, attempts FROM ledger.sweep()")) == (0, 1, 0)
    assert await owner.fetchval("SELECT max(size) FROM ledger.head") == 4
