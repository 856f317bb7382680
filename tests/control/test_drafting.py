"""Writing a request: saved part by part, never lost, whoever else writes, whatever is typed."""

import re
import threading
from dataclasses import replace

import pytest
from django.db import connection

from lienthong.control.audit.events import database_now, events_of
from lienthong.control.connections import drafting
from lienthong.control.connections.models import Draft, Request
from lienthong.control.connections.own_drafts import draft_of, offers_of
from lienthong.control.connections.written import Part, Written
from lienthong.control.letters.models import Upload
from lienthong.core.access import Role
from lienthong.core.connection_request import Direction
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong.core.papers import SecretDegree
from lienthong.core.request_states import RequestState
from lienthong.core.uploads import LARGEST_UPLOAD
from lienthong.documents.request_letter import request_letter
from tests.control.portal import OTHER_BODY
from tests.control.requesting import PAPER, PDF, begun, complete, seed_body, sent, submitted

SCRIPTED = PDF.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (x) >>")


@pytest.fixture
def writer(portals):
    return portals.account(Role.INTEGRATOR)


def address(reference: str, part: str, rest: str = "") -> str:
    return f"/agency/requests/{reference}/draft/parts/{part}/{rest}"


def typing(browser, reference: str, part: str, **values: object):
    """Send what the page sends by itself while somebody types."""
    return browser.post(address(reference, part), values, HTTP_HX_REQUEST="true")


def counter_in(answer) -> str:
    return re.search(r'id="draft-counter" value="(\d+)"', answer.content.decode())[1]


@pytest.mark.law("R5.1")
def test_a_request_begins_with_the_body_on_record(portals, writer):
    body = seed_body()
    browser = portals.signed_in(writer)
    answer = browser.post("/agency/requests/start/")
    reference = Request.objects.get().reference
    assert answer.headers["Location"] == f"/agency/requests/{reference}/draft/"
    year = day_of(database_now()).year
    assert re.fullmatch(rf"YC-{year}-\d{{6}}", reference)
    unit = draft_of(reference).content.written.request.unit
    assert (unit.name, unit.identifier, unit.parent) == (body.name, body.identifier, body.parent)
    assert [event.kind for event in events_of("request", reference)] == ["request.start"]


def test_pressing_twice_begins_one_request(portals, writer):
    seed_body()
    assert drafting.start(actor=writer) == drafting.start(actor=writer)
    assert Request.objects.count() == 1
    reference = Request.objects.get().reference
    typing(portals.signed_in(writer), reference, "unit", name="Sở Y tế", counter=0)
    assert drafting.start(actor=writer) != reference


@pytest.mark.law("R5.1")
def test_what_is_typed_is_saved_without_a_button(portals, writer):
    reference = begun(writer)
    answer = typing(portals.signed_in(writer), reference, "unit", name="Sở Y tế Hải Phòng", counter=0)
    assert answer.status_code == 200
    assert counter_in(answer) == "1"
    assert draft_of(reference).content.written.request.unit.name == "Sở Y tế Hải Phòng"
    again = typing(portals.signed_in(writer), reference, "unit", name="Sở Y tế Hải Phòng", counter=0)
    assert counter_in(again) == "1", "what is the same is no new save and no conflict"


@pytest.mark.law("R5.1")
def test_of_two_tabs_the_later_is_told_and_both_texts_stay(portals, writer):
    reference = begun(writer)
    first, second = portals.signed_in(writer), portals.signed_in(portals.account(Role.CONTACT_OFFICER))
    assert counter_in(typing(first, reference, "unit", name="Tên của thẻ một", counter=0)) == "1"
    for text in ("Tên của thẻ h", "Tên của thẻ hai"):
        told = typing(second, reference, "unit", name=text, counter=0).content.decode()
        assert ControlCode.WRITTEN_MEANWHILE in told
        assert writer.name in told
    view = draft_of(reference)
    assert view.content.written.request.unit.name == "Tên của thẻ một"
    assert [aside.typed["name"] for aside in view.content.aside] == [["Tên của thẻ hai"]]

    page = first.get(address(reference, "unit")).content.decode()
    assert "Tên của thẻ một" in page
    assert "Tên của thẻ hai" in page
    at = view.content.aside[0].at.isoformat()
    first.post(address(reference, "unit", "aside/"), {"at": at, "choice": "use"})
    view = draft_of(reference)
    assert view.content.written.request.unit.name == "Tên của thẻ hai"
    assert view.content.aside == ()


