"""register.read and read_lists: what was not asked for never leaves the database."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from lienthong.core.fields import PERSON_COLUMNS
from lienthong.db import Role

pytestmark = pytest.mark.every_postgres

READ = f"""
    SELECT {
    ", ".join(
        f'"{name}"'
        for name in (
            "position",
            "person_id",
            "person_key",
            "current_number",
            "judged_name",
            "judged_birth_date",
            "judged_death_kind",
            "province",
            "protection",
            "examination",
            "consent_person",
            "consent_system",
            "consent_purpose",
            "consent_fields",
            "consent_from",
            "consent_until",
            "consent_withdrawn",
            "candidates",
            *PERSON_COLUMNS,
        )
    )
}
    FROM register.read($1, $2, $3)
"""
LISTS = """
    SELECT person_id, list, "position", name, number, old_number, nationality, relation, issued, expires,
      place, related_key, related_protection
    FROM register.read_lists($1, $2, $3)
"""
ALL = (1 << len(PERSON_COLUMNS)) - 1
OLD_LIST, NEW_LIST = 1, 2


def address(version: int, province: str) -> tuple[Any, ...]:
    return (version, province, "001" if version == OLD_LIST else "", "00001", "12 Trần Phú", "VN")


PERSON = {
    "full_name": "Nguyễn Văn An",
    "surname": "Nguyễn",
    "middle_name": "Văn",
    "given_name": "An",
    "old_number": "012345678",
    "birth_date": 19900100,
    "sex": 1,
    "birth_place": address(OLD_LIST, "01"),
    "birth_registration": address(OLD_LIST, "01"),
    "native_place": address(OLD_LIST, "30"),
    "ethnicity": "01",
    "religion": "00",
    "blood_group": "02",
    "permanent_residence": address(NEW_LIST, "31"),
    "permanent_from": date(2020, 1, 2),
    "temporary_residence": address(NEW_LIST, "01"),
    "temporary_from": date(2024, 1, 2),
    "temporary_until": date(2026, 1, 2),
    "current_residence": None,
    "absence_from": date(2025, 1, 2),
    "absence_until": date(2025, 3, 2),
    "residence_file": "HS-1",
    "marital_status": 2,
    "household_relation": "01",
    "death_kind": 0,
    "death_date": 20240000,
    "phone": "+84900000001",
    "email": "an@example.vn",
    "other_information": "none",
}


async def add_person(intake: asyncpg.Connection, person_id: int, **changes: Any) -> bytes:
    key = person_id.to_bytes(16, "big")
    values = {"person_id": person_id, "person_key": key, "number": number(person_id), **PERSON, **changes}
    columns = ", ".join(values)
    places = ", ".join(f"${position}" for position in range(1, len(values) + 1))
    await intake.execute(f"INSERT INTO register.person ({columns}) VALUES ({places})", *values.values())
    return key


def number(person_id: int) -> str:
    return f"099{person_id:09}"


async def read(gateway: asyncpg.Connection, numbers: list[str], masks: list[int] | None = None,
               consents: list[str | None] | None = None) -> list[asyncpg.Record]:  # fmt: skip
    rows = await gateway.fetch(
        READ, numbers, masks or [ALL] * len(numbers), consents or [None] * len(numbers)
    )
    return sorted(rows, key=lambda row: row["position"])


@pytest.mark.law("R8.2", "R1.2")
async def test_a_value_leaves_only_where_its_bit_is_set(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    await add_person(intake, 1)
    for bit, column in enumerate(PERSON_COLUMNS):
        (row,) = await read(gateway, [number(1)], [1 << bit])
        given = {name for name in PERSON_COLUMNS if row[name] is not None}
        assert given <= {column}
        expected = {**PERSON, "number": number(1)}[column]
        value = row[column]
        assert (tuple(value) if isinstance(value, asyncpg.Record) else value) == expected
    (row,) = await read(gateway, [number(1)], [0])
    assert all(row[name] is None for name in PERSON_COLUMNS)
    assert (row["judged_name"], row["judged_birth_date"], row["judged_death_kind"]) == (
        "Nguyễn Văn An",
        19900100,
        0,
    )


@pytest.mark.law("R8.2")
async def test_each_position_has_its_own_mask(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    for person_id in range(1, 21):
        await add_person(intake, person_id, full_name=f"Person {person_id}")
    choose = random.Random(11)
    asked = [number(choose.randint(1, 25)) for _ in range(200)]
    masks = [choose.getrandbits(30) for _ in asked]
    rows = await read(gateway, asked, masks)
    assert [row["position"] for row in rows] == [
        position for position, wanted in enumerate(asked, 1) if int(wanted[3:]) <= 20
    ]
    for row in rows:
        mask = masks[row["position"] - 1]
        assert row["current_number"] == asked[row["position"] - 1]
        for bit, name in enumerate(PERSON_COLUMNS):
            if name != "current_residence":
                assert (row[name] is not None) is bool(mask >> bit & 1)


async def test_superseded_and_old_numbers_lead_to_the_current_person(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    for person_id in (1, 2, 3):
        await add_person(intake, person_id)
    await intake.executemany(
        "INSERT INTO register.identifier (value, kind, person_id, status) VALUES ($1, $2, $3, $4)",
        [
            ("099900000001", "number", 1, "superseded"),
            ("099900000002", "number", 2, "cancelled"),
            ("012345678", "old_number", 1, "linked"),
            ("012345678", "old_number", 1, "superseded"),
            ("055555555", "old_number", 1, "linked"),
            ("055555555", "old_number", 3, "linked"),
            (number(3), "number", 1, "superseded"),
        ],
    )
    asked = ["099900000001", "nobody", "099900000002", number(2), "012345678", "055555555", number(3)]
    rows = await read(gateway, asked)
    found = [(row["position"], row["person_id"], row["current_number"], row["candidates"]) for row in rows]
    assert found == [
        (1, 1, number(1), 1),
        (3, 2, number(2), 1),
        (4, 2, number(2), 1),
        (5, 1, number(1), 1),
        (6, 1, number(1), 2),
        (7, 3, number(3), 1),
    ]
    ambiguous = rows[4]
    assert all(ambiguous[name] is None for name in PERSON_COLUMNS)


async def test_the_same_number_may_be_asked_twice_in_one_call(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    await add_person(intake, 1)
    rows = await read(gateway, [number(1), "x", number(1)], [1, 1, 2])
    assert [(row["position"], row["full_name"], row["surname"]) for row in rows] == [
        (1, "Nguyễn Văn An", None),
        (3, None, "Nguyễn"),
    ]


@pytest.mark.parametrize(
    ("current", "permanent", "province"),
    [
        (None, address(OLD_LIST, "02"), "08"),
        (None, address(NEW_LIST, "08"), "08"),
        (address(OLD_LIST, "24"), address(NEW_LIST, "01"), "24"),
        (address(OLD_LIST, "27"), None, "24"),
        (address(NEW_LIST, "79"), address(OLD_LIST, "02"), "79"),
        (None, address(OLD_LIST, "99"), None),
        (None, None, None),
    ],
)
async def test_the_province_is_the_one_of_today(connect_as, current, permanent, province):
    """Code 24 was Bắc Giang and is Bắc Ninh, of which Bắc Giang became part."""
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    await add_person(intake, 1, current_residence=current, permanent_residence=permanent)
    (row,) = await read(gateway, [number(1)], [0])
    assert row["province"] == province


@pytest.mark.law("R1.5")
async def test_protection_is_computed_from_its_dates_on_every_call(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    now = datetime.now(UTC)
    for person_id in (1, 2):
        await add_person(intake, person_id)
    await intake.executemany(
        "INSERT INTO register.protection (person_id, kind, ground, valid_from, valid_until)"
        " VALUES ($1, $2, 'by law', $3, $4)",
        [
            (1, 0, now - timedelta(days=2), None),
            (1, 3, now - timedelta(days=2), now + timedelta(days=2)),
            (1, 4, now - timedelta(days=2), now - timedelta(seconds=1)),
            (1, 5, now + timedelta(days=1), None),
        ],
    )
    rows = await read(gateway, [number(1), number(2)])
    assert [row["protection"] for row in rows] == [0b1001, 0]
    flags = await intake.fetch("SELECT is_protected FROM register.person ORDER BY person_id")
    assert [row["is_protected"] for row in flags] == [True, False]
    await intake.execute("UPDATE register.protection SET valid_until = now() WHERE kind IN (0, 3)")
    assert (await read(gateway, [number(1)]))[0]["protection"] == 0
    await intake.execute("UPDATE register.person SET is_protected = false")
    await intake.execute("UPDATE register.protection SET valid_until = NULL WHERE kind = 0")
    assert (await read(gateway, [number(1)]))[0]["protection"] == 1
    administrator = await connect_as(Role.ADMINISTRATOR)
    await administrator.execute("DELETE FROM register.protection")
    assert await administrator.fetchval("SELECT bool_or(is_protected) FROM register.person") is False


@pytest.mark.law("R1.1")
async def test_the_consent_named_comes_as_it_is_registered(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    for person_id in (1, 2):
        await add_person(intake, person_id)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    await intake.execute(
        "INSERT INTO register.consent"
        " (id, person_id, system, purpose, fields, valid_from, valid_until, withdrawn_at)"
        " VALUES ('c1', 1, 'bank', 'open-account', '{1,4}', $1, $2, NULL),"
        " ('c2', 1, 'bank', 'open-account', '{1}', $1, NULL, $2)",
        start,
        end,
    )
    rows = await read(
        gateway, [number(1), number(2), number(1), number(1)], None, ["c1", "c1", "c2", "unknown"]
    )
    facts = [tuple(row[name] for name in row.keys() if name.startswith("consent_")) for row in rows]  # noqa: SIM118
    registered = (1, "bank", "open-account", [1, 4], start, end, None)
    assert facts == [
        registered,
        registered,
        (1, "bank", "open-account", [1], start, None, end),
        (None,) * 7,
    ]


async def test_what_is_read_stays_counted_when_the_reader_rolls_back(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    for person_id in (1, 2):
        await add_person(intake, person_id)
    count = "SELECT register.count_persons_read()"
    assert await gateway.fetchval(count) == 0
    await read(gateway, [number(1), number(2), number(1), "nobody"])
    assert await gateway.fetchval(count) == 3
    transaction = gateway.transaction()
    await transaction.start()
    await read(gateway, [number(1)])
    await transaction.rollback()
    assert await gateway.fetchval(count) == 4
    with pytest.raises(asyncpg.DivisionByZeroError):
        await gateway.fetch(
            "SELECT 1 / (person_id - 1) FROM register.read($1, $2, $3)", [number(1)], [0], [None]
        )
    assert await gateway.fetchval(count) == 5


async def test_reading_does_not_make_a_later_append_of_the_same_transaction_undurable(connect_as):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    await add_person(intake, 1)
    from tests.contract.batches import Batch, fresh

    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        async with gateway.transaction():
            await read(gateway, [number(1)])
            await Batch(fresh(1)).append(gateway)
    await read(gateway, [number(1)])
    assert (await Batch(fresh(1)).append(gateway))[0] == 1


@pytest.mark.parametrize(
    ("count", "error"), [(1000, None), (1001, asyncpg.ProgramLimitExceededError), (0, None)]
)
async def test_at_most_a_thousand_numbers_a_call(connect_as, count, error):
    intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
    await add_person(intake, 1)
    numbers = [number(1)] * count
    if error is None:
        rows = await gateway.fetch(READ, numbers, [0] * count, [None] * count)
        assert len(rows) == count
    else:
        with pytest.raises(error):
            await gateway.fetch(READ, numbers, [0] * count, [None] * count)


@pytest.mark.parametrize(
    "arguments", [(["a"], [1, 2], [None]), (["a"], [1], []), (None, [1], [None]), (["a"], None, [None])]
)
async def test_arrays_that_do_not_fit_are_refused(connect_as, arguments):
    gateway = await connect_as(Role.GATEWAY)
    with pytest.raises(asyncpg.ArraySubscriptError):
        await gateway.fetch(READ, *arguments)


async def test_a_number_that_is_none_finds_nobody(connect_as):
    gateway = await connect_as(Role.GATEWAY)
    assert await read(gateway, [None, "", "099'; --"]) == []  # type: ignore[list-item]


class TestLists:
    """read_lists gives the lists wanted of persons whom the caller can name by their random key."""

    async def fill(self, intake: asyncpg.Connection) -> dict[int, bytes]:
        keys = {person_id: await add_person(intake, person_id) for person_id in (1, 2, 3)}
        now = datetime.now(UTC)
        await intake.execute(
            "INSERT INTO register.other_name VALUES (1, 1, 'An Nhiên'), (1, 2, 'Tí'), (2, 1, 'Tèo')"
        )
        await intake.execute("INSERT INTO register.nationality VALUES (1, 1, 'VN'), (1, 2, 'FR')")
        await intake.execute(
            "INSERT INTO register.card (person_id, position, number, issued, expires, place)"
            " VALUES (1, 1, '099000000001', '2021-05-01', NULL, 'C06')"
        )
        await intake.execute(
            "INSERT INTO register.relation (person_id, list, position, name, number, nationality, relation,"
            " related_person_id) VALUES (1, 8, 1, 'Cha', $1, 'VN', NULL, 2),"
            " (1, 16, 1, 'Mẹ', NULL, 'VN', NULL, NULL),"
            " (1, 1024, 1, 'Cha', $1, NULL, '02', 2), (1, 1024, 2, 'Em', $2, NULL, '05', 3)",
            number(2),
            number(3),
        )
        await intake.execute(
            "INSERT INTO register.protection VALUES (3, 2, 'by law', $1, NULL)", now - timedelta(days=1)
        )
        return keys

    @pytest.mark.law("R8.2", "R1.2")
    async def test_only_the_lists_wanted_come(self, connect_as):
        intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
        keys = await self.fill(intake)
        stored = {1: 2, 2: 2, 4: 1, 8: 1, 16: 1, 32: 0, 64: 0, 128: 0, 256: 0, 512: 0, 1024: 2}
        for wanted in range(2048):
            if wanted.bit_count() > 2 and wanted % 37:
                continue
            rows = await gateway.fetch(LISTS, [1], [keys[1]], [wanted])
            counts = {bit: sum(row["list"] == bit for row in rows) for bit in stored}
            assert counts == {bit: count if wanted & bit else 0 for bit, count in stored.items()}

    async def test_entries_come_with_their_values(self, connect_as):
        intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
        keys = await self.fill(intake)
        rows = await gateway.fetch(LISTS, [1, 2], [keys[1], keys[2]], [2047, 1])
        found = {(row["person_id"], row["list"], row["position"]): tuple(row)[3:] for row in rows}
        nothing = (None,) * 9
        assert found == {
            (1, 1, 1): ("An Nhiên", *nothing[:8], 0),
            (1, 1, 2): ("Tí", *nothing[:8], 0),
            (2, 1, 1): ("Tèo", *nothing[:8], 0),
            (1, 2, 1): (None, None, None, "VN", *nothing[:5], 0),
            (1, 2, 2): (None, None, None, "FR", *nothing[:5], 0),
            (1, 4, 1): (None, number(1), None, None, None, date(2021, 5, 1), None, "C06", None, 0),
            (1, 8, 1): ("Cha", number(2), None, "VN", None, None, None, None, keys[2], 0),
            (1, 16, 1): ("Mẹ", None, None, "VN", None, None, None, None, None, 0),
            (1, 1024, 1): ("Cha", number(2), None, None, "02", None, None, None, keys[2], 0),
            (1, 1024, 2): ("Em", number(3), None, None, "05", None, None, None, keys[3], 4),
        }

    @pytest.mark.law("R1.2")
    async def test_whoever_does_not_know_the_key_gets_nothing(self, connect_as):
        """Ids can be counted through; keys cannot be guessed."""
        intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
        keys = await self.fill(intake)
        assert await gateway.fetch(LISTS, [1, 1, 1], [keys[2], b"", None], [2047] * 3) == []
        assert await gateway.fetch(LISTS, [2], [keys[1]], [2047]) == []

    async def test_a_person_named_twice_comes_once_per_wish(self, connect_as):
        intake, gateway = await connect_as(Role.INTAKE), await connect_as(Role.GATEWAY)
        keys = await self.fill(intake)
        rows = await gateway.fetch(LISTS, [1, 1], [keys[1]] * 2, [2, 2])
        assert len(rows) == 2

    @pytest.mark.parametrize("arguments", [([1], [], [1]), ([1], [b""], None), (None, [], [])])
    async def test_arrays_that_do_not_fit_are_refused(self, connect_as, arguments):
        gateway = await connect_as(Role.GATEWAY)
        with pytest.raises(asyncpg.ArraySubscriptError):
            await gateway.fetch(LISTS, *arguments)
