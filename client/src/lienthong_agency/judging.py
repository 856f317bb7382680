"""What an attempt came to: an answer, a refusal, something not to be used, or nothing final.

Everything is verified before it is looked into. What bears no signature of the hub decides nothing but
whether to try again.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from lienthong_agency.caller import Caller
from lienthong_agency.calls import Call
from lienthong_agency.entries import answered_entry, failed_entry
from lienthong_agency.outcomes import Answered, Cause, Outcome, Refused, Unanswered
from lienthong_protocol.journal import JournalEntry
from lienthong_protocol.problem import CONTENT_TYPE, Problem
from lienthong_protocol.receipt import Receipt, ReceiptFormatError, parse_receipt
from lienthong_protocol.response_signing import (
    FaultKind,
    ResponseFault,
    VerifiedResponse,
    verify_response,
)
from lienthong_protocol.signing import Headers, RequestSignature

T = TypeVar("T")

_UNAVAILABLE: Final = 503
_NOT_WHOLE: Final = frozenset({502, 504})
"""A gateway on the way says that it got no answer: the same as a lost connection."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer as it arrived: header names in lower case, repeats kept."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole answer arrived."""

    reason: str


@dataclass(frozen=True, slots=True)
class Passing:
    """Nothing final: to be tried again, after this many seconds where the hub named a time."""

    cause: Cause
    detail: str
    retry_after: int | None = None


def judge(
    reply: Reply | Lost,
    call: Call[T],
    caller: Caller,
    signature: RequestSignature,
    sent: JournalEntry,
    now: int,
    attempt: int,
) -> tuple[JournalEntry, Outcome[T] | Passing]:
    """Return the journal entry about a reply, and what it comes to."""
    if isinstance(reply, Lost):
        return failed_entry(sent, at=now, note=f"lost: {reply.reason}"), Passing(Cause.LOST, reply.reason)
    verified = verify_response(
        request=signature,
        status=reply.status,
        headers=reply.headers,
        body=reply.body,
        keys=caller.hub_keys.response,
    )
    if isinstance(verified, ResponseFault):
        note = f"{verified.kind}: {verified.detail}"
        found = _judge_unproven(reply, verified, signature.request_id, attempt)
        if isinstance(found, Refused):
            note = f"unsigned {found.problem.code}"
        return failed_entry(sent, at=now, note=note, status=reply.status), found
    return _judge_proven(verified, reply, call, sent, now, attempt)


def _judge_unproven(
    reply: Reply, fault: ResponseFault, request_id: str, attempt: int
) -> Refused | Unanswered | Passing:
    if fault.kind is FaultKind.UNSIGNED:
        if reply.status == _UNAVAILABLE:
            return Passing(Cause.UNAVAILABLE, "503 without a signature", _retry_after(reply.headers))
        if reply.status in _NOT_WHOLE:
            return Passing(Cause.LOST, f"{reply.status} from a gateway on the way")
        problem = _problem(_header(reply.headers, "content-type") or "", reply.body)
        if reply.status >= 400 and problem is not None:
            date = _header(reply.headers, "date")
            return Refused(
                problem, is_proven=False, request_id=request_id, attempts=attempt, server_time=date
            )
    return Unanswered(
        Cause.UNTRUSTED,
        f"status {reply.status}: {fault.kind} {fault.detail}".strip(),
        request_id,
        attempt,
        fault=fault,
    )


def _judge_proven(
    verified: VerifiedResponse, reply: Reply, call: Call[T], sent: JournalEntry, now: int, attempt: int
) -> tuple[JournalEntry, Outcome[T] | Passing]:
    request_id = sent.request_id
    receipt: Receipt | None = None
    try:
        if verified.receipt is not None:
            receipt = parse_receipt(verified.receipt)
    except ReceiptFormatError:
        note = "the receipt cannot be read"
        return (
            failed_entry(sent, at=now, note=note, status=verified.status),
            Unanswered(Cause.UNREADABLE, note, request_id, attempt),
        )
    if verified.status == 200 and receipt is not None:
        entry = answered_entry(sent, verified, at=now, code=None)
        try:
            value = msgspec.json.decode(verified.body, type=call.answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return entry, Unanswered(Cause.UNREADABLE, str(error), request_id, attempt)
        return entry, Answered(value, receipt, request_id, attempt, verified.notice)
    problem = _problem(verified.content_type, verified.body)
    entry = answered_entry(sent, verified, at=now, code=None if problem is None else problem.code)
    if problem is None or verified.status < 400:
        detail = f"status {verified.status} is neither an answer with a receipt nor a refusal"
        return entry, Unanswered(Cause.UNREADABLE, detail, request_id, attempt)
    if verified.status == _UNAVAILABLE:
        return entry, Passing(Cause.UNAVAILABLE, problem.code, _retry_after(reply.headers))
    return entry, Refused(
        problem,
        is_proven=True,
        request_id=request_id,
        attempts=attempt,
        receipt=receipt,
        notice=verified.notice,
    )


def _retry_after(headers: Headers) -> int | None:
    """Return Retry-After in seconds; the form with a date is not used by the hub and is ignored."""
    value = _header(headers, "retry-after")
    if value is None or not (value.isascii() and value.isdecimal()) or len(value) > 9:
        return None
    return int(value)


def _header(headers: Headers, wanted: str) -> str | None:
    return next((value for name, value in headers if name == wanted), None)


def _problem(content_type: str, body: bytes) -> Problem | None:
    if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        return None
    try:
        return msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
