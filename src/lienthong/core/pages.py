"""Every page of the portals and who may open it. A view names its page; a page without a row cannot exist.

To add a page: a member of `Page` and its row in `PAGES`; `@page(Page.…)` on the view; an address to try it by
in tests/control/page_samples.py, and what each role gets there in tests/control/access_matrix.txt.
"""

from enum import StrEnum
from typing import Final

from lienthong.core.access import PageRule, Portal
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
}
"""One row per page, the same in both portals where it names none."""

NAVIGATION: Final[dict[Portal, tuple[Page, ...]]] = {
    Portal.STAFF: (Page.HOME,),
    Portal.AGENCY: (Page.HOME,),
}
"""The pages of each portal's main navigation, in order; whoever may not open one does not see it."""
