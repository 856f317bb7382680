"""What every system has used today, counted from the log: quotas, budgets of misses, misses on a person.

A worker counts its own records at once and learns of the other workers' by tailing the log once a second, so
quotas may be overshot by what the others did within that second, never by what this worker did. Law: R8.2.
"""

from collections import OrderedDict
from pathlib import Path

import asyncpg
import msgspec

from lienthong.core.answer import FindingKind
from lienthong.core.budget import DayUsage
from lienthong.core.legal_days import day_of, moment, start_of_day
from lienthong.db import named
from lienthong.gateway.connections import DedicatedConnection
from lienthong.ledger.append import KIND_NUMBERS, OUTCOME_NUMBERS
from lienthong_protocol.record import Kind, Outcome

_QUERIES = named.load(Path(__file__).with_name("queries.sql"))
_PERSON_KINDS = frozenset(
    KIND_NUMBERS[kind] for kind in (Kind.LOOKUP, Kind.VERIFY, Kind.LOOKUP_BATCH, Kind.VERIFY_BATCH)
)
_BATCH_KINDS = frozenset(KIND_NUMBERS[kind] for kind in (Kind.LOOKUP_BATCH, Kind.VERIFY_BATCH))
_MISSED = OUTCOME_NUMBERS[Outcome.MISSED]
_PAGE = 10_000
_LONGEST_START = 120.0
_RETRY_WINDOW = 600 * 1_000_000
_MOST_REMEMBERED = 200_000


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What one call costs its system today; `subjects` are the tags of the persons or numbers missed."""

    purpose: str
    officer: str | None
    persons: int
    misses: int
    is_batch: bool
    subjects: tuple[bytes, ...] = ()


class _Digest(msgspec.Struct):
    request_digest: str | None = None


class UsageBook:
    """The day's usage by system. Owned by one event loop; `now` is in microseconds since the epoch.

    `patience` is how many seconds the database may take to tell what was recorded.
    """

    def __init__(self, connection: DedicatedConnection, *, patience: float = 10.0) -> None:
        self._connection = connection
        self._patience = patience
        self._day = start_of_day(day_of(0))
        self._systems: dict[str, DayUsage] = {}
        self._cursor = -1
        self._own: set[int] = set()
        self._suspended: set[str] = set()
        self._recent: OrderedDict[tuple[str, str], tuple[int, str]] = OrderedDict()

    def of(self, system: str, now: int) -> DayUsage:
        """Return the usage of a system on the Vietnamese day of `now`; a new day starts from nothing."""
        if not self._day <= now < self._day + 86_400_000_000:
            self._day = start_of_day(day_of(now))
            self._systems = {}
        usage = self._systems.get(system)
        if usage is None:
            usage = self._systems[system] = DayUsage(batch_suspended=system in self._suspended)
        return usage

    def suspend_batches(self, system: str, now: int) -> None:
        """Take note that the record of a batch suspended its system, so that the next is refused unread.

        This spares work. What holds is the open finding, which every append of a batch asks for.
        """
        self._suspended.add(system)
        self.of(system, now).batch_suspended = True

    def charge(self, system: str, cost: Charge, now: int) -> None:
        """Count a call when it is judged, so that calls in flight together cannot share one budget."""
        usage = self.of(system, now)
        usage.count(
            purpose=cost.purpose,
            officer=cost.officer,
            calls=1,
            persons=cost.persons,
            misses=cost.misses,
            is_batch=cost.is_batch,
        )
        for subject in cost.subjects:
            usage.count_miss_on(subject)

    def give_back(self, system: str, cost: Charge, now: int) -> None:
        """Undo a charge for which nothing was recorded."""
        usage = self.of(system, now)
        usage.count(
            purpose=cost.purpose,
            officer=cost.officer,
            calls=-1,
            persons=-cost.persons,
            misses=-cost.misses,
            is_batch=cost.is_batch,
        )
        for subject in cost.subjects:
            usage.subjects[subject] = max(0, usage.subjects.get(subject, 0) - 1)

    def is_retry(self, system: str, request_id: str, digest: str, now: int) -> bool:
        """Tell whether this very content was asked under this request id within ten minutes; remember it.

        A retry whose first answer got lost counts once.
        """
        key = (system, request_id)
        seen = self._recent.get(key)
        if seen is not None and seen[1] == digest and now - seen[0] <= _RETRY_WINDOW:
            return True
        self._recent[key] = (now, digest)
        self._recent.move_to_end(key)
        while len(self._recent) > _MOST_REMEMBERED:
            self._recent.popitem(last=False)
        return False

    def own(self, index: int) -> None:
        """Note that the record at `index` was counted by this worker, so that the tail skips it."""
        if index > self._cursor:
            self._own.add(index)

    async def start(self, now: int) -> None:
        """Count what today's log already holds; raises DatabaseUnavailableError."""
        async with self._connection.borrowed(deadline=_LONGEST_START) as connection:
            await self._start(connection, now)

    async def _start(self, connection: asyncpg.Connection, now: int) -> None:
        size = await connection.fetchval(_QUERIES.sql("newest_head"))
        self._day = start_of_day(day_of(now))
        since = moment(self._day)
        systems: dict[str, DayUsage] = {}
        for row in await connection.fetch(_QUERIES.sql("usage_since"), since, size - 1):
            system, purpose, officer, kind, records, persons, misses = row
            if kind in _PERSON_KINDS:
                systems.setdefault(system, DayUsage()).count(
                    purpose=purpose,
                    officer=officer or None,
                    calls=records,
                    persons=persons,
                    misses=misses,
                    is_batch=kind in _BATCH_KINDS,
                )
        for system, tag, misses in await connection.fetch(_QUERIES.sql("misses_since"), since, size - 1):
            systems.setdefault(system, DayUsage()).subjects[bytes(tag)] = misses
        self._systems, self._cursor, self._own = systems, size - 1, set()
        await self._learn_suspensions(connection)

    async def tail(self, now: int) -> None:
        """Count what other workers recorded since the last call; raises DatabaseUnavailableError."""
        while True:
            async with self._connection.borrowed(deadline=self._patience) as connection:
                rows = await connection.fetch(_QUERIES.sql("tail_usage"), self._cursor, _PAGE)
                for row in rows:
                    await self._learn(connection, row, now)
                if len(rows) < _PAGE:
                    await self._learn_suspensions(connection)
                    return

    async def learn_suspensions(self) -> None:
        """Take over which systems' batches are suspended now; raises DatabaseUnavailableError."""
        async with self._connection.borrowed(deadline=self._patience) as connection:
            await self._learn_suspensions(connection)

    async def _learn_suspensions(self, connection: asyncpg.Connection) -> None:
        """Take over which systems have an open finding of too many misses in a batch."""
        rows = await connection.fetch(_QUERIES.sql("open_findings"), FindingKind.BATCH_MISSES.value)
        self._suspended = {row["system"] for row in rows}
        for system, usage in self._systems.items():
            usage.batch_suspended = system in self._suspended

    async def _learn(self, connection: asyncpg.Connection, row: asyncpg.Record, now: int) -> None:
        index, at, system, purpose, officer, kind, request_id, code, persons, misses, tags, outcomes = row
        self._cursor = index
        if index in self._own:
            self._own.discard(index)
            return
        if kind not in _PERSON_KINDS or (code and not code.startswith("LT4")) or moment(self._day) > at:
            return
        if (system, request_id) in self._recent and await self._is_same(connection, row):
            return
        missed = tuple(bytes(tag) for tag, what in zip(tags, outcomes, strict=True) if what == _MISSED)
        cost = Charge(purpose, officer or None, persons, misses, kind in _BATCH_KINDS, missed)
        self.charge(system, cost, now)

    async def _is_same(self, connection: asyncpg.Connection, row: asyncpg.Record) -> bool:
        """Tell whether another worker's record is a retry of one counted here: same id and same content."""
        seen_at, digest = self._recent[row["system"], row["request_id"]]
        found = await connection.fetch(
            _QUERIES.sql("receipts"), row["system"], [row["request_id"]], moment(seen_at - _RETRY_WINDOW)
        )
        return any(
            each["index"] == row["index"]
            and msgspec.json.decode(each["body"], type=_Digest).request_digest == digest
            for each in found
        )
