"""Attacks with keys, and with signatures that only a lax verifier accepts."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from lienthong_protocol.keys import (
    KeyFormatError,
    private_jwk,
    public_jwk,
    signing_key_from_jwk,
    thumbprint,
    verifying_key_from_jwk,
)
from lienthong_protocol.refusals import Code, Refuse
from tests.evil.signing.wire import COMPONENTS, KEY, P256_KEY, STRANGER, Wire, good

L = 2**252 + 27742317777372353535851937790883648493
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P = 2**255 - 19
Change = Callable[[bytes], bytes]


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def signature_of(wire: Wire) -> bytes:
    found = wire.read()
    assert not isinstance(found, Refuse)
    return found.signature


def scalars(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


SMALL_ORDER = {
    "zero-point": "0100000000000000000000000000000000000000000000000000000000000000",
    "order-2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order-4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order-4-negative": "0000000000000000000000000000000000000000000000000000000000000080",
    "order-8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order-8-negative": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order-8-other": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order-8-other-negative": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "not-canonical-zero": P.to_bytes(32, "little").hex(),
    "not-canonical-one": (P + 1).to_bytes(32, "little").hex(),
}


@pytest.mark.parametrize("name", SMALL_ORDER)
def test_a_point_of_small_order_or_other_spelling_is_no_key(name: str) -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(bytes.fromhex(SMALL_ORDER[name]))}
    with pytest.raises(KeyFormatError):
        verifying_key_from_jwk(jwk)


@pytest.mark.parametrize("name", SMALL_ORDER)
def test_a_signature_with_a_point_of_small_order_is_refused(name: str) -> None:
    wire = good()
    wire.raw_signature(bytes.fromhex(SMALL_ORDER[name]) + bytes(32))
    assert wire.verdict() is Code.SIGNATURE_INVALID


ED25519_SIGNATURES: dict[str, Change] = {
    "s-plus-group-order": lambda raw: (
        raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little")
    ),
    "s-zero": lambda raw: raw[:32] + bytes(32),
    "s-group-order": lambda raw: raw[:32] + L.to_bytes(32, "little"),
    "s-high-bits": lambda raw: raw[:63] + bytes([raw[63] | 0xE0]),
    "r-sign-flipped": lambda raw: raw[:31] + bytes([raw[31] ^ 0x80]) + raw[32:],
    "halves-exchanged": lambda raw: raw[32:] + raw[:32],
    "bit-flipped": lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
}


@pytest.mark.parametrize("name", ED25519_SIGNATURES)
def test_an_ed25519_signature_has_one_spelling(name: str) -> None:
    wire = good()
    wire.raw_signature(ED25519_SIGNATURES[name](signature_of(wire)))
    assert wire.verdict() is Code.SIGNATURE_INVALID


P256_SIGNATURES: dict[str, bytes] = {
    "r-zero": scalars(0, 1),
    "s-zero": scalars(1, 0),
    "both-zero": scalars(0, 0),
    "r-is-n": scalars(N, 1),
    "s-is-n": scalars(1, N),
    "r-above-n": scalars(N + 1, 1),
    "both-above-n": scalars(2**256 - 1, 2**256 - 1),
    "one-and-one": scalars(1, 1),
}


@pytest.mark.parametrize("name", P256_SIGNATURES)
def test_a_p256_signature_out_of_range_is_refused(name: str) -> None:
    wire = good(P256_KEY)
    assert wire.verdict() is None
    wire.raw_signature(P256_SIGNATURES[name])
    assert wire.verdict() is Code.SIGNATURE_INVALID


def test_a_p256_signature_in_der_is_refused() -> None:
    wire = good(P256_KEY)
    raw = signature_of(wire)
    wire.raw_signature(encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])))
    assert wire.verdict() is Code.SIGNATURE_MALFORMED


@pytest.mark.parametrize("length", [63, 65])
def test_a_p256_signature_of_another_length_is_refused(length: int) -> None:
    wire = good(P256_KEY)
    wire.raw_signature((signature_of(wire) + b"\x00")[:length])
    assert wire.verdict() is Code.SIGNATURE_MALFORMED


def test_an_ed25519_signature_is_not_taken_for_a_p256_one() -> None:
    wire = good()
    wire.resign(params=wire.params(keyid=f'"{P256_KEY.key_id}"'))
    assert wire.verdict(P256_KEY.verifying_key) is Code.SIGNATURE_INVALID


def test_another_systems_key_does_not_sign_for_this_system() -> None:
    wire = good()
    wire.key = STRANGER
    wire.resign(params=wire.params(keyid=f'"{KEY.key_id}"'))
    assert wire.verdict(KEY.verifying_key) is Code.SIGNATURE_INVALID


def test_a_key_answers_only_for_its_own_id() -> None:
    wire = good()
    assert wire.verdict(KEY.verifying_key) is None
    assert wire.verdict(STRANGER.verifying_key) is Code.SIGNATURE_INVALID


def test_the_public_key_as_hmac_secret_is_no_signature() -> None:
    wire = good()
    wire.resign(*COMPONENTS)
    found = wire.read()
    assert not isinstance(found, Refuse)
    secret = KEY.jwk["x"].encode()
    wire.raw_signature(hmac.digest(secret, found.base, "sha256"))
    assert wire.verdict() is Code.SIGNATURE_MALFORMED
    wire.raw_signature(hmac.digest(secret, found.base, "sha512"))
    assert wire.verdict() is Code.SIGNATURE_INVALID


ED = public_jwk(KEY)
EC = public_jwk(P256_KEY)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_numbers()
P384 = ec.derive_private_key(7, ec.SECP384R1()).public_key().public_numbers()
OTHER_Y = base64url((int.from_bytes(bytes(31) + b"\x05")).to_bytes(32))
JWKS: dict[str, dict[str, object]] = {
    "rsa-2048": {"kty": "RSA", "n": base64url(RSA.n.to_bytes(256)), "e": "AQAB"},
    "p-384": {
        "kty": "EC",
        "crv": "P-384",
        "x": base64url(P384.x.to_bytes(48)),
        "y": base64url(P384.y.to_bytes(48)),
    },
    "hmac-secret": {"kty": "oct", "k": "c2VjcmV0"},
    "x25519": {**ED, "crv": "X25519"},
    "ed448": {**ED, "crv": "Ed448"},
    "secp256k1": {**EC, "crv": "secp256k1"},
    "no-members": {},
    "kty-missing": {"crv": "Ed25519", "x": ED["x"]},
    "kty-no-text": {**ED, "kty": ["OKP"]},
    "x-missing": {"kty": "OKP", "crv": "Ed25519"},
    "x-no-text": {**ED, "x": 7},
    "x-of-31-bytes": {**ED, "x": base64url(bytes(31))},
    "x-of-33-bytes": {**ED, "x": base64url(bytes(33))},
    "x-padded": {**ED, "x": f"{ED['x']}="},
    "x-standard-base64": {**ED, "x": "+/" + ED["x"][2:]},
    "x-with-spare-bits": {**ED, "x": ED["x"][:-1] + chr(ord(ED["x"][-1]) + 1)},
    "y-missing": {name: value for name, value in EC.items() if name != "y"},
    "point-off-the-curve": {**EC, "y": OTHER_Y},
    "point-at-zero": {**EC, "x": base64url(bytes(32)), "y": base64url(bytes(32))},
    "coordinate-beyond-the-field": {**EC, "x": base64url(b"\xff" * 32)},
    "kid-of-another-key": {**ED, "kid": P256_KEY.key_id},
    "kid-no-text": {**ED, "kid": 7},
    "use-encryption": {**ED, "use": "enc"},
    "alg-of-another-key": {**ED, "alg": "ES256"},
    "alg-hmac": {**EC, "alg": "HS256"},
    "private-key": dict(private_jwk(KEY)),
}


@pytest.mark.parametrize("name", JWKS)
def test_a_key_of_any_other_kind_is_not_registered(name: str) -> None:
    with pytest.raises(KeyFormatError):
        verifying_key_from_jwk(JWKS[name])


PRIVATE_JWKS: dict[str, dict[str, object]] = {
    "d-missing": dict(ED),
    "d-of-another-key": {**ED, "d": private_jwk(STRANGER)["d"]},
    "d-of-31-bytes": {**ED, "d": base64url(bytes(31))},
    "p256-d-of-another-key": {**EC, "d": base64url((7).to_bytes(32))},
    "p256-d-zero": {**EC, "d": base64url(bytes(32))},
    "p256-d-is-n": {**EC, "d": base64url(N.to_bytes(32))},
}


@pytest.mark.parametrize("name", PRIVATE_JWKS)
def test_a_private_key_that_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(KeyFormatError):
        signing_key_from_jwk(PRIVATE_JWKS[name])


def test_a_thumbprint_is_of_real_coordinates_only() -> None:
    with pytest.raises(KeyFormatError):
        thumbprint({**ED, "x": 'A","x":"B'})
