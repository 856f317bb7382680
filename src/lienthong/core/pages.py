"""Every page of the portals and who may open it. A view names its page; a page without a row cannot exist.

To add a page: a member of `Page` and its row in `PAGES`; `@page(Page.…)` on the view; an address to try it by
in tests/control/page_samples.py, and what each role gets there in tests/control/access_matrix.txt.
"""

from enum import StrEnum
from typing import Final

from lienthong.core.access import PageRule, Portal, Reach, Role
from lienthong.core.account_acts import ADMINISTRATORS
from lienthong.core.body_acts import BODY_ACT_ROLES, BodyAct
from lienthong.core.condition_verdicts import CONDITION_JUDGES
from lienthong.core.guide_states import GUIDE_PUBLISHERS, GUIDE_WRITERS
from lienthong.core.key_states import KEY_MACHINE, KeyAct
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
    NOTICES = "notices"
    OPEN_NOTICE = "open_notice"
    READ_ALL_NOTICES = "read_all_notices"
    AUDIT_EVENT = "audit_event"
    # The desk of the authority.
    DESK_REQUESTS = "desk_requests"
    DESK_REQUEST = "desk_request"
    DESK_THREAD = "desk_thread"
    DESK_VERSIONS = "desk_versions"
    DESK_DOCUMENT = "desk_document"
    DESK_PAPER = "desk_paper"
    DESK_FIELDS = "desk_fields"
    DESK_CONDITIONS = "desk_conditions"
    DESK_CONDITION_JUDGE = "desk_condition_judge"
    DESK_HANDLE = "desk_handle"
    DESK_ASSIGN = "desk_assign"
    DESK_DECIDE = "desk_decide"
    DESK_CHIEF = "desk_chief"
    ARRIVALS = "arrivals"
    ARRIVAL_ENTER = "arrival_enter"
    ARRIVAL_SCAN = "arrival_scan"
    ARRIVAL = "arrival"
    ARRIVAL_OPEN = "arrival_open"
    ARRIVAL_SENDER = "arrival_sender"
    ARRIVAL_PUT_UNDER = "arrival_put_under"
    ARRIVAL_GIVE_BACK = "arrival_give_back"
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
    OWN_DRAFT_EVIDENCE = "own_draft_evidence"
    OWN_DRAFT_LETTER = "own_draft_letter"
    OWN_DRAFT_SUBMIT = "own_draft_submit"
    OWN_DRAFT_TAKE_BACK = "own_draft_take_back"
    OWN_DRAFT_DISCARD = "own_draft_discard"
    OWN_REQUEST_SIGN = "own_request_sign"
    OWN_REQUEST_WITHDRAW = "own_request_withdraw"
    OWN_REQUEST_CONDITIONS = "own_request_conditions"
    OWN_REQUEST_THREAD = "own_request_thread"
    OWN_REQUEST_VERSIONS = "own_request_versions"
    OWN_REQUEST_FILE = "own_request_file"
    OWN_REQUEST_DOCUMENT = "own_request_document"
    # The trial: a system in the sandbox, its runs of the technical test.
    OWN_TRIAL = "own_trial"
    OWN_TRIAL_KEY = "own_trial_key"
    OWN_TRIAL_START = "own_trial_start"
    OWN_TRIAL_ABANDON = "own_trial_abandon"
    OWN_TRIAL_REPORT = "own_trial_report"
    OWN_TRIAL_PERSONS = "own_trial_persons"
    DESK_TRIAL = "desk_trial"
    DESK_TRIAL_REPORT = "desk_trial_report"
    BODIES = "bodies"
    BODY = "body"
    BODY_NAMED = "body_named"
    REGISTER_BODY = "register_body"
    EDIT_BODY = "edit_body"
    INVITE_TO_BODY = "invite_to_body"
    SUCCEED_BODIES = "succeed_bodies"
    CONFIRM_SUCCESSION = "confirm_succession"
    KEYS_WAITING = "keys_waiting"
    ACCEPT_KEY = "accept_key"
    REJECT_KEY = "reject_key"
    OWN_BODY = "own_body"
    NEW_MANDATE = "new_mandate"
    EDIT_MANDATE = "edit_mandate"
    END_MANDATE = "end_mandate"
    NEW_CONTACT = "new_contact"
    EDIT_CONTACT = "edit_contact"
    END_CONTACT = "end_contact"
    NEW_SYSTEM = "new_system"
    EDIT_SYSTEM = "edit_system"
    NEW_KEY = "new_key"
    WITHDRAW_KEY = "withdraw_key"
    NEW_OFFICER = "new_officer"
    END_OFFICER = "end_officer"
    IMPORT_OFFICERS = "import_officers"
    CONFIRM_OFFICERS = "confirm_officers"
    SYSTEM = "system"
    SYSTEM_KEYS = "system_keys"
    SYSTEM_OFFICERS = "system_officers"
    EXPORT_OFFICERS = "export_officers"
    REVOKE_KEY = "revoke_key"
    GUIDES = "guides"
    GUIDE = "guide"
    GUIDE_EDITION = "guide_edition"
    GUIDE_FILE = "guide_file"
    GUIDE_PDF = "guide_pdf"
    GUIDE_PART = "guide_part"
    GUIDE_RESTORE = "guide_restore"
    GUIDE_PREVIEW = "guide_preview"
    GUIDE_PUBLISH = "guide_publish"
    AUTHORITY_GUIDE = "authority_guide"
    MANDATE_PAPER = "mandate_paper"
    SYSTEM_PAPER = "system_paper"
    EDIT_OWN_BODY = "edit_own_body"
    # Administration.
    ACCOUNTS = "accounts"
    ACCOUNT_NEW = "account_new"
    ACCOUNT_FILE = "account_file"
    ACCOUNT_ROLES = "account_roles"
    ACCOUNT_STATE = "account_state"
    ACCOUNT_RENEW = "account_renew"
    ACCOUNT_SESSIONS = "account_sessions"
    MAILS_ASIDE = "mails_aside"
    MAIL_AGAIN = "mail_again"
    WORK_DAYS = "work_days"
    WORK_DAYS_ENTER = "work_days_enter"
    WORK_DAY_WITHDRAW = "work_day_withdraw"


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


