"""Signing in: the password begins a session, the second factor proves it; every wrong attempt counts."""

import math
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import check_password, make_password

from lienthong.control.accounts.braking import (
    Begun,
    begin_attempt,
    forget_failures,
    settle_right,
    settle_wrong,
    slots_of,
)
from lienthong.control.accounts.factor import (
    enrolment_picture,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    secret_text,
)
from lienthong.control.accounts.models import Account, RecoveryCode, Session
from lienthong.control.accounts.sealing import seal, unseal
from lienthong.control.accounts.sessions import (
    OpenSession,
    actor_of,
    begin_session,
    end_sessions,
    prove_session,
)
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.core.access import Portal
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import SECOND, moment

_FACTOR: Final = "second-factor"
_LAW: Final = ("R8.1",)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The session's new token, and the recovery codes, which are never shown again."""

    token: str
    recovery_codes: tuple[str, ...]


def sign_in(portal: Portal, email: str, password: str, *, address: str, device: str) -> str | ControlRefuse:
    """Return the token of a session that wants its second factor, or why there is none.

    A wrong password and an unknown address are answered alike and take the same time.
    """
    begun = _begin(portal, email, address)
    if isinstance(begun, ControlRefuse):
        return begun
    account = Account.objects.filter(portal=portal, email__iexact=email).first()
    if not _is_password_of(account, password):
        _note_failure(begun, account)
        return ControlRefuse(ControlCode.SIGN_IN_WRONG)
    settle_right(begun)
    assert account is not None
    if account.state is not AccountState.ACTIVE:
        state = ACCOUNT_MACHINE.state(account.state).label
        return ControlRefuse(ControlCode.ACCOUNT_NOT_ACTIVE, {"state": state})
    return begin_session(account, now=database_now(), address=address, device=device)


def give_second_factor(session: OpenSession, code: str, *, address: str) -> str | ControlRefuse:
    """Prove a session with a code of the second factor or a recovery code; return its new token."""
    account = Account.objects.get(pk=session.account)
    begun = _begin(Portal(account.portal), account.email, address)
    if isinstance(begun, ControlRefuse):
        return begun
    return _prove(session, code, begun, address=address, kind="account.signed_in")


