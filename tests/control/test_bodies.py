"""Bodies registered, found, changed; their mandates, contact officers and people; nobody sees another's."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lienthong.control.audit.events import events_of
from lienthong.control.letters.models import Upload
from lienthong.control.participants import bodies, contact_officers, mandates, queries
from lienthong.control.participants.bodies import BodyFacts
from lienthong.control.participants.models import Body, ContactOfficer, Mandate
from lienthong.core.access import Role
from lienthong.core.bodies import BodyKind
from lienthong.core.control_refusals import ControlCode
from lienthong.core.papers import SecretDegree
from tests.control.participants import (
    DECREE,
    PDF,
    body_of,
    contact_of,
    is_refused_at,
    mandate_of,
    system_of,
    text_of,
)
from tests.control.portal import OTHER_BODY, OWN_BODY, without_tokens

FACTS = BodyFacts(kind=BodyKind.PROVINCE_PROCEDURES, name="UBND thành phố Mẫu")
FORM = {
    "identifier": " h20.12 ",
    "name": "Sở Y tế Mẫu",
    "kind": "organisation",
    "parent": "UBND thành phố Mẫu",
}
MANDATE = {
    "kind": "function",
    "code": "CN-01",
    "description": "Khám bệnh, chữa bệnh",
    "paper_number": "27/2022/QĐ-UBND",
    "paper_issuer": "UBND",
    "paper_issued_on": "01/06/2022",
    "paper_degree": "",
    "paper_title": "",
    "version": "0",
}


@pytest.mark.law("R3.1", "R5.1")
def test_a_body_is_registered_found_by_name_and_identifier_and_shown(portals):
    handler = portals.browser(Role.HANDLER)
    made = handler.post("/staff/bodies/new/", FORM)
    page = text_of(handler.get(made.headers["Location"]))
    assert "Sở Y tế Mẫu" in page
    assert "H20.12" in page
    assert "Ghi nhận cơ quan: H20.12" in page
    for words in ("y tế", "h20.1"):
        assert "Sở Y tế Mẫu" in text_of(handler.get("/staff/bodies/", {"words": words}))
    assert "Sở Y tế Mẫu" in text_of(handler.get("/staff/bodies/", {"kind": "organisation"}))
    assert "Không tìm thấy cơ quan" in text_of(handler.get("/staff/bodies/", {"kind": "police_unit"}))
    named = handler.get("/staff/bodies/named/H20.12/")
    assert named.headers["Location"] == made.headers["Location"]
    assert handler.get("/staff/bodies/named/H99/").status_code == 404
    assert handler.get("/staff/bodies/999999999999999999999999/").status_code == 404


@pytest.mark.parametrize(
    ("identifier", "code", "words"),
    [
        ("000.00.00.H20", "LC301", "theo dạng cũ"),
        ("H2", "LC301", "Nhóm đầu"),
        ("H07", "LC302", "đã thuộc về Cơ quan số 7"),
    ],
)
def test_a_wrong_or_taken_identifier_is_refused_at_its_field_and_nothing_typed_is_lost(
    portals, identifier, code, words
):
    body_of(7)
    answer = portals.browser(Role.CHIEF).post("/staff/bodies/new/", FORM | {"identifier": identifier})
    assert answer.status_code == 200
    assert is_refused_at(answer, "identifier")
    assert bodies.register(identifier, FACTS, actor=None).code == code
    assert words in text_of(answer)
    assert 'value="Sở Y tế Mẫu"' in text_of(answer)
    assert Body.objects.count() == 1


def test_pressing_twice_registers_once(portals):
    browser = portals.browser(Role.ADMINISTRATOR)
    first, second = (browser.post("/staff/bodies/new/", FORM) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 200)
    assert Body.objects.count() == 1


@pytest.mark.law("R5.3")
def test_of_two_who_change_a_body_the_later_is_told_who_was_first(portals):
    number = body_of(7)
    first, second = portals.browser(Role.HANDLER), portals.browser(Role.HANDLER)
    assert 'name="version" value="1"' in text_of(second.get(f"/staff/bodies/{number}/edit/"))
    changed = FORM | {"version": "1"}
    assert first.post(f"/staff/bodies/{number}/edit/", changed).status_code == 302
    told = second.post(f"/staff/bodies/{number}/edit/", changed | {"name": "Tên khác"})
    assert f"{first.actor.name} đã xử lý hồ sơ này lúc" in text_of(told)
    body = Body.objects.get(pk=number)
    assert (body.name, body.identifier) == ("Sở Y tế Mẫu", "H07")
    event = events_of("body", str(number))[0]
    assert event.detail["name"] == "Cơ quan số 7 → Sở Y tế Mẫu"


@pytest.mark.law("R8.1")
def test_the_rules_refuse_what_a_crafted_call_asks_without_the_role(portals):
    assessor = portals.account(Role.ASSESSOR)
    assert bodies.register("H21", FACTS, actor=assessor).code is ControlCode.NOT_YOUR_ROLE
    number = body_of(7)
    assert bodies.change(number, 1, FACTS, actor=assessor).code is ControlCode.NOT_YOUR_ROLE
    stranger = portals.account(Role.INTEGRATOR, body=OTHER_BODY)
    mandate, contact = mandate_of(7), contact_of(7)
    for refusal in (
        mandates.end(mandate, actor=stranger),
        contact_officers.end(contact, actor=stranger),
        mandates.end(10**6, actor=stranger),
    ):
        assert refusal.code is ControlCode.NOT_FOUND_HERE
    assert Mandate.objects.get(pk=mandate).ended_on is None


def test_an_invited_account_works_for_the_body_and_its_link_is_shown_once(portals):
    number = body_of(7)
    administrator = portals.browser(Role.ADMINISTRATOR)
    given = {"name": "Nguyễn Văn Mẫu", "email": "mau@example.vn", "roles": ["integrator", "agency_head"]}
    answer = administrator.post(f"/staff/bodies/{number}/invite/", given)
    link = re.search(r"http://127.0.0.1:8410/agency/accept/[^<]+", text_of(answer)).group()
    assert portals.stranger().get(link.removeprefix("http://127.0.0.1:8410")).status_code == 200
    page = text_of(administrator.get(f"/staff/bodies/{number}/"))
    assert "Nguyễn Văn Mẫu" in page
    assert link not in page
    again = administrator.post(f"/staff/bodies/{number}/invite/", given)
    assert "Đã có tài khoản dùng thư điện tử" in text_of(again)
    crafted = administrator.post(f"/staff/bodies/{number}/invite/", given | {"roles": ["administrator"]})
    assert is_refused_at(crafted, "roles")


@pytest.mark.law("R5.1")
def test_a_mandate_is_stated_with_its_paper_and_the_copy_is_handed_out_to_its_own_alone(portals):
    body_of(OWN_BODY)
    browser = portals.browser(Role.CONTACT_OFFICER)
    file = SimpleUploadedFile("quy-che.pdf", PDF, "application/pdf")
    assert browser.post("/agency/mandates/new/", MANDATE | {"paper_file": file}).status_code == 302
    mandate = Mandate.objects.get()
    assert mandate.body_id == OWN_BODY
    page = text_of(browser.get("/agency/body/"))
    assert "Khám bệnh, chữa bệnh" in page
    copy = browser.get(f"/agency/mandates/{mandate.pk}/paper/")
    assert copy.content == PDF
    assert copy.headers["Content-Disposition"] == 'attachment; filename="quy-che.pdf"'
    other = portals.browser(Role.CONTACT_OFFICER, body=body_of(OTHER_BODY))
    refused = other.get(f"/agency/mandates/{mandate.pk}/paper/")
    nothing = other.get("/agency/mandates/999/paper/")
    assert refused.status_code == nothing.status_code == 404
    assert without_tokens(refused.content).replace(f"mandates/{mandate.pk}", "") == without_tokens(
        nothing.content
    ).replace("mandates/999", "")
    # Without a new file the copy stays; for another paper it does not.
    kept = MANDATE | {"version": "1", "description": "Khám bệnh"}
    assert browser.post(f"/agency/mandates/{mandate.pk}/edit/", kept).status_code == 302
    assert browser.get(f"/agency/mandates/{mandate.pk}/paper/").content == PDF
    other_paper = kept | {"version": "2", "paper_number": "28/2022/QĐ-UBND"}
    assert browser.post(f"/agency/mandates/{mandate.pk}/edit/", other_paper).status_code == 302
    assert browser.get(f"/agency/mandates/{mandate.pk}/paper/").status_code == 404
    stale = browser.post(f"/agency/mandates/{mandate.pk}/edit/", other_paper)
    assert "đã xử lý hồ sơ này lúc" in text_of(stale)


@pytest.mark.law("R1.1", "R5.1")
def test_of_a_state_secret_no_byte_is_kept(portals, control_folder):
    body_of(OWN_BODY)
    files = set(control_folder.glob("uploads/**/*"))
    browser = portals.browser(Role.INTEGRATOR)
    secret = MANDATE | {"paper_degree": "top"}
    file = SimpleUploadedFile("mat.pdf", PDF, "application/pdf")
    refused = browser.post("/agency/mandates/new/", secret | {"paper_file": file})
    assert "chỉ được ghi số, ngày" in text_of(refused)
    refused = browser.post("/agency/mandates/new/", secret | {"paper_title": "Nội dung mật"})
    assert "chỉ được ghi số, ngày" in text_of(refused)
    assert not Mandate.objects.exists()
    assert not Upload.objects.exists()
    assert set(control_folder.glob("uploads/**/*")) == files
    assert browser.post("/agency/mandates/new/", secret).status_code == 302
    assert Mandate.objects.get().paper["degree"] == "top"
    assert "Tối mật" in text_of(browser.get("/agency/body/"))


def test_what_is_wrong_with_a_paper_or_its_copy_is_said(portals):
    body_of(OWN_BODY)
    browser = portals.browser(Role.INTEGRATOR)
    file = SimpleUploadedFile("quy-che.pdf", b"MZ not a PDF", "application/pdf")
    answer = browser.post("/agency/mandates/new/", MANDATE | {"paper_file": file})
    assert "Không nhận tệp quy-che.pdf" in text_of(answer)
    answer = browser.post("/agency/mandates/new/", MANDATE | {"paper_issued_on": "01/01/2999"})
    assert "ở sau ngày hôm nay" in text_of(answer)
    missing = {name: value for name, value in MANDATE.items() if name != "paper_issuer"}
    assert is_refused_at(browser.post("/agency/mandates/new/", missing), "paper_issuer")
    mandate_of(OWN_BODY, "CN-01")
    assert "Mã CN-01 đã được dùng" in text_of(browser.post("/agency/mandates/new/", MANDATE))
    assert Mandate.objects.count() == 1


def test_a_mandate_ends_once(portals):
    browser = portals.browser(Role.AGENCY_HEAD)
    mandate = mandate_of(OWN_BODY)
    for _ in range(2):
        assert browser.post(f"/agency/mandates/{mandate}/end/").status_code == 302
    assert "LC309" in text_of(browser.get("/agency/body/"))
    assert [event.kind for event in events_of("mandate", str(mandate))] == ["mandate.ended", "mandate.added"]
    entry = queries.mandates_of(OWN_BODY)[0]
    assert entry.ended_on is not None


@pytest.mark.law("R5.1")
def test_contact_officers_are_named_changed_and_ended(portals):
    body_of(OWN_BODY)
    browser = portals.browser(Role.CONTACT_OFFICER)
    given = {
        "name": "Cán bộ Mẫu",
        "post": "Trưởng phòng",
        "phone": "024 3999 0000",
        "email": "mau@example.vn",
        "acts": ["connect", "exploit"],
        "version": "0",
    }
    assert browser.post("/agency/contacts/new/", given).status_code == 302
    again = browser.post("/agency/contacts/new/", given)
    assert "đã có trong danh sách" in text_of(again)
    officer = ContactOfficer.objects.get()
    changed = given | {"version": "1", "phone": "024 3999 0001"}
    assert browser.post(f"/agency/contacts/{officer.pk}/edit/", changed).status_code == 302
    assert "đã xử lý hồ sơ này" in text_of(browser.post(f"/agency/contacts/{officer.pk}/edit/", changed))
    page = text_of(browser.get("/agency/body/"))
    assert "024 3999 0001" in page
    assert "Kết nối, Khai thác" in page
    browser.post(f"/agency/contacts/{officer.pk}/end/")
    assert ContactOfficer.objects.get().ended_on is not None
    assert "Đã kết thúc" in text_of(browser.get("/agency/body/"))
    nothing = browser.post("/agency/contacts/new/", given | {"acts": ["drop"]})
    assert is_refused_at(nothing, "acts")


def test_nothing_is_added_to_a_body_that_has_ended(portals):
    mandate = mandate_of(OWN_BODY)
    Body.objects.filter(pk=OWN_BODY).update(ended_on=date(2025, 7, 1))
    actor = portals.account(Role.INTEGRATOR)
    refusal = mandates.end(mandate, actor=actor)
    assert refusal.code is ControlCode.BODY_ENDED
    administrator = portals.account(Role.ADMINISTRATOR)
    invited = bodies.invite_to(
        OWN_BODY, email="a@b.vn", name="A", roles=frozenset({Role.INTEGRATOR}), actor=administrator
    )
    assert invited.code is ControlCode.BODY_ENDED


def test_a_paper_says_what_it_is_in_the_audit_and_no_more(portals):
    given = mandate_of(OWN_BODY, paper=replace(DECREE, degree=SecretDegree.PLAIN))
    event = events_of("mandate", str(given))[0]
    assert event.detail["paper"] == "27/2022/QĐ-UBND, UBND thành phố, 01/06/2022"


def test_a_page_of_a_body_with_much_stays_within_few_queries(portals):
    for _ in range(8):
        mandate_of(OWN_BODY)
        contact_of(OWN_BODY)
        system_of(OWN_BODY)
    browser = portals.browser(Role.HANDLER)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/staff/bodies/{OWN_BODY}/").status_code == 200
    assert len(asked) <= 16, [query["sql"][:80] for query in asked]
