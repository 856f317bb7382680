"""Opening a successor: another log that carries on what a restore gave back, and says what is lost.

The successor has a name and a key of its own, so no checkpoint of the predecessor is contradicted. It takes
over the restored leaves with their indexes, so whatever was not lost stays provable. Its first own leaf is
the succession (lienthong_protocol.succession).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from lienthong.db import Database, Role, connect
from lienthong.db.private_files import write_private
from lienthong.ledger.custody import (
    adopt_successor,
    log_signer,
    prepare_successor,
    waiting_successor,
)
from lienthong.ledger.reopening import (
    SUCCEEDED,
    Comparison,
    StaysClosedError,
    compare,
    end_closure,
    known_checkpoints,
)
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.stored_tree import QUERIES
from lienthong_protocol.policy import Policy
from lienthong_protocol.record import Kind, decode_record
from lienthong_protocol.succession import Succession, read_succession, sign_succession


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided that what is missing is lost for good, why, and the name of the log to open; when in µs."""

    origin: str
    decided_by: str
    reason: str
    now: int


async def succeed(
    database: Database, keys: Path, policy: Policy, notes: Sequence[str], decision: Decision, *, out: Path
) -> tuple[Succession, Policy]:
    """Open the successor of a closed log that is known to have lost leaves. Law: R6.1.

    `policy` is the predecessor's; the successor's is written to `out`. Killed anywhere, it is run again with
    the same name and goes on where it stopped. Raises StaysClosedError, CustodyError, NotaryBlocked.
    """
    # 1. No notary of this machine signs meanwhile.
    with Memory(keys / "log").held():
        waiting = waiting_successor(keys)
        note = None if waiting is None else await _succession_by(database, waiting.verifier.vkey)
        if note is None:
            # 2. What is here is whole as far as it goes, and leaves are missing for certain.
            known = known_checkpoints(policy, notes, Memory(keys / "log"))
            comparison = await compare(database, policy, known)
            _require_loss(comparison)
            # 3. The key waits beside the present one. Killed after this, the next run finds and uses it.
            predecessor = log_signer(keys)
            if predecessor.verifier.name != policy.origin or decision.origin == policy.origin:
                raise StaysClosedError(
                    f"the key in {keys}/log is that of {predecessor.verifier.name}, the policy is of "
                    f"{policy.origin}, the successor is to be {decision.origin}: name the predecessor's "
                    "policy and a new name."
                )
            successor = prepare_successor(keys, origin=decision.origin)
            statement = Succession(
                predecessor=predecessor.verifier,
                successor=successor.verifier,
                last_size=comparison.last.size,
                last_root=comparison.last.root,
                size=comparison.size,
                root=comparison.root,
                time=decision.now,
                decided_by=decision.decided_by,
                reason=decision.reason,
            )
            note = sign_succession(statement, predecessor, successor)
            # 4. Opening and the statement are one commit. Killed after this, the next run finds it there.
            await end_closure(
                database,
                comparison,
                ending=SUCCEEDED,
                kind=Kind.SUCCESSION,
                decided_by=decision.decided_by,
                note=note,
                now=decision.now,
            )
        statement = read_succession(note)
        # 5. What verifiers will trust, before the key that signs can be used.
        made = replace(
            policy, logs=(statement.successor,), seen=None, successions=(*policy.successions, note)
        )
        write_private(out, made.encode().encode(), mode=0o644)
        # 6. The successor's key signs from now on; the predecessor's private half is gone.
        adopt_successor(keys, made.successions, now=decision.now)
    return statement, made


def _require_loss(comparison: Comparison) -> None:
    if comparison.findings:
        raise StaysClosedError(
            f"the log is not whole: {'; '.join(comparison.findings[:3])}. Only a whole beginning is carried "
            "on: restore another backup."
        )
    if comparison.size >= comparison.last.size:
        raise StaysClosedError(
            f"nothing is missing: the log has {comparison.size} leaves, {comparison.last.size} were signed. "
            "Open it with `lienthong ledger reopen`."
        )


async def _succession_by(database: Database, vkey: str) -> str | None:
    """Return the note by which a log with this key has succeeded in the database, if it has."""
    connection: asyncpg.Connection = await connect(database, Role.INSPECTOR, application="lienthong ledger")
    try:
        index = await connection.fetchval(QUERIES.sql("last_succession"))
        body = None if index is None else await connection.fetchval(QUERIES.sql("entry"), index)
    finally:
        connection.terminate()
    note = None if body is None else decode_record(body).note
    return note if note is not None and read_succession(note).successor.vkey == vkey else None
