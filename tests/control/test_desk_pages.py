"""The desk's pages through the real middleware: the way of a file, crafted posts, what staff do not see."""

import re

import pytest

from lienthong.control.accounts.models import Account
from lienthong.control.connections import provided, tracks
from lienthong.control.connections.models import Request
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter, Upload
from lienthong.control.letters.outgoing_content import read_letter
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.request_answer import OBJECTION
from lienthong.core.request_states import RequestState
from tests.control.filed import assigned, drafted, fresh, received, sent
from tests.control.portal import OWN_BODY, Browser
from tests.control.test_arrivals import PNG


class Desk:
    """A browser of each role, and a request that was received."""

    def __init__(self, portals) -> None:
        self.chief = portals.browser(Role.CHIEF)
        self.handler = portals.browser(Role.HANDLER)
        self.clerk = portals.browser(Role.INTAKE_CLERK)
        self.request = received(OWN_BODY)

    @property
    def url(self) -> str:
        return f"/staff/requests/{self.request.reference}/"

    @property
    def version(self) -> int:
        return fresh(self.request).version

    def state(self) -> RequestState:
        return fresh(self.request).state


@pytest.fixture
def desk(portals, seal) -> Desk:
    return Desk(portals)


def posted(browser: Browser, url: str, **values: object) -> str:
    """Post a form, follow to where it leads, and return the page that says what became of it."""
    answer = browser.post(url, {name: str(value) for name, value in values.items()}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def refused(page: str, code: str) -> bool:
    return code in page


@pytest.mark.law("R1.3", "R5.3")
def test_the_way_of_a_file_from_the_chief_to_a_lawful_refusal(desk):
    page = posted(
        desk.chief, f"{desk.url}assign/", version=desk.version, act="assign", person=desk.handler.actor.id
    )
    assert "Đã giao hồ sơ." in page
    draft = {
        "version": desk.version, "signer": desk.chief.actor.id, "title": "Cục trưởng", "capacity": "head",
        "urgency": "normal", "ground": "no_legal_basis", "reasons": "Không có căn cứ.",
        "law": "Thông tư số 46/2022/TT-BCA", "objection": OBJECTION.vi,
    }  # fmt: skip
    without_law = posted(desk.handler, f"{desk.url}letters/refusal/", **(draft | {"law": " "}))
    assert "Chưa gửi được, cần sửa" in without_law
    assert not OutgoingLetter.objects.exists()
    assert "Đã lưu dự thảo." in posted(desk.handler, f"{desk.url}letters/refusal/", **draft)
    letter = OutgoingLetter.objects.get()
    url = f"/staff/letters/{letter.pk}/"
    assert "Đã trình ký." in posted(desk.handler, f"{url}move/", version=1, act="submit")
    assert "Đã ký" in posted(desk.chief, f"{url}sign/", version=2)
    assert desk.state() is RequestState.ASSIGNED
    assert "Đã cấp số và ban hành." in posted(desk.clerk, f"{url}issue/", version=3)
    assert desk.state() is RequestState.REFUSED
    pdf = desk.clerk.get(f"{url}pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert "01-C06-DLDC.pdf" in pdf["Content-Disposition"]
    assert "01/C06-DLDC" in desk.clerk.get("/staff/letters/").content.decode()
    assert "Cấp số, ban hành: 01/C06-DLDC" in desk.chief.get(desk.url).content.decode()


def test_the_way_of_a_file_to_its_acceptance(desk):
    posted(desk.chief, f"{desk.url}assign/", version=desk.version, act="assign", person=desk.handler.actor.id)
    page = desk.handler.get(f"{desk.url}fields/").content.decode()
    names = re.findall(r'name="(opinion_\d+)"', page)
    opinions = dict.fromkeys(names, "agreed")
    remarks = {name.replace("opinion", "remark"): "" for name in names}
    assert len(names) == 3
    assert "Đã lưu ý kiến" in posted(
        desk.handler, f"{desk.url}fields/", version=desk.version, **opinions, **remarks
    )
    assert "Đã đề xuất" in posted(desk.handler, f"{desk.url}handle/", version=desk.version, act="propose")
    assert "Hồ sơ không ở trạng thái chờ duyệt" not in desk.chief.get(f"{desk.url}decide/").content.decode()
    refusal = posted(desk.chief, f"{desk.url}decide/", version=desk.version, act="give_back", remark="")
    assert "LC651" in refusal
    assert "Đã chấp thuận" in posted(desk.chief, f"{desk.url}decide/", version=desk.version)
    assert desk.state() is RequestState.ACCEPTED


@pytest.mark.law("R5.3")
def test_a_second_press_and_a_stale_page_are_told_and_do_nothing(desk):
    seen = desk.version
    values = {"version": seen, "act": "assign", "person": desk.handler.actor.id}
    posted(desk.chief, f"{desk.url}assign/", **values)
    assert refused(posted(desk.chief, f"{desk.url}assign/", **values), "LC201")
    assert fresh(desk.request).version == seen + 1


@pytest.mark.parametrize(
    ("who", "path", "values", "answer"),
    [
        ("handler", "handle/", {"act": "propose"}, "LC551"),
        ("handler", "handle/", {"act": "take_up"}, "LC202"),
        ("chief", "decide/", {}, "LC202"),
        ("chief", "assign/", {"act": "reassign", "person": "{handler}"}, "LC202"),
        ("chief", "assign/", {"act": "assign", "person": "999"}, "Cán bộ"),
        ("chief", "assign/", {"act": "assign", "person": ""}, "LC553"),
        ("handler", "letters/refusal/", {}, "Chưa gửi được"),
    ],
)
def test_what_is_posted_past_the_buttons_is_refused(desk, who, path, values, answer):
    browser: Browser = getattr(desk, who)
    handler = str(desk.handler.actor.id)
    if (who, path, values.get("act")) == ("handler", "handle/", "propose"):
        Request.objects.filter(pk=desk.request.pk).update(state="assigned")
    filled = {name: value.replace("{handler}", handler) for name, value in values.items()}
    before = desk.state()
    assert answer in posted(browser, desk.url + path, version=desk.version, **filled)
    assert desk.state() is before


def test_an_unknown_act_or_file_is_not_found_and_a_wrong_version_no_failure(desk):
    for url, values in (
        (f"{desk.url}handle/", {"version": "1", "act": "refuse"}),
        (f"{desk.url}assign/", {"version": "1", "act": "sign"}),
        ("/staff/requests/YC-2026-999999/handle/", {"version": "1", "act": "propose"}),
        (f"{desk.url}letters/decision/", {}),
    ):
        browser = desk.chief if "assign" in url else desk.handler
        assert browser.post(url, values).status_code == 404, url
    assert "biểu mẫu còn thiếu" in posted(desk.handler, f"{desk.url}handle/", act="propose")
    assert "biểu mẫu còn thiếu" in posted(desk.handler, f"{desk.url}handle/", act="propose", version="x")
    assert desk.handler.get(f"{desk.url}letters/decision/").status_code == 404


@pytest.mark.law("R5.3")
def test_what_was_not_sent_yet_is_the_bodys_own(desk):
    request = sent(OWN_BODY)
    Request.objects.filter(pk=desk.request.pk).update(title="Hồ sơ đã gửi")
    hidden = Request.objects.create(
        reference="YC-2026-700000", body=request.body, title="Bản nháp kín", started_at=request.started_at
    )
    page = desk.chief.get("/staff/requests/").content.decode()
    assert "Hồ sơ đã gửi" in page
    assert "Bản nháp kín" not in page
    assert "Bản nháp kín" not in desk.chief.get("/staff/requests/?state=draft&words=kín").content.decode()
    nowhere = desk.chief.get("/staff/requests/YC-2026-999999/")
    for path in ("", "thread/", "versions/", "papers/1/"):
        answer = desk.chief.get(f"/staff/requests/{hidden.reference}/{path}")
        assert answer.status_code == nowhere.status_code == 404


def test_the_list_is_narrowed_and_paged(desk, portals):
    chief, handler = desk.chief.actor, desk.handler.actor
    late = assigned(OWN_BODY, chief, handler)
    Request.objects.filter(pk=late.pk).update(answer_by="2026-01-05", received_at="2026-01-01T00:00:00Z")
    other = received(OWN_BODY + 1)
    for query, shown, hidden in (
        ("overdue=on", late, other),
        (f"handler={handler.id}", late, other),
        ("handler=0", other, late),
        ("older=7", late, other),
        ("state=assigned", late, other),
        ("body=số+8", other, late),
        (f"words={other.reference}", other, late),
        ("page=99999", None, late),
        ("page=x&state=nonsense&handler=abc&older=-1", late, None),
    ):
        page = desk.chief.get(f"/staff/requests/?{query}").content.decode()
        assert shown is None or shown.reference in page, query
        assert hidden is None or hidden.reference not in page, query


def test_home_shows_what_waits_for_each_role_and_nothing_else(desk, portals):
    assert desk.request.reference in desk.chief.get("/staff/").content.decode()
    assert "Chưa có việc nào" in desk.handler.get("/staff/").content.decode()
    letter = drafted(portals, OWN_BODY)
    OutgoingLetter.objects.filter(pk=letter.pk).update(state="submitted")
    OutgoingLetter.objects.filter(pk=letter.pk).update(state="signed")
    assert "Đã ký, chờ ban hành" in desk.clerk.get("/staff/").content.decode()
    for role in (Role.ADMINISTRATOR, Role.INSPECTOR, Role.KEY_OFFICER):
        assert "Chưa có việc nào" in portals.browser(role).get("/staff/").content.decode()


def test_documents_are_handed_out_as_files_and_never_shown(desk):
    tracks.provide(desk.request.pk)
    file = provided.standing_of(desk.request.pk).files[0]
    answer = desk.handler.get(f"{desk.url}documents/{file.id}/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    other = received(OWN_BODY)
    assert desk.handler.get(f"/staff/requests/{other.reference}/documents/{file.id}/").status_code == 404
    assert "Tạo lại tài liệu" in desk.handler.get(desk.url).content.decode()
    again = posted(desk.handler, f"{desk.url}handle/", version=desk.version, act="documents")
    assert "Tài liệu sẽ được tạo lại ngay." in again


@pytest.mark.law("R5.3")
def test_the_clerk_enters_a_paper_with_its_scan(desk):
    from django.core.files.uploadedfile import SimpleUploadedFile

    letter = desk.request.letter
    values = {
        "channel": "paper", "sender": "H07.12", "number": letter.number, "dated": f"{letter.dated:%d/%m/%Y}",
        "subject": "Đề nghị kết nối", "urgency": "normal", "copy": "true_copy",
    }  # fmt: skip
    bad = SimpleUploadedFile("quet.png", b"MZ", content_type="image/png")
    answer = desk.clerk.post("/staff/arrivals/new/", values | {"scan": bad})
    assert "LC463" in answer.content.decode()
    assert "1187" in desk.clerk.post("/staff/arrivals/new/", values | {"number": "không số"}).content.decode()
    good = SimpleUploadedFile("quet.png", PNG, content_type="image/png")
    page = desk.clerk.post("/staff/arrivals/new/", values | {"scan": good}, follow=True).content.decode()
    assert f"đã ghép vào số đến {letter.arrival}" in page
    copy = IncomingLetter.objects.exclude(joined_to=None).get()
    scan = desk.clerk.get(f"/staff/arrivals/{copy.pk}/scan/")
    assert (scan.content, scan["Content-Type"]) == (PNG, "image/png")
    upload = Upload.objects.get()
    assert desk.handler.get(f"{desk.url}papers/{upload.pk}/").content == PNG
    other = received(OWN_BODY)
    assert desk.handler.get(f"/staff/requests/{other.reference}/papers/{upload.pk}/").status_code == 404


def test_the_thread_answers_and_only_those_who_may(desk):
    page = posted(desk.handler, f"{desk.url}thread/", text="Đã mở cổng <443>.")
    assert "Đã gửi trả lời." in page
    assert "Đã mở cổng &lt;443&gt;." in page
    posted(desk.clerk, f"{desk.url}thread/", text="không được")
    assert "không được" not in desk.handler.get(f"{desk.url}thread/").content.decode()


def test_a_returned_draft_is_mended_on_its_page(desk, portals):
    letter = drafted(portals, OWN_BODY)
    request = Request.objects.get(pk=letter.request)
    Request.objects.filter(pk=request.pk).update(handler=desk.handler.actor.id)
    url = f"/staff/letters/{letter.pk}/"
    assert "Trình ký" in desk.handler.get(url).content.decode()
    posted(desk.handler, f"{url}move/", version=1, act="submit")
    signer = portals.browser(Role.APPROVER)
    assert "LC455" in posted(signer, f"{url}sign/", version=2)
    assert "LC459" in posted(signer, f"{url}move/", version=2, act="return", remark="Ghi rõ hơn")
    chief = Account.objects.get(pk=read_letter(letter.content).signer)
    named = portals.signed_in(Actor(chief.pk, chief.name, Portal.STAFF, frozenset({Role.CHIEF}), None))
    assert "Đã trả lại" in posted(named, f"{url}move/", version=2, act="return", remark="Ghi rõ hơn")
    page = desk.handler.get(f"{url}rewrite/").content.decode()
    assert "Ghi rõ hơn" in page
    values = {
        "version": 3, "signer": desk.chief.actor.id, "title": "Cục trưởng", "capacity": "head",
        "urgency": "normal", "points": "Điểm một\nĐiểm hai", "until": "31/01/2030",
    }  # fmt: skip
    assert "Đã lưu dự thảo." in posted(desk.handler, f"{url}rewrite/", **values)
    assert "Điểm hai" in desk.handler.get(url).content.decode()
    assert "Đã rút dự thảo" in posted(desk.handler, f"{url}move/", version=4, act="withdraw")
