"""Letters on paper or by the axis: their file is opened, they are put under another, or back they go."""

from dataclasses import replace
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.events import database_now, events_of
from lienthong.control.connections import filing, opening, own_requests, provided
from lienthong.control.connections.calendar import work_calendar
from lienthong.control.connections.file import request_file
from lienthong.control.connections.handling import assign
from lienthong.control.connections.jobs import provide_documents
from lienthong.control.connections.models import Draft, Request, SupportTrack, Version
from lienthong.control.connections.opening import ReadLetter, open_file, put_under
from lienthong.control.connections.written import decode, decode_draft
from lienthong.control.letters import arrivals, outgoing
from lienthong.control.letters.arrived import give_back, name_sender
from lienthong.control.letters.models import Counter, IncomingLetter
from lienthong.control.notices.models import Notice
from lienthong.control.participants.models import Body, System
from lienthong.core.access import Role
from lienthong.core.arrived_letters import GiveBackGround
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.document_kinds import ArrivalChannel
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of, instant, moment
from lienthong.core.request_letter import LetterHead
from lienthong.core.request_states import RequestState
from lienthong.core.track_states import DocumentsState, SupportState
from lienthong.core.working_days import deadline
from tests.control.filed import arrived, body_of, fresh, received, seen
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.control.requesting import demonstration, fill, seed_body, submitted, version_of
from tests.control.test_arrivals import PNG, paper
from tests.control.test_handling import both
from tests.core.requesting import COMPLETE

READ = ReadLetter(
    place="Hải Phòng",
    signatory=COMPLETE.signatory,
    systems=(f"his-{OWN_BODY}",),
    purposes=COMPLETE.purposes,
    choices=COMPLETE.choices,
    services=COMPLETE.services,
    written_counts=COMPLETE.written_counts,
)


@pytest.fixture
def clerk(portals):
    return portals.account(Role.INTAKE_CLERK, name="Đỗ Thị Văn")


def opened(letter, clerk, read=READ) -> Request:
    reference = open_file(letter.pk, letter.version, read, actor=clerk)
    assert isinstance(reference, str), reference.text
    return fresh(Request.objects.get(reference=reference))


def names_lacking(reference: str) -> set[str]:
    return {item.name for item in own_requests.request_of(reference).lacking}


@pytest.mark.law("R5.1", "R5.2", "R5.3", "R9.3")
def test_a_letter_on_paper_starts_the_three_tracks_when_its_file_is_opened(portals, clerk):
    handler, assessor = portals.account(Role.HANDLER), portals.account(Role.ASSESSOR)
    chief, integrator = portals.account(Role.CHIEF), portals.account(Role.INTEGRATOR)
    body_of(OWN_BODY)
    scan = arrivals.Scan(name="quet.png", declared_type="image/png", content=PNG)
    entered = arrivals.enter(paper(), scan, actor=clerk)
    letter = IncomingLetter.objects.get(pk=entered.letter)
    request = opened(letter, clerk)
    assert (request.state, request.letter_id, request.body_id) == (RequestState.RECEIVED, letter.pk, OWN_BODY)
    assert request.received_at == request.sent_at == letter.arrived_at
    letter.refresh_from_db()
    assert (letter.state, letter.request) == ("filed", request.pk)
    helped = SupportTrack.objects.get(request=request)
    assert (helped.state, helped.supporter) == (SupportState.SUPPORTED, handler.id)
    assert Assessment.objects.get(request=request).system.code == f"his-{OWN_BODY}"
    told = set(
        Notice.objects.filter(subject_vi__contains=request.reference).values_list("account", flat=True)
    )
    assert {handler.id, assessor.id, chief.id, integrator.id} <= told
    (job,) = ProcrastinateJob.objects.filter(task_name="connections.provide_documents")
    assert job.args == {"request": request.pk}
    event = events_of("request", request.reference)[0]
    assert (event.kind, event.actor, event.detail["arrival"]) == ("request.open", clerk.id, entered.arrival)
    provide_documents(request=request.pk)
    names = {file.name for file in provided.standing_of(request.pk).files}
    assert {"openapi.json", "giving/guide.md"} <= names
    # What was typed is a version nobody signed here; the scan is its letter, and its text the next draft.
    version = Version.objects.get(request=request)
    assert (version.signed_by, version.entered_by, version.letter.name) == (None, clerk.id, "quet.png")
    draft = decode_draft(Draft.objects.get(request=request).content).written
    written = decode(version.content)
    assert draft.request == written.request
    assert (written.head.number, draft.head) == ("1187/SYT-VP", LetterHead(place="Hải Phòng"))


