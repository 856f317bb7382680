"""Reading: exactly the columns asked for, whichever number leads to the person, lists only where wanted."""

import json
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import asyncpg
import pytest

from lienthong.core.evidence import Evidence, ListKind
from lienthong.core.field_values import values_of
from lienthong.core.fields import FIELDS, PERSON_COLUMNS, bits_of_names, column_mask, field_bits, list_mask
from lienthong.db import Database, Role
from lienthong.register.cast import Cast, cast_from_files
from lienthong.register.reader import MOST_LOOKUPS, Lookup, read
from lienthong.register.writer import Consent, add_consent
from tests.register.rows import PERSONS, Files

Connect = Callable[[Role], Awaitable[asyncpg.Connection]]
ALL = (1 << len(PERSON_COLUMNS)) - 1
NAMES = bits_of_names(["full_name"])


@pytest.fixture(scope="session")
def cast(files: Files) -> Cast:
    return cast_from_files(files.folder, province="79")


@pytest.fixture
async def gateway(loaded: Database, connect_as: Connect) -> asyncpg.Connection:
    return await connect_as(Role.GATEWAY)


async def one(connection: asyncpg.Connection, lookup: Lookup) -> Evidence:
    (evidence,) = await read(connection, [lookup])
    assert evidence is not None
    return evidence


@pytest.mark.law("R8.2")
@pytest.mark.every_postgres
async def test_unmasked_columns_are_none_and_masked_ones_are_what_is_registered(
    gateway: asyncpg.Connection, files: Files
) -> None:
    chance = random.Random(4)
    rows = chance.sample(list(files.rows("person")), 200)
    masks = [chance.getrandbits(len(PERSON_COLUMNS)) for _ in rows]
    found = await read(gateway, [Lookup(row[6] or "", mask) for row, mask in zip(rows, masks, strict=True)])
    full = await read(gateway, [Lookup(row[6] or "", ALL) for row in rows])
    for row, mask, evidence, whole in zip(rows, masks, found, full, strict=True):
        assert evidence is not None
        assert whole is not None
        assert len(evidence.values) == len(PERSON_COLUMNS)
        for place, value in enumerate(evidence.values):
            assert value == (whole.values[place] if mask >> place & 1 else None)
        registered = [row[column] for column in (2, 3, 4, 5, 6, 7)]
        assert list(whole.values[:6]) == registered
        assert (evidence.name, evidence.birth_date, evidence.current_number) == (
            row[2],
            int(row[8] or 0),
            row[6],
        )
        assert evidence.person_key.hex() == (row[1] or "")[3:]
        assert evidence.candidates == 1
        assert evidence.consent is None
        assert evidence.lists == ()


async def test_answers_come_in_the_order_of_the_questions(gateway: asyncpg.Connection, files: Files) -> None:
    numbers = [row[6] or "" for row in files.rows("person")][:500]
    random.Random(1).shuffle(numbers)
    asked = [number if place % 3 else "099000000000" for place, number in enumerate(numbers)]
    found = await read(gateway, [Lookup(number, 0) for number in asked])
    for number, evidence in zip(asked, found, strict=True):
        assert (evidence.current_number if evidence else None) == (
            None if number == "099000000000" else number
        )


async def test_nothing_asked_nothing_read(gateway: asyncpg.Connection) -> None:
    assert await read(gateway, []) == []


async def test_a_superseded_number_leads_to_the_person_and_shows_the_current_one(
    gateway: asyncpg.Connection, cast: Cast
) -> None:
    evidence = await one(gateway, Lookup(cast.former_number, column_mask(NAMES)))
    assert evidence.current_number == cast.renumbered.number
    assert evidence.candidates == 1
    assert evidence.values[0] == cast.renumbered.full_name


async def test_an_old_number_leads_to_its_person(gateway: asyncpg.Connection, cast: Cast) -> None:
    evidence = await one(gateway, Lookup(cast.old_number, ALL))
    assert evidence.current_number == cast.by_old_number.number
    assert evidence.candidates == 1


@pytest.mark.law("R1.2")
async def test_a_shared_old_number_gives_candidates_and_no_values(
    gateway: asyncpg.Connection, cast: Cast
) -> None:
    evidence = await one(gateway, Lookup(cast.shared_old_number, ALL, list_mask=2047))
    assert evidence.candidates == 2
    assert set(evidence.values) == {None}
    assert evidence.lists == ()


async def test_flags_are_read_unasked(gateway: asyncpg.Connection, cast: Cast) -> None:
    deceased = await one(gateway, Lookup(cast.deceased.number, 0))
    assert deceased.death_kind == 1
    protected = await one(gateway, Lookup(cast.protected.number, 0))
    assert protected.protection == 1 << cast.protection_kind
    examined = await one(gateway, Lookup(cast.examined.number, 0))
    assert examined.examination > 0
    resident = await one(gateway, Lookup(cast.resident.number, 0))
    assert resident.province == cast.resident.province == "79"


