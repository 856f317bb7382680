"""What an account does with its notices. No acts of the procedure, so no events."""

from lienthong.control.audit.events import database_now
from lienthong.control.notices.models import Notice
from lienthong.core.legal_days import moment


def mark_read(account: int, notice: int) -> str | None:
    """Note that the account has read its notice; return where it leads, none if it is not the account's."""
    row = Notice.objects.filter(account=account, pk=notice).first()
    if row is None:
        return None
    Notice.objects.filter(pk=notice, read_at=None).update(read_at=moment(database_now()))
    return str(row.link)


def mark_all_read(account: int) -> int:
    """Note that the account has read all its notices; return how many were new."""
    unread = Notice.objects.filter(account=account, read_at=None)
    return unread.update(read_at=moment(database_now()))
