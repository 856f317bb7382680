"""What pages ask about accounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from lienthong.control.accounts.actions import invited
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sessions import OpenSession, SessionEntry, open_sessions
from lienthong.control.audit.events import Written, database_now, events_of
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountAct, AccountState
from lienthong.core.legal_days import instant
from lienthong.core.sign_in import INVITATION_LIMIT

PAGE_SIZE: Final = 25
_EVENTS: Final = 25


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """Which accounts to list; nothing narrows where nothing is given."""

    words: str = ""
    portal: Portal | None = None
    role: Role | None = None
    state: AccountState | None = None


@dataclass(frozen=True, slots=True)
class AccountList:
    """One page of accounts, and how many there are."""

    entries: tuple[AccountEntry, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMail:
    """An invitation that its owner has not used: until when it holds, and what became of its mail."""

    until: datetime
    has_ended: bool
    mailed_at: datetime | None
    unsent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """One account as its page shows it; `acts` are what the reader may do to its state."""

    entry: AccountEntry
    version: int
    invitation: InvitationMail | None
    sessions: tuple[SessionEntry, ...]
    acts: tuple[AccountAct, ...]
    events: tuple[Written, ...]


def find_accounts(wanted: AccountFilter, *, page: int) -> AccountList:
    """Return one page of accounts by portal and name; pages count from 1."""
    found = Account.objects.all()
    if wanted.words:
        found = found.filter(Q(name__icontains=wanted.words) | Q(email__icontains=wanted.words))
    if wanted.portal is not None:
        found = found.filter(portal=wanted.portal)
    if wanted.role is not None:
        found = found.filter(roles__contains=[wanted.role.value])
    if wanted.state is not None:
        found = found.filter(state=wanted.state)
    first = (max(1, page) - 1) * PAGE_SIZE
    rows = found.order_by("-portal", "name", "pk")[first : first + PAGE_SIZE]
    return AccountList(tuple(_entry(row) for row in rows), found.count())


def account_page(number: int, reader: Actor) -> AccountPage | None:
    """Return one account with its sessions, history and what the reader may do; none where there is none."""
    account = Account.objects.filter(pk=number).first()
    if account is None:
        return None
    now = database_now()
    return AccountPage(
        entry=_entry(account),
        version=account.version,
        invitation=_invitation(account, now),
        sessions=open_sessions(number, this=0, now=now),
        acts=ACCOUNT_MACHINE.acts_of(account.state, reader),
        events=events_of("account", str(number), most=_EVENTS),
    )


def _invitation(account: Account, now: int) -> InvitationMail | None:
    if account.invitation is None:
        return None
    until = account.invited_at + timedelta(seconds=INVITATION_LIMIT)
    return InvitationMail(
        until=until,
        has_ended=instant(until) <= now,
        mailed_at=account.invitation_mailed_at,
        unsent=account.invitation_unsent,
    )


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