async def test_lists_are_read_for_those_who_asked_and_no_others(
    gateway: asyncpg.Connection, files: Files
) -> None:
    families = {row[0] for row in files.rows("relation") if row[1] == "8"}
    rows = [row for row in files.rows("person") if row[0] in families][:40]
    kinds = list(ListKind)
    masks = [
        0 if place % 4 == 0 else kinds[place % len(kinds)] | ListKind.FATHER for place in range(len(rows))
    ]
    found = await read(
        gateway, [Lookup(row[6] or "", 0, int(mask)) for row, mask in zip(rows, masks, strict=True)]
    )
    expected: dict[tuple[str | None, int], list[list[str | None]]] = {}
    for entry in files.rows("relation"):
        expected.setdefault((entry[0], int(entry[1] or 0)), []).append(entry)
    seen = 0
    for row, mask, evidence in zip(rows, masks, found, strict=True):
        assert evidence is not None
        assert all(entry.list & mask for entry in evidence.lists)
        for kind in ListKind:
            if kind < ListKind.FATHER:
                continue
            wanted = expected.get((row[0], kind.value), []) if mask & kind else []
            got = sorted((entry.position, entry) for entry in evidence.lists if entry.list == kind)
            shown = [[entry.name, entry.number, entry.old_number, entry.nationality] for _, entry in got]
            assert shown == [entry[3:7] for entry in wanted]
            seen += len(shown)
    assert seen > 30


async def test_two_questions_about_one_person_keep_their_own_lists(
    gateway: asyncpg.Connection, cast: Cast
) -> None:
    number = cast.minor.number
    lookups = [
        Lookup(number, 0, ListKind.MOTHER.value),
        Lookup(number, 0, ListKind.MOTHER.value | ListKind.HOUSEHOLD_MEMBER.value),
        Lookup(number, 0, 0),
        Lookup(number, 0, ListKind.NATIONALITY.value),
    ]
    found = [evidence for evidence in await read(gateway, lookups) if evidence is not None]
    lists = [sorted((entry.list, entry.position) for entry in evidence.lists) for evidence in found]
    assert lists[0] == [(16, 1)]
    assert lists[1][0] == (16, 1)
    assert {kind for kind, _ in lists[1]} == {16, 1024}
    assert lists[2] == []
    assert lists[3] == [(2, 1)]
    (mother,) = found[0].lists
    assert mother.related_key is not None
    assert len(mother.related_key) == 16


async def test_cards_come_with_their_days(gateway: asyncpg.Connection, files: Files) -> None:
    card = next(row for row in files.rows("card") if row[4] is not None)
    number = next(row[6] for row in files.rows("person") if row[0] == card[0])
    evidence = await one(gateway, Lookup(number or "", 0, ListKind.CARD.value))
    shown = next(entry for entry in evidence.lists if entry.position == int(card[1] or 0))
    assert shown.issued == date.fromisoformat(card[3] or "")
    assert shown.expires == date.fromisoformat(card[4] or "")
    assert shown.place == card[5]


@pytest.mark.law("R1.1")
async def test_the_consent_named_is_read_whosever_it_is(
    gateway: asyncpg.Connection, connect_as: Connect, cast: Cast
) -> None:
    begun = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    given = Consent(id="c-1", system="bank", purpose="loan", fields=NAMES, valid_from=begun, valid_until=None)
    await add_consent(await connect_as(Role.INTAKE), given, number=cast.consenting.number)
    evidence, stranger, nobody = await read(
        gateway,
        [
            Lookup(cast.consenting.number, 0, consent="c-1"),
            Lookup(cast.ordinary.number, 0, consent="c-1"),
            Lookup(cast.consenting.number, 0, consent="c-2"),
        ],
    )
    assert evidence is not None
    assert stranger is not None
    assert nobody is not None
    assert nobody.consent is None
    assert evidence.consent is not None
    assert stranger.consent is not None
    assert evidence.consent.person_id == stranger.consent.person_id == evidence.person_id
    assert (evidence.consent.system, evidence.consent.purpose) == ("bank", "loan")
    assert evidence.consent.fields == NAMES
    assert (evidence.consent.valid_from, evidence.consent.valid_until) == (begun, None)
    assert evidence.consent.withdrawn_at is None


async def test_every_field_of_every_person_can_be_told(gateway: asyncpg.Connection, files: Files) -> None:
    bits = field_bits(FIELDS)
    numbers = [row[6] or "" for row in files.rows("person")]
    for first in range(0, PERSONS, 500):
        found = await read(
            gateway,
            [Lookup(number, column_mask(bits), list_mask(bits)) for number in numbers[first : first + 500]],
        )
        for evidence in found:
            assert evidence is not None
            values = values_of(bits, evidence, date(2026, 11, 24))
            assert set(values) == {field.name for field in FIELDS}
            assert json.dumps(values)
            assert values["number"] == evidence.current_number
            assert values["is_alive"] is {0: True, 1: False, 2: None}[evidence.death_kind]


async def test_more_than_the_limit_is_refused_and_the_connection_stays_usable(
    gateway: asyncpg.Connection, cast: Cast
) -> None:
    lookup = Lookup(cast.ordinary.number, 0)
    assert len(await read(gateway, [lookup] * MOST_LOOKUPS)) == MOST_LOOKUPS
    with pytest.raises(asyncpg.PostgresError):
        await read(gateway, [lookup] * (MOST_LOOKUPS + 1))
    assert await one(gateway, lookup)


async def test_evidence_read_cannot_be_encoded(gateway: asyncpg.Connection, cast: Cast) -> None:
    import msgspec

    evidence = await one(gateway, Lookup(cast.ordinary.number, ALL))
    with pytest.raises(TypeError):
        msgspec.json.encode(evidence)
    assert cast.ordinary.full_name not in repr(evidence)