def _on_bodies(label: Text, act: BodyAct, portal: Portal, *, weighty: bool = False) -> PageRule:
    """Return the rule of a page on which an act on a body's things is done, with the roles of the act."""
    reach = Reach.EVERY_BODY if portal is Portal.STAFF else Reach.OWN_BODY
    return PageRule(label=label, portal=portal, roles=BODY_ACT_ROLES[act], reach=reach, weighty=weighty)


def _on_keys(label: Text, act: KeyAct, *, portal: Portal | None = None, weighty: bool = False) -> PageRule:
    """Return the rule of a page on which an act on a key is done: the roles are those of its state table."""
    roles = frozenset[Role]().union(*(way.roles for way in KEY_MACHINE.transitions if way.act == act))
    return PageRule(label=label, portal=portal, roles=roles, weighty=weighty)


_STAFF, _AGENCY = Portal.STAFF, Portal.AGENCY
_INTEGRATOR: Final = frozenset({Role.INTEGRATOR})

_OF_TRIALS: Final[dict[Page, PageRule]] = {
    Page.OWN_TRIAL: _agency(Text("Hỗ trợ, kiểm thử kỹ thuật", "Support and technical test")),
    Page.OWN_TRIAL_KEY: _agency(Text("Khóa kiểm thử", "Key for the trial"), _INTEGRATOR),
    Page.OWN_TRIAL_START: _agency(Text("Bắt đầu lượt kiểm thử", "Start a run"), _INTEGRATOR),
    Page.OWN_TRIAL_ABANDON: _agency(Text("Bỏ lượt kiểm thử", "Abandon a run"), _INTEGRATOR),
    Page.OWN_TRIAL_REPORT: _agency(Text("Báo cáo kiểm thử", "Report of a run")),
    Page.OWN_TRIAL_PERSONS: _agency(Text("Người kiểm thử", "Test persons")),
    Page.DESK_TRIAL: _desk("Kiểm thử kỹ thuật", "Technical test"),
    Page.DESK_TRIAL_REPORT: _desk("Báo cáo kiểm thử", "Report of a run"),
}


