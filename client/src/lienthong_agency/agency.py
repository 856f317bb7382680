"""The two clients of an agency: one that blocks, one for asyncio. Both follow exchange.py step by step.

    with Journal(path) as journal, Agency(caller, journal) as agency:
        outcome = agency.ask(lookup(person, ["sex"], context=Context(purpose="patient-identification")))

Nothing is asked without a journal: whoever is connected keeps one. Law: R6.1.
"""

import asyncio
import secrets
import time
from types import TracebackType
from typing import TypeVar, assert_never

import httpx

from lienthong_agency.caller import Caller, is_safe_origin
from lienthong_agency.calls import Call
from lienthong_agency.exchange import Keep, Send, Steps, Wait, exchange
from lienthong_agency.journal import Journal
from lienthong_agency.judging import Lost, Reply
from lienthong_agency.outcomes import Outcome
from lienthong_agency.transport import Transport, opened, send, send_async

T = TypeVar("T")


class Agency:
    """A system's blocking client. One may be shared by threads; raises ValueError for an unsafe address."""

    def __init__(self, caller: Caller, journal: Journal, transport: Transport | None = None) -> None:
        _check_addresses(caller)
        self.caller = caller
        self.journal = journal
        self._http = httpx.Client(**(transport or Transport()).arguments())

    def __enter__(self) -> "Agency":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections. The journal stays open: it is the caller's."""
        self._http.close()

    def ask(self, call: Call[T]) -> Outcome[T]:
        """Ask, again while it makes sense, and return what came of it.

        Raises SigningError where the call has a value that cannot be signed, JournalError where the journal
        cannot be written: then nothing was sent, or what arrived is withheld.
        """
        steps: Steps[T] = exchange(call, self.caller, clock=_clock, random=secrets.token_bytes)
        reply: Reply | Lost | None = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as done:
                outcome: Outcome[T] = done.value
                return outcome
            reply = None
            match step:
                case Send():
                    reply = send(self._http, step)
                case Keep(entry):
                    self.journal.append(entry)
                case Wait(seconds):
                    time.sleep(seconds)
                case _:
                    assert_never(step)

    def open(self, path: str) -> bytes:
        """Return what stands open to everybody at a path of the hub; raises OpenRequestError."""
        return opened(path, send(self._http, Send("GET", self.caller.hub + path, [], b"")))


class AsyncAgency:
    """A system's client for asyncio; the journal is written in threads. Raises ValueError as Agency does."""

    def __init__(self, caller: Caller, journal: Journal, transport: Transport | None = None) -> None:
        _check_addresses(caller)
        self.caller = caller
        self.journal = journal
        self._http = httpx.AsyncClient(**(transport or Transport()).arguments())

    async def __aenter__(self) -> "AsyncAgency":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections. The journal stays open: it is the caller's."""
        await self._http.aclose()

    async def ask(self, call: Call[T]) -> Outcome[T]:
        """Ask, again while it makes sense, and return what came of it; raises as Agency.ask does."""
        steps: Steps[T] = exchange(call, self.caller, clock=_clock, random=secrets.token_bytes)
        reply: Reply | Lost | None = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as done:
                outcome: Outcome[T] = done.value
                return outcome
            reply = None
            match step:
                case Send():
                    reply = await send_async(self._http, step)
                case Keep(entry):
                    await asyncio.to_thread(self.journal.append, entry)
                case Wait(seconds):
                    await asyncio.sleep(seconds)
                case _:
                    assert_never(step)

    async def open(self, path: str) -> bytes:
        """Return what stands open to everybody at a path of the hub; raises OpenRequestError."""
        return opened(path, await send_async(self._http, Send("GET", self.caller.hub + path, [], b"")))


def _clock() -> int:
    return time.time_ns() // 1_000


def _check_addresses(caller: Caller) -> None:
    for address in (caller.hub, caller.platform or caller.hub):
        if not is_safe_origin(address):
            raise ValueError(f"{address}: https is wanted, or http on this machine alone")
