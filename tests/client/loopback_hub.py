"""A small hub on a loopback socket: real HTTP, real signatures, a real log with witnessed checkpoints.

It checks each request as the profile says and answers or misbehaves as its script tells. What it does not do
is decide: that is the gateway's, and the journeys test the client against that.
"""

import json
import ssl
import threading
import time
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.commitment import commit
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.merkle import inclusion_proof, leaf_hash, node_reader, root_of
from lienthong_protocol.notes import Note, NoteSigner, SignatureType
from lienthong_protocol.policy import Policy
from lienthong_protocol.problem import CONTENT_TYPE, encode_problem, problem_document
from lienthong_protocol.proof import LogProof
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record, reference
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import RequestSignature, authentic, read_request

KINDS = {
    "/v1/lookup": Kind.LOOKUP,
    "/v1/verify": Kind.VERIFY,
    "/v1/lookup/batch": Kind.LOOKUP_BATCH,
    "/v1/verify/batch": Kind.VERIFY_BATCH,
    "/v1/scope": Kind.SCOPE,
    "/v1/receipts": Kind.RECEIPTS,
}
SALT = bytes(range(32))
Headers = list[tuple[str, str]]


@dataclass
class Sent:
    """What the handler shall put on the wire."""

    status: int
    headers: Headers
    body: bytes


Act_ = Callable[["LoopbackHub", RequestSignature, bytes], Sent | None]
"""One scripted behaviour; None drops the connection without a byte."""


@dataclass
class LoopbackHub:
    """The hub's state; `script` holds what it does with the next requests, then it answers properly."""

    key: Any = field(default_factory=lambda: generate(Algorithm.ED25519, bytes(range(1, 33))))
    agency: Any = field(default_factory=lambda: generate(Algorithm.ED25519, bytes(range(2, 34))))
    script: deque[Act_] = field(default_factory=deque)
    received: list[RequestSignature] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)
    open_script: deque[Sent] = field(default_factory=deque)
    tls: ssl.SSLContext | None = None
    offset: int = 0
    """Seconds by which this hub's clock is ahead."""

    def __post_init__(self) -> None:
        self.log = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(range(3, 35)))
        self.witness = NoteSigner("witness.example", SignatureType.COSIGNATURE, bytes(range(4, 36)))
        self.successions: list[str] = []
        self.signer = ResponseSigner(self.key)
        self.lock = threading.Lock()
        hub = self

        class Handler(_Handler):
            served = hub

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        scheme = "http"
        if self.tls is not None:
            scheme = "https"
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.origin = f"{scheme}://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def now(self) -> int:
        return int(time.time()) + self.offset

    def policy(self) -> Policy:
        return Policy((self.log.verifier,), (self.witness.verifier,), 1)

    def keys(self) -> bytes:
        term = {"from": self.now() - 1_000, "until": None}
        return json.dumps(
            {
                "origin": self.log.verifier.name,
                "successions": self.successions,
                "log": [{"vkey": self.log.verifier.vkey, **term}],
                "response": [{"jwk": public_jwk(self.key), **term}],
                "further": True,
            }
        ).encode()

    def serve(self, method: str, target: str, headers: Headers, body: bytes) -> Sent | None:
        path = urlsplit(target).path
        if path in {"/v1/keys", "/v1/proofs", "/v1/checkpoints"}:
            return self.open_script.popleft() if self.open_script else self.serve_open(target)
        uri = self.origin + target
        read = read_request(method=method, target_uri=uri, headers=headers, body=body, now=self.now())
        if isinstance(read, Refuse):
            return unsigned(read.code)
        if not authentic(read, self.agency.verifying_key):
            return unsigned(Code.SIGNATURE_INVALID)
        with self.lock:
            self.received.append(read)
            self.bodies.append(body)
            self.agents.append(dict(headers).get("user-agent", ""))
            act = self.script.popleft() if self.script else answer()
        return act(self, read, body)

    def serve_open(self, target: str) -> Sent:
        parts = urlsplit(target)
        if parts.path == "/v1/keys":
            return Sent(200, [("content-type", "application/json")], self.keys())
        with self.lock:
            leaves = [leaf_hash(record) for record in self.records]
        note = self.checkpoint(leaves)
        if parts.path == "/v1/checkpoints":
            return Sent(200, [("content-type", "text/plain")], note.encode())
        index = int(parse_qs(parts.query)["index"][0])
        if index >= len(leaves):
            return unsigned(Code.NO_SUCH_ENTRY)
        path = inclusion_proof(index=index, size=len(leaves), read=node_reader(leaves))
        return Sent(
            200, [("content-type", "text/plain")], LogProof(index, tuple(path), note).encode().encode()
        )

    def checkpoint(self, leaves: list[bytes]) -> str:
        text = Checkpoint(self.log.verifier.name, len(leaves), root_of(leaves)).encode()
        signatures = (self.log.sign(text), self.witness.cosign(text, time=self.now()))
        return Note(text, signatures).encode()

    def record(self, read: RequestSignature, body: bytes, code: str = "") -> Receipt:
        """Put the record of an exchange into the log and return its receipt."""
        record = encode_record(
            Record(
                act=Act.EXPLOIT,
                kind=KINDS[service_of(read)],
                at=self.now() * 1_000_000,
                agency="moh",
                system="moh-his-01",
                key=read.key_id,
                proof=Proof.MESSAGE,
                profile=read.profile,
                channel="direct",
                purpose=read.purpose,
                officer=read.officer,
                case=read.case,
                consent=read.consent,
                request_id=read.request_id,
                target=(read.target_uri or "").removeprefix(self.origin) or read.target,
                request_digest=read.content_digest,
                params=read.params,
                signature=read.signature_base64,
                subject=None if read.subject is None else sha256(read.subject.encode()).hexdigest(),
                lines=0,
                code=code,
                commitment=reference(commit(SALT, body)),
                duration=1,
            )
        )
        with self.lock:
            self.records.append(record)
            return Receipt(len(self.records) - 1, leaf_hash(record), SALT, self.now() * 1_000_000)

    def sign(
        self,
        read: RequestSignature,
        status: int,
        body: bytes,
        headers: Headers,
        *,
        content_type: str = "application/json",
        signer: ResponseSigner | None = None,
    ) -> Sent:
        signed = (signer or self.signer).sign(
            request=read,
            status=status,
            headers=[("content-type", content_type), *headers],
            body=body,
            created=self.now(),
        )
        return Sent(status, signed, body)


