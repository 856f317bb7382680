"""One worker of the gateway: its keys, its grants, its queues, and the work it does beside requests.

Everything here is owned by the worker's one event loop. A database that is down never stops the worker: it
answers 503 and tries again.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import msgspec
import structlog

from lienthong.config import Configuration
from lienthong.core.answer import FindingKind
from lienthong.core.decision import Plan
from lienthong.core.evidence import Evidence
from lienthong.core.grant import SystemGrant
from lienthong.db import Role, connect, locate
from lienthong.exchange.grants import GrantBook
from lienthong.gateway import observations
from lienthong.gateway.background import BackgroundWork
from lienthong.gateway.coalescing import Coalescer
from lienthong.gateway.composing import Call, Composer, Verdict
from lienthong.gateway.connections import DatabaseUnavailableError, DedicatedConnection
from lienthong.gateway.limits import Buckets, SystemBuckets
from lienthong.gateway.messages import Message, Response, unsigned_problem
from lienthong.gateway.observations import Observation, Observer
from lienthong.gateway.recording import Recorder
from lienthong.gateway.routes import route
from lienthong.gateway.standing import Standing
from lienthong.gateway.usage import UsageBook
from lienthong.ledger.custody import (
    PublicKey,
    SaltKeys,
    TagKeys,
    Use,
    public_keys,
    response_key,
    successions,
)
from lienthong.ledger.prove import Prover
from lienthong.register.reader import Lookup, read
from lienthong_protocol.keys import VerifyingKey, verifying_key_from_jwk
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner

MOST_READ: Final = 256


def grant_signers(keys: Sequence[PublicKey]) -> dict[str, VerifyingKey]:
    """Return the keys that grants are signed with, living and past, by key id."""
    return {
        key.id: verifying_key_from_jwk(msgspec.json.decode(key.key)) for key in keys if key.use is Use.GRANT
    }


class Hub:
    """The state of one worker process."""

    def __init__(self, configuration: Configuration, observer: Observer) -> None:
        settings = configuration.gateway
        database = locate(**configuration.database.place())
        patience = settings.read_deadline + settings.record_deadline
        dedicated = partial(DedicatedConnection, partial(connect, database, Role.GATEWAY, timeout=patience))
        self.configuration = configuration
        self.environment = configuration.environment
        self.origin = settings.public_origin
        self.observer = observer
        self.composer = Composer(
            salts=SaltKeys(configuration.keys),
            tags=TagKeys(configuration.keys),
            signer=ResponseSigner(response_key(configuration.keys)),
        )
        self.public_keys = public_keys(configuration.keys)
        self.successions = successions(configuration.keys)
        self.grants = GrantBook(grant_signers(self.public_keys), configuration.environment)
        self.failures = Buckets(
            rate=settings.failed_signatures_per_minute / 60, burst=settings.failed_signatures_per_minute
        )
        self.open_requests = Buckets(
            rate=settings.open_requests_per_minute / 60, burst=settings.open_requests_per_minute
        )
        self.systems = SystemBuckets()
        self.affairs = dedicated()
        self.prover = Prover()
        self.usage = UsageBook(dedicated(), patience=patience)
        self.reader = self._reader(dedicated(), limit=settings.queue_limit)
        self.batch_reader = Coalescer(self._batch_read(dedicated()), most=1, limit=64)
        self.recorder = self._recorder(dedicated(), limit=settings.queue_limit)
        self.batch_recorder = self._recorder(dedicated(), limit=64, of_batches=True)
        self.background = BackgroundWork(self, dedicated())
        # Both until shown otherwise: what could not be asked yet is not known to be in order.
        self.standing = Standing(Code.DATABASE_UNAVAILABLE, Code.CLOCK_UNSYNCHRONISED)
        self.has_database = False
        """Whether the database answered when it was last asked, about once a second."""

    @classmethod
    async def open(cls, configuration: Configuration) -> "Hub":
        """Return a worker that is ready, or still waiting for its database and refusing until then."""
        hub = cls(configuration, Observer())
        await hub.background.start()
        return hub

    async def close(self) -> None:
        """Refuse what comes now, finish what is in flight, close."""
        self.standing.set(Code.DRAINING, holds=True)
        await self.recorder.drained()
        await self.batch_recorder.drained()
        await self.background.stop()

    @property
    def refusing(self) -> Code | None:
        """Why no request is taken now, None if they are."""
        return self.standing.refusing

    def now(self) -> int:
        """Return microseconds since the epoch."""
        return time.time_ns() // 1_000

    def see(self, event: Observation) -> None:
        """Report an event."""
        self.observer.see(event)

    async def handle(self, message: Message) -> Response:
        """Return the response to one request; a defect leaves as LT599 without its detail."""
        try:
            return await route(self, message)
        except DatabaseUnavailableError as error:
            return self.turn_away(Refuse(error.code))
        except Exception as error:  # noqa: BLE001 - a defect in one request must not end the worker
            incident = secrets.token_hex(8)
            structlog.get_logger("lienthong.gateway").error(
                "defect", incident=incident, kind=type(error).__name__, exc_info=error
            )
            self.see(observations.Defect(incident, type(error).__name__))
            return unsigned_problem(Refuse(Code.INTERNAL), incident=incident)

    def turn_away(
        self, refusal: Refuse, *, key_id: str | None = None, message: Message | None = None
    ) -> Response:
        """Return the short, unsigned refusal of a caller who proved nothing: counted, not recorded."""
        self.see(observations.Unproven(refusal.code))
        if key_id is not None and message is not None:
            self.background.note_attempt(key_id, message, refusal, self.now())
        return unsigned_problem(refusal)

    def admits(self, grant: SystemGrant, *, first: bool) -> bool:
        """Take a token of the system's bucket; a call that is decided again has paid already."""
        rate = grant.rate
        return not first or self.systems.take(
            grant.system_id, rate=rate.per_second, burst=rate.burst, now=time.monotonic()
        )

    def admits_refusal(self, grant: SystemGrant) -> bool:
        """Take a token of the quarter of the bucket that refusals may use."""
        rate = grant.rate
        return self.systems.take_refusal(
            grant.system_id, rate=rate.per_second, burst=rate.burst, now=time.monotonic()
        )

    def summarise(self, call: Call, grant: SystemGrant, code: Code) -> Response:
        """Refuse a proven caller who is too fast; one summary a minute goes into the log for all of these."""
        self.background.summaries.add(call, grant, code, self.now())
        return self.unrecorded(call, code)

    def unrecorded(self, call: Call, code: Code) -> Response:
        """Return the signed refusal of a call that could not be recorded for itself."""
        self.see(observations.Unproven(code))
        return self.composer.respond_unrecorded(call.caller, code, now=self.now())

    def recorded(self, call: Call, grant: SystemGrant, verdict: Verdict, index: int) -> None:
        """Take note that the record of a call is durable at `index`."""
        if verdict.charge is not None:
            self.usage.own(index)
        if verdict.suspends_batches:
            self.usage.suspend_batches(grant.system_id, self.now())
            self.see(observations.BatchesSuspended(grant.system_id))
        duration = self.now() - call.started
        if verdict.code:
            self.see(observations.Refused(grant.system_id, call.kind, verdict.code, duration))
        else:
            self.see(observations.Answered(grant.system_id, call.kind, duration))

    def give_back(self, grant: SystemGrant, verdict: Verdict) -> None:
        """Return what a verdict was charged, because nothing was recorded for it."""
        if verdict.charge is not None:
            self.usage.give_back(grant.system_id, verdict.charge, self.now())

    def note(self, plan: Plan, findings: Sequence[FindingKind]) -> None:
        """Put before a person what the rules found; the answer does not wait for it."""
        for kind in findings:
            self.background.note_finding(plan, kind, self.now())
            if kind is FindingKind.PROTECTED_ASKED:
                self.see(observations.ProtectedAsked(plan.grant.system_id))

    async def catch_up(self, *, of_batch: bool) -> None:
        """Load the grants, of a batch also the suspensions, that moved; raises DatabaseUnavailableError."""
        await self.background.refresh_grants()
        if of_batch:
            await self.usage.learn_suspensions()

    def _reader(self, connection: DedicatedConnection, *, limit: int) -> "Coalescer[Lookup, Evidence | None]":
        async def run(lookups: list[Lookup]) -> Sequence[Evidence | None]:
            return await self._read(connection, lookups)

        return Coalescer(run, most=MOST_READ, limit=limit)

    def _batch_read(
        self, connection: DedicatedConnection
    ) -> Callable[[list[list[Lookup]]], Awaitable[Sequence[Sequence[Evidence | None]]]]:
        async def run(batches: list[list[Lookup]]) -> Sequence[Sequence[Evidence | None]]:
            return [await self._read(connection, lookups) for lookups in batches]

        return run

    async def _read(
        self, connection: DedicatedConnection, lookups: Sequence[Lookup]
    ) -> Sequence[Evidence | None]:
        """Read under a deadline that cuts the connection: a hanging read would hold everyone behind it."""
        open_connection = await connection.get()
        deadline = self.configuration.gateway.read_deadline
        timer = asyncio.get_running_loop().call_later(deadline, connection.drop)
        try:
            found = await read(open_connection, lookups)
        except Exception as error:
            # Broad: whatever the driver raises when a server dies, this connection is not used again.
            connection.drop()
            raise DatabaseUnavailableError from error
        finally:
            timer.cancel()
        self.see(observations.BatchRead(sum(each is not None for each in found)))
        return found

    def _recorder(self, connection: DedicatedConnection, *, limit: int, of_batches: bool = False) -> Recorder:
        return Recorder(
            connection,
            current_version=lambda: self.grants.version,
            see=self.see,
            deadline=self.configuration.gateway.record_deadline,
            limit=limit,
            of_batches=of_batches,
        )
