"""The agency's pages of requests in Chromium: whole on a phone, and nothing lost between two tabs."""

from datetime import date

import pytest
from playwright.sync_api import expect

from lienthong.control.connections import drafting
from lienthong.control.connections.models import Request
from lienthong.control.connections.own_drafts import draft_of
from lienthong.core.access import Role
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.grant_document import ConditionName
from tests.control.looking import apart
from tests.control.portal import OWN_BODY
from tests.control.procedure import PHONE, Person, persons_at
from tests.control.requesting import PDF, complete, sent
from tests.control.serving import served
from tests.core.filing import DECREE

EVIDENCE = (ConditionEvidence(condition=ConditionName.SAFETY, paper=DECREE, valid_until=date(2027, 12, 31)),)
NAME = "Tên đơn vị đăng ký"


def saved(person: Person, counter: int) -> None:
    expect(person.page.locator("#draft-counter")).to_have_value(str(counter))


def test_every_page_fits_a_phone(beside_a_browser, portals, chromium):
    writer = portals.account(Role.INTEGRATOR)
    reference = apart(lambda: sent(portals, writer, evidence=EVIDENCE))
    draft = complete(writer, number="2/SYT-VP", evidence=EVIDENCE)
    copy = drafting.SentCopy(content=PDF, name="quyet-dinh.pdf", declared_type="application/pdf")
    assert drafting.keep_evidence_copy(draft, ConditionName.SAFETY, copy, actor=writer) is None
    parts = ("unit", "purposes", "fields", "services", "technical", "channel", "conditions", "signature")
    with served() as origin, persons_at(chromium, portals, origin, size=PHONE) as seated:
        here = seated(writer)
        for rest in ("", "thread/", "conditions/", "versions/"):
            here.open(f"requests/{reference}/{rest}")
            here.visit.look(f"request-{rest.strip('/')}")
        here.open("requests/")
        here.visit.look("list")
        for part in parts:
            here.open(f"requests/{draft}/draft/parts/{part}/")
            here.visit.look(f"part-{part}")
        here.open(f"requests/{draft}/draft/")
        here.visit.look("draft")


@pytest.mark.law("R5.1")
def test_two_tabs_and_an_ended_session_lose_nothing_in_the_browser(beside_a_browser, portals, chromium):
    writer = portals.account(Role.INTEGRATOR)
    draft = complete(writer)
    with served() as origin, persons_at(chromium, portals, origin) as seated:
        first, second = seated(writer), seated(writer)
        for tab in (first, second):
            tab.open(f"requests/{draft}/draft/parts/unit/")
        start = int(first.page.locator("#draft-counter").input_value())
        first.write(NAME, "Tên của thẻ một")
        saved(first, start + 1)
        second.write(NAME, "Tên của thẻ hai")
        expect(second.page.locator("#draft-status")).to_contain_text("LC577")
        expect(second.page.get_by_label(NAME)).to_have_value("Tên của thẻ hai")
        second.follow("Xem hai bản")
        second.visit.look("aside")
        second.press("Dùng bản giữ riêng")
        expect(second.page.get_by_label(NAME)).to_have_value("Tên của thẻ hai")

        second.page.context.clear_cookies(name="lt_agency")
        second.write(NAME, "Gõ khi phiên đã hết")
        expect(second.page.locator("#draft-session-ended")).to_be_visible()
        expect(second.page.get_by_label(NAME)).to_have_value("Gõ khi phiên đã hết")
        assert "/sign-in/?next=" in second.page.locator("#draft-session-ended a").get_attribute("href")
        token = portals.signed_in(writer).cookies["lt_agency"].value
        cookie = {"name": "lt_agency", "value": token, "url": f"{origin}/agency/"}
        second.page.context.add_cookies([cookie])
        second.press("Lưu và sang phần sau")
        assert second.page.url.endswith("/parts/mandates/")
    assert draft_of(draft).content.written.request.unit.name == "Gõ khi phiên đã hết"
    assert Request.objects.get().body.pk == OWN_BODY
