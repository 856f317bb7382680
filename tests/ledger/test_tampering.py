"""Whatever an owner of the database does to the log is found; in an untouched log nothing is."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Role, connect
from lienthong.ledger.cosigning import Panel
from lienthong.ledger.entries_check import ReceiptClaim
from lienthong.ledger.findings import Fault, Report
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.notary import Notary
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.verify import MOST_FINDINGS, verify_log
from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.merkle import root_of
from lienthong_protocol.notes import Note, NoteSigner, SignatureType, parse_note
from lienthong_protocol.policy import Policy
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import decode_record

from .log_writer import write
from .written_log import W1, WrittenLog

CASES = tomllib.loads((Path(__file__).parents[1] / "evil" / "ledger" / "tampering.toml").read_text())
LEDGER_TABLES = ("ledger.leaf", "ledger.head", "ledger.tile", "ledger.checkpoint")
PARTITIONS = """
    SELECT inhrelid::regclass::text FROM pg_inherits
    WHERE inhparent IN ('exchange.record'::regclass, 'exchange.line'::regclass)
"""
SEEDS = (1, 2)


@asynccontextmanager
async def tampered(log: WrittenLog, *statements: str) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection on which these statements happened; afterwards they never did."""
    connection = await connect(log.database, Role.ADMINISTRATOR)
    transaction = connection.transaction()
    await transaction.start()
    try:
        partitions = [row[0] for row in await connection.fetch(PARTITIONS)]
        for table in ("exchange.line", "exchange.record", *LEDGER_TABLES, *partitions):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            await connection.execute(statement)
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


def faults(report: Report) -> set[Fault]:
    return {finding.fault for finding in report.findings}


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CASES)
async def test_tampering_is_found_and_named(written_log: WrittenLog, name: str, seed: int) -> None:
    case = CASES[name]
    statements = case["sql"].format_map(written_log.places(seed))
    async with tampered(written_log, statements) as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy)
    assert Fault(case["fault"]) in faults(report), report.findings
    assert all(finding.text for finding in report.findings)


async def test_a_log_left_alone_raises_no_alarm(written_log: WrittenLog) -> None:
    async with tampered(written_log) as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy)
        bare = await verify_log(DatabaseLog(connection))
    assert report.findings == bare.findings == ()
    assert report.size == len(written_log.leaves) == report.records + report.lines
    assert report.trusted_size == written_log.sizes[-1]
    assert report.unwitnessed == report.size - report.trusted_size > 0
    assert [who.witness for who in report.cosigned] == ["w1.example"]
    assert bare.trusted_size is None


async def test_a_history_written_anew_with_the_stolen_log_key_is_found(written_log: WrittenLog) -> None:
    """The thief re-signs everything; only what a witness and the verifier saw before tells."""
    place = written_log.places(3)["s"]
    leaves = [*written_log.leaves[:place], bytes(32), *written_log.leaves[place + 1 :]]
    rewritten = [
        f"DELETE FROM exchange.record WHERE index = {place}",
        f"UPDATE ledger.leaf SET hash = '\\x{bytes(32).hex()}' WHERE index = {place}",
        "DELETE FROM ledger.tile",
    ]
    for size in written_log.sizes:
        checkpoint = Checkpoint("hub.example/log", size, root_of(leaves[:size]))
        note = Note(checkpoint.encode(), (written_log.signer.sign(checkpoint.encode()),)).encode()
        rewritten.append(
            f"UPDATE ledger.checkpoint SET root = '\\x{checkpoint.root.hex()}', note = $x${note}$x$ "
            f"WHERE size = {size}"
        )
    async with tampered(written_log, *rewritten) as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy)
        unwitnessed = replace(written_log.policy, quorum=0, seen=None)
        trusting = await verify_log(DatabaseLog(connection), policy=unwitnessed)
    assert {Fault.HISTORY_CHANGED, Fault.CHECKPOINT_UNTRUSTED} <= faults(report)
    assert Fault.HISTORY_CHANGED not in faults(trusting)


