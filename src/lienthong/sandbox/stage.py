"""The stage before the sandbox's gateway: it plays what a step needs and notes what was served.

A request whose case names a step of an open run of its own system is played; every other one goes through as
in any hub. The gateway behind is the real one: what is answered was decided, judged and recorded by it, and
only then changed as the step says. Law: R5.2.
"""

from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final

import msgspec

from lienthong.core.conformance import (
    CLOCK_SECONDS,
    GIVEN,
    RETRY_SECONDS,
    Attempt,
    Report,
    Step,
    read_case,
)
from lienthong.core.grant import SystemGrant
from lienthong.gateway.composing import Call, Verdict, refused
from lienthong.gateway.exchange import settle
from lienthong.gateway.hub import Hub
from lienthong.gateway.identify import Caller, Unknown, identify
from lienthong.gateway.messages import JSON, Message, Response
from lienthong.gateway.routes import SERVICES
from lienthong.ledger.custody import response_key
from lienthong.sandbox.runs import Run, RunStore
from lienthong.sandbox.telling import told
from lienthong.sandbox_access.messages import RunStanding
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.record import Kind
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import RequestSignature

PATH: Final = "/v1/conformance"
_SECOND: Final = 1_000_000
_DAY: Final = 86_400
_OWN: Final = frozenset({"signature", "signature-input", "content-digest"})


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a report."""

    step: Step
    rejected: bool | None = None
    code: str = ""
    receipt: str = ""
    items: dict[str, str] = {}


class Stage:
    """Plays before one hub; owned, like the hub, by one event loop."""

    def __init__(self, hub: Hub, runs: RunStore) -> None:
        self._hub, self._runs = hub, runs
        key = response_key(hub.configuration.keys)
        self._key, self._signer = key, ResponseSigner(key)
        # The same key in every process of the sandbox, and of no use elsewhere: it has ended.
        seed = sha256(b"ended\n" + hub.configuration.log_origin.encode()).digest()
        self._ended = generate(Algorithm.ED25519, seed)
        self._ended_signer = ResponseSigner(self._ended)

    async def handle(self, message: Message) -> Response:
        """Return the response to one request."""
        if message.path == "/v1/keys":
            return self._with_ended_key(await self._hub.handle(message))
        is_conformance = message.path == PATH or message.path.startswith(f"{PATH}/")
        named = read_case(next((value for name, value in message.headers if name == "lt-case"), None))
        if not is_conformance and (named is None or message.path not in SERVICES):
            return await self._hub.handle(message)
        caller = self._identify(message)
        if isinstance(caller, Unknown):
            return self._hub.turn_away(caller.refusal, key_id=caller.key_id, message=message)
        if is_conformance:
            return await self._conformance(message, caller)
        assert named is not None
        run = self._runs.find(named[0])
        if run is None or run.system != caller.system or named[1] not in run.steps:
            return await self._hub.handle(message)
        return await self._play(message, caller, run, named[1])

    def _identify(self, message: Message) -> Caller | Unknown:
        hub = self._hub
        return identify(hub.grants, message, origin=hub.origin, now=hub.now(), failures=hub.failures)

    def _with_ended_key(self, response: Response) -> Response:
        document = msgspec.json.decode(response.body)
        now = self._hub.now() // _SECOND
        document["response"].append(
            {"jwk": public_jwk(self._ended.verifying_key), "from": now - 60 * _DAY, "until": now - 30 * _DAY}
        )
        return Response(response.status, msgspec.json.encode(document), response.headers)

    async def _play(self, message: Message, caller: Caller, run: Run, step: Step) -> Response:
        """Serve one request of a step as the step says, and note the attempt.

        The attempt is noted before the response leaves: a run never knows less than the system under test.
        """
        is_first = not self._runs.attempts(run.id, step)
        if step is Step.UNAVAILABLE and is_first:
            response = self._unavailable(caller)
        elif step is Step.REPLAY and is_first:
            response = self._hub.composer.respond_unrecorded(caller, Code.REPLAYED, now=self._hub.now())
        else:
            response = self._distorted(await self._hub.handle(message), caller, step)
        self._runs.note(run.id, step, self._attempt(message, caller, response))
        return response

    def _unavailable(self, caller: Caller) -> Response:
        response = self._hub.composer.respond_unrecorded(caller, Code.OVERLOADED, now=self._hub.now())
        headers = [(name, value) for name, value in response.headers if name != "retry-after"]
        return Response(response.status, response.body, [*headers, ("retry-after", str(RETRY_SECONDS))])

    def _distorted(self, response: Response, caller: Caller, step: Step) -> Response:
        """Return the response as the step wants it; one that carries no signature stays as it is."""
        if not any(name == "signature" for name, _ in response.headers):
            return response
        request, now = caller.signature, self._hub.now() // _SECOND
        match step:
            case Step.FORGED_SIGNATURE:
                headers = [(n, _one_bit_off(v) if n == "signature" else v) for n, v in response.headers]
                return Response(response.status, response.body, headers)
            case Step.OTHER_ANSWER:
                return self._signed_again(response, _another(request), self._signer, now)
            case Step.WRONG_CLOCK:
                return self._signed_again(response, request, self._signer, request.created - CLOCK_SECONDS)
            case Step.ENDED_KEY:
                return self._signed_again(response, request, self._ended_signer, now)
            case _:
                return response

    def _signed_again(
        self, response: Response, request: RequestSignature, signer: ResponseSigner, created: int
    ) -> Response:
        headers = [(name, value) for name, value in response.headers if name not in _OWN]
        signed = signer.sign(
            request=request, status=response.status, headers=headers, body=response.body, created=created
        )
        return Response(response.status, response.body, signed)

    def _attempt(self, message: Message, caller: Caller, response: Response) -> Attempt:
        signature = caller.signature
        body = msgspec.json.decode(response.body)
        return Attempt(
            at=self._hub.now(),
            service=SERVICES[message.path],
            request_id=signature.request_id,
            digest=signature.content_digest or "",
            nonce=signature.nonce,
            status=response.status,
            code=str(body.get("code", "")),
            receipt=next((value for name, value in response.headers if name == "lt-receipt"), ""),
            items={item["ref"]: item.get("refusal", {}).get("code", GIVEN) for item in body.get("items", ())},
        )

    async def _conformance(self, message: Message, caller: Caller) -> Response:
        """Open a run, take a report, tell where a run stands: each for the system's own runs alone.

        Recorded like every other affair of a caller, so that a report cannot be sent twice by a stranger.
        """

        async def answer(grant: SystemGrant, now: int) -> Verdict:
            judged = self._judged(message, grant, now)
            if isinstance(judged, Refuse):
                return refused(judged)
            return Verdict(status=200, content_type=JSON, body=msgspec.json.encode(judged))

        return await settle(self._hub, Call(caller, Kind.SCOPE, message.target, self._hub.now()), answer)

    def _judged(self, message: Message, grant: SystemGrant, now: int) -> RunStanding | Refuse:
        if message.path == PATH:
            if message.method != "POST":
                return Refuse(Code.METHOD_NOT_ALLOWED, "POST")
            services = {service: None for right in grant.rights.values() for service in right.services}
            return self._told(self._runs.open(grant.system_id, tuple(services), now=now))
        run = self._runs.find(message.path.removeprefix(f"{PATH}/"))
        if run is None or run.system != grant.system_id:
            return Refuse(Code.NO_SUCH_ROUTE)
        if message.method == "POST":
            try:
                sent = msgspec.json.decode(message.body, type=_Told)
            except msgspec.DecodeError as error:
                return Refuse(Code.INVALID_VALUE, str(error))
            report = Report(
                at=now, rejected=sent.rejected, code=sent.code, receipt=sent.receipt, items=sent.items
            )
            self._runs.note(run.id, sent.step, report)
        return self._told(run)

    def _told(self, run: Run) -> RunStanding:
        standing = self._runs.standing(run)
        return told(standing, origin=self._hub.origin, key=self._key, now=self._hub.now())


def _one_bit_off(header: str) -> str:
    label, _, value = header.partition("=:")
    signature = bytearray(b64decode(value.rstrip(":")))
    signature[7] ^= 1
    return f"{label}=:{b64encode(signature).decode()}:"


def _another(request: RequestSignature) -> RequestSignature:
    """Return a request that differs from this one in its signature alone."""
    other = sha256(request.signature_base64.encode()).digest() * 2
    return msgspec.structs.replace(request, signature_base64=b64encode(other).decode())
