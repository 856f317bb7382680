"""Putting systems into the sandbox's grants and taking them out, as the notary's role, all or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeVar

import asyncpg
import structlog
from msgspec import structs

from lienthong.config import Configuration
from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import (
    GrantDocument,
    GrantFormatError,
    PublicKey,
    decode_document,
    encode_document,
)
from lienthong.core.legal_days import day_of, moment, start_of_day
from lienthong.db import DatabaseUnavailable, Role, connect, locate
from lienthong.exchange.grants import documents_in_force
from lienthong.ledger.append import LogClosed
from lienthong.ledger.custody import grant_key
from lienthong.ledger.grants import GrantOrderError, GrantsBusyError, publish_grants
from lienthong.sandbox.sandbox_grant import KEY_DAYS, OFFICERS, STEWARD, granted, stewards_own, suspended
from lienthong.sandbox_access.messages import Enrolled, Enrolment
from lienthong_protocol.refusals import Code, Refuse

_RENEWED_DAYS: Final = 60
"""A key that ends sooner is enrolled anew, though nothing else changed."""

_CUT_OFF: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_log = structlog.get_logger()

Result = TypeVar("Result")
_Held = Mapping[str, GrantDocument]
_Wanted = Callable[[_Held, datetime], tuple[GrantDocument, ...] | Refuse]
"""What is to be published, each at the revision it has or had, from what is in force."""


@dataclass(slots=True)
class Enrolments:
    """The systems of a sandbox. One task of one process changes them at a time."""

    configuration: Configuration
    clock: Callable[[], int]
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def put(self, system: str, enrolment: Enrolment) -> Enrolled | Refuse:
        """Grant a system exactly what it asks for; the same again changes nothing. Law: R5.2."""
        if system == STEWARD:
            return Refuse(Code.INVALID_VALUE, "this id of a system is taken by the sandbox itself")

        def wanted(held: _Held, today: datetime) -> tuple[GrantDocument, ...] | Refuse:
            before = held.get(system)
            document = granted(
                system, enrolment, since=_since(before, today), environment=self.configuration.environment
            )
            if isinstance(document, Refuse):
                return document
            others = _without_key(held, system, enrolment.key)
            return others if isinstance(others, Refuse) else (*others, document)

        return await self._publish(system, wanted)

    async def remove(self, system: str) -> Enrolled | Refuse:
        """Suspend a system and take its rights; LT107 for one that never was."""

        def wanted(held: _Held, _today: datetime) -> tuple[GrantDocument, ...] | Refuse:
            before = held.get(system)
            if before is None or system == STEWARD:
                return Refuse(Code.NO_SUCH_ROUTE, "no such system")
            return (before if _has_left(before) else suspended(before, now=moment(self.clock())),)

        return await self._publish(system, wanted)

    async def put_steward(self, key: PublicKey) -> Enrolled | Refuse:
        """Grant the steward's own system what it needs to look test persons up."""

        def wanted(held: _Held, today: datetime) -> tuple[GrantDocument, ...]:
            since = _since(held.get(STEWARD), today)
            return (stewards_own(key, since=since, environment=self.configuration.environment),)

        return await self._publish(STEWARD, wanted)

    async def of(self, system: str) -> GrantDocument | Refuse:
        """Return the grant of a system that is in the sandbox; LT107 for any other."""

        async def read(connection: asyncpg.Connection) -> GrantDocument | Refuse:
            held = await _held(connection)
            found = held.get(system)
            if found is None or _has_left(found) or system == STEWARD:
                return Refuse(Code.NO_SUCH_ROUTE, "no such system")
            return found

        return await self._connected(read)

    async def _publish(self, system: str, wanted: _Wanted) -> Enrolled | Refuse:
        async def publish(connection: asyncpg.Connection) -> Enrolled | Refuse:
            now = self.clock()
            held = await _held(connection)
            documents = wanted(held, moment(start_of_day(day_of(now))))
            if isinstance(documents, Refuse):
                return documents
            following = tuple(_following(document, held) for document in documents)
            changed = [document for document in following if document is not held.get(document.system.id)]
            try:
                bodies = [encode_document(document) for document in changed]
                for body in bodies:
                    compile_grant(body)
            except GrantFormatError as error:
                return Refuse(Code.INVALID_VALUE, str(error))
            if bodies:
                await publish_grants(connection, bodies, grant_key(self.configuration.keys), now=now)
            mine = following[-1]
            return Enrolled(system, mine.revision, any(document is mine for document in changed), OFFICERS)

        async with self._lock:
            return await self._connected(publish)

    async def _connected(
        self, act: Callable[[asyncpg.Connection], Awaitable[Result | Refuse]]
    ) -> Result | Refuse:
        """Do something on a connection of its own; a database that is away or goes away is a refusal."""
        try:
            database = locate(**self.configuration.database.place())
            connection = await connect(database, Role.NOTARY, application="lienthong steward")
        except DatabaseUnavailable as error:
            _log.warning("database unavailable", reason=str(error))
            return Refuse(Code.DATABASE_UNAVAILABLE)
        try:
            return await act(connection)
        except LogClosed:
            return Refuse(Code.LOG_READ_ONLY)
        except (GrantOrderError, GrantsBusyError):
            return Refuse(Code.GRANTS_CHANGING)
        except _CUT_OFF as error:
            _log.warning("database cut off", reason=type(error).__name__)
            return Refuse(Code.RECORD_UNCERTAIN)
        finally:
            connection.terminate()


async def _held(connection: asyncpg.Connection) -> dict[str, GrantDocument]:
    documents = await documents_in_force(connection)
    return {system: decode_document(body) for system, body in documents.items()}


def _has_left(document: GrantDocument) -> bool:
    return bool(document.facts.suspensions)


def _since(before: GrantDocument | None, today: datetime) -> datetime:
    """Return from when a grant holds: as before while its key still lasts, so that the same is the same."""
    if before is not None and before.keys:
        since = before.keys[0].valid_from
        if today < since + timedelta(days=KEY_DAYS - _RENEWED_DAYS):
            return since
    return today


def _following(document: GrantDocument, held: _Held) -> GrantDocument:
    """Return the document in force if this one only repeats it, else this one as its next revision."""
    before = held.get(document.system.id)
    if before is None:
        return document
    if structs.replace(document, revision=before.revision) == before:
        return before
    return structs.replace(document, revision=before.revision + 1)


def _without_key(held: _Held, system: str, key: PublicKey) -> tuple[GrantDocument, ...] | Refuse:
    """Return the systems that left and still name a key, without it; refuse a key that another one uses."""
    named = [
        document
        for document in held.values()
        if document.system.id != system and any(entry.jwk == key for entry in document.keys)
    ]
    if any(not _has_left(document) for document in named):
        return Refuse(Code.INVALID_VALUE, "key: another system of this sandbox has this key; make a new one")
    return tuple(structs.replace(document, keys=()) for document in named)
