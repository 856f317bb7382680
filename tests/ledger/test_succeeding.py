"""A log that lost leaves is succeeded openly; nobody can claim a succession that is none."""

import time
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg
import msgspec
import pytest

from lienthong.db import Database, Role
from lienthong.ledger.append import append
from lienthong.ledger.cosigning import Panel, last_note
from lienthong.ledger.custody import CustodyError, Use, log_signer, prepare_successor, public_keys
from lienthong.ledger.entries_check import ReceiptClaim
from lienthong.ledger.findings import Fault, Report
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.notary import LogForked, Notary, Step
from lienthong.ledger.reopening import StaysClosedError, compare, known_checkpoints, reopen
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.succeeding import Decision, succeed
from lienthong.ledger.verify import verify_log
from lienthong_protocol.merkle import root_of
from lienthong_protocol.notes import NoteSigner, NoteVerifier, SignatureType
from lienthong_protocol.policy import Policy
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import Kind, encode_record
from lienthong_protocol.succession import Succession, read_succession, sign_succession

from .conftest import ORIGIN, Served
from .log_writer import entry, write
from .set_back import ConnectAs, MakeNotary, cut, log_of

SUCCESSOR = f"{ORIGIN}/2"
SIZES = "SELECT size FROM ledger.checkpoint ORDER BY size, at"


