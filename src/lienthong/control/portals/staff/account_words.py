"""Words of the pages about accounts: roles, what an act does, what was done."""

from typing import Final

from lienthong.control.accounts.queries import AccountEntry
from lienthong.control.audit.events import Written
from lienthong.control.frame.page import address_of
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Event
from lienthong.core.access import ROLE_LABELS, Portal, Role
from lienthong.core.account_states import AccountAct
from lienthong.core.pages import Page
from lienthong.core.speech import Text, joined

_SESSIONS_END = Text("Mọi phiên đang mở kết thúc ngay.", "All open sessions end at once.")
_KEPT = Text(
    "Hồ sơ, ý kiến và nhật ký do tài khoản này lập vẫn giữ nguyên.",
    "Files, opinions and records made by this account stay as they are.",
)
EFFECTS: Final = {
    AccountAct.SUSPEND: (
        _SESSIONS_END,
        Text("Không đăng nhập được cho đến khi được mở lại.", "No sign-in until it is resumed."),
        Text("Không nhận thông báo mới.", "No new notices reach it."),
        _KEPT,
    ),
    AccountAct.RESUME: (
        Text(
            "Đăng nhập lại được bằng mật khẩu và mã xác thực cũ.",
            "Signs in again with the same password and second factor.",
        ),
    ),
    AccountAct.CLOSE: (
        _SESSIONS_END,
        Text(
            "Tài khoản đã đóng không mở lại được; người này cần lại thì cấp tài khoản bằng thư điện tử khác.",
            "A closed account never comes back; who needs one again is invited under another address.",
        ),
        _KEPT,
    ),
}
"""What each act on an account's state does, in the words of the page that asks once more."""

RENEW_EFFECTS: Final = (
    Text("Mật khẩu cũ và mã xác thực cũ mất hiệu lực ngay.", "Password and second factor end at once."),
    _SESSIONS_END,
    Text(
        "Liên kết mới được gửi qua thư điện tử và hiện một lần trên trang này, dùng trong 7 ngày.",
        "A new link is mailed and shown once on this page; it holds for 7 days.",
    ),
)
ROLES_EFFECTS: Final = (
    Text("Vai trò mới có hiệu lực từ trang kế tiếp được mở.", "The roles count from the next page opened."),
    _KEPT,
)
SESSIONS_EFFECTS: Final = (
    _SESSIONS_END,
    Text("Mật khẩu và mã xác thực không đổi.", "Password and second factor stay."),
)

_HAPPENED: Final = {
    "account.invited": (Text("Cấp tài khoản", "Invited"), Kind.INFO),
    "account.activated": (Text("Kích hoạt", "Activated"), Kind.OK),
    "account.factor_enrolled": (Text("Đăng ký mã xác thực", "Second factor set up"), Kind.OK),
    "account.factor_reset": (Text("Xóa mã xác thực", "Second factor forgotten"), Kind.WARN),
    "account.recovery_codes_renewed": (Text("Tạo lại mã dự phòng", "Recovery codes made anew"), Kind.OK),
    "account.signed_in": (Text("Đăng nhập", "Signed in"), Kind.IDLE),
    "account.proved_again": (Text("Xác thực lại", "Proved again"), Kind.IDLE),
    "account.session_ended": (Text("Kết thúc một phiên", "Ended a session"), Kind.IDLE),
    "account.sessions_ended": (Text("Kết thúc mọi phiên", "All sessions ended"), Kind.WARN),
    "account.blocked": (Text("Tạm chặn vì nhập sai nhiều lần", "Blocked after wrong attempts"), Kind.BAD),
    "account.access_renewed": (Text("Cấp lại quyền truy cập", "Access given anew"), Kind.WARN),
    "account.roles_changed": (Text("Đổi vai trò", "Roles changed"), Kind.INFO),
    "account.suspend": (Text("Tạm khóa", "Suspended"), Kind.WARN),
    "account.resume": (Text("Mở lại", "Resumed"), Kind.OK),
    "account.close": (Text("Đóng", "Closed"), Kind.BAD),
}
_BY_OWNER: Final = ("account.activated", "account.factor_enrolled")
_SYSTEM: Final = Text("Hệ thống", "The system")
_OWNER: Final = Text("Chủ tài khoản", "The owner")


def roles_in_words(entry: AccountEntry) -> Text:
    """Return the roles of an account in their order."""
    return joined((ROLE_LABELS[role] for role in Role if role.value in entry.roles), "; ")


def timeline_of(events: tuple[Written, ...]) -> tuple[Event, ...]:
    """Return what happened to an account in words; each entry leads to its proof in the log."""
    return tuple(_event(event) for event in events if event.kind in _HAPPENED)


def _event(event: Written) -> Event:
    words, kind = _HAPPENED[event.kind]
    reason = event.detail.get("reason", "")
    title = Text(f"{words.vi}: {reason}", f"{words.en}: {reason}") if reason else words
    by: Text | str = event.actor_name
    if not by:
        operator = event.detail.get("by")
        by = _by_operator(operator) if operator else _OWNER if event.kind in _BY_OWNER else _SYSTEM
    return Event(
        title=title,
        by=by,
        at=event.at,
        kind=kind,
        proof_url=address_of(Portal.STAFF, Page.AUDIT_EVENT, event=event.id),
    )


def _by_operator(name: str) -> Text:
    return Text(f"Người vận hành máy chủ: {name}", f"Operator of the server: {name}")
