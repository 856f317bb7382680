"""Acts on single persons: whole or not at all, and seen by the next reader."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from lienthong.core.evidence import ListKind
from lienthong.core.fields import PERSON_COLUMNS, bits_of_names
from lienthong.db import Database, Role
from lienthong.register import writer
from lienthong.register.cast import Cast, cast_from_files
from lienthong.register.protections import GROUNDS, ProtectionKind
from lienthong.register.reader import Lookup, read
from lienthong.register.writer import ActRefusedError, Consent, NumberStatus
from tests.register.rows import Files

Connect = Callable[[Role], Awaitable[asyncpg.Connection]]
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NOBODY = "099000000000"


@pytest.fixture(scope="session")
def cast(files: Files) -> Cast:
    return cast_from_files(files.folder, province="79")


@pytest.fixture
async def intake(loaded: Database, connect_as: Connect) -> asyncpg.Connection:
    return await connect_as(Role.INTAKE)


@pytest.fixture
async def gateway(loaded: Database, connect_as: Connect) -> asyncpg.Connection:
    return await connect_as(Role.GATEWAY)


def consent(**changes: object) -> Consent:
    given: dict[str, object] = {
        "id": "c-1",
        "system": "bank",
        "purpose": "loan",
        "fields": bits_of_names(["full_name", "birth_date"]),
        "valid_from": NOW,
        "valid_until": NOW + timedelta(days=1),
        **changes,
    }
    return Consent(**given)  # type: ignore[arg-type]


@pytest.mark.law("R1.1")
async def test_a_consent_is_withdrawn_once(
    intake: asyncpg.Connection, gateway: asyncpg.Connection, cast: Cast
) -> None:
    number = cast.ordinary.number
    await writer.add_consent(intake, consent(), number=number)
    await writer.withdraw_consent(intake, id="c-1", at=NOW + timedelta(hours=2))
    (evidence,) = await read(gateway, [Lookup(number, 0, consent="c-1")])
    assert evidence is not None
    assert evidence.consent is not None
    assert evidence.consent.withdrawn_at == NOW + timedelta(hours=2)
    with pytest.raises(ActRefusedError, match="no consent c-1"):
        await writer.withdraw_consent(intake, id="c-1", at=NOW + timedelta(hours=3))
    with pytest.raises(ActRefusedError, match="registered already"):
        await writer.add_consent(intake, consent(), number=number)


@pytest.mark.parametrize(
    "wrong", [consent(fields=0), consent(valid_until=NOW), consent(id=""), consent(id="c" * 129)]
)
async def test_a_consent_without_substance_is_refused(
    intake: asyncpg.Connection, cast: Cast, wrong: Consent
) -> None:
    with pytest.raises(ActRefusedError):
        await writer.add_consent(intake, wrong, number=cast.ordinary.number)


@pytest.mark.law("R1.5")
async def test_a_protection_holds_until_it_is_lifted(
    intake: asyncpg.Connection, gateway: asyncpg.Connection, cast: Cast
) -> None:
    number, kind = cast.ordinary.number, ProtectionKind.WITNESS
    began = datetime.now(UTC) - timedelta(hours=1)
    await writer.protect(intake, number=number, kind=kind, ground=GROUNDS[kind], valid_from=began)
    (evidence,) = await read(gateway, [Lookup(number, 0)])
    assert evidence is not None
    assert evidence.protection == 1 << kind
    with pytest.raises(ActRefusedError, match="already"):
        await writer.protect(intake, number=number, kind=kind, ground=GROUNDS[kind], valid_from=began)
    await writer.lift_protection(intake, number=number, kind=kind, at=began + timedelta(minutes=1))
    (evidence,) = await read(gateway, [Lookup(number, 0)])
    assert evidence is not None
    assert evidence.protection == 0
    with pytest.raises(ActRefusedError, match="no such protection"):
        await writer.lift_protection(intake, number=number, kind=kind, at=NOW)


@pytest.mark.law("R1.5")
@pytest.mark.parametrize(
    ("kind", "ground", "until"),
    [(1, "", None), (1, "  ", None), (31, "law", None), (-1, "law", None), (1, "law", NOW)],
)
async def test_a_protection_without_law_kind_or_term_is_refused(
    intake: asyncpg.Connection, cast: Cast, kind: int, ground: str, until: datetime | None
) -> None:
    with pytest.raises(ActRefusedError):
        await writer.protect(
            intake, number=cast.ordinary.number, kind=kind, ground=ground, valid_from=NOW, valid_until=until
        )


async def test_a_changed_number_leads_to_the_person_and_stands_in_every_relation(
    intake: asyncpg.Connection, gateway: asyncpg.Connection, cast: Cast
) -> None:
    number, new = cast.minor.number, "099900000001"
    (before,) = await read(gateway, [Lookup(number, 0, ListKind.MOTHER.value)])
    assert before is not None
    mother = before.lists[0].number or ""
    await writer.supersede_number(
        intake, number=number, new_number=new, status=NumberStatus.CANCELLED, on=date(2026, 11, 24)
    )
    by_old, by_new, parent = await read(
        gateway, [Lookup(number, 0), Lookup(new, 0), Lookup(mother, 0, ListKind.CHILD.value)]
    )
    assert by_old is not None
    assert by_new is not None
    assert parent is not None
    assert by_old.current_number == by_new.current_number == new
    assert by_old.person_key == by_new.person_key == before.person_key
    shown = {entry.number for entry in parent.lists}
    assert new in shown
    assert number not in shown
    stale = await intake.fetchval("SELECT count(*) FROM register.relation WHERE number = $1", number)
    assert stale == 0


async def test_no_number_is_given_twice(intake: asyncpg.Connection, cast: Cast) -> None:
    for taken in (cast.not_consenting.number, cast.former_number, cast.ordinary.number):
        with pytest.raises(ActRefusedError, match="is or was somebody's"):
            await writer.supersede_number(
                intake,
                number=cast.ordinary.number,
                new_number=taken,
                status=NumberStatus.SUPERSEDED,
                on=NOW.date(),
            )
    with pytest.raises(ActRefusedError, match="twelve digits"):
        await writer.supersede_number(
            intake,
            number=cast.ordinary.number,
            new_number="0999",
            status=NumberStatus.SUPERSEDED,
            on=NOW.date(),
        )
    kept = await intake.fetchval(
        "SELECT count(*) FROM register.identifier WHERE value = $1", cast.ordinary.number
    )
    assert kept == 0


@pytest.mark.law("R8.4")
async def test_columns_under_examination_are_flagged_until_it_is_closed(
    intake: asyncpg.Connection, gateway: asyncpg.Connection, cast: Cast
) -> None:
    number = cast.ordinary.number
    birth, name = (1 << PERSON_COLUMNS.index(column) for column in ("birth_date", "full_name"))

    async def examined() -> int:
        (evidence,) = await read(gateway, [Lookup(number, 0)])
        assert evidence is not None
        return evidence.examination

    await writer.open_examination(intake, number=number, columns=["birth_date"])
    await writer.open_examination(intake, number=number, columns=["full_name"])
    assert await examined() == birth | name
    await writer.close_examination(intake, number=number, columns=["birth_date"])
    assert await examined() == name
    with pytest.raises(ActRefusedError, match="no column"):
        await writer.open_examination(intake, number=number, columns=["shoe_size"])
    with pytest.raises(ActRefusedError, match="at least one"):
        await writer.open_examination(intake, number=number, columns=[])


async def test_acts_on_nobody_are_refused(intake: asyncpg.Connection) -> None:
    acts: list[Awaitable[None]] = [
        writer.add_consent(intake, consent(), number=NOBODY),
        writer.protect(intake, number=NOBODY, kind=1, ground="law", valid_from=NOW),
        writer.lift_protection(intake, number=NOBODY, kind=1, at=NOW),
        writer.open_examination(intake, number=NOBODY, columns=["sex"]),
        writer.supersede_number(
            intake, number=NOBODY, new_number=NOBODY, status=NumberStatus.SUPERSEDED, on=NOW.date()
        ),
    ]
    for act in acts:
        with pytest.raises(ActRefusedError, match="nobody"):
            await act