def test_text_kept_aside_can_be_dropped_and_an_old_address_of_it_does_nothing(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    typing(browser, reference, "unit", name="một", counter=0)
    typing(browser, reference, "unit", name="hai", counter=0)
    at = draft_of(reference).content.aside[0].at.isoformat()
    for _ in range(2):
        answer = browser.post(address(reference, "unit", "aside/"), {"at": at, "choice": "drop"})
        assert answer.status_code == 302
    view = draft_of(reference)
    assert (view.content.aside, view.content.written.request.unit.name) == ((), "một")
    assert browser.post(address(reference, "technical", "aside/")).status_code == 404


def test_two_people_write_different_parts_at_once(portals, writer):
    reference = begun(writer)
    first, second = portals.signed_in(writer), portals.signed_in(writer)
    typing(first, reference, "unit", name="một", counter=0)
    assert counter_in(typing(second, reference, "conditions", line="Mạng chuyên dùng", counter=0)) == "2"
    written = draft_of(reference).content.written.request
    assert (written.unit.name, written.network.line) == ("một", "Mạng chuyên dùng")


def test_of_two_saves_at_the_same_moment_none_is_lost(portals, writer):
    reference = begun(writer)
    barrier, results = threading.Barrier(2), []

    def save(name: str) -> None:
        def apply(written: Written) -> Written:
            unit = replace(written.request.unit, name=name)
            return replace(written, request=replace(written.request, unit=unit))

        try:
            barrier.wait()
            results.append(
                drafting.save_part(
                    reference,
                    Part.UNIT,
                    apply,
                    typed={"name": [name]},
                    is_readable=True,
                    seen=0,
                    actor=writer,
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(name,)) for name in ("một", "hai")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(result, ControlRefuse) for result in results) == [False, True]
    content = draft_of(reference).content
    kept = {content.written.request.unit.name, *(aside.typed["name"][0] for aside in content.aside)}
    assert kept == {"một", "hai"}


def test_text_that_cannot_be_read_yet_is_kept_as_it_was_typed(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    typed = {"number": "1187/SYT-VP", "dated": "31/02/2026", "place": "Hải Phòng", "signer": "Trần Văn Bình"}
    answer = typing(browser, reference, "signature", **typed, title="Giám đốc", capacity="head", counter=9)
    assert "Ngày văn bản: " in answer.content.decode()
    page = browser.get(address(reference, "signature")).content.decode()
    assert 'value="31/02/2026"' in page
    assert "govuk-error-summary" in page
    browser.post(f"/agency/requests/{reference}/draft/submit/")
    assert Request.objects.get().state == RequestState.DRAFT
    typing(
        browser,
        reference,
        "signature",
        **typed | {"dated": "05/11/2026"},
        title="Giám đốc",
        capacity="head",
        counter=9,
    )
    assert draft_of(reference).content.typed == {}
    assert f"{draft_of(reference).content.written.head.dated:%d/%m/%Y}" == "05/11/2026"


def test_a_paper_named_in_part_is_kept_and_asked_for(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    answer = typing(
        browser,
        reference,
        "channel",
        channel="direct",
        platform="national",
        decision_number="7/QĐ",
        counter=0,
    )
    assert "Ghi đủ số, ký hiệu" in answer.content.decode()
    assert 'value="7/QĐ"' in browser.get(address(reference, "channel")).content.decode()


def test_a_null_character_does_no_harm(portals, writer):
    reference = begun(writer)
    answer = typing(portals.signed_in(writer), reference, "unit", name="Sở\x00Y tế", counter=0)
    assert answer.status_code == 200
    assert draft_of(reference).content.typed[Part.UNIT]["name"] == ["Sở\ufffdY tế"]


@pytest.mark.law("R5.1", "R1.2")
def test_fields_are_chosen_one_by_one_and_counted_against_the_number_written(portals, writer):
    reference = complete(writer, choices=(), written_counts=())
    browser = portals.signed_in(writer)
    page = browser.get(address(reference, "fields")).content.decode()
    assert page.count('name="pick-') == 81
    assert "Nhạy cảm" in page
    assert "Gia đình" in page
    chosen = {
        "pick-sex": "on",
        "reason-sex": "Xếp phòng",
        "pick-religion": "on",
        "reason-religion": "Chế độ ăn",
    }
    here = {"purpose": "MD1", "direction": "get", "counter": 99}
    answer = typing(browser, reference, "fields", **chosen, **here, count="3").content.decode()
    assert "Đã chọn 2 trường; văn bản ghi 3." in answer
    assert "văn bản ghi 3 trường thông tin nhưng đã chọn 2 trường" in answer
    answer = typing(browser, reference, "fields", **chosen, **here, count="2").content.decode()
    assert "Khớp" in answer

    there = {"purpose": "MD1", "direction": "give", "counter": 99}
    item = {"item-0": "Số thẻ bảo hiểm y tế", "item-reason-0": "Đối chiếu", "count": "1"}
    typing(browser, reference, "fields", **item, **there)
    request = draft_of(reference).content.written.request
    assert [(each.field, each.direction, each.reason) for each in request.choices] == [
        ("sex", Direction.GET, "Xếp phòng"),
        ("religion", Direction.GET, "Chế độ ăn"),
        ("x:số thẻ bảo hiểm y tế", Direction.GIVE, "Đối chiếu"),
    ]
    assert request.written_counts == ((Direction.GET, 2), (Direction.GIVE, 1))


@pytest.mark.law("R5.1")
def test_a_field_without_reason_is_listed_with_the_page_where_it_is_mended(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    here = {"purpose": "MD1", "direction": "get", "count": "1", "counter": 99}
    typing(browser, reference, "fields", **{"pick-sex": "on"}, **here)
    page = browser.get(f"/agency/requests/{reference}/draft/").content.decode()
    assert "Chưa nêu lý do cần trường thông tin này." in page
    assert address(reference, "fields") in page


@pytest.mark.law("R8.1")
def test_purposes_are_added_and_dropped_with_what_hangs_on_them(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    row = {
        "MD1-name": "Định danh",
        "MD1-mandate": "CN1",
        "MD1-scope": "Người bệnh",
        "MD1-ground": "state_task",
    }
    answer = browser.post(address(reference, "purposes"), row | {"codes": "MD1", "counter": 9, "act": "more"})
    page = browser.get(answer.headers["Location"]).content.decode()
    assert 'name="MD2-name"' in page
    more = {"MD2-name": "Thống kê", "MD2-mandate": "NV2", "MD2-scope": "Toàn thành phố"}
    typing(browser, reference, "purposes", **row, **more, codes="MD1 MD2", counter=9)
    assert [each.code for each in draft_of(reference).content.written.request.purposes] == ["MD1", "MD2"]
    browser.post(
        address(reference, "purposes"), row | more | {"codes": "MD1 MD2", "counter": 99, "drop": "MD1"}
    )
    request = draft_of(reference).content.written.request
    assert [each.code for each in request.purposes] == ["MD2"]
    assert (request.choices, request.services) == ((), ())


@pytest.mark.law("R4.1")
def test_what_level_three_lacks_is_shown_and_stops_nothing(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    for page in (f"/agency/requests/{reference}/draft/", address(reference, "systems")):
        assert "Chưa khai cấp độ an toàn của hệ thống thông tin." in browser.get(page).content.decode()
    assert draft_of(reference).lacking == ()
    browser.post(f"/agency/requests/{reference}/draft/submit/")
    assert Request.objects.get().state == RequestState.TO_SIGN


@pytest.mark.law("R1.4")
def test_the_six_conditions_stand_as_a_sheet_and_the_network_sheet_is_judged(portals, writer):
    reference = complete(writer, network=None)
    browser = portals.signed_in(writer)
    page = browser.get(address(reference, "conditions")).content.decode()
    for condition in (
        "Hạ tầng hệ thống thông tin",
        "Mô hình kết nối",
        "Cấu trúc dữ liệu",
        "Bảo mật thông tin",
    ):
        assert condition in page
    assert "Chưa có phiếu thông số mạng." in page
    sheet = {"line": "Mạng chuyên dùng", "public_addresses": "10.1.2.3", "ports": "443, 8443", "counter": 99}
    typing(browser, reference, "conditions", **sheet)
    assert [item.name for item in draft_of(reference).network] == ["network_not_public"]
    typing(browser, reference, "conditions", **sheet | {"public_addresses": "203.113.0.7"})
    view = draft_of(reference)
    assert (view.network, view.content.written.request.network.ports) == ((), (443, 8443))
    answer = typing(browser, reference, "conditions", **sheet | {"ports": "https"})
    assert "Cổng kết nối là số từ 1 đến 65535." in answer.content.decode()


@pytest.mark.law("R5.1", "R4.2")
def test_the_technical_description_is_kept_by_its_hash(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    file = _file("mo-ta.pdf", PDF, "application/pdf")
    assert browser.post(address(reference, "technical"), {"act": "file", "file": file}).status_code == 302
    view = draft_of(reference)
    assert view.description.name == "mo-ta.pdf"
    assert view.content.written.request.technical_description.upload == view.description.sha256
    got = browser.get(f"/agency/requests/{reference}/files/{view.description.id}/")
    assert got.content == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in got.headers["Content-Security-Policy"]


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("name", "content", "declared", "why"),
    [
        ("mo-ta.exe", b"MZ" + PDF, "application/octet-stream", "Chỉ nhận tệp PDF"),
        ("mo-ta.pdf", b"MZ\x90\x00", "application/pdf", "không phải loại tệp như tên tệp"),
        ("mo-ta.pdf", SCRIPTED, "application/pdf", "nội dung tự chạy"),
        ("mo-ta.pdf", PDF + b"PK\x05\x06" + bytes(18), "application/pdf", "một loại tệp khác"),
        ("mo-ta.docm", b"PK\x03\x04", "application/pdf", "macro"),
        ("mo-ta.pdf.exe.pdf", PDF, "application/pdf", "Tên tệp"),
        ("mo-ta.pdf", PDF, "image/png", "không khớp"),
        (
            "mo-ta.pdf",
            PDF.replace(b"\n1 0", bytes(LARGEST_UPLOAD) + b"\n1 0"),
            "application/pdf",
            "lớn hơn 20 MB",
        ),
    ],
    ids=["program", "disguised", "script", "polyglot", "macros", "hidden-extension", "type", "oversized"],
)
def test_a_bad_file_is_refused_at_its_field_and_nothing_is_kept(
    portals, writer, name, content, declared, why
):
    reference = begun(writer)
    file = _file(name, content, declared)
    answer = portals.signed_in(writer).post(address(reference, "technical"), {"act": "file", "file": file})
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert Upload.objects.count() == 0
    assert draft_of(reference).content.written.request.technical_description is None


@pytest.mark.law("R5.1")
def test_a_state_secret_is_named_and_never_uploaded(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    named = {
        "secret_number": "05/BC",
        "secret_issuer": "Sở Y tế",
        "secret_issued": "01/10/2026",
        "degree": "plain",
    }
    browser.post(address(reference, "technical"), named | {"act": "secret"})
    description = draft_of(reference).content.written.request.technical_description
    assert (description.upload, description.title, description.secret.number) == ("", "", "05/BC")
    assert draft_of(reference).lacking == ()
    browser.post(address(reference, "technical"), {"act": "remove"})
    assert [item.name for item in draft_of(reference).lacking] == ["technical_description"]
    assert browser.post(address(reference, "technical"), {"act": "secret"}).status_code == 200


@pytest.mark.law("R1.1", "R5.1")
def test_to_what_is_named_as_a_state_secret_no_file_is_attached(portals, writer):
    reference = complete(writer)
    secret = replace(PAPER, degree=SecretDegree.TOP)
    assert drafting.describe_secret(reference, secret, actor=writer) is None
    browser, before = portals.signed_in(writer), Upload.objects.count()
    page = browser.get(address(reference, "technical")).content.decode()
    assert "Tối mật" in page
    assert 'type="file"' not in page
    file = {"file": _file("mat.pdf", PDF + b"% mat\n%%EOF\n", "application/pdf")}
    sent_anyway = browser.post(address(reference, "technical"), {"act": "file", **file}, follow=True)
    assert "chỉ được ghi số, ngày" in sent_anyway.content.decode()
    assert ControlCode.PAPER_INVALID in sent_anyway.content.decode()
    assert Upload.objects.count() == before
    assert draft_of(reference).content.written.request.technical_description.secret == secret


@pytest.mark.law("R1.1", "R5.1")
def test_papers_that_are_cited_bear_their_degree_of_secrecy(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    typing(
        browser, reference, "channel", counter=0, channel="direct", platform="national", reason="other_law",
        explanation="Luật mẫu", decision_number="9/QĐ-BCA", decision_issuer="Bộ Công an",
        decision_issued="01/10/2026", decision_degree="absolute", review_on="01/10/2027",
    )  # fmt: skip
    decision = draft_of(reference).content.written.request.channel.direct.decision
    assert decision.degree is SecretDegree.ABSOLUTE
    written = draft_of(reference).content.written
    assert "độ mật: Tuyệt mật" in str(request_letter(written.request, written.head, reference=reference))
    assert 'value="absolute" selected' in browser.get(address(reference, "channel")).content.decode()


def test_an_ended_session_keeps_the_draft_and_says_so_to_the_page(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    typing(browser, reference, "unit", name="Sở Y tế", counter=0)
    browser.cookies.clear()
    answer = typing(browser, reference, "unit", name="Sở Y tế thành phố", counter=1)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/agency/sign-in/?next=")
    assert draft_of(reference).content.written.request.unit.name == "Sở Y tế"
    again = portals.signed_in(writer)
    assert counter_in(typing(again, reference, "unit", name="Sở Y tế thành phố", counter=1)) == "2"


@pytest.mark.law("R8.1")
def test_crafted_forms_reach_nothing_of_another_body(portals, writer):
    reference = begun(writer)
    other = seed_body(OTHER_BODY)
    browser = portals.signed_in(writer)
    typing(browser, reference, "systems", picked=[f"his-{other.pk}"], counter=0)
    assert draft_of(reference).content.written.request.systems == ()
    typing(browser, reference, "unit", name="x", identifier=other.identifier, counter=9)
    assert draft_of(reference).content.written.request.unit.identifier != other.identifier
    stranger = portals.browser(Role.INTEGRATOR, body=OTHER_BODY)
    assert typing(stranger, reference, "unit", name="kẻ lạ", counter=9).status_code == 404
    assert stranger.get(address(reference, "unit")).status_code == 404
    assert browser.get(address(reference, "no-such-part")).status_code == 404
    with pytest.raises(Request.DoesNotExist):
        drafting.discard(reference, actor=stranger.actor)


def test_whoever_does_not_write_cannot_by_a_crafted_form(portals, writer):
    reference = begun(writer)
    head = portals.browser(Role.AGENCY_HEAD)
    assert typing(head, reference, "unit", name="x", counter=0).status_code == 403
    refusal = drafting.save_part(
        reference, Part.UNIT, lambda written: written, typed={}, is_readable=True, seen=0, actor=head.actor
    )
    assert refusal.code is ControlCode.NOT_YOUR_ROLE


def test_a_draft_that_awaits_its_signature_or_was_sent_stands_still(portals, writer):
    reference = submitted(writer)
    browser = portals.signed_in(writer)
    before = Draft.objects.get().content
    answer = typing(browser, reference, "unit", name="khác", counter=99)
    assert answer.headers["HX-Redirect"] == f"/agency/requests/{reference}/draft/"
    assert ControlCode.AWAITS_SIGNATURE in browser.get(answer.headers["HX-Redirect"]).content.decode()
    assert Draft.objects.get().content == before
    gone = sent(portals, writer, number="2/SYT-VP")
    typing(browser, gone, "unit", name="khác", counter=99)
    page = browser.get(f"/agency/requests/{gone}/draft/").content.decode()
    assert ControlCode.NOT_IN_THIS_STATE in page


def test_a_draft_is_discarded_once_and_leaves_the_list(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    assert browser.get(f"/agency/requests/{reference}/draft/discard/").status_code == 200
    browser.post(f"/agency/requests/{reference}/draft/discard/")
    assert Request.objects.get().state == RequestState.DISCARDED
    assert reference not in browser.get("/agency/requests/").content.decode()
    browser.post(f"/agency/requests/{reference}/draft/discard/")
    assert [event.kind for event in events_of("request", reference)] == ["request.discard", "request.start"]


def test_what_was_taken_in_stays_offered_after_it_ended(portals, writer):
    reference = complete(writer)
    from lienthong.control.participants.models import Mandate

    Mandate.objects.filter(code="CN1").update(ended_on=day_of(database_now()))
    assert [mandate.code for mandate in offers_of(writer.body).mandates] == ["NV2"]
    page = portals.signed_in(writer).get(address(reference, "mandates")).content.decode()
    assert 'value="CN1"' in page
    assert 'value="NV2"' in page


def _file(name: str, content: bytes, declared: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content, declared)
