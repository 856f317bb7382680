"""Numbers of the registers: one after another in each year, given in the act that uses them or not at all.

Law: R5.3; Decree 30/2020/NĐ-CP.
"""

from pathlib import Path
from typing import Final

from lienthong.control.frame.statements import execute
from lienthong.db import named

ARRIVALS: Final = "arrivals"
OUTGOING: Final = "outgoing"
REQUESTS: Final = "requests"

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


def next_number(series: str, year: int) -> int:
    """Return the next number of a series, locked until the running act ends; taken back if it fails."""
    number: int = execute(_QUERIES, "next_number", series, year)[0][0]
    return number
