"""The pages of guides: written, published and read in both portals; forged posts, other bodies, two tabs."""

import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from lienthong.control.frame.portal import cookie_of
from lienthong.control.guides import writing
from lienthong.control.guides.models import Guide, GuideEdition
from lienthong.control.guides.opening import look
from lienthong.control.guides.owed import current_text
from lienthong.core.access import Portal, Role
from lienthong.core.guides import LONGEST_PART, GuidePart
from tests.control.guided import MORE, fill_in, fresh, owed, published
from tests.control.looking import Visit, apart
from tests.control.portal import OTHER_BODY, Browser
from tests.control.serving import served
from tests.documents.test_markdown import assert_harmless

ATTACKS = tomllib.loads((Path(__file__).parents[1] / "evil/guides/markdown.toml").read_text())["attack"]
HTMX = {"HX-Request": "true"}


def page_of(guide: Guide, rest: str = "", portal: str = "agency") -> str:
    return f"/{portal}/guides/{guide.pk}/{rest}"


def mark(guide: Guide, part: GuidePart) -> str:
    return writing.mark_of(current_text(fresh(guide)).parts[part])


def save(
    browser: Browser, guide: Guide, part: GuidePart, text: str, *, base: str, act: str = "", **headers: str
):
    posted = {"text": text, "base": base, **({"act": act} if act else {})}
    return browser.post(page_of(guide, f"parts/{part}/"), posted, headers=headers)


@pytest.mark.law("R7.1")
def test_a_guide_is_written_previewed_published_and_read_by_officers_and_staff(portals):
    guide = owed(portals)
    writer, publisher = portals.browser(Role.INTEGRATOR), portals.browser(Role.CONTACT_OFFICER)
    assert "Tài liệu hướng dẫn phải công bố" in writer.get("/agency/").content.decode()
    for part, text in current_text(guide).parts.items():
        form = writer.get(page_of(guide, f"parts/{part}/"))
        assert form.status_code == 200
        done = save(
            writer, guide, part, text.replace("⟦", "").replace("⟧", "").replace("\n", "\r\n"),
            base=mark(guide, part), act="next",
        )  # fmt: skip
        assert done.status_code == 302
    assert done.headers["Location"] == page_of(guide, "preview/")
    assert "Cán bộ đầu mối là người công bố" in writer.get(page_of(guide, "preview/")).content.decode()
    preview = publisher.get(page_of(guide, "preview/"))
    seen = current_text(fresh(guide)).sha256
    assert seen in preview.content.decode()
    told = publisher.post(page_of(guide, "publish/"), {"seen": seen}, follow=True)
    assert "Đã công bố bản số 1" in told.content.decode()
    again = publisher.post(page_of(guide, "publish/"), {"seen": seen}, follow=True)
    assert "LC804" in again.content.decode()
    head, staff = portals.browser(Role.AGENCY_HEAD), portals.browser(Role.INSPECTOR)
    for reader, portal in ((head, "agency"), (staff, "staff")):
        page = reader.get(page_of(guide, portal=portal)).content.decode()
        assert "Trách nhiệm của cán bộ khai thác" in page
        assert seen in page
        assert reader.get(page_of(guide, "editions/1/pdf/", portal)).content.startswith(b"%PDF-1.7")
        markdown = reader.get(page_of(guide, "editions/1/markdown/", portal))
        assert markdown.content.startswith("# Hướng dẫn khai thác".encode())
        assert reader.get(page_of(guide, "editions/2/", portal)).status_code == 404
    assert "Nothing waits" not in writer.get("/agency/").content.decode()


@pytest.mark.law("R7.1")
def test_staff_see_what_is_missing_and_which_fields_no_longer_fit(portals):
    staff = portals.browser(Role.HANDLER)
    guide = published(portals)
    assert "chưa có tài liệu hướng dẫn" not in staff.get("/staff/").content.decode()
    owed(portals, content=MORE)
    assert "1 hệ thống chưa có tài liệu hướng dẫn phù hợp" in staff.get("/staff/").content.decode()
    listed = staff.get("/staff/guides/?shown=missing&words=").content.decode()
    assert page_of(guide, portal="staff") in listed
    assert page_of(guide, portal="staff") not in staff.get("/staff/guides/?shown=published").content.decode()
    page = staff.get(page_of(guide, portal="staff")).content.decode()
    assert "Bản đã công bố không còn khớp" in page
    assert "blood_group" in page
    assert "Soạn tài liệu" not in page
    assert staff.get("/staff/guides/?shown=nonsense&page=x").status_code == 200


