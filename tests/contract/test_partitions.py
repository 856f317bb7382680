"""Months of the log: made ahead with UTC bounds, closed to change, kept two years, let go by the book."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from lienthong.db import Role
from lienthong_protocol.record import Act, Kind, decode_record
from tests.contract.batches import Batch, check_log, fresh

pytestmark = pytest.mark.every_postgres


def months(first: int, last: int) -> list[str]:
    """Return months as yyyymm, counted from this one."""
    now = datetime.now(UTC)
    numbers = [now.year * 12 + now.month - 1 + away for away in range(first, last + 1)]
    return [f"{number // 12}{number % 12 + 1:02}" for number in numbers]


async def partitions(connection: asyncpg.Connection) -> dict[str, str]:
    rows = await connection.fetch(
        """
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) AS bounds
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent IN ('exchange.record'::regclass, 'exchange.line'::regclass)
        """
    )
    return {row["relname"]: row["bounds"] for row in rows}


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles", "Pacific/Kiritimati"])
async def test_bounds_are_utc_whatever_the_session_thinks(connect_as, zone):
    administrator, notary = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.NOTARY)
    await notary.execute(f"SET TimeZone = '{zone}'")
    assert await notary.fetchval("SELECT exchange.make_partitions(13)") == 0
    assert await notary.fetchval("SELECT exchange.make_partitions(20)") == 7
    await administrator.execute("SET TimeZone = 'UTC'")
    found = await partitions(administrator)
    wanted = months(-1, 20)
    assert sorted(found) == sorted(f"{parent}_{month}" for parent in ("record", "line") for month in wanted)
    for month, following in zip(wanted, [*wanted[1:], months(21, 21)[0]], strict=True):
        bounds = (
            f"FOR VALUES FROM ('{month[:4]}-{month[4:]}-01 00:00:00+00')"
            f" TO ('{following[:4]}-{following[4:]}-01 00:00:00+00')"
        )
        assert found[f"record_{month}"] == found[f"line_{month}"] == bounds


@pytest.mark.parametrize("ahead", [0, -1, 37, None])
async def test_the_number_of_months_ahead_has_bounds(connect_as, ahead):
    notary = await connect_as(Role.NOTARY)
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await notary.fetchval("SELECT exchange.make_partitions($1)", ahead)


async def test_every_partition_has_its_own_triggers_enabled_always(connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    rows = await administrator.fetch(
        """
        SELECT c.relname, array_agg(t.tgname::text || t.tgenabled::text ORDER BY t.tgname) AS triggers
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        LEFT JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = c.oid
        WHERE i.inhparent IN ('exchange.record'::regclass, 'exchange.line'::regclass)
        GROUP BY c.relname
        """
    )
    assert len(rows) == 30
    assert {tuple(row["triggers"]) for row in rows} == {("no_changeA", "no_truncateA")}


async def test_making_partitions_lets_appends_go_on(connect_as):
    gateway, owner = await connect_as(Role.GATEWAY), await connect_as(Role.OWNER)
    transaction = owner.transaction()
    await transaction.start()
    await owner.fetchval("SELECT exchange.make_partitions(15)")
    assert (await Batch(fresh(1), [1]).append(gateway))[0] == 1
    await transaction.commit()


async def test_a_record_goes_into_the_month_of_its_utc_date(connect_as):
    gateway, administrator = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    await gateway.execute("SET TimeZone = 'Asia/Ho_Chi_Minh'")
    start = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    dates = [start - timedelta(microseconds=1), start]
    await Batch(fresh(2), [1, 1], changes={"at": dates}).append(gateway)
    for parent in ("record", "line"):
        rows = await administrator.fetch(
            f"SELECT tableoid::regclass::text AS name FROM exchange.{parent} ORDER BY index"
        )
        assert [row["name"] for row in rows] == [f"exchange.{parent}_{date:%Y%m}" for date in dates]


class TestRetirement:
    """Law: R6.2. Two years from the end of the month, no hold, said in the log first, hashes kept."""

    async def old_month(self, administrator: asyncpg.Connection, month: str, records: int = 3) -> None:
        """Put records of a past month into the log, as they would stand there had they been appended then."""
        await administrator.execute(
            f"""
            SELECT exchange.make_partition('{month}-01');
            WITH made AS (
              SELECT size + n * 2 AS index,
                ('{month}-01'::timestamp + n * interval '1 day') AT TIME ZONE 'UTC' AS at,
                convert_to(format('{{"record":%s}}', n), 'UTF8') AS body
              FROM generate_series(0, {records} - 1) AS n, (SELECT max(size) AS size FROM ledger.head) AS head
            ), record AS (
              INSERT INTO exchange.record (at, index, act, kind, agency, system, key_id, purpose, officer,
                request_id, code, persons, misses, lines, body)
              SELECT at, index, 3, 1, 'a', 's', 'k', '', '', '', '', 1, 0, 1, body FROM made
            ), line AS (
              INSERT INTO exchange.line (at, index, record, outcome, visibility, tag, tag_key, body)
              SELECT at, index + 1, index, 1, 1, substr(sha256(body), 1, 16), '2024Q1', body FROM made
            ), leaf AS (
              INSERT INTO ledger.leaf (index, hash)
              SELECT index + k, sha256('\\x00'::bytea || body) FROM made, generate_series(0, 1) AS k
            )
            INSERT INTO ledger.head (size, previous, at)
            SELECT max(index) + 2, min(index), clock_timestamp() FROM made
            """
        )

    @pytest.mark.law("R6.2")
    async def test_a_month_goes_after_two_years_and_says_so_first(self, connect_as):
        administrator, control = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.CONTROL)
        month = past(25)
        await self.old_month(administrator, month)
        await check_log(administrator)
        assert await control.fetchval("SELECT exchange.retire($1)", day(month)) == 6
        found = await partitions(administrator)
        suffix = month.replace("-", "")
        assert f"record_{suffix}" not in found
        assert f"line_{suffix}" not in found
        assert await administrator.fetchval("SELECT to_regclass($1)", f"exchange.record_{suffix}") is None
        assert await administrator.fetchval("SELECT count(*) FROM ledger.leaf") == 7
        row = await administrator.fetchrow("SELECT act, kind, agency, system, body FROM exchange.record")
        record = decode_record(row["body"])
        assert (record.act, record.kind) == (Act.CONNECT, Kind.RETENTION)
        assert (row["act"], row["kind"], row["agency"], row["system"]) == (
            1,
            15,
            record.agency,
            record.system,
        )
        assert record.count == 6
        start = int(datetime.fromisoformat(f"{month}-01T00:00:00+00:00").timestamp())
        assert (record.first, record.last) == (start * 1_000_000, (start + 2 * 86_400) * 1_000_000)
        assert month in (record.note or "")
        assert await administrator.fetch("SELECT fault FROM ops.faults()") == []

    @pytest.mark.law("R6.2")
    async def test_a_month_stays_until_two_years_after_its_end(self, connect_as):
        administrator, control = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.CONTROL)
        for away in (24, 23, 1, 0):
            month = past(away)
            if away > 1:
                await administrator.execute(f"SELECT exchange.make_partition('{month}-01')")
            with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="stay until"):
                await control.fetchval("SELECT exchange.retire($1)", day(month))
        assert await check_log(administrator) == 0

    async def test_an_empty_month_and_one_that_never_was(self, connect_as):
        administrator, control = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.CONTROL)
        with pytest.raises(asyncpg.UndefinedTableError):
            await control.fetchval("SELECT exchange.retire($1)", day(past(40)))
        await administrator.execute(f"SELECT exchange.make_partition('{past(30)}-01')")
        assert await control.fetchval("SELECT exchange.retire($1)", day(past(30))) == 0
        record = decode_record(await administrator.fetchval("SELECT body FROM exchange.record"))
        assert (record.count, record.first, record.last) == (0, None, None)

    @pytest.mark.law("R6.2", "R8.6")
    async def test_a_hold_keeps_its_months_until_two_persons_lift_it(self, connect_as):
        administrator, control = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.CONTROL)
        for away in (25, 26, 27):
            await self.old_month(administrator, past(away))
        place = "SELECT ops.place_hold($1, $2, $3, $4, $5)"
        one = await control.fetchval(place, day(past(26)), day(past(26)), "case 7", "lan", "minh")
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="legal hold"):
            await control.fetchval("SELECT exchange.retire($1)", day(past(26)))
        assert await control.fetchval("SELECT exchange.retire($1)", day(past(25))) is not None
        open_ended = await control.fetchval(place, day(past(30)), None, "case 8", "lan", "minh")
        with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
            await control.fetchval("SELECT exchange.retire($1)", day(past(27)))
        with pytest.raises(asyncpg.CheckViolationError):
            await control.fetchval("SELECT ops.lift_hold($1, 'lan', 'lan')", one)
        for number in (one, open_ended):
            assert await control.fetchval("SELECT ops.lift_hold($1, 'lan', 'minh')", number) is True
            assert await control.fetchval("SELECT ops.lift_hold($1, 'lan', 'minh')", number) is False
        for away in (26, 27):
            assert await control.fetchval("SELECT exchange.retire($1)", day(past(away))) is not None

    @pytest.mark.parametrize(
        ("ground", "requested_by", "approved_by"),
        [("", "a", "b"), ("g", "a", "a"), ("g", "", "b"), ("g", "a", "")],
    )
    async def test_a_hold_has_a_ground_and_two_persons(self, connect_as, ground, requested_by, approved_by):
        control = await connect_as(Role.CONTROL)
        with pytest.raises(asyncpg.CheckViolationError):
            await control.fetchval(
                "SELECT ops.place_hold($1, NULL, $2, $3, $4)",
                day(past(26)),
                ground,
                requested_by,
                approved_by,
            )

    async def test_a_reader_that_holds_the_month_makes_the_act_fail_whole(self, connect_as):
        administrator, control = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.CONTROL)
        inspector = await connect_as(Role.INSPECTOR)
        await self.old_month(administrator, past(25))
        await administrator.execute("ALTER FUNCTION exchange.retire(date) SET lock_timeout = '100ms'")
        transaction = inspector.transaction()
        await transaction.start()
        await inspector.fetch("SELECT index FROM exchange.record")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await control.fetchval("SELECT exchange.retire($1)", day(past(25)))
        await transaction.rollback()
        assert await check_log(administrator) == 6
        assert await control.fetchval("SELECT exchange.retire($1)", day(past(25))) == 6


def past(away: int) -> str:
    month = months(-away, -away)[0]
    return f"{month[:4]}-{month[4:]}"


def day(month: str) -> date:
    return date.fromisoformat(f"{month}-17")
