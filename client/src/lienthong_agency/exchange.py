"""One call from the first signature to its outcome, without sockets, clock or disk.

`exchange` says what to do next and is told what came of it, so that the synchronous and the asynchronous
client share every rule and differ in waiting alone.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final, TypeVar

from lienthong_agency.caller import Caller, Patience
from lienthong_agency.calls import Call
from lienthong_agency.entries import sent_entry
from lienthong_agency.judging import Lost, Passing, Reply, judge
from lienthong_agency.outcomes import Outcome, Unanswered
from lienthong_protocol import base64url
from lienthong_protocol.journal import JournalEntry
from lienthong_protocol.profile import Profile
from lienthong_protocol.record import JSON_TYPE
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.signing import RequestSignature, read_request, sign_request

T = TypeVar("T")

_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Send:
    """Send this request; the reply is a Reply or a Lost."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """Make this entry durable in the journal before going on."""

    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class Wait:
    """Let this many seconds pass."""

    seconds: float


Step = Send | Keep | Wait
Steps = Generator[Step, Reply | Lost | None, Outcome[T]]


def exchange(
    call: Call[T], caller: Caller, *, clock: Callable[[], int], random: Callable[[int], bytes]
) -> Steps[T]:
    """Ask once, and again while it makes sense; return what came of it.

    `clock` gives microseconds since the epoch, `random` as many bytes as asked for. Raises
    SigningError where the call has a value that cannot be signed, an officer's name with accents for example.

    1. Each attempt has a new nonce and time and so a new signature, and the request id of the first: the hub
       counts them as one question, and a replay of an earlier attempt gains nobody anything.
    2. The journal has the attempt before it leaves: a crash after that leaves an entry without an answer, and
       the hub's receipts tell what became of it.
    3. What arrives is verified before it is looked into, and is in the journal before the caller gets it.
    4. A lost connection and "not now" are tried again; a refusal, an answer that is not the hub's, and one
       that cannot be read are not.
    """
    request_id = call.request_id or base64url.encode(random(16))
    patience = caller.patience
    attempt = 0
    while True:
        attempt += 1
        now = clock()
        headers, signature = _sign(call, caller, request_id, nonce=base64url.encode(random(16)), now=now)
        sent = sent_entry(signature, caller=caller, call=call, at=now)
        yield Keep(sent)
        reply = yield Send(call.method, caller.url(call.path), headers, call.body)
        assert reply is not None, "a Send is answered"
        entry, found = judge(reply, call, caller, signature, sent, clock(), attempt)
        yield Keep(entry)
        if not isinstance(found, Passing):
            return found
        too_long = found.retry_after is not None and found.retry_after > patience.longest_wait
        if too_long or attempt == patience.attempts:
            return Unanswered(found.cause, found.detail, request_id, attempt, found.retry_after)
        yield Wait(_pause(found, patience, attempt, random))


def _sign(
    call: Call[T], caller: Caller, request_id: str, *, nonce: str, now: int
) -> tuple[list[tuple[str, str]], RequestSignature]:
    headers = [("lt-request-id", request_id), *call.context.headers()]
    if call.body:
        headers.append(("content-type", JSON_TYPE))
    url = caller.service(call.path) if caller.profile is Profile.LT1 else caller.url(call.path)
    signed = sign_request(
        method=call.method,
        target_uri=url,
        headers=headers,
        body=call.body,
        key=caller.key,
        created=now // _SECOND,
        nonce=nonce,
        profile=caller.profile,
        target=None if caller.profile is Profile.LT1 else caller.service(call.path),
    )
    read = read_request(
        method=call.method, target_uri=url, headers=signed, body=call.body, now=now // _SECOND
    )
    assert not isinstance(read, Refuse), "sign_request has read it already"
    return signed, read


def _pause(found: Passing, patience: Patience, attempt: int, random: Callable[[int], bytes]) -> float:
    """Return how long to wait: as the hub says, otherwise doubling, with a chance part against stampedes."""
    if found.retry_after is not None:
        return float(found.retry_after)
    longest = min(patience.longest_wait, patience.first_wait * 2.0 ** (attempt - 1))
    return longest * (1 + random(1)[0] / 255) / 2
