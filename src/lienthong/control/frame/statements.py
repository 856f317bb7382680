"""Named queries on Django's own connection, inside whatever transaction runs there."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

from lienthong.db.named import Queries


def execute(
    queries: Queries, name: str, *arguments: object, is_planned_anew: bool = False
) -> Sequence[tuple[Any, ...]]:
    """Run the query `name` of a file and return its rows, none for a statement that has none.

    A query is prepared once for each connection, so that PostgreSQL need not read and plan it for every page;
    `is_planned_anew` is for one whose best plan depends on what it is asked. Raises django.db.Error.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.RawCursor(connection.connection)
        cursor.execute(queries.sql(name).encode(), arguments, prepare=not is_planned_anew)
        return cursor.fetchall() if cursor.description else ()