@pytest.mark.law("R1.3", "R5.2")
def test_the_day_to_answer_by_counts_from_the_arrival_however_late_the_file_is_opened(portals, clerk):
    letter = arrived(OWN_BODY)
    came = moment(database_now()) - timedelta(days=9)
    IncomingLetter.objects.filter(pk=letter.pk).update(arrived_at=came)
    request = opened(letter, clerk)
    term = profile_at(database_now()).number("request.decide")
    assert request.answer_by == deadline(day_of(instant(came)), term, work_calendar()).last_day
    assert request.received_at == came


@pytest.mark.law("R5.1", "R5.2")
def test_a_letter_that_names_only_its_sender_has_its_file_and_both_sides_see_what_lacks(portals, clerk):
    assessor, integrator = portals.account(Role.ASSESSOR), portals.account(Role.INTEGRATOR)
    chief = portals.account(Role.CHIEF)
    request = opened(arrived(OWN_BODY), clerk, ReadLetter())
    wanted = {"mandates", "systems", "purposes", "fields", "services", "technical_description", "signatory"}
    assert wanted <= names_lacking(request.reference)
    assert request_file(request.reference).lacking == own_requests.request_of(request.reference).lacking
    assert Notice.objects.filter(account=assessor.id, body_vi__contains="chưa nêu hệ thống").exists()
    # The track of documents waits for what the letter does not name, and is not tried over and over.
    provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert (standing.state, standing.waits, standing.attempts) == (DocumentsState.FAILED, True, 1)
    for person in (chief, integrator):
        where = "agency" if person is integrator else "staff"
        text = portals.signed_in(person).get(f"/{where}/requests/{request.reference}/").content.decode()
        for said in (
            "Chờ cơ quan nêu hệ thống",
            "Chờ nội dung đề nghị",
            "Chờ nêu hệ thống",
            "Còn thiếu trong",
        ):
            assert said in text, (where, said)
        assert "Chưa nêu mục đích nào" in text


@pytest.mark.law("R5.1")
def test_the_number_written_is_compared_with_the_fields_and_sensitive_ones_are_marked(portals, clerk):
    counts = tuple((direction, number + 5) for direction, number in COMPLETE.written_counts)
    request = opened(arrived(OWN_BODY), clerk, replace(READ, written_counts=counts))
    assert "count_differs" in names_lacking(request.reference)
    page = portals.browser(Role.CHIEF).get(f"/staff/requests/{request.reference}/").content.decode()
    assert "Không khớp" in page
    assert "Nhạy cảm, gia đình" in page


@pytest.mark.law("R5.1", "R5.2", "R5.3")
def test_the_body_supplements_such_a_file_in_its_portal(portals, clerk, seal):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    writer, head = portals.account(Role.INTEGRATOR), portals.account(Role.AGENCY_HEAD)
    body = seed_body()
    letter = arrived(OWN_BODY, sender=body.identifier)
    request = opened(letter, clerk, ReadLetter(purposes=COMPLETE.purposes))
    assert assign(seen(request), handler.id, actor=chief) is None
    wording = outgoing.Wording(
        signer=chief.id, title="Cục trưởng", points=("Hệ thống",), until=day_of(database_now()) + timedelta(9)
    )
    made = outgoing.draft(seen(fresh(request)), outgoing.Purpose.SUPPLEMENT, wording, actor=handler)
    assert outgoing.submit(made, 1, actor=handler) is None
    assert outgoing.sign(made, 2, actor=chief) is None
    assert outgoing.issue(made, 3, actor=clerk) is None
    demonstration()
    fill(request.reference, writer, number="1300/SYT-VP")
    assert filing.submit(request.reference, actor=writer) is None
    refusal = filing.sign_for_demonstration(request.reference, seen=version_of(request.reference), actor=head)
    assert refusal is None, refusal.text
    assert fresh(request).state == RequestState.SUPPLEMENTED
    versions = own_requests.versions_of(request.reference)
    assert [(each.number, bool(each.entered_by)) for each in versions] == [(2, False), (1, True)]
    assert versions[0].changes
    assert names_lacking(request.reference) == set()
    # The system that was lacking is assessed from now on, and its documents are made.
    assert [each.system.code for each in Assessment.objects.filter(request=request)] == [f"his-{OWN_BODY}"]
    provide_documents(request=request.pk)
    assert provided.standing_of(request.pk).state == DocumentsState.PROVIDED


