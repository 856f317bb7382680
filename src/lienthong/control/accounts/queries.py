"""What pages ask about accounts."""

from dataclasses import dataclass

from lienthong.control.accounts.actions import invited
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sessions import OpenSession, SessionEntry, open_sessions
from lienthong.control.audit.events import database_now
from lienthong.core.access import Portal


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for."""

    name: str
    email: str


def invited_person(portal: Portal, token: str) -> Invited | None:
    """Return whom an invitation is for, if it still holds."""
    account = invited(portal, token, database_now())
    return None if account is None else Invited(account.name, account.email)


def own_sessions(session: OpenSession) -> tuple[SessionEntry, ...]:
    """Return the open sessions of the account whose session this is."""
    return open_sessions(session.account, this=session.id, now=database_now())


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry:
    """One account as whoever administers accounts sees it."""

    id: int
    portal: str
    email: str
    name: str
    roles: tuple[str, ...]
    body: int | None
    state: str
    has_factor: bool


def all_accounts() -> tuple[AccountEntry, ...]:
    """Return every account, by portal and address."""
    return tuple(_entry(account) for account in Account.objects.order_by("portal", "email"))


def account_of(portal: Portal, email: str) -> AccountEntry | None:
    """Return the account of a portal with this address, however its letters are written."""
    account = Account.objects.filter(portal=portal, email__iexact=email).first()
    return None if account is None else _entry(account)


def _entry(account: Account) -> AccountEntry:
    return AccountEntry(
        id=account.pk,
        portal=account.portal,
        email=account.email,
        name=account.name,
        roles=tuple(account.roles),
        body=account.body,
        state=account.state.value,
        has_factor=account.factor is not None,
    )
