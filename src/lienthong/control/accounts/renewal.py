"""Access given anew: to whoever forgot the password, lost the telephone and the recovery codes, or both."""

import secrets
from typing import Final

from lienthong.control.accounts.actions import Invitation, reset_factor
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sealing import digest
from lienthong.control.accounts.sessions import end_sessions
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.core.access import Actor
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import moment

_RENEWABLE: Final = (AccountState.INVITED, AccountState.ACTIVE)


def renew_access(
    account_id: int, *, actor: Actor | None, reason: str, by: str = ""
) -> Invitation | ControlRefuse:
    """Invite the owner of an account anew: old password, second factor and sessions end at once. Law: R8.1.

    `by` names who did it where no account did: on the command line.
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
        account = Account.objects.select_for_update().get(pk=account_id)
        if account.state not in _RENEWABLE:
            label = ACCOUNT_MACHINE.state(account.state).label
            return act.refuse(ControlRefuse(ControlCode.ACCOUNT_NOT_ACTIVE, {"state": label}))
        account.invitation, account.invited_at = digest(token), moment(act.now)
        account.password, account.factor = "", None
        account.version += 1
        account.save(update_fields=("invitation", "invited_at", "password", "factor", "version"))
        end_sessions(account_id, act.now)
        event.body = account.body
    return Invitation(account_id, token)


def forget_factors(*, reason: str, by: str) -> int:
    """Forget every second factor, for when the secret that sealed them is lost; return how many there were.

    Each owner enrols anew at the next sign-in. Safe to repeat after a crash. Law: R8.1.
    """
    accounts = list(Account.objects.exclude(factor=None).order_by("pk").values_list("pk", flat=True))
    for account in accounts:
        reset_factor(account, actor=None, reason=reason, by=by)
    return len(accounts)
