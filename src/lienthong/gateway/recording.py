"""Making records durable: the only way an answer gets permission to leave.

Each worker has one append in flight. An answer waits for the append of its own record; when the outcome is
not known for certain, nobody of that batch is answered.
"""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg
import msgspec

from lienthong.gateway.coalescing import Coalescer
from lienthong.gateway.connections import (
    DatabaseUnavailableError,
    DedicatedConnection,
    LogReadOnlyError,
)
from lienthong.gateway.observations import BatchRecorded, Observation, RecordUncertain
from lienthong.ledger.append import (
    AppendRefused,
    AppendUncertain,
    Entry,
    LogClosed,
    Placed,
    Replayed,
    Stale,
    append,
    append_batch,
    recover,
)

MOST_LEAVES = 512


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A record ready to be appended, and the version of the grants it was decided under."""

    entry: Entry
    grant_version: int


class RecordUncertainError(Exception):
    """It is not known whether the record is durable: no answer may be given."""


class Recorder:
    """A queue of the worker into the log; that of batches of persons appends them one at a time."""

    def __init__(
        self,
        connection: DedicatedConnection,
        *,
        current_version: Callable[[], int],
        see: Callable[[Observation], None],
        deadline: float,
        limit: int,
        of_batches: bool = False,
    ) -> None:
        self._connection = connection
        self._of_batches = of_batches
        self._current_version = current_version
        self._see = see
        self._deadline = deadline
        self._queue: Coalescer[Draft, Placed | Replayed | Stale] = Coalescer(
            self._append,
            most=1 if of_batches else MOST_LEAVES,
            limit=limit,
            weigh=lambda draft: 1 + len(draft.entry.lines),
        )

    def submit(self, draft: Draft) -> asyncio.Future[Placed | Replayed | Stale]:
        """Queue a record; the future raises RecordUncertainError or DatabaseUnavailableError."""
        return self._queue.submit(draft)

    async def drained(self) -> None:
        """Return once every record given to this queue has its outcome."""
        await self._queue.drained()

    async def _append(self, drafts: list[Draft]) -> Sequence[Placed | Replayed | Stale]:
        """Append one batch.

        1. Drafts decided under grants this worker no longer holds go back: a revocation already seen costs
           nobody a round trip.
        2. The rest is appended under the version held; the database compares it again in the same
           transaction, so a revocation committed a moment ago is obeyed although no notice of it arrived; and
           so it does with the suspension of batches.
        3. A deadline cuts the connection. It sends no cancel request: a cancelled wait for a standby would be
           reported as success.
        4. An unknown outcome is asked after on a new connection. Found: the answers may leave. Not found does
           not mean rolled back, so nobody is answered.
        """
        version = self._current_version()
        fresh = [draft.entry for draft in drafts if draft.grant_version == version]
        if not fresh:
            return [Stale()] * len(drafts)
        connection = await self._connection.get()
        timer = asyncio.get_running_loop().call_later(self._deadline, self._connection.drop)
        try:
            found = await self._write(connection, fresh, version)
        except AppendUncertain as error:
            self._connection.drop()
            found = await self._ask_after(fresh, str(error))
        except LogClosed as error:
            raise LogReadOnlyError(str(error)) from error
        except AppendRefused as error:
            raise DatabaseUnavailableError(str(error)) from error
        finally:
            timer.cancel()
        if isinstance(found, Stale):
            return [found] * len(drafts)
        self._see(BatchRecorded(len(fresh), sum(len(entry.lines) for entry in fresh)))
        outcomes = iter(found)
        return [next(outcomes) if draft.grant_version == version else Stale() for draft in drafts]

    async def _write(
        self, connection: asyncpg.Connection, entries: Sequence[Entry], version: int
    ) -> Stale | tuple[Placed | Replayed, ...]:
        if not self._of_batches:
            return await append(connection, entries, grant_version=version)
        (entry,) = entries
        found = await append_batch(connection, entry, grant_version=version)
        return found if isinstance(found, Stale) else (found,)

    async def _ask_after(self, entries: Sequence[Entry], reason: str) -> tuple[Placed | Replayed, ...]:
        """Ask for a deadline's time; a database that hangs must not hold up whoever comes after these."""
        try:
            async with asyncio.timeout(self._deadline):
                found = await self._found_again(entries)
        except TimeoutError:
            self._connection.drop()
            found = None
        if found is not None:
            return found
        self._see(RecordUncertain(len(entries), reason))
        raise RecordUncertainError(reason)

    async def _found_again(self, entries: Sequence[Entry]) -> tuple[Placed | Replayed, ...] | None:
        while True:
            try:
                return await recover(await self._connection.get(), entries)
            except (DatabaseUnavailableError, AppendUncertain):
                self._connection.drop()
                await asyncio.sleep(0.05)
