"""An act of people in the control plane as exact bytes, and the record by which the log holds their hash.

The event itself stays with the hub: it names staff. The log holds a hash that nobody can guess an event into,
because every event has a salt of its own. Described in docs/protocol/ledger-v1.md §1.5.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct, field

from lienthong_protocol import base64url
from lienthong_protocol.record import Act, Count, Kind, Micros, Proof, Record, RecordFormatError, Tag


def _one() -> Literal[1]:
    return 1


def _event() -> Literal["event"]:
    return "event"


class StaffEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One act; `actor` and `body` are the hub's own numbers, absent for the system and for nobody's thing."""

    v: Literal[1] = field(default_factory=_one)
    t: Literal["event"] = field(default_factory=_event)
    id: Count
    at: Micros
    kind: str
    portal: str
    actor: Count | None = None
    actor_name: str
    roles: Sequence[str]
    body: Count | None = None
    subject_kind: str
    subject: str
    law: Sequence[str]
    profile: str
    detail: Mapping[str, str]
    """Members in the order of their names' Unicode code points."""
    salt: Tag
    """16 random bytes, base64url."""


_encoder = msgspec.json.Encoder()


def encode_event(event: StaffEvent) -> bytes:
    """Return the bytes that are hashed; raises RecordFormatError for a text that is not Unicode."""
    ordered = msgspec.structs.replace(event, detail=dict(sorted(event.detail.items())))
    try:
        return _encoder.encode(ordered)
    except UnicodeEncodeError as error:
        raise RecordFormatError("a text is not Unicode") from error


def event_salt(salt: bytes) -> str:
    """Return a salt of 16 bytes as it stands in an event."""
    return base64url.encode(salt)


def event_note(event_id: int, content: bytes) -> str:
    """Return what the record says of an event, of which `content` are the exact bytes."""
    return f"event {event_id} sha-256 {sha256(content).hexdigest()}"


def event_record(event_id: int, content: bytes, *, at: int) -> Record:
    """Return the record of an event appended at `at`, in microseconds. Law: R6.1, R8.1."""
    return Record(
        act=Act.CONNECT,
        kind=Kind.STAFF_ACT,
        at=at,
        agency="authority",
        system="hub",
        key="",
        proof=Proof.NONE,
        profile="",
        channel="",
        lines=0,
        code="",
        duration=0,
        note=event_note(event_id, content),
    )