def _guide(vi: str, en: str, roles: frozenset[Role] = frozenset()) -> PageRule:
    """Return the rule of a page about guides: in both portals, staff reading those of every body."""
    return PageRule(label=Text(vi, en), roles=roles)


_OF_GUIDES: Final[dict[Page, PageRule]] = {
    Page.GUIDES: _guide("Tài liệu hướng dẫn", "Guides"),
    Page.GUIDE: _guide("Tài liệu hướng dẫn", "Guide"),
    Page.GUIDE_EDITION: _guide("Bản đã công bố", "Edition"),
    Page.GUIDE_FILE: _guide("Bản Markdown", "Markdown"),
    Page.GUIDE_PDF: _guide("Bản PDF", "PDF"),
    Page.GUIDE_PART: _guide("Soạn một phần", "Write a part", GUIDE_WRITERS),
    Page.GUIDE_RESTORE: _guide("Lấy lại bản tạo sẵn", "Take the generated text", GUIDE_WRITERS),
    Page.GUIDE_PREVIEW: _guide("Xem trước", "Preview", GUIDE_WRITERS),
    Page.GUIDE_PUBLISH: _guide("Công bố", "Publish", GUIDE_PUBLISHERS),
    Page.AUTHORITY_GUIDE: _guide("Hướng dẫn của cơ quan quản lý", "The authority's guide"),
}

