"""One database connection per duty, opened when first needed and again after it broke.

A pool would cost more than the query it serves, and would let a slow report hold the connection of the log.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from lienthong_protocol.refusals import Code

_LOST_CLASSES: Final = frozenset({"08", "53", "57", "58"})
"""SQLSTATE classes by which a server says that it is going, or cannot: PostgreSQL manual, appendix A."""


class DatabaseUnavailableError(Exception):
    """The database cannot be reached now; nothing was answered and nothing is half done."""

    code: Code = Code.DATABASE_UNAVAILABLE
    """What the caller is told."""


class LogReadOnlyError(DatabaseUnavailableError):
    """The log is closed since it was set back: nothing can be recorded, so nothing was answered."""

    code = Code.LOG_READ_ONLY


class DedicatedConnection:
    """The connection of one duty. Owned by the one task that runs that duty's batches, or lent by turns."""

    def __init__(
        self, open_connection: Callable[[], Awaitable[asyncpg.Connection]], *, pause: float = 0.25
    ) -> None:
        self._open = open_connection
        self._pause = pause
        self._connection: asyncpg.Connection | None = None
        self._not_before = 0.0
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def borrowed(self, *, deadline: float) -> AsyncIterator[asyncpg.Connection]:
        """Lend the connection to one task at a time, for `deadline` seconds, after which it is cut.

        Raises DatabaseUnavailableError when it cannot be had or breaks under the borrower.
        """
        async with self._turn:
            connection = await self.get()
            timer = asyncio.get_running_loop().call_later(deadline, self.drop)
            try:
                yield connection
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                if not connection.is_closed() and not _is_lost(error):
                    raise
                self.drop()
                raise DatabaseUnavailableError from error
            finally:
                timer.cancel()

    async def get(self) -> asyncpg.Connection:
        """Return the live connection; raises DatabaseUnavailableError, at once while a failure is fresh."""
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            raise DatabaseUnavailableError
        try:
            self._connection = await self._open()
        except Exception as error:
            # Broad: the driver raises many kinds when a server dies, and all mean this.
            self._not_before = loop.time() + self._pause
            raise DatabaseUnavailableError from error
        return self._connection

    def drop(self) -> None:
        """Cut the connection without a word: no cancel request that could be taken for success."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def close(self) -> None:
        """Close the connection in good order."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            await connection.close()


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _LOST_CLASSES
    return isinstance(error, OSError)
