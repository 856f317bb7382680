"""Signing keys of the exchange: Ed25519 and ECDSA on P-256, named by their RFC 7638 thumbprint.

Which algorithm a signature uses follows from the key alone; nothing in a message can choose it. Randomness
comes in as an argument, and both algorithms sign deterministically (RFC 8032, RFC 6979). Where keys are
stored and for whom they are valid is the business of others.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256, sha512
from typing import ClassVar, Protocol, assert_never, final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from lienthong_protocol import base64url

SEED_LENGTH = 32
SIGNATURE_LENGTH = 64

_COORDINATE = 32
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_VERIFYING = ec.ECDSA(SHA256())
_SIGNING = ec.ECDSA(SHA256(), deterministic_signing=True)


class KeyFormatError(ValueError):
    """A JWK is not a key this exchange accepts."""


class Algorithm(StrEnum):
    """The two signature algorithms of the profile, by their names in the RFC 9421 registry."""

    ED25519 = "ed25519"
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"


class VerifyingKey(Protocol):
    """What checks a signature: `jwk` holds exactly the required public members (RFC 7638 §3.2)."""

    @property
    def key_id(self) -> str:
        """RFC 7638 SHA-256 thumbprint, base64url, 43 characters."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm this key is used with."""
        ...

    @property
    def jwk(self) -> Mapping[str, str]:
        """The required public members."""
        ...

    def verify(self, *, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` (64 bytes) is this key's signature of `message`; never raises."""
        ...


class SigningKey(Protocol):
    """What makes a signature; an implementation may keep the secret in a device."""

    @property
    def key_id(self) -> str:
        """RFC 7638 SHA-256 thumbprint of the public key."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The one algorithm this key is used with."""
        ...

    @property
    def jwk(self) -> Mapping[str, str]:
        """The required public members."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        ...


@final
class Ed25519VerifyingKey:
    """An Ed25519 public key on the main subgroup; raises KeyFormatError for any other 32 bytes.

    Verification is libsodium's: it refuses a non-canonical S and points of small order.
    """

    __slots__ = ("_public", "jwk", "key_id")
    algorithm: ClassVar[Algorithm] = Algorithm.ED25519

    def __init__(self, public: bytes) -> None:
        if len(public) != _COORDINATE or not crypto_core_ed25519_is_valid_point(public):
            raise KeyFormatError("not an Ed25519 public key")
        self._public = public
        self.jwk: Mapping[str, str] = {"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(public)}
        self.key_id = thumbprint(self.jwk)

    def verify(self, *, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` is this key's signature of `message`."""
        if len(signature) != SIGNATURE_LENGTH:
            return False
        try:
            crypto_sign_open(signature + message, self._public)
        except BadSignatureError:
            return False
        return True


@final
class Ed25519SigningKey:
    """An Ed25519 private key made from its 32-byte seed."""

    __slots__ = ("_secret", "jwk", "key_id", "verifying_key")
    algorithm: ClassVar[Algorithm] = Algorithm.ED25519

    def __init__(self, seed: bytes) -> None:
        public, self._secret = crypto_sign_seed_keypair(seed)
        self.verifying_key = Ed25519VerifyingKey(public)
        self.jwk = self.verifying_key.jwk
        self.key_id = self.verifying_key.key_id

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return crypto_sign(message, self._secret)[:SIGNATURE_LENGTH]

    def secret(self) -> str:
        """Return the JWK member `d`: the seed, base64url."""
        return base64url.encode(self._secret[:SEED_LENGTH])


@final
class P256VerifyingKey:
    """An ECDSA P-256 public key; signatures are r ‖ s, 32 bytes each, never DER (RFC 9421 §3.3.4)."""

    __slots__ = ("_public", "jwk", "key_id")
    algorithm: ClassVar[Algorithm] = Algorithm.ECDSA_P256_SHA256

    def __init__(self, public: ec.EllipticCurvePublicKey) -> None:
        numbers = public.public_numbers()
        self._public = public
        self.jwk: Mapping[str, str] = {
            "crv": "P-256",
            "kty": "EC",
            "x": base64url.encode(numbers.x.to_bytes(_COORDINATE)),
            "y": base64url.encode(numbers.y.to_bytes(_COORDINATE)),
        }
        self.key_id = thumbprint(self.jwk)

    def verify(self, *, message: bytes, signature: bytes) -> bool:
        """Tell whether `signature` is this key's signature of `message`."""
        r, s = int.from_bytes(signature[:_COORDINATE]), int.from_bytes(signature[_COORDINATE:])
        if len(signature) != SIGNATURE_LENGTH or not (0 < r < _P256_ORDER and 0 < s < _P256_ORDER):
            return False
        try:
            self._public.verify(encode_dss_signature(r, s), message, _VERIFYING)
        except InvalidSignature:
            return False
        return True


@final
class P256SigningKey:
    """An ECDSA P-256 private key; signatures are deterministic (RFC 6979)."""

    __slots__ = ("_private", "jwk", "key_id", "verifying_key")
    algorithm: ClassVar[Algorithm] = Algorithm.ECDSA_P256_SHA256

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.verifying_key = P256VerifyingKey(private.public_key())
        self.jwk = self.verifying_key.jwk
        self.key_id = self.verifying_key.key_id

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        r, s = decode_dss_signature(self._private.sign(message, _SIGNING))
        return r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE)

    def secret(self) -> str:
        """Return the JWK member `d`: the scalar, base64url."""
        return base64url.encode(self._private.private_numbers().private_value.to_bytes(_COORDINATE))


