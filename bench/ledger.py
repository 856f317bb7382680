"""A log of a million leaves: verified whole, and one leaf proved."""

import secrets
import time

import msgspec

from bench.stage import Stage
from lienthong.db import Database, Role, connect
from lienthong.ledger.append import Entry, append
from lienthong.ledger.cosigning import Panel
from lienthong.ledger.custody import log_signer
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.notary import Notary
from lienthong.ledger.prove import Prover
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.stored_tree import DatabaseTree
from lienthong.ledger.verify import verify_log
from lienthong_protocol.policy import Policy
from lienthong_protocol.record import encode_record
from tests.contract.batches import entry, line_entry

LEAVES = 1_000_000
_BATCH = 500


async def measure(stage: Stage) -> list[tuple[str, str, str]]:
    """Fill the log to a million leaves, have it signed, verify it, prove leaves."""
    started = time.perf_counter()
    written = await fill(stage.database, LEAVES)
    rows = [
        (
            "append, batches of 500, one line each",
            f"{written / (time.perf_counter() - started):,.0f} records/s",
            "",
        )
    ]
    await _sign(stage)
    reader = await connect(stage.database, Role.INSPECTOR)
    policy = Policy((log_signer(stage.folder / "keys").verifier,), (), quorum=0)
    started = time.perf_counter()
    async with DatabaseLog.snapshot(reader) as source:
        report = await verify_log(source, policy=policy)
    if not report.is_untouched:
        raise RuntimeError(f"the log does not verify: {report.findings[:3]}")
    rows.append(
        (f"ledger verify, {report.size:,} leaves", f"{time.perf_counter() - started:.1f} s", "≤ 20 s")
    )
    tree, prover = DatabaseTree(reader), Prover()
    checkpoint = await tree.checkpoint()
    assert checkpoint is not None
    took = []
    for _ in range(200):
        index = secrets.randbelow(checkpoint.size)
        started = time.perf_counter()
        await prover.prove(tree, index=index, checkpoint=checkpoint, body=None)
        took.append(time.perf_counter() - started)
    took.sort()
    rows.append(("inclusion proof, p50 / p99", f"{took[100] * 1e3:.1f} / {took[198] * 1e3:.1f} ms", "≤ 5 ms"))
    await reader.close()
    return rows


async def fill(database: Database, leaves: int) -> int:
    """Append look-ups of one line each until the log has so many leaves; return how many were appended."""
    writer = await connect(database, Role.GATEWAY)
    size = await writer.fetchval("SELECT ledger.newest_head()")
    written = 0
    while size + 2 * written < leaves:
        await append(writer, [_entry() for _ in range(_BATCH)], grant_version=None)
        written += _BATCH
    await writer.close()
    return written


async def _sign(stage: Stage) -> None:
    connection = await connect(stage.database, Role.NOTARY)
    memory = Memory(stage.folder / "keys" / "log")
    with memory.held():
        notary = Notary(
            connection,
            signer=log_signer(stage.folder / "keys"),
            memory=memory,
            witnesses=Panel((), warn=print),
        )
        await notary.start(adopt=False)
        await notary.publish_head(heartbeat=True)
    await connection.close()


def _entry() -> Entry:
    """Return a look-up of the size that real ones have, with one line."""
    plain = entry()
    record = msgspec.structs.replace(
        plain.record,
        profile="lt-1",
        case="CASE-1",
        grant="a" * 64,
        grant_version=20,
        target="/v1/lookup",
        request_digest="sha-256=:" + "x" * 44 + ":",
        params=";" + "p" * 150,
        signature="s" * 88,
        commitment="c" * 43,
    )
    body = encode_record(record)
    return msgspec.structs.replace(plain, record=record, body=body, lines=(line_entry(body, record.at, 1),))
