"""Appending to the log: a batch is durable and has its indexes, or the caller is told what is not known.

The connection is the log's own: nothing else runs on it, and no transaction is open. What the database does
in one append, step by step, is in db/schema/0030_append.sql.
"""

import asyncio
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
from asyncpg.prepared_stmt import PreparedStatement

from lienthong.db import named
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import Act, Kind, Line, Outcome, Record, Visibility

MOST_RECORDS = 1000
"""Records of one batch."""
MOST_LINES = 65_536
"""Lines of one batch."""

ACT_NUMBERS: dict[Act, int] = {Act.CONNECT: 1, Act.SHARE: 2, Act.EXPLOIT: 3}
KIND_NUMBERS: dict[Kind, int] = {
    Kind.LOOKUP: 1,
    Kind.VERIFY: 2,
    Kind.LOOKUP_BATCH: 3,
    Kind.VERIFY_BATCH: 4,
    Kind.SCOPE: 5,
    Kind.RECEIPTS: 6,
    Kind.USAGES: 7,
    Kind.FEED: 8,
    Kind.EVENT: 9,
    Kind.CORRECTION: 10,
    Kind.GRANT: 11,
    Kind.KEY: 12,
    Kind.STAFF_ACT: 13,
    Kind.REFUSAL_SUMMARY: 14,
    Kind.RETENTION: 15,
    Kind.SUCCESSION: 16,
    Kind.OPENING: 17,
}
OUTCOME_NUMBERS: dict[Outcome, int] = {
    Outcome.DISCLOSED: 1,
    Outcome.VERIFIED: 2,
    Outcome.MISSED: 3,
    Outcome.RELATED: 4,
    Outcome.NOTIFIED: 5,
}
VISIBILITY_NUMBERS: dict[Visibility, int] = {
    Visibility.SHOWN: 1,
    Visibility.HIDDEN: 2,
    Visibility.NEVER: 3,
}