def prove_again(session: OpenSession, password: str, code: str, *, address: str) -> str | ControlRefuse:
    """Prove once more who is there, for minutes of weighty acts; return the session's new token."""
    account = Account.objects.get(pk=session.account)
    begun = _begin(Portal(account.portal), account.email, address)
    if isinstance(begun, ControlRefuse):
        return begun
    if not _is_password_of(account, password):
        _note_failure(begun, account)
        return ControlRefuse(ControlCode.SIGN_IN_WRONG)
    return _prove(session, code, begun, address=address, kind="account.proved_again")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator reads: a picture (SVG), or the same secret as text."""

    picture: str
    secret: str


def enrolment(session: OpenSession) -> Enrolment:
    """Return what enrols a second factor in this session, the same until it is used."""
    row = Session.objects.get(pk=session.id)
    if row.enrolling is None:
        row.enrolling = seal(new_secret(), use=_FACTOR, owner=session.account)
        row.save(update_fields=("enrolling",))
    secret = unseal(bytes(row.enrolling), use=_FACTOR, owner=session.account)
    return Enrolment(enrolment_picture(secret, session.email), secret_text(secret))


def enrol(session: OpenSession, code: str) -> Enrolled | ControlRefuse:
    """Take the secret of this session as the account's second factor once a code shows that it was read."""
    with acting(Event(kind="account.factor_enrolled", actor=None, subject_kind="account", law=_LAW)) as act:
        account = Account.objects.select_for_update().get(pk=session.account)
        row = Session.objects.get(pk=session.id)
        if account.factor is not None or row.enrolling is None:
            return act.refuse(ControlRefuse(ControlCode.SESSION_UNKNOWN))
        secret = unseal(bytes(row.enrolling), use=_FACTOR, owner=account.pk)
        step = matching_step(secret, code, act.now // SECOND)
        if step is None:
            return act.refuse(ControlRefuse(ControlCode.SECOND_FACTOR_WRONG))
        account.factor, account.factor_step = row.enrolling, step
        account.save(update_fields=("factor", "factor_step"))
        codes = _replace_recovery_codes(account, act.now)
        token = prove_session(row, act.now)
        act.event.actor, act.event.subject = actor_of(account), str(account.pk)
    return Enrolled(token, codes)


def renew_recovery_codes(session: OpenSession) -> tuple[str, ...]:
    """Make the account's recovery codes anew; the old ones are worth nothing from then on."""
    event = Event(
        kind="account.recovery_codes_renewed",
        actor=session.actor,
        subject_kind="account",
        subject=str(session.account),
        law=_LAW,
    )
    with acting(event) as act:
        account = Account.objects.select_for_update().get(pk=session.account)
        return _replace_recovery_codes(account, act.now)


def sign_out(session: OpenSession) -> None:
    """End the session."""
    _end(session, only=session.id)


def end_session(session: OpenSession, other: int) -> ControlRefuse | None:
    """End another session of the same account."""
    return None if _end(session, only=other) else ControlRefuse(ControlCode.SESSION_UNKNOWN)


def _end(session: OpenSession, *, only: int) -> bool:
    event = Event(
        kind="account.session_ended",
        actor=session.actor,
        subject_kind="account",
        subject=str(session.account),
        law=_LAW,
        detail={"session": str(only)},
    )
    with acting(event) as act:
        ended = end_sessions(session.account, act.now, only=only)
        if not ended:
            act.refuse(ControlRefuse(ControlCode.SESSION_UNKNOWN))
    return bool(ended)


def _prove(session: OpenSession, code: str, begun: Begun, *, address: str, kind: str) -> str | ControlRefuse:
    event = Event(kind=kind, actor=None, subject_kind="account", subject=str(session.account), law=_LAW)
    with acting(event) as act:
        # The row is locked: of two requests with the same code one wins, the other finds it used.
        account = Account.objects.select_for_update().get(pk=session.account)
        refusal = _use_code(account, code, act.now)
        if refusal is None:
            event.actor, event.detail = actor_of(account), {"session": str(session.id), "address": address}
            token = prove_session(Session.objects.get(pk=session.id), act.now)
        else:
            act.refuse(refusal)
    if refusal is not None:
        _note_failure(begun, account)
        return refusal
    forget_failures(begun)
    return token


def _use_code(account: Account, code: str, now: int) -> ControlRefuse | None:
    """Use up a code of the second factor, or else a recovery code; return why it does not count."""
    if account.factor is not None:
        secret = unseal(bytes(account.factor), use=_FACTOR, owner=account.pk)
        step = matching_step(secret, code, now // SECOND)
        if step is not None and step <= account.factor_step:
            return ControlRefuse(ControlCode.SECOND_FACTOR_USED)
        if step is not None:
            account.factor_step = step
            account.save(update_fields=("factor_step",))
            return None
    used = RecoveryCode.objects.filter(account=account, code=recovery_digest(code), used_at=None).update(
        used_at=moment(now)
    )
    return None if used and account.factor is not None else ControlRefuse(ControlCode.SECOND_FACTOR_WRONG)


def _replace_recovery_codes(account: Account, now: int) -> tuple[str, ...]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(account=account, used_at=None).update(used_at=moment(now))
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account=account, code=recovery_digest(code), made_at=moment(now)) for code in codes]
    )
    return codes


def _is_password_of(account: Account | None, password: str) -> bool:
    if account is None or not account.password:
        make_password(password)  # as slow as a comparison: the time tells nobody who has an account
        return False
    return check_password(password, account.password)


def _begin(portal: Portal, email: str, address: str) -> Begun | ControlRefuse:
    """Count the attempt before anything of it is checked, or say how long none is."""
    begun = begin_attempt(slots_of(portal, email, address))
    if isinstance(begun, Begun):
        return begun
    return ControlRefuse(ControlCode.SIGN_IN_BLOCKED, {"minutes": str(math.ceil(begun / 60))})


def _note_failure(begun: Begun, account: Account | None) -> None:
    """Keep the attempt counted; a block of an account that exists is an event of its owner."""
    settle_wrong(begun)
    if begun.blocks and account is not None:
        event = Event(
            kind="account.blocked", actor=None, subject_kind="account", subject=str(account.pk), law=_LAW
        )
        with acting(event):
            pass
