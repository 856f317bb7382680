"""What is done to accounts: invited, activated, suspended, resumed, closed, their second factor reset."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from lienthong.control.accounts.holding import hold
from lienthong.control.accounts.jobs import post
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sealing import digest
from lienthong.control.accounts.sessions import end_sessions
from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_acts import AdministratorAct, may_administer, unfit_roles
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountAct, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import SECOND, instant, moment
from lienthong.core.plain_text import composed, unplain
from lienthong.core.sign_in import INVITATION_LIMIT, LEAST_PASSWORD, names_its_owner

_LAW: Final = ("R8.1",)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Whom to invite. `body` is the agency's number for the agency portal, none for staff."""

    portal: Portal
    email: str
    name: str
    roles: frozenset[Role]
    body: int | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An account that was invited, and the token with which its owner sets a password; it is not kept."""

    account: int
    token: str


def invite(
    new: NewAccount,
    *,
    actor: Actor | None,
    by: str = "",
    hold: Callable[[], ControlRefuse | None] = lambda: None,
) -> Invitation | ControlRefuse:
    """Make an account that its owner activates within a week.

    What an administrator invites is also mailed; the command line, where `by` names who did it, prints the
    link to whoever stands there. `hold` locks within the act what the account is to belong to, or says why
    nothing can belong to it.
    """
    refusal = may_administer(AdministratorAct.INVITE, actor) or unfit_roles(new.portal, new.roles)
    if refusal is not None:
        return refusal
    if (new.portal is Portal.AGENCY) != (new.body is not None):
        return ControlRefuse(ControlCode.BODY_WANTED)
    if (refusal := unplain(new.name) or unplain(new.email)) is not None:
        return refusal
    event = Event(kind="account.invited", actor=actor, subject_kind="account", body=new.body, law=_LAW)
    event.detail = {"email": new.email, "roles": ",".join(sorted(new.roles))} | ({"by": by} if by else {})
    token = secrets.token_urlsafe(32)
    try:
        with acting(event) as act:
            if (refusal := hold()) is not None:
                return act.refuse(refusal)
            account = Account.objects.create(
                portal=new.portal,
                email=composed(new.email),
                name=composed(new.name),
                body=new.body,
                roles=sorted(new.roles),
                invitation=digest(token),
                invited_at=moment(act.now),
            )
            event.subject = str(account.pk)
            if actor is not None:
                post(account, token)
    except IntegrityError:
        return ControlRefuse(ControlCode.EMAIL_TAKEN, {"email": new.email})
    return Invitation(account.pk, token)


def invited(portal: Portal, token: str, now: int) -> Account | None:
    """Return the account that this invitation activates, if it still does."""
    account = Account.objects.filter(portal=portal, invitation=digest(token)).first()
    if account is None or now - instant(account.invited_at) >= INVITATION_LIMIT * SECOND:
        return None
    return account


def accept(portal: Portal, token: str, password: str) -> int | ControlRefuse:
    """Activate an invited account with its owner's password; return its number."""
    event = Event(kind="account.activated", actor=None, subject_kind="account", law=_LAW)
    with acting(event) as act:
        found = invited(portal, token, act.now)
        account = found and Account.objects.select_for_update().get(pk=found.pk)
        # Read again under the lock: meanwhile it may have been used, or another sent in its place.
        if account is None or account.invitation is None or bytes(account.invitation) != digest(token):
            return act.refuse(ControlRefuse(ControlCode.INVITATION_ENDED))
        if not is_strong(password, account):
            return act.refuse(ControlRefuse(ControlCode.PASSWORD_WEAK, {"least": str(LEAST_PASSWORD)}))
        if account.state is not AccountState.ACTIVE:  # it is where access was given anew
            target = ACCOUNT_MACHINE.step(AccountAct.ACTIVATE, account.state, None)
            if isinstance(target, ControlRefuse):
                return act.refuse(target)
            account.state = target
        account.password, account.invitation = make_password(password), None
        account.version += 1
        account.save(update_fields=("state", "password", "invitation", "version"))
        event.subject, event.body = str(account.pk), account.body
    return int(account.pk)


def is_strong(password: str, account: Account) -> bool:
    """Say whether a password is long enough, uncommon, and not made of its owner's name."""
    if len(password) < LEAST_PASSWORD or names_its_owner(password, account.name, account.email):
        return False
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True


def change_state(
    act_wanted: AccountAct, account_id: int, *, actor: Actor, reason: str, seen: int | None = None
) -> ControlRefuse | None:
    """Suspend, resume or close an account; its sessions end with anything but its resumption.

    `seen` is the version at which the actor saw it, None where it was just made.
    """
    event = Event(
        kind=f"account.{act_wanted}",
        actor=actor,
        subject_kind="account",
        subject=str(account_id),
        law=_LAW,
        detail={"reason": reason},
    )
    with acting(event) as act:
        held = hold(account_id, seen)
        if isinstance(held, ControlRefuse):
            return act.refuse(held)
        target = ACCOUNT_MACHINE.step(act_wanted, held.account.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        refusal = held.unless_last(state=target)
        if refusal is not None:
            return act.refuse(refusal)
        _move(held.account, target, act)
    return None


def reset_factor(account_id: int, *, actor: Actor | None, reason: str, by: str = "") -> None:
    """Forget a lost second factor: the owner enrols a new one at the next sign-in; all sessions end.

    `by` names who did it where no account did: on the command line.
    """
    event = Event(
        kind="account.factor_reset",
        actor=actor,
        subject_kind="account",
        subject=str(account_id),
        law=_LAW,
        detail={"reason": reason} | ({"by": by} if by else {}),
    )
    with acting(event) as act:
        account = Account.objects.select_for_update().get(pk=account_id)
        account.factor = None
        account.version += 1
        account.save(update_fields=("factor", "version"))
        end_sessions(account_id, act.now)


def set_language(account_id: int, language: str) -> None:
    """Remember in which language the account is written to; no act of the procedure, so no event."""
    Account.objects.filter(pk=account_id).update(language=language)


def _move(account: Account, target: AccountState, act: Act) -> None:
    act.event.body = account.body
    act.event.detail |= {"from": account.state, "to": target}
    account.state = target
    account.version += 1
    account.save(update_fields=("state", "version"))
    if target is not AccountState.ACTIVE:
        end_sessions(account.pk, act.now)