def test_while_typing_it_saves_and_the_tab_that_lost_keeps_its_text(portals):
    guide = owed(portals)
    first, second = portals.browser(Role.INTEGRATOR), portals.browser(Role.CONTACT_OFFICER)
    base = mark(guide, GuidePart.CALLS)
    saved = save(first, guide, GuidePart.CALLS, "Một", base=base, **HTMX)
    assert saved.status_code == 200
    assert f'value="{writing.mark_of("Một")}"' in saved.content.decode()
    typing = save(second, guide, GuidePart.CALLS, "Hai", base=base, **HTMX).content.decode()
    assert "LC803" in typing
    assert "guide-base" not in typing, "what is only typed never becomes an overwriting"
    pressed = save(second, guide, GuidePart.CALLS, "Hai", base=base, act="preview", **HTMX).content.decode()
    assert "LC803" in pressed
    assert "<p>Một</p>" in pressed
    assert f'value="{writing.mark_of("Một")}"' in pressed
    plain = save(second, guide, GuidePart.CALLS, "Hai", base=base, act="preview").content.decode()
    assert ">\r\nHai</textarea>" in plain or ">\nHai</textarea>" in plain
    assert "<p>Một</p>" in plain
    led = save(second, guide, GuidePart.CALLS, "Hai", base=writing.mark_of("Một"), act="preview", **HTMX)
    assert (led.status_code, led.headers["HX-Redirect"]) == (204, page_of(guide, "preview/"))
    restored = second.post(page_of(guide, "parts/calls/restore/"), follow=True)
    assert "Đã lấy lại bản tạo sẵn" in restored.content.decode()


def test_what_cannot_be_saved_or_published_is_said_and_stays_on_the_page(portals):
    guide, publisher = owed(portals), portals.browser(Role.CONTACT_OFFICER)
    long = "dài " * LONGEST_PART
    answer = save(publisher, guide, GuidePart.CALLS, long, base="", act="next")
    assert answer.status_code == 200
    assert "LC802" in answer.content.decode()
    assert long.strip() in answer.content.decode()
    refused = publisher.post(
        page_of(guide, "publish/"), {"seen": current_text(guide).sha256}, follow=True
    ).content.decode()
    assert "LC202" in refused, "nobody has written anything yet"
    save(publisher, guide, GuidePart.CALLS, "", base=mark(guide, GuidePart.CALLS), act="next")
    seen = current_text(fresh(guide)).sha256
    refused = publisher.post(page_of(guide, "publish/"), {"seen": seen}, follow=True).content.decode()
    assert "LC801" in refused
    assert "Thực hiện một lượt khai thác còn trống" in refused
    fill_in(guide, publisher.actor)
    stale = publisher.post(page_of(guide, "publish/"), {"seen": seen}, follow=True).content.decode()
    assert "LC805" in stale
    assert GuideEdition.objects.count() == 0


@pytest.mark.law("R8.1")
def test_a_forged_post_for_another_bodys_guide_finds_nothing(portals):
    guide = owed(portals)
    publisher = portals.account(Role.CONTACT_OFFICER)
    fill_in(guide, publisher)
    seen = current_text(fresh(guide)).sha256
    stranger = portals.browser(Role.CONTACT_OFFICER, body=OTHER_BODY)
    staff = portals.browser(Role.HANDLER, Role.CHIEF)
    for browser, portal in ((stranger, "agency"), (staff, "staff")):
        for rest, posted in (
            ("parts/calls/", {"text": "x", "base": mark(guide, GuidePart.CALLS), "act": "next"}),
            ("parts/calls/restore/", {}),
            ("publish/", {"seen": seen}),
        ):
            assert browser.post(page_of(guide, rest, portal), posted).status_code == 404
    integrator = portals.browser(Role.INTEGRATOR)
    assert integrator.post(page_of(guide, "publish/"), {"seen": seen}).status_code == 403
    for part in ("connecting", "nonsense"):
        assert integrator.get(page_of(guide, f"parts/{part}/")).status_code == 404
    assert GuideEdition.objects.count() == 0
    assert current_text(fresh(guide)).sha256 == seen


def test_what_is_written_to_act_in_a_reader_is_shown_as_text(portals):
    guide, writer = owed(portals), portals.browser(Role.INTEGRATOR)
    evil = "\n\n".join(attack["text"] for attack in ATTACKS)
    save(writer, guide, GuidePart.CALLS, evil, base=mark(guide, GuidePart.CALLS), act="preview")
    page = writer.get(page_of(guide, "preview/")).content.decode()
    _, _, rest = page.partition('id="calls"')
    article, _, _ = rest.partition("</section>")
    shown = article.partition("</div>")[2]
    assert "alert(1)" in shown
    assert_harmless(shown.removesuffix("</div>"))