@pytest.mark.law("R5.3")
def test_the_same_letter_by_the_portal_stays_one_file(portals, clerk):
    writer, head = portals.account(Role.INTEGRATOR), portals.account(Role.AGENCY_HEAD)
    demonstration()
    seed_body()
    reference = submitted(writer, number="1187/SYT-VP")
    today = day_of(database_now())
    letter = arrived(OWN_BODY, 1187, sender=Body.objects.get(pk=OWN_BODY).identifier, dated=today)
    request = opened(letter, clerk, ReadLetter())
    refusal = filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head)
    assert refusal.code is ControlCode.LETTER_NUMBER_USED
    assert request.reference in refusal.text.vi
    # A copy by the axis joins the file that there is.
    axis = paper(sender=letter.sender, dated=today, channel=ArrivalChannel.DOCUMENT_AXIS, copy=None)
    copy = IncomingLetter.objects.get(pk=arrivals.enter(axis, None, actor=clerk).letter)
    assert (copy.state, copy.request) == ("joined", request.pk)


@pytest.mark.law("R5.3")
def test_two_clerks_at_once_open_one_file_and_the_second_is_told(portals, clerk):
    letter, other = arrived(OWN_BODY), portals.account(Role.INTAKE_CLERK)
    results = both(
        lambda: open_file(letter.pk, letter.version, READ, actor=clerk),
        lambda: open_file(letter.pk, letter.version, READ, actor=other),
    )
    (refused,) = (each for each in results if isinstance(each, ControlRefuse))
    assert refused.code is ControlCode.DECIDED_MEANWHILE
    assert {clerk.name, other.name} & set(refused.detail.values())
    assert (Request.objects.count(), Version.objects.count()) == (1, 1)
    assert Counter.objects.get(series="requests").last == 1


@pytest.mark.law("R5.3")
def test_who_may_not_and_what_is_not_the_bodys_is_refused_and_leaves_nothing(portals, clerk):
    letter = arrived(OWN_BODY)
    body_of(OTHER_BODY)
    foreign = replace(READ, systems=(f"his-{OTHER_BODY}",))
    stranger = arrived(OWN_BODY, sender="Công ty lạ")
    ended = arrived(OTHER_BODY)
    Body.objects.filter(pk=OTHER_BODY).update(ended_on=day_of(database_now()))
    for number, read, actor, code in (
        (letter, READ, portals.account(Role.CHIEF, Role.HANDLER), ControlCode.NOT_YOUR_ROLE),
        (letter, foreign, clerk, ControlCode.MAY_NOT_FILE),
        (stranger, ReadLetter(), clerk, ControlCode.SENDER_NO_BODY),
        (ended, ReadLetter(), clerk, ControlCode.BODY_ENDED),
    ):
        assert open_file(number.pk, number.version, read, actor=actor).code is code
    assert not Request.objects.exists()
    assert not Counter.objects.filter(series="requests").exists()
    opened(letter, clerk)
    letter.refresh_from_db()
    again = open_file(letter.pk, letter.version, READ, actor=clerk)
    assert again.code is ControlCode.NOT_IN_THIS_STATE


