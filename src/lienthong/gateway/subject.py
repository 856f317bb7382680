"""Whether the identity token of a signed-in citizen is genuine: form, key and signature, before any rule.

The key decides the algorithm and the grant decides the key; the token's own header is compared with both and
believed in nothing. What the claims mean is judged by `lienthong.core.subject`.
"""

import json
import re
from functools import lru_cache
from typing import Any, Final, assert_never

from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from msgspec import to_builtins

from lienthong.core.grant import SystemGrant
from lienthong.core.login import NAMES_OF_ALGORITHMS, IssuerKey, Login
from lienthong.core.subject import TokenClaims
from lienthong_protocol import base64url
from lienthong_protocol.refusals import Code, Refuse

_COMPACT: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\Z")
"""One token in the compact form of RFC 7515 section 7.1: two of them, or any other form, do not fit."""
_UNWANTED: Final = frozenset({"crit", "jku", "jwk", "x5c", "x5u"})
"""Header members that demand an extension (RFC 7515 section 4.1.11) or bring along a key of their own."""

_NOT_EXPECTED: Final = Refuse(Code.SUBJECT_NOT_EXPECTED)
_NOT_AGREED: Final = Refuse(Code.SUBJECT_NOT_AGREED)
_NO_TOKEN: Final = Refuse(Code.SUBJECT_MALFORMED, "not one signed token in compact form")


def read_token(grant: SystemGrant, purpose: str | None, token: str) -> TokenClaims | Refuse:
    """Return the claims of a genuine token, or why it is not believed under this grant. Law: R10.1.

    Nothing is verified for a purpose whose actor is not the citizen: whoever sends tokens where none belong
    shall not make the gateway work for them.
    """
    registered = grant.purposes.get(purpose or "")
    if registered is None or not registered.by_citizen:
        return _NOT_EXPECTED
    return _NOT_AGREED if grant.login is None else genuine_claims(grant.login, token)


def genuine_claims(login: Login, token: str) -> TokenClaims | Refuse:
    """Return what a token says if one of the issuer's keys has signed it.

    From cheap to dear: 1. one compact token · 2. a header that asks for nothing unusual · 3. an algorithm
    with a public key: neither `none` nor one that takes the public key for a secret · 4. a key of this issuer
    · 5. that key's algorithm · 6. the signature · 7. claims without a repeated name.
    """
    parts = _COMPACT.match(token)
    header = None if parts is None else _object(parts[1])
    if parts is None or header is None:
        return _NO_TOKEN
    if header.keys() & _UNWANTED or str(header.get("typ", "JWT")).upper() != "JWT":
        return Refuse(Code.SUBJECT_MALFORMED, "the header has members or a type no identity token has")
    algorithm = NAMES_OF_ALGORITHMS.get(_text(header, "alg"))
    if algorithm is None:
        return Refuse(Code.SUBJECT_ALGORITHM)
    key = login.keys.get(_text(header, "kid"))
    if key is None:
        return Refuse(Code.SUBJECT_KEY_UNKNOWN)
    if key.algorithm is not algorithm:
        return Refuse(Code.SUBJECT_ALGORITHM)
    if not _is_signed(key, f"{parts[1]}.{parts[2]}".encode(), parts[3]):
        return Refuse(Code.SUBJECT_SIGNATURE_INVALID)
    claims = _object(parts[2])
    return Refuse(Code.SUBJECT_MALFORMED, "the claims are no JSON object") if claims is None else claims


def _is_signed(key: IssuerKey, signed: bytes, signature: str) -> bool:
    try:
        given = base64url.decode(signature)
    except ValueError:
        return False
    return JWSRegistry.algorithms[key.algorithm].verify(signed, given, _imported(key))


@lru_cache(maxsize=256)
def _imported(key: IssuerKey) -> ECKey | OKPKey | RSAKey:
    """Return a key as the library takes it; the grant that named it has been checked."""
    members: dict[str, str | list[str]] = to_builtins(key)
    match key.kty:
        case "EC":
            return ECKey.import_key(members)
        case "OKP":
            return OKPKey.import_key(members)
        case "RSA":
            return RSAKey.import_key(members)
        case _:
            assert_never(key.kty)


def _text(header: TokenClaims, name: str) -> str:
    value = header.get(name)
    return value if isinstance(value, str) else ""


def _object(part: str) -> dict[str, Any] | None:
    """Return the JSON object in one part of a token; None for anything else, a repeated name included."""
    try:
        value = json.loads(base64url.decode(part), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is repeated")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)
