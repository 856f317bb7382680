"""Every component in Chromium: accessible, quiet under the policy, whole on a phone, in both languages.

With PICTURES=FOLDER each page is also photographed, to be looked at.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.control.looking import Visit

PAGES = ("request", "monitor", "list", "empty", "form", "sign-in", "refuse", "bare")


@pytest.fixture
def visit(chromium: Browser, gallery: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open a fresh browser profile; parametrize indirectly with (width, language)."""
    width, language = getattr(request, "param", (1280, "vi"))
    locale = {"vi": "vi-VN", "en": "en-GB"}[language]
    with chromium.new_context(viewport={"width": width, "height": 900}, locale=locale) as context:
        yield Visit(context.new_page(), gallery)


as_seen = pytest.mark.parametrize(
    "visit",
    [(1280, "vi"), (390, "vi"), (390, "en")],
    indirect=True,
    ids=lambda param: f"{param[0]}-{param[1]}",
)


@as_seen
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_quiet_and_whole(visit, path):
    visit.open(path)
    width = visit.page.viewport_size["width"]
    language = visit.page.evaluate("document.documentElement.lang")
    visit.picture(f"{path}-{width}-{language}")

    assert visit.page.evaluate("[...document.fonts].some(font => font.status == 'loaded')")
    assert visit.violations() == ""
    assert visit.sideways() == 0
    assert visit.complaints == []


@as_seen
def test_a_form_with_errors_is_accessible_and_leads_to_its_fields(visit):
    visit.open("form")
    visit.page.locator("main button").last.click()
    summary = visit.page.locator(".govuk-error-summary")

    expect(summary).to_be_focused()
    assert visit.violations() == ""
    assert visit.sideways() == 0
    for link in summary.locator("a").all():
        target = link.get_attribute("href")
        assert visit.page.locator(target).count() == 1, target
    summary.locator("a").nth(3).click()
    expect(visit.page.locator("#id_channel_0")).to_be_focused()
    assert visit.complaints == []


def test_errors_speak_the_language_of_the_page(visit):
    visit.open("form")
    visit.page.get_by_label("Thư điện tử").fill("không phải thư")
    visit.page.get_by_label("Ngày phê duyệt cấp độ").fill("31/02/2026")
    visit.page.get_by_role("button", name="Lưu và tiếp tục").click()

    words = visit.page.locator(".govuk-error-summary").inner_text()
    assert "Tên hệ thống: Trường này là bắt buộc." in words
    assert "Thư điện tử: " in words
    assert "Enter" not in words
    assert "This" not in words


def test_a_day_is_read_with_the_day_first_and_comes_back_as_typed(visit):
    for language in ("vi", "en"):
        visit.open("request")
        if language == "en":
            visit.page.get_by_role("button", name="English").click()
        field = visit.page.locator("#id_until")
        field.fill("05/12/2026")
        visit.page.locator(".lt-card--act button").first.click()
        assert visit.page.locator("#id_until_error").count() == 0
        assert visit.page.locator("#id_opinion_error").count() == 1
        assert field.input_value() == "05/12/2026"


def test_the_language_switch_keeps_the_page(visit):
    visit.page.goto(f"{visit.base}/list/?page=7&state=new")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Đề nghị kết nối")

    visit.page.get_by_role("button", name="English").click()

    assert visit.page.url == f"{visit.base}/list/?page=7&state=new"
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Connection requests")
    assert visit.page.locator("#id_state").input_value() == "new"
    assert "1,284" in visit.page.locator(".lt-pages").inner_text()
    visit.page.get_by_role("button", name="Tiếng Việt").click()
    assert "1.284" in visit.page.locator(".lt-pages").inner_text()


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(visit):
    visit.open("request")
    visit.page.keyboard.press("Tab")
    expect(visit.page.locator(".govuk-skip-link")).to_be_focused()
    seen = _walk(visit.page)

    places = [place for place, _ in seen]
    assert places == sorted(places), "the focus jumps"
    assert len(places) == visit.page.evaluate(
        "[...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,[tabindex=\"0\"]')]"
        ".filter(element => element.checkVisibility()).length"
    )
    unmarked = [words for _, words in seen if words]
    assert unmarked == [], "focus cannot be seen on these"


_FOCUS = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const look = () => {
    const style = getComputedStyle(element);
    const outline = style.outlineStyle === "none" ? "" : style.outlineWidth + style.outlineColor;
    return [outline, style.boxShadow, style.backgroundColor].join();
  };
  const focused = look();
  element.blur();
  const blurred = look();
  element.focus();
  const place = [...document.querySelectorAll("*")].indexOf(element);
  return [place, focused === blurred ? element.outerHTML.slice(0, 80) : ""];
}"""


def _walk(page: Page) -> list[tuple[int, str]]:
    """Press Tab to the end; return each place in the document and, where focus is invisible, what it is."""
    seen: list[tuple[int, str]] = []
    while (found := page.evaluate(_FOCUS)) is not None and (not seen or found[0] != seen[0][0]):
        seen.append((found[0], found[1]))
        page.keyboard.press("Tab")
    return seen


def test_the_skip_link_leads_past_the_navigation(visit):
    visit.open("list")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator("main")).to_be_focused()
    visit.page.keyboard.press("Tab")
    expect(visit.page.locator("#id_words")).to_be_focused()


@pytest.mark.parametrize("visit", [(390, "vi")], indirect=True)
def test_rows_become_cards_that_name_each_value_on_a_phone(visit):
    visit.open("list")
    label = "getComputedStyle(document.querySelector('td[data-label]'), '::before').content"
    assert visit.page.evaluate(label) == '"Cơ quan"'
    assert not visit.page.locator(".lt-scroll").first.get_attribute("tabindex"), "nothing to scroll to"
    current = visit.page.locator(".lt-nav [aria-current]").bounding_box()
    visit.open("monitor")
    current = visit.page.locator(".lt-nav [aria-current]").bounding_box()
    assert current["x"] >= 0
    assert current["x"] + current["width"] <= 390
    assert visit.page.locator("svg.is-narrow").first.is_visible()
    assert not visit.page.locator("svg.is-wide").first.is_visible()


def test_a_part_of_a_page_comes_with_its_behaviour_and_a_failure_is_said(visit):
    visit.open("empty")
    visit.page.get_by_role("button", name="Nạp", exact=True).click()
    secret = visit.page.locator("#part_password")
    secret.fill("bí mật")
    visit.page.get_by_role("button", name="Hiện mật khẩu").click()
    assert secret.get_attribute("type") == "text"
    assert visit.complaints == []

    expect(visit.page.locator("#partial-failed")).to_be_hidden()
    visit.page.get_by_role("button", name="Nạp hỏng").click()
    expect(visit.page.locator("#partial-failed")).to_be_visible()
    expect(secret).to_have_value("bí mật")


def test_no_page_stays_in_the_browsers_storage(visit):
    visit.open("empty")
    visit.page.get_by_role("button", name="Nạp", exact=True).click()
    visit.page.wait_for_url("**/empty/?loaded=1")

    kept = visit.page.evaluate("Object.entries({...localStorage, ...sessionStorage})")
    assert [key for key, value in kept if "<" in value or "history-cache" in key] == []


def test_an_inline_script_is_stopped_by_the_policy(visit):
    visit.open("list")
    visit.page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.broken = 1';"
        " document.head.append(s) }"
    )
    assert visit.page.evaluate("window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in visit.complaints)
