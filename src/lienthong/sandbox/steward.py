"""The steward of a sandbox: enrols systems, opens runs and tells how they stand, at the control plane's word.

Every request is signed under lt-1 by the control plane's one key and acted on once; every answer to it is
signed with the sandbox's response key and bound to it. Law: R5.2.
"""

import ipaddress
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import structlog

from lienthong.config import Configuration, ConfigurationError, Environment
from lienthong.core.grant_document import GrantDocument
from lienthong.gateway.bodies import read_rare
from lienthong.gateway.messages import JSON, Message, Response, retry_headers, unsigned_problem
from lienthong.ledger.custody import response_key
from lienthong.sandbox.enrolment import Enrolments
from lienthong.sandbox.known_answers import Asker, read_known_persons
from lienthong.sandbox.nonces import NonceStore
from lienthong.sandbox.runs import RunStore
from lienthong.sandbox.telling import summary, told
from lienthong.sandbox_access.messages import Enrolment, SystemRuns
from lienthong_protocol.keys import KeyFormatError, VerifyingKey, verifying_key_from_jwk
from lienthong_protocol.problem import CONTENT_TYPE, encode_problem, problem_document
from lienthong_protocol.profile import Profile
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import RequestSignature, authentic, read_request

HEALTH: Final = "/healthz"
_SYSTEMS: Final = "/v1/systems/"
_RUNS: Final = "/v1/runs/"
_SECOND: Final = 1_000_000
_log = structlog.get_logger()


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body that opens a run: there is nothing to say."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A system or one of its collections, as a path names it: an id may have slashes of its own."""

    system: str
    part: str


