"""Named queries on Django's own connection, inside whatever transaction runs there."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

from lienthong.db.named import Queries


def execute(queries: Queries, name: str, *arguments: object) -> Sequence[tuple[Any, ...]]:
    """Run the query `name` of a file and return its rows, none for a statement that has none.

    Raises django.db.Error.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.RawCursor(connection.connection)
        cursor.execute(queries.sql(name).encode(), arguments)
        return cursor.fetchall() if cursor.description else ()
