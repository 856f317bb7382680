"""Days off and days worked in exchange, as a decision lists them and as somebody types them in.

A line is a day, `02/09/2026`, or the first and the last of several, `31/08/2026 - 02/09/2026`. Law: R5.3.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lienthong.core.access import Actor, may_act
from lienthong.core.account_acts import ADMINISTRATORS
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.machines import names_of
from lienthong.core.speech import Text, joined

MOST_DAYS: Final = 120
LONGEST_RANGE: Final = 31
_YEARS_BACK, _YEARS_AHEAD = 1, 3
_SATURDAY: Final = 5
_DAY: Final = r"\d{1,2}/\d{1,2}/\d{4}"
_LINE: Final = re.compile(rf"(?P<first>{_DAY})(?:\s*[-–]\s*(?P<last>{_DAY}))?", re.ASCII)
_KEEPING: Final = Text("Ghi ngày nghỉ, ngày làm bù", "Keep the calendar of working days")


@dataclass(frozen=True, slots=True)
class DecidedDays:
    """What one decision says: days off, and days worked that otherwise would not be. In order of days."""

    off: tuple[date, ...]
    worked: tuple[date, ...]


def read_days(off: str, worked: str, *, today: date) -> DecidedDays | ControlRefuse:
    """Read both lists; the refusal names every line that is wrong, and nothing is taken then."""
    problems: list[Text] = []
    days_off = _days_in(off, problems)
    days_worked = _days_in(worked, problems)
    if not problems:
        problems = _disagreements(days_off, days_worked, today)
    if problems:
        return ControlRefuse(ControlCode.WORK_DAYS_UNREADABLE, {"problems": joined(problems, "; ")})
    return DecidedDays(tuple(sorted(days_off)), tuple(sorted(days_worked)))


def may_keep_calendar(actor: Actor | None) -> ControlRefuse | None:
    """Return why the actor may not change the calendar, None if it may; the system itself may. Law: R8.1."""
    if actor is None or may_act(actor, ADMINISTRATORS):
        return None
    return ControlRefuse(ControlCode.NOT_YOUR_ROLE, {"act": _KEEPING, "roles": names_of(ADMINISTRATORS)})


def _days_in(text: str, problems: list[Text]) -> list[date]:
    days: list[date] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        found = _LINE.fullmatch(line)
        span = None if found is None else _span(found)
        if span is None:
            shown = line[:40]
            problems.append(
                Text(f"“{shown}” không phải ngày hay khoảng ngày", f"“{shown}” is no day nor a span of days")
            )
        else:
            days += span
    return days


def _span(found: re.Match[str]) -> list[date] | None:
    begun, ended = _day(found["first"]), _day(found["last"] or found["first"])
    if begun is None or ended is None or not 0 <= (ended - begun).days < LONGEST_RANGE:
        return None
    return [begun + timedelta(days=step) for step in range((ended - begun).days + 1)]


def _day(text: str) -> date | None:
    day, month, year = map(int, text.split("/"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _disagreements(off: list[date], worked: list[date], today: date) -> list[Text]:
    every = [*off, *worked]
    if not every:
        return [Text("chưa có ngày nào", "there is no day in it")]
    if len(every) > MOST_DAYS:
        return [Text(f"quá {MOST_DAYS} ngày một lần", f"more than {MOST_DAYS} days at once")]
    twice = sorted({day for day in every if every.count(day) > 1})
    problems = [Text(f"{shown} có hai lần", f"{shown} comes twice") for shown in map(_shown, twice)]
    ordinary = [day for day in worked if day.weekday() < _SATURDAY]
    problems += [
        Text(f"{shown} vốn là ngày làm việc, không phải ngày làm bù", f"{shown} is a working day anyhow")
        for shown in map(_shown, ordinary)
    ]
    far = [day for day in every if not -_YEARS_BACK <= day.year - today.year <= _YEARS_AHEAD]
    problems += [Text(f"{shown} quá xa", f"{shown} is too far away") for shown in map(_shown, far)]
    return problems


def _shown(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year}"
