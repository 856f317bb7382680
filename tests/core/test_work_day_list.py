from datetime import date

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.work_day_list import DecidedDays, may_keep_calendar, read_days

TODAY = date(2026, 11, 24)


@pytest.mark.law("R5.3")
def test_a_year_is_read_day_by_day_and_in_spans() -> None:
    read = read_days(
        "01/01/2027\n\n 5/2/2027 – 07/02/2027 \r\n31/08/2027-02/09/2027", "13/02/2027", today=TODAY
    )
    assert read == DecidedDays(
        off=(
            date(2027, 1, 1),
            *(date(2027, 2, day) for day in (5, 6, 7)),
            date(2027, 8, 31),
            date(2027, 9, 1),
            date(2027, 9, 2),
        ),
        worked=(date(2027, 2, 13),),
    )


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("off", "worked", "said"),
    [
        ("", "", "there is no day"),
        ("Tết", "", "“Tết” is no day"),
        ("31/02/2027", "", "“31/02/2027” is no day"),
        ("01/01/2027 - 31/02/2027", "", "is no day"),
        ("05/01/2027 - 01/01/2027", "", "is no day"),
        ("01/01/2027 - 01/03/2027", "", "is no day"),
        ("٠١/٠١/٢٠٢٧", "", "is no day"),
        ("01/01/2027\n01/01/2027", "", "01/01/2027 comes twice"),
        ("13/02/2027", "13/02/2027", "13/02/2027 comes twice"),
        ("", "12/02/2027", "12/02/2027 is a working day anyhow"),
        ("01/01/2030", "", "too far away"),
        ("01/01/2024", "", "too far away"),
        ("\n".join(f"01/{month:02}/2027-28/{month:02}/2027" for month in range(1, 7)), "", "more than 120"),
    ],
)
def test_a_list_with_a_wrong_line_is_refused_whole(off, worked, said) -> None:
    refusal = read_days(off, worked, today=TODAY)
    assert isinstance(refusal, ControlRefuse)
    assert refusal.code is ControlCode.WORK_DAYS_UNREADABLE
    assert said in refusal.text.en


def test_every_wrong_line_is_named() -> None:
    refusal = read_days("một\nhai", "ba", today=TODAY)
    assert all(line in refusal.text.vi for line in ("“một”", "“hai”", "“ba”"))


@pytest.mark.law("R8.1")
def test_only_administrators_keep_the_calendar() -> None:
    assert may_keep_calendar(None) is None
    for role in Role:
        refusal = may_keep_calendar(Actor(1, "Người Mẫu", Portal.STAFF, frozenset({role})))
        assert (refusal is None) == (role is Role.ADMINISTRATOR)
