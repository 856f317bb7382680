"""The notary as a process: a checkpoint at most once a second, at least once a minute, and upkeep."""

import asyncio
import time
from dataclasses import dataclass

import asyncpg
import structlog

from lienthong.db import Database, DatabaseUnavailable, Role, connect
from lienthong.ledger.append import AppendUncertain, LogClosed
from lienthong.ledger.cosigning import Endpoint, Panel
from lienthong.ledger.notary import LogShrunk, Notary
from lienthong.ledger.own_record import append_own
from lienthong.ledger.read_watch import ReadWatch
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.stored_tree import QUERIES
from lienthong_protocol.notes import NoteSigner, NoteVerifier
from lienthong_protocol.record import Act, Kind

RETRY_SECONDS = 1.0
SHRUNK_SECONDS = 10.0
_SWEEP_SECONDS = 60.0
_PARTITION_SECONDS = 3_600.0
_MONTHS_AHEAD = 13
_LOST = (
    DatabaseUnavailable,
    AppendUncertain,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class NotaryDuty:
    """All a notary works with; times in seconds. It has lasted as long as it holds `memory`."""

    database: Database
    signer: NoteSigner
    memory: Memory
    witnesses: tuple[Endpoint, ...] = ()
    earlier_keys: tuple[NoteVerifier, ...] = ()
    predecessors: tuple[NoteVerifier, ...] = ()
    interval: float = 1.0
    heartbeat: float = 60.0
    adopt: bool = False
    reads: ReadWatch | None = None


async def run(duty: NotaryDuty, stop: asyncio.Event) -> None:
    """Sign heads until `stop` is set.

    A lost database is waited for, a log that was set back likewise (it is read-only meanwhile). Raises
    LogForked, TreeBrokenError and NotaryBlocked: then a person has to look.
    """
    with duty.memory.held():
        beside = [asyncio.create_task(_keep_up(duty.database, stop))]
        if duty.reads is not None:
            beside.append(asyncio.create_task(_watch_reads(duty.database, duty.reads, stop)))
        try:
            while not stop.is_set():
                try:
                    await _serve(duty, stop)
                except LogShrunk as error:
                    _log.critical("the log was set back and is closed", reason=str(error))
                    await _close(duty.database)
                    await _pause(stop, SHRUNK_SECONDS)
                except LogClosed as error:
                    _log.warning("the log is closed", reason=str(error))
                    await _pause(stop, SHRUNK_SECONDS)
                except _LOST as error:
                    _log.warning("the database is lost", reason=str(error) or repr(error))
                    await _pause(stop, RETRY_SECONDS)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)


async def _close(database: Database) -> None:
    """Close a log that holds less than was signed, so that nothing is appended at indexes already given."""
    try:
        connection = await connect(database, Role.NOTARY, application="lienthong notary")
        try:
            await connection.fetchval(QUERIES.sql("close"), "set_back")
        finally:
            connection.terminate()
    except _LOST as error:
        _log.warning("the log could not be closed", reason=str(error) or repr(error))


async def open_log(connection: asyncpg.Connection, *, signer: NoteSigner, now: int) -> None:
    """Append the first record of a new log: its name and key. `now` in microseconds. Law: R6.1."""
    await append_own(
        connection,
        act=Act.CONNECT,
        kind=Kind.OPENING,
        at=now,
        agency="authority",
        system="hub",
        note=signer.verifier.vkey,
    )


async def _serve(duty: NotaryDuty, stop: asyncio.Event) -> None:
    """Sign heads over one connection until it is lost or `stop` is set."""
    connection = await connect(duty.database, Role.NOTARY, application="lienthong notary")
    try:
        panel = Panel(duty.witnesses, warn=lambda text: _log.warning("a cosignature is missing", reason=text))
        notary = Notary(
            connection,
            signer=duty.signer,
            earlier_keys=duty.earlier_keys,
            predecessors=duty.predecessors,
            memory=duty.memory,
            witnesses=panel,
        )
        await notary.start(adopt=duty.adopt)
        if await connection.fetchval(QUERIES.sql("head")) == 0:
            await open_log(connection, signer=duty.signer, now=time.time_ns() // 1_000)
        published_at = -duty.heartbeat
        while not stop.is_set():
            due = time.monotonic() - published_at >= duty.heartbeat
            signed = await notary.publish_head(heartbeat=due)
            if signed is not None:
                published_at = time.monotonic()
                cosigned = len(signed.note.signatures) - 1
                _log.info("checkpoint", size=signed.checkpoint.size, cosignatures=cosigned)
            await _pause(stop, duty.interval)
    finally:
        connection.terminate()


async def _keep_up(database: Database, stop: asyncio.Event) -> None:
    """Sweep what may be forgotten and make partitions ahead; a failure is told and tried again."""
    partitions_due = 0.0
    while not stop.is_set():
        try:
            connection = await connect(database, Role.NOTARY, application="lienthong upkeep")
            try:
                if time.monotonic() >= partitions_due:
                    await connection.fetchval(QUERIES.sql("make_partitions"), _MONTHS_AHEAD)
                    partitions_due = time.monotonic() + _PARTITION_SECONDS
                await connection.fetchrow(QUERIES.sql("sweep"))
            finally:
                connection.terminate()
        except _LOST as error:
            _log.warning("upkeep of the log failed", reason=str(error) or repr(error))
        await _pause(stop, _SWEEP_SECONDS)


async def _watch_reads(database: Database, watch: ReadWatch, stop: asyncio.Event) -> None:
    """Compare reads with the log over one connection; a failure is told and tried again."""
    while not stop.is_set():
        try:
            connection = await connect(database, Role.NOTARY, application="lienthong reads")
            try:
                while not stop.is_set():
                    await watch.look(connection)
                    await _pause(stop, watch.interval)
            finally:
                connection.terminate()
        except _LOST as error:
            _log.warning("reads are not watched", reason=str(error) or repr(error))
        except Exception as error:  # noqa: BLE001 - the watch must outlive whatever one look met
            _log.error("reads are not watched", kind=type(error).__name__, reason=str(error))
        await _pause(stop, RETRY_SECONDS)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
