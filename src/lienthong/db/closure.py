"""Whether the log of a database is closed: what the database itself says (schema/0022_closing.sql)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from lienthong.db import named
from lienthong.db.database import Database, connect_blocking
from lienthong.db.role import Role

_QUERIES = named.load(Path(__file__).with_name("backup.sql"))


@dataclass(frozen=True, slots=True)
class Closure:
    """A log that is closed: since when, why (`restore`, `promotion`, `set_back`), at how many leaves."""

    at: datetime
    cause: str
    size: int


def read_closure(connection: psycopg.Connection) -> Closure | None:
    """Return the closure that lasts, None for an open log."""
    row = connection.execute(_QUERIES.sql("closed").encode()).fetchone()
    return None if row is None else Closure(*row)


def closure_of(database: Database) -> Closure | None:
    """Return the closure that lasts, None for an open log; asks as the administrator.

    Raises DatabaseUnavailable.
    """
    with connect_blocking(database, Role.ADMINISTRATOR, application="lienthong status") as connection:
        return read_closure(connection)
