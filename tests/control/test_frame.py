"""What every page passes through: headers, language, failures, foreign forms, completeness at start."""

import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.template import Context, Template
from django.urls import NoReverseMatch, path

from lienthong.control.frame import completeness
from lienthong.control.frame.completeness import addresses
from lienthong.control.frame.page import page
from lienthong.control.portals.staff import urls as staff_urls
from lienthong.control.portals.staff import views as staff_views
from lienthong.control.theme.configuration import STATIC, STATIC_URL, version_of
from lienthong.core.access import Role
from lienthong.core.pages import PAGES, Page
from tests.control.portal import Browser, without_tokens

STYLES = f"{STATIC_URL}theme/theme.css"


def test_every_answer_carries_the_strict_headers(portals):
    browser = portals.browser(Role.HANDLER)
    for url in ("/staff/", "/staff/none/", "/nowhere/", STYLES, "/staff/sign-out/"):
        answer = browser.get(url)
        answer.close()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
    assert browser.get("/staff/").headers["Cache-Control"] == "no-store"
    page_text = browser.get("/staff/account/").content.decode()
    assert "<style" not in page_text
    assert " style=" not in page_text
    assert "onclick" not in page_text


def test_every_file_a_page_names_is_there_under_what_it_is_and_kept_for_ever(portals):
    browser = portals.stranger()
    page_text = browser.get("/staff/sign-in/").content.decode()
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page_text))
    assert {name.rpartition(".")[2] for name in named} == {"css", "js", "svg", "woff2"}
    styles = browser.get(STYLES)
    fonts = re.findall(r'url\("?([^")]+)"?\)', b"".join(styles.streaming_content).decode())
    assert fonts
    for url in named | {urljoin(STYLES, font) for font in fonts}:
        assert url.startswith(STATIC_URL)
        file = browser.get(url)
        file.close()
        assert file.status_code == 200, url
        assert file.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    unversioned = f"/static/{STYLES.removeprefix(STATIC_URL)}"
    assert browser.get(unversioned).status_code == 404, (
        "what is not named by what it is could be kept too long"
    )
    everything = {name for finder in get_finders() for name, _ in finder.list([])}
    assert {name.partition("/")[0] for name in everything} == {STATIC.name}, "the version is of all files"


def test_any_change_of_a_file_is_another_address(tmp_path):
    (tmp_path / "a").write_text("1")
    before = version_of(tmp_path)
    assert version_of(tmp_path) == before
    (tmp_path / "a").write_text("2")
    changed = version_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({before, changed, version_of(tmp_path)}) == 3


def test_vietnamese_is_the_rule_and_the_switch_keeps_the_page(portals):
    browser = portals.browser(Role.HANDLER)
    first = browser.get("/staff/account/", headers={"Accept-Language": "en"})
    assert first.headers["Content-Language"] == "vi"
    assert 'lang="vi"' in first.content.decode()
    switched = browser.post("/staff/language/", {"language": "en", "next": "/staff/account/?tab=1"})
    assert switched.headers["Location"] == "/staff/account/?tab=1"
    page_text = browser.get("/staff/account/").content.decode()
    assert 'lang="en"' in page_text
    assert "Open sessions" in page_text
    assert "Các phiên" not in page_text
    browser.post("/staff/language/", {"language": "fr", "next": "//elsewhere.example/"})
    assert 'lang="en"' in browser.get("/staff/").content.decode()


