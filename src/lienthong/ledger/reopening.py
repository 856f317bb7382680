"""Opening a closed log again: only when it is whole and holds the last checkpoint known to anybody.

Checkpoints come from the policy, from witnesses, from files the operator holds, and from the notary's own
memory; one of them at least must be cosigned as the policy asks. A checkpoint that is not signed by the log
is refused, not passed over: whoever brings it has been told something false.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from lienthong.db import Database, Role, connect
from lienthong.ledger.entries_check import ReceiptClaim
from lienthong.ledger.findings import Fault
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.stored_tree import QUERIES
from lienthong.ledger.verify import verify_log
from lienthong_protocol.checkpoint import Checkpoint, CheckpointFormatError
from lienthong_protocol.notes import NoteFormatError, NoteSignatureError
from lienthong_protocol.policy import CheckpointUntrustedError, Policy
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record

REACHED, SUCCEEDED = "reached", "succeeded"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StaysClosedError(Exception):
    """The log cannot be opened so; the message says why and what would open it."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A closed log beside what is known of it elsewhere.

    `size` and `root` are the log's, `last` is the largest checkpoint known, `findings` say what is not whole,
    `missing` are indexes that receipts name and the log has not.
    """

    cause: str
    size: int
    root: bytes
    last: Checkpoint
    findings: tuple[str, ...]
    missing: tuple[int, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether the log is whole and holds all that is known of it."""
        return not self.findings and not self.missing and self.size >= self.last.size


def known_checkpoints(policy: Policy, notes: Iterable[str], memory: Memory | None) -> list[str]:
    """Return every checkpoint known: those given, the policy's, the one the notary remembers.

    Raises StaysClosedError for one that the log did not sign, and where none is cosigned by a quorum.
    """
    known = [*notes, *((policy.seen,) if policy.seen is not None else ())]
    remembered = None if memory is None else memory.load()
    if remembered is not None and remembered.startswith(f"{policy.origin}\n"):
        known.append(remembered)
    for note in known:
        try:
            policy.open(note)
        except (NoteFormatError, CheckpointFormatError, NoteSignatureError) as error:
            raise StaysClosedError(
                f"a checkpoint that was given is not one of {policy.origin}: {error}. The log stays closed."
            ) from error
    if not any(_is_witnessed(policy, note) for note in known):
        raise StaysClosedError(
            f"no checkpoint cosigned by {policy.quorum} witnesses was given. Give a witness's "
            "URL or a file with --seen, or a policy that has seen one. The log stays closed."
        )
    return known


def _is_witnessed(policy: Policy, note: str) -> bool:
    try:
        policy.trust(note)
    except CheckpointUntrustedError:
        return False
    return True


async def compare(
    database: Database,
    policy: Policy,
    known: Sequence[str],
    *,
    claims: Mapping[int, Sequence[ReceiptClaim]] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _size: None,
) -> Comparison:
    """Compute a closed log again and hold it beside the checkpoints known.

    Raises StaysClosedError if it is open, DatabaseUnavailable.
    """
    claims = claims or {}
    connection = await connect(database, Role.INSPECTOR, application="lienthong ledger")
    try:
        async with DatabaseLog.snapshot(connection) as source:
            closed = await connection.fetchrow(QUERIES.sql("closed"))
            if closed is None:
                raise StaysClosedError("the log is open")
            size = await source.size()
            here = {index: each for index, each in claims.items() if index < size}
            report = await verify_log(source, policy=policy, claims=here, seen=known, progress=progress)
    finally:
        connection.terminate()
    return Comparison(
        cause=closed["cause"],
        size=report.size,
        root=report.root,
        last=max((policy.open(note)[0] for note in known), key=lambda checkpoint: checkpoint.size),
        findings=tuple(
            f"{each.fault}: {each.text}" for each in report.findings if each.fault is not Fault.LOG_SHRUNK
        ),
        missing=tuple(sorted(index for index in claims if index >= size)),
    )


async def reopen(database: Database, comparison: Comparison, *, decided_by: str, now: int) -> int:
    """Open a log that holds all that is known of it; return the index of the leaf that says so. Law: R6.1.

    `now` in microseconds. Raises StaysClosedError.
    """
    if comparison.findings:
        raise StaysClosedError(
            f"the log is not whole: {'; '.join(comparison.findings[:3])}. Restore another backup; "
            "keep this one as evidence."
        )
    if comparison.missing:
        raise StaysClosedError(
            f"receipts name {len(comparison.missing)} records that are not here, the first at index "
            f"{comparison.missing[0]} of a log of {comparison.size} leaves. Bring them back from a "
            "standby or from WAL; where they are lost for good, see `lienthong ledger succeed --help`."
        )
    last = comparison.last
    if not comparison.is_reached:
        raise StaysClosedError(
            f"the log has {comparison.size} leaves, {last.size} were signed: leaves {comparison.size} to "
            f"{last.size - 1} are missing. Bring them back from a standby or from WAL; where they "
            "are lost for good, see `lienthong ledger succeed --help`."
        )
    note = (
        f"the log is open again after {comparison.cause} at {comparison.size} leaves: it holds the "
        f"checkpoint of {last.size} leaves, root {b64encode(last.root).decode()}"
    )
    return await end_closure(
        database, comparison, ending=REACHED, kind=Kind.STAFF_ACT, decided_by=decided_by, note=note, now=now
    )


async def end_closure(
    database: Database,
    comparison: Comparison,
    *,
    ending: str,
    kind: Kind,
    decided_by: str,
    note: str,
    now: int,
) -> int:
    """Open the log with the leaf that says so, in one commit; return the leaf's index.

    Raises StaysClosedError where the database sees it otherwise.
    """
    record = Record(
        act=Act.CONNECT,
        kind=kind,
        at=now,
        agency="authority",
        system="hub",
        key="",
        proof=Proof.NONE,
        profile="",
        channel="",
        officer=decided_by,
        lines=0,
        code="",
        duration=0,
        note=note,
    )
    connection = await connect(database, Role.ADMINISTRATOR, application="lienthong ledger")
    try:
        index: int = await connection.fetchval(
            QUERIES.sql("reopen"),
            ending,
            comparison.size,
            comparison.last.size,
            comparison.last.root,
            decided_by,
            _EPOCH + timedelta(microseconds=now),
            encode_record(record),
        )
    except asyncpg.ObjectNotInPrerequisiteStateError as error:
        raise StaysClosedError(f"{error}. Run the command again.") from error
    finally:
        connection.terminate()
    return index
