"""The states of the three tracks: each its own machine, none with a way that waits for another.

Law: R5.2, R4.3, R4.8, R4.9.
"""

from enum import StrEnum
from typing import Final

from lienthong.core.access import Role
from lienthong.core.machines import Machine, State, Transition
from lienthong.core.speech import Text
from lienthong.core.tracks import TRACK_LABELS, AssessmentPath, Track

_INTEGRATOR = frozenset({Role.INTEGRATOR})
_HANDLER = frozenset({Role.HANDLER})
_CHIEF = frozenset({Role.CHIEF})
_ASSESSOR = frozenset({Role.ASSESSOR})
_APPROVER = frozenset({Role.APPROVER})
_CLOSED = Text("Đã đóng theo hồ sơ", "Closed with the file")
_CLOSE = Text("Đóng theo hồ sơ", "Close with the file")


class DocumentsState(StrEnum):
    """The states of the track of documents."""

    PREPARING = "preparing"
    FAILED = "failed"
    PROVIDED = "provided"
    CLOSED = "closed"


class DocumentsAct(StrEnum):
    """What happens to the documents."""

    PROVIDE = "provide"
    FAIL = "fail"
    RETRY = "retry"
    RENEW = "renew"
    CLOSE = "close"


_D, _DA = DocumentsState, DocumentsAct

DOCUMENTS_MACHINE = Machine(
    name="track_documents",
    label=TRACK_LABELS[Track.DOCUMENTS],
    initial=(_D.PREPARING,),
    states=(
        State(_D.PREPARING, Text("Đang tạo tài liệu", "Being made"), _HANDLER),
        State(_D.FAILED, Text("Chưa tạo được", "Could not be made"), _HANDLER),
        State(_D.PROVIDED, Text("Đã cung cấp", "Provided"), _INTEGRATOR),
        State(_D.CLOSED, _CLOSED, final=True),
    ),
    acts={
        _DA.PROVIDE: Text("Cung cấp tài liệu", "Provide"),
        _DA.FAIL: Text("Báo lỗi tạo tài liệu", "Fail"),
        _DA.RETRY: Text("Tạo lại", "Try again"),
        _DA.RENEW: Text("Tạo bản mới theo nội dung mới", "Renew for the new contents"),
        _DA.CLOSE: _CLOSE,
    },
    transitions=(
        Transition(_DA.PROVIDE, _D.PREPARING, _D.PROVIDED),
        Transition(_DA.FAIL, _D.PREPARING, _D.FAILED),
        Transition(_DA.RETRY, _D.FAILED, _D.PREPARING, _HANDLER),
        Transition(_DA.RENEW, _D.PROVIDED, _D.PREPARING, _HANDLER),
        *(Transition(_DA.CLOSE, state, _D.CLOSED) for state in (_D.PREPARING, _D.FAILED, _D.PROVIDED)),
    ),
)


class SupportState(StrEnum):
    """The states of the track of support and technical test."""

    OPENED = "opened"
    SUPPORTED = "supported"
    UNTESTED = "untested"
    TESTING = "testing"
    TESTED = "tested"
    CLOSED = "closed"


class SupportAct(StrEnum):
    """What happens in support and test."""

    NAME_SUPPORTER = "name_supporter"
    WAIVE_TEST = "waive_test"
    EXPECT_TEST = "expect_test"
    START_TEST = "start_test"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 - an act, not a password
    CLOSE = "close"


_U, _UA = SupportState, SupportAct

SUPPORT_MACHINE = Machine(
    name="track_support",
    label=TRACK_LABELS[Track.SUPPORT],
    initial=(_U.OPENED, _U.SUPPORTED),
    states=(
        State(_U.OPENED, Text("Chờ cử người hỗ trợ", "Awaiting a supporter"), _CHIEF),
        State(_U.SUPPORTED, Text("Đang hỗ trợ", "Supported"), _HANDLER | _INTEGRATOR),
        State(
            _U.UNTESTED,
            Text("Đang hỗ trợ, chưa có gì để kiểm thử", "Supported, nothing to test yet"),
            _HANDLER,
        ),
        State(_U.TESTING, Text("Đang kiểm thử", "Being tested"), _INTEGRATOR),
        State(_U.TESTED, Text("Đã kiểm thử đạt", "Test passed"), _HANDLER),
        State(_U.CLOSED, _CLOSED, final=True),
    ),
    acts={
        _UA.NAME_SUPPORTER: Text("Cử người hỗ trợ", "Name the supporter"),
        _UA.WAIVE_TEST: Text("Ghi nhận chưa có gì để kiểm thử", "Record that there is nothing to test"),
        _UA.EXPECT_TEST: Text("Ghi nhận có nội dung để kiểm thử", "Record that there is something to test"),
        _UA.START_TEST: Text("Bắt đầu kiểm thử", "Start the test"),
        _UA.FAIL: Text("Ghi nhận chưa đạt", "Record the failed test"),
        _UA.PASS: Text("Ghi nhận đạt", "Record the passed test"),
        _UA.CLOSE: _CLOSE,
    },
    transitions=(
        Transition(_UA.NAME_SUPPORTER, _U.OPENED, _U.SUPPORTED, _CHIEF | _HANDLER),
        Transition(_UA.START_TEST, _U.OPENED, _U.TESTING, _INTEGRATOR),
        Transition(_UA.NAME_SUPPORTER, _U.SUPPORTED, _U.SUPPORTED, _CHIEF | _HANDLER),
        Transition(_UA.START_TEST, _U.SUPPORTED, _U.TESTING, _INTEGRATOR),
        Transition(_UA.NAME_SUPPORTER, _U.UNTESTED, _U.UNTESTED, _CHIEF | _HANDLER),
        Transition(_UA.EXPECT_TEST, _U.UNTESTED, _U.SUPPORTED),
        *(Transition(_UA.WAIVE_TEST, state, _U.UNTESTED) for state in (_U.SUPPORTED, _U.TESTING, _U.TESTED)),
        Transition(_UA.FAIL, _U.TESTING, _U.SUPPORTED),
        Transition(_UA.PASS, _U.TESTING, _U.TESTED),
        Transition(_UA.START_TEST, _U.TESTED, _U.TESTING, _INTEGRATOR),
        *(
            Transition(_UA.CLOSE, state, _U.CLOSED)
            for state in (_U.OPENED, _U.SUPPORTED, _U.UNTESTED, _U.TESTING, _U.TESTED)
        ),
    ),
)


