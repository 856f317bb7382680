"""The states of an account: invited, active, suspended, closed. Law: R8.1."""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})


class AccountState(StrEnum):
    """The states; only an active account signs in."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class AccountAct(StrEnum):
    """What is done to accounts."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


ACCOUNT_MACHINE = Machine(
    name="account",
    label=Text("Tài khoản", "Account"),
    initial=(AccountState.INVITED,),
    states=(
        State(AccountState.INVITED, Text("Đã mời", "Invited"), _ADMINISTRATOR),
        State(AccountState.ACTIVE, Text("Đang hoạt động", "Active"), _ADMINISTRATOR),
        State(AccountState.SUSPENDED, Text("Tạm khóa", "Suspended"), _ADMINISTRATOR),
        State(AccountState.CLOSED, Text("Đã đóng", "Closed"), final=True),
    ),
    acts={
        AccountAct.ACTIVATE: Text("Kích hoạt", "Activate"),
        AccountAct.SUSPEND: Text("Tạm khóa", "Suspend"),
        AccountAct.RESUME: Text("Mở lại", "Resume"),
        AccountAct.CLOSE: Text("Đóng", "Close"),
    },
    transitions=(
        Transition(AccountAct.ACTIVATE, AccountState.INVITED, AccountState.ACTIVE),
        Transition(AccountAct.CLOSE, AccountState.INVITED, AccountState.CLOSED, _ADMINISTRATOR),
        Transition(AccountAct.SUSPEND, AccountState.ACTIVE, AccountState.SUSPENDED, _ADMINISTRATOR),
        Transition(AccountAct.CLOSE, AccountState.ACTIVE, AccountState.CLOSED, _ADMINISTRATOR),
        Transition(AccountAct.RESUME, AccountState.SUSPENDED, AccountState.ACTIVE, _ADMINISTRATOR),
        Transition(AccountAct.CLOSE, AccountState.SUSPENDED, AccountState.CLOSED, _ADMINISTRATOR),
    ),
)
