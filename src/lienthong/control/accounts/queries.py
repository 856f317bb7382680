"""What pages ask about accounts."""

from lienthong.control.accounts.actions import invited
from lienthong.control.accounts.sessions import OpenSession, SessionEntry, open_sessions
from lienthong.control.audit.events import database_now
from lienthong.core.access import Portal


def invited_name(portal: Portal, token: str) -> str | None:
    """Return the name of the person whom an invitation is for, if it still holds."""
    account = invited(portal, token, database_now())
    return None if account is None else account.name


def own_sessions(session: OpenSession) -> tuple[SessionEntry, ...]:
    """Return the open sessions of the account whose session this is."""
    return open_sessions(session.account, this=session.id, now=database_now())
