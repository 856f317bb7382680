"""Dates in a publication file: legal days become instants by what they mean, here and once.

A day that something is valid to, or due by, counts to its end; every other day counts from its beginning.
Outside production a day may be written relative to the day of publishing: `today`, `today-40`, `today+300`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lienthong.core.legal_days import end_of_day, moment, start_of_day

_TO_THE_END = frozenset({"valid_until", "due"})
_RELATIVE = re.compile(r"today(?:([+-])([0-9]{1,5}))?\Z")


class DateError(ValueError):
    """A date that cannot be used; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day of publishing in Việt Nam, None where relative days are not allowed."""

    today: date | None

    def moments(self, table: Mapping[str, object]) -> dict[str, object]:
        """Return a table, and the tables in it, with every date as a moment in UTC; raises DateError."""
        return {key: self._value(key, value) for key, value in table.items()}

    def _value(self, key: str, value: object) -> object:
        match value:
            case datetime():
                if value.tzinfo is None:
                    raise DateError(
                        f"{key}: a time needs its zone. Write 2026-12-31T17:00:00+07:00, or the day alone"
                    )
                return value.astimezone(UTC)
            case date():
                return moment(end_of_day(value) if key in _TO_THE_END else start_of_day(value))
            case str() if value.startswith("today"):
                return self._relative(key, value)
            case dict():
                return self.moments(value)
            case list():
                return [self._value(key, each) for each in value]
            case _:
                return value

    def _relative(self, key: str, text: str) -> object:
        match = _RELATIVE.match(text)
        if match is None:
            return text
        if self.today is None:
            raise DateError(f"{key}: in production a day is written as a date, like 2026-12-31")
        days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
        return self._value(key, self.today + timedelta(days=days))