async def test_what_a_witness_saw_counts_like_what_was_seen_before(written_log: WrittenLog) -> None:
    blind = replace(written_log.policy, seen=None)
    newest = written_log.policy.seen
    assert newest is not None
    older = CASES["restore_an_older_state"]["sql"].format_map(written_log.places(1))
    async with tampered(written_log, older) as connection:
        unaware = await verify_log(DatabaseLog(connection), policy=blind)
        told = await verify_log(DatabaseLog(connection), policy=blind, seen=[newest])
        lied_to = await verify_log(DatabaseLog(connection), policy=blind, seen=["nothing"])
    assert unaware.findings == ()
    assert faults(told) == {Fault.LOG_SHRUNK}
    assert faults(lied_to) == {Fault.CHECKPOINT_UNTRUSTED}


async def test_a_replaced_tail_is_found_by_receipts_alone(written_log: WrittenLog) -> None:
    """Leaves no checkpoint covers yet can be exchanged whole; the agency's receipt tells."""
    index = max(index for index, lines in written_log.records if lines == 0)
    last = len(written_log.leaves)
    assert index >= written_log.sizes[-1]
    statements = [
        f"UPDATE exchange.record SET body = replace(encode(body, 'escape'), 'HS-', 'HX-')::bytea "
        f"WHERE index = {index}",
        f"UPDATE ledger.leaf SET hash = sha256('\\x00'::bytea || (SELECT body FROM exchange.record WHERE "
        f"index = {index})) WHERE index = {index}",
    ]
    async with tampered(written_log) as connection:
        body = await connection.fetchval("SELECT body FROM exchange.record WHERE index = $1", index)
    receipt = Receipt(index, written_log.leaves[index], bytes(32), decode_record(body).at)
    claims = {index: [ReceiptClaim(receipt)]}
    async with tampered(written_log) as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy, claims=claims)
        assert (report.findings, report.receipts) == ((), 1)
    async with tampered(written_log, *statements) as connection:
        assert (await verify_log(DatabaseLog(connection), policy=written_log.policy)).findings == ()
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy, claims=claims)
        beyond = {last: [ReceiptClaim(replace(receipt, index=last))]}
        later = await verify_log(DatabaseLog(connection), policy=written_log.policy, claims=beyond)
    assert faults(report) == faults(later) == {Fault.RECEIPT_UNKNOWN}


async def test_a_report_stops_at_its_limit(written_log: WrittenLog) -> None:
    async with tampered(written_log, "UPDATE ledger.leaf SET hash = sha256('x')") as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy)
    assert len(report.findings) == MOST_FINDINGS


async def test_a_checkpoint_of_another_log_is_refused(written_log: WrittenLog) -> None:
    stranger = NoteSigner("hub.example/log", SignatureType.NOTE, bytes([8]) * 32)
    assert written_log.policy.seen is not None
    text = parse_note(written_log.policy.seen).text
    note = Note(text, (stranger.sign(text), W1.cosign(text, time=1_795_000_000))).encode()
    change = f"UPDATE ledger.checkpoint SET note = $x${note}$x$ WHERE size = {written_log.sizes[-1]}"
    async with tampered(written_log, change) as connection:
        report = await verify_log(DatabaseLog(connection), policy=written_log.policy)
    assert faults(report) == {Fault.CHECKPOINT_WRONG}


@pytest.mark.every_postgres
async def test_a_log_that_grows_meanwhile_raises_no_alarm(
    connect_as: Callable[[Role], Awaitable[asyncpg.Connection]], keys: Path, signer: NoteSigner
) -> None:
    gateway, inspector = await connect_as(Role.GATEWAY), await connect_as(Role.INSPECTOR)
    panel = Panel((), warn=lambda _: None)
    notary = Notary(
        await connect_as(Role.NOTARY), signer=signer, memory=Memory(keys / "log"), witnesses=panel
    )
    await notary.start()
    await write(gateway, 10)
    await notary.publish_head()
    enough = asyncio.Event()

    async def grow() -> None:
        number = 10
        while not enough.is_set():
            await write(gateway, 20, first=number)
            await notary.publish_head()
            number += 20

    growth = asyncio.create_task(grow())
    sizes = []
    for _ in range(15):
        async with DatabaseLog.snapshot(inspector) as source:
            report = await verify_log(source, policy=Policy((signer.verifier,), (), 0))
        assert report.findings == ()
        sizes.append(report.size)
        await asyncio.sleep(0.02)
    enough.set()
    await growth
    assert sizes[-1] > sizes[0]
