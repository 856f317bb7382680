"""What a person should look at: findings that the planes left in the seam, and closing them.

A finding holds references and names of fields, never values. An open one may hold something back: a system
whose batch missed too often asks in batches again only when a person has closed the finding. Law: R8.2.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
from msgspec import Struct

from lienthong.db import named
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record

LONGEST_NAME: Final = 100
LONGEST_REASON: Final = 1_000

_QUERIES = named.load(Path(__file__).with_name("queries.sql"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PERSONAL_NUMBER = re.compile(r"\d{9}")


class FindingError(ValueError):
    """A finding cannot be closed so; `vi` and `en` say why and what to do."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


class Closing(Struct, frozen=True):
    """Who closed a finding, from which operating-system account, why, when, and the record that says so."""

    at: datetime
    by: str
    account: str
    reason: str
    record: int


class Finding(Struct, frozen=True):
    """One finding: since when, of which kind, about whom, the record it is about, and its closing."""

    number: int
    at: datetime
    kind: str
    agency: str
    system: str
    officer: str
    record: int | None
    detail: str
    closed: Closing | None


async def open_findings(connection: asyncpg.Connection) -> tuple[Finding, ...]:
    """Return what is open, oldest first; the connection is lt_control's."""
    return _findings(await connection.fetch(_QUERIES.sql("findings_open")))


async def closed_findings(connection: asyncpg.Connection, *, most: int) -> tuple[Finding, ...]:
    """Return what persons have closed, newest finding first, at most `most`."""
    return _findings(await connection.fetch(_QUERIES.sql("findings_closed"), most))


async def finding(connection: asyncpg.Connection, number: int) -> Finding:
    """Return one finding, open or closed; raises FindingError when there is none of this number."""
    found = _findings(await connection.fetch(_QUERIES.sql("finding"), number))
    if not found:
        raise FindingError(f"không có phát hiện số {number}", f"there is no finding {number}")
    return found[0]


async def close_finding(
    connection: asyncpg.Connection, number: int, *, by: str, account: str, reason: str, now: int
) -> Finding:
    """Close a finding for good and record it in the same commit; return it as closed. Law: R6.1, R8.2.

    `now` is in microseconds. Raises FindingError for a finding that is not open and for a name or reason that
    cannot be kept. An exception of the connection means that it is not known whether it was closed: look.
    """
    by, reason = by.strip(), reason.strip()
    _require_text(by, LONGEST_NAME, "tên người xử lý", "the name of who has looked")
    _require_text(reason, LONGEST_REASON, "lý do", "the reason")
    open_one = await finding(connection, number)
    index: int | None = await connection.fetchval(
        _QUERIES.sql("close_finding"),
        number,
        _EPOCH + timedelta(microseconds=now),
        by,
        account,
        reason,
        encode_record(_record(open_one, by=by, account=account, reason=reason, now=now)),
    )
    found = await finding(connection, number)
    if index is None:
        closed = found.closed
        who, when = ("", "") if closed is None else (closed.by, f"{closed.at:%Y-%m-%d %H:%M}Z")
        raise FindingError(
            f"phát hiện số {number} đã được {who} đóng lúc {when}",
            f"finding {number} was closed by {who} at {when}",
        )
    return found


def _record(closed: Finding, *, by: str, account: str, reason: str, now: int) -> Record:
    return Record(
        act=Act.EXPLOIT,
        kind=Kind.STAFF_ACT,
        at=now,
        agency=closed.agency,
        system=closed.system,
        key="",
        proof=Proof.NONE,
        profile="",
        channel="",
        lines=0,
        code="",
        duration=0,
        note=f"finding {closed.number} ({closed.kind}) closed by {by} (account {account}): {reason}",
    )


def _require_text(text: str, longest: int, vi: str, en: str) -> None:
    """Refuse what says nothing, what breaks a line of a report, and numbers of persons."""
    if not 1 <= len(text) <= longest or _CONTROL.search(text):
        raise FindingError(
            f"{vi}: cần 1 đến {longest} ký tự, trên một dòng", f"{en}: 1 to {longest} characters, on one line"
        )
    if _PERSONAL_NUMBER.search(text):
        raise FindingError(
            f"{vi}: không ghi số định danh của công dân, nhật ký không chứa dữ liệu cá nhân",
            f"{en}: leave personal numbers out, the log holds no personal data",
        )


def _findings(rows: Sequence[asyncpg.Record]) -> tuple[Finding, ...]:
    found = []
    for row in rows:
        number, at, kind, agency, system, officer, record, detail, *closing = row
        closed = None if closing[0] is None else Closing(*closing)
        found.append(Finding(number, at, kind, agency, system, officer, record, detail, closed))
    return tuple(found)
