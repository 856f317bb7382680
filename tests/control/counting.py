"""Counting what a page asks of the database: every statement, Django's own and the named queries alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

import psycopg


@dataclass
class Statements:
    """The statements executed, in order."""

    sent: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent)


@contextmanager
def statements() -> Iterator[Statements]:
    """Collect the statements that any cursor of this process executes meanwhile."""
    seen = Statements()
    execute = psycopg.Cursor.execute

    def counted(cursor, query, *arguments, **named):
        seen.sent.append(query.decode() if isinstance(query, bytes) else str(query))
        return execute(cursor, query, *arguments, **named)

    with patch.object(psycopg.Cursor, "execute", counted):
        yield seen
