"""How states and events of files look: the kind of each state, the title of each event."""

from typing import Final

from lienthong.control.audit.events import Written
from lienthong.control.conformance.happenings import TRIAL_EVENTS, TRIAL_WARNINGS
from lienthong.control.connections.happenings import CONDITION_EVENTS, CONDITION_WARNINGS
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Event
from lienthong.core.access import ROLE_LABELS, Role
from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.grant_document import ConditionName
from lienthong.core.letter_states import OUTGOING_MACHINE, IncomingState, OutgoingAct, OutgoingState
from lienthong.core.request_handling import Opinion
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.speech import Text
from lienthong.core.track_states import AssessmentState, DocumentsState, SupportState

_SYSTEM: Final = Text("Hệ thống", "The system")

STATE_KINDS: Final = {
    RequestState.DRAFT: Kind.IDLE,
    RequestState.TO_SIGN: Kind.IDLE,
    RequestState.SENT: Kind.INFO,
    RequestState.RECEIVED: Kind.INFO,
    RequestState.ASSIGNED: Kind.INFO,
    RequestState.SUPPLEMENT_ASKED: Kind.WARN,
    RequestState.SUPPLEMENTED: Kind.INFO,
    RequestState.PROPOSED: Kind.INFO,
    RequestState.ACCEPTED: Kind.OK,
    RequestState.REFUSED: Kind.BAD,
    RequestState.WITHDRAWN: Kind.IDLE,
    RequestState.DISCARDED: Kind.IDLE,
}
DOCUMENTS_KINDS: Final = {
    DocumentsState.PREPARING: Kind.INFO,
    DocumentsState.FAILED: Kind.BAD,
    DocumentsState.PROVIDED: Kind.OK,
    DocumentsState.CLOSED: Kind.IDLE,
}
SUPPORT_KINDS: Final = {
    SupportState.OPENED: Kind.WARN,
    SupportState.SUPPORTED: Kind.INFO,
    SupportState.UNTESTED: Kind.INFO,
    SupportState.TESTING: Kind.INFO,
    SupportState.TESTED: Kind.OK,
    SupportState.CLOSED: Kind.IDLE,
}
ASSESSMENT_KINDS: Final = {
    AssessmentState.CHECK_OPENED: Kind.WARN,
    AssessmentState.DEFENCE_OPENED: Kind.WARN,
    AssessmentState.EXEMPTION_OPENED: Kind.WARN,
    AssessmentState.TEAM_NAMED: Kind.INFO,
    AssessmentState.UNDER_WAY: Kind.INFO,
    AssessmentState.DEFENCE_GUIDED: Kind.INFO,
    AssessmentState.CONCLUDED: Kind.OK,
    AssessmentState.EXEMPT: Kind.OK,
    AssessmentState.CLOSED: Kind.IDLE,
}
OPINION_KINDS: Final = {
    Opinion.AGREED: Kind.OK,
    Opinion.CONSIDERED: Kind.INFO,
    Opinion.NARROWED: Kind.WARN,
    Opinion.OBJECTED: Kind.BAD,
}
LETTER_KINDS: Final = {
    OutgoingState.DRAFT: Kind.IDLE,
    OutgoingState.SUBMITTED: Kind.INFO,
    OutgoingState.RETURNED: Kind.WARN,
    OutgoingState.SIGNED: Kind.INFO,
    OutgoingState.ISSUED: Kind.OK,
    OutgoingState.WITHDRAWN: Kind.IDLE,
}
ARRIVAL_KINDS: Final = {
    IncomingState.ARRIVED: Kind.WARN,
    IncomingState.REGISTERED: Kind.WARN,
    IncomingState.FILED: Kind.OK,
    IncomingState.JOINED: Kind.OK,
    IncomingState.GIVEN_BACK: Kind.IDLE,
}
_TITLES: Final = {
    "request.open": Text("Mở hồ sơ từ văn bản đến", "File opened from a letter"),
    "request.start": Text("Bắt đầu soạn đề nghị", "Request begun"),
    "request.describe": Text("Cập nhật tài liệu mô tả kỹ thuật", "Technical description changed"),
    "request.message": Text("Cơ quan gửi tin nhắn", "Message of the body"),
    "demonstration.set_back": Text("Trình diễn: lùi ngày của hồ sơ", "Demonstration: dates set back"),
    "request.stand_in": Text("Cử người xử lý thay", "Stand-in named"),
    "request.weigh": Text("Ghi ý kiến về trường thông tin", "Opinion on fields recorded"),
    "documents.provide": Text("Cung cấp tài liệu kỹ thuật", "Technical documents provided"),
    "documents.fail": Text("Chưa tạo được tài liệu kỹ thuật", "Technical documents could not be made"),
    "documents.again": Text("Yêu cầu tạo lại tài liệu kỹ thuật", "Technical documents to be made again"),
    "support.name_supporter": Text("Cử người hỗ trợ", "Supporter named"),
    "thread.answered": Text("Trả lời trong mục trao đổi", "Answered in the thread"),
    "letter.draft": Text("Soạn văn bản", "Letter drafted"),
    "letter.register": Text("Vào sổ văn bản đến", "Registered"),
    "letter.name_sender": Text("Ghi cơ quan gửi", "Sender recorded"),
    "letter.put_under": Text("Đưa vào hồ sơ đã có", "Put under a file"),
    "letter.give_back": Text("Trả lại nơi gửi", "Given back to the sender"),
    "request.evidence": Text("Cập nhật bản sao tài liệu chứng minh", "Copy of evidence changed"),
    **CONDITION_EVENTS,
    **TRIAL_EVENTS,
}
_WARNINGS: Final = (
    frozenset({"documents.fail", "letter.return", "letter.give_back", "request.give_back"})
    | CONDITION_WARNINGS
    | TRIAL_WARNINGS
)


def event_of(written: Written) -> Event:
    """Return an event of the audit as a timeline shows it."""
    by = Text(written.actor_name, written.actor_name)
    if len(written.roles) == 1:
        role = ROLE_LABELS[Role(written.roles[0])]
        by = Text(f"{by.vi} · {role.vi}", f"{by.en} · {role.en}")
    title = _title(written.kind)
    told = written.detail.get("number") or written.detail.get("handler") or written.detail.get("remark") or ""
    if "condition" in written.detail:
        label = CONDITION_LABELS[ConditionName(written.detail["condition"])]
        title = Text(f"{title.vi}: {label.vi}", f"{title.en}: {label.en}")
    if told:
        title = Text(f"{title.vi}: {told}", f"{title.en}: {told}")
    return Event(
        title=title,
        by=by if written.actor_name else _SYSTEM,
        at=written.at,
        kind=Kind.WARN if written.kind in _WARNINGS else Kind.OK,
    )


def _title(kind: str) -> Text:
    subject, _, act = kind.partition(".")
    if kind in _TITLES:
        return _TITLES[kind]
    if subject == "request" and act in tuple(RequestAct):
        return REQUEST_MACHINE.acts[RequestAct(act)]
    if subject == "letter" and act in tuple(OutgoingAct):
        return OUTGOING_MACHINE.acts[OutgoingAct(act)]
    return Text(kind, kind)
