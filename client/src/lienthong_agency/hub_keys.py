"""The hub's public keys as the agency keeps them: which keys sign answers, and how the log is called.

The file is what `GET /v1/keys` answers, byte for byte. Whoever fetches it trusts the connection once; the key
ids are to be compared with those the authority hands out on paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from lienthong_protocol.keys import KeyFormatError, verifying_key_from_jwk
from lienthong_protocol.response_signing import ResponseKey
from lienthong_protocol.succession import SuccessionFormatError, read_succession


class HubKeysError(Exception):
    """A text does not hold a hub's keys; the message says what is wrong and what to do."""


class _Term(msgspec.Struct, frozen=True):
    valid_from: int = msgspec.field(name="from")
    valid_until: int | None = msgspec.field(name="until", default=None)


class _ResponseTerm(_Term, frozen=True, kw_only=True):
    jwk: dict[str, Any]


class _LogTerm(_Term, frozen=True, kw_only=True):
    vkey: str


class _Document(msgspec.Struct, frozen=True):
    origin: str
    response: tuple[_ResponseTerm, ...]
    log: tuple[_LogTerm, ...] = ()
    successions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubKeys:
    """Keys that sign the hub's answers by key id, the log's origin, and the log's verifier keys.

    `successions` are the notes by which the log carries on others.
    """

    origin: str
    response: Mapping[str, ResponseKey]
    log: tuple[str, ...]
    successions: tuple[str, ...] = ()


def parse_hub_keys(text: bytes) -> HubKeys:
    """Return the keys in the answer of `GET /v1/keys`; raises HubKeysError. Unknown members are ignored."""
    try:
        document = msgspec.json.decode(text, type=_Document)
        keys = [
            ResponseKey(verifying_key_from_jwk(term.jwk), term.valid_from, term.valid_until)
            for term in document.response
        ]
        for note in document.successions:
            read_succession(note)
    except (msgspec.DecodeError, KeyFormatError, SuccessionFormatError) as error:
        raise HubKeysError(f"these are no hub's keys: {error}") from error
    if not keys:
        raise HubKeysError("the hub names no key that signs answers")
    return HubKeys(
        document.origin,
        {known.key.key_id: known for known in keys},
        tuple(term.vkey for term in document.log),
        document.successions,
    )


def read_hub_keys(path: Path) -> HubKeys:
    """Return the keys in a file; raises HubKeysError."""
    try:
        return parse_hub_keys(path.read_bytes())
    except OSError as error:
        raise HubKeysError(
            f"{path}: {error.strerror}; fetch the keys with: lienthong-agency trust"
        ) from error
