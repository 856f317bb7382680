"""The agency's pages of requests in Chromium: a request written, signed, followed; accessible and quiet.

With PICTURES=FOLDER the pages are also photographed, to be looked at.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lienthong.control.connections.models import Request
from lienthong.control.connections.own_drafts import draft_of
from lienthong.core.access import Actor, Role
from lienthong.db import Database
from tests.control.portal import OWN_BODY, Portals, pointed_at
from tests.control.requesting import PDF, complete, demonstration, seed_body, sent
from tests.control.test_theme_pages import RULES

PICTURES = os.environ.get("PICTURES")
T = TypeVar("T")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of what was asked for."""


class Site:
    """The portals over HTTP, and a thread in which the database may be asked beside the browser's loop."""

    def __init__(self, portals: Portals, origin: str, aside: ThreadPoolExecutor) -> None:
        self.portals, self.origin, self._aside = portals, origin, aside

    def do(self, work: Callable[[], T]) -> T:
        return self._aside.submit(work).result()


@pytest.fixture
def site(database: Database) -> Iterator[Site]:
    """Serve the portals. Django's connections live in threads of their own: here the browser's loop runs."""
    with ThreadPoolExecutor(1) as aside:
        pointed = pointed_at(database)
        aside.submit(pointed.__enter__).result()
        server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), handler_class=Quiet)

        def serve() -> None:
            server.serve_forever(poll_interval=0.05)
            connections.close_all()

        thread = threading.Thread(target=serve)
        thread.start()
        yield Site(Portals(database), f"http://127.0.0.1:{server.server_port}", aside)
        server.shutdown()
        thread.join()
        server.server_close()
        aside.submit(pointed.__exit__, None, None, None).result()


@pytest.fixture
def browser_of(chromium: Browser, site: Site) -> Iterator[Callable[..., "Visitor"]]:
    contexts: list[BrowserContext] = []

    def opened(actor: Actor, width: int = 1280) -> Visitor:
        token = site.do(lambda: site.portals.signed_in(actor).cookies["lt_agency"].value)
        context = chromium.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
        context.add_cookies([{"name": "lt_agency", "value": token, "url": f"{site.origin}/agency/"}])
        contexts.append(context)
        return Visitor(context.new_page(), site.origin)

    yield opened
    for context in contexts:
        context.close()


