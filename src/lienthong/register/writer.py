"""Acts on single persons of the register: consents, protections, changed numbers, fields under examination.

Each act is one transaction as lt_intake, whole or not at all. It changes the current register only; who asked
for it is for the caller to record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import asyncpg

from lienthong.core.fields import PERSON_COLUMNS, fields_in
from lienthong.core.numbers import is_number
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("writer.sql"))


class ActRefusedError(Exception):
    """The register cannot do this; the message says what stands against it, without any value of a person."""


class NumberStatus(StrEnum):
    """Why a number is no longer the person's own; it keeps leading to the person."""

    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person consents to: that a system, for a purpose, has these fields (bits), from when until when.

    Instants carry a time zone; `valid_until` is exclusive, None without end. Law: R1.1.
    """

    id: str
    system: str
    purpose: str
    fields: int
    valid_from: datetime
    valid_until: datetime | None


async def add_consent(connection: asyncpg.Connection, consent: Consent, *, number: str) -> None:
    """Register the consent of the person with this current number.

    Raises ActRefusedError for an unknown number, an id that is taken, no field, or an empty term.
    """
    fields = [field.number for field in fields_in(consent.fields)]
    if not fields or not 1 <= len(consent.id) <= 128:
        raise ActRefusedError("a consent has an id of at most 128 characters and names at least one field")
    if consent.valid_until is not None and consent.valid_until <= consent.valid_from:
        raise ActRefusedError("a consent ends after it begins")
    async with connection.transaction():
        person = await _person(connection, number)
        try:
            await connection.execute(
                _QUERIES.sql("add_consent"),
                consent.id,
                person,
                consent.system,
                consent.purpose,
                fields,
                consent.valid_from,
                consent.valid_until,
            )
        except asyncpg.UniqueViolationError as error:
            raise ActRefusedError(f"a consent {consent.id} is registered already") from error


async def withdraw_consent(connection: asyncpg.Connection, *, id: str, at: datetime) -> None:
    """Withdraw a consent from an instant on.

    Raises ActRefusedError when there is none with this id that is not withdrawn. Law: R1.1.
    """
    if await connection.fetchval(_QUERIES.sql("withdraw_consent"), id, at) is None:
        raise ActRefusedError(f"there is no consent {id} to withdraw")


async def protect(
    connection: asyncpg.Connection,
    *,
    number: str,
    kind: int,
    ground: str,
    valid_from: datetime,
    valid_until: datetime | None = None,
) -> None:
    """Protect a person by law: from then on shown only to whoever has the right to this kind (0 to 30).

    `ground` names the law. Raises ActRefusedError for an unknown number, no ground, an empty term or a
    protection that is there already. Law: R1.5.
    """
    if not ground.strip() or not 0 <= kind <= 30:
        raise ActRefusedError("a protection has a kind from 0 to 30 and names the law it rests on")
    if valid_until is not None and valid_until <= valid_from:
        raise ActRefusedError("a protection ends after it begins")
    async with connection.transaction():
        person = await _person(connection, number)
        try:
            await connection.execute(
                _QUERIES.sql("add_protection"), person, kind, ground, valid_from, valid_until
            )
        except asyncpg.UniqueViolationError as error:
            raise ActRefusedError("the same protection is registered already") from error


async def lift_protection(connection: asyncpg.Connection, *, number: str, kind: int, at: datetime) -> None:
    """End the living protections of a kind at an instant; raises ActRefusedError when there is none."""
    async with connection.transaction():
        person = await _person(connection, number)
        if not await connection.fetch(_QUERIES.sql("lift_protection"), person, kind, at):
            raise ActRefusedError("there is no such protection to lift")


async def supersede_number(
    connection: asyncpg.Connection, *, number: str, new_number: str, status: NumberStatus, on: date
) -> None:
    """Give a person another number; the old one keeps leading to them, and relations show the new one.

    Raises ActRefusedError for an unknown number, or a new number that is or was anybody's: a number is never
    given twice.
    """
    if not is_number(new_number):
        raise ActRefusedError("a personal number has twelve digits")
    async with connection.transaction():
        # 1. The person stays locked: of two changes at once the second finds the number gone.
        person = await _person(connection, number)
        # 2. Never given twice. Two persons given one number at once are parted by the unique index in step 4.
        if await connection.fetchval(_QUERIES.sql("is_number_used"), new_number):
            raise ActRefusedError("the new number is or was somebody's")
        # 3. The old number leads to the person before it stops being the current one.
        await connection.execute(_QUERIES.sql("keep_number"), number, person, status, on)
        # 4. The new number.
        try:
            await connection.execute(_QUERIES.sql("change_number"), person, new_number)
        except asyncpg.UniqueViolationError as error:
            raise ActRefusedError("the new number is or was somebody's") from error
        # 5. Those who show this person among their relations.
        await connection.execute(_QUERIES.sql("change_number_in_relations"), person, new_number)


async def open_examination(connection: asyncpg.Connection, *, number: str, columns: Sequence[str]) -> None:
    """Flag columns (names of `PERSON_COLUMNS`) of a person as under examination in every answer.

    Raises ActRefusedError for an unknown number or column. Law: R8.4.
    """
    await _examine(connection, "open_examination", number, columns)


async def close_examination(connection: asyncpg.Connection, *, number: str, columns: Sequence[str]) -> None:
    """Take the flag from columns of a person again; raises ActRefusedError like `open_examination`."""
    await _examine(connection, "close_examination", number, columns)


async def _examine(connection: asyncpg.Connection, query: str, number: str, columns: Sequence[str]) -> None:
    bits = 0
    for column in columns:
        if column not in PERSON_COLUMNS:
            raise ActRefusedError(f"{column} is no column of a person")
        bits |= 1 << PERSON_COLUMNS.index(column)
    if not bits:
        raise ActRefusedError("name at least one column")
    async with connection.transaction():
        await connection.execute(_QUERIES.sql(query), await _person(connection, number), bits)


async def _person(connection: asyncpg.Connection, number: str) -> int:
    """Lock the person with this current number and return the id."""
    person: int | None = await connection.fetchval(_QUERIES.sql("lock_person"), number)
    if person is None:
        raise ActRefusedError("nobody has this number now")
    return person
