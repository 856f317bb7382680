"""Who administers accounts, and what no administrator may do: leave the portals without one. Law: R8.1."""

from enum import StrEnum
from typing import Final

from lienthong.core.access import Actor, Portal, Role, may_act, misplaced_roles
from lienthong.core.account_states import AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.machines import names_of
from lienthong.core.speech import Text

ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})


class AdministratorAct(StrEnum):
    """The acts on accounts, apart from those of their state table."""

    INVITE = "invite"
    CHANGE_ROLES = "change_roles"
    RENEW = "renew"
    END_SESSIONS = "end_sessions"
    MAIL_AGAIN = "mail_again"


ADMINISTRATOR_ACT_LABELS: Final = {
    AdministratorAct.INVITE: Text("Cấp tài khoản", "Invite an account"),
    AdministratorAct.CHANGE_ROLES: Text("Đổi vai trò", "Change roles"),
    AdministratorAct.RENEW: Text("Cấp lại quyền truy cập", "Give access anew"),
    AdministratorAct.END_SESSIONS: Text("Kết thúc các phiên", "End sessions"),
    AdministratorAct.MAIL_AGAIN: Text("Gửi lại thư", "Send mails again"),
}


def may_administer(act: AdministratorAct, actor: Actor | None) -> ControlRefuse | None:
    """Return why the actor may not do this to accounts, None if it may; the system itself may. Law: R8.1."""
    if actor is None or may_act(actor, ADMINISTRATORS):
        return None
    detail = {"act": ADMINISTRATOR_ACT_LABELS[act], "roles": names_of(ADMINISTRATORS)}
    return ControlRefuse(ControlCode.NOT_YOUR_ROLE, detail)


def unfit_roles(portal: Portal, roles: frozenset[Role]) -> ControlRefuse | None:
    """Return why an account of this portal cannot hold these roles, None if it can."""
    if misplaced := misplaced_roles(portal, roles):
        return ControlRefuse(ControlCode.ROLES_MISPLACED, {"roles": names_of(misplaced)})
    return None if roles else ControlRefuse(ControlCode.ROLES_WANTED)


def administers(roles: frozenset[Role], state: AccountState, *, has_password: bool) -> bool:
    """Say whether an account can administer accounts today: active, with a password and the right to."""
    return state is AccountState.ACTIVE and has_password and not roles.isdisjoint(ADMINISTRATORS)


def last_administrator(others: int, *, before: bool, after: bool) -> ControlRefuse | None:
    """Return the refusal for what would take the right from the last account that can administer.

    `before` and `after`: whether this account can before and after the act; `others`: how many others can.
    """
    if before and not after and not others:
        return ControlRefuse(ControlCode.LAST_ADMINISTRATOR)
    return None
