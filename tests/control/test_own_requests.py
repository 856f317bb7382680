"""What a body sees of its own requests: list, one file with three tracks, thread, nothing of another body."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.connections import own_messages
from lienthong.control.connections.models import Message, Request
from lienthong.control.connections.own_requests import body_of, listed, request_of, thread_of
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.request_states import RequestState
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.control.requesting import PDF, begun, sent, submitted


@pytest.fixture
def writer(portals):
    return portals.account(Role.INTEGRATOR)


def page_of(portals, actor, reference: str, rest: str = "") -> str:
    answer = portals.signed_in(actor).get(f"/agency/requests/{reference}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.law("R8.1")
def test_the_list_has_the_own_requests_alone(portals, writer):
    own = sent(portals, writer)
    other = begun(portals.account(Role.INTEGRATOR, body=OTHER_BODY))
    page = portals.signed_in(writer).get("/agency/requests/?page=99999999").content.decode()
    assert own in page
    assert other not in page
    assert [entry.reference for entry in listed(OWN_BODY, page=1, size=20).entries] == [own]
    assert listed(OWN_BODY, page=2, size=20).entries == ()
    head = portals.browser(Role.AGENCY_HEAD).get("/agency/requests/").content.decode()
    assert "Soạn đề nghị mới" not in head


@pytest.mark.law("R5.2")
def test_three_tracks_stand_side_by_side(portals, writer):
    reference = sent(portals, writer)
    handler = portals.account(Role.HANDLER, name="Phạm Minh Đức")
    Request.objects.update(handler=handler.id)
    page = page_of(portals, writer, reference)
    assert page.count('class="lt-track ') == 3
    for words in (
        "Tài liệu kỹ thuật",
        "Hỗ trợ và kiểm thử kỹ thuật",
        "Kiểm tra, đánh giá an ninh, an toàn thông tin",
        "Phạm Minh Đức",
        "Diễn biến",
        "Ký và gửi",
        "số đến 01/",
        "Nhạy cảm",
    ):
        assert words in page, words


def test_before_it_is_sent_there_are_no_tracks_and_no_thread(portals, writer):
    reference = submitted(writer)
    page = page_of(portals, writer, reference)
    assert 'class="lt-track ' not in page
    assert "Văn bản đang chờ thủ trưởng ký." in page
    assert "Viết được sau khi" in page_of(portals, writer, reference, "thread/")
    refusal = own_messages.write(reference, "Xin chào", None, actor=writer)
    assert refusal.code is ControlCode.NOT_IN_THIS_STATE
    head = portals.account(Role.AGENCY_HEAD)
    assert f"/agency/requests/{reference}/sign/" in page_of(portals, head, reference)


@pytest.mark.law("R1.3")
def test_the_history_tells_known_acts_on_the_own_request(portals, writer):
    reference = sent(portals, writer)
    staff = portals.account(Role.CHIEF, name="Lê Thị Hường")
    for kind, body in (
        ("request.assign", OWN_BODY),
        ("request.secret_note", OWN_BODY),
        ("request.accept", OTHER_BODY),
    ):
        with acting(Event(kind=kind, actor=staff, subject_kind="request", subject=reference, body=body)):
            pass
    titles = [happening.title.vi for happening in request_of(reference).history]
    assert titles[:2] == ["Phân công", "Ký và gửi"]
    assert "Chấp thuận" not in titles
    assert "Cơ quan quản lý · Lê Thị Hường" in page_of(portals, writer, reference)


@pytest.mark.law("R5.2")
def test_a_message_with_its_file_reaches_the_thread_once(portals, writer):
    reference = sent(portals, writer)
    browser = portals.signed_in(writer)
    for _ in range(2):
        file = SimpleUploadedFile("nhat-ky.pdf", PDF, "application/pdf")
        answer = browser.post(
            f"/agency/requests/{reference}/thread/", {"text": "Lỗi <b>LT201</b>\n\nxem tệp", "file": file}
        )
        assert answer.status_code == 302
    (entry,) = thread_of(reference)
    assert (entry.author, entry.from_body, entry.attachment.name) == (writer.name, True, "nhat-ky.pdf")
    page = page_of(portals, writer, reference, "thread/")
    assert "&lt;b&gt;LT201&lt;/b&gt;" in page
    assert browser.get(f"/agency/requests/{reference}/files/{entry.attachment.id}/").content == PDF
    assert [event.kind for event in events_of("request", reference)].count("request.message") == 1
    desk = portals.browser(Role.HANDLER)
    address = f"/staff/requests/{reference}/papers/{entry.attachment.id}/"
    assert address in desk.get(f"/staff/requests/{reference}/thread/").content.decode()
    assert desk.get(address).content == PDF


def test_an_empty_message_or_a_bad_file_sends_nothing(portals, writer):
    reference = sent(portals, writer)
    browser = portals.signed_in(writer)
    url = f"/agency/requests/{reference}/thread/"
    assert browser.post(url, {"text": "  "}).status_code == 200
    assert own_messages.write(reference, " \x00 ", None, actor=writer).code is ControlCode.MESSAGE_EMPTY
    file = SimpleUploadedFile("a.exe", b"MZ", "application/octet-stream")
    answer = browser.post(url, {"text": "xem tệp", "file": file})
    assert "Chỉ nhận tệp PDF" in answer.content.decode()
    assert Message.objects.count() == 0


@pytest.mark.law("R8.1")
def test_nothing_of_another_body_is_reached_by_a_guessed_address(portals, writer):
    reference = sent(portals, writer)
    stranger = portals.account(Role.INTEGRATOR, body=OTHER_BODY)
    theirs = sent(portals, stranger, number="8/SYT-VP")
    mine, other = request_of(reference), request_of(theirs)
    browser = portals.signed_in(stranger)
    for rest in ("", "thread/", "versions/", "draft/", "draft/letter/", f"files/{mine.description.id}/"):
        assert browser.get(f"/agency/requests/{reference}/{rest}").status_code == 404, rest
    for rest in ("thread/", "draft/submit/", "draft/take-back/", "draft/discard/", "withdraw/", "sign/"):
        assert browser.post(f"/agency/requests/{reference}/{rest}").status_code in (403, 404), rest
    # Through the own request a file of the other one is not there either.
    for file in (mine.letters[0].document.id, other.letters[0].document.id):
        found = browser.get(f"/agency/requests/{theirs}/files/{file}/").status_code
        assert found == (200 if file == other.letters[0].document.id else 404)
    assert browser.get(f"/agency/requests/{theirs}/documents/1/").status_code == 404
    assert body_of("YC-2026-999999") is None
    assert Request.objects.get(reference=reference).state == RequestState.RECEIVED
