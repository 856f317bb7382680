"""The states of a system's trial: let into the sandbox with its key for exactly what it asks. Law: R5.2."""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_INTEGRATOR = frozenset({Role.INTEGRATOR})
_HANDLER = frozenset({Role.HANDLER})


class TrialState(StrEnum):
    """The states of a trial."""

    KEY_WANTED = "key_wanted"
    ENROLLING = "enrolling"
    ENROLLED = "enrolled"
    REFUSED = "refused"
    LEAVING = "leaving"
    LEFT = "left"


class TrialAct(StrEnum):
    """What happens to a trial."""

    GIVE_KEY = "give_key"
    ENROL = "enrol"
    REFUSE = "refuse"
    RENEW = "renew"
    LEAVE = "leave"
    REMOVE = "remove"
    RETURN = "return"


_S, _A = TrialState, TrialAct

TRIAL_MACHINE = Machine(
    name="trial",
    label=Text("Hệ thống trong môi trường kiểm thử", "System in the sandbox"),
    initial=(_S.KEY_WANTED,),
    states=(
        State(_S.KEY_WANTED, Text("Chờ khóa kiểm thử", "A key for the trial is wanted"), _INTEGRATOR),
        State(_S.ENROLLING, Text("Đang đăng ký vào môi trường kiểm thử", "Being enrolled"), _HANDLER),
        State(_S.ENROLLED, Text("Sẵn sàng kiểm thử", "Ready for the test"), _INTEGRATOR),
        State(_S.REFUSED, Text("Môi trường kiểm thử không nhận", "Refused by the sandbox"), _INTEGRATOR),
        State(_S.LEAVING, Text("Đang rút khỏi môi trường kiểm thử", "Being removed"), _HANDLER),
        State(_S.LEFT, Text("Đã rút khỏi môi trường kiểm thử", "Removed from the sandbox"), _INTEGRATOR),
    ),
    acts={
        _A.GIVE_KEY: Text("Nộp khóa kiểm thử", "Give the key for the trial"),
        _A.ENROL: Text("Đăng ký vào môi trường kiểm thử", "Enrol in the sandbox"),
        _A.REFUSE: Text("Ghi nhận việc không nhận", "Record the refusal"),
        _A.RENEW: Text("Đăng ký lại theo nội dung mới", "Enrol anew for the new contents"),
        _A.LEAVE: Text("Rút khỏi môi trường kiểm thử theo hồ sơ", "Leave the sandbox with the file"),
        _A.REMOVE: Text("Ghi nhận đã rút", "Record the removal"),
        _A.RETURN: Text("Kiểm thử theo đề nghị khác", "Be tested for another request"),
    },
    transitions=(
        *(
            Transition(_A.GIVE_KEY, state, _S.ENROLLING, _INTEGRATOR)
            for state in (_S.KEY_WANTED, _S.ENROLLING, _S.ENROLLED, _S.REFUSED)
        ),
        Transition(_A.ENROL, _S.ENROLLING, _S.ENROLLED),
        Transition(_A.REFUSE, _S.ENROLLING, _S.REFUSED),
        *(Transition(_A.RENEW, state, _S.ENROLLING) for state in (_S.ENROLLING, _S.ENROLLED, _S.REFUSED)),
        *(
            Transition(_A.LEAVE, state, _S.LEAVING)
            for state in (_S.KEY_WANTED, _S.ENROLLING, _S.ENROLLED, _S.REFUSED)
        ),
        Transition(_A.REMOVE, _S.LEAVING, _S.LEFT),
        Transition(_A.RETURN, _S.LEAVING, _S.KEY_WANTED),
        Transition(_A.RETURN, _S.LEFT, _S.KEY_WANTED),
    ),
)
