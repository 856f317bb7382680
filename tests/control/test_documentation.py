"""The documentation as the portals serve it: open to all, under the same headers, read in Chromium."""

import pytest

from lienthong.control.documentation import documentation
from lienthong.control.theme.configuration import CONTENT_SECURITY_POLICY
from lienthong.core.access import Role
from tests.control.looking import Visit
from tests.control.serving import served

SHOWN = {1280: ("", "huong-dan/ket-noi.html"), 390: ("", "catalogue/ma-tu-choi.html")}


@pytest.mark.law("R9.1")
def test_everybody_reads_the_documentation_under_the_portals_headers(portals):
    stranger = portals.stranger()
    answer = stranger.get("/docs/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["Cache-Control"] == "max-age=300"
    assert "Set-Cookie" not in answer.headers
    assert stranger.get("/docs").headers["Location"] == "/docs/"
    assert stranger.get("/docs/theme/theme.css").headers["Content-Type"].startswith("text/css")
    assert stranger.post("/docs/").status_code == 405


@pytest.mark.parametrize(
    "path", ["gone.html", "../README.md", "%2e%2e/README.md", "theme/", "law", "//etc/passwd"]
)
def test_what_is_no_page_is_not_found(portals, path):
    assert portals.stranger().get(f"/docs/{path}").status_code == 404


def test_the_portals_lead_to_it(portals):
    for role, portal in ((Role.INTEGRATOR, "agency"), (Role.HANDLER, "staff")):
        assert b'href="/docs/"' in portals.browser(role).get(f"/{portal}/").content


def test_a_program_without_the_pages_says_that_there_are_none(portals, monkeypatch, tmp_path):
    monkeypatch.setattr("lienthong.control.documentation.PROJECT", tmp_path)
    documentation.cache_clear()
    try:
        assert portals.stranger().get("/docs/").status_code == 404
    finally:
        documentation.cache_clear()


@pytest.mark.parametrize("width", SHOWN)
def test_its_pages_are_accessible_quiet_and_whole(chromium, width):
    with served() as origin, chromium.new_context(viewport={"width": width, "height": 900}) as context:
        visit = Visit(context.new_page(), f"{origin}/docs")
        for path in SHOWN[width]:
            assert visit.page.goto(f"{visit.base}/{path}").status == 200
            visit.picture(f"docs-{path.replace('/', '-')}-{width}")
            assert visit.violations() == "", path
            assert visit.sideways() == 0, path
            assert visit.complaints == [], path
