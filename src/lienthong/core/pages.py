"""Every page of the portals and who may open it. A view names its page; a page without a row cannot exist.

To add a page: a member of `Page` and its row in `PAGES`; `@page(Page.…)` on the view; an address to try it by
in tests/control/page_samples.py, and what each role gets there in tests/control/access_matrix.txt.
"""

from enum import StrEnum
from typing import Final

from lienthong.core.access import PageRule, Portal, Reach, Role
from lienthong.core.speech import Text


class Page(StrEnum):
    """The pages; the value is the name of the page's address within its portal."""

    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    ACCEPT_INVITATION = "accept_invitation"
    ENROL = "enrol"
    SIGN_OUT = "sign_out"
    PROVE_AGAIN = "prove_again"
    LANGUAGE = "language"
    HOME = "home"
    ACCOUNT = "account"
    END_SESSION = "end_session"
    RECOVERY_CODES = "recovery_codes"
    # The desk of the authority.
    DESK_REQUESTS = "desk_requests"
    DESK_REQUEST = "desk_request"
    DESK_THREAD = "desk_thread"
    DESK_VERSIONS = "desk_versions"
    DESK_DOCUMENT = "desk_document"
    DESK_PAPER = "desk_paper"
    DESK_FIELDS = "desk_fields"
    DESK_HANDLE = "desk_handle"
    DESK_ASSIGN = "desk_assign"
    DESK_DECIDE = "desk_decide"
    DESK_CHIEF = "desk_chief"
    ARRIVALS = "arrivals"
    ARRIVAL_ENTER = "arrival_enter"
    ARRIVAL_SCAN = "arrival_scan"
    LETTERS = "letters"
    LETTER = "letter"
    LETTER_PDF = "letter_pdf"
    LETTER_DRAFT = "letter_draft"
    LETTER_REWRITE = "letter_rewrite"
    LETTER_MOVE = "letter_move"
    LETTER_SIGN = "letter_sign"
    LETTER_ISSUE = "letter_issue"
    OWN_REQUESTS = "own_requests"
    OWN_REQUEST_START = "own_request_start"
    OWN_REQUEST = "own_request"
    OWN_DRAFT = "own_draft"
    OWN_DRAFT_PART = "own_draft_part"
    OWN_DRAFT_ASIDE = "own_draft_aside"
    OWN_DRAFT_LETTER = "own_draft_letter"
    OWN_DRAFT_SUBMIT = "own_draft_submit"
    OWN_DRAFT_TAKE_BACK = "own_draft_take_back"
    OWN_DRAFT_DISCARD = "own_draft_discard"
    OWN_REQUEST_SIGN = "own_request_sign"
    OWN_REQUEST_WITHDRAW = "own_request_withdraw"
    OWN_REQUEST_THREAD = "own_request_thread"
    OWN_REQUEST_VERSIONS = "own_request_versions"
    OWN_REQUEST_FILE = "own_request_file"
    OWN_REQUEST_DOCUMENT = "own_request_document"


_FILES = frozenset(
    {Role.INTAKE_CLERK, Role.HANDLER, Role.CHIEF, Role.REVIEWER, Role.APPROVER, Role.ASSESSOR, Role.INSPECTOR}
)
"""Who works with the files of requests; keys and accounts are no reason to read them."""
_HANDLER = frozenset({Role.HANDLER})
_SIGNERS = frozenset({Role.CHIEF, Role.APPROVER})
_CLERK = frozenset({Role.INTAKE_CLERK})


def _desk(vi: str, en: str, roles: frozenset[Role] = _FILES, *, weighty: bool = False) -> PageRule:
    return PageRule(
        label=Text(vi, en), portal=Portal.STAFF, roles=roles, reach=Reach.EVERY_BODY, weighty=weighty
    )


_WRITERS: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER})
_HEAD: Final = frozenset({Role.AGENCY_HEAD})


def _agency(label: Text, roles: frozenset[Role] = frozenset(), *, weighty: bool = False) -> PageRule:
    """Return the rule of a page of the agency portal about things of the own body."""
    return PageRule(label=label, portal=Portal.AGENCY, roles=roles, weighty=weighty)


