"""Pages looked at in Chromium: accessible, quiet under the content policy, whole in their width.

With PICTURES=FOLDER what is looked at is also photographed, to be looked at by people.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from playwright.sync_api import Page, Request

PICTURES = os.environ.get("PICTURES")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_DESK = 1000
Made = TypeVar("Made")


class Visit:
    """A page at one width in one language, with all that it complained about."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)

    def _failed(self, request: Request) -> None:
        """A draft's text on its way when somebody goes on is given up: the form that was sent has it."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}: {request.failure}")

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}/{path}/", wait_until="load")
        self.page.evaluate("document.fonts.ready")

    def picture(self, name: str) -> None:
        if PICTURES:
            # Hiding the caret would take an inline style, which the content policy refuses.
            path = Path(PICTURES) / f"{name}.png"
            self.page.screenshot(path=path, full_page=True, caret="initial")

    def sideways(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def violations(self) -> str:
        """Tell what is not accessible. Colours are the theme's at every width: judged once, at the desk's."""
        size = self.page.viewport_size
        contrast = {"color-contrast": {"enabled": size is None or size["width"] >= _DESK}}
        options = {"runOnly": _RULES, "resultTypes": ["violations"], "rules": contrast}
        results = Axe().run(self.page, options=options)
        assert len(results.response["passes"]) > 20, "the rules did not run"
        return results.generate_report() if results.violations_count else ""

    def look(self, name: str) -> None:
        """See that the page is accessible, quiet and whole."""
        self.page.evaluate("document.fonts.ready")
        self.picture(name)
        violations = self.violations()
        assert violations == "", f"{name}: {violations}"
        assert self.sideways() == 0, f"{name} is wider than the screen"
        assert self.complaints == [], f"{name}: {self.complaints}"


def apart(make: Callable[[], Made]) -> Made:
    """Make something in a thread without an event loop: sealing letters runs one of its own."""

    def work() -> Made:
        try:
            return make()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
