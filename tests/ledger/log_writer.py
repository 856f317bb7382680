"""Writes synthetic records and lines through the one way into the log, for the tests of this folder."""

import random
import time
from base64 import b64encode

import asyncpg

from lienthong.ledger.append import Entry, LineEntry, Placed, append
from lienthong_protocol import base64url
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import (
    Act,
    Kind,
    Line,
    Outcome,
    Proof,
    Record,
    Visibility,
    encode_line,
    encode_record,
    reference,
)


def entry(number: int, lines: int, *, at: int | None = None) -> Entry:
    """Return one look-up with so many lines, each unlike any other."""
    chance = random.Random(number)
    moment = at or time.time_ns() // 1_000
    record = Record(
        act=Act.EXPLOIT,
        kind=Kind.LOOKUP if lines < 2 else Kind.LOOKUP_BATCH,
        at=moment,
        agency="moh",
        system=f"system-{number % 5}",
        key="0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
        proof=Proof.MESSAGE,
        profile="lt-1",
        channel="direct",
        purpose="patient-identification",
        officer=f"officer-{number % 7}",
        case=f"HS-{number}",
        request_id=f"request-{number}",
        target="/v1/lookup",
        request_digest=f"sha-256=:{b64encode(chance.randbytes(32)).decode()}:",
        params=f';created=1795000000;keyid="k";nonce="{number}";tag="lienthong-req-1"',
        signature=b64encode(chance.randbytes(64)).decode(),
        fields=(1, 2, 10),
        lines=lines,
        code="" if lines else "LT302",
        commitment=base64url.encode(chance.randbytes(32)),
        duration=500 + number,
    )
    body = encode_record(record)
    return Entry(
        record,
        body,
        tuple(line(body, record, position, chance) for position in range(1, lines + 1)),
        persons=lines,
        nonce=f"nonce-of-request-{number:08}",
        created=moment // 1_000_000,
    )


def line(body: bytes, record: Record, position: int, chance: random.Random) -> LineEntry:
    made = Line(
        record=reference(leaf_hash(body)),
        position=position,
        tag=base64url.encode(chance.randbytes(16)),
        tag_key="2026Q4",
        outcome=Outcome.DISCLOSED,
        asked=(1, 2, 10),
        given=(1, 2),
        purpose=record.purpose,
        agency=record.agency,
        system=record.system,
        visibility=Visibility.SHOWN,
        at=record.at,
        case=record.case,
        random=base64url.encode(chance.randbytes(16)),
    )
    return LineEntry(made, encode_line(made))


async def write(connection: asyncpg.Connection, count: int, *, first: int = 0) -> list[int]:
    """Append `count` records numbered from `first` on, with 0 to 3 lines each; return their indexes."""
    indexes: list[int] = []
    numbers = list(range(first, first + count))
    for start in range(0, count, 200):
        batch = [entry(number, number % 4) for number in numbers[start : start + 200]]
        placed = await append(connection, batch, grant_version=None)
        assert isinstance(placed, tuple)
        for outcome in placed:
            assert isinstance(outcome, Placed)
            indexes.append(outcome.index)
    return indexes
