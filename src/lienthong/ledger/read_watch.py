"""The watch over a stolen gateway: persons read from the register against persons told of in the log.

It runs in the notary, for a thief of the gateway would silence its own alarm. The register counts reads in a
sequence that the gateway can neither set nor roll back; the log is what the notary signs. Law: R6.1.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
import structlog
from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

from lienthong.core.answer import FindingKind
from lienthong.core.legal_days import moment
from lienthong.core.unrecorded_reads import Balance, Reading, begin, weigh
from lienthong.db.private_files import write_private
from lienthong.ledger.stored_tree import QUERIES

METRICS: Final = {
    "lienthong_unrecorded_reads": "Persons read without a record in the last day, at least",
    "lienthong_register_persons_read": "Persons ever read, as the register counts them",
    "lienthong_reads_watched_seconds": "When reads were last compared with the log",
}
"""What the notary tells Prometheus, by name."""

_log = structlog.get_logger("lienthong.notary")


@dataclass(frozen=True, slots=True)
class ReadWatch:
    """What is watched and how: the balance lies in `folder`, the notary's own.

    More than `most` persons read without a record within a day are a finding. A look is taken every
    `interval` seconds, longer than any exchange lasts. `metrics` is a file for Prometheus's textfile
    collector.
    """

    folder: Path
    most: int = 300
    interval: float = 10.0
    metrics: Path | None = None

    @property
    def path(self) -> Path:
        """Return the file of the balance."""
        return self.folder / "persons-read"

    async def look(self, connection: asyncpg.Connection) -> int:
        """Take one reading; return how many reads of the last day have no record at least.

        1. The balance as kept: what was read while no notary ran is weighed now.
        2. Lines first, reads after: a read that has its line is never counted without it.
        3. Beyond the limit a finding is opened and committed before the balance forgets it: a notary that
           dies between finds it again.
        4. The balance is kept, and begins anew after a finding, so that the next one tells of new reads.
        """
        balance = self._kept()
        reading = await _read(connection, None if balance is None else balance.last)
        if balance is None:
            balance, unrecorded = begin(reading), 0
        else:
            balance, unrecorded = weigh(balance, reading)
        if unrecorded > self.most:
            await _tell(connection, unrecorded, reading.at)
            balance = begin(reading)
        write_private(self.path, msgspec.json.encode(balance))
        if self.metrics is not None:
            _write_metrics(self.metrics, reading, unrecorded)
        return unrecorded

    def _kept(self) -> Balance | None:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Balance)
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, UnicodeDecodeError):
            _log.warning("the balance of reads cannot be read and begins anew", file=str(self.path))
            return None


async def _read(connection: asyncpg.Connection, last: Reading | None) -> Reading:
    size = await connection.fetchval(QUERIES.sql("head"))
    explained = 0
    if last is not None and last.size <= size:
        counts = await connection.fetchrow(QUERIES.sql("persons_recorded"), last.size, size)
        assert counts is not None
        explained = last.explained + counts["recorded"] + counts["excused"]
    reads = await connection.fetchval(QUERIES.sql("persons_read"))
    return Reading(at=time.time_ns() // 1_000, size=size, reads=reads, explained=explained)


async def _tell(connection: asyncpg.Connection, unrecorded: int, at: int) -> None:
    detail = f"{unrecorded} persons read without a record"
    await connection.fetchval(
        QUERIES.sql("note_finding"),
        moment(at),
        FindingKind.READS_UNRECORDED.value,
        "authority",
        "hub",
        detail,
    )
    _log.critical("persons were read without a record: the gateway may be stolen", persons=unrecorded)


def _write_metrics(path: Path, reading: Reading, unrecorded: int) -> None:
    registry = CollectorRegistry()
    values = (unrecorded, reading.reads, reading.at / 1e6)
    for (name, text), value in zip(METRICS.items(), values, strict=True):
        Gauge(name, text, registry=registry).set(value)
    write_to_textfile(str(path), registry)
