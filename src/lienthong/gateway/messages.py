"""A request and a response as the gateway's own code sees them: no server, no sockets."""

from typing import Final

import msgspec

from lienthong_protocol.problem import CONTENT_TYPE, encode_problem, problem_document
from lienthong_protocol.refusals import Code, Refuse

JSON: Final = "application/json"


class Message(msgspec.Struct, frozen=True, gc=False):
    """One request: header names in lower case, in wire order, repeats kept; the path without its query."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    address: str

    @property
    def target(self) -> str:
        """The request target after the origin."""
        return f"{self.path}?{self.query}" if self.query else self.path


class Response(msgspec.Struct, frozen=True, gc=False):
    """One response, ready to be sent."""

    status: int
    body: bytes
    headers: list[tuple[str, str]] = msgspec.field(default_factory=list)


_RETRY_AFTER: Final = {
    Code.OVERLOADED: 1,
    Code.DATABASE_UNAVAILABLE: 2,
    Code.RECORD_UNCERTAIN: 2,
    Code.LOW_DISK: 60,
    Code.DRAINING: 1,
    Code.CLOCK_UNSYNCHRONISED: 30,
    Code.GRANTS_CHANGING: 1,
    Code.LOG_READ_ONLY: 60,
    Code.RATE_LIMITED: 1,
    Code.TOO_MANY_FAILURES: 60,
}
"""Seconds a caller should wait before trying again, for the refusals that pass by themselves."""


def retry_headers(code: Code) -> list[tuple[str, str]]:
    """Return the Retry-After header of a passing refusal, in seconds, or nothing."""
    seconds = _RETRY_AFTER.get(code)
    return [] if seconds is None else [("retry-after", str(seconds))]


def unsigned_problem(refusal: Refuse, *, incident: str | None = None) -> Response:
    """Return the short, unsigned problem document for a caller who has proved nothing."""
    problem = problem_document(refusal, incident=incident)
    headers = [("content-type", CONTENT_TYPE), ("cache-control", "no-store"), *retry_headers(refusal.code)]
    return Response(problem.status, encode_problem(problem), headers)
