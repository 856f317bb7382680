"""append and what follows an uncertain end: what is told to the caller is what stands in the log."""

import asyncio
import contextlib
from typing import ClassVar

import asyncpg
import msgspec
import pytest

from lienthong.db import Role
from lienthong.ledger.append import (
    ACT_NUMBERS,
    KIND_NUMBERS,
    OUTCOME_NUMBERS,
    VISIBILITY_NUMBERS,
    AppendRefused,
    AppendUncertain,
    Placed,
    Replayed,
    Stale,
    append,
    find,
    recover,
)
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import Act, Kind, Outcome, Visibility, decode_line, decode_record
from tests.contract.batches import check_log, entry

PUBLISH = """
    SELECT outcome
    FROM exchange.publish_grant(1, 'his', 1, 'document', 'signature', 'me', 'hospital', now(), '{}')
"""


@pytest.mark.law("R6.1")
async def test_entries_are_stored_with_their_exact_bytes(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    entries = [entry(lines=2), entry(lines=0), entry()]
    assert await append(gateway, entries, grant_version=0) == (Placed(0), Placed(3), Placed(4))
    assert await check_log(owner) == 6
    rows = await owner.fetch(
        "SELECT index, at, act, kind, agency, system, key_id, purpose, officer, request_id, code, persons,"
        " misses, lines, body FROM exchange.record ORDER BY index"
    )
    for row, one in zip(rows, entries, strict=True):
        record = decode_record(row["body"])
        assert record == one.record
        assert int(row["at"].timestamp() * 1_000_000) - record.at in (-1, 0, 1)
        assert (row["act"], row["kind"]) == (ACT_NUMBERS[record.act], KIND_NUMBERS[record.kind])
        assert (row["agency"], row["system"], row["key_id"]) == (record.agency, record.system, record.key)
        assert (row["purpose"], row["officer"]) == (record.purpose, record.officer)
        assert (row["request_id"], row["code"]) == (record.request_id, record.code)
        assert (row["persons"], row["misses"], row["lines"]) == (one.persons, one.misses, len(one.lines))
    lines = await owner.fetch(
        "SELECT record, outcome, visibility, tag_key, body FROM exchange.line ORDER BY index"
    )
    for row, line in zip(lines, (line for one in entries for line in one.lines), strict=True):
        assert decode_line(row["body"]) == line.line
        assert row["outcome"] == OUTCOME_NUMBERS[line.line.outcome]
        assert row["visibility"] == VISIBILITY_NUMBERS[line.line.visibility]
        assert row["tag_key"] == line.line.tag_key
    hashes = await owner.fetch("SELECT hash FROM ledger.leaf ORDER BY index")
    bodies = [body for one in entries for body in (one.body, *(line.body for line in one.lines))]
    assert [row["hash"] for row in hashes] == [leaf_hash(body) for body in bodies]


async def test_the_time_of_a_record_is_stored_to_the_microsecond(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    one = entry()
    await append(gateway, [one], grant_version=None)
    stored = await owner.fetchval("SELECT (extract(epoch FROM at) * 1000000)::bigint FROM exchange.record")
    assert stored == one.record.at


def test_every_value_has_its_own_permanent_number():
    for numbers, values in (
        (ACT_NUMBERS, Act),
        (KIND_NUMBERS, Kind),
        (OUTCOME_NUMBERS, Outcome),
        (VISIBILITY_NUMBERS, Visibility),
    ):
        assert list(numbers) == list(values)
        assert list(numbers.values()) == list(range(1, len(numbers) + 1))


async def test_replays_and_stale_batches_are_told_apart(connect_as):
    gateway, notary = await connect_as(Role.GATEWAY), await connect_as(Role.NOTARY)
    one, other = entry(), entry()
    assert await append(gateway, [one], grant_version=0) == (Placed(0),)
    assert await append(gateway, [other, one], grant_version=0) == (Placed(2), Replayed(0))
    await notary.fetchval(PUBLISH)
    assert await append(gateway, [entry()], grant_version=0) == Stale()
    assert await append(gateway, [entry()], grant_version=1) == (Placed(5),)


async def test_a_refused_batch_is_told_as_such_and_the_connection_goes_on(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    with pytest.raises(AppendRefused, match="2202E"):
        await append(gateway, [], grant_version=None)
    await gateway.execute("SET synchronous_commit = off")
    with pytest.raises(AppendRefused, match="synchronous_commit"):
        await append(gateway, [entry()], grant_version=None)
    await gateway.execute("SET synchronous_commit = on")
    with pytest.raises(AppendRefused, match="cannot be sent"):
        await append(gateway, [msgspec.structs.replace(entry(), created=2**63)], grant_version=None)
    with pytest.raises(AppendRefused, match="54000"):
        await append(gateway, [msgspec.structs.replace(entry(lines=0), body=b"")], grant_version=None)
    assert await append(gateway, [entry()], grant_version=None) == (Placed(0),)
    assert await check_log(owner) == 2


async def test_a_remark_of_the_server_means_the_outcome_is_unknown(connect_as):
    """A cancelled wait for a standby commits, and says so only in a warning."""
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    one = entry()
    await append(gateway, [one], grant_version=None)
    await owner.execute(
        """
        CREATE FUNCTION ops.remark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          RAISE WARNING 'canceling wait for synchronous replication due to user request'; RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER remark AFTER INSERT ON ledger.head DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION ops.remark();
        """
    )
    other = entry()
    with pytest.raises(AppendUncertain, match="canceling wait"):
        await append(gateway, [other], grant_version=None)
    with pytest.raises(AppendUncertain):
        await append(gateway, [entry()], grant_version=None)
    again = await connect_as(Role.GATEWAY)
    assert await recover(again, [other]) == (Placed(2),)


async def test_a_lost_connection_means_the_outcome_is_unknown(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    await append(gateway, [entry()], grant_version=None)
    await owner.fetchval("SELECT pg_terminate_backend($1)", gateway.get_server_pid())
    with pytest.raises(AppendUncertain):
        for _ in range(50):
            await append(gateway, [entry()], grant_version=None)
            await asyncio.sleep(0.02)
    with pytest.raises(AppendUncertain):
        await append(gateway, [entry()], grant_version=None)
    with pytest.raises(AppendUncertain):
        await find(gateway, entry())


async def test_a_backend_killed_in_the_middle_is_uncertain_and_recovery_tells(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    await append(gateway, [entry()], grant_version=None)
    holder = owner.transaction()
    await holder.start()
    await owner.execute("LOCK TABLE ledger.turn IN EXCLUSIVE MODE")
    entries = [entry(), entry(lines=3)]
    waiting = asyncio.create_task(append(gateway, entries, grant_version=None))
    await asyncio.sleep(0.1)
    await owner.fetchval("SELECT pg_terminate_backend($1)", gateway.get_server_pid())
    with pytest.raises(AppendUncertain):
        await waiting
    await holder.rollback()
    again = await connect_as(Role.GATEWAY)
    assert await recover(again, entries) is None
    assert await find(again, entries[0]) is None
    assert await append(again, entries, grant_version=None) == (Placed(2), Placed(4))


async def test_a_cancelled_caller_cuts_the_connection_and_sends_no_cancel(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    await append(gateway, [entry()], grant_version=None)
    holder = owner.transaction()
    await holder.start()
    await owner.execute("LOCK TABLE ledger.turn IN EXCLUSIVE MODE")
    one = entry()
    waiting = asyncio.create_task(append(gateway, [one], grant_version=None))
    await asyncio.sleep(0.1)
    pid = gateway.get_server_pid()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert gateway.is_closed()
    waits = await owner.fetchval("SELECT wait_event_type FROM pg_stat_activity WHERE pid = $1", pid)
    assert waits == "Lock"
    await holder.rollback()
    again = await connect_as(Role.GATEWAY)
    for _ in range(100):
        if await find(again, one) is not None:
            break
        await asyncio.sleep(0.02)
    assert await recover(again, [one]) == (Placed(2),)


class TestRecovery:
    """After an uncertain end, `recover` says where each entry stands, or that it cannot say."""

    MIXES: ClassVar = [
        ["fresh"],
        ["fresh", "fresh"],
        ["replay", "fresh"],
        ["fresh", "replay", "none", "fresh"],
        ["none", "fresh", "none"],
        ["replay", "none", "fresh", "again"],
        ["replay", "replay"],
    ]

    @pytest.mark.parametrize("mix", MIXES, ids=" ".join)
    @pytest.mark.parametrize("lines", [0, 1, 3])
    async def test_it_agrees_with_what_append_would_have_said(self, connect_as, mix, lines):
        gateway = await connect_as(Role.GATEWAY)
        before, first = entry(), entry()
        await append(gateway, [before, first, entry(nonce="")], grant_version=None)
        entries = []
        for kind in mix:
            fresh = next((one.nonce for one in entries if one.nonce not in ("", first.nonce)), None)
            nonce = {"fresh": None, "none": "", "replay": first.nonce, "again": fresh}[kind]
            entries.append(entry(lines=lines, nonce=nonce))
        said = await append(gateway, entries, grant_version=None)
        await append(gateway, [entry(), entry()], grant_version=None)
        assert await recover(gateway, entries) == said
        for one, outcome in zip(entries, said, strict=True):
            found = await find(gateway, one)
            assert found == (outcome.index if isinstance(outcome, Placed) and one.nonce else None)

    async def test_it_cannot_speak_for_entries_without_nonce(self, connect_as):
        gateway = await connect_as(Role.GATEWAY)
        entries = [entry(nonce=""), entry(nonce="")]
        await append(gateway, entries, grant_version=None)
        assert await recover(gateway, entries) is None
        used = entry()
        await append(gateway, [used], grant_version=None)
        assert await recover(gateway, [entry(nonce=used.nonce), entry(nonce="")]) is None

    async def test_it_does_not_take_the_record_of_another_for_its_own(self, connect_as):
        """A replay whose acknowledgement was lost must not be answered because the first record is found."""
        gateway = await connect_as(Role.GATEWAY)
        first = entry()
        await append(gateway, [first], grant_version=None)
        replay = entry(nonce=first.nonce)
        assert await find(gateway, replay) is None
        assert await recover(gateway, [replay]) == (Replayed(0),)
        assert await recover(gateway, [replay, entry()]) is None

    async def test_a_batch_that_never_arrived_is_not_found(self, connect_as):
        gateway = await connect_as(Role.GATEWAY)
        assert await recover(gateway, [entry(), entry()]) is None
        assert await find(gateway, entry(nonce="")) is None


async def test_the_planes_that_append_are_the_ones_the_design_names(connect_as):
    for role in (Role.GATEWAY, Role.INTAKE, Role.CONTROL, Role.NOTARY):
        connection = await connect_as(role)
        one = entry()
        placed = await append(connection, [one], grant_version=None)
        assert isinstance(placed, tuple)
        assert await find(connection, one) == placed[0].index
    for role in (Role.INSPECTOR, Role.MONITOR):
        connection = await connect_as(role)
        with pytest.raises(AppendRefused, match="42501"):
            await append(connection, [entry()], grant_version=None)


async def test_many_tasks_on_two_connections_keep_one_order(connect_as):
    workers = [await connect_as(Role.GATEWAY), await connect_as(Role.GATEWAY)]
    owner = await connect_as(Role.ADMINISTRATOR)
    placed: list[int] = []

    async def work(connection: asyncpg.Connection) -> None:
        for size in range(1, 15):
            outcomes = await append(connection, [entry() for _ in range(size)], grant_version=0)
            assert isinstance(outcomes, tuple)
            placed.extend(outcome.index for outcome in outcomes if isinstance(outcome, Placed))

    await asyncio.gather(*(work(connection) for connection in workers))
    assert len(set(placed)) == len(placed) == 2 * sum(range(1, 15))
    assert await check_log(owner) == 2 * len(placed)
    with contextlib.suppress(AppendUncertain):
        await find(workers[0], entry())
