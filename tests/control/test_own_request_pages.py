"""The agency's pages of requests in Chromium: a request written, signed, followed; accessible and quiet.

With PICTURES=FOLDER the pages are also photographed, to be looked at.
"""

import os
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
from tests.control.requesting import complete, sent
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
