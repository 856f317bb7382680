"""A client written from docs/protocol/exchange-v1.md alone, with the standard library and `cryptography`.

Nothing above the line "the other side" knows the project's own code.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from lienthong_protocol.keys import signing_key_from_jwk, verifying_key_from_jwk
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import RequestSignature, authentic, read_request

PAGE = (Path(__file__).parents[2] / "docs" / "protocol" / "exchange-v1.md").read_text(encoding="utf-8")
ORDER = ["content-digest", "content-type", "lt-request-id", "lt-purpose", "lt-officer", "lt-case"]
Headers = dict[str, str]


@dataclass
class HTTPMessage:
    first_line: str
    headers: Headers
    body: bytes


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)\n```", PAGE, re.S)
    assert found is not None
    return found[1]


def message(name: str) -> HTTPMessage:
    head, _, body = example(name).partition("\n\n")
    first_line, *lines = head.split("\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return HTTPMessage(first_line, headers, body.encode())


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_id(jwk: Headers) -> str:
    names = ["crv", "kty", "x"] + ["y"] * (jwk["kty"] == "EC")
    text = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"), sort_keys=True)
    return unpadded(hashlib.sha256(text.encode()).digest())


def sign(jwk: Headers, data: bytes) -> bytes:
    if jwk["kty"] == "OKP":
        return ed25519.Ed25519PrivateKey.from_private_bytes(padded(jwk["d"])).sign(data)
    private = ec.derive_private_key(int.from_bytes(padded(jwk["d"])), ec.SECP256R1())
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def verifies(jwk: Headers, signature: bytes, data: bytes) -> bool:
    try:
        if jwk["kty"] == "OKP":
            ed25519.Ed25519PublicKey.from_public_bytes(padded(jwk["x"])).verify(signature, data)
        else:
            x, y = int.from_bytes(padded(jwk["x"])), int.from_bytes(padded(jwk["y"]))
            der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
            public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
            public.verify(der, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signed_request(
    jwk: Headers, method: str, uri: str, headers: Headers, body: bytes, *, created: int, nonce: str
) -> Headers:
    sent = dict(headers)
    if method == "POST":
        sent["content-digest"] = digest(body)
    values = {"@method": method, "@target-uri": uri}
    values |= {name: sent[name] for name in ORDER if name in sent}
    listed = " ".join(f'"{name}"' for name in values)
    params = f';created={created};keyid="{key_id(jwk)}";nonce="{nonce}";tag="lienthong-req-1"'
    lines = [f'"{name}": {value}' for name, value in values.items()]
    base = "\n".join([*lines, f'"@signature-params": ({listed}){params}']).encode()
    sent["signature-input"] = f"lt=({listed}){params}"
    sent["signature"] = f"lt=:{base64.b64encode(sign(jwk, base)).decode()}:"
    return sent


def answer_is_good(
    hub: Headers, method: str, uri: str, sent: Headers, status: int, headers: Headers, body: bytes
) -> bool:
    lines = [("@status", "", str(status))]
    names = ["content-digest", "content-type", "lt-receipt", "lt-notice"]
    lines += [(name, "", headers[name]) for name in names if name in headers]
    lines += [("@method", ";req", method), ("@target-uri", ";req", uri)]
    if "content-digest" in sent:
        lines.append(("content-digest", ";req", sent["content-digest"]))
    for name in ("signature", "signature-input"):
        lines.append((name, ';req;key="lt"', sent[name].removeprefix("lt=")))
    listed = " ".join(f'"{name}"{flag}' for name, flag, _ in lines)
    text = headers["signature-input"].removeprefix("lt=")
    created = re.fullmatch(
        rf';created=(\d+);keyid="{key_id(hub)}";tag="lienthong-res-1"', text.removeprefix(f"({listed})")
    )
    asked = re.search(r";created=(\d+)", sent["signature-input"])
    if created is None or asked is None or not -10 <= int(created[1]) - int(asked[1]) <= 180:
        return False
    base = "\n".join(
        [*(f'"{name}"{flag}: {value}' for name, flag, value in lines), f'"@signature-params": {text}']
    )
    signature = base64.b64decode(headers["signature"].removeprefix("lt=:").removesuffix(":"))
    return headers["content-digest"] == digest(body) and verifies(hub, signature, base.encode())


AGENCY, AGENCY_P256, HUB = (json.loads(example(f"{name}-key")) for name in ("agency", "agency-p256", "hub"))
URI = "https://hub.example/v1/lookup"


def test_the_keys_of_the_page_have_their_ids() -> None:
    for jwk in (AGENCY, AGENCY_P256, HUB):
        assert key_id(jwk) == jwk["kid"]


def test_it_signs_the_request_of_the_page() -> None:
    shown = message("lookup-request")
    nonce = re.search(r'nonce="([^"]+)"', shown.headers["signature-input"])
    assert nonce is not None
    given = {name: value for name, value in shown.headers.items() if name.startswith(("lt-", "content-type"))}
    made = signed_request(AGENCY, "POST", URI, given, shown.body, created=1795000000, nonce=nonce[1])
    assert made["signature-input"] == shown.headers["signature-input"]
    assert made["signature"] == shown.headers["signature"]
    assert shown.headers["content-digest"] == digest(shown.body)


def test_it_accepts_the_answer_of_the_page_and_no_other() -> None:
    sent, shown = message("lookup-request").headers, message("lookup-answer")
    arguments = (HUB, "POST", URI, sent)
    assert answer_is_good(*arguments, 200, shown.headers, shown.body)
    assert not answer_is_good(*arguments, 404, shown.headers, shown.body)
    assert not answer_is_good(*arguments, 200, shown.headers, shown.body + b" ")
    assert not answer_is_good(*arguments, 200, shown.headers | {"lt-receipt": "x"}, shown.body)
    other = sent | {"signature": "lt=:AAAA:"}
    assert not answer_is_good(HUB, "POST", URI, other, 200, shown.headers, shown.body)


def test_the_request_of_the_page_without_a_body_verifies() -> None:
    shown = message("scope-request")
    signature = base64.b64decode(shown.headers["signature"].removeprefix("lt=:").removesuffix(":"))
    assert verifies(AGENCY_P256, signature, example("scope-request-base").encode())


# The other side: what the project's own code says of these messages.


@pytest.mark.parametrize("jwk", [AGENCY, AGENCY_P256], ids=["ed25519", "p256"])
@pytest.mark.parametrize(("method", "body"), [("POST", b'{"fields":["sex"]}'), ("GET", b"")])
def test_the_hub_accepts_its_requests_and_it_accepts_the_hubs_answers(
    jwk: Headers, method: str, body: bytes
) -> None:
    headers = {"lt-request-id": "r-1", "lt-purpose": "p"}
    headers |= {"content-type": "application/json"} if body else {}
    sent = signed_request(jwk, method, URI, headers, body, created=1795000000, nonce="AAAAAAAAAAAAAAAAAAAAAA")
    read = read_request(method=method, target_uri=URI, headers=list(sent.items()), body=body, now=1795000005)
    assert isinstance(read, RequestSignature)
    public = {name: value for name, value in jwk.items() if name != "d"}
    assert authentic(read, verifying_key_from_jwk(public))
    answer: Callable[..., list[tuple[str, str]]] = ResponseSigner(signing_key_from_jwk(HUB)).sign
    got = answer(
        request=read,
        status=200,
        headers=[("content-type", "application/json"), ("lt-receipt", "index=1")],
        body=b"{}",
        created=1795000006,
    )
    assert answer_is_good(HUB, method, URI, sent, 200, dict(got), b"{}")
    assert not answer_is_good(HUB, method, URI, sent, 200, dict(got), b"[]")