@pytest.mark.law("R9.1")
def test_agencies_read_the_authoritys_guide_once_it_is_published(portals):
    agency, chief = portals.browser(Role.INTEGRATOR), portals.browser(Role.HANDLER, Role.CHIEF)
    assert "Chưa công bố" in agency.get("/agency/guides/authority/").content.decode()
    assert "Chưa công bố" in chief.get("/staff/guides/authority/").content.decode()
    look()
    own = Guide.objects.get(system=None)
    assert chief.get("/staff/guides/authority/").headers["Location"] == page_of(own, portal="staff")
    assert agency.get(page_of(own)).status_code == 404
    written = chief.post(
        page_of(own, "parts/introduction/", "staff"),
        {"text": "Áp dụng cho mọi cơ quan.", "base": mark(own, GuidePart.INTRODUCTION), "act": "next"},
    )
    assert written.headers["Location"] == page_of(own, "parts/connecting/", "staff")
    fill_in(own, chief.actor)
    chief.post(page_of(own, "publish/", "staff"), {"seen": current_text(fresh(own)).sha256})
    page = agency.get("/agency/guides/authority/").content.decode()
    assert "Áp dụng cho mọi cơ quan." in page


def pages(guide: Guide) -> dict[Portal, dict[str, str]]:
    reading = f"guides/{guide.pk}/"
    return {
        Portal.AGENCY: {
            "home": "",
            "list": "guides/",
            "guide": reading,
            "part": f"{reading}parts/services/",
            "preview": f"{reading}preview/",
        },
        Portal.STAFF: {"list": "guides/?shown=&words=", "old": f"{reading}editions/1/"},
    }


@pytest.mark.law("R7.1")
@pytest.mark.parametrize(("width", "language"), [(1280, "vi"), (390, "en")])
def test_the_pages_are_accessible_quiet_and_whole(beside_a_browser, portals, chromium, width, language):
    def made() -> tuple[Guide, dict[Portal, str]]:
        guide = published(portals)
        owed(portals, OTHER_BODY)
        owed(portals, content=MORE)
        tokens = {}
        for portal, role in ((Portal.AGENCY, Role.CONTACT_OFFICER), (Portal.STAFF, Role.HANDLER)):
            tokens[portal] = portals.browser(role).cookies[cookie_of(portal)].value
        return guide, tokens

    guide, tokens = apart(made)
    with served() as origin, chromium.new_context(viewport={"width": width, "height": 900}) as context:
        context.add_cookies([{"name": "lt_language", "value": language, "url": origin}])
        for portal, paths in pages(guide).items():
            cookie = {"name": cookie_of(portal), "value": tokens[portal], "url": f"{origin}/{portal}/"}
            context.add_cookies([cookie])
            visit = Visit(context.new_page(), f"{origin}/{portal}")
            for name, path in paths.items():
                assert visit.page.goto(f"{visit.base}/{path}", wait_until="load").status == 200, name
                visit.page.evaluate("document.fonts.ready")
                visit.picture(f"guides-{portal}-{name}-{width}-{language}")
                assert visit.violations() == "", name
                assert visit.sideways() == 0, name
                assert visit.complaints == [], name


def test_two_tabs_in_a_browser_lose_nothing(beside_a_browser, portals, chromium):
    guide, token = apart(
        lambda: (owed(portals), portals.browser(Role.INTEGRATOR).cookies[cookie_of(Portal.AGENCY)].value)
    )
    with served() as origin, chromium.new_context() as context:
        cookie = {"name": cookie_of(Portal.AGENCY), "value": token, "url": f"{origin}/agency/"}
        context.add_cookies([cookie])
        first, second = context.new_page(), context.new_page()
        for tab in (first, second):
            tab.goto(f"{origin}{page_of(guide, 'parts/calls/')}")
        for words in ("Tab một", "Tab một, tiếp"):
            first.locator("textarea").fill(words)
            expect(first.locator("#draft-status")).to_contain_text("Đã lưu lúc")
            expect(first.locator("#guide-base")).to_have_value(writing.mark_of(words))
        second.locator("textarea").fill("Tab hai")
        expect(second.locator("#draft-status")).to_contain_text("LC803")
        expect(second.locator("#guide-conflict .lt-card")).to_have_count(0)
        save = second.get_by_role("button", name="Lưu và xem trước")
        save.click()
        expect(second.locator("#guide-conflict")).to_contain_text("Tab một, tiếp")
        expect(second.locator("textarea")).to_have_value("Tab hai")
        save.click()
        second.wait_for_url(f"**{page_of(guide, 'preview/')}")
        expect(second.locator("[aria-labelledby=calls]")).to_contain_text("Tab hai")