def generate(algorithm: Algorithm, seed: bytes) -> Ed25519SigningKey | P256SigningKey:
    """Return the signing key that `seed` stands for: 32 bytes from a random source.

    The same seed gives the same key. A P-256 scalar is 1 + SHA-512("lienthong P-256 key" ‖ 0x00 ‖ seed)
    mod (n - 1). Raises ValueError for a seed of another length.
    """
    if len(seed) != SEED_LENGTH:
        raise ValueError(f"a seed has {SEED_LENGTH} bytes")
    match algorithm:
        case Algorithm.ED25519:
            return Ed25519SigningKey(seed)
        case Algorithm.ECDSA_P256_SHA256:
            digest = sha512(b"lienthong P-256 key\0" + seed).digest()
            scalar = 1 + int.from_bytes(digest) % (_P256_ORDER - 1)
            return P256SigningKey(ec.derive_private_key(scalar, ec.SECP256R1()))
        case _:
            assert_never(algorithm)


def thumbprint(jwk: Mapping[str, object]) -> str:
    """Return the RFC 7638 SHA-256 thumbprint of a JWK, base64url; raises KeyFormatError."""
    kty, crv = _kind(jwk)
    members = f'"crv":"{crv}","kty":"{kty}","x":"{base64url.encode(_coordinate(jwk, "x"))}"'
    if kty == "EC":
        members += f',"y":"{base64url.encode(_coordinate(jwk, "y"))}"'
    return base64url.encode(sha256(f"{{{members}}}".encode()).digest())


def public_jwk(key: SigningKey | VerifyingKey) -> dict[str, str]:
    """Return the public JWK of a key with its `kid`."""
    return {**key.jwk, "kid": key.key_id}


def private_jwk(key: Ed25519SigningKey | P256SigningKey) -> dict[str, str]:
    """Return the private JWK of a key with its `kid`: for a file only its owner can read."""
    return {**key.jwk, "d": key.secret(), "kid": key.key_id}


def verifying_key_from_jwk(jwk: Mapping[str, object]) -> Ed25519VerifyingKey | P256VerifyingKey:
    """Return the key of a public JWK; raises KeyFormatError.

    Refused are other key types and curves, a private member, points off the curve or of small order, and a
    `kid`, `use` or `alg` that contradicts the key. Members unknown to RFC 7518 are ignored (RFC 7517 §4).
    """
    if "d" in jwk:
        raise KeyFormatError("this is a private key where a public one is wanted")
    return _public(jwk)


def signing_key_from_jwk(jwk: Mapping[str, object]) -> Ed25519SigningKey | P256SigningKey:
    """Return the key of a private JWK; raises KeyFormatError, also where `d` is of another key."""
    public = _public(jwk)
    secret = _coordinate(jwk, "d")
    key: Ed25519SigningKey | P256SigningKey
    if public.algorithm is Algorithm.ED25519:
        key = Ed25519SigningKey(secret)
    else:
        try:
            key = P256SigningKey(ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1()))
        except ValueError as error:
            raise KeyFormatError("d is no P-256 private key") from error
    if key.key_id != public.key_id:
        raise KeyFormatError("d does not belong to the public members")
    return key


def _public(jwk: Mapping[str, object]) -> Ed25519VerifyingKey | P256VerifyingKey:
    key: Ed25519VerifyingKey | P256VerifyingKey
    algorithms: tuple[str, ...]
    if _kind(jwk)[0] == "OKP":
        key = Ed25519VerifyingKey(_coordinate(jwk, "x"))
        algorithms = ("EdDSA", "Ed25519", key.algorithm)
    else:
        x, y = int.from_bytes(_coordinate(jwk, "x")), int.from_bytes(_coordinate(jwk, "y"))
        try:
            key = P256VerifyingKey(ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key())
        except ValueError as error:
            raise KeyFormatError("not a point on P-256") from error
        algorithms = ("ES256", key.algorithm)
    for name, allowed in (("kid", (key.key_id,)), ("use", ("sig",)), ("alg", algorithms)):
        if name in jwk and jwk[name] not in allowed:
            raise KeyFormatError(f"{name} contradicts the key")
    return key


def _kind(jwk: Mapping[str, object]) -> tuple[str, str]:
    kind = (jwk.get("kty"), jwk.get("crv"))
    match kind:
        case ("OKP", "Ed25519") | ("EC", "P-256"):
            return str(kind[0]), str(kind[1])
        case _:
            raise KeyFormatError("the key is neither Ed25519 (OKP) nor P-256 (EC)")


def _coordinate(jwk: Mapping[str, object], name: str) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str):
        raise KeyFormatError(f"{name} is missing or no text")
    try:
        value = base64url.decode(text)
    except ValueError as error:
        raise KeyFormatError(f"{name} is not base64url") from error
    if len(value) != _COORDINATE:
        raise KeyFormatError(f"{name} has {len(value)} bytes, not {_COORDINATE}")
    return value
