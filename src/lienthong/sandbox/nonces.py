"""Nonces the steward has seen, on disk: who holds a signed request cannot have it acted on a second time.

A replay would not only repeat: an enrolment sent again after a later one would take the later one back.
"""

import sqlite3
from pathlib import Path
from typing import Final

from lienthong.db import named
from lienthong_protocol.signature_parameters import SECONDS_FUTURE, SECONDS_PAST

_SCHEMA: Final = Path(__file__).with_name("schema")
_QUERIES: Final = named.load(_SCHEMA / "nonce_queries.sql")


class NonceStore:
    """The nonces of one key, kept as long as their requests would still be read."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, timeout=10, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript((_SCHEMA / "nonces.sql").read_text(encoding="utf-8"))

    def take(self, nonce: str, *, now: int) -> bool:
        """Take a nonce and say whether it was free; `now` in seconds. Durable once this returns."""
        self._connection.execute(_QUERIES.sql("forget"), (now,))
        until = now + SECONDS_PAST + SECONDS_FUTURE
        return self._connection.execute(_QUERIES.sql("take"), (nonce, until)).rowcount == 1

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
