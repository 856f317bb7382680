"""What administrators do to accounts besides inviting and changing their state: roles and sessions."""

from typing import Final

from lienthong.control.accounts.holding import hold
from lienthong.control.accounts.sessions import end_sessions
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_acts import AdministratorAct, may_administer, unfit_roles
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse

_LAW: Final = ("R8.1",)


def change_roles(
    account_id: int, seen: int, roles: frozenset[Role], *, actor: Actor | None, reason: str
) -> ControlRefuse | None:
    """Give an account other roles; what it could do before ends with the next page it opens. Law: R8.1."""
    event = _event("account.roles_changed", account_id, actor, reason)
    with acting(event) as act:
        held = may_administer(AdministratorAct.CHANGE_ROLES, actor) or hold(account_id, seen)
        if isinstance(held, ControlRefuse):
            return act.refuse(held)
        account = held.account
        if account.state is AccountState.CLOSED:
            label = ACCOUNT_MACHINE.state(account.state).label
            return act.refuse(ControlRefuse(ControlCode.ACCOUNT_NOT_ACTIVE, {"state": label}))
        refusal = unfit_roles(Portal(account.portal), roles) or held.unless_last(roles=roles)
        if refusal is not None:
            return act.refuse(refusal)
        event.body = account.body
        event.detail |= {"from": ",".join(sorted(account.roles)), "to": ",".join(sorted(roles))}
        account.roles = sorted(roles)
        account.version += 1
        account.save(update_fields=("roles", "version"))
    return None


def end_all_sessions(account_id: int, *, actor: Actor | None, reason: str) -> int | ControlRefuse:
    """End every session of an account; return how many there were. Nothing else of it changes. Law: R8.1."""
    event = _event("account.sessions_ended", account_id, actor, reason)
    with acting(event) as act:
        held = may_administer(AdministratorAct.END_SESSIONS, actor) or hold(account_id, None)
        if isinstance(held, ControlRefuse):
            return act.refuse(held)
        event.body = held.account.body
        ended = end_sessions(account_id, act.now)
        if not ended:
            return act.refuse(ControlRefuse(ControlCode.SESSION_UNKNOWN))
        event.detail["sessions"] = str(ended)
    return ended


def _event(kind: str, account_id: int, actor: Actor | None, reason: str) -> Event:
    return Event(
        kind=kind,
        actor=actor,
        subject_kind="account",
        subject=str(account_id),
        law=_LAW,
        detail={"reason": reason},
    )
