"""Sessions: begun by a password, proven by the second factor, ended by limits or by their owner."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db.models import Q

from lienthong.control.accounts.models import Account, Session
from lienthong.control.accounts.sealing import digest
from lienthong.control.frame.statements import execute
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_states import AccountState
from lienthong.core.devices import device_name
from lienthong.core.legal_days import SECOND, moment
from lienthong.core.sign_in import SessionTimes, is_alive, is_proven_again
from lienthong.core.speech import Text
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
_SEEN_EVERY: Final = 60
"""Seconds within which further requests do not write that the session was seen."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that holds. `actor` is none until the second factor was given."""

    id: int
    account: int
    email: str
    language: str
    has_factor: bool
    actor: Actor | None
    proven_again: bool


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """One open session as its owner sees it."""

    id: int
    started_at: datetime
    seen_at: datetime
    address: str
    device: Text
    is_this: bool


def actor_of(account: Account) -> Actor:
    """Return the account as one who acts."""
    roles = frozenset(Role(role) for role in account.roles)
    return Actor(account.pk, account.name, Portal(account.portal), roles, account.body)


def begin_session(account: Account, *, now: int, address: str, device: str) -> str:
    """Begin a session that still wants its second factor; return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    at = moment(now)
    Session.objects.create(
        account=account, token=digest(token), started_at=at, seen_at=at, address=address, device=device[:300]
    )
    return token


def prove_session(session: Session, now: int) -> str:
    """Note that the second factor was given; return a new token: one planted before is worth nothing."""
    token = secrets.token_urlsafe(32)
    session.token = digest(token)
    session.proved_at = session.seen_at = moment(now)
    session.enrolling = None
    session.save(update_fields=("token", "proved_at", "seen_at", "enrolling"))
    return token


def find_session(token: str, portal: Portal, now: int, *, is_attended: bool = True) -> OpenSession | None:
    """Return the session of a cookie if it holds in this portal, and note now and then that it was seen.

    What a page asks for by itself is not attended: a screen that somebody has left keeps no session open.
    """
    found = execute(_QUERIES, "session_of_token", digest(token))
    if not found:
        return None
    id, started, seen, proved, ended, account, owned_in, state, name, roles, body, *facts = found[0]
    times = _times(started, seen, proved, ended)
    if owned_in != portal or state != AccountState.ACTIVE or not is_alive(times, now // SECOND):
        return None
    if is_attended and now // SECOND - times.seen >= _SEEN_EVERY and times.proved is not None:
        Session.objects.filter(pk=id).update(seen_at=moment(now))
    email, language, has_factor = facts
    actor = Actor(account, name, portal, frozenset(Role(role) for role in roles), body)
    return OpenSession(
        id=id,
        account=account,
        email=email,
        language=language,
        has_factor=has_factor,
        actor=None if times.proved is None else actor,
        proven_again=is_proven_again(times, now // SECOND),
    )


def open_sessions(account: int, *, this: int, now: int) -> tuple[SessionEntry, ...]:
    """Return the sessions of an account that hold, the newest first."""
    rows = Session.objects.filter(account=account, ended_at=None).order_by("-started_at")
    return tuple(
        SessionEntry(
            row.pk, row.started_at, row.seen_at, row.address, device_name(row.device), row.pk == this
        )
        for row in rows
        if row.proved_at is not None
        and is_alive(_times(row.started_at, row.seen_at, row.proved_at, row.ended_at), now // SECOND)
    )


def end_sessions(account: int, now: int, *, only: int | None = None, but: int | None = None) -> int:
    """End the sessions of an account: one, all but one, or all; return how many ended."""
    wanted = Q() if only is None else Q(pk=only)
    spared = Q() if but is None else ~Q(pk=but)
    open_ones = Session.objects.filter(wanted, spared, account=account, ended_at=None)
    return open_ones.update(ended_at=moment(now))


def _times(
    started: datetime, seen: datetime, proved: datetime | None, ended: datetime | None
) -> SessionTimes:
    return SessionTimes(
        started=_seconds(started),
        seen=_seconds(seen),
        proved=None if proved is None else _seconds(proved),
        ended=None if ended is None else _seconds(ended),
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