class AssessmentState(StrEnum):
    """The states of the assessment of one system before connecting."""

    CHECK_OPENED = "check_opened"
    DEFENCE_OPENED = "defence_opened"
    EXEMPTION_OPENED = "exemption_opened"
    TEAM_NAMED = "team_named"
    UNDER_WAY = "under_way"
    DEFENCE_GUIDED = "defence_guided"
    CONCLUDED = "concluded"
    EXEMPT = "exempt"
    CLOSED = "closed"


class AssessmentAct(StrEnum):
    """What is done in an assessment."""

    NAME_TEAM = "name_team"
    BEGIN = "begin"
    CONCLUDE = "conclude"
    GUIDE = "guide"
    RECORD_RESULT = "record_result"
    EXEMPT = "exempt"
    DENY_EXEMPTION = "deny_exemption"
    CLOSE = "close"


_T, _TA = AssessmentState, AssessmentAct

FIRST_STATES: Final = {
    AssessmentPath.CHECK: AssessmentState.CHECK_OPENED,
    AssessmentPath.DEFENCE_UNIT: AssessmentState.DEFENCE_OPENED,
    AssessmentPath.EXEMPTION_TO_DECIDE: AssessmentState.EXEMPTION_OPENED,
}
"""In which state the assessment of a system begins. Law: R4.3, R4.4, R4.8."""

ASSESSMENT_MACHINE = Machine(
    name="track_assessment",
    label=TRACK_LABELS[Track.ASSESSMENT],
    initial=tuple(FIRST_STATES.values()),
    states=(
        State(_T.CHECK_OPENED, Text("Chờ lập đoàn kiểm tra", "Awaiting a team"), _ASSESSOR),
        State(
            _T.DEFENCE_OPENED,
            Text("Chờ hướng dẫn đơn vị Bộ Quốc phòng", "Guidance of the defence unit due"),
            _HANDLER,
        ),
        State(_T.EXEMPTION_OPENED, Text("Chờ quyết định không phải kiểm tra", "E0 to be decided"), _APPROVER),
        State(_T.TEAM_NAMED, Text("Đã lập đoàn", "Team named"), _ASSESSOR),
        State(_T.UNDER_WAY, Text("Đang kiểm tra, đánh giá", "Under way"), _ASSESSOR),
        State(
            _T.DEFENCE_GUIDED,
            Text("Chờ kết quả của đơn vị Bộ Quốc phòng", "Result of the defence unit awaited"),
            _HANDLER,
        ),
        State(_T.CONCLUDED, Text("Đã kết luận", "Concluded"), final=True),
        State(_T.EXEMPT, Text("Không phải kiểm tra, đánh giá", "Exempt"), final=True),
        State(_T.CLOSED, _CLOSED, final=True),
    ),
    acts={
        _TA.NAME_TEAM: Text("Lập đoàn kiểm tra", "Name the team"),
        _TA.BEGIN: Text("Bắt đầu kiểm tra", "Begin"),
        _TA.CONCLUDE: Text("Kết luận", "Conclude"),
        _TA.GUIDE: Text("Gửi văn bản hướng dẫn", "Send the guidance"),
        _TA.RECORD_RESULT: Text("Ghi nhận kết quả", "Record the result"),
        _TA.EXEMPT: Text("Quyết định không phải kiểm tra", "Decide the exemption"),
        _TA.DENY_EXEMPTION: Text("Không thuộc trường hợp loại trừ", "Deny the exemption"),
        _TA.CLOSE: _CLOSE,
    },
    transitions=(
        Transition(_TA.NAME_TEAM, _T.CHECK_OPENED, _T.TEAM_NAMED, _ASSESSOR),
        Transition(_TA.BEGIN, _T.TEAM_NAMED, _T.UNDER_WAY, _ASSESSOR),
        Transition(_TA.CONCLUDE, _T.UNDER_WAY, _T.CONCLUDED, _ASSESSOR),
        Transition(_TA.GUIDE, _T.DEFENCE_OPENED, _T.DEFENCE_GUIDED, _HANDLER),
        Transition(_TA.RECORD_RESULT, _T.DEFENCE_GUIDED, _T.CONCLUDED, _HANDLER),
        Transition(_TA.EXEMPT, _T.EXEMPTION_OPENED, _T.EXEMPT, _APPROVER),
        Transition(_TA.DENY_EXEMPTION, _T.EXEMPTION_OPENED, _T.CHECK_OPENED, _APPROVER),
        *(
            Transition(_TA.CLOSE, state, _T.CLOSED)
            for state in (
                _T.CHECK_OPENED,
                _T.DEFENCE_OPENED,
                _T.EXEMPTION_OPENED,
                _T.TEAM_NAMED,
                _T.UNDER_WAY,
                _T.DEFENCE_GUIDED,
            )
        ),
    ),
)
