"""Reading people for the gateway: many look-ups in one statement, each with its own columns and lists.

Nothing is kept between calls. What was not asked for does not leave the database, which applies the masks.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
from asyncpg.prepared_stmt import PreparedStatement

from lienthong.core.evidence import ConsentFact, Evidence, ListRow
from lienthong.core.fields import MAX_FIELD_NUMBER, PERSON_COLUMNS
from lienthong.db import named

MOST_LOOKUPS: Final = 1000
"""Look-ups of one call; the database refuses more."""

_QUERIES: Final = named.load(Path(__file__).with_name("reader.sql"))
_JUDGED_COLUMNS: Final = 18
_ALL_COLUMNS: Final = _JUDGED_COLUMNS + len(PERSON_COLUMNS)


class Lookup(msgspec.Struct, frozen=True, gc=False):
    """Whom to read and what of them: a number of either kind, columns, lists, and the consent named, if any.

    `column_mask` has bit i for column i of `PERSON_COLUMNS`, `list_mask` is a sum of `ListKind` values.
    """

    number: str
    column_mask: int
    list_mask: int = 0
    consent: str | None = None


class _Statements:
    """The two prepared statements of one connection; the second is made when first needed."""

    __slots__ = ("persons", "relatives")

    def __init__(self, persons: "PreparedStatement[Any]") -> None:
        self.persons = persons
        self.relatives: PreparedStatement[Any] | None = None


_prepared: "WeakKeyDictionary[asyncpg.Connection, _Statements]" = WeakKeyDictionary()


async def read(connection: asyncpg.Connection, lookups: Sequence[Lookup]) -> list[Evidence | None]:
    """Return what the register knows for each look-up, in the same order; None where nobody has the number.

    A number that leads to several persons gives evidence with `candidates` > 1 and no values. One statement,
    and a second only for look-ups that name lists. One call at a time on one connection. Raises
    asyncpg.PostgresError, asyncpg.InterfaceError or OSError when the database cannot answer. Law: R8.2.
    """
    found: list[Evidence | None] = [None] * len(lookups)
    if not lookups:
        return found
    statements = await _statements_of(connection)
    rows = await statements.persons.fetch(
        [lookup.number for lookup in lookups],
        [lookup.column_mask for lookup in lookups],
        [lookup.consent for lookup in lookups],
    )
    lists = await _lists(connection, statements, lookups, rows)
    for row in rows:
        place = row[0] - 1
        related = lists.get(row[1], ())
        if related:
            wanted = lookups[place].list_mask
            related = tuple(entry for entry in related if entry.list & wanted)
        found[place] = _evidence(row, related)
    return found


def _evidence(row: asyncpg.Record, related: tuple[ListRow, ...]) -> Evidence:
    """Build evidence by position: see reader.sql for the order of columns."""
    return Evidence(
        person_id=row[1],
        person_key=row[2],
        current_number=row[3],
        name=row[4],
        birth_date=row[5] or 0,
        death_kind=row[6],
        province=row[7] or "",
        protection=row[8],
        examination=row[9],
        consent=None if row[10] is None else _consent(row),
        candidates=row[17],
        values=row[_JUDGED_COLUMNS:_ALL_COLUMNS],
        lists=related,
    )


def _consent(row: asyncpg.Record) -> ConsentFact:
    return ConsentFact(
        person_id=row[10],
        system=row[11],
        purpose=row[12],
        fields=sum({1 << number for number in row[13] if 0 < number <= MAX_FIELD_NUMBER}),
        valid_from=row[14],
        valid_until=row[15],
        withdrawn_at=row[16],
    )


async def _lists(
    connection: asyncpg.Connection,
    statements: _Statements,
    lookups: Sequence[Lookup],
    rows: Sequence[asyncpg.Record],
) -> dict[int, tuple[ListRow, ...]]:
    """Read the lists wanted of the persons found, each person once, by id and key."""
    wanted: dict[int, tuple[bytes, int]] = {}
    for row in rows:
        mask = lookups[row[0] - 1].list_mask
        if mask and row[17] == 1:
            wanted[row[1]] = (row[2], mask | wanted.get(row[1], (b"", 0))[1])
    if not wanted:
        return {}
    if statements.relatives is None:
        statements.relatives = await connection.prepare(_QUERIES.sql("read_lists"))
    entries = await statements.relatives.fetch(
        list(wanted), [key for key, _ in wanted.values()], [mask for _, mask in wanted.values()]
    )
    collected: dict[int, list[ListRow]] = {}
    for entry in entries:
        collected.setdefault(entry[0], []).append(_list_row(entry))
    return {person: tuple(related) for person, related in collected.items()}


def _list_row(entry: asyncpg.Record) -> ListRow:
    return ListRow(
        list=entry[1],
        position=entry[2],
        name=entry[3],
        number=entry[4],
        old_number=entry[5],
        nationality=entry[6],
        relation=entry[7],
        issued=entry[8],
        expires=entry[9],
        place=entry[10],
        related_key=entry[11],
        related_protection=entry[12],
    )


async def _statements_of(connection: asyncpg.Connection) -> _Statements:
    statements = _prepared.get(connection)
    if statements is None:
        statements = _Statements(await connection.prepare(_QUERIES.sql("read_persons")))
        _prepared[connection] = statements
    return statements
