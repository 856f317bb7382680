"""What a worker does beside requests: follow the grants, count the log, watch the disk, write notes.

Nothing here is waited for by an answer, except the reload of grants that moved under it. Every loop survives
a database that goes away.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from lienthong.core.answer import FindingKind
from lienthong.core.clock import ClockReading, ClockState, judge_clock
from lienthong.core.decision import Plan
from lienthong.core.grant import SystemGrant
from lienthong.core.legal_days import moment
from lienthong.db import named
from lienthong.gateway.composing import Call
from lienthong.gateway.connections import DatabaseUnavailableError, DedicatedConnection
from lienthong.gateway.disk import disk_state
from lienthong.gateway.kernel_clock import kernel_is_synchronised
from lienthong.gateway.messages import Message
from lienthong.gateway.observations import (
    ClockCompared,
    ClockUnsynchronised,
    DiskLow,
    GrantRejected,
    GrantsLoaded,
    LogOpened,
    LogReadOnly,
)
from lienthong.gateway.recording import Draft
from lienthong.ledger.append import Entry, Stale
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from lienthong.gateway.hub import Hub

_QUERIES = named.load(Path(__file__).with_name("queries.sql"))
_MOST_WAITING: Final = 1_000
_MINUTE: Final = 60.0
_NOTE_DEADLINE: Final = 10.0
CHANNEL: Final = "exchange_grant"


@dataclass(slots=True)
class _Summary:
    grant: SystemGrant
    key_id: str
    count: int
    first: int
    last: int


class Summaries:
    """Refusals that are counted and not recorded one by one: per system and code, written once a minute."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, Code], _Summary] = {}

    def add(self, call: Call, grant: SystemGrant, code: Code, now: int) -> None:
        """Count one refusal."""
        found = self._open.get((grant.system_id, code))
        if found is None:
            key_id = call.caller.signature.key_id
            self._open[grant.system_id, code] = _Summary(grant, key_id, 1, now, now)
        else:
            found.count += 1
            found.last = now

    def next(self, now: int) -> tuple[tuple[str, Code], Entry] | None:
        """Return the record of one system and code with what it is known by, None if nothing was counted."""
        for known_by, found in self._open.items():
            return known_by, _summary_entry(known_by[1], found, now)
        return None

    def written(self, known_by: tuple[str, Code], entry: Entry) -> None:
        """Forget what a durable record holds; what was counted meanwhile stays for the next."""
        found = self._open.pop(known_by)
        more = found.count - (entry.record.count or 0)
        if more:
            first = entry.record.last or found.last
            self._open[known_by] = _Summary(found.grant, found.key_id, more, first, found.last)


def _summary_entry(code: Code, found: _Summary, now: int) -> Entry:
    record = Record(
        act=Act.EXPLOIT,
        kind=Kind.REFUSAL_SUMMARY,
        at=now,
        agency=found.grant.agency_id,
        system=found.grant.system_id,
        key=found.key_id,
        proof=Proof.MESSAGE,
        profile="",
        channel=found.grant.channel,
        grant=found.grant.document_hash,
        lines=0,
        code=code,
        duration=0,
        count=found.count,
        first=found.first,
        last=found.last,
    )
    return Entry(record, encode_record(record))