def service_of(read: RequestSignature) -> str:
    return urlsplit(read.target_uri or read.target or "").path


def good_body(read: RequestSignature, body: bytes, hub: LoopbackHub) -> bytes:
    """Return a plausible answer to a question."""
    path = service_of(read)
    if path == "/v1/scope":
        return json.dumps({"system": "moh-his-01", "may_ask": True, "rights": [{"purpose": "p"}]}).encode()
    asked = json.loads(body)
    match path:
        case "/v1/lookup":
            return json.dumps({"values": dict.fromkeys(asked["fields"], "male"), "flags": {}}).encode()
        case "/v1/verify":
            claims = dict.fromkeys(asked["claims"], "match")
            return json.dumps({"match": True, "claims": claims, "flags": {"deceased": True}}).encode()
        case "/v1/lookup/batch":
            items = [{"ref": item["ref"], "values": {"sex": "male"}, "flags": {}} for item in asked["items"]]
            items[-1] = {"ref": items[-1]["ref"], "refusal": {"code": "LT401", "title": "no match"}}
            return json.dumps({"items": items}).encode()
        case "/v1/verify/batch":
            found = [(item["ref"], dict.fromkeys(item.get("claims", {}), "match")) for item in asked["items"]]
            items = [{"ref": ref, "match": True, "claims": claims, "flags": {}} for ref, claims in found]
            items[-1] = {"ref": items[-1]["ref"], "refusal": {"code": "LT401", "title": "no match"}}
            return json.dumps({"items": items}).encode()
        case _:
            return json.dumps({"receipts": receipts_of(hub, asked["request_ids"])}).encode()


def receipts_of(hub: LoopbackHub, request_ids: list[str]) -> list[dict[str, Any]]:
    with hub.lock:
        records = list(hub.records)
    return [
        {
            "request_id": json.loads(body)["request_id"],
            "index": index,
            "leaf": b64encode(leaf_hash(body)).decode(),
            "record": b64encode(body).decode(),
        }
        for index, body in enumerate(records)
        if json.loads(body)["request_id"] in request_ids
    ]


def unsigned(code: Code, *, status: int | None = None, headers: Headers | None = None) -> Sent:
    problem = problem_document(Refuse(code))
    return Sent(
        status or problem.status, [("content-type", CONTENT_TYPE), *(headers or [])], encode_problem(problem)
    )


def answer(*, body: bytes | None = None, headers: Headers | None = None) -> Act_:
    def act(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> Sent:
        made = good_body(read, asked, hub) if body is None else body
        receipt = hub.record(read, made)
        return hub.sign(read, 200, made, [("lt-receipt", receipt.encode()), *(headers or [])])

    return act


def refuse(
    code: Code, *, fields: tuple[str, ...] = (), recorded: bool = True, headers: Headers | None = None
) -> Act_:
    def act(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> Sent:
        problem = problem_document(Refuse(code, "detail", fields))
        body = encode_problem(problem)
        own = [("lt-receipt", hub.record(read, body, code).encode())] if recorded else []
        sent = hub.sign(read, problem.status, body, own, content_type=CONTENT_TYPE)
        sent.headers += headers or []
        return sent

    return act


def turn_away(code: Code, *, status: int | None = None, headers: Headers | None = None) -> Act_:
    return lambda hub, read, asked: unsigned(code, status=status, headers=headers)


def wrong_signature(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> Sent:
    """An answer of the right form, signed by somebody else in the hub's name."""
    stranger = generate(Algorithm.ED25519, bytes(range(9, 41)))

    class Impostor:
        key_id, algorithm, jwk = hub.key.key_id, stranger.algorithm, stranger.jwk
        sign = staticmethod(stranger.sign)

    receipt = hub.record(read, b"{}")
    return hub.sign(read, 200, b"{}", [("lt-receipt", receipt.encode())], signer=ResponseSigner(Impostor()))


def answer_to_another(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> Sent:
    """The hub's own good answer to an earlier request, served again."""
    earlier = hub.received[0]
    body = good_body(earlier, hub.bodies[0], hub)
    return hub.sign(earlier, 200, body, [("lt-receipt", hub.record(earlier, body).encode())])


def drop(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> None:
    """The connection breaks before a byte of the answer; nothing was recorded."""


def record_and_drop(hub: LoopbackHub, read: RequestSignature, asked: bytes) -> None:
    """The connection breaks after the record became durable."""
    hub.record(read, good_body(read, asked, hub))


def raw(sent: Sent) -> Act_:
    return lambda hub, read, asked: sent


class _Handler(BaseHTTPRequestHandler):
    served: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        sent = self.served.serve(self.command, self.path, headers, body)
        if sent is None:
            self.close_connection = True
            return
        self.send_response(sent.status)
        for name, value in sent.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(sent.body)))
        self.end_headers()
        self.wfile.write(sent.body)

    do_GET = do_POST = _serve  # noqa: N815
