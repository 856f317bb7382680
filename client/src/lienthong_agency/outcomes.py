"""What can come of a call: an answer, a refusal, or no answer one may use. Values, not exceptions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from lienthong_protocol.problem import Problem
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.response_signing import ResponseFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """The hub's signed answer to this very request, with the receipt of its record."""

    value: T
    receipt: Receipt
    request_id: str
    attempts: int
    notice: str | None = None
    """What will lapse soon, as the hub warns."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The hub refuses; asking again unchanged brings the same.

    `is_proven` is False where the refusal bears no signature, as for a caller who did not prove itself: it
    helps to find the fault, but anyone on the way could have written it.
    """

    problem: Problem
    is_proven: bool
    request_id: str
    attempts: int
    receipt: Receipt | None = None
    notice: str | None = None
    server_time: str | None = None
    """The Date header of an unproven refusal: where the own clock is wrong, it says by how much."""


class Cause(StrEnum):
    """Why there is no answer one may use."""

    LOST = "lost"
    """No whole answer arrived. It may have been recorded: ask for receipts under the same request id."""
    UNAVAILABLE = "unavailable"
    """The hub, or something before it, said it cannot answer now."""
    UNTRUSTED = "untrusted"
    """What arrived is not the hub's answer to this request. Someone on the way must be looked for."""
    UNREADABLE = "unreadable"
    """The hub's signed answer is not of a form this client knows."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer one may use, after all attempts."""

    cause: Cause
    detail: str
    request_id: str
    attempts: int
    retry_after: int | None = None
    """Seconds after which the hub would be asked again."""
    fault: ResponseFault | None = None


Outcome = Answered[T] | Refused | Unanswered
