"""An exported log verifies and proves without its database, and tampering with its files is found."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Role
from lienthong.ledger.export import ExportedLog, ExportError, export_log
from lienthong.ledger.findings import Fault
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.notary import Notary
from lienthong.ledger.prove import NoProofError, Prover
from lienthong.ledger.stored_tree import QUERIES, DatabaseTree, StoredCheckpoint, TreeBrokenError
from lienthong.ledger.verify import verify_log
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.policy import Policy
from lienthong_protocol.proof import parse_proof, verify_proof
from lienthong_protocol.record import decode_entry
from lienthong_protocol.tiles import parse_tile_path

from .log_writer import write

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]
MakeNotary = Callable[..., Awaitable[Notary]]


@pytest.fixture
async def inspector(connect_as: ConnectAs, make_notary: MakeNotary) -> asyncpg.Connection:
    """A connection to a log of two checkpoints and a tail."""
    gateway = await connect_as(Role.GATEWAY)
    notary = await make_notary()
    await notary.start()
    await write(gateway, 250)
    await notary.publish_head()
    await write(gateway, 60, first=250)
    await notary.publish_head()
    await write(gateway, 3, first=310)
    return await connect_as(Role.INSPECTOR)


@pytest.fixture
async def exported(inspector: asyncpg.Connection, tmp_path: Path) -> Path:
    async with DatabaseLog.snapshot(inspector) as source:
        await export_log(source, tmp_path / "log", origin="hub.example/log", now=5)
    return tmp_path / "log"


async def test_an_export_verifies_like_its_database(
    inspector: asyncpg.Connection, exported: Path, policy: Policy
) -> None:
    async with DatabaseLog.snapshot(inspector) as source:
        from_database = await verify_log(source, policy=policy)
    log = ExportedLog(exported)
    from_files = await verify_log(log, policy=policy)
    assert from_files == from_database
    assert from_files.findings == ()
    assert (log.facts.origin, log.facts.size, log.facts.exported_at) == (
        "hub.example/log",
        from_files.size,
        5,
    )
    for path in (exported / "tile").rglob("*"):
        if path.is_file():
            assert parse_tile_path(str(path.relative_to(exported))).width


async def test_proofs_from_the_export_and_the_database_are_the_same(
    inspector: asyncpg.Connection, exported: Path, policy: Policy
) -> None:
    log, store = ExportedLog(exported), DatabaseTree(inspector)
    first, newest = (await log.checkpoints())[0], await store.checkpoint()
    assert newest is not None
    assert newest == await log.checkpoint()
    of_files, of_database = Prover(), Prover()
    for checkpoint in (newest, first, newest):
        for index in (0, 1, 255, checkpoint.size - 1):
            body = log.entry(index)
            assert body == await inspector.fetchval(QUERIES.sql("entry"), index)
            assert body is not None
            proof = await of_files.prove(log, index=index, checkpoint=checkpoint, body=body)
            assert proof == await of_database.prove(store, index=index, checkpoint=checkpoint, body=body)
            read_back = parse_proof(proof.encode())
            assert (
                verify_proof(read_back, policy=policy, leaf=leaf_hash(body)).checkpoint.size
                == checkpoint.size
            )
            decode_entry(body)
        with pytest.raises(NoProofError, match="does not reach"):
            await of_files.prove(log, index=checkpoint.size, checkpoint=checkpoint)


async def test_a_prover_follows_a_log_that_grows(
    connect_as: ConnectAs, make_notary: MakeNotary, policy: Policy
) -> None:
    gateway = await connect_as(Role.GATEWAY)
    notary = await make_notary()
    await notary.start()
    store, prover = DatabaseTree(gateway, gateway=True), Prover()
    for turn in range(4):
        await write(gateway, 200, first=turn * 200)
        await notary.publish_head()
        checkpoint = await store.checkpoint()
        assert checkpoint is not None
        for index in (0, checkpoint.size // 2, checkpoint.size - 1):
            proof = await prover.prove(store, index=index, checkpoint=checkpoint)
            leaf = (await store.leaves(index, 1))[0][1]
            assert verify_proof(proof, policy=policy, leaf=leaf).checkpoint.size == checkpoint.size


async def test_a_prover_proves_nothing_under_a_root_the_leaves_do_not_give(
    inspector: asyncpg.Connection,
) -> None:
    store = DatabaseTree(inspector)
    newest = await store.checkpoint()
    assert newest is not None
    prover = Prover()
    with pytest.raises(TreeBrokenError, match="do not give the root"):
        await prover.prove(store, index=0, checkpoint=StoredCheckpoint(newest.size, bytes(32), newest.note))
    await prover.prove(store, index=0, checkpoint=newest)


def resize(path: Path) -> None:
    path.write_text(re.sub(r'"size":\d+', '"size":5', path.read_text()))


def change(path: Path, place: int = 40) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.law("R6.1")
@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda log: change(log / "tile/entries/000", 60), Fault.ENTRY_CHANGED),
        (lambda log: change(log / "tile/entries/001", 0), Fault.ENTRY_MALFORMED),
        (lambda log: (log / "tile/entries/000").unlink(), Fault.ENTRY_MALFORMED),
        (lambda log: change(log / "tile/0/000"), Fault.CHECKPOINT_WRONG),
        (lambda log: (log / "tile/0/000").unlink(), Fault.LEAF_MISSING),
        (lambda log: (log / "tile/0/001").write_bytes(bytes(31)), Fault.LEAF_MISSING),
        (lambda log: change(next((log / "tile/1").rglob("*.p/*"))), Fault.TILE_WRONG),
        (lambda log: change(log / "checkpoint", 2), Fault.CHECKPOINT_WRONG),
        (lambda log: resize(log / "checkpoints.jsonl"), Fault.CHECKPOINT_WRONG),
        (lambda log: (log / "checkpoints.jsonl").write_text(""), Fault.CHECKPOINT_UNTRUSTED),
        (lambda log: (log / "log.json").write_text('{"origin":"hub.example/log","size":300,"exported_at":5}'),
         Fault.LOG_SHRUNK),
    ],
)  # fmt: skip
async def test_tampering_with_files_is_found(
    exported: Path, policy: Policy, tamper: Callable[[Path], object], fault: Fault
) -> None:
    tamper(exported)
    report = await verify_log(ExportedLog(exported), policy=policy)
    assert fault in {finding.fault for finding in report.findings}, report.findings


async def test_an_export_that_is_not_whole_is_none(exported: Path) -> None:
    (exported / "checkpoints.jsonl").write_text("{}\n")
    with pytest.raises(ExportError, match="checkpoints"):
        await ExportedLog(exported).checkpoints()
    (exported / "checkpoints.jsonl").unlink()
    with pytest.raises(ExportError, match="No such file"):
        await ExportedLog(exported).checkpoints()
    for content in (
        "",
        '{"origin":"a","size":-1,"exported_at":1}',
        '{"origin":"a","size":1,"exported_at":1,"v":2}',
    ):
        (exported / "log.json").write_text(content)
        with pytest.raises(ExportError):
            ExportedLog(exported)
    (exported / "log.json").unlink()
    with pytest.raises(ExportError, match="not a whole"):
        ExportedLog(exported)


async def test_an_export_goes_into_a_new_folder_only(inspector: asyncpg.Connection, exported: Path) -> None:
    async with DatabaseLog.snapshot(inspector) as source:
        with pytest.raises(ExportError, match="holds other files"):
            await export_log(source, exported, origin="hub.example/log", now=5)


async def test_an_empty_log_is_exported_and_verified(
    connect_as: ConnectAs, tmp_path: Path, policy: Policy
) -> None:
    async with DatabaseLog.snapshot(await connect_as(Role.INSPECTOR)) as source:
        await export_log(source, tmp_path / "log", origin="hub.example/log", now=5)
    log = ExportedLog(tmp_path / "log")
    assert await log.checkpoint() is None
    report = await verify_log(log, policy=policy)
    assert (report.size, report.findings) == (0, ())


async def test_a_log_with_a_gap_is_not_exported(
    connect_as: ConnectAs, inspector: asyncpg.Connection, tmp_path: Path
) -> None:
    superuser = await connect_as(Role.ADMINISTRATOR)
    await superuser.execute("ALTER TABLE ledger.leaf DISABLE TRIGGER USER")
    await superuser.execute("DELETE FROM ledger.leaf WHERE index = 7")
    async with DatabaseLog.snapshot(inspector) as source:
        with pytest.raises(ExportError, match="leaf 7 is missing"):
            await export_log(source, tmp_path / "log", origin="hub.example/log", now=5)
