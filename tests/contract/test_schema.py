"""The tables and functions are those the contract names, in the order others count on."""

import asyncpg
import pytest

from lienthong.core.codes import entries, successor_province
from lienthong.core.evidence import ListKind
from lienthong.core.field_kinds import CodeList
from lienthong.core.fields import PERSON_COLUMNS
from lienthong.db import Role

pytestmark = pytest.mark.every_postgres

CONTRACT = {
    "register": {
        "person", "identifier", "relation", "card", "other_name", "nationality", "protection", "consent",
        "province_successor",
    },
    "exchange": {"grant", "record", "line", "nonce", "attempt", "finding"},
    "ledger": {"leaf", "head", "tile", "checkpoint", "closure", "turn", "checkpoint_turn"},
    "ops": {"legal_hold", "sweep_turn", "migration", "standing"},
    "audit": {"event", "leaf", "pending"},
}  # fmt: skip


async def test_the_tables_are_those_of_the_contract(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    rows = await administrator.fetch(
        """
        SELECT n.nspname, c.relname FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
          AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'control', 'jobs')
        """
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["nspname"], set()).add(row["relname"])
    assert found == CONTRACT


async def test_columns_of_a_person_stand_in_the_order_of_the_mask(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    columns = await administrator.fetchval(
        "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_catalog.pg_attribute"
        " WHERE attrelid = 'register.person'::regclass AND attnum > 0"
    )
    assert columns[:2] == ["person_id", "person_key"]
    assert tuple(columns[2:32]) == PERSON_COLUMNS
    assert columns[32:] == ["sort_key", "is_protected", "examination"]


async def test_lists_of_relations_carry_the_bits_of_their_kind(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    check = await administrator.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conname = 'relation_list_check'"
    )
    named = {
        int(word)
        for word in check.replace(",", " ").replace("[", " ").replace("]", " ").split()
        if word.isdigit()
    }
    assert named == {kind.value for kind in ListKind} - {1, 2, 4}


async def test_provinces_go_where_the_rules_say_they_went(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    rows = await administrator.fetch("SELECT code, successor FROM register.province_successor")
    assert {row["code"]: row["successor"] for row in rows} == {
        entry.code: successor_province(entry.code) for entry in entries(CodeList.PROVINCE, 1)
    }


async def test_nothing_is_wrong_with_a_new_database(connect_as):
    for role in (Role.GATEWAY, Role.INTAKE, Role.CONTROL, Role.NOTARY, Role.INSPECTOR, Role.MONITOR):
        connection = await connect_as(role)
        assert await connection.fetch("SELECT fault FROM ops.faults()") == []


async def test_no_extension_is_needed(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    assert await administrator.fetchval("SELECT array_agg(extname::text) FROM pg_catalog.pg_extension") == [
        "plpgsql"
    ]


async def test_a_tile_is_full_and_a_checkpoint_grows(connect_as):
    notary = await connect_as(Role.NOTARY)
    with pytest.raises(asyncpg.CheckViolationError):
        await notary.execute("INSERT INTO ledger.tile (level, n, data) VALUES (0, 0, '\\x00')")
    insert = (
        "INSERT INTO ledger.checkpoint (size, root, note, at)"
        " VALUES ($1, sha256($2), 'note', clock_timestamp())"
    )
    await notary.execute(insert, 0, b"")
    await notary.execute(insert, 0, b"")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="does not follow"):
        await notary.execute(insert, 0, b"other")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="does not follow"):
        await notary.execute(insert, 1, b"beyond the head")