def decision(origin: str = SUCCESSOR) -> Decision:
    return Decision(origin, "Trần Thị B", "ổ đĩa hỏng", time.time_ns() // 1_000)


@dataclass
class Loss:
    """A log of `signed` leaves of which `size` are left, closed; and what a witness shows of it."""

    size: int
    signed: int
    seen: list[str]
    gateway: asyncpg.Connection
    superuser: asyncpg.Connection


@pytest.fixture
async def loss(connect_as: ConnectAs, make_notary: MakeNotary, witness: Served) -> Loss:
    gateway, superuser = await log_of(connect_as, make_notary)
    size, signed = (row["size"] for row in await superuser.fetch(SIZES))
    await cut(superuser, size)
    await superuser.execute("SELECT ledger.close('restore')")
    note = last_note(witness.url, ORIGIN)
    assert note is not None
    return Loss(size, signed, [note], gateway, superuser)


async def report_of(connect_as: ConnectAs, policy: Policy | None, **claims: object) -> Report:
    connection = await connect_as(Role.INSPECTOR)
    async with DatabaseLog.snapshot(connection) as source:
        return await verify_log(source, policy=policy, **claims)  # type: ignore[arg-type]


async def successor_notary(connect_as: ConnectAs, keys: Path, **steps: object) -> Notary:
    logs = [NoteVerifier.from_vkey(key.key) for key in public_keys(keys) if key.use is Use.LOG]
    signer = log_signer(keys)
    return Notary(
        await connect_as(Role.NOTARY),
        signer=signer,
        predecessors=[key for key in logs if key.name != signer.verifier.name],
        memory=Memory(keys / "log"),
        witnesses=Panel((), warn=lambda _: None),
        **steps,  # type: ignore[arg-type]
    )


@pytest.mark.law("R6.1", "R6.2")
async def test_a_succession_that_was_interrupted_is_finished_by_the_next_run(
    database: Database, connect_as: ConnectAs, keys: Path, policy: Policy, loss: Loss, tmp_path: Path
) -> None:
    with pytest.raises(OSError):
        await succeed(database, keys, policy, loss.seen, decision(), out=tmp_path / "missing" / "p.toml")
    assert log_signer(keys).verifier.name == ORIGIN, "the old key stays until the policy is written"
    statement, made = await succeed(database, keys, policy, [], decision(), out=tmp_path / "p.toml")
    assert (statement.size, statement.last_size) == (loss.size, loss.signed)
    assert log_signer(keys).verifier == statement.successor
    rows = await loss.superuser.fetch("SELECT ending, index FROM ledger.closure")
    assert [tuple(row) for row in rows] == [("succeeded", loss.size)]

    # The notary of the successor goes on from its predecessor's tree, whatever step it dies after.
    await write(loss.gateway, 600, first=1_000)
    for step in (Step.CHECKED, Step.REMEMBERED, Step.TILES_STORED):

        def die(reached: Step, last: Step = step) -> None:
            if reached is last:
                raise KeyboardInterrupt

        dying = await successor_notary(connect_as, keys, after_step=die)
        await dying.start()
        with pytest.raises(KeyboardInterrupt):
            await dying.publish_head(heartbeat=True)
    notary = await successor_notary(connect_as, keys)
    await notary.start()
    signed = await notary.publish_head(heartbeat=True)
    assert signed is not None
    assert signed.checkpoint.origin == SUCCESSOR
    report = await report_of(connect_as, replace(made, quorum=0))
    assert report.findings == ()
    (succeeded,) = report.successions
    assert (succeeded.predecessor, succeeded.lost_from, succeeded.lost_to) == (
        ORIGIN, loss.size, loss.signed,
    )  # fmt: skip
    alone = await report_of(connect_as, None)
    assert (alone.findings, alone.successions) == ((), report.successions)


async def test_a_notary_that_was_not_told_of_a_predecessor_takes_nothing_up(
    database: Database, connect_as: ConnectAs, keys: Path, policy: Policy, loss: Loss, tmp_path: Path
) -> None:
    await succeed(database, keys, policy, loss.seen, decision(), out=tmp_path / "p.toml")
    notary = await successor_notary(connect_as, keys)
    notary._predecessors = ()
    with pytest.raises(LogForked, match="does not carry this log's signature"):
        await notary.start()


@pytest.mark.law("R6.1")
async def test_a_log_is_succeeded_only_where_leaves_are_lost_and_the_beginning_is_whole(
    database: Database, keys: Path, policy: Policy, loss: Loss, tmp_path: Path
) -> None:
    out = tmp_path / "p.toml"
    (first,) = [row["note"] for row in await loss.superuser.fetch("SELECT note FROM ledger.checkpoint")]
    memory = (keys / "log" / "last-signed").read_text()
    (keys / "log" / "last-signed").unlink()
    with pytest.raises(StaysClosedError, match="nothing is missing"):
        await succeed(database, keys, policy, [first], decision(), out=out)
    (keys / "log" / "last-signed").write_text(memory)
    with pytest.raises(StaysClosedError, match="a new name"):
        await succeed(database, keys, policy, loss.seen, decision(ORIGIN), out=out)
    with pytest.raises(StaysClosedError, match="no checkpoint cosigned by 1 witnesses"):
        await succeed(database, keys, policy, [], decision(), out=out)
    prepare_successor(keys, origin=f"{ORIGIN}/other")
    with pytest.raises(CustodyError, match="finish that succession"):
        await succeed(database, keys, policy, loss.seen, decision(), out=out)
    await loss.superuser.execute("ALTER TABLE ledger.leaf DISABLE TRIGGER USER")
    await loss.superuser.execute("UPDATE ledger.leaf SET hash = sha256('other') WHERE index = 3")
    for act in (
        succeed(database, keys, policy, loss.seen, decision(), out=out),
        _reopen(database, policy, [first]),
    ):
        with pytest.raises(StaysClosedError, match="the log is not whole"):
            await act
    assert not out.exists()
    assert await loss.superuser.fetchval("SELECT count(*) FROM ledger.closed()") == 1


async def _reopen(database: Database, policy: Policy, notes: list[str], **claims: object) -> int:
    known = known_checkpoints(policy, notes, None)
    comparison = await compare(database, policy, known, **claims)  # type: ignore[arg-type]
    return await reopen(database, comparison, decided_by="somebody", now=time.time_ns() // 1_000)


@pytest.mark.law("R6.1", "R6.2")
async def test_receipts_and_the_notarys_memory_keep_a_log_closed_too(
    database: Database, keys: Path, policy: Policy, loss: Loss
) -> None:
    (first,) = [row["note"] for row in await loss.superuser.fetch("SELECT note FROM ledger.checkpoint")]
    receipt = ReceiptClaim(Receipt(loss.size + 3, bytes(32), bytes(32), 0))
    with pytest.raises(StaysClosedError, match=f"first at index {loss.size + 3}"):
        await _reopen(database, policy, [first], claims={loss.size + 3: [receipt]})
    remembered = known_checkpoints(policy, [first], Memory(keys / "log"))
    assert (await compare(database, policy, remembered)).last.size == loss.signed
    comparison = await compare(database, policy, [first])
    assert comparison.is_reached
    moved = replace(comparison, size=comparison.size - 1)
    with pytest.raises(StaysClosedError, match="were verified"):
        await reopen(database, replace(moved, last=replace(moved.last, size=1)), decided_by="x", now=_now())
    assert await _reopen(database, policy, [first]) == loss.size
    with pytest.raises(StaysClosedError, match="the log is open"):
        await _reopen(database, policy, [first])


def _now() -> int:
    return time.time_ns() // 1_000


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("lie", ["elsewhere", "other root", "unsigned", "not told"])
async def test_a_succession_that_does_not_say_the_truth_is_found(
    connect_as: ConnectAs, make_notary: MakeNotary, policy: Policy, signer: NoteSigner, lie: str
) -> None:
    gateway, superuser = await log_of(connect_as, make_notary)
    leaves = [row[0] for row in await superuser.fetch("SELECT hash FROM ledger.leaf ORDER BY index")]
    other = NoteSigner(SUCCESSOR, SignatureType.NOTE, bytes([9]) * 32)
    statement = Succession(
        predecessor=signer.verifier,
        successor=other.verifier,
        last_size=len(leaves) + 9,
        last_root=bytes(32),
        size=len(leaves) - (lie == "elsewhere"),
        root=bytes(32) if lie == "other root" else root_of(leaves),
        time=_now(),
        decided_by="thief",
        reason="none",
    )
    note = sign_succession(statement, signer, other)
    if lie == "unsigned":
        note = note.replace("thief", "chief")
    made = entry(5_000, 0)
    record = msgspec.structs.replace(made.record, kind=Kind.SUCCESSION, note=note)
    lying = msgspec.structs.replace(made, record=record, body=encode_record(record))
    await append(gateway, [lying], grant_version=None)
    report = await report_of(connect_as, policy)
    assert {finding.fault for finding in report.findings} == {Fault.SUCCESSION_WRONG}
    alone = await report_of(connect_as, None)
    assert (alone.findings == ()) is (lie == "not told")


@pytest.mark.law("R6.1")
async def test_a_log_without_the_succession_that_the_policy_knows_is_not_the_successor(
    database: Database, connect_as: ConnectAs, keys: Path, policy: Policy, loss: Loss, tmp_path: Path
) -> None:
    _, made = await succeed(database, keys, policy, loss.seen, decision(), out=tmp_path / "p.toml")
    assert read_succession(made.successions[0]).gap == range(loss.size, loss.signed)
    await cut(loss.superuser, loss.size)
    await write(loss.gateway, 5, first=2_000)
    report = await report_of(connect_as, made)
    assert Fault.HISTORY_CHANGED in {finding.fault for finding in report.findings}
