"""Identity tokens as data: honest ones, and every named way to pass off another as one."""

import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from lienthong.core.login import IssuerKey
from lienthong_protocol import base64url
from lienthong_protocol.keys import Algorithm, SigningKey, generate
from lienthong_protocol.refusals import Code
from tests.core.granting import LOGIN_KEY, token_claims

STRANGER = generate(Algorithm.ECDSA_P256_SHA256, b"e" * 32)
OKP_KEY = OKPKey.generate_key("Ed25519")
RSA_KEY = RSAKey.generate_key(2_048)
KEYS = (
    IssuerKey(kid="login-1", **LOGIN_KEY.jwk),
    IssuerKey(
        kid="login-2", **{n: str(v) for n, v in OKP_KEY.as_dict(private=False).items() if n in "crv kty x"}
    ),
    IssuerKey(kid="login-3", kty="RSA", **{n: str(RSA_KEY.as_dict(private=False)[n]) for n in ("n", "e")}),
)
EC_KEY = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": LOGIN_KEY.jwk["x"], "y": LOGIN_KEY.jwk["y"]})


def says(**changes: object) -> dict[str, object]:
    """The claims of an honest token made just now."""
    return token_claims(at=time.time_ns() // 1_000, **changes)


def part(value: object) -> str:
    return base64url.encode(value if isinstance(value, bytes) else json.dumps(value).encode())


def made(
    claims: object = None,
    *,
    key: SigningKey = LOGIN_KEY,
    sign: Callable[[bytes], bytes] | None = None,
    **header: object,
) -> str:
    """A token put together by hand: any header, any claims, signed by any key or in any other way."""
    named = {"alg": "ES256", "kid": "login-1", "typ": "JWT", **header}
    named = {name: value for name, value in named.items() if value is not None}
    signed = f"{part(named)}.{part(says() if claims is None else claims)}"
    return f"{signed}.{base64url.encode((sign or key.sign)(signed.encode()))}"


def by_library(algorithm: str, key_id: str, **changes: object) -> str:
    """An honest token as another implementation makes it."""
    key: Any = {"login-2": OKP_KEY, "login-3": RSA_KEY}[key_id]
    header = {"alg": algorithm, "kid": key_id, "typ": "JWT"}
    return jws.serialize_compact(header, json.dumps(says(**changes)).encode(), key, algorithms=[algorithm])


def _by_secret(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda signed: hmac.digest(secret, signed, sha256)


def _nothing(_signed: bytes) -> bytes:
    return b""


def _turned(signed: bytes) -> bytes:
    """The signature of another message."""
    return LOGIN_KEY.sign(signed + b".")


def _as_der(signed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    raw = LOGIN_KEY.sign(signed)
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


PUBLIC_PEM = EC_KEY.as_pem(private=False)
PUBLIC_JWK = json.dumps(LOGIN_KEY.jwk).encode()
HONEST = made()
FORGED_CLAIMS = part(says(citizen_number="099085000002"))

REPEATED_ALG = b'{"alg":"none","alg":"ES256","kid":"login-1"}'

EVIL: dict[str, tuple[Callable[[], str], Code]] = {
    "no-token": (lambda: "099190000001", Code.SUBJECT_MALFORMED),
    "two-parts": (lambda: made().rpartition(".")[0], Code.SUBJECT_MALFORMED),
    "four-parts": (lambda: made() + ".AAAA", Code.SUBJECT_MALFORMED),
    "two-tokens-in-one-value": (lambda: f"{made()}, {made()}", Code.SUBJECT_MALFORMED),
    "two-tokens-with-a-space": (lambda: f"{made()} {made()}", Code.SUBJECT_MALFORMED),
    "bearer-before-it": (lambda: f"Bearer {made()}", Code.SUBJECT_MALFORMED),
    "json-serialisation": (lambda: '{"payload":"e30","signatures":[]}', Code.SUBJECT_MALFORMED),
    "encrypted": (lambda: "e30.e30.e30.e30.e30", Code.SUBJECT_MALFORMED),
    "header-not-base64url": (lambda: "e30=" + made(), Code.SUBJECT_MALFORMED),
    "header-no-object": (lambda: f"{part([1])}.{part(says())}.AAAA", Code.SUBJECT_MALFORMED),
    "header-nested-deep": (
        lambda: f"{part(b'[' * 1_400)}.{part(says())}.AAAA",
        Code.SUBJECT_MALFORMED,
    ),
    "header-repeats-alg": (
        lambda: f"{part(REPEATED_ALG)}.{part(says())}.AAAA",
        Code.SUBJECT_MALFORMED,
    ),
    "critical-extension": (lambda: made(crit=["b64"], b64=False), Code.SUBJECT_MALFORMED),
    "brings-its-key": (lambda: made(key=STRANGER, jwk=STRANGER.jwk), Code.SUBJECT_MALFORMED),
    "names-where-its-key-is": (
        lambda: made(key=STRANGER, jku="https://evil.example/jwks"),
        Code.SUBJECT_MALFORMED,
    ),
    "access-token": (lambda: made(typ="at+jwt"), Code.SUBJECT_MALFORMED),
    "logout-token": (lambda: made(typ="logout+jwt"), Code.SUBJECT_MALFORMED),
    "alg-none": (lambda: made(alg="none", sign=_nothing), Code.SUBJECT_ALGORITHM),
    "alg-none-in-capitals": (lambda: made(alg="NONE", sign=_nothing), Code.SUBJECT_ALGORITHM),
    "alg-none-keeping-the-signature": (lambda: made(alg="none"), Code.SUBJECT_ALGORITHM),
    "alg-left-out": (lambda: made(alg=None), Code.SUBJECT_ALGORITHM),
    "alg-a-list": (lambda: made(alg=["ES256"]), Code.SUBJECT_ALGORITHM),
    "hs256-with-the-public-key-as-pem": (
        lambda: made(alg="HS256", sign=_by_secret(PUBLIC_PEM)),
        Code.SUBJECT_ALGORITHM,
    ),
    "hs256-with-the-public-key-as-jwk": (
        lambda: made(alg="HS256", sign=_by_secret(PUBLIC_JWK)),
        Code.SUBJECT_ALGORITHM,
    ),
    "alg-of-another-key": (lambda: made(alg="RS256"), Code.SUBJECT_ALGORITHM),
    "alg-es384": (lambda: made(alg="ES384"), Code.SUBJECT_ALGORITHM),
    "alg-ps256-with-the-rsa-key": (lambda: made(alg="PS256", kid="login-3"), Code.SUBJECT_ALGORITHM),
    "key-unknown": (lambda: made(kid="login-9"), Code.SUBJECT_KEY_UNKNOWN),
    "key-left-out": (lambda: made(kid=None), Code.SUBJECT_KEY_UNKNOWN),
    "key-a-number": (lambda: made(kid=1), Code.SUBJECT_KEY_UNKNOWN),
    "key-a-path": (lambda: made(kid="../../dev/null"), Code.SUBJECT_KEY_UNKNOWN),
    "another-keys-id": (lambda: made(key=STRANGER), Code.SUBJECT_SIGNATURE_INVALID),
    "signed-by-nobody": (lambda: made(sign=_nothing), Code.SUBJECT_SIGNATURE_INVALID),
    "signed-with-zeros": (lambda: made(sign=lambda _: bytes(64)), Code.SUBJECT_SIGNATURE_INVALID),
    "signature-of-another-message": (lambda: made(sign=_turned), Code.SUBJECT_SIGNATURE_INVALID),
    "signature-as-der": (lambda: made(sign=_as_der), Code.SUBJECT_SIGNATURE_INVALID),
    "signature-with-spare-bits": (lambda: made()[:-1] + "B", Code.SUBJECT_SIGNATURE_INVALID),
    "claims-exchanged": (
        lambda: ".".join([HONEST.split(".")[0], FORGED_CLAIMS, HONEST.split(".")[2]]),
        Code.SUBJECT_SIGNATURE_INVALID,
    ),
    "claims-no-object": (lambda: made(["x"]), Code.SUBJECT_MALFORMED),
    "claims-repeat-the-number": (
        lambda: made(b'{"citizen_number":"099190000001",' + json.dumps(says()).encode()[1:]),
        Code.SUBJECT_MALFORMED,
    ),
    "claims-not-utf-8": (lambda: made(b'{"iss":"\xff\xfe"}'), Code.SUBJECT_MALFORMED),
    "claims-not-finite": (
        lambda: made(json.dumps(says()).encode()[:-1] + b',"nbf":NaN}'),
        Code.SUBJECT_MALFORMED,
    ),
    "expired": (lambda: made(says(exp=int(time.time()) - 1)), Code.SUBJECT_EXPIRED),
    "made-too-long-ago": (lambda: made(says(iat=int(time.time()) - 960)), Code.SUBJECT_TOO_OLD),
    "from-the-future": (lambda: made(says(iat=int(time.time()) + 60)), Code.SUBJECT_NOT_YET_VALID),
    "not-before-later": (lambda: made(says(nbf=int(time.time()) + 60)), Code.SUBJECT_NOT_YET_VALID),
    "other-issuer": (lambda: made(says(iss="https://evil.example")), Code.SUBJECT_ISSUER),
    "other-audience": (lambda: made(says(aud="other-portal")), Code.SUBJECT_AUDIENCE),
    "for-two-parties": (lambda: made(says(aud=["portal", "other-portal"])), Code.SUBJECT_AUDIENCE),
    "used-by-another-party": (lambda: made(says(azp="other-portal")), Code.SUBJECT_AUDIENCE),
    "no-number": (lambda: made(says(citizen_number=None)), Code.SUBJECT_NUMBER),
    "old-number": (lambda: made(says(citizen_number="099000001")), Code.SUBJECT_NUMBER),
    "number-of-another-environment": (
        lambda: made(says(citizen_number="001190000001")),
        Code.NUMBER_OUTSIDE_ENVIRONMENT,
    ),
}
"""Each by its name: how it is made, and the code that refuses it."""