class BackgroundWork:
    """The loops of one worker. Owned by its event loop."""

    def __init__(self, hub: "Hub", grants: DedicatedConnection) -> None:
        self._hub = hub
        self._grants = grants
        self._reload = asyncio.Lock()
        self._moved = asyncio.Event()
        self._listening: object | None = None
        self._attempts: deque[tuple[object, ...]] = deque(maxlen=_MOST_WAITING)
        self._findings: deque[tuple[object, ...]] = deque(maxlen=_MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._clock: ClockState | None = None
        self.summaries = Summaries()

    async def start(self) -> None:
        """Load grants and usage if the database is there, then keep the loops running."""
        with contextlib.suppress(DatabaseUnavailableError):
            await self._make_ready()
        loops = (
            (self._follow_grants, 1.0),
            (self._count, 1.0),
            (self._watch_log, 1.0),
            (self._watch_clock, self._hub.configuration.clock.interval),
            (self._watch_disk, self._hub.configuration.disk.interval),
            (self._write_notes, 0.5),
            (self._write_summaries, _MINUTE),
        )
        self._tasks = [asyncio.create_task(self._repeat(work, pause)) for work, pause in loops]

    async def stop(self) -> None:
        """End the loops; what is counted and not yet written is written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(DatabaseUnavailableError):
            await self._write_summaries()
            await self._write_notes()
        await self._grants.close()

    async def refresh_grants(self) -> None:
        """Load what was published since; whoever waits for the same reload shares it."""
        before = self._hub.grants.version
        async with self._reload:
            if self._hub.grants.version == before:
                await self._load_grants()

    def note_attempt(self, key_id: str, message: Message, refusal: Refuse, now: int) -> None:
        """Keep a failed attempt of a known key for its owner; of too many waiting the oldest gives way."""
        self._attempts.append(
            (key_id, moment(now), message.address, message.path, refusal.code, refusal.detail)
        )

    def note_finding(self, plan: Plan, kind: FindingKind, now: int) -> None:
        """Open a finding for a person to look at; no flood of bad signatures can push it out."""
        grant, officer = plan.grant, plan.request.officer or ""
        self._findings.append((moment(now), kind.value, grant.agency_id, grant.system_id, officer, None, ""))

    async def _repeat(self, work: Callable[[], Awaitable[None]], pause: float) -> None:
        while True:
            try:
                await work()
            except DatabaseUnavailableError:
                pass
            except Exception as error:  # noqa: BLE001 - the loop must survive whatever one round met
                structlog.get_logger("lienthong.gateway").warning(
                    "background work failed", work=work.__name__, kind=type(error).__name__, reason=str(error)
                )
            if work == self._follow_grants:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), pause)
                self._moved.clear()
            else:
                await asyncio.sleep(pause)

    async def _make_ready(self) -> None:
        await self._load_grants()
        await self._hub.usage.start(self._hub.now())
        await self._watch_clock()
        await self._watch_log()
        self._hub.standing.set(Code.DATABASE_UNAVAILABLE, holds=False)

    async def _load_grants(self) -> None:
        hub = self._hub
        connection = await self._grants.get()
        deadline = hub.configuration.gateway.read_deadline
        timer = asyncio.get_running_loop().call_later(deadline, self._grants.drop)
        try:
            if self._listening is not connection:
                await connection.add_listener(CHANNEL, lambda *_: self._moved.set())
                self._listening = connection
            before = hub.grants.version
            refreshed = await hub.grants.refresh(connection)
        except Exception as error:
            # Broad: whatever the driver raises when a server dies, this connection is not used again.
            self._grants.drop()
            raise DatabaseUnavailableError from error
        finally:
            timer.cancel()
        for each in refreshed.rejected:
            hub.see(GrantRejected(each.system, each.revision, each.reason))
        if hub.grants.version != before:
            hub.see(GrantsLoaded(refreshed.version, refreshed.systems))

    async def _follow_grants(self) -> None:
        """Load what was published; whether that could be asked at all is what the worker says of itself."""
        hub = self._hub
        try:
            if hub.standing.holds(Code.DATABASE_UNAVAILABLE):
                await self._make_ready()
            else:
                await self.refresh_grants()
        except DatabaseUnavailableError:
            hub.has_database = False
            raise
        hub.has_database = True

    async def _count(self) -> None:
        if not self._hub.standing.holds(Code.DATABASE_UNAVAILABLE):
            await self._hub.usage.tail(self._hub.now())

    async def _watch_disk(self) -> None:
        settings, hub = self._hub.configuration.disk, self._hub
        if settings.path is None:
            return
        state = disk_state(settings.path)
        is_low = state.is_low(least_bytes=settings.least_free_bytes, least_share=settings.least_free_share)
        if hub.standing.set(Code.LOW_DISK, holds=is_low) and is_low:
            hub.see(DiskLow(state.free))

    async def _watch_log(self) -> None:
        """Say early what the database would say at every append: that the log is closed."""
        hub = self._hub
        async with hub.affairs.borrowed(deadline=hub.configuration.gateway.read_deadline) as connection:
            closed = await connection.fetchrow(_QUERIES.sql("closed"))
        is_new = hub.standing.set(Code.LOG_READ_ONLY, holds=closed is not None)
        if closed is None:
            hub.see(LogOpened())
        elif is_new:
            hub.see(LogReadOnly(closed["cause"], closed["size"]))

    async def _watch_clock(self) -> None:
        """Compare the own clock with the database's; a comparison that cannot tell changes nothing."""
        settings, hub = self._hub.configuration.clock, self._hub
        kernel = kernel_is_synchronised() if settings.kernel else None
        async with hub.affairs.borrowed(deadline=hub.configuration.gateway.read_deadline) as connection:
            before = hub.now()
            other = await connection.fetchval(_QUERIES.sql("clock"))
            reading = ClockReading(before, other, hub.now(), kernel)
        verdict = judge_clock(
            reading, tolerance=round(settings.tolerance * 1e6), kernel_required=settings.kernel
        )
        if verdict.state is ClockState.UNSURE:
            return
        hub.see(ClockCompared(verdict.offset))
        is_wrong = verdict.state is not ClockState.TRUSTED
        hub.standing.set(Code.CLOCK_UNSYNCHRONISED, holds=is_wrong)
        if is_wrong and verdict.state is not self._clock:
            hub.see(ClockUnsynchronised(verdict.state, verdict.offset))
        self._clock = verdict.state

    async def _write_notes(self) -> None:
        await self._write("note_finding", self._findings)
        await self._write("note_attempt", self._attempts)

    async def _write(self, name: str, notes: deque[tuple[object, ...]]) -> None:
        """Write notes in their order; one that is lost with the database stays, one it refuses goes."""
        while notes:
            note = notes[0]
            try:
                async with self._hub.affairs.borrowed(deadline=_NOTE_DEADLINE) as connection:
                    await connection.execute(_QUERIES.sql(name), *note)
            except DatabaseUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad note must not hold up all that follow
                structlog.get_logger("lienthong.gateway").warning(
                    "note refused", note=name, kind=type(error).__name__
                )
            if notes and notes[0] is note:
                notes.popleft()

    async def _write_summaries(self) -> None:
        """Write what was counted; a summary that is not durable for certain is counted on."""
        while (found := self.summaries.next(self._hub.now())) is not None:
            known_by, entry = found
            outcome = await self._hub.recorder.submit(Draft(entry, self._hub.grants.version))
            if isinstance(outcome, Stale):
                await self.refresh_grants()
            else:
                self.summaries.written(known_by, entry)
