"""What was handed in as a key: its public half under its RFC 7638 thumbprint, or why it is none.

A private key handed in by mistake is told from everything else, so that nobody keeps it. Law: R1.1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text
from lienthong_protocol.keys import KeyFormatError, verifying_key_from_jwk

LONGEST_KEY: Final = 8_192
_SECRETS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_LOOKS_SECRET: Final = re.compile(r'PRIVATE KEY|"(?:d|dp|dq|qi|oth|k)"\s*:|(?:^|\s)AGE-SECRET-KEY-')
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class PublicHalf:
    """A public key: its thumbprint, and exactly the members of a JWK that the thumbprint is taken over."""

    thumbprint: str
    jwk: dict[str, str]


class KeyProblem(StrEnum):
    """Why a text is no public key of the exchange."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    PEM = "pem"
    NOT_JSON = "not_json"
    NOT_ONE = "not_one"
    NOT_ACCEPTED = "not_accepted"


KEY_PROBLEM_TEXTS: Final = {
    KeyProblem.EMPTY: Text("chưa có nội dung", "there is nothing"),
    KeyProblem.TOO_LONG: Text(f"dài quá {LONGEST_KEY} ký tự", f"it is longer than {LONGEST_KEY} characters"),
    KeyProblem.PEM: Text(
        "đây là khóa dạng PEM, cần dạng JWK như lệnh keygen in ra",
        "this is a PEM; what is wanted is the JWK that keygen prints",
    ),
    KeyProblem.NOT_JSON: Text("nội dung không phải JSON", "it is no JSON"),
    KeyProblem.NOT_ONE: Text("cần đúng một khóa", "exactly one key is wanted"),
    KeyProblem.NOT_ACCEPTED: Text(
        "chỉ nhận khóa Ed25519 hoặc ECDSA P-256 hợp lệ, và kid, use, alg (nếu có) phải khớp với khóa",
        "only a sound Ed25519 or ECDSA P-256 key is taken, and kid, use, alg (if given) must fit it",
    ),
}


def read_public_key(text: str) -> PublicHalf | ControlRefuse:
    """Return the public key in a text: a JWK, a set of one, or what `lienthong-agency keygen` prints.

    A secret anywhere in it refuses the whole before anything else is looked at. Law: R1.1.
    """
    if _LOOKS_SECRET.search(text):
        return ControlRefuse(ControlCode.KEY_PRIVATE)
    problem = _problem_of_text(text)
    if problem is not None:
        return _refused(problem)
    try:
        content = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _refused(KeyProblem.NOT_JSON)
    if _SECRETS.intersection(_members(content, _DEEPEST)):
        return ControlRefuse(ControlCode.KEY_PRIVATE)
    jwk = _one(content)
    if jwk is None:
        return _refused(KeyProblem.NOT_ONE)
    try:
        key = verifying_key_from_jwk(jwk)
    except KeyFormatError:
        return _refused(KeyProblem.NOT_ACCEPTED)
    return PublicHalf(key.key_id, dict(key.jwk))


def _refused(problem: KeyProblem) -> ControlRefuse:
    return ControlRefuse(ControlCode.KEY_UNREADABLE, {"why": KEY_PROBLEM_TEXTS[problem]})


def _problem_of_text(text: str) -> KeyProblem | None:
    if not text.strip():
        return KeyProblem.EMPTY
    if len(text) > LONGEST_KEY:
        return KeyProblem.TOO_LONG
    if "-----BEGIN" in text:
        return KeyProblem.PEM
    return None


def _members(content: object, depth: int) -> Iterator[str]:
    """Yield the names of all members, to a depth no key needs."""
    if depth and isinstance(content, dict):
        yield from (str(name) for name in content)
        for value in content.values():
            yield from _members(value, depth - 1)
    elif depth and isinstance(content, list):
        for value in content:
            yield from _members(value, depth - 1)


def _one(content: object) -> dict[str, object] | None:
    """Return the one JWK in what was decoded, None where there is none or more than one."""
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("public_jwk"), dict):
        return dict(content["public_jwk"])
    if "keys" in content:
        keys = content["keys"]
        is_one = isinstance(keys, list) and len(keys) == 1 and isinstance(keys[0], dict)
        return dict(keys[0]) if is_one else None
    return dict(content)
