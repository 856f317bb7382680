"""What each role may do, read from the catalog: one line per privilege, as in privileges.txt.

`python -m tests.contract.privileges` writes privileges.txt anew; read the difference before agreeing to it.
"""

import asyncio
from pathlib import Path

import asyncpg

TABLE = Path(__file__).with_name("privileges.txt")

ROLES = ["lt_owner", "lt_gateway", "lt_intake", "lt_control", "lt_notary", "lt_inspector", "lt_monitor"]
SCHEMAS = ["register", "exchange", "ledger", "ops", "audit", "control", "jobs", "public"]

_GRANTED = """
    SELECT grantee.rolname AS role, entry.kind, entry.name, acl.privilege_type AS privilege, acl.is_grantable
    FROM (
      SELECT 'schema' AS kind, n.nspname::text AS name, n.nspacl AS acl, n.nspowner AS owner,
        'n'::"char" AS type
      FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ANY ($1)
      UNION ALL
      SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, c.oid::regclass::text, c.relacl,
        c.relowner, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      UNION ALL
      SELECT 'column', c.oid::regclass::text || '.' || a.attname, a.attacl, c.relowner, 'c'::"char"
      FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1) AND a.attacl IS NOT NULL
      UNION ALL
      SELECT 'function', p.oid::regprocedure::text, p.proacl, p.proowner, 'f'::"char"
      FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = ANY ($1)
      UNION ALL
      SELECT 'type', t.oid::regtype::text, t.typacl, t.typowner, 'T'::"char"
      FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
      WHERE n.nspname = ANY ($1) AND t.typtype IN ('c', 'd', 'e') AND t.typelem = 0
        AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_catalog.pg_class AS c
                                       WHERE c.oid = t.typrelid AND c.relkind = 'c'))
      UNION ALL
      SELECT 'language', l.lanname::text, l.lanacl, l.lanowner, 'l'::"char" FROM pg_catalog.pg_language AS l
      WHERE l.lanpltrusted
      UNION ALL
      SELECT 'database', 'this', d.datacl, d.datdba, 'd'::"char" FROM pg_catalog.pg_database AS d
      WHERE d.datname = current_database()
    ) AS entry
    CROSS JOIN LATERAL pg_catalog.aclexplode(
      coalesce(entry.acl, pg_catalog.acldefault(entry.type, entry.owner))) AS acl
    LEFT JOIN pg_catalog.pg_roles AS grantee ON grantee.oid = acl.grantee
    WHERE acl.grantee <> entry.owner
"""
_ATTRIBUTES = """
    SELECT rolname AS role, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
      rolbypassrls
    FROM pg_catalog.pg_roles WHERE rolname LIKE 'lt\\_%'
"""
_MEMBERS = """
    SELECT member.rolname AS member, role.rolname AS role
    FROM pg_catalog.pg_auth_members AS m
    JOIN pg_catalog.pg_roles AS role ON role.oid = m.roleid
    JOIN pg_catalog.pg_roles AS member ON member.oid = m.member
    WHERE role.rolname LIKE 'lt\\_%' OR member.rolname LIKE 'lt\\_%'
"""


async def read_privileges(administrator: asyncpg.Connection) -> list[str]:
    """Return every privilege beyond an owner's own, every attribute and membership of our roles, sorted."""
    lines = []
    for row in await administrator.fetch(_GRANTED, SCHEMAS):
        option = " with grant option" if row["is_grantable"] else ""
        lines.append(f"{row['role'] or 'PUBLIC'}: {row['privilege']} on {row['kind']} {row['name']}{option}")
    for row in await administrator.fetch(_ATTRIBUTES):
        held = [name.removeprefix("rol") for name, value in row.items() if value is True]
        lines.append(f"{row['role']}: is {' '.join(held) or 'nothing more'}")
    lines += [f"{row['member']}: member of {row['role']}" for row in await administrator.fetch(_MEMBERS)]
    return sorted(lines)


def renew() -> None:
    """Write what a freshly migrated database says."""
    from lienthong.db import Database, Role, connect
    from tests.conftest import WHEEL, Clusters

    async def read(database: Database) -> list[str]:
        connection = await connect(database, Role.ADMINISTRATOR)
        try:
            return await read_privileges(connection)
        finally:
            await connection.close()

    clusters = Clusters()
    try:
        TABLE.write_text("\n".join(asyncio.run(read(clusters.template(WHEEL)))) + "\n", encoding="utf-8")
    finally:
        clusters.stop()


if __name__ == "__main__":
    renew()
