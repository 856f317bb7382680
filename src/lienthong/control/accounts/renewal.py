"""Access given anew: to whoever forgot the password, lost the telephone and the recovery codes, or both."""

import secrets
from typing import Final

from lienthong.control.accounts.actions import Invitation, reset_factor
from lienthong.control.accounts.holding import hold
from lienthong.control.accounts.jobs import post
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sealing import digest
from lienthong.control.accounts.sessions import end_sessions
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.core.access import Actor
from lienthong.core.account_acts import AdministratorAct, may_administer
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import moment

_RENEWABLE: Final = (AccountState.INVITED, AccountState.ACTIVE)
_RENEWED: Final = (
    "invitation",
    "invited_at",
    "invitation_mailed_at",
    "invitation_tries",
    "invitation_unsent",
    "password",
    "factor",
    "version",
)


def renew_access(
    account_id: int, *, actor: Actor | None, reason: str, by: str = "", seen: int | None = None
) -> Invitation | ControlRefuse:
    """Invite the owner of an account anew: old password, second factor and sessions end at once. Law: R8.1.

    `by` names who did it where no account did: on the command line, which may renew even the last
    administrator's. `seen` is the version at which the actor saw the account.
    """
    event = Event(
        kind="account.access_renewed",
        actor=actor,
        subject_kind="account",
        subject=str(account_id),
        law=("R8.1",),
        detail={"reason": reason} | ({"by": by} if by else {}),
    )
    token = secrets.token_urlsafe(32)
    with acting(event) as act:
        held = may_administer(AdministratorAct.RENEW, actor) or hold(account_id, seen)
        if isinstance(held, ControlRefuse):
            return act.refuse(held)
        account = held.account
        if account.state not in _RENEWABLE:
            label = ACCOUNT_MACHINE.state(account.state).label
            return act.refuse(ControlRefuse(ControlCode.ACCOUNT_NOT_ACTIVE, {"state": label}))
        refusal = None if actor is None else held.unless_last(has_password=False)
        if refusal is not None:
            return act.refuse(refusal)
        account.invitation, account.invited_at = digest(token), moment(act.now)
        account.invitation_mailed_at, account.invitation_tries, account.invitation_unsent = None, 0, ""
        account.password, account.factor = "", None
        account.version += 1
        account.save(update_fields=_RENEWED)
        end_sessions(account_id, act.now)
        event.body = account.body
        if actor is not None:
            post(account, token)
    return Invitation(account_id, token)


def forget_factors(*, reason: str, by: str) -> int:
    """Forget every second factor, for when the secret that sealed them is lost; return how many there were.

    Each owner enrols anew at the next sign-in. Safe to repeat after a crash. Law: R8.1.
    """
    accounts = list(Account.objects.exclude(factor=None).order_by("pk").values_list("pk", flat=True))
    for account in accounts:
        reset_factor(account, actor=None, reason=reason, by=by)
    return len(accounts)
