"""A client written from `docs/protocol/` alone, with the standard library and one library of primitives.

It shares no line with the package: where the two disagree, the documents or the package are wrong. Sections
in brackets are those of exchange-v1 (E) and ledger-v1 (L).
"""

import base64
import hashlib
import http.client
import json
import re
import secrets
import time
import urllib.parse
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
ORDER = ("lt-request-id", "lt-purpose", "lt-officer", "lt-case", "lt-consent", "lt-subject")


class NotProvenError(Exception):
    """An answer, receipt or proof does not hold; the message says why."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def need(condition: bool, reason: str) -> None:
    if not condition:
        raise NotProvenError(reason)


def thumbprint(public: bytes) -> str:
    """Key id of an Ed25519 key [E §2]: RFC 7638 thumbprint."""
    return b64url(sha(b'{"crv":"Ed25519","kty":"OKP","x":"%s"}' % b64url(public).encode()))


@dataclass(frozen=True)
class Signed:
    """A signed request as it is sent."""

    method: str
    uri: str
    headers: dict[str, str]
    body: bytes
    created: int

    @property
    def params(self) -> str:
        return self.headers["signature-input"].removeprefix("lt=")

    @property
    def signature(self) -> str:
        return self.headers["signature"].removeprefix("lt=")


def sign(key: Ed25519PrivateKey, method: str, uri: str, given: dict[str, str], body: bytes = b"") -> Signed:
    """Sign a request [E §3]."""
    headers = dict(given)
    if method == "POST":
        headers["content-type"] = "application/json"
        headers["content-digest"] = f"sha-256=:{b64(sha(body))}:"
    values = {"@method": method, "@target-uri": uri, **headers}
    names = [n for n in ("@method", "@target-uri", "content-digest", "content-type", *ORDER) if n in values]
    created, nonce = int(time.time()), b64url(secrets.token_bytes(16))
    key_id = thumbprint(key.public_key().public_bytes(*RAW))
    components = " ".join(f'"{name}"' for name in names)
    params = f'({components});created={created};keyid="{key_id}";nonce="{nonce}";tag="lienthong-req-1"'
    lines = [f'"{name}": {values[name]}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    headers["signature-input"] = f"lt={params}"
    headers["signature"] = f"lt=:{b64(key.sign(base.encode('ascii')))}:"
    return Signed(method, uri, headers, body, created)


@dataclass(frozen=True)
class Answer:
    """An answer as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def one(self, name: str) -> str:
        found = [value for key, value in self.headers if key == name]
        need(len(found) == 1, f"{name} stands {len(found)} times")
        return found[0]

    def has(self, name: str) -> bool:
        return any(key == name for key, _ in self.headers)


def send(request: Signed) -> Answer:
    """Send a request over HTTP."""
    parts = urllib.parse.urlsplit(request.uri)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(request.method, target, request.body or None, request.headers)
        response = connection.getresponse()
        return Answer(response.status, [(n.lower(), v) for n, v in response.getheaders()], response.read())
    finally:
        connection.close()


def verify_answer(
    request: Signed, answer: Answer, hub_keys: dict[str, tuple[bytes, int, int | None]]
) -> None:
    """Verify an answer before anything of it is used [E §5]."""
    optional = [name for name in ("lt-receipt", "lt-notice") if answer.has(name)]
    others = [n for n, _ in answer.headers if n.startswith("lt-") and n not in optional]
    need(not others, f"other LT headers: {others}")
    lines = [f'"@status": {answer.status}']
    lines += [f'"{n}": {answer.one(n)}' for n in ("content-digest", "content-type", *optional)]
    lines += [f'"@method";req: {request.method}', f'"@target-uri";req: {request.uri}']
    if "content-digest" in request.headers:
        lines.append(f'"content-digest";req: {request.headers["content-digest"]}')
    lines += [f'"signature";req;key="lt": {request.signature}']
    lines += [f'"signature-input";req;key="lt": {request.params}']
    components = " ".join(line.split(": ", 1)[0] for line in lines)
    params = answer.one("signature-input").removeprefix("lt=")
    need(params.startswith(f"({components})"), "the answer covers something else")
    form = r';created=([1-9][0-9]*);keyid="([A-Za-z0-9_-]{43})";tag="lienthong-res-1"'
    match = re.fullmatch(form, params.removeprefix(f"({components})"))
    need(match is not None, "the answer's parameters")
    assert match is not None
    created, key_id = int(match[1]), match[2]
    need(key_id in hub_keys, "not a key of the hub")
    public, start, end = hub_keys[key_id]
    need(start <= created and (end is None or created < end), "the hub's key is not valid then")
    need(request.created - 10 <= created <= request.created + 180, "the answer is of another time")
    need(answer.one("content-digest") == f"sha-256=:{b64(sha(answer.body))}:", "the body is another")
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    signature = base64.b64decode(answer.one("signature").removeprefix("lt=").strip(":"))
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, base.encode("ascii"))
    except InvalidSignature as error:
        raise NotProvenError("the answer's signature") from error


