"""An independent implementation of RFC 9421 accepts what we sign, and we accept what it signs."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    algorithms,
)
from http_message_signatures.resolvers import MappingKeyResolver

from lienthong_protocol import base64url
from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import (
    Algorithm,
    Ed25519SigningKey,
    P256SigningKey,
    generate,
    private_jwk,
)
from lienthong_protocol.response_signing import (
    ResponseFault,
    ResponseKey,
    ResponseSigner,
    VerifiedResponse,
    verify_response,
)
from lienthong_protocol.signing import (
    Profile,
    RequestSignature,
    authentic,
    read_request,
    sign_request,
)

NOW = int(time.time())
URI = "https://hub.example/v1/lookup"
NONCE = "q83vEjRWeJCrze8SNFZ4kA"
BODY = b'{"number":"099090000017"}'
THEIRS = {Algorithm.ED25519: algorithms.ED25519, Algorithm.ECDSA_P256_SHA256: algorithms.ECDSA_P256_SHA256}
CONTEXT = [("lt-request-id", "a-1"), ("lt-purpose", "p"), ("lt-officer", "bs 0231"), ("lt-subject", "a.b.c")]
RESPONSE_HEADERS = [("content-type", "application/json"), ("lt-receipt", "index=1"), ("lt-notice", "soon")]


@pytest.fixture(autouse=True)
def at_this_moment() -> None:
    """The other library reads the clock: what it checks must be signed now, not when the file was read."""
    global NOW  # noqa: PLW0603 - one moment for all helpers of a test
    NOW = int(time.time())


@dataclass
class TheirRequest:
    method: str
    url: str
    headers: dict[str, str]


@dataclass
class TheirResponse:
    status_code: int
    headers: dict[str, str]
    request: TheirRequest


def resolver(key: Ed25519SigningKey | P256SigningKey) -> MappingKeyResolver:
    secret = base64url.decode(private_jwk(key)["d"])
    private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    if key.algorithm is Algorithm.ED25519:
        private = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    else:
        private = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    return MappingKeyResolver(
        public_keys={key.key_id: private.public_key()}, private_keys={key.key_id: private}
    )


def their_signer(key: Ed25519SigningKey | P256SigningKey) -> HTTPMessageSigner:
    return HTTPMessageSigner(signature_algorithm=THEIRS[key.algorithm], key_resolver=resolver(key))


def their_verifier(key: Ed25519SigningKey | P256SigningKey) -> HTTPMessageVerifier:
    return HTTPMessageVerifier(signature_algorithm=THEIRS[key.algorithm], key_resolver=resolver(key))


def our_request(key: Ed25519SigningKey | P256SigningKey, profile: Profile) -> list[tuple[str, str]]:
    return sign_request(
        method="POST",
        target_uri=URI,
        headers=[*CONTEXT, ("content-type", "application/json")],
        body=BODY,
        key=key,
        created=NOW,
        nonce=NONCE,
        expires=NOW + 60,
        profile=profile,
        target="urn:lienthong:lookup" if profile is Profile.LT1P else None,
    )


def their_request(key: Ed25519SigningKey | P256SigningKey, profile: Profile) -> TheirRequest:
    headers = dict(CONTEXT) | {"content-type": "application/json", "content-digest": content_digest(BODY)}
    target = "@target-uri"
    if profile is Profile.LT1P:
        target, headers["lt-target"] = "lt-target", "urn:lienthong:lookup"
    request = TheirRequest("POST", URI, headers)
    their_signer(key).sign(
        request,
        key_id=key.key_id,
        created=datetime.fromtimestamp(NOW, UTC),
        expires=datetime.fromtimestamp(NOW + 60, UTC),
        nonce=NONCE,
        label="lt",
        tag="lienthong-req-1",
        include_alg=False,
        use_existing_digest=True,
        covered_component_ids=(
            "@method", target, "content-digest", "content-type", "lt-request-id", "lt-purpose", "lt-officer",
            "lt-subject",
        ),
    )  # fmt: skip
    return request


def lower(headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers.items()]


def read(headers: list[tuple[str, str]]) -> RequestSignature:
    found = read_request(method="POST", target_uri=URI, headers=headers, body=BODY, now=NOW)
    assert isinstance(found, RequestSignature)
    return found


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_it_verifies_our_requests(algorithm: Algorithm, profile: Profile) -> None:
    key = generate(algorithm, bytes(range(32)))
    headers = dict(our_request(key, profile))
    request = TheirRequest("POST", URI, headers)
    results = their_verifier(key).verify(request, expect_tag="lienthong-req-1", expect_label="lt")
    assert len(results) == 1
    request.headers["lt-officer"] = "someone-else"
    with pytest.raises(InvalidSignature):
        their_verifier(key).verify(request, expect_tag="lienthong-req-1", expect_label="lt")


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_we_verify_its_requests(algorithm: Algorithm, profile: Profile) -> None:
    key = generate(algorithm, bytes(range(32)))
    request = their_request(key, profile)
    found = read(lower(request.headers))
    assert authentic(found, key.verifying_key)
    assert (found.profile, found.officer, found.expires) == (profile, "bs 0231", NOW + 60)
    request.headers["lt-officer"] = "someone-else"
    assert not authentic(read(lower(request.headers)), key.verifying_key)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_it_verifies_our_answers(algorithm: Algorithm) -> None:
    key, hub = generate(Algorithm.ED25519, bytes(32)), generate(algorithm, bytes(range(32)))
    headers = our_request(key, Profile.LT1)
    signed = ResponseSigner(hub).sign(
        request=read(headers), status=200, headers=RESPONSE_HEADERS, body=b"{}", created=NOW
    )
    response = TheirResponse(200, dict(signed), TheirRequest("POST", URI, dict(headers)))
    their_verifier(hub).verify(response, expect_tag="lienthong-res-1", expect_label="lt")
    response.request = TheirRequest("POST", URI, dict(headers) | {"signature": "lt=:AAAA:"})
    with pytest.raises(InvalidSignature):
        their_verifier(hub).verify(response, expect_tag="lienthong-res-1", expect_label="lt")


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_we_verify_its_answers(algorithm: Algorithm, profile: Profile) -> None:
    key, hub = generate(Algorithm.ED25519, bytes(32)), generate(algorithm, bytes(range(32)))
    request = their_request(key, profile)
    response = TheirResponse(200, dict(RESPONSE_HEADERS) | {"content-digest": content_digest(b"{}")}, request)
    target = "@target-uri" if profile is Profile.LT1 else "lt-target"
    their_signer(hub).sign(
        response,
        key_id=hub.key_id,
        created=datetime.fromtimestamp(NOW + 1, UTC),
        label="lt",
        tag="lienthong-res-1",
        include_alg=False,
        use_existing_digest=True,
        covered_component_ids=(
            "@status", "content-digest", "content-type", "lt-receipt", "lt-notice", '"@method";req',
            f'"{target}";req', '"content-digest";req', '"signature";req;key="lt"',
            '"signature-input";req;key="lt"',
        ),
    )  # fmt: skip
    keys = {hub.key_id: ResponseKey(hub.verifying_key, NOW)}
    arguments = {"headers": lower(response.headers), "body": b"{}", "keys": keys}
    asked = read(lower(request.headers))
    assert isinstance(verify_response(request=asked, status=200, **arguments), VerifiedResponse)
    assert isinstance(verify_response(request=asked, status=201, **arguments), ResponseFault)