@pytest.mark.law("R5.2")
def test_an_opening_that_fails_leaves_nothing_and_burns_no_number(portals, clerk, monkeypatch):
    letter = arrived(OWN_BODY)
    monkeypatch.setattr(opening.receipt, "open_assessments", lambda *_a, **_n: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_file(letter.pk, letter.version, READ, actor=clerk)
    assert not Request.objects.exists()
    assert not Counter.objects.filter(series="requests").exists()
    assert IncomingLetter.objects.get(pk=letter.pk).state == "registered"


@pytest.mark.law("R5.3")
def test_a_sender_is_named_once_the_body_is_registered(portals, clerk):
    letter = arrived(OWN_BODY, 1187, sender="Sở Y tế mới")
    unknown = name_sender(letter.pk, letter.version, "H77.01", actor=clerk)
    assert unknown.code is ControlCode.BODY_UNKNOWN
    body = Body.objects.create(identifier="H77.01", kind="organisation", name="Sở Y tế mới thành lập")
    handler = portals.account(Role.HANDLER)
    refusal = name_sender(letter.pk, letter.version, body.identifier, actor=handler)
    assert refusal.code is ControlCode.NOT_YOUR_ROLE
    assert name_sender(letter.pk, letter.version, " h77.01 ", actor=clerk) is None
    stale = name_sender(letter.pk, letter.version, "H07.12", actor=clerk)
    assert stale.code is ControlCode.DECIDED_MEANWHILE
    letter.refresh_from_db()
    assert (letter.body_id, letter.sender) == (body.pk, "H77.01")
    # From now on a copy in the body's name is the same letter; one that came before is told.
    copy = arrivals.enter(
        paper(sender="H77.01", channel=ArrivalChannel.DOCUMENT_AXIS, copy=None), None, actor=clerk
    )
    assert copy.joined
    twin = arrived(OWN_BODY, 1187, sender="Sở Y tế mới")
    known = name_sender(twin.pk, twin.version, "H77.01", actor=clerk)
    assert known.code is ControlCode.ARRIVAL_KNOWN
    assert letter.arrival in known.text.vi


@pytest.mark.law("R5.3")
def test_a_copy_whose_number_was_mistyped_is_put_under_its_file(portals, clerk):
    chief = portals.account(Role.CHIEF)
    request, other = received(OWN_BODY), received(OTHER_BODY)
    letter = arrived(OWN_BODY, 9911, sender="Sở Y tế (gõ nhầm)")
    mine = arrived(OWN_BODY, 9912)
    assert put_under(mine.pk, 2, other.reference, actor=clerk).code is ControlCode.FILE_OF_ANOTHER_BODY
    assert put_under(mine.pk, 2, "YC-2026-999999", actor=clerk).code is ControlCode.FILE_UNKNOWN
    assert put_under(mine.pk, 2, request.reference, actor=chief).code is ControlCode.NOT_YOUR_ROLE
    assert put_under(letter.pk, letter.version, request.reference, actor=clerk) is None
    letter.refresh_from_db()
    assert (letter.state, letter.request, letter.body_id) == ("filed", request.pk, OWN_BODY)
    assert Notice.objects.filter(account=chief.id, subject_vi__contains="được đưa vào hồ sơ").count() == 1
    again = put_under(letter.pk, letter.version, request.reference, actor=clerk)
    assert again.code is ControlCode.NOT_IN_THIS_STATE


@pytest.mark.law("R1.3", "R5.3")
def test_a_letter_is_given_back_with_its_reason_and_comes_again_as_a_new_one(portals, clerk):
    officer = portals.account(Role.CONTACT_OFFICER)
    letter = arrived(OWN_BODY, 1187)
    ground = GiveBackGround.NOT_SIGNED
    assert give_back(letter.pk, 2, ground, " ", actor=clerk).code is ControlCode.NO_GROUND_TO_GIVE_BACK
    results = both(
        lambda: give_back(letter.pk, letter.version, ground, "Thiếu chữ ký", actor=clerk),
        lambda: open_file(letter.pk, letter.version, READ, actor=clerk),
    )
    refused = [each for each in results if isinstance(each, ControlRefuse)]
    assert [each.code for each in refused] == [ControlCode.DECIDED_MEANWHILE]
    if Request.objects.exists():
        letter = arrived(OWN_BODY, 1188)
        assert give_back(letter.pk, letter.version, ground, "Thiếu chữ ký", actor=clerk) is None
    letter.refresh_from_db()
    assert (letter.state, letter.request) == ("given_back", None)
    assert "Thiếu chữ ký" in letter.remark
    (notice,) = Notice.objects.filter(account=officer.id, subject_vi__contains="được trả lại")
    assert "Thiếu chữ ký" in notice.body_vi
    assert open_file(letter.pk, letter.version, READ, actor=clerk).code is ControlCode.NOT_IN_THIS_STATE
    number = int(letter.number.split("/")[0])
    again = arrived(OWN_BODY, number)
    assert (again.joined_to, again.arrival) != (letter, letter.arrival)
    opened(again, clerk)


@pytest.mark.law("R5.1", "R5.3")
def test_the_clerk_opens_a_file_on_its_page_and_gives_another_letter_back(portals, clerk):
    browser, letter = portals.signed_in(clerk), arrived(OWN_BODY)
    page = f"/staff/arrivals/{letter.pk}/"
    assert "Mở hồ sơ" in browser.get(page).content.decode()
    more = browser.post(f"{page}open/", {"version": "2", "purposes": "1", "act": "more", "p1-name": "Một"})
    assert 'name="p2-name"' in more.content.decode()
    assert 'value="Một"' in more.content.decode()
    wrong = browser.post(
        f"{page}open/", {"version": "2", "purposes": "1", "act": "open", "systems": f"his-{OTHER_BODY}"}
    )
    assert wrong.status_code == 200
    typed = {
        "version": "2", "purposes": "2", "act": "open", "systems": [f"his-{OWN_BODY}"], "place": "Hải Phòng",
        "signer": "Trần Văn Bình", "title": "Giám đốc", "get_count": "3", "give_count": "",
        "p1-name": "Định danh người bệnh", "p1-services": ["lookup"], "p1-get-civil_status": ["full_name"],
        "p1-get-lines": "Giới tính\r\nSố thẻ hội viên\r\n", "p1-give-lines": "Thẻ bảo hiểm y tế",
    }  # fmt: skip
    answer = browser.post(f"{page}open/", typed)
    reference = Request.objects.get().reference
    assert answer.headers["Location"] == f"/staff/requests/{reference}/"
    asked = decode(Version.objects.get().content).request
    assert [(each.field, each.direction) for each in asked.choices] == [
        ("full_name", "get"), ("sex", "get"), ("x:số thẻ hội viên", "get"), ("x:thẻ bảo hiểm y tế", "give"),
    ]  # fmt: skip
    assert [purpose.code for purpose in asked.purposes] == ["MD1"]
    assert asked.signatory.name == "Trần Văn Bình"
    again = browser.post(f"{page}open/", typed, follow=True)
    assert ControlCode.DECIDED_MEANWHILE in again.content.decode()
    assert Request.objects.count() == 1
    other = arrived(OWN_BODY, sender="Ông Nguyễn Văn A")
    page = f"/staff/arrivals/{other.pk}/"
    assert "Chưa rõ cơ quan gửi" in browser.get(page).content.decode()
    named = browser.post(f"{page}sender/", {"version": "2", "identifier": "H99.99"}, follow=True)
    assert ControlCode.BODY_UNKNOWN in named.content.decode()
    put = browser.post(f"{page}file/", {"version": "2", "reference": "YC-1"}, follow=True)
    assert ControlCode.FILE_UNKNOWN in put.content.decode()
    without = browser.post(f"{page}give-back/", {"version": "2", "ground": "no_body", "reason": ""})
    assert without.status_code == 200
    done = browser.post(
        f"{page}give-back/", {"version": "2", "ground": "no_body", "reason": "Cá nhân gửi"}, follow=True
    )
    assert "Cá nhân gửi" in done.content.decode()
    listed = browser.get("/staff/arrivals/?waiting=on").content.decode()
    assert other.number not in listed
    assert System.objects.filter(code=f"his-{OWN_BODY}").exists()