_QUERIES = named.load(Path(__file__).with_name("append.sql"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCHES_SUSPENDED = "LTB01"
_CLOSED = "LT508"
"""SQLSTATE by which `ledger.append` says that the log is closed."""


class AppendRefused(Exception):  # noqa: N818 - an outcome, named like its sibling
    """PostgreSQL refused the batch: for certain nothing of it was written."""


class LogClosed(AppendRefused):
    """The log is closed since it was set back: nothing of the batch was written, and nothing will be."""


class AppendUncertain(Exception):  # noqa: N818 - an outcome, named like its sibling
    """It is not known whether the batch is in the log: nobody may be answered, `recover` may tell."""


class LineEntry(msgspec.Struct, frozen=True, gc=False):
    """A line and its exact bytes."""

    line: Line
    body: bytes


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A record, its exact bytes and the lines that follow it.

    `persons` and `misses` count towards quotas. A request that shall be accepted once carries the `nonce` its
    caller signed and `created`, the second it was signed; a record without nonce is never a replay. A batch
    with `suspends_batches` opens in its own commit the finding that suspends the batches of its system.
    """

    record: Record
    body: bytes
    lines: tuple[LineEntry, ...] = ()
    persons: int = 0
    misses: int = 0
    nonce: str = ""
    created: int = 0
    suspends_batches: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """The record is durable at this index, its lines at the indexes that follow."""

    index: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """The nonce was used before, by the record at index `earlier`; nothing was written for this one."""

    earlier: int


@dataclass(frozen=True, slots=True)
class Stale:
    """Grants or suspensions changed since this was decided; nothing was written: decide again."""


class _Log:
    """What is kept per connection: its prepared statement, and the notices it has sent."""

    __slots__ = ("notices", "statements")

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.statements: dict[str, PreparedStatement[Any]] = {}
        self.notices: list[str] = []
        notices = self.notices
        connection.add_log_listener(lambda _connection, message: notices.append(str(message)))


_logs: "WeakKeyDictionary[asyncpg.Connection, _Log]" = WeakKeyDictionary()


async def append(
    connection: asyncpg.Connection, entries: Sequence[Entry], *, grant_version: int | None
) -> Stale | tuple[Placed | Replayed, ...]:
    """Append the entries in this order, all or none, and return where each stands.

    `grant_version` is the version the batch was decided under, None for acts that need no grant. One append
    at a time on one connection. Raises AppendRefused and AppendUncertain; a task that is cancelled meanwhile
    cuts the connection, because a cancelled wait for a standby is reported as success. Law: R6.1.
    """
    return await _append(connection, "append", _arguments(entries, grant_version))


async def append_batch(
    connection: asyncpg.Connection, entry: Entry, *, grant_version: int
) -> Stale | Placed | Replayed:
    """Append the record of a batch of persons; Stale also while batches of its system are suspended.

    It goes alone: a suspension in the same append would send back the very record that caused it. Law: R8.2.
    """
    arguments = (*_arguments([entry], grant_version), [entry.suspends_batches])
    found = await _append(connection, "append_batches", arguments)
    return found if isinstance(found, Stale) else found[0]


async def _append(
    connection: asyncpg.Connection, name: str, arguments: tuple[object, ...]
) -> Stale | tuple[Placed | Replayed, ...]:
    try:
        log = await _log_of(connection, name)
        query = asyncio.ensure_future(log.statements[name].fetchrow(*arguments))
        try:
            row = await asyncio.shield(query)
        except asyncio.CancelledError:
            connection.terminate()
            await asyncio.wait([query])
            query.exception()
            raise
    except asyncpg.PostgresError as error:
        if error.sqlstate == _BATCHES_SUSPENDED:
            return Stale()
        raise _meaning(error) from error
    except (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise AppendUncertain(f"the connection was lost: {error!r}") from error
    if log.notices:
        raise AppendUncertain(f"the server had a remark: {'; '.join(log.notices)}")
    assert row is not None
    outcome, indexes, earlier = row
    if outcome == 0:
        return Stale()
    return tuple(
        Placed(index) if index is not None else Replayed(first)
        for index, first in zip(indexes, earlier, strict=True)
    )


async def find(connection: asyncpg.Connection, entry: Entry) -> int | None:
    """Return the index of this very entry, None if its nonce was not used or was used by another record.

    Waits until every append under way is over. None does not prove that the entry will not appear: its append
    may still be in the socket of a server that does not know its client has gone. Raises AppendUncertain.
    """
    index = await _used(connection, entry)
    if index is None:
        return None
    return index if (await _leaves(connection, index, 1)).get(leaf_hash(entry.body)) == index else None


async def recover(
    connection: asyncpg.Connection, entries: Sequence[Entry]
) -> tuple[Placed | Replayed, ...] | None:
    """Return what became of a batch whose append was uncertain, None if that cannot be said.

    A batch is in the log whole or not at all, so one entry that is there under its own nonce speaks for all;
    the others are recognised by their leaf hashes around it. Raises AppendUncertain.
    """
    used = {position: await _used(connection, entry) for position, entry in enumerate(entries) if entry.nonce}
    if None in used.values() or not used:
        return None
    for position, index in used.items():
        assert index is not None
        before = sum(1 + len(entry.lines) for entry in entries[:position])
        leaves = sum(1 + len(entry.lines) for entry in entries)
        first = max(0, index - before)
        stored = await _leaves(connection, first, leaves)
        if stored.get(leaf_hash(entries[position].body)) == index:
            return _outcomes(entries, stored, used)
    if len(used) == len(entries):
        return tuple(Replayed(index) for index in used.values() if index is not None)
    return None


def _outcomes(
    entries: Sequence[Entry], stored: dict[bytes, int], used: dict[int, int | None]
) -> tuple[Placed | Replayed, ...] | None:
    outcomes: list[Placed | Replayed] = []
    for position, entry in enumerate(entries):
        index, claimed = stored.get(leaf_hash(entry.body)), used.get(position)
        if index is not None and claimed in (None, index):
            outcomes.append(Placed(index))
        elif claimed is not None:
            outcomes.append(Replayed(claimed))
        else:
            return None
    return tuple(outcomes)


async def _used(connection: asyncpg.Connection, entry: Entry) -> int | None:
    if not entry.nonce:
        return None
    rows = await _ask(connection, "find", entry.record.key, entry.nonce)
    index: int | None = rows[0][0]
    return index


async def _leaves(connection: asyncpg.Connection, first: int, count: int) -> dict[bytes, int]:
    return {row[1]: row[0] for row in await _ask(connection, "leaves", first, count)}


async def _ask(connection: asyncpg.Connection, name: str, *arguments: object) -> list[asyncpg.Record]:
    try:
        return await connection.fetch(_QUERIES.sql(name), *arguments)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise AppendUncertain(f"the log could not be asked: {error!r}") from error


async def _log_of(connection: asyncpg.Connection, name: str) -> _Log:
    log = _logs.get(connection)
    if log is None:
        log = _logs[connection] = _Log(connection)
    if name not in log.statements:
        log.statements[name] = await connection.prepare(_QUERIES.sql(name))
    return log


def is_closed_log(error: asyncpg.PostgresError) -> bool:
    """Tell whether the database refused because the log is closed."""
    return error.sqlstate == _CLOSED


def _meaning(error: asyncpg.PostgresError) -> AppendRefused | AppendUncertain:
    """Tell a refusal, after which the transaction is rolled back, from the end of a connection."""
    severity = getattr(error, "severity_en", None)
    state = error.sqlstate or ""
    if isinstance(error, asyncpg.DataError) and severity is None:
        return AppendRefused(f"a value that cannot be sent: {error}")
    if is_closed_log(error):
        return LogClosed(str(error))
    if severity == "ERROR" and not state.startswith(("08", "57P")) and state != "40003":
        return AppendRefused(f"{state}: {error}")
    return AppendUncertain(f"{severity} {state}: {error}")


def _arguments(entries: Sequence[Entry], grant_version: int | None) -> tuple[object, ...]:
    records = [entry.record for entry in entries]
    lines = [line for entry in entries for line in entry.lines]
    return (
        grant_version,
        [_EPOCH + timedelta(microseconds=record.at) for record in records],
        [record.key for record in records],
        [entry.nonce for entry in entries],
        [entry.created for entry in entries],
        [ACT_NUMBERS[record.act] for record in records],
        [KIND_NUMBERS[record.kind] for record in records],
        [record.agency for record in records],
        [record.system for record in records],
        [record.purpose or "" for record in records],
        [record.officer or "" for record in records],
        [record.request_id or "" for record in records],
        [record.code for record in records],
        [entry.persons for entry in entries],
        [entry.misses for entry in entries],
        [len(entry.lines) for entry in entries],
        [entry.body for entry in entries],
        [urlsafe_b64decode(entry.line.tag + "==") for entry in lines],
        [entry.line.tag_key for entry in lines],
        [OUTCOME_NUMBERS[entry.line.outcome] for entry in lines],
        [VISIBILITY_NUMBERS[entry.line.visibility] for entry in lines],
        [entry.body for entry in lines],
    )
