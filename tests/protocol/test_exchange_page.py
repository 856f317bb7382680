"""The examples and the table of docs/protocol/exchange-v1.md are what the code makes, byte for byte.

python -m tests.protocol.test_exchange_page      writes them into the page
"""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from lienthong_protocol import base64url
from lienthong_protocol.base import (
    RequestMessage,
    ResponseMessage,
    signature_base,
    signature_input_member,
)
from lienthong_protocol.keys import Algorithm, SigningKey, generate, private_jwk
from lienthong_protocol.problem import CONTENT_TYPE, encode_problem, problem_document
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.response_signing import ResponseSigner
from lienthong_protocol.signing import Profile, RequestSignature, read_request, sign_request

PAGE = Path(__file__).parents[2] / "docs" / "protocol" / "exchange-v1.md"
NOW = 1_795_000_000
ORIGIN = "https://hub.example"
AGENCY = generate(Algorithm.ED25519, bytes(range(32)))
AGENCY_P256 = generate(Algorithm.ECDSA_P256_SHA256, bytes(range(32)))
HUB = generate(Algorithm.ED25519, bytes(range(32, 64)))
ASKED = {
    "number": "099090000017",
    "full_name": "Nguyễn Thị Hoa",
    "birth_date": "1990-02-15",
    "fields": ["sex", "permanent_residence"],
}
ANSWER = {"values": {"sex": "2", "permanent_residence": None}, "flags": {}}
ISSUER_KEY = generate(Algorithm.ECDSA_P256_SHA256, bytes(range(64, 96)))
TOKEN_HEADER = {"alg": "ES256", "kid": "2026-11", "typ": "JWT"}
TOKEN_CLAIMS = {
    "iss": "https://login.example",
    "sub": "248289761001",
    "aud": "portal",
    "iat": NOW - 30,
    "exp": NOW + 270,
    "acr": "level-2",
    "citizen_number": "099090000017",
}
RECEIPT = Receipt(index=41, leaf=bytes(range(32)), salt=bytes(range(32, 64)), at=1_795_000_000_123_456)
Signed = list[tuple[str, str]]
_BLOCK = re.compile(r"<!-- (example|table): ([a-z0-9-]+) -->\n(.*?)<!-- end -->", re.S)


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def message(first_line: str, headers: Signed, body: bytes) -> str:
    lines = [first_line, *(f"{name}: {value}" for name, value in headers), "", body.decode()]
    return "```http\n" + "\n".join(lines).rstrip("\n") + "\n```\n"


def base_of(sent: RequestMessage | ResponseMessage) -> str:
    return f"```text\n{signature_base(sent, signature_input_member(sent.headers, 'lt')).decode()}\n```\n"


def request(
    name: str,
    method: str,
    path: str,
    headers: Signed,
    *,
    body: bytes,
    key: SigningKey,
    target: str | None = None,
) -> tuple[dict[str, str], RequestSignature, RequestMessage]:
    """Return a request's two blocks, what its signature covers, and the message."""
    signed = sign_request(
        method=method,
        target_uri=ORIGIN + path,
        headers=headers,
        body=body,
        key=key,
        created=NOW,
        nonce=base64url.encode(sha256(name.encode()).digest()[:16]),
        profile=Profile.LT1 if target is None else Profile.LT1P,
        target=target,
    )
    read = read_request(method=method, target_uri=ORIGIN + path, headers=signed, body=body, now=NOW)
    assert isinstance(read, RequestSignature)
    sent = RequestMessage(method, ORIGIN + path, [("host", "hub.example"), *signed])
    blocks = {
        f"{name}-request": message(f"{method} {path} HTTP/1.1", list(sent.headers), body),
        f"{name}-request-base": base_of(sent),
    }
    return blocks, read, sent


def answer(
    name: str, asked: RequestSignature, sent: RequestMessage, status: str, headers: Signed, body: bytes
) -> dict[str, str]:
    code = int(status[:3])
    signed = ResponseSigner(HUB).sign(request=asked, status=code, headers=headers, body=body, created=NOW + 1)
    return {
        f"{name}-answer": message(f"HTTP/1.1 {status}", signed, body),
        f"{name}-answer-base": base_of(ResponseMessage(code, signed, sent)),
    }


