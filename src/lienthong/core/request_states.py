"""The states of a connection request, from the draft or the arrived letter to its answer.

Nobody refuses by an act of one's own: the issue of the reasoned letter does, and the system records it. The
same holds for asking for a supplement. Law: R1.3, R5.1, R5.3.
"""

from enum import StrEnum

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text

_WRITERS = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})
_HEAD = frozenset({Role.AGENCY_HEAD})
_CLERK = frozenset({Role.INTAKE_CLERK})
_CHIEF = frozenset({Role.CHIEF})
_HANDLER = frozenset({Role.HANDLER})
_DECIDERS = frozenset({Role.CHIEF, Role.APPROVER})


class RequestState(StrEnum):
    """The states; with `sent` the body is bound, with `received` the three tracks begin."""

    DRAFT = "draft"
    TO_SIGN = "to_sign"
    SENT = "sent"
    RECEIVED = "received"
    ASSIGNED = "assigned"
    SUPPLEMENT_ASKED = "supplement_asked"
    SUPPLEMENTED = "supplemented"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


class RequestAct(StrEnum):
    """What is done to requests."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SIGN = "sign"
    RECEIVE = "receive"
    ASSIGN = "assign"
    REASSIGN = "reassign"
    ASK_SUPPLEMENT = "ask_supplement"
    SUPPLEMENT = "supplement"
    TAKE_UP = "take_up"
    PROPOSE = "propose"
    GIVE_BACK = "give_back"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    DISCARD = "discard"


_S, _A = RequestState, RequestAct

REQUEST_MACHINE = Machine(
    name="request",
    label=Text("Đề nghị kết nối", "Connection request"),
    # A letter that comes on paper or by the axis was signed and sent before its file is opened.
    initial=(_S.DRAFT, _S.SENT),
    states=(
        State(_S.DRAFT, Text("Đang soạn", "Draft"), _WRITERS),
        State(_S.TO_SIGN, Text("Chờ ký", "Awaiting signature"), _HEAD),
        State(_S.SENT, Text("Đã ký, đã gửi", "Signed and sent"), _CLERK),
        State(_S.RECEIVED, Text("Đã tiếp nhận", "Received"), _CHIEF),
        State(_S.ASSIGNED, Text("Đang xử lý", "With its handler"), _HANDLER),
        State(_S.SUPPLEMENT_ASKED, Text("Chờ bổ sung", "Supplement asked for"), _WRITERS | _HEAD),
        State(_S.SUPPLEMENTED, Text("Đã bổ sung", "Supplemented"), _HANDLER),
        State(_S.PROPOSED, Text("Chờ duyệt", "Proposed for acceptance"), _DECIDERS),
        State(
            _S.ACCEPTED,
            Text("Đã chấp thuận", "Accepted"),
            final=True,
        ),
        State(_S.REFUSED, Text("Đã từ chối bằng văn bản", "Refused by letter"), final=True),
        State(_S.WITHDRAWN, Text("Đã rút", "Withdrawn"), final=True),
        State(_S.DISCARDED, Text("Đã bỏ bản nháp", "Draft discarded"), final=True),
    ),
    acts={
        _A.SUBMIT: Text("Trình ký", "Submit for signature"),
        _A.TAKE_BACK: Text("Lấy về sửa", "Take back to mend"),
        _A.SIGN: Text("Ký và gửi", "Sign and send"),
        _A.RECEIVE: Text("Tiếp nhận", "Receive"),
        _A.ASSIGN: Text("Phân công", "Assign"),
        _A.REASSIGN: Text("Chuyển người xử lý", "Reassign"),
        _A.ASK_SUPPLEMENT: Text("Ban hành văn bản yêu cầu bổ sung", "Ask for a supplement by letter"),
        _A.SUPPLEMENT: Text("Ký và gửi bản bổ sung", "Sign and send the supplement"),
        _A.TAKE_UP: Text("Xem bản bổ sung", "Take up the supplement"),
        _A.PROPOSE: Text("Đề xuất chấp thuận", "Propose acceptance"),
        _A.GIVE_BACK: Text("Trả lại người xử lý", "Give back to the handler"),
        _A.ACCEPT: Text("Chấp thuận", "Accept"),
        _A.REFUSE: Text("Ban hành văn bản từ chối", "Refuse by letter"),
        _A.WITHDRAW: Text("Rút đề nghị", "Withdraw"),
        _A.DISCARD: Text("Bỏ bản nháp", "Discard the draft"),
    },
    transitions=(
        Transition(_A.SUBMIT, _S.DRAFT, _S.TO_SIGN, _WRITERS),
        Transition(_A.DISCARD, _S.DRAFT, _S.DISCARDED, _WRITERS),
        Transition(_A.TAKE_BACK, _S.TO_SIGN, _S.DRAFT, _WRITERS | _HEAD),
        Transition(_A.SIGN, _S.TO_SIGN, _S.SENT, _HEAD),
        Transition(_A.RECEIVE, _S.SENT, _S.RECEIVED, _CLERK),
        Transition(_A.ASSIGN, _S.RECEIVED, _S.ASSIGNED, _CHIEF),
        Transition(_A.REASSIGN, _S.ASSIGNED, _S.ASSIGNED, _CHIEF),
        Transition(_A.ASK_SUPPLEMENT, _S.ASSIGNED, _S.SUPPLEMENT_ASKED),
        Transition(_A.PROPOSE, _S.ASSIGNED, _S.PROPOSED, _HANDLER),
        Transition(_A.REFUSE, _S.ASSIGNED, _S.REFUSED),
        Transition(_A.REASSIGN, _S.SUPPLEMENT_ASKED, _S.SUPPLEMENT_ASKED, _CHIEF),
        Transition(_A.SUPPLEMENT, _S.SUPPLEMENT_ASKED, _S.SUPPLEMENTED, _HEAD),
        Transition(_A.REFUSE, _S.SUPPLEMENT_ASKED, _S.REFUSED),
        Transition(_A.REASSIGN, _S.SUPPLEMENTED, _S.SUPPLEMENTED, _CHIEF),
        Transition(_A.TAKE_UP, _S.SUPPLEMENTED, _S.ASSIGNED, _HANDLER),
        Transition(_A.GIVE_BACK, _S.PROPOSED, _S.ASSIGNED, _DECIDERS),
        Transition(_A.ACCEPT, _S.PROPOSED, _S.ACCEPTED, _DECIDERS),
        *(
            Transition(_A.WITHDRAW, state, _S.WITHDRAWN, _HEAD)
            for state in (
                _S.SENT,
                _S.RECEIVED,
                _S.ASSIGNED,
                _S.SUPPLEMENT_ASKED,
                _S.SUPPLEMENTED,
                _S.PROPOSED,
            )
        ),
    ),
)
