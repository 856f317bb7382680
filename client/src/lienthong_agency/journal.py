"""The agency's journal: each request before it is sent, each answer before it is used, in SQLite.

An entry is the canonical JSON of lienthong_protocol.journal and a leaf of the journal's own Merkle tree. The
file keeps the tree's right edge; `check` computes it again from the entries. Whoever holds the file can write
a new one, so its head is worth what was done with it: written down, signed, or sent to someone.
Law: R6.1, R6.2.
"""

import os
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Final

from lienthong_protocol.journal import (
    JournalEntry,
    JournalFormatError,
    JournalHead,
    decode_entry,
    encode_entry,
    head_of,
)
from lienthong_protocol.merkle import HASH_LENGTH, Frontier, leaf_hash

_APPLICATION: Final = 0x4C544A31
_VERSION: Final = 1
_PATIENCE: Final = 30.0
"""Seconds to wait for another process that is writing."""

_HEADER = re.compile(r"^-- name: (\w+)$", re.M)


class JournalError(Exception):
    """The journal cannot be opened or written; the message says why."""


class JournalBrokenError(JournalError):
    """The entries are not those the journal's tree was built from; the message says where it shows."""


def _load(name: str) -> str:
    return (files("lienthong_agency") / name).read_text(encoding="utf-8")


def _queries(text: str) -> dict[str, str]:
    parts = _HEADER.split(text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


_SQL = _queries(_load("journal_queries.sql"))


class Journal:
    """An open journal; safe to share between threads, and the file between processes.

    An appended entry is on the disk when `append` returns (WAL, synchronous=FULL). Raises JournalError
    wherever the file cannot be used, JournalBrokenError where it is not as it was written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with _told(path):
            is_new = _touch(path)
            self._connection = sqlite3.connect(
                path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(is_new=is_new)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def append(self, entry: JournalEntry) -> int:
        """Add an entry durably and return its position.

        1. The write lock is taken before the head is read: two processes cannot extend the same head.
        2. Entry and head are written in one transaction: a crash leaves both or neither.
        """
        body = encode_entry(entry)
        with self._lock, _told(self.path), self._transaction():
            frontier = self._frontier()
            self._connection.execute(_SQL["append"], (frontier.size, body.decode("utf-8")))
            grown = frontier.push(leaf_hash(body))
            self._connection.execute(_SQL["move_head"], (grown.size, b"".join(grown.hashes)))
            return frontier.size

    def head(self) -> JournalHead:
        """Return size and root of the journal."""
        with self._lock, _told(self.path):
            return head_of(self._frontier())

    def bodies(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield position and bytes of every entry from `start` on; entries added meanwhile are included."""
        while True:
            with self._lock, _told(self.path):
                rows = self._connection.execute(_SQL["bodies"], (start,)).fetchmany(1_000)
            if not rows:
                return
            yield from ((position, body.encode("utf-8")) for position, body in rows)
            start = rows[-1][0] + 1

    def newest(self, most: int) -> list[tuple[int, JournalEntry]]:
        """Return the last so many entries, newest first."""
        with self._lock, _told(self.path):
            rows = self._connection.execute(_SQL["newest"], (most,)).fetchall()
        return [(position, self._decode(position, body.encode("utf-8"))) for position, body in rows]

    def of_request(self, request_id: str) -> list[tuple[int, JournalEntry]]:
        """Return the entries of one request id, in order."""
        with self._lock, _told(self.path):
            rows = self._connection.execute(_SQL["of_request"], (request_id,)).fetchall()
        return [(position, self._decode(position, body.encode("utf-8"))) for position, body in rows]

    def check(self, earlier: JournalHead | None = None) -> Iterator[tuple[int, JournalEntry]]:
        """Yield every entry of the journal as it stands now, and raise JournalBrokenError at what is wrong.

        At the end the tree over the entries is compared with the head that was kept beside them, and on the
        way with a head someone has kept elsewhere.
        """
        kept = self._kept_head()
        frontier = Frontier()
        _compare(earlier, frontier)
        for position, body in self.bodies():
            if position >= kept.size:
                break
            if position != frontier.size:
                raise JournalBrokenError(f"entry {frontier.size} is missing")
            yield position, self._decode(position, body)
            frontier = frontier.push(leaf_hash(body))
            _compare(earlier, frontier)
        if earlier is not None and earlier.size > frontier.size:
            raise JournalBrokenError(f"the journal once had {earlier.size} entries, now {frontier.size}")
        if frontier.size != kept.size:
            raise JournalBrokenError(f"{frontier.size} entries are left of {kept.size}")
        if frontier != kept:
            raise JournalBrokenError("an entry is not the one that was written")

    def _kept_head(self) -> Frontier:
        with self._lock, _told(self.path):
            return self._frontier()

    def _decode(self, position: int, body: bytes) -> JournalEntry:
        try:
            return decode_entry(body)
        except JournalFormatError as error:
            raise JournalBrokenError(f"entry {position}: {error}") from error

    def _frontier(self) -> Frontier:
        row = self._connection.execute(_SQL["head"]).fetchone()
        if row is None:
            raise JournalBrokenError("the head is missing")
        size, hashes = row
        try:
            return Frontier(
                size, tuple(hashes[at : at + HASH_LENGTH] for at in range(0, len(hashes), HASH_LENGTH))
            )
        except ValueError as error:
            raise JournalBrokenError(f"the head is damaged: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _prepare(self, *, is_new: bool) -> None:
        if is_new:
            self._connection.executescript(f"BEGIN EXCLUSIVE; {_load('journal.sql')} COMMIT;")
        application = self._connection.execute("PRAGMA application_id").fetchone()[0]
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if (application, version) != (_APPLICATION, _VERSION):
            raise JournalError(f"{self.path} is no journal of this version")
        mode = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise JournalError(f"{self.path} lies where SQLite cannot keep a write-ahead log")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._frontier()


def _compare(earlier: JournalHead | None, frontier: Frontier) -> None:
    if earlier is not None and earlier.size == frontier.size and earlier.root != frontier.root():
        raise JournalBrokenError(f"the first {earlier.size} entries are not those of the head kept elsewhere")


def _touch(path: Path) -> bool:
    """Make the file for its owner alone where there is none; tell whether a journal is to be made in it."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return path.stat().st_size == 0
    return True


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn faults of the file into sentences."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise JournalError(f"{path}: {error}") from error
        raise JournalBrokenError(f"{path}: {error}") from error
    except OSError as error:
        raise JournalError(f"{path}: {error.strerror}") from error
