"""The attack statements of tests/evil/sql, each run as every role, each with the end it must come to."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Role
from tests.contract.batches import Batch, check_log, fresh

pytestmark = pytest.mark.every_postgres

FILE = Path(__file__).parents[1] / "evil" / "sql" / "attacks.sql"
APPS = (Role.GATEWAY, Role.INTAKE, Role.CONTROL, Role.NOTARY, Role.INSPECTOR, Role.MONITOR)
APPEND = """
    SELECT outcome FROM ledger.append(NULL, ARRAY[clock_timestamp()], ARRAY['k'], ARRAY[''], ARRAY[0::bigint],
      ARRAY[3::smallint], ARRAY[1::smallint], ARRAY['a'], ARRAY['s'], ARRAY[''], ARRAY[''], ARRAY[''],
      ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0], ARRAY['{}'::bytea], '{}', '{}', '{}', '{}', '{}');
"""
NOT_TRIED = "-"


@dataclass(frozen=True)
class Attack:
    """One attack: its statements, the end expected per role, whether it must stand outside a transaction."""

    name: str
    sql: str
    ends: dict[Role, str]
    alone: bool


def read_attacks() -> list[Attack]:
    attacks = []
    for text in re.split(r"^-- attack: ", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, *lines = text.splitlines()
        expected = next(line.removeprefix("-- expect: ") for line in lines if line.startswith("-- expect: "))
        ends: dict[Role, str] = {}
        for word in expected.split():
            who, end = word.split("=")
            ends |= dict.fromkeys(APPS, end) if who == "apps" else {role_named(who): end}
        statement = "\n".join(line for line in lines if not line.startswith("--")).strip()
        attacks.append(Attack(name, statement, ends, "-- alone" in lines))
    return attacks


def role_named(name: str) -> Role:
    return Role.ADMINISTRATOR if name == "administrator" else Role(name)


ATTACKS = read_attacks()


def test_the_table_is_complete():
    assert len(ATTACKS) >= 100
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    for attack in ATTACKS:
        assert attack.ends.keys() == {*APPS, Role.OWNER, Role.ADMINISTRATOR}, attack.name
        assert attack.sql


async def furnish(administrator: asyncpg.Connection) -> None:
    """Put a row into everything that must not change, so that row triggers have something to fire on."""
    assert (await Batch(fresh(1), [1]).append(administrator))[0] == 1
    await administrator.execute(
        """
        SELECT exchange.publish_grant(1, 'his', 1, 'document', 'signature', 'me', 'hospital', now(), '{}');
        INSERT INTO ledger.tile (level, n, data) VALUES (0, 0, decode(repeat('00', 8192), 'hex'));
        INSERT INTO ledger.checkpoint (size, root, note, at)
          VALUES (2, sha256('two'), 'note', clock_timestamp());
        SELECT ops.place_hold('2024-01-01', NULL, 'case', 'one', 'another');
        INSERT INTO register.person (person_id, person_key, full_name, number)
          VALUES (1, substr(sha256('1'), 1, 16), 'Nguyễn Văn An', '099000000001');
        INSERT INTO audit.event (kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail)
          VALUES ('account.invited', '', 'me', '{}', 'account', '1', '{}', 'p', '{}');
        INSERT INTO audit.leaf (event, index) SELECT id, 0 FROM audit.event;
        INSERT INTO control.account (portal, email, name, roles, state, language, password, invited_at,
                                     invitation_tries, invitation_unsent, factor_step, version)
          VALUES ('staff', 'a@b', 'An', '{handler}', 'invited', 'vi', '', now(), 0, '', 0, 1);
        """
    )


GUARDED = (
    "exchange.grant", "exchange.record", "exchange.line", "exchange.nonce", "ledger.leaf", "ledger.tile",
    "ledger.checkpoint", "ops.legal_hold", "register.person", "audit.event", "audit.leaf", "audit.pending",
    "control.account", "control.transition", "control.machine_table",
)  # fmt: skip


async def fingerprint(administrator: asyncpg.Connection) -> list[str]:
    return [
        await administrator.fetchval(
            f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} AS t"
        )
        for table in GUARDED
    ]


@pytest.mark.law("R1.1", "R1.4", "R6.1")
@pytest.mark.parametrize("role", [*APPS, Role.OWNER, Role.ADMINISTRATOR], ids=str)
async def test_every_attack_ends_as_the_table_says(connect_as, role):
    administrator = await connect_as(Role.ADMINISTRATOR)
    await furnish(administrator)
    before = await fingerprint(administrator)
    wrong = []
    for attack in ATTACKS:
        if attack.ends[role] == NOT_TRIED:
            continue
        thief = await connect_as(role)
        end = await attempt(thief, attack)
        thief.terminate()
        if end not in attack.ends[role].split("|"):
            wrong.append(f"{attack.name}: {end}, expected {attack.ends[role]}")
        if await fingerprint(administrator) != before:
            wrong.append(f"{attack.name}: something changed")
            before = await fingerprint(administrator)
    assert wrong == []
    assert await administrator.fetch("SELECT fault FROM ops.faults()") == []


async def attempt(thief: asyncpg.Connection, attack: Attack) -> str:
    """Run the attack and return ok or its SQLSTATE; what would have succeeded is rolled back."""
    statement = attack.sql.replace("{append}", APPEND).replace("{month}", datetime.now(UTC).strftime("%Y%m"))
    try:
        if attack.alone:
            await thief.execute(statement)
        else:
            await thief.execute("BEGIN")
            await thief.execute(statement)
            await thief.execute("SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK")
    except asyncpg.PostgresError as error:
        return error.sqlstate or "?"
    return "ok"


async def test_a_planted_function_is_not_taken_for_the_real_one(connect_as):
    """Even where somebody could plant one: the functions of the contract look in pg_catalog alone."""
    administrator, gateway = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.GATEWAY)
    await administrator.execute(
        """
        CREATE SCHEMA planted; GRANT USAGE ON SCHEMA planted TO PUBLIC;
        CREATE FUNCTION planted.sha256(bytea) RETURNS bytea LANGUAGE sql RETURN '\\x00'::bytea;
        CREATE FUNCTION planted.cardinality(anyarray) RETURNS int LANGUAGE sql AS 'SELECT 0';
        CREATE FUNCTION planted.current_setting(text) RETURNS text LANGUAGE sql RETURN 'on';
        CREATE FUNCTION planted.nothing(bigint, bigint) RETURNS bool LANGUAGE sql RETURN false;
        CREATE OPERATOR planted.<> (leftarg = bigint, rightarg = bigint, procedure = planted.nothing);
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA planted TO PUBLIC;
        """
    )
    await gateway.execute("SET search_path = planted, pg_catalog")
    assert await gateway.fetchval("SELECT sha256('x')") == b"\x00"
    assert (await Batch(fresh(1), [1]).append(gateway))[0] == 1
    assert (await Batch(fresh(1), grant_version=5).append(gateway))[0] == 0
    await gateway.execute("SET synchronous_commit = off")
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await Batch(fresh(1)).append(gateway)
    assert await check_log(administrator) == 2


async def test_an_advisory_lock_does_not_stop_the_log(connect_as):
    monitor, gateway = await connect_as(Role.MONITOR), await connect_as(Role.GATEWAY)
    await monitor.execute(
        "SELECT pg_advisory_lock(n), pg_advisory_lock_shared(n + 100) FROM generate_series(0, 50) n"
    )
    assert (await Batch(fresh(1)).append(gateway))[0] == 1


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (
            "ALTER TABLE ledger.leaf DISABLE TRIGGER no_change",
            "no_change of ledger.leaf is not enabled always",
        ),
        (
            "ALTER TABLE ledger.leaf ENABLE TRIGGER no_change",
            "no_change of ledger.leaf is not enabled always",
        ),
        ("ALTER TABLE exchange.record_{month} ENABLE TRIGGER no_truncate", "is not enabled always"),
        (
            "DROP TRIGGER no_truncate ON exchange.line_{month}",
            "line_{month} can be changed: trigger no_truncate",
        ),
        ("DROP TRIGGER durable ON ledger.head", "no durable-commit guard"),
        ("ALTER TABLE ledger.leaf SET UNLOGGED", "ledger.leaf is not written to WAL"),
        (
            "ALTER TABLE exchange.record DETACH PARTITION exchange.record_{month}",
            "no partition record_{month}",
        ),
        ("DROP TABLE exchange.line_{month}", "no partition line_{month}"),
        ("SET synchronous_commit = off", "setting synchronous_commit is off"),
        (
            "ALTER TABLE audit.event DISABLE TRIGGER no_change",
            "no_change of audit.event is not enabled always",
        ),
        (
            "ALTER TABLE audit.leaf ENABLE TRIGGER no_truncate",
            "no_truncate of audit.leaf is not enabled always",
        ),
        ("DROP TRIGGER await_leaf ON audit.event", "audit.event can be changed: trigger await_leaf"),
        (
            "ALTER TABLE control.account DISABLE TRIGGER keep_to_machine",
            "keep_to_machine of control.account is not enabled always",
        ),
        ("DROP TRIGGER keep_to_machine ON control.request", "states of control.request are not guarded"),
        ("ALTER TABLE audit.pending SET UNLOGGED", "audit.pending is not written to WAL"),
    ],
)
async def test_what_cannot_be_prevented_is_reported(connect_as, damage, fault):
    administrator = await connect_as(Role.ADMINISTRATOR)
    assert await administrator.fetch("SELECT fault FROM ops.faults()") == []
    month = datetime.now(UTC).strftime("%Y%m")
    await administrator.execute(damage.replace("{month}", month))
    faults = [row["fault"] for row in await administrator.fetch("SELECT fault FROM ops.faults()")]
    assert any(fault.replace("{month}", month) in found for found in faults), faults
