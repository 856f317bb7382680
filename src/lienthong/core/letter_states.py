"""The states of letters: outgoing ones are drafted, submitted, signed, issued; incoming ones are registered.

Law: R5.3; Decree 30/2020/NĐ-CP.
"""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_HANDLER = frozenset({Role.HANDLER})
_CLERK = frozenset({Role.INTAKE_CLERK})
_SIGNERS = frozenset({Role.CHIEF, Role.APPROVER})


class OutgoingState(StrEnum):
    """The states of an outgoing letter; number and date are given when it is issued."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SIGNED = "signed"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


class OutgoingAct(StrEnum):
    """What is done to outgoing letters."""

    SUBMIT = "submit"
    RETURN = "return"
    REVISE = "revise"
    SIGN = "sign"
    ISSUE = "issue"
    WITHDRAW = "withdraw"


_O, _OA = OutgoingState, OutgoingAct

OUTGOING_MACHINE = Machine(
    name="outgoing_letter",
    label=Text("Văn bản đi", "Outgoing letter"),
    initial=(_O.DRAFT,),
    states=(
        State(_O.DRAFT, Text("Dự thảo", "Draft"), _HANDLER),
        State(_O.SUBMITTED, Text("Đã trình ký", "Submitted for signature"), _SIGNERS),
        State(_O.RETURNED, Text("Trả lại để sửa", "Returned to be mended"), _HANDLER),
        State(_O.SIGNED, Text("Đã ký, chờ ban hành", "Signed, to be issued"), _CLERK),
        State(_O.ISSUED, Text("Đã ban hành", "Issued"), final=True),
        State(_O.WITHDRAWN, Text("Đã rút dự thảo", "Withdrawn"), final=True),
    ),
    acts={
        _OA.SUBMIT: Text("Trình ký", "Submit"),
        _OA.RETURN: Text("Trả lại", "Return"),
        _OA.REVISE: Text("Sửa dự thảo", "Revise"),
        _OA.SIGN: Text("Ký", "Sign"),
        _OA.ISSUE: Text("Cấp số, ban hành", "Number and issue"),
        _OA.WITHDRAW: Text("Rút dự thảo", "Withdraw"),
    },
    transitions=(
        Transition(_OA.SUBMIT, _O.DRAFT, _O.SUBMITTED, _HANDLER),
        Transition(_OA.WITHDRAW, _O.DRAFT, _O.WITHDRAWN, _HANDLER),
        Transition(_OA.SIGN, _O.SUBMITTED, _O.SIGNED, _SIGNERS),
        Transition(_OA.RETURN, _O.SUBMITTED, _O.RETURNED, _SIGNERS),
        Transition(_OA.WITHDRAW, _O.SUBMITTED, _O.WITHDRAWN, _HANDLER),
        Transition(_OA.REVISE, _O.RETURNED, _O.DRAFT, _HANDLER),
        Transition(_OA.WITHDRAW, _O.RETURNED, _O.WITHDRAWN, _HANDLER),
        Transition(_OA.ISSUE, _O.SIGNED, _O.ISSUED, _CLERK),
        Transition(_OA.WITHDRAW, _O.SIGNED, _O.WITHDRAWN, _SIGNERS),
    ),
)


class IncomingState(StrEnum):
    """The states of an arriving letter."""

    ARRIVED = "arrived"
    REGISTERED = "registered"
    FILED = "filed"
    JOINED = "joined"
    GIVEN_BACK = "given_back"


class IncomingAct(StrEnum):
    """What is done to arriving letters."""

    REGISTER = "register"
    JOIN = "join"
    FILE = "file"
    GIVE_BACK = "give_back"


_I, _IA = IncomingState, IncomingAct

INCOMING_MACHINE = Machine(
    name="incoming_letter",
    label=Text("Văn bản đến", "Incoming letter"),
    initial=(_I.ARRIVED,),
    states=(
        State(_I.ARRIVED, Text("Mới đến", "Arrived"), _CLERK),
        State(_I.REGISTERED, Text("Đã vào sổ", "Registered"), _CLERK),
        State(_I.FILED, Text("Đã vào hồ sơ", "On file"), final=True),
        State(_I.JOINED, Text("Trùng, đã ghép với bản đến trước", "Joined with its first copy"), final=True),
        State(_I.GIVEN_BACK, Text("Đã trả lại nơi gửi", "Given back to the sender"), final=True),
    ),
    acts={
        _IA.REGISTER: Text("Vào sổ văn bản đến", "Register"),
        _IA.JOIN: Text("Ghép với bản đã đến", "Join with the first copy"),
        _IA.FILE: Text("Đưa vào hồ sơ", "Put on file"),
        _IA.GIVE_BACK: Text("Trả lại nơi gửi", "Give back"),
    },
    transitions=(
        Transition(_IA.REGISTER, _I.ARRIVED, _I.REGISTERED, _CLERK),
        Transition(_IA.JOIN, _I.ARRIVED, _I.JOINED, _CLERK),
        Transition(_IA.FILE, _I.REGISTERED, _I.FILED, _CLERK),
        Transition(_IA.GIVE_BACK, _I.REGISTERED, _I.GIVEN_BACK, _CLERK),
    ),
)
