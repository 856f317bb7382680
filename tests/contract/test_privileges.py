"""The committed table of privileges is what the catalog says: a new one fails here until it is agreed."""

import asyncpg
import pytest

from lienthong.db import Role
from tests.contract.privileges import TABLE, read_privileges

pytestmark = pytest.mark.every_postgres


@pytest.mark.law("R1.1", "R1.4")
async def test_every_privilege_stands_in_the_committed_table(connect_as):
    found = await read_privileges(await connect_as(Role.ADMINISTRATOR))
    agreed = TABLE.read_text(encoding="utf-8").splitlines()
    assert found == agreed


async def test_a_new_privilege_is_seen(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    agreed = set(TABLE.read_text(encoding="utf-8").splitlines())
    for grant, line in (
        ("GRANT SELECT ON register.person TO lt_gateway", "lt_gateway: SELECT on table register.person"),
        ("GRANT SELECT (number) ON register.person TO lt_notary",
         "lt_notary: SELECT on column register.person.number"),
        ("GRANT UPDATE ON exchange.record TO lt_control WITH GRANT OPTION",
         "lt_control: UPDATE on table exchange.record with grant option"),
        ("GRANT EXECUTE ON FUNCTION ledger.find(text, text) TO PUBLIC",
         "PUBLIC: EXECUTE on function ledger.find(text,text)"),
        ("CREATE FUNCTION ops.extra() RETURNS int LANGUAGE sql RETURN 1",
         "PUBLIC: EXECUTE on function ops.extra()"),
        ("GRANT CREATE ON SCHEMA register TO lt_intake", "lt_intake: CREATE on schema register"),
        ("GRANT lt_owner TO lt_control", "lt_control: member of lt_owner"),
        ("ALTER ROLE lt_monitor BYPASSRLS", "lt_monitor: is canlogin bypassrls"),
    ):  # fmt: skip
        transaction = administrator.transaction()
        await transaction.start()
        await administrator.execute(grant)
        assert set(await read_privileges(administrator)) - agreed == {line}
        await transaction.rollback()


async def test_whatever_the_owner_makes_is_closed_to_everybody(connect_as):
    owner, gateway = await connect_as(Role.OWNER), await connect_as(Role.GATEWAY)
    await owner.execute("CREATE FUNCTION ledger.later() RETURNS int LANGUAGE sql RETURN 1")
    await owner.execute("CREATE TABLE ledger.later_table (n int)")
    for query in ("SELECT ledger.later()", "SELECT n FROM ledger.later_table"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await gateway.fetch(query)


@pytest.mark.law("R8.1")
async def test_the_gateway_reads_one_table_and_writes_none(connect_as):
    """Everything else it does goes through functions that say what they give out."""
    mine = [
        line for line in await read_privileges(await connect_as(Role.ADMINISTRATOR)) if "lt_gateway" in line
    ]
    assert [
        line for line in mine if " on table " in line or " on column " in line or " on sequence " in line
    ] == ['lt_gateway: SELECT on table exchange."grant"']


async def test_functions_with_the_owners_power_cannot_be_led_astray(connect_as):
    """Each has its own search_path, and all belong to lt_owner, who is no superuser."""
    administrator = await connect_as(Role.ADMINISTRATOR)
    functions = await administrator.fetch(
        """
        SELECT p.oid::regprocedure::text AS name, p.prosecdef, r.rolname, p.proconfig
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        JOIN pg_catalog.pg_roles AS r ON r.oid = p.proowner
        WHERE n.nspname IN ('register', 'exchange', 'ledger', 'ops')
        """
    )
    assert len(functions) > 20
    for function in functions:
        assert function["rolname"] == "lt_owner", function["name"]
        assert "search_path=pg_catalog, pg_temp" in (function["proconfig"] or []), function["name"]
