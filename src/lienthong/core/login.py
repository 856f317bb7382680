"""Whose identity tokens prove a citizen to us: the issuer a system signs its citizens in with, as granted.

The entry stands in the grant document, so the notary signs which issuer and which keys are believed, and a
changed key is a new revision. The audience belongs to one system alone: a token made for one portal is worth
nothing in the hands of another. Law: R10.1, R8.1.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, to_builtins

from lienthong_protocol.keys import KeyFormatError, verifying_key_from_jwk

MOST_KEYS: Final = 16
LEAST_MODULUS_BITS: Final = 2_048
LARGEST_MODULUS_BITS: Final = 4_096
COMMON_EXPONENT: Final = "AQAB"
"""65537: every other exponent of an RSA key is refused, so that nobody can publish a weak one."""

HeaderWord = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,128}\Z")]
ClaimName = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,128}\Z")]
IssuerName = Annotated[str, Meta(pattern=r"^https?://[\x21-\x7e]{1,240}\Z")]
_Coordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
_Modulus = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{342,684}\Z")]


class TokenAlgorithm(StrEnum):
    """How a token may be signed; the algorithm follows from the key, never from the token."""

    ES256 = "ES256"
    ED25519 = "Ed25519"
    RS256 = "RS256"


NAMES_OF_ALGORITHMS: Final[Mapping[str, TokenAlgorithm]] = MappingProxyType(
    {
        "ES256": TokenAlgorithm.ES256,
        "Ed25519": TokenAlgorithm.ED25519,
        "EdDSA": TokenAlgorithm.ED25519,
        "RS256": TokenAlgorithm.RS256,
    }
)
"""The `alg` values a token may carry (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2); no others are known."""

_BY_TYPE: Final = {"EC": TokenAlgorithm.ES256, "OKP": TokenAlgorithm.ED25519, "RSA": TokenAlgorithm.RS256}


class IssuerKey(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A public key of an issuer as a JSON Web Key (RFC 7517), found by its `kid`."""

    kid: HeaderWord
    kty: Literal["EC", "OKP", "RSA"]
    crv: Literal["P-256", "Ed25519"] | None = None
    x: _Coordinate | None = None
    y: _Coordinate | None = None
    n: _Modulus | None = None
    e: str | None = None

    @property
    def algorithm(self) -> TokenAlgorithm:
        """Return the one algorithm this key verifies."""
        return _BY_TYPE[self.kty]


class LoginEntry(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a system's citizens are signed in: issuer, audience, the claims that say who they are, the keys.

    `assurance` names the values of `acr` that suffice; none: the issuer's least level does. Law: R10.1.
    """

    issuer: IssuerName
    audience: HeaderWord
    number_claim: ClaimName
    name_claim: ClaimName = "name"
    birth_date_claim: ClaimName = "birthdate"
    assurance: tuple[HeaderWord, ...] = ()
    keys: tuple[IssuerKey, ...]


@dataclass(frozen=True, slots=True)
class Login:
    """A login entry compiled for verifying: keys by their id."""

    issuer: str
    audience: str
    number_claim: str
    name_claim: str
    birth_date_claim: str
    assurance: frozenset[str]
    keys: Mapping[str, IssuerKey]


def compile_login(entry: LoginEntry) -> Login:
    """Return an entry that has no `login_problems`, ready for verifying."""
    return Login(
        issuer=entry.issuer,
        audience=entry.audience,
        number_claim=entry.number_claim,
        name_claim=entry.name_claim,
        birth_date_claim=entry.birth_date_claim,
        assurance=frozenset(entry.assurance),
        keys=MappingProxyType({key.kid: key for key in entry.keys}),
    )


def login_problems(entry: LoginEntry, *, is_production: bool) -> Iterator[str]:
    """Yield everything in which an entry contradicts itself, each with how to mend it."""
    if is_production and not entry.issuer.startswith("https://"):
        yield "issuer: in production it begins with https://"
    names = (entry.number_claim, entry.name_claim, entry.birth_date_claim)
    if len(set(names)) != len(names):
        yield "number_claim, name_claim, birth_date_claim: three claims have three names"
    if not 1 <= len(entry.keys) <= MOST_KEYS:
        yield f"keys: give 1 to {MOST_KEYS} public keys of the issuer"
    yield from _repeated_keys(entry.keys)
    for key in entry.keys:
        yield from (f"keys.{key.kid}: {text}" for text in _key_problems(key))


def _repeated_keys(keys: Iterable[IssuerKey]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key.kid in seen:
            yield f"keys: '{key.kid}' stands twice; keep one"
        seen.add(key.kid)


def _key_problems(key: IssuerKey) -> Iterator[str]:
    if key.kty == "RSA":
        yield from _rsa_problems(key)
        return
    if key.n is not None or key.e is not None:
        yield "n and e belong to a key of type RSA"
    if key.kty == "OKP" and key.y is not None:
        yield "y belongs to a key of type EC"
    members = to_builtins(key)
    try:
        # The id of an issuer's key is the issuer's own, not the thumbprint that our keys have.
        verifying_key_from_jwk({name: value for name, value in members.items() if name != "kid"})
    except KeyFormatError as error:
        yield str(error)


def _rsa_problems(key: IssuerKey) -> Iterator[str]:
    if (key.crv, key.x, key.y) != (None, None, None):
        yield "crv, x and y belong to keys of type EC and OKP"
    if key.e != COMMON_EXPONENT:
        yield f"e: only {COMMON_EXPONENT} (65537) is accepted"
    if key.n is None:
        yield "n: a key of type RSA needs its modulus"
        return
    modulus = int.from_bytes(urlsafe_b64decode(key.n + "=" * (-len(key.n) % 4)))
    if not LEAST_MODULUS_BITS <= modulus.bit_length() <= LARGEST_MODULUS_BITS or not modulus & 1:
        yield f"n: an odd modulus of {LEAST_MODULUS_BITS} to {LARGEST_MODULUS_BITS} bits"