_OF_BODIES: Final[dict[Page, PageRule]] = {
    Page.BODIES: PageRule(label=Text("Cơ quan", "Bodies"), portal=_STAFF, reach=Reach.EVERY_BODY),
    Page.BODY: PageRule(label=Text("Cơ quan", "Body"), portal=_STAFF, reach=Reach.EVERY_BODY),
    Page.BODY_NAMED: PageRule(
        label=Text("Cơ quan theo mã định danh", "Body by identifier"), portal=_STAFF, reach=Reach.EVERY_BODY
    ),
    Page.REGISTER_BODY: _on_bodies(Text("Ghi nhận cơ quan", "Register a body"), BodyAct.REGISTER, _STAFF),
    Page.EDIT_BODY: _on_bodies(Text("Sửa cơ quan", "Change a body"), BodyAct.EDIT, _STAFF),
    Page.INVITE_TO_BODY: _on_bodies(
        Text("Cấp tài khoản", "Invite an account"), BodyAct.INVITE, _STAFF, weighty=True
    ),
    Page.SUCCEED_BODIES: _on_bodies(
        Text("Sáp nhập, chia tách, đổi tên", "Merge, split, rename"), BodyAct.SUCCEED, _STAFF
    ),
    Page.CONFIRM_SUCCESSION: _on_bodies(
        Text("Ghi nhận quyết định", "Carry the decision out"), BodyAct.SUCCEED, _STAFF, weighty=True
    ),
    Page.KEYS_WAITING: _on_keys(Text("Khóa ký", "Signing keys"), KeyAct.ACCEPT, portal=_STAFF),
    Page.ACCEPT_KEY: _on_keys(
        Text("Chấp nhận khóa", "Accept a key"), KeyAct.ACCEPT, portal=_STAFF, weighty=True
    ),
    Page.REJECT_KEY: _on_keys(Text("Không chấp nhận khóa", "Reject a key"), KeyAct.REJECT, portal=_STAFF),
    Page.EDIT_OWN_BODY: _on_bodies(
        Text("Sửa địa chỉ, liên hệ", "Change address and contact"), BodyAct.KEEP_ADDRESS, _AGENCY
    ),
    Page.OWN_BODY: PageRule(label=Text("Cơ quan của tôi", "My body"), portal=_AGENCY),
    Page.NEW_MANDATE: _on_bodies(
        Text("Khai chức năng, nhiệm vụ, quyền hạn", "Add a function, duty or power"),
        BodyAct.KEEP_MANDATES,
        _AGENCY,
    ),
    Page.EDIT_MANDATE: _on_bodies(
        Text("Sửa chức năng, nhiệm vụ, quyền hạn", "Change a function, duty or power"),
        BodyAct.KEEP_MANDATES,
        _AGENCY,
    ),
    Page.END_MANDATE: _on_bodies(
        Text("Kết thúc chức năng, nhiệm vụ, quyền hạn", "End a function, duty or power"),
        BodyAct.KEEP_MANDATES,
        _AGENCY,
    ),
    Page.NEW_CONTACT: _on_bodies(
        Text("Thêm cán bộ phụ trách", "Add a contact officer"), BodyAct.KEEP_CONTACTS, _AGENCY
    ),
    Page.EDIT_CONTACT: _on_bodies(
        Text("Sửa cán bộ phụ trách", "Change a contact officer"), BodyAct.KEEP_CONTACTS, _AGENCY
    ),
    Page.END_CONTACT: _on_bodies(
        Text("Kết thúc cán bộ phụ trách", "End a contact officer"), BodyAct.KEEP_CONTACTS, _AGENCY
    ),
    Page.NEW_SYSTEM: _on_bodies(
        Text("Khai hệ thống thông tin", "Register a system"), BodyAct.KEEP_SYSTEMS, _AGENCY
    ),
    Page.EDIT_SYSTEM: _on_bodies(
        Text("Sửa hệ thống thông tin", "Change a system"), BodyAct.KEEP_SYSTEMS, _AGENCY
    ),
    Page.NEW_KEY: _on_bodies(Text("Đăng ký khóa", "Register a key"), BodyAct.PROPOSE_KEY, _AGENCY),
    Page.WITHDRAW_KEY: _on_keys(Text("Rút khóa", "Withdraw a key"), KeyAct.WITHDRAW, portal=_AGENCY),
    Page.NEW_OFFICER: _on_bodies(Text("Thêm cán bộ", "Add an officer"), BodyAct.KEEP_ROSTER, _AGENCY),
    Page.END_OFFICER: _on_bodies(Text("Kết thúc cán bộ", "End an officer"), BodyAct.KEEP_ROSTER, _AGENCY),
    Page.IMPORT_OFFICERS: _on_bodies(
        Text("Nhập danh sách", "Import the roster"), BodyAct.KEEP_ROSTER, _AGENCY
    ),
    Page.CONFIRM_OFFICERS: _on_bodies(
        Text("Ghi danh sách", "Take the roster over"), BodyAct.KEEP_ROSTER, _AGENCY
    ),
    Page.SYSTEM: PageRule(label=Text("Hệ thống thông tin", "Information system")),
    Page.SYSTEM_KEYS: PageRule(label=Text("Khóa của hệ thống", "Keys of a system")),
    Page.SYSTEM_OFFICERS: PageRule(label=Text("Danh sách cán bộ khai thác", "Roster of officers")),
    Page.EXPORT_OFFICERS: PageRule(label=Text("Xuất danh sách", "Export the roster")),
    Page.REVOKE_KEY: _on_keys(Text("Thu hồi khóa", "Revoke a key"), KeyAct.REVOKE, weighty=True),
    Page.MANDATE_PAPER: PageRule(label=Text("Văn bản giao nhiệm vụ", "Paper of a mandate")),
    Page.SYSTEM_PAPER: PageRule(label=Text("Văn bản của hệ thống", "Paper of a system")),
}