def test_a_form_from_elsewhere_is_refused(portals):
    actor = portals.account(Role.HANDLER)
    signed_in = portals.signed_in(actor)
    strict = Browser(actor)
    strict.handler.enforce_csrf_checks = True
    strict.cookies["lt_staff"] = signed_in.cookies["lt_staff"].value
    refused = strict.post("/staff/sign-out/")
    assert refused.status_code == 403
    assert "Biểu mẫu đã cũ" in refused.content.decode()
    assert strict.get("/staff/").status_code == 200, "still signed in"
    foreign = strict.post("/staff/sign-out/", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_a_forbidden_page_says_so_and_a_partial_request_is_led_by_its_own_header(portals, monkeypatch):
    monkeypatch.setitem(
        PAGES, Page.ACCOUNT, replace(PAGES[Page.ACCOUNT], roles=frozenset({Role.ADMINISTRATOR}))
    )
    view = page(Page.ACCOUNT)(lambda request: None)
    browser = portals.browser(Role.HANDLER)
    request = browser.get("/staff/").wsgi_request
    request.signed_in = browser.actor
    refused = view(request)
    assert refused.status_code == 403
    assert "Không thuộc vai trò của bạn" in refused.content.decode()
    partial = portals.stranger().get("/staff/account/", headers={"HX-Request": "true"})
    assert partial.status_code == 204
    assert partial.headers["HX-Redirect"].startswith("/staff/sign-in/?next=")
    after_post = portals.stranger().post(
        "/staff/account/recovery-codes/", headers={"Referer": "http://127.0.0.1:8410/staff/account/"}
    )
    assert after_post.headers["Location"] == "/staff/sign-in/?next=%2Fstaff%2Faccount%2F"


def test_failures_inside_and_outside_look_alike(portals):
    browser = portals.browser(Role.HANDLER)
    texts = {
        without_tokens(browser.get(url).content).replace(url, "") for url in ("/staff/a/", "/staff/b/c/")
    }
    assert len(texts) == 1
    assert browser.get("/").headers["Location"] == "/agency/"
    assert browser.get("/nowhere/").status_code == 404
    assert "Không tìm thấy trang" in browser.get("/nowhere/").content.decode()


def test_a_database_that_is_away_is_told_as_such(portals):
    browser = portals.browser(Role.HANDLER)
    browser.raise_request_exception = False
    before = connections.settings["default"]
    connections["default"].close()
    connections["default"].settings_dict = before | {"PORT": "1"}
    try:
        answer = browser.get("/staff/")
    finally:
        connections["default"].close()
        connections["default"].settings_dict = before
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "Cơ sở dữ liệu chưa trả lời" in answer.content.decode()
    assert answer.headers["Content-Security-Policy"]
    assert browser.get("/staff/").status_code == 200


def test_an_address_in_a_template_is_that_of_its_values_and_must_exist():
    def written(source: str, **values: object) -> str:
        return Template(source).render(Context(values))

    link = '{% url "staff:desk_request" reference %}'
    assert [written(link, reference=each) for each in ("YC-1", "YC-2", "YC-1")] == [
        "/staff/requests/YC-1/", "/staff/requests/YC-2/", "/staff/requests/YC-1/",
    ]  # fmt: skip
    kept = '{% url "staff:letter" letter=id as here %}[{{ here }}]'
    assert written(kept, id=1) + written(kept, id=2) == "[/staff/letters/1/][/staff/letters/2/]"
    for source in ('{% url "staff:letter" letter="one" %}', '{% url "staff:none" as here %}'):
        with pytest.raises(NoReverseMatch):
            written(source)


def test_a_defect_gives_a_code_and_no_detail(portals, monkeypatch, caplog):
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("secret detail")

    browser = portals.browser(Role.HANDLER)
    browser.raise_request_exception = False
    monkeypatch.setattr(staff_views, "render", broken)
    answer = browser.get("/staff/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "secret detail" not in text
    incident = next(record.args[0] for record in caplog.records if record.name == "lienthong.control")
    assert f"Mã sự cố: {incident}" in text


@pytest.mark.law("R8.1")
def test_a_view_that_names_no_page_stops_the_start(monkeypatch):
    def naked(request: object) -> None: ...

    for pattern, says in (
        (path("naked/", naked), "declare the view with @page"),
        (path("twice/", staff_views.home, name="other"), "its page is home"),
    ):
        monkeypatch.setattr(staff_urls, "urlpatterns", [*staff_urls.urlpatterns[:11], pattern])
        monkeypatch.setattr(completeness, "_patterns", _patterns_of(staff_urls.urlpatterns))
        with pytest.raises(ImproperlyConfigured, match=says):
            addresses()
    monkeypatch.setattr(completeness, "_patterns", _patterns_of(staff_urls.urlpatterns[:3]))
    with pytest.raises(ImproperlyConfigured, match="home has no address in staff"):
        addresses()


def _patterns_of(patterns):
    from lienthong.core.access import Portal

    return lambda: iter([(Portal.STAFF, pattern) for pattern in patterns])