PAGES: Final[dict[Page, PageRule]] = {
    Page.SIGN_IN: PageRule(label=Text("Đăng nhập", "Sign in"), public=True),
    Page.SECOND_FACTOR: PageRule(label=Text("Mã xác thực", "Second factor"), public=True),
    Page.ACCEPT_INVITATION: PageRule(label=Text("Kích hoạt tài khoản", "Activate the account"), public=True),
    Page.ENROL: PageRule(label=Text("Đăng ký mã xác thực", "Set up the second factor"), public=True),
    Page.SIGN_OUT: PageRule(label=Text("Đăng xuất", "Sign out"), public=True),
    Page.LANGUAGE: PageRule(label=Text("Ngôn ngữ", "Language"), public=True),
    Page.PROVE_AGAIN: PageRule(label=Text("Xác thực lại", "Prove again who you are")),
    Page.HOME: PageRule(label=Text("Trang chính", "Home")),
    Page.ACCOUNT: PageRule(label=Text("Tài khoản", "Account")),
    Page.END_SESSION: PageRule(label=Text("Kết thúc phiên", "End a session")),
    Page.RECOVERY_CODES: PageRule(label=Text("Mã dự phòng", "Recovery codes"), weighty=True),
    # The desk of the authority.
    Page.DESK_REQUESTS: _desk("Yêu cầu kết nối", "Connection requests"),
    Page.DESK_REQUEST: _desk("Hồ sơ", "File"),
    Page.DESK_THREAD: _desk("Trao đổi", "Thread"),
    Page.DESK_VERSIONS: _desk("Các bản đề nghị", "Versions"),
    Page.DESK_DOCUMENT: _desk("Tài liệu kỹ thuật", "Technical document"),
    Page.DESK_PAPER: _desk("Tệp của hồ sơ", "File of the request"),
    Page.DESK_FIELDS: _desk("Ý kiến từng trường", "Opinion on each field", _HANDLER),
    Page.DESK_HANDLE: _desk("Xử lý hồ sơ", "Deal with the file", _HANDLER),
    Page.DESK_ASSIGN: _desk("Phân công", "Assign", frozenset({Role.CHIEF})),
    Page.DESK_DECIDE: _desk("Quyết định", "Decide", _SIGNERS, weighty=True),
    Page.DESK_CHIEF: _desk("Bàn chỉ huy", "The chief's desk", frozenset({Role.CHIEF})),
    Page.ARRIVALS: _desk("Văn bản đến", "Letters in"),
    Page.ARRIVAL_ENTER: _desk("Vào sổ văn bản đến", "Register a letter", _CLERK),
    Page.ARRIVAL_SCAN: _desk("Bản quét", "Scan"),
    Page.LETTERS: _desk("Văn bản đi", "Letters out"),
    Page.LETTER: _desk("Văn bản", "Letter"),
    Page.LETTER_PDF: _desk("Bản PDF", "PDF"),
    Page.LETTER_DRAFT: _desk("Soạn văn bản", "Draft a letter", _HANDLER),
    Page.LETTER_REWRITE: _desk("Sửa dự thảo", "Mend the draft", _HANDLER),
    Page.LETTER_MOVE: _desk("Trình, trả lại, rút", "Submit, return, withdraw", _HANDLER | _SIGNERS),
    Page.LETTER_SIGN: _desk("Ký văn bản", "Sign the letter", _SIGNERS, weighty=True),
    Page.LETTER_ISSUE: _desk("Cấp số, ban hành", "Number and issue", _CLERK, weighty=True),
} | {
    Page.OWN_REQUESTS: _agency(Text("Đề nghị kết nối", "Connection requests")),
    Page.OWN_REQUEST_START: _agency(Text("Soạn đề nghị mới", "Begin a request"), _WRITERS),
    Page.OWN_REQUEST: _agency(Text("Hồ sơ đề nghị", "Request")),
    Page.OWN_DRAFT: _agency(Text("Bản đang soạn", "Draft")),
    Page.OWN_DRAFT_PART: _agency(Text("Soạn một phần", "Part of the draft"), _WRITERS),
    Page.OWN_DRAFT_ASIDE: _agency(Text("Chữ được giữ riêng", "Text kept aside"), _WRITERS),
    Page.OWN_DRAFT_LETTER: _agency(Text("Xem văn bản", "The letter")),
    Page.OWN_DRAFT_SUBMIT: _agency(Text("Trình ký", "Submit for signature"), _WRITERS),
    Page.OWN_DRAFT_TAKE_BACK: _agency(Text("Lấy về sửa", "Take back")),
    Page.OWN_DRAFT_DISCARD: _agency(Text("Bỏ bản nháp", "Discard the draft"), _WRITERS),
    Page.OWN_REQUEST_SIGN: _agency(Text("Ký và gửi", "Sign and send"), _HEAD, weighty=True),
    Page.OWN_REQUEST_WITHDRAW: _agency(Text("Rút đề nghị", "Withdraw"), _HEAD, weighty=True),
    Page.OWN_REQUEST_THREAD: _agency(Text("Trao đổi với người hỗ trợ", "Thread with the supporter")),
    Page.OWN_REQUEST_VERSIONS: _agency(Text("Các bản đã gửi", "Versions")),
    Page.OWN_REQUEST_FILE: _agency(Text("Tệp của hồ sơ", "File of the request")),
    Page.OWN_REQUEST_DOCUMENT: _agency(Text("Tài liệu kỹ thuật", "Technical document")),
}
"""One row per page, the same in both portals where it names none."""

NAVIGATION: Final[dict[Portal, tuple[Page, ...]]] = {
    Portal.STAFF: (Page.HOME, Page.DESK_REQUESTS, Page.DESK_CHIEF, Page.ARRIVALS, Page.LETTERS),
    Portal.AGENCY: (Page.HOME, Page.OWN_REQUESTS),
}
"""The pages of each portal's main navigation, in order; whoever may not open one does not see it."""