_OF_ADMINISTRATION: Final[dict[Page, PageRule]] = {
    Page.ACCOUNTS: _desk("Tài khoản", "Accounts", ADMINISTRATORS),
    Page.ACCOUNT_NEW: _desk("Cấp tài khoản", "Invite an account", ADMINISTRATORS, weighty=True),
    Page.ACCOUNT_FILE: _desk("Tài khoản", "Account", ADMINISTRATORS),
    Page.ACCOUNT_ROLES: _desk("Đổi vai trò", "Change roles", ADMINISTRATORS, weighty=True),
    Page.ACCOUNT_STATE: _desk("Khóa, mở, đóng", "Suspend, resume, close", ADMINISTRATORS, weighty=True),
    Page.ACCOUNT_RENEW: _desk("Cấp lại quyền truy cập", "Give access anew", ADMINISTRATORS, weighty=True),
    Page.ACCOUNT_SESSIONS: _desk("Kết thúc các phiên", "End sessions", ADMINISTRATORS),
    Page.MAILS_ASIDE: _desk("Thư chưa gửi được", "Mails not sent", ADMINISTRATORS),
    Page.MAIL_AGAIN: _desk("Gửi lại thư", "Send mails again", ADMINISTRATORS),
    Page.WORK_DAYS: PageRule(
        label=Text("Ngày làm việc", "Working days"), portal=_STAFF, reach=Reach.EVERY_BODY
    ),
    Page.WORK_DAYS_ENTER: _desk("Ghi ngày nghỉ, làm bù", "Enter days", ADMINISTRATORS, weighty=True),
    Page.WORK_DAY_WITHDRAW: _desk("Bỏ một ngày", "Withdraw a day", ADMINISTRATORS, weighty=True),
}

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
    Page.NOTICES: PageRule(label=Text("Thông báo", "Notices")),
    Page.OPEN_NOTICE: PageRule(label=Text("Mở thông báo", "Open a notice")),
    Page.READ_ALL_NOTICES: PageRule(label=Text("Đánh dấu đã đọc", "Mark as read")),
    Page.AUDIT_EVENT: PageRule(
        label=Text("Chứng cứ trong nhật ký", "Proof in the log"), portal=Portal.STAFF, reach=Reach.EVERY_BODY
    ),
    # The desk of the authority.
    Page.DESK_REQUESTS: _desk("Đề nghị kết nối", "Connection requests"),
    Page.DESK_REQUEST: _desk("Hồ sơ", "File"),
    Page.DESK_THREAD: _desk("Trao đổi", "Thread"),
    Page.DESK_VERSIONS: _desk("Các bản đề nghị", "Versions"),
    Page.DESK_DOCUMENT: _desk("Tài liệu kỹ thuật", "Technical document"),
    Page.DESK_PAPER: _desk("Tệp của hồ sơ", "File of the request"),
    Page.DESK_FIELDS: _desk("Ý kiến từng trường", "Opinion on each field", _HANDLER),
    Page.DESK_CONDITIONS: _desk("Sáu điều kiện", "The six conditions"),
    Page.DESK_CONDITION_JUDGE: _desk("Kết luận về một điều kiện", "Verdict on a condition", CONDITION_JUDGES),
    Page.DESK_HANDLE: _desk("Xử lý hồ sơ", "Deal with the file", _HANDLER),
    Page.DESK_ASSIGN: _desk("Phân công", "Assign", frozenset({Role.CHIEF})),
    Page.DESK_DECIDE: _desk("Quyết định", "Decide", _SIGNERS, weighty=True),
    Page.DESK_CHIEF: _desk("Bàn chỉ huy", "The chief's desk", frozenset({Role.CHIEF})),
    Page.ARRIVALS: _desk("Văn bản đến", "Letters in"),
    Page.ARRIVAL_ENTER: _desk("Vào sổ văn bản đến", "Register a letter", _CLERK),
    Page.ARRIVAL_SCAN: _desk("Bản quét", "Scan"),
    Page.ARRIVAL: _desk("Văn bản đến", "Letter in"),
    Page.ARRIVAL_OPEN: _desk("Mở hồ sơ từ văn bản đến", "Open the file of a letter", _CLERK),
    Page.ARRIVAL_SENDER: _desk("Ghi cơ quan gửi", "Say who sent it", _CLERK),
    Page.ARRIVAL_PUT_UNDER: _desk("Đưa vào hồ sơ đã có", "Put under a file", _CLERK),
    Page.ARRIVAL_GIVE_BACK: _desk("Trả lại văn bản", "Give a letter back", _CLERK),
    Page.LETTERS: _desk("Văn bản đi", "Letters out"),
    Page.LETTER: _desk("Văn bản", "Letter"),
    Page.LETTER_PDF: _desk("Bản PDF", "PDF"),
    Page.LETTER_DRAFT: _desk("Soạn văn bản", "Draft a letter", _HANDLER),
    Page.LETTER_REWRITE: _desk("Sửa dự thảo", "Mend the draft", _HANDLER),
    Page.LETTER_MOVE: _desk("Trình, trả lại, rút", "Submit, return, withdraw", _HANDLER | _SIGNERS),
    Page.LETTER_SIGN: _desk("Ký văn bản", "Sign the letter", _SIGNERS, weighty=True),
    Page.LETTER_ISSUE: _desk("Cấp số, ban hành", "Number and issue", _CLERK, weighty=True),
    Page.OWN_REQUESTS: _agency(Text("Đề nghị kết nối", "Connection requests")),
    Page.OWN_REQUEST_START: _agency(Text("Soạn đề nghị mới", "Begin a request"), _WRITERS),
    Page.OWN_REQUEST: _agency(Text("Hồ sơ đề nghị", "Request")),
    Page.OWN_DRAFT: _agency(Text("Bản đang soạn", "Draft")),
    Page.OWN_DRAFT_PART: _agency(Text("Soạn một phần", "Part of the draft"), _WRITERS),
    Page.OWN_DRAFT_ASIDE: _agency(Text("Chữ được giữ riêng", "Text kept aside"), _WRITERS),
    Page.OWN_DRAFT_EVIDENCE: _agency(
        Text("Bản sao tài liệu chứng minh", "Copy of evidence for a condition"), _WRITERS
    ),
    Page.OWN_DRAFT_LETTER: _agency(Text("Xem văn bản", "The letter")),
    Page.OWN_DRAFT_SUBMIT: _agency(Text("Trình ký", "Submit for signature"), _WRITERS),
    Page.OWN_DRAFT_TAKE_BACK: _agency(Text("Lấy về sửa", "Take back")),
    Page.OWN_DRAFT_DISCARD: _agency(Text("Bỏ bản nháp", "Discard the draft"), _WRITERS),
    Page.OWN_REQUEST_SIGN: _agency(Text("Ký và gửi", "Sign and send"), _HEAD, weighty=True),
    Page.OWN_REQUEST_WITHDRAW: _agency(Text("Rút đề nghị", "Withdraw"), _HEAD, weighty=True),
    Page.OWN_REQUEST_CONDITIONS: _agency(Text("Sáu điều kiện", "The six conditions")),
    Page.OWN_REQUEST_THREAD: _agency(Text("Trao đổi với người hỗ trợ", "Thread with the supporter")),
    Page.OWN_REQUEST_VERSIONS: _agency(Text("Các bản đã gửi", "Versions")),
    Page.OWN_REQUEST_FILE: _agency(Text("Tệp của hồ sơ", "File of the request")),
    Page.OWN_REQUEST_DOCUMENT: _agency(Text("Tài liệu kỹ thuật", "Technical document")),
    **_OF_TRIALS,
    **_OF_BODIES,
    **_OF_GUIDES,
    **_OF_ADMINISTRATION,
}
"""One row per page, the same in both portals where it names none."""

NAVIGATION: Final[dict[Portal, tuple[Page, ...]]] = {
    Portal.STAFF: (
        Page.HOME,
        Page.DESK_REQUESTS,
        Page.DESK_CHIEF,
        Page.ARRIVALS,
        Page.LETTERS,
        Page.BODIES,
        Page.KEYS_WAITING,
        Page.GUIDES,
        Page.WORK_DAYS,
        Page.ACCOUNTS,
        Page.NOTICES,
    ),
    Portal.AGENCY: (Page.HOME, Page.OWN_REQUESTS, Page.OWN_BODY, Page.GUIDES, Page.NOTICES),
}
"""The pages of each portal's main navigation, in order; whoever may not open one does not see it."""
