"""The named queries of this subject."""

from pathlib import Path
from typing import Final

from lienthong.db import named

QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
