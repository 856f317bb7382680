"""The roster of officers in whose name a system may ask: rows read, compared and taken over as one.

Nothing is written before a person has seen what would be added, changed, ended or rejected; the same file
again changes nothing. Law: R8.1 (officers act by assigned function), R6.1 (each is named in the record).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from lienthong.core.plain_text import unplain
from lienthong.core.speech import Text

MOST_OFFICERS: Final = 5_000
LONGEST_WORDS: Final = 200
_CODE: Final = re.compile(r"[\x21-\x7e]{1,128}")
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00:00)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterEntry:
    """One officer: the code that stands in LT-Officer, from a day and to a day (inclusive) where known."""

    code: str
    name: str
    unit: str
    valid_from: date
    valid_to: date | None = None

    def lives_on(self, day: date) -> bool:
        """Say whether the entry has not ended before a day."""
        return self.valid_to is None or self.valid_to >= day


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """One row as it was written; `number` is where it stands in the sheet."""

    number: int
    code: str = ""
    name: str = ""
    unit: str = ""
    valid_from: str = ""
    valid_to: str = ""


class RowProblem(StrEnum):
    """Why a row is not taken over."""

    CODE_MISSING = "code_missing"
    CODE_FORM = "code_form"
    NAME_MISSING = "name_missing"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    FROM_FORM = "from_form"
    TO_FORM = "to_form"
    ENDS_FIRST = "ends_first"
    REPEATED = "repeated"


ROW_TEXTS: Final = {
    RowProblem.CODE_MISSING: Text("Chưa có mã cán bộ.", "There is no code."),
    RowProblem.CODE_FORM: Text(
        "Mã cán bộ gồm chữ cái không dấu, chữ số và dấu câu, không có dấu cách, tối đa 128 ký tự.",
        "A code has unaccented letters, digits and punctuation, no space, at most 128 characters.",
    ),
    RowProblem.NAME_MISSING: Text("Chưa có họ và tên.", "There is no name."),
    RowProblem.TOO_LONG: Text(
        f"Họ tên hoặc đơn vị dài quá {LONGEST_WORDS} ký tự.",
        f"Name or unit has more than {LONGEST_WORDS} characters.",
    ),
    RowProblem.CHARACTERS: Text(
        "Họ tên hoặc đơn vị có ký tự không hiển thị được. (LC954)",
        "Name or unit has characters that cannot be seen. (LC954)",
    ),
    RowProblem.FROM_FORM: Text(
        "Ngày bắt đầu thiếu hoặc không đúng dạng 05/12/2026.",
        "The first day is missing or not of the form 05/12/2026.",
    ),
    RowProblem.TO_FORM: Text(
        "Ngày kết thúc không đúng dạng 05/12/2026.", "The last day is not of the form 05/12/2026."
    ),
    RowProblem.ENDS_FIRST: Text("Ngày kết thúc trước ngày bắt đầu.", "The last day lies before the first."),
    RowProblem.REPEATED: Text("Mã cán bộ này đã có ở một dòng trước.", "This code stands in an earlier row."),
}


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not taken over, with every reason."""

    row: RosterRow
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry before and after."""

    before: RosterEntry
    after: RosterEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanges:
    """What taking rows over would do; `same` counts the rows that change nothing."""

    added: tuple[RosterEntry, ...]
    changed: tuple[Change, ...]
    ended: tuple[Change, ...]
    rejected: tuple[RejectedRow, ...]
    same: int

    @property
    def written(self) -> tuple[RosterEntry, ...]:
        """Return the entries as they would stand after it, those alone that differ from now."""
        return (*self.added, *(change.after for change in (*self.changed, *self.ended)))


def row_problems(row: RosterRow) -> tuple[RowProblem, ...]:
    """Return why a row by itself cannot be taken over; empty if it can. Law: R8.1."""
    return tuple(_problems(row))


def _problems(row: RosterRow) -> Iterator[RowProblem]:
    if not row.code:
        yield RowProblem.CODE_MISSING
    elif _CODE.fullmatch(row.code) is None:
        yield RowProblem.CODE_FORM
    if not row.name:
        yield RowProblem.NAME_MISSING
    if max(len(row.name), len(row.unit)) > LONGEST_WORDS:
        yield RowProblem.TOO_LONG
    if unplain(row.name) or unplain(row.unit):
        yield RowProblem.CHARACTERS
    first, last = _day(row.valid_from), _day(row.valid_to)
    if first is None:
        yield RowProblem.FROM_FORM
    if row.valid_to and last is None:
        yield RowProblem.TO_FORM
    if first is not None and last is not None and last < first:
        yield RowProblem.ENDS_FIRST


def _day(text: str) -> date | None:
    """Return the day a text is, day first as people write it, or year first as machines do."""
    spoken, machine = _DAY.fullmatch(text), _ISO_DAY.fullmatch(text)
    try:
        if spoken is not None:
            return date(int(spoken[3]), int(spoken[2]), int(spoken[1]))
        if machine is not None:
            return date(int(machine[1]), int(machine[2]), int(machine[3]))
    except ValueError:
        return None
    return None


def entry_of(row: RosterRow) -> RosterEntry | tuple[RowProblem, ...]:
    """Return the entry a row is, or why it is none. Law: R8.1."""
    problems, first = row_problems(row), _day(row.valid_from)
    if problems or first is None:
        return problems
    return RosterEntry(
        code=row.code, name=row.name, unit=row.unit, valid_from=first, valid_to=_day(row.valid_to)
    )


def roster_changes(
    current: Iterable[RosterEntry], rows: Iterable[RosterRow], *, whole: bool, today: date
) -> RosterChanges:
    """Return what taking these rows over would do to the roster.

    `whole`: the rows are all officers there are, so those who are missing have ended before today. Who stands
    in a rejected row is not missing. Law: R8.1.
    """
    standing = {entry.code: entry for entry in current}
    entries, rejected = _read(rows)
    added = tuple(entry for code, entry in entries.items() if code not in standing)
    differing = [
        Change(standing[code], entry)
        for code, entry in entries.items()
        if code in standing and standing[code] != entry
    ]
    ended = [change for change in differing if _ends(change, today)]
    changed = [change for change in differing if not _ends(change, today)]
    if whole:
        named = entries.keys() | {refused.row.code for refused in rejected}
        ended += [
            Change(entry, ended_before(entry, today))
            for code, entry in standing.items()
            if code not in named and entry.lives_on(today)
        ]
    return RosterChanges(
        added=added,
        changed=tuple(changed),
        ended=tuple(ended),
        rejected=rejected,
        same=len(entries) - len(added) - len(differing),
    )


def _read(
    rows: Iterable[RosterRow],
) -> tuple[Mapping[str, RosterEntry], tuple[RejectedRow, ...]]:
    entries: dict[str, RosterEntry] = {}
    rejected: list[RejectedRow] = []
    for row in rows:
        entry = entry_of(row)
        if not isinstance(entry, RosterEntry):
            rejected.append(RejectedRow(row, entry))
        elif entry.code in entries:
            rejected.append(RejectedRow(row, (RowProblem.REPEATED,)))
        else:
            entries[entry.code] = entry
    return entries, tuple(rejected)


def _ends(change: Change, today: date) -> bool:
    return change.before.lives_on(today) and not change.after.lives_on(today)


def ended_before(entry: RosterEntry, today: date) -> RosterEntry:
    """Return the entry as one that is not in force from a day on, even if it was to begin later."""
    last = today - timedelta(days=1)
    return replace(entry, valid_from=min(entry.valid_from, last), valid_to=last)