class Visitor:
    """A signed-in person's page, with all that it complained about."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}/agency/{path}", wait_until="load")

    def check(self, name: str) -> None:
        """See that the page is accessible, quiet under the content policy, and fits its width."""
        self.page.evaluate("document.fonts.ready")
        if PICTURES:
            width = self.page.viewport_size["width"]
            self.page.screenshot(
                path=Path(PICTURES) / f"own-{name}-{width}.png", full_page=True, caret="initial"
            )
        results = Axe().run(self.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
        assert not results.violations_count, results.generate_report()
        assert self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0, name
        assert self.complaints == [], name


def saved(visitor: Visitor, counter: int) -> None:
    expect(visitor.page.locator("#draft-counter")).to_have_value(str(counter))


@pytest.mark.law("R5.1", "R5.2", "R5.3")
def test_a_request_is_written_signed_and_followed_in_the_browser(site, browser_of):
    writer = site.do(lambda: site.portals.account(Role.INTEGRATOR, name="Nguyễn Văn Tích"))
    head = site.do(lambda: site.portals.account(Role.AGENCY_HEAD, name="Trần Văn Bình"))
    site.do(seed_body)
    site.do(demonstration)
    here = browser_of(writer)
    page = here.page
    here.open("requests/")
    here.check("empty-list")
    page.get_by_role("button", name="Soạn đề nghị mới").click()
    here.check("draft-empty")
    page.get_by_role("link", name="Đơn vị đăng ký").first.click()
    page.get_by_label("Tên đơn vị đăng ký").fill("Sở Y tế thành phố Hải Phòng")
    saved(here, 1)
    here.check("unit")
    go_on = page.get_by_role("button", name="Lưu và sang phần sau")
    go_on.click()
    page.get_by_label(re.compile("Chức năng CN1")).check()
    go_on.click()
    page.get_by_label(re.compile("Hệ thống quản lý khám bệnh")).check()
    saved(here, 3)
    here.check("systems")
    go_on.click()
    page.get_by_label(re.compile("Nguyễn Thị Thùy Dương")).check()
    go_on.click()
    page.get_by_label("Mục đích", exact=True).fill("Xác thực nhân thân người bệnh")
    page.get_by_label("Thuộc chức năng, nhiệm vụ, quyền hạn").select_option("CN1")
    page.get_by_label("Phạm vi khai thác, chia sẻ").fill("Người bệnh đến khám tại cơ sở y tế của thành phố")
    here.check("purposes")
    go_on.click()
    page.locator("summary", has_text="Hộ tịch").click()
    page.get_by_label("Họ, chữ đệm và tên khai sinh", exact=True).check()
    page.get_by_label("Lý do cần Họ, chữ đệm và tên khai sinh", exact=True).fill("Đối chiếu khi tiếp nhận")
    page.get_by_label("Số lượng trường thông tin ghi trong văn bản").fill("1")
    expect(page.locator("#draft-count")).to_contain_text("Khớp")
    here.check("fields")
    go_on.click()
    page.locator("#id_lookup-MD1").check()
    here.check("services")
    go_on.click()
    write_the_rest(here)
    reference = reference_in(page)

    signer = browser_of(head)
    signer.open(f"requests/{reference}/sign/")
    signer.check("sign")
    signer.page.get_by_role("button", name="Ký trình diễn và gửi").click()
    expect(signer.page.locator(".lt-track")).to_have_count(3)
    signer.check("received")
    here.open(f"requests/{reference}/")
    here.page.get_by_role("link", name="Viết cho người hỗ trợ").click()
    here.page.get_by_label("Nội dung").fill("Xin cho biết lịch kiểm thử.")
    here.page.get_by_role("button", name="Gửi").click()
    here.check("thread")
    assert site.do(lambda: Request.objects.get().state) == "received"


def write_the_rest(here: Visitor) -> None:
    """Upload the description, choose the channel, name network and signatory, submit."""
    page, go_on = here.page, here.page.get_by_role("button", name="Lưu và sang phần sau")
    file = {"name": "mo-ta-ky-thuat.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Tải lên").click()
    here.check("technical")
    here.open(f"requests/{reference_in(page)}/draft/parts/channel/")
    here.check("channel")
    go_on.click()
    page.get_by_label("Đường truyền").fill("Mạng truyền số liệu chuyên dùng cấp II")
    page.get_by_label("Địa chỉ mạng nội bộ").fill("10.20.0.0/24")
    page.get_by_label("Cổng gọi tới").fill("443")
    here.check("conditions")
    go_on.click()
    page.get_by_label("Số, ký hiệu văn bản").fill("1187/SYT-VP")
    page.get_by_label("Ngày văn bản", exact=True).fill("05/11/2026")
    page.get_by_label("Địa danh").fill("Hải Phòng")
    page.get_by_label("Họ và tên người ký").fill("Trần Văn Bình")
    page.get_by_label("Chức vụ người ký").fill("Giám đốc")
    here.check("signature")
    page.get_by_role("button", name="Lưu và xem toàn bộ").click()
    expect(page.get_by_text("Đã đủ bảy nội dung")).to_be_visible()
    here.check("draft-complete")
    page.get_by_role("button", name="Trình ký").click()
    here.check("awaiting")


def reference_in(page: Page) -> str:
    return re.search(r"YC-\d+-\d+", page.url)[0]


def test_every_page_fits_a_phone(site, browser_of):
    writer = site.do(lambda: site.portals.account(Role.INTEGRATOR))
    reference = site.do(lambda: sent(site.portals, writer))
    draft = site.do(lambda: complete(writer, number="2/SYT-VP"))
    here = browser_of(writer, 390)
    for rest in ("", "thread/", "versions/"):
        here.open(f"requests/{reference}/{rest}")
        here.check(f"request-{rest.strip('/')}")
    here.open("requests/")
    here.check("list")
    for part in ("unit", "purposes", "fields", "services", "technical", "channel", "conditions", "signature"):
        here.open(f"requests/{draft}/draft/parts/{part}/")
        here.check(f"part-{part}")
    here.open(f"requests/{draft}/draft/")
    here.check("draft")


@pytest.mark.law("R5.1")
def test_two_tabs_and_an_ended_session_lose_nothing_in_the_browser(site, browser_of):
    writer = site.do(lambda: site.portals.account(Role.INTEGRATOR))
    draft = site.do(lambda: complete(writer))
    first, second = browser_of(writer), browser_of(writer)
    for tab in (first, second):
        tab.open(f"requests/{draft}/draft/parts/unit/")
    start = int(first.page.locator("#draft-counter").input_value())
    first.page.get_by_label("Tên đơn vị đăng ký").fill("Tên của thẻ một")
    saved(first, start + 1)
    second.page.get_by_label("Tên đơn vị đăng ký").fill("Tên của thẻ hai")
    expect(second.page.locator("#draft-status")).to_contain_text("LC577")
    expect(second.page.get_by_label("Tên đơn vị đăng ký")).to_have_value("Tên của thẻ hai")
    second.page.get_by_role("link", name="Xem hai bản").click()
    second.check("aside")
    second.page.get_by_role("button", name="Dùng bản giữ riêng").click()
    expect(second.page.get_by_label("Tên đơn vị đăng ký")).to_have_value("Tên của thẻ hai")

    second.page.context.clear_cookies(name="lt_agency")
    second.page.get_by_label("Tên đơn vị đăng ký").fill("Gõ khi phiên đã hết")
    expect(second.page.locator("#draft-session-ended")).to_be_visible()
    expect(second.page.get_by_label("Tên đơn vị đăng ký")).to_have_value("Gõ khi phiên đã hết")
    assert "/sign-in/?next=" in second.page.locator("#draft-session-ended a").get_attribute("href")
    token = site.do(lambda: site.portals.signed_in(writer).cookies["lt_agency"].value)
    second.page.context.add_cookies([{"name": "lt_agency", "value": token, "url": f"{site.origin}/agency/"}])
    second.page.get_by_role("button", name="Lưu và sang phần sau").click()
    second.page.wait_for_url("**/parts/mandates/")
    name = site.do(lambda: draft_of(draft).content.written.request.unit.name)
    assert name == "Gõ khi phiên đã hết"
    assert site.do(lambda: Request.objects.get().body.pk) == OWN_BODY
