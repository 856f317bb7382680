"""Bringing events into the log, and showing that one is there. Law: R6.1, R8.1.

The bytes of an event and its record: docs/protocol/ledger-v1.md §1.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from lienthong.control.audit.events import database_now
from lienthong.control.frame.statements import execute
from lienthong.core.legal_days import instant, moment
from lienthong.db import named
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import RecordFormatError, decode_record, encode_record
from lienthong_protocol.staff_event import StaffEvent, encode_event, event_note, event_record, event_salt

_QUERIES: Final = named.load(Path(__file__).with_name("leaves.sql"))
_MOST: Final = 500
_MOST_NAMED: Final = 100


@dataclass(frozen=True, slots=True)
class EventProof:
    """An event as the log holds it.

    `content` are its exact bytes, `index` its leaf (none while it waits), `leaf` the hash there. `holds`:
    whether the record at that index is the one of these very bytes. `dropped`: it is neither in the log nor
    waits to be, which no process of this project brings about.
    """

    id: int
    content: bytes
    index: int | None
    leaf: bytes | None
    holds: bool
    dropped: bool = False

    @property
    def hash(self) -> bytes:
        """Return the SHA-256 that the record names."""
        return sha256(self.content).digest()


def append_waiting() -> int:
    """Append the events that wait, oldest number first, at most 500 at a time; return how many went in.

    Each call of the database is one commit: killed at any moment, no event is lost and none comes twice.
    Raises django.db.Error; nothing of the batch was written then, or all of it.
    """
    total = 0
    while waiting := [_event(row) for row in execute(_QUERIES, "waiting", _MOST)]:
        at = database_now()
        bodies = [encode_record(event_record(event.id, encode_event(event), at=at)) for event in waiting]
        ids = [event.id for event in waiting]
        placed = execute(_QUERIES, "append", ids, moment(at), bodies)[0][0]
        # None: another process was faster with some of them; what still waits is asked anew.
        total += 0 if placed is None else len(placed)
    return total


def proof_of(event_id: int) -> EventProof | None:
    """Return an event as the log holds it, none if there is no such event."""
    rows = execute(_QUERIES, "event", event_id)
    if not rows:
        return None
    *columns, index, body, waits = rows[0]
    content = encode_event(_event(columns))
    note = event_note(event_id, content)
    is_held = body is not None and _note_of(bytes(body)) == note
    leaf = None if body is None else leaf_hash(bytes(body))
    return EventProof(event_id, content, index, leaf, is_held, dropped=index is None and not waits)


def find_dropped(after: int) -> tuple[int, ...]:
    """Return events numbered above `after` that are neither in the log nor wait to be, 100 at most.

    Event and waiting, and waiting and leaf, are each one commit: of a sound audit none is ever found.
    """
    return tuple(row[0] for row in execute(_QUERIES, "dropped", after, _MOST_NAMED))


def newest_event() -> int:
    """Return the highest number of an event, 0 where there is none."""
    newest: int = execute(_QUERIES, "newest")[0][0]
    return newest


def _note_of(body: bytes) -> str | None:
    try:
        return decode_record(body).note
    except RecordFormatError:
        return None


def _event(row: Sequence[Any]) -> StaffEvent:
    """Read one row, whose columns come in the order of the event's members; Django leaves jsonb as text."""
    (
        event_id,
        at,
        kind,
        portal,
        actor,
        name,
        roles,
        body,
        subject_kind,
        subject,
        law,
        profile,
        detail,
        salt,
    ) = row
    assert isinstance(at, datetime)
    return StaffEvent(
        id=event_id,
        at=instant(at),
        kind=kind,
        portal=portal,
        actor=actor,
        actor_name=name,
        roles=roles,
        body=body,
        subject_kind=subject_kind,
        subject=subject,
        law=law,
        profile=profile,
        detail=msgspec.json.decode(detail, type=dict[str, str]),
        salt=event_salt(bytes(salt)),
    )
