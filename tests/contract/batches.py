"""Batches for ledger.append: as Python entries, and as the bare arrays for asking the function itself."""

import itertools
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg

from lienthong.ledger.append import Entry, LineEntry
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

KEY = "k" * 43
_numbers = itertools.count(1)


def entry(*, lines: int = 1, nonce: str | None = None, key: str = KEY, system: str = "his") -> Entry:
    """Return one look-up with its lines; every entry differs. `nonce` None: a fresh one, "": none."""
    nonce = secrets.token_urlsafe(16) if nonce is None else nonce
    at = time.time_ns() // 1000
    record = Record(
        act=Act.EXPLOIT,
        kind=Kind.LOOKUP,
        at=at,
        agency="hospital",
        system=system,
        key=key,
        proof=Proof.MESSAGE,
        profile="lt-1",
        channel="direct",
        purpose="identify-patient",
        officer="dr-012",
        request_id=f"request-{next(_numbers)}",
        params=f';created={at // 1_000_000};keyid="{key}";nonce="{nonce}";tag="lienthong-req-1"',
        fields=(1, 4, 5),
        lines=lines,
        code="",
        duration=900,
    )
    body = encode_record(record)
    return Entry(
        record=record,
        body=body,
        lines=tuple(line_entry(body, at, position) for position in range(1, lines + 1)),
        persons=lines,
        nonce=nonce,
        created=at // 1_000_000,
    )


def line_entry(record_body: bytes, at: int, position: int) -> LineEntry:
    line = Line(
        record=reference(leaf_hash(record_body)),
        position=position,
        tag=base64url.encode(secrets.token_bytes(16)),
        tag_key="2026Q4",
        outcome=Outcome.DISCLOSED,
        asked=(1, 4, 5),
        given=(1, 4, 5),
        purpose="identify-patient",
        agency="hospital",
        system="his",
        visibility=Visibility.SHOWN,
        at=at,
        random=base64url.encode(secrets.token_bytes(16)),
    )
    return LineEntry(line, encode_line(line))


@dataclass
class Batch:
    """The arguments of ledger.append by name, each changeable; one record per element of `nonces`."""

    nonces: list[str]
    lines: list[int] = field(default_factory=list)
    grant_version: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)

    def arguments(self) -> list[Any]:
        records = len(self.nonces)
        lines = self.lines or [0] * records
        total = sum(lines)
        values: dict[str, Any] = {
            "grant_version": self.grant_version,
            "at": [datetime.now(UTC)] * records,
            "key": [KEY] * records,
            "nonce": self.nonces,
            "created": [int(time.time())] * records,
            "act": [3] * records,
            "kind": [1] * records,
            "agency": ["hospital"] * records,
            "system": ["his"] * records,
            "purpose": ["identify-patient"] * records,
            "officer": ["dr-012"] * records,
            "request_id": [f"request-{next(_numbers)}" for _ in range(records)],
            "code": [""] * records,
            "persons": [1] * records,
            "misses": [0] * records,
            "lines": lines,
            "body": [b'{"record":"%s"}' % secrets.token_hex(8).encode() for _ in range(records)],
            "line_tag": [secrets.token_bytes(16) for _ in range(total)],
            "line_tag_key": ["2026Q4"] * total,
            "line_outcome": [1] * total,
            "line_visibility": [1] * total,
            "line_body": [b'{"line":"%s"}' % secrets.token_hex(8).encode() for _ in range(total)],
        }
        assert self.changes.keys() <= values.keys()
        return list({**values, **self.changes}.values())

    async def append(self, connection: asyncpg.Connection) -> tuple[int, list[Any] | None, list[Any] | None]:
        row = await connection.fetchrow(APPEND, *self.arguments())
        return row["outcome"], row["indexes"], row["earlier"]


APPEND = f"""
    SELECT outcome, indexes, earlier
    FROM ledger.append({", ".join(f"${number}" for number in range(1, 23))})
"""


def fresh(count: int) -> list[str]:
    """Return so many nonces never used."""
    return [secrets.token_urlsafe(16) for _ in range(count)]


async def check_log(connection: asyncpg.Connection) -> int:
    """Check as superuser that the log has no gap and its leaves hash what stands there; return its size."""
    size: int = await connection.fetchval("SELECT max(size) FROM ledger.head")
    faults = await connection.fetch(
        """
        WITH entry AS (
          SELECT index, body FROM exchange.record UNION ALL SELECT index, body FROM exchange.line
        )
        SELECT coalesce(entry.index, leaf.index) AS index
        FROM entry FULL JOIN ledger.leaf USING (index)
        WHERE entry.index IS NULL OR leaf.index IS NULL OR leaf.hash <> sha256('\\x00'::bytea || entry.body)
        """
    )
    assert not faults
    extent = await connection.fetchrow("SELECT min(index), max(index), count(*) FROM ledger.leaf")
    assert tuple(extent) == ((0, size - 1, size) if size else (None, None, 0))
    misplaced = await connection.fetchval(
        """
        SELECT count(*) FROM exchange.record AS r
        WHERE (SELECT array_agg(l.index ORDER BY l.index) FROM exchange.line AS l WHERE l.record = r.index)
          IS DISTINCT FROM (SELECT array_agg(r.index + n ORDER BY n) FROM generate_series(1, r.lines) AS n)
        """
    )
    assert misplaced == 0
    heads = await connection.fetchval(
        "SELECT count(*) FROM ledger.head"
        " WHERE previous <> size AND previous NOT IN (SELECT size FROM ledger.head)"
    )
    assert heads == 0
    return size
