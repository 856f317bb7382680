"""The journal of exchanges that each side keeps: one format, so that two journals can be laid side by side.

An entry is canonical JSON as in record.py and a leaf of the journal's own Merkle tree. It holds what was
signed and what was received, never a value about a person. Law: R6.1, R6.2. Described in
docs/protocol/ledger-v1.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from lienthong_protocol.merkle import EMPTY_ROOT, Frontier, leaf_hash
from lienthong_protocol.receipt import Receipt, ReceiptFormatError, parse_receipt
from lienthong_protocol.record import LARGEST_BODY, Act, HexDigest, Kind, Micros

_BATCH = 1024


class JournalFormatError(ValueError):
    """These bytes are not a journal entry, or a value cannot become one."""


class Stage(StrEnum):
    """How far an exchange got: about to be sent, answered and checked, or ended without a usable answer."""

    SENT = "sent"
    ANSWERED = "answered"
    FAILED = "failed"


def _one() -> Literal[1]:
    return 1


def _journal() -> Literal["journal"]:
    return "journal"


class JournalEntry(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One step of one exchange as its writer saw it; the members are in wire order.

    An exchange is found by key and nonce (inside `request_params`), its attempts by `request_id`.
    """

    v: Literal[1] = field(default_factory=_one)
    t: Literal["journal"] = field(default_factory=_journal)
    stage: Stage
    act: Act
    kind: Kind
    at: Micros
    """Microseconds since the epoch by the writer's clock."""
    hub: str
    """Origin of the hub's log."""
    system: str
    key: str
    """Thumbprint of the key that signed the request."""
    method: str
    target: str
    """Profile lt-1: the full target URI. Profile lt-1p: the signed LT-Target."""
    profile: str
    request_id: str
    purpose: str | None = None
    officer: str | None = None
    case: str | None = None
    consent: str | None = None
    subject: HexDigest | None = None
    """SHA-256 of the LT-Subject value as sent."""
    request_digest: str | None = None
    """The Content-Digest value as sent."""
    request_params: str
    """The signature parameters verbatim: the text after the component list."""
    request_signature: str
    """Base64."""
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    code: str | None = None
    """The permanent code of a refusal."""
    response_digest: str | None = None
    response_key: str | None = None
    response_params: str | None = None
    response_signature: str | None = None
    receipt: str | None = None
    """The LT-Receipt value as received."""
    notice: str | None = None
    note: str | None = None

    def parsed_receipt(self) -> Receipt | None:
        """Return the receipt in this entry, None where it holds none; raises ReceiptFormatError."""
        return None if self.receipt is None else parse_receipt(self.receipt)


@dataclass(frozen=True, slots=True)
class JournalHead:
    """Size and root of a journal: what its owner writes down, signs or hands to someone to hold it to it."""

    size: int = 0
    root: bytes = EMPTY_ROOT


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(JournalEntry)


def encode_entry(entry: JournalEntry) -> bytes:
    """Return the bytes of an entry; raises JournalFormatError if they exceed LARGEST_BODY."""
    try:
        body = _encoder.encode(entry)
    except UnicodeEncodeError as error:
        raise JournalFormatError("a text is not Unicode") from error
    if len(body) > LARGEST_BODY:
        raise JournalFormatError(f"{len(body)} bytes, an entry holds {LARGEST_BODY}")
    return body


def decode_entry(body: bytes) -> JournalEntry:
    """Return the entry these exact bytes are; raises JournalFormatError for anything else."""
    try:
        entry = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise JournalFormatError(f"not a journal entry: {error}") from error
    if encode_entry(entry) != body:
        raise JournalFormatError("not the canonical spelling")
    try:
        entry.parsed_receipt()
    except ReceiptFormatError as error:
        raise JournalFormatError(f"receipt: {error}") from error
    return entry


def extend_journal(frontier: Frontier, bodies: Iterable[bytes]) -> Frontier:
    """Return the frontier of a journal after these further entries, in order."""
    leaves: list[bytes] = []
    for body in bodies:
        leaves.append(leaf_hash(body))
        if len(leaves) == _BATCH:
            frontier = frontier.extend(leaves)
            leaves = []
    return frontier.extend(leaves)


def head_of(frontier: Frontier) -> JournalHead:
    """Return the head of a journal with this frontier."""
    return JournalHead(frontier.size, frontier.root())
