"""The states of a signing key: proposed, active, overlapping with its successor, ended. Law: R1.1."""

from enum import StrEnum

from lienthong.core.access import AGENCY_ROLES, Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_INTEGRATOR = frozenset({Role.INTEGRATOR})
_KEY_OFFICER = frozenset({Role.KEY_OFFICER})
_REVOKERS = AGENCY_ROLES | _KEY_OFFICER


class KeyState(StrEnum):
    """The states; signatures of an active and of an overlapping key are accepted."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    OVERLAPPING = "overlapping"
    ENDED = "ended"
    REVOKED = "revoked"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class KeyAct(StrEnum):
    """What is done to keys."""

    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SUCCEED = "succeed"
    END = "end"
    REVOKE = "revoke"


_S, _A = KeyState, KeyAct

KEY_MACHINE = Machine(
    name="key",
    label=Text("Khóa ký", "Signing key"),
    initial=(_S.PROPOSED,),
    states=(
        State(_S.PROPOSED, Text("Chờ chấp nhận", "Proposed"), _KEY_OFFICER),
        State(_S.ACTIVE, Text("Đang dùng", "Active"), _INTEGRATOR),
        State(_S.OVERLAPPING, Text("Đang chuyển sang khóa mới", "Giving way to its successor"), _INTEGRATOR),
        State(_S.ENDED, Text("Hết hiệu lực", "Ended"), final=True),
        State(_S.REVOKED, Text("Đã thu hồi", "Revoked"), final=True),
        State(_S.REJECTED, Text("Không chấp nhận", "Rejected"), final=True),
        State(_S.WITHDRAWN, Text("Đã rút", "Withdrawn"), final=True),
    ),
    acts={
        _A.ACCEPT: Text("Chấp nhận", "Accept"),
        _A.REJECT: Text("Không chấp nhận", "Reject"),
        _A.WITHDRAW: Text("Rút", "Withdraw"),
        _A.SUCCEED: Text("Có khóa thay thế", "Be succeeded"),
        _A.END: Text("Hết hiệu lực", "End"),
        _A.REVOKE: Text("Thu hồi", "Revoke"),
    },
    transitions=(
        Transition(_A.ACCEPT, _S.PROPOSED, _S.ACTIVE, _KEY_OFFICER),
        Transition(_A.REJECT, _S.PROPOSED, _S.REJECTED, _KEY_OFFICER),
        Transition(_A.WITHDRAW, _S.PROPOSED, _S.WITHDRAWN, _INTEGRATOR),
        Transition(_A.SUCCEED, _S.ACTIVE, _S.OVERLAPPING),
        Transition(_A.END, _S.ACTIVE, _S.ENDED),
        Transition(_A.REVOKE, _S.ACTIVE, _S.REVOKED, _REVOKERS),
        Transition(_A.END, _S.OVERLAPPING, _S.ENDED),
        Transition(_A.REVOKE, _S.OVERLAPPING, _S.REVOKED, _REVOKERS),
    ),
)