def hub_keys(document: dict[str, object]) -> dict[str, tuple[bytes, int, int | None]]:
    """Response keys of `GET /v1/keys` by key id [E §8]."""
    found: dict[str, tuple[bytes, int, int | None]] = {}
    for entry in document["response"]:  # type: ignore[attr-defined]
        public = unb64url(entry["jwk"]["x"])
        found[thumbprint(public)] = (public, entry["from"], entry["until"])
    return found


@dataclass(frozen=True)
class Receipt:
    """Where the record stands [E §6, L §4]."""

    index: int
    leaf: bytes
    salt: bytes
    at: int


def receipt(text: str) -> Receipt:
    """Read LT-Receipt."""
    form = r'index=(\d+), leaf=:([A-Za-z0-9+/]+=*):, salt=:([A-Za-z0-9+/]+=*):, at="(\d+)"'
    match = re.fullmatch(form, text)
    need(match is not None, "the receipt's form")
    assert match is not None
    return Receipt(int(match[1]), base64.b64decode(match[2]), base64.b64decode(match[3]), int(match[4]))


def verify_record(body: bytes, held: Receipt, answer: Answer, request: Signed) -> dict[str, object]:
    """Check that a record is the receipt's, canonical, and says what was asked and answered [L §1]."""
    need(sha(b"\x00" + body) == held.leaf, "the record does not hash to the receipt's leaf")
    record: dict[str, object] = json.loads(body)
    spelled = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    need(spelled == body, "the record is not canonical")
    need(record["at"] == held.at, "the record is of another time")
    need(record["commitment"] == b64url(sha(held.salt + answer.body)), "another body was answered")
    need(record["request_digest"] == request.headers["content-digest"], "another body was asked")
    need(record["signature"] == request.signature.strip(":"), "another signature")
    return record


def root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Root that an inclusion proof leads to: RFC 9162 §2.1.3.2 [L §2]."""
    need(index < size, "the index is beyond the checkpoint")
    position, last, value = index, size - 1, leaf
    for step in path:
        need(last > 0, "the proof is too long")
        if position & 1 or position == last:
            value = sha(b"\x01" + step + value)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            value = sha(b"\x01" + value + step)
        position, last = position >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return value


def open_checkpoint(note: str, vkey: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint the log signed [L §3]."""
    name, key_id, encoded = vkey.split("+", 2)
    kind_and_key = base64.b64decode(encoded)
    need(sha(name.encode() + b"\n" + kind_and_key)[:4].hex() == key_id, "the vkey's id")
    need(kind_and_key[0] == 1, "the vkey's type")
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, value = line.split(" ")
        raw = base64.b64decode(value)
        if dash == "\u2014" and signer == name and raw[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(kind_and_key[1:]).verify(raw[4:], text.encode())
            origin, size, root = text.splitlines()
            return origin, int(size), base64.b64decode(root)
    raise NotProvenError("the log did not sign this checkpoint")


def verify_proof(text: str, leaf: bytes, index: int, vkey: str) -> int:
    """Check a proof file [L §5] and return the size of the checkpoint it leads to."""
    head, _, note = text.partition("\n\n")
    first, number, *hashes = head.split("\n")
    need(first == "c2sp.org/tlog-proof@v1", "not a proof file")
    need(number == f"index {index}", "a proof of another entry")
    _, size, root = open_checkpoint(note, vkey)
    need(
        root_from(leaf, index, size, [base64.b64decode(each) for each in hashes]) == root, "the root differs"
    )
    return size