def jwk_block(key: object) -> str:
    return "```json\n" + compact(key).decode() + "\n```\n"


def token() -> str:
    signed = f"{base64url.encode(compact(TOKEN_HEADER))}.{base64url.encode(compact(TOKEN_CLAIMS))}"
    return f"{signed}.{base64url.encode(ISSUER_KEY.sign(signed.encode()))}"


def refusal_table() -> str:
    rows = ["| code | status | English | tiếng Việt | law |", "|---|---|---|---|---|"]
    for code in Code:
        text = REFUSALS[code]
        rows.append(f"| {code} | {text.status} | {text.en} | {text.vi} | {text.law or '–'} |")
    return "\n".join(rows) + "\n"


def own_blocks(json_type: tuple[str, str]) -> dict[str, str]:
    """Return the blocks of a look-up by the signed-in citizen."""
    asked, _, _ = request(
        "own",
        "POST",
        "/v1/lookup",
        [
            ("lt-request-id", "7c9e6679-7425-40de-944b-e07fc1f90ae8"),
            ("lt-purpose", "own-data"),
            ("lt-subject", token()),
            json_type,
        ],
        body=compact({"fields": ASKED["fields"]}),
        key=AGENCY,
    )
    return {
        "issuer-key": jwk_block(private_jwk(ISSUER_KEY) | {"kid": TOKEN_HEADER["kid"]}),
        "token-header": jwk_block(TOKEN_HEADER),
        "token-claims": jwk_block(TOKEN_CLAIMS),
        **asked,
    }


def blocks() -> dict[str, str]:
    """Return every block of the page by name."""
    context = [
        ("lt-request-id", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
        ("lt-purpose", "patient-identification"),
        ("lt-officer", "bs-0231"),
        ("lt-case", "HS 2026/0001"),
    ]
    json_type = ("content-type", "application/json")
    lookup, looked_up, lookup_sent = request(
        "lookup", "POST", "/v1/lookup", [*context, json_type], body=compact(ASKED), key=AGENCY
    )
    scope, _, _ = request(
        "scope", "GET", "/v1/scope", [("lt-request-id", "scope-1")], body=b"", key=AGENCY_P256
    )
    platform, refused, platform_sent = request(
        "platform",
        "POST",
        "/gateway/lookup",
        [*context, json_type],
        body=compact({**ASKED, "fields": ["religion"]}),
        key=AGENCY,
        target=f"{ORIGIN}/v1/lookup",
    )
    problem = encode_problem(problem_document(Refuse(Code.FIELD_NOT_GRANTED, fields=("religion",))))
    receipt = ("lt-receipt", RECEIPT.encode())
    notice = ("lt-notice", "key-ends=2026-12-31")
    return {
        "refusals": refusal_table(),
        "agency-key": jwk_block(private_jwk(AGENCY)),
        "agency-p256-key": jwk_block(private_jwk(AGENCY_P256)),
        "hub-key": jwk_block(private_jwk(HUB)),
        **lookup,
        **answer("lookup", looked_up, lookup_sent, "200 OK", [json_type, receipt, notice], compact(ANSWER)),
        **scope,
        **own_blocks(json_type),
        **platform,
        **answer(
            "platform",
            refused,
            platform_sent,
            "403 Forbidden",
            [("content-type", CONTENT_TYPE), receipt],
            problem,
        ),
    }


def shown() -> dict[str, str]:
    return {name: text for _, name, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", sorted(blocks()))
def test_the_page_shows_what_the_code_makes(name: str) -> None:
    assert shown()[name] == blocks()[name]


def test_the_page_shows_nothing_else() -> None:
    assert set(shown()) == set(blocks())


def test_the_problem_in_the_text_is_a_real_one() -> None:
    text = PAGE.read_text(encoding="utf-8")
    example = next(line for line in text.splitlines() if line.startswith('{"type":"urn:lienthong:'))
    made = encode_problem(problem_document(Refuse(Code.FIELD_NOT_GRANTED, fields=("religion",))))
    assert json.loads(example) == json.loads(made)


def write() -> None:
    """Write every block into the page."""
    made = blocks()
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(
        _BLOCK.sub(lambda block: f"<!-- {block[1]}: {block[2]} -->\n{made[block[2]]}<!-- end -->", text),
        encoding="utf-8",
    )


if __name__ == "__main__":
    write()
