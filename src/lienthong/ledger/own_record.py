"""What the hub states in the log of its own accord: no caller signed it, no person is in it."""

import asyncpg

from lienthong.ledger.append import Entry, append
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record


async def append_own(
    connection: asyncpg.Connection,
    *,
    act: Act,
    kind: Kind,
    at: int,
    agency: str,
    system: str,
    note: str,
    count: int | None = None,
) -> None:
    """Append a record of the hub's own; `at` in microseconds. Law: R6.1.

    Raises AppendRefused, AppendUncertain.
    """
    record = Record(
        act=act,
        kind=kind,
        at=at,
        agency=agency,
        system=system,
        key="",
        proof=Proof.NONE,
        profile="",
        channel="",
        lines=0,
        code="",
        duration=0,
        count=count,
        note=note,
    )
    await append(connection, [Entry(record, encode_record(record))], grant_version=None)
