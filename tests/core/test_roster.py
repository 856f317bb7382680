from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.roster import (
    LONGEST_WORDS,
    ROW_TEXTS,
    Change,
    RejectedRow,
    RosterEntry,
    RosterRow,
    RowProblem,
    ended_before,
    entry_of,
    roster_changes,
    row_problems,
)

TODAY = date(2026, 11, 24)
ROW = RosterRow(number=2, code="cb-0001", name="Cán bộ Mẫu", unit="Phòng một cửa", valid_from="05/12/2025")
ENTRY = RosterEntry(code="cb-0001", name="Cán bộ Mẫu", unit="Phòng một cửa", valid_from=date(2025, 12, 5))


@pytest.mark.parametrize(
    "text", ["05/12/2025", "5/12/2025", "05-12-2025", "5.12.2025", "2025-12-05", "2025-12-05 00:00:00"]
)
def test_a_day_is_read_day_first_or_year_first(text) -> None:
    assert entry_of(replace(ROW, valid_from=text)) == ENTRY
    assert entry_of(replace(ROW, valid_to=text)).valid_to == date(2025, 12, 5)


@pytest.mark.law("R8.1")
@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"code": ""}, RowProblem.CODE_MISSING),
        ({"code": "cán bộ 1"}, RowProblem.CODE_FORM),
        ({"code": "x" * 129}, RowProblem.CODE_FORM),
        ({"name": ""}, RowProblem.NAME_MISSING),
        ({"unit": "x" * (LONGEST_WORDS + 1)}, RowProblem.TOO_LONG),
        ({"name": "Mẫu\x01"}, RowProblem.CHARACTERS),
        ({"valid_from": ""}, RowProblem.FROM_FORM),
        ({"valid_from": "31/02/2026"}, RowProblem.FROM_FORM),
        ({"valid_from": "2026-02-31"}, RowProblem.FROM_FORM),
        ({"valid_from": "hôm nay"}, RowProblem.FROM_FORM),
        ({"valid_to": "12/2026"}, RowProblem.TO_FORM),
        ({"valid_to": "04/12/2025"}, RowProblem.ENDS_FIRST),
    ],
)
def test_a_row_is_rejected_with_its_reason(changed, problem) -> None:
    assert row_problems(replace(ROW, **changed)) == (problem,)
    assert entry_of(replace(ROW, **changed)) == (problem,)


def test_every_reason_has_its_words_and_all_reasons_are_told_at_once() -> None:
    assert ROW_TEXTS.keys() == set(RowProblem)
    assert row_problems(RosterRow(number=3)) == (
        RowProblem.CODE_MISSING,
        RowProblem.NAME_MISSING,
        RowProblem.FROM_FORM,
    )


def test_what_is_added_changed_ended_and_the_same_is_told_apart() -> None:
    leaving = replace(ENTRY, code="cb-0002")
    moving = replace(ENTRY, code="cb-0003")
    gone = replace(ENTRY, code="cb-0004", valid_to=date(2026, 1, 1))
    rows = (
        ROW,
        replace(ROW, code="cb-0002", valid_to="23/11/2026"),
        replace(ROW, code="cb-0003", unit="Phòng khác"),
        replace(ROW, code="cb-0004", valid_to="02/01/2026"),
        replace(ROW, code="cb-0005"),
        replace(ROW, code="cb-0005", name="Người khác"),
        replace(ROW, code="", number=9),
    )
    changes = roster_changes((ENTRY, leaving, moving, gone), rows, whole=False, today=TODAY)
    assert changes.added == (replace(ENTRY, code="cb-0005"),)
    assert changes.changed == (
        Change(moving, replace(moving, unit="Phòng khác")),
        Change(gone, replace(gone, valid_to=date(2026, 1, 2))),
    )
    assert changes.ended == (Change(leaving, replace(leaving, valid_to=date(2026, 11, 23))),)
    assert changes.rejected == (
        RejectedRow(rows[5], (RowProblem.REPEATED,)),
        RejectedRow(rows[6], (RowProblem.CODE_MISSING,)),
    )
    assert changes.same == 1
    assert len(changes.written) == 4


def test_whoever_is_missing_from_a_whole_roster_is_ended_at_once_but_not_who_stands_in_a_rejected_row() -> (
    None
):
    missing = replace(ENTRY, code="cb-0002")
    later = replace(ENTRY, code="cb-0003", valid_from=date(2027, 1, 1))
    gone = replace(ENTRY, code="cb-0004", valid_to=date(2026, 11, 23))
    broken = replace(ENTRY, code="cb-0005")
    standing = (ENTRY, missing, later, gone, broken)
    rows = (ROW, replace(ROW, code="cb-0005", name=""))
    changes = roster_changes(standing, rows, whole=True, today=TODAY)
    assert [change.after.code for change in changes.ended] == ["cb-0002", "cb-0003"]
    assert all(not change.after.lives_on(TODAY) for change in changes.ended)
    assert roster_changes(standing, rows, whole=False, today=TODAY).ended == ()
    after = {entry.code: entry for entry in standing} | {entry.code: entry for entry in changes.written}
    assert roster_changes(after.values(), rows, whole=True, today=TODAY).written == ()


entries = st.builds(
    RosterEntry,
    code=st.sampled_from(["a", "b", "c", "d"]),
    name=st.sampled_from(["Mẫu Một", "Mẫu Hai"]),
    unit=st.sampled_from(["", "Phòng"]),
    valid_from=st.dates(TODAY - timedelta(9), TODAY + timedelta(9)),
    valid_to=st.none() | st.dates(TODAY + timedelta(10), TODAY + timedelta(20)),
)


def row_of(entry: RosterEntry) -> RosterRow:
    last = "" if entry.valid_to is None else entry.valid_to.isoformat()
    return RosterRow(
        number=1,
        code=entry.code,
        name=entry.name,
        unit=entry.unit,
        valid_from=f"{entry.valid_from:%d/%m/%Y}",
        valid_to=last,
    )


@pytest.mark.law("R6.1")
@given(st.lists(entries), st.lists(entries), st.booleans())
def test_the_same_rows_again_change_nothing_and_nobody_disappears(before, rows, whole) -> None:
    standing = {entry.code: entry for entry in before}
    given_rows = [row_of(entry) for entry in rows]
    first = roster_changes(standing.values(), given_rows, whole=whole, today=TODAY)
    after = standing | {entry.code: entry for entry in first.written}
    assert after.keys() >= standing.keys()
    assert roster_changes(after.values(), given_rows, whole=whole, today=TODAY).written == ()


def test_an_entry_ended_before_a_day_is_not_in_force_on_it() -> None:
    ended = ended_before(replace(ENTRY, valid_from=TODAY + timedelta(5)), TODAY)
    assert not ended.lives_on(TODAY)
    assert ended.valid_from <= ended.valid_to
