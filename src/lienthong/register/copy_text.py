"""The text format of COPY for the tables of the register: days, nulls and the order of columns."""

from datetime import date
from typing import Final

NULL: Final = r"\N"
BYTES_PREFIX: Final = r"\\x"

TABLES: Final = (
    "person",
    "identifier",
    "relation",
    "card",
    "nationality",
    "other_name",
    "protection",
    "consent",
)
"""The tables of a slice in the order in which they are loaded; each has a query `copy_<table>`."""

FIRST_DAY: Final = date(1880, 1, 1).toordinal()
_LAST_DAY: Final = date(2080, 1, 1).toordinal()
_DAYS: Final = tuple(date.fromordinal(day) for day in range(FIRST_DAY, _LAST_DAY))
_ISO: Final = tuple(day.isoformat() for day in _DAYS)
_STORED: Final = tuple(day.year * 10_000 + day.month * 100 + day.day for day in _DAYS)


def iso(day: int) -> str:
    """Write a day (ordinal, 1880 to 2079) as PostgreSQL reads a date."""
    return _ISO[day - FIRST_DAY]


def stored(day: int) -> int:
    """Give the stored form yyyymmdd of a day (ordinal, 1880 to 2079)."""
    return _STORED[day - FIRST_DAY]


def instant(day: int) -> str:
    """Write the first instant of a day (ordinal) in UTC as PostgreSQL reads a timestamp."""
    return f"{iso(day)} 00:00:00+00"
