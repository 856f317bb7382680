"""What an account asks about its notices."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from lienthong.control.frame.statements import execute
from lienthong.control.notices.models import Notice
from lienthong.core.speech import Text
from lienthong.db import named

PAGE_SIZE: Final = 25
MOST_COUNTED: Final = 99
_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """One notice as its account sees it."""

    id: int
    subject: Text
    body: Text
    link: str
    made_at: datetime
    is_read: bool


def unread_count(account: int) -> int:
    """Return how many notices the account has not read, 99 at most."""
    count: int = execute(_QUERIES, "unread", account, MOST_COUNTED)[0][0]
    return count


def notices_of(account: int, *, page: int) -> tuple[tuple[NoticeEntry, ...], int]:
    """Return one page of an account's notices, newest first, and how many there are; pages count from 1."""
    rows = Notice.objects.filter(account=account).order_by("-pk")
    first = (page - 1) * PAGE_SIZE
    return tuple(_entry(row) for row in rows[first : first + PAGE_SIZE]), rows.count()


def _entry(row: Notice) -> NoticeEntry:
    return NoticeEntry(
        row.pk,
        Text(row.subject_vi, row.subject_en),
        Text(row.body_vi, row.body_en),
        row.link,
        row.made_at,
        row.read_at is not None,
    )
