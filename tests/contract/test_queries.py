"""Every named query of the server is prepared under each role that runs it."""

from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Role
from lienthong.db.named import Query, all_queries

ROOT = Path(__file__).parents[2]
QUERIES = all_queries([ROOT / "src" / "lienthong"])


@pytest.mark.every_postgres
@pytest.mark.law("R1.4")
async def test_every_named_query_runs_under_its_role(connect_as):
    assert len(QUERIES) > 10
    wrong = []
    connections: dict[Role, asyncpg.Connection] = {}
    for query in QUERIES:
        for role in query.roles:
            if role not in connections:
                connections[role] = await connect_as(role)
            wrong += await complaint(connections[role], role, query)
    assert wrong == []


async def complaint(connection: asyncpg.Connection, role: Role, query: Query) -> list[str]:
    """Return what PostgreSQL says against the query: names when preparing, privileges when planning."""
    where = f"{query.path.relative_to(ROOT)}:{query.line} {query.name} as {role}"
    try:
        statement = await connection.prepare(query.sql)
        nothing = ", ".join(["NULL"] * len(statement.get_parameters()))
        # The prepared statement is planned, not run: EXPLAIN opens its tables and so checks their privileges.
        if nothing:
            await connection.execute(f"EXPLAIN EXECUTE {statement.get_name()} ({nothing})")
        elif query.sql.lstrip("( \n").upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            await connection.execute(f"EXPLAIN {query.sql}")
        for function in await functions_in(connection, query.sql):
            if not function["allowed"]:
                return [f"{where}: may not execute {function['name']}"]
    except asyncpg.PostgresError as error:
        return [f"{where}: {error.sqlstate} {error}"]
    return []


async def functions_in(connection: asyncpg.Connection, sql: str) -> list[asyncpg.Record]:
    """Return our functions named in the query: preparing one does not ask whether it may be executed."""
    return await connection.fetch(
        """
        SELECT p.oid::regprocedure::text AS name, has_function_privilege(p.oid, 'EXECUTE') AS allowed
        FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('register', 'exchange', 'ledger', 'ops')
          AND $1 ~ ('\\m' || n.nspname || '\\.' || p.proname || '\\s*\\(')
        """,
        sql,
    )


async def test_a_query_that_does_not_fit_is_seen(connect_as):
    gateway = await connect_as(Role.GATEWAY)

    def query(sql: str) -> Query:
        return Query("q", sql, "sentence", (Role.GATEWAY,), ROOT / "src" / "q.sql", 1)

    assert await complaint(gateway, Role.GATEWAY, query("SELECT version FROM exchange.grant")) == []
    assert await complaint(gateway, Role.GATEWAY, query("SELECT ledger.newest_head()")) == []
    for wrong in (
        "SELECT versoin FROM exchange.grant",
        "SELECT number FROM register.person",
        "SELECT number FROM register.person WHERE number = $1",
        "SELECT exchange.retire($1)",
        "SELECT exchange.make_partitions(13)",
        "INSERT INTO exchange.grant (version) VALUES ($1)",
    ):
        assert len(await complaint(gateway, Role.GATEWAY, query(wrong))) == 1, wrong
