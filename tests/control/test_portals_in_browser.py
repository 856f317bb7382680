"""Both portals in Chromium over real HTTP: the way in, notices, the account, an act's proof.

With PICTURES=FOLDER each page is also photographed, to be looked at.
"""

import re
import time
from base64 import b32decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeVar

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from lienthong.control.accounts.factor import code_at
from lienthong.control.accounts.models import Account, Session
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.audit.leaves import append_waiting
from lienthong.control.notices.telling import ToAccounts, tell
from lienthong.control.participants.models import Body
from lienthong.core.access import Role
from lienthong.core.speech import Text
from lienthong.db import Database
from tests.control.looking import Visit
from tests.control.portal import PASSWORD, configuration_of, pointed_at
from tests.control.processes import processes_on

Result = TypeVar("Result")


def apart(database: Database, act: Callable[[], Result]) -> Result:
    """Do something on Django's connection in a thread of its own: the browser's loop runs in this one."""

    def there() -> Result:
        with pointed_at(database):
            return act()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(there).result()


EMAIL = "an@example.vn"


class Reader(Visit):
    """A person at one browser: every page is looked at before going on."""

    def __init__(self, page: Page, name: str) -> None:
        super().__init__(page, "")
        self.name = name

    def look(self, name: str) -> None:
        self.page.wait_for_load_state("load")
        super().look(f"{self.name}-{name}")

    def type_with_keys(self, *texts: str) -> None:
        """Fill a form from its first field on and send it, without a mouse."""
        self.page.locator("main input:visible").first.focus()
        for number, text in enumerate(texts):
            if number:
                self.page.keyboard.press("Tab")
                while self.page.evaluate("document.activeElement.tagName") != "INPUT":
                    self.page.keyboard.press("Tab")
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, kind: Literal["button", "link"], name: str | re.Pattern[str]) -> None:
        """Click what leads to another page, and arrive there."""
        with self.page.expect_navigation():
            self.page.get_by_role(kind, name=name).click()


@pytest.mark.law("R8.1")
@pytest.mark.parametrize(
    ("portal", "role", "width"), [("staff", Role.HANDLER, 1280), ("agency", Role.INTEGRATOR, 390)]
)
def test_an_invited_person_gets_in_with_a_browser(
    database, control_folder, tmp_path, chromium: Chromium, portal, role, width
):
    made = apart(
        database, lambda: Body.objects.create(identifier="H31", kind="police_unit", name="Hải Phòng")
    )
    secret_file = configuration_of(control_folder).control_secret
    with (
        processes_on(database, tmp_path, secret_file) as processes,
        chromium.new_context(viewport={"width": width, "height": 900}, locale="vi-VN") as context,
    ):
        where = ("--body", "h31") if portal == "agency" else ()
        words = ("accounts", "add", "--portal", portal, "--email", EMAIL, "--name", "Nguyễn Văn An")
        added = processes.run(*words, "--role", role.value, *where)
        assert added.returncode == 0, added.stderr
        (link,) = re.findall(r"http\S+", added.stdout)
        processes.start_control()
        home = f"{processes.origin}/{portal}/"
        reader = Reader(context.new_page(), f"{portal}-{width}")
        secret = activate_and_enrol(reader, link, home)
        account = apart(database, lambda: Account.objects.get(email=EMAIL))
        assert account.body == (made.pk if portal == "agency" else None)
        see_notices(reader, database, portal, account.pk)
        see_account(reader, home)
        if portal == "staff":
            see_proof(reader, database, home)
        reader.follow("button", "Đăng xuất")
        assert reader.page.url == f"{home}sign-in/"
        reader.type_with_keys(EMAIL, PASSWORD)
        reader.look("second-factor")
        reader.type_with_keys(code_at(secret, int(time.time()) + 30))
        assert reader.page.url == home
        (address,) = apart(
            database,
            lambda: list(
                Session.objects.filter(ended_at=None, proved_at__isnull=False).values_list(
                    "address", flat=True
                )
            ),
        )
        assert address == "127.0.0.1"


def activate_and_enrol(reader: Reader, link: str, home: str) -> bytes:
    """Go from the invitation to the first page; return the secret of the second factor."""
    page = reader.page
    page.goto(link)
    reader.look("accept")
    reader.type_with_keys("ngan", "ngan")
    reader.look("accept-refused")
    assert page.get_by_text("Mật khẩu quá dễ đoán").count()
    reader.type_with_keys(PASSWORD, PASSWORD)
    assert page.url == f"{home}sign-in/"
    reader.look("sign-in")
    reader.type_with_keys(EMAIL, "mot-mat-khau-khac-han")
    reader.look("sign-in-refused")
    reader.type_with_keys(EMAIL, PASSWORD)
    assert page.url == f"{home}enrol/"
    reader.look("enrol")
    page.locator("summary").click()
    secret = b32decode(page.locator("#secret").inner_text().replace(" ", ""))
    reader.look("enrol-secret")
    reader.type_with_keys("000000")
    reader.look("enrol-refused")
    reader.type_with_keys(code_at(secret, int(time.time())))
    assert page.locator("main code").count() == 10
    reader.look("recovery-codes")
    reader.follow("button", "Đã cất mã, tiếp tục")
    assert page.url == home
    reader.look("home")
    return secret


def see_account(reader: Reader, home: str) -> None:
    reader.page.goto(f"{home}account/")
    reader.look("account")
    reader.follow("button", "English")
    assert reader.page.url == f"{home}account/"
    assert reader.page.locator("html").get_attribute("lang") == "en"
    reader.look("account-english")
    reader.follow("button", "Tiếng Việt")


def tell_twice(portal: str, account: int) -> None:
    with acting(Event(kind="request.supplement_asked", actor=None, subject_kind="request", subject="YC-1")):
        for number in (1, 2):
            tell(
                ToAccounts(frozenset({account})),
                Text(f"Hồ sơ YC-2026-00018{number} cần bổ sung", f"File YC-2026-00018{number} wants more"),
                Text(
                    "Cơ quan quản lý đề nghị bổ sung 2 nội dung trước ngày 05/12/2026.",
                    "Two contents are asked for until 5 December 2026.",
                ),
                f"/{portal}/account/",
            )


def see_notices(reader: Reader, database: Database, portal: str, account: int) -> None:
    reader.follow("link", "Thông báo")
    reader.look("notices-none")
    apart(database, lambda: tell_twice(portal, account))
    reader.page.reload()
    reader.look("notices")
    reader.follow("button", re.compile("YC-2026-000182"))
    assert reader.page.url.endswith(f"/{portal}/account/")
    reader.follow("link", re.compile("Thông báo"))
    reader.look("notices-one-read")
    reader.follow("button", "Đánh dấu tất cả là đã đọc")
    reader.look("notices-all-read")


def see_proof(reader: Reader, database: Database, home: str) -> None:
    apart(database, append_waiting)
    (event,) = apart(database, lambda: events_of("request", "YC-1"))
    reader.page.goto(f"{home}audit/{event.id}/")
    assert reader.page.get_by_text("Khớp với nhật ký").count()
    reader.look("proof")
