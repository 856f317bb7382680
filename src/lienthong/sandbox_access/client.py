"""The control plane's client of a sandbox's steward: every request signed, every answer proven or not used.

Nothing is tried again here: a job that gets SandboxUnavailable runs later, and all but opening a run may be
asked again without harm.
"""

import secrets
import time
from types import TracebackType
from typing import Final, TypeVar

import httpx
import msgspec

from lienthong.config import ConfigurationError, SandboxAccessSettings
from lienthong.core.known_persons import PersonsSheet
from lienthong.sandbox_access.messages import Enrolled, Enrolment, RunStanding, SystemRuns
from lienthong.sandbox_access.report import ConformanceReport, verify_report
from lienthong_agency.caller import is_safe_origin
from lienthong_agency.exchange import Send
from lienthong_agency.hub_keys import HubKeys, HubKeysError, read_hub_keys
from lienthong_agency.judging import Lost
from lienthong_agency.key_file import KeyFileError, read_key
from lienthong_agency.transport import Transport, send
from lienthong_protocol.keys import SigningKey
from lienthong_protocol.problem import Problem
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.response_signing import FaultKind, ResponseFault, verify_response
from lienthong_protocol.signing import Headers, read_request, sign_request

Told = TypeVar("Told")

_JSON: Final = "application/json"
_PASSING: Final = frozenset({502, 503, 504})


class SandboxError(Exception):
    """The sandbox did not do what was asked; the message says why."""


class SandboxUnavailable(SandboxError):  # noqa: N818 - a state of the world, tried again later
    """No answer now: try again, after `retry_after` seconds where the sandbox named a time."""

    def __init__(self, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SandboxUntrusted(SandboxError):  # noqa: N818 - named like its siblings
    """What arrived is not the sandbox's answer to this request: a person must look for who stands between."""


class SandboxRefused(SandboxError):  # noqa: N818 - named like its siblings
    """The sandbox refuses; asking the same again brings the same.

    `is_proven` is False where the refusal bears no signature, as for a caller whose key is not the right one.
    """

    def __init__(self, problem: Problem, *, is_proven: bool) -> None:
        detail = f" ({problem.detail})" if problem.detail else ""
        super().__init__(f"{problem.code}: {problem.title}{detail}")
        self.problem = problem
        self.is_proven = is_proven


class SandboxAccess:
    """A client of one steward; may be shared by threads. Raises ValueError for an unsafe address.

    `keys` are the sandbox's, pinned. Every method raises SandboxUnavailable, SandboxUntrusted or
    SandboxRefused.
    """

    def __init__(
        self, origin: str, *, key: SigningKey, keys: HubKeys, transport: Transport | None = None
    ) -> None:
        if not is_safe_origin(origin):
            raise ValueError(f"{origin}: https is wanted, or http on this machine alone")
        self._origin, self._key, self._keys = origin, key, keys
        self._http = httpx.Client(**(transport or Transport()).arguments())

    def __enter__(self) -> "SandboxAccess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def enrol(self, system: str, enrolment: Enrolment) -> Enrolled:
        """Let a system into the sandbox with exactly what it asks for; the same again changes nothing.

        The sandbox's gateway knows it a moment later.
        """
        return self._ask("PUT", f"/v1/systems/{system}", Enrolled, msgspec.json.encode(enrolment))

    def remove(self, system: str) -> Enrolled:
        """Suspend a system in the sandbox."""
        return self._ask("DELETE", f"/v1/systems/{system}", Enrolled)

    def open_run(self, system: str) -> RunStanding:
        """Open a run of the technical test. Asked twice, it opens two."""
        return self._ask("POST", f"/v1/systems/{system}/runs", RunStanding, b"{}")

    def runs(self, system: str) -> SystemRuns:
        """Return the newest runs of a system, also those it opened itself."""
        return self._ask("GET", f"/v1/systems/{system}/runs", SystemRuns)

    def standing(self, run: str) -> RunStanding:
        """Return where a run stands."""
        return self._ask("GET", f"/v1/runs/{run}", RunStanding)

    def persons(self, system: str) -> PersonsSheet:
        """Return the test persons of a system with the answers the sandbox's gateway gives for its fields."""
        return self._ask("GET", f"/v1/systems/{system}/persons", PersonsSheet)

    def report(self, run: str) -> tuple[bytes, ConformanceReport] | None:
        """Return the signed report of a run, as the file to keep and read; None while it is not settled."""
        signed = self.standing(run).report
        if signed is None:
            return None
        content = msgspec.json.encode(signed)
        report = self.proven(content)
        if report is None or report.run != run:
            raise SandboxUntrusted(f"the report of the run {run} does not bear the sandbox's signature")
        return content, report

    def proven(self, content: bytes) -> ConformanceReport | None:
        """Return the report in a file if one of the pinned keys signed it, None otherwise; asks nobody."""
        return verify_report(content, {key_id: each.key for key_id, each in self._keys.response.items()})

    def _ask(self, method: str, path: str, kind: type[Told], body: bytes = b"") -> Told:
        url, now = self._origin + path, int(time.time())
        given = [("lt-request-id", secrets.token_urlsafe(16))]
        headers = sign_request(
            method=method,
            target_uri=url,
            headers=[*given, ("content-type", _JSON)] if body else given,
            body=body,
            key=self._key,
            created=now,
            nonce=secrets.token_urlsafe(18),
        )
        request = read_request(method=method, target_uri=url, headers=headers, body=body, now=now)
        assert not isinstance(request, Refuse), "sign_request has read it already"
        reply = send(self._http, Send(method, url, headers, body))
        if isinstance(reply, Lost):
            raise SandboxUnavailable(f"the sandbox's steward does not answer: {reply.reason}")
        found = verify_response(
            request=request,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            keys=self._keys.response,
        )
        is_proven = not isinstance(found, ResponseFault)
        if isinstance(found, ResponseFault) and (reply.status == 200 or found.kind is not FaultKind.UNSIGNED):
            raise SandboxUntrusted(f"not the sandbox's answer to this request: {found.kind} {found.detail}")
        if reply.status == 200:
            return _decoded(kind, reply.body)
        if reply.status in _PASSING:
            raise SandboxUnavailable(
                f"the sandbox cannot do this now: status {reply.status}", retry_after=_wait(reply.headers)
            )
        raise SandboxRefused(_decoded(Problem, reply.body), is_proven=is_proven)


def opened(settings: SandboxAccessSettings) -> SandboxAccess | None:
    """Return the client a configuration describes, None where it names no sandbox.

    Raises ConfigurationError with what to put right.
    """
    if settings.origin is None or settings.key is None or settings.keys is None:
        return None
    try:
        return SandboxAccess(settings.origin, key=read_key(settings.key), keys=read_hub_keys(settings.keys))
    except (KeyFileError, HubKeysError, ValueError) as error:
        raise ConfigurationError(f"[sandbox_access] {error}") from error


def _decoded(kind: type[Told], body: bytes) -> Told:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise SandboxUntrusted(f"an answer of another form than agreed: {error}") from error


def _wait(headers: Headers) -> int | None:
    value = next((value for name, value in headers if name == "retry-after"), "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None