class Steward:
    """One steward; owned by one event loop of one process."""

    def __init__(self, configuration: Configuration) -> None:
        check_place(configuration)
        settings = configuration.sandbox
        folder = settings.folder(configuration.keys)
        self._origin = settings.steward_origin
        self._hub_origin = configuration.gateway.public_origin
        self._control = control_key(settings.control_key)
        self._key = response_key(configuration.keys)
        self._signer = ResponseSigner(self._key)
        self._asker = Asker(configuration, read_known_persons(settings.persons_file(configuration.keys)))
        self._runs = RunStore(folder)
        self._nonces = NonceStore(folder / "nonces.sqlite")
        self._enrolments = Enrolments(configuration, clock=_now)
        self._own_key = self._asker.key()
        self._is_enrolled = False

    async def start(self) -> None:
        """Enrol the steward's own system, so that the gateway knows it; a database that is down can wait."""
        await self._enrol_itself()

    def close(self) -> None:
        """Close the files."""
        self._nonces.close()

    async def handle(self, message: Message) -> Response:
        """Return the response to one request.

        1. Form, window and digest, then the one key, then its signature: a stranger gets a short unsigned
           answer and costs nothing. 2. The nonce, durable before anything is done: a request acts once, also
           if the process dies in between. 3. The act; what nobody expected is a signed LT599, and the process
           goes on. 4. The signature, bound to this request.
        """
        if message.path == HEALTH:
            return Response(200, b"ok\n", [("content-type", "text/plain; charset=utf-8")])
        now = _now()
        signature = self._proven(message, now=now // _SECOND)
        if isinstance(signature, Refuse):
            return unsigned_problem(signature)
        if not self._nonces.take(signature.nonce, now=now // _SECOND):
            return self._signed(signature, Refuse(Code.REPLAYED))
        try:
            return self._signed(signature, await self._act(message, signature))
        except Exception:  # noqa: BLE001 - the steward must survive a defect in one request
            incident = uuid.uuid4().hex[:12]
            _log.exception("defect", incident=incident)
            return self._signed(signature, Refuse(Code.INTERNAL), incident=incident)

    def _proven(self, message: Message, *, now: int) -> RequestSignature | Refuse:
        signature = read_request(
            method=message.method,
            target_uri=self._origin + message.target,
            headers=message.headers,
            body=message.body,
            now=now,
        )
        if isinstance(signature, Refuse):
            return signature
        if signature.profile is not Profile.LT1:
            return Refuse(Code.PROOF_KIND_NOT_AGREED)
        if signature.key_id != self._control.key_id:
            return Refuse(Code.KEY_NOT_ACCEPTED)
        if not authentic(signature, self._control):
            return Refuse(Code.SIGNATURE_INVALID)
        return signature

    async def _act(self, message: Message, signature: RequestSignature) -> msgspec.Struct | Refuse:
        if message.query:
            return Refuse(Code.INVALID_TARGET, "there are no queries here")
        if message.body and signature.content_type != JSON:
            return Refuse(Code.UNSUPPORTED_MEDIA_TYPE)
        target = _target(message.path)
        match message.method, target:
            case "GET", str(run):
                return self._standing(run)
            case "PUT", _Target(system, ""):
                enrolment = read_rare(Enrolment, message.body)
                if isinstance(enrolment, Refuse):
                    return enrolment
                return await self._enrolments.put(system, enrolment)
            case "DELETE", _Target(system, ""):
                return await self._enrolments.remove(system)
            case ("POST" | "GET") as method, _Target(system, part) if part:
                document = await self._enrolments.of(system)
                if isinstance(document, Refuse):
                    return document
                return await self._of_system(method, part, document, message.body)
            case _, None:
                return Refuse(Code.NO_SUCH_ROUTE)
            case _:
                return Refuse(Code.METHOD_NOT_ALLOWED)

    async def _of_system(
        self, method: str, part: str, document: GrantDocument, body: bytes
    ) -> msgspec.Struct | Refuse:
        system = document.system.id
        match method, part:
            case "GET", "runs":
                runs = (summary(self._runs.standing(run)) for run in self._runs.of_system(system))
                return SystemRuns(system, tuple(runs))
            case "POST", "runs":
                said = read_rare(_Nothing, body)
                if isinstance(said, Refuse):
                    return said
                services = dict.fromkeys(service for right in document.rights for service in right.services)
                return self._standing(self._runs.open(system, tuple(services), now=_now()).id)
            case "GET", "persons":
                refusal = await self._enrol_itself()
                return refusal or await self._asker.sheet(document)
            case _:
                return Refuse(Code.METHOD_NOT_ALLOWED)

    def _standing(self, run_id: str) -> msgspec.Struct | Refuse:
        run = self._runs.find(run_id)
        if run is None:
            return Refuse(Code.NO_SUCH_ROUTE, "no such run")
        standing = self._runs.standing(run)
        return told(standing, origin=self._hub_origin, key=self._key, now=_now())

    async def _enrol_itself(self) -> Refuse | None:
        if not self._is_enrolled:
            done = await self._enrolments.put_steward(self._own_key)
            if isinstance(done, Refuse):
                return done
            self._is_enrolled = True
        return None

    def _signed(
        self, request: RequestSignature, said: msgspec.Struct | Refuse, *, incident: str | None = None
    ) -> Response:
        headers = [("content-type", JSON), ("cache-control", "no-store")]
        status, body = 200, b""
        if isinstance(said, Refuse):
            problem = problem_document(said, incident=incident)
            status, body = problem.status, encode_problem(problem)
            headers = [("content-type", CONTENT_TYPE), *headers[1:], *retry_headers(said.code)]
        else:
            body = msgspec.json.encode(said)
        signed = self._signer.sign(
            request=request, status=status, headers=headers, body=body, created=_now() // _SECOND
        )
        return Response(status, body, signed)


def check_place(configuration: Configuration) -> None:
    """Refuse to be anywhere but in a sandbox, and to listen to other machines; raises ConfigurationError."""
    if configuration.environment is not Environment.SANDBOX:
        raise ConfigurationError("the steward grants whatever is asked: it runs in a sandbox alone.")
    address = configuration.sandbox.address
    try:
        is_own = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_own = False
    if not is_own:
        raise ConfigurationError(
            f"[sandbox] address {address} is not of this machine alone. Use 127.0.0.1 or ::1, and put what "
            "ends TLS before it where the control plane is elsewhere."
        )


def control_key(path: Path | None) -> VerifyingKey:
    """Return the control plane's public key; raises ConfigurationError."""
    if path is None:
        raise ConfigurationError("[sandbox] control_key is not set: name the control plane's public key.")
    try:
        jwk = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        if "d" in jwk:
            raise ConfigurationError(f"{path} is a private key. Name the public one; treat this as lost.")
        return verifying_key_from_jwk(jwk)
    except OSError as error:
        raise ConfigurationError(f"cannot read [sandbox] control_key {path}: {error.strerror}.") from error
    except (msgspec.DecodeError, KeyFormatError) as error:
        raise ConfigurationError(f"{path} holds no public JSON Web Key: {error}.") from error


def _target(path: str) -> _Target | str | None:
    """Return the system a path names, the id of a run, or None for a path that is none."""
    if path.startswith(_RUNS):
        return path.removeprefix(_RUNS)
    if not path.startswith(_SYSTEMS):
        return None
    system = path.removeprefix(_SYSTEMS)
    for part in ("runs", "persons"):
        if system.endswith(f"/{part}"):
            return _Target(system.removesuffix(f"/{part}"), part)
    return _Target(system, "")


def _now() -> int:
    return time.time_ns() // 1_000
