"""From the draft to the letter that counts as sent: only the signed one, once, received in the same act."""

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, ProgrammingError, connection
from django.test import override_settings

from lienthong.config import Environment
from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.events import database_now, events_of
from lienthong.control.connections import filing
from lienthong.control.connections.models import DocumentsTrack, Draft, Request, SupportTrack, Version
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.own_requests import request_of, versions_of
from lienthong.control.connections.written import canonical_sha256
from lienthong.control.letters.models import IncomingLetter
from lienthong.control.letters.uploads import content_of
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of, moment
from lienthong.core.request_states import RequestState
from lienthong.core.request_versions import Change
from lienthong.core.track_states import AssessmentState, DocumentsState, SupportState
from lienthong.core.version_words import words_of
from lienthong.documents.letter import LetterPdf, SignaturePlace, render_letter
from lienthong.documents.pdf_signature import read_signer, sign_letter
from lienthong.documents.request_letter import request_letter
from tests.control.portal import OTHER_BODY
from tests.control.requesting import (
    begun,
    complete,
    demonstration,
    drafted_bytes,
    fill,
    seed_body,
    sent,
    submitted,
    version_of,
)
from tests.documents.authority import TestAuthority


@pytest.fixture
def writer(portals):
    return portals.account(Role.INTEGRATOR)


@pytest.fixture
def head(portals):
    return portals.account(Role.AGENCY_HEAD, name="Trần Văn Bình")


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """An authority whose certificates count here."""
    found = TestAuthority(tmp_path)
    configured = settings.LIENTHONG
    control = msgspec.structs.replace(configured.control, signature_roots=(found.root,))
    monkeypatch.setattr(settings, "LIENTHONG", msgspec.structs.replace(configured, control=control))
    return found


def signed_by(authority: TestAuthority, reference: str, name: str = "Trần Văn Bình") -> bytes:
    """The letter as the head's own program signs it."""
    place = draft_of(reference).content.drafted
    letter = LetterPdf(drafted_bytes(reference), SignaturePlace(place.page, place.box))
    return sign_letter(letter, read_signer(*authority.signer(name)), reason="Ký ban hành", place="Hải Phòng")


def send(browser, reference: str, content: bytes, name: str = "de-nghi.pdf"):
    file = SimpleUploadedFile(name, content, "application/pdf")
    values = {"file": file, "version": version_of(reference), "act": "file"}
    return browser.post(f"/agency/requests/{reference}/sign/", values)


def state_of(reference: str) -> RequestState:
    return Request.objects.get(reference=reference).state


def move(reference: str, *states: RequestState) -> None:
    """What the authority's staff do, through the database's own table of states."""
    for state in states:
        Request.objects.filter(reference=reference).update(state=state)


@pytest.mark.law("R5.3")
def test_a_certificate_of_somebody_else_is_received_and_shown_for_the_clerk(portals, writer, head, authority):
    browser, clerk = portals.signed_in(head), portals.browser(Role.INTAKE_CLERK)
    reference = submitted(writer)
    assert send(browser, reference, signed_by(authority, reference, "Nguyễn Thị Hoa")).status_code == 302
    assert state_of(reference) == RequestState.RECEIVED, "a name that differs holds no letter up"
    (event,) = [each for each in events_of("request", reference) if each.kind == "request.sign"]
    told = {
        name: event.detail[name] for name in ("holder_match", "organisation_match", "revocation", "issuer")
    }
    assert told == {
        "holder_match": "differs", "organisation_match": "differs", "revocation": "not_checked",
        "issuer": "Test Root",
    }  # fmt: skip
    page = clerk.get(f"/staff/requests/{reference}/").content.decode()
    for shown in (
        "Văn thư xem lại chứng thư", "Nguyễn Thị Hoa", "Khác người ký văn bản", "Khác cơ quan gửi",
        "Test Root", event.detail["certificate"], "Chưa kiểm tra thu hồi",
    ):  # fmt: skip
        assert shown in page


@pytest.mark.law("R5.3")
def test_the_bodys_own_certificate_or_the_signatorys_is_not_flagged(portals, writer, head, authority):
    browser, clerk = portals.signed_in(head), portals.browser(Role.INTAKE_CLERK)
    body = seed_body().name
    for number, name in (("1/SYT-VP", "TRAN VAN BINH"), ("2/SYT-VP", body)):
        reference = submitted(writer, number=number)
        authority.organisation = body
        assert send(browser, reference, signed_by(authority, reference, name)).status_code == 302
        page = clerk.get(f"/staff/requests/{reference}/").content.decode()
        assert "Trùng cơ quan gửi" in page
        assert "Văn thư xem lại chứng thư" not in page


@pytest.mark.law("R5.3")
def test_a_revoked_certificate_sends_nothing_and_the_page_says_why(
    portals, writer, head, authority, tmp_path
):
    browser, reference = portals.signed_in(head), submitted(writer)
    content = signed_by(authority, reference)
    lists = tmp_path / "lists"
    lists.mkdir()
    configured = settings.LIENTHONG
    control = msgspec.structs.replace(configured.control, signature_revocations=lists)
    with override_settings(LIENTHONG=msgspec.structs.replace(configured, control=control)):
        (lists / "a.crl").write_bytes(
            authority.revocations(authority.folder / "Trần Văn Bình.pem").public_bytes(Encoding.DER)
        )
        page = send(browser, reference, content).content.decode()
        assert ControlCode.NOT_THE_SIGNED_LETTER in page
        assert "Chứng thư số đã bị thu hồi" in page
        assert state_of(reference) == RequestState.TO_SIGN
        (lists / "a.crl").write_bytes(authority.revocations().public_bytes(Encoding.DER))
        assert send(browser, reference, content).status_code == 302
    clerk = portals.browser(Role.INTAKE_CLERK)
    assert "Không bị thu hồi" in clerk.get(f"/staff/requests/{reference}/").content.decode()
    lists.rename(tmp_path / "gone")
    with override_settings(LIENTHONG=msgspec.structs.replace(configured, control=control)):
        assert filing._revocations() == (), "a folder that is gone holds nothing up"


@pytest.mark.law("R5.1")
def test_a_letter_that_lacks_something_is_not_submitted(portals, writer):
    reference = begun(writer)
    browser = portals.signed_in(writer)
    browser.post(f"/agency/requests/{reference}/draft/submit/")
    page = browser.get(f"/agency/requests/{reference}/draft/").content.decode()
    assert ControlCode.LETTER_INCOMPLETE in page
    assert state_of(reference) == RequestState.DRAFT
    assert draft_of(reference).content.drafted is None


@pytest.mark.law("R5.1", "R5.3")
def test_the_letter_is_shown_as_it_will_be_signed_and_can_be_taken_back(portals, writer):
    reference = complete(writer)
    browser = portals.signed_in(writer)
    assert browser.get(f"/agency/requests/{reference}/draft/letter/").content.startswith(b"%PDF-")
    browser.post(f"/agency/requests/{reference}/draft/submit/")
    shown = browser.get(f"/agency/requests/{reference}/draft/letter/")
    assert shown.content == drafted_bytes(reference)
    assert state_of(reference) == RequestState.TO_SIGN
    browser.post(f"/agency/requests/{reference}/draft/submit/")
    assert state_of(reference) == RequestState.TO_SIGN
    browser.post(f"/agency/requests/{reference}/draft/take-back/")
    assert state_of(reference) == RequestState.DRAFT
    assert draft_of(reference).content.drafted is None
    refused = filing.take_back(reference, actor=writer)
    assert refused.code is ControlCode.NOT_PREPARED


@pytest.mark.law("R5.1", "R5.2", "R5.3")
def test_with_the_signed_letter_the_request_is_sent_and_received_at_once(portals, writer, head, authority):
    reference = submitted(writer)
    content = signed_by(authority, reference)
    answer = send(portals.signed_in(head), reference, content)
    assert answer.headers["Location"] == f"/agency/requests/{reference}/"

    request = Request.objects.get(reference=reference)
    assert request.state == RequestState.RECEIVED
    assert request.sent_at == request.received_at
    assert request.answer_by > day_of(database_now())
    year = day_of(database_now()).year
    letter = request.letter
    assert (letter.arrival, letter.state, letter.request) == (f"01/{year}", "filed", request.pk)
    assert letter.key == f"H20.07|1187/syt-vp|{letter.dated.isoformat()}"
    assert letter.signatory["certificate"]["organisation"] == "Sở Y tế"
    assert content_of(letter.document) == content

    version = Version.objects.get(request=request)
    assert version.number == 1
    assert bytes(version.sha256) == canonical_sha256(version.content)
    assert bytes(version.letter.sha256) == hashlib.sha256(content).digest()
    assert DocumentsTrack.objects.get(request=request).state == DocumentsState.PREPARING
    assert SupportTrack.objects.filter(request=request).exists()
    assert Assessment.objects.filter(request=request).count() == 1
    event = events_of("request", reference)[0]
    assert (event.kind, event.actor) == ("request.sign", head.id)
    assert event.detail["signer"] == "Trần Văn Bình"
    assert event.detail["arrival"] == letter.arrival


@pytest.mark.law("R5.3")
def test_a_file_that_is_not_the_signed_letter_does_not_count(portals, writer, head, authority, tmp_path):
    reference = submitted(writer)
    drafted, view = drafted_bytes(reference), draft_of(reference)
    written = replace(view.content.written, head=replace(view.content.written.head, number="9/SYT-VP"))
    layout = request_letter(written.request, written.head, reference=reference)
    other = render_letter(layout, at=moment(database_now()))
    right = signed_by(authority, reference)
    (tmp_path / "other").mkdir()
    stranger = TestAuthority(tmp_path / "other", "Other Root")
    wrong = {
        "phải PDF": b"MZ",
        "chưa có chữ ký": drafted,
        "không phải văn bản đã trình": sign_letter(
            other, read_signer(*authority.signer("x")), reason="x", place="y"
        ),
        "bị thay đổi": right + b"\n% more\n%%EOF\n",
        "Chứng thư số đã hết hạn": signed_by(stranger, reference),
    }
    browser = portals.signed_in(head)
    for why, content in wrong.items():
        answer = send(browser, reference, content)
        assert answer.status_code == 200
        assert why in answer.content.decode(), why
        assert state_of(reference) == RequestState.TO_SIGN
    assert (Version.objects.count(), IncomingLetter.objects.count()) == (0, 0)
    assert send(browser, reference, right, name="chu-ky.exe").status_code == 200
    assert browser.post(f"/agency/requests/{reference}/sign/", {"version": 1}).status_code == 200
    assert state_of(reference) == RequestState.TO_SIGN
    assert send(browser, reference, right).status_code == 302


@pytest.mark.law("R5.3")
def test_sending_twice_sends_once(portals, writer, head, authority):
    reference = submitted(writer)
    content = signed_by(authority, reference)
    browser = portals.signed_in(head)
    for _ in range(2):
        assert send(browser, reference, content).status_code == 302
    assert (Version.objects.count(), IncomingLetter.objects.count()) == (1, 1)


def test_of_two_heads_who_sign_at_once_one_sends(portals, writer, authority):
    reference = submitted(writer)
    file = filing.SignedFile(
        content=signed_by(authority, reference), name="ky.pdf", declared_type="application/pdf"
    )
    heads = [portals.account(Role.AGENCY_HEAD) for _ in range(2)]
    barrier, results = threading.Barrier(2), []

    def sign(actor) -> None:
        try:
            barrier.wait()
            results.append(filing.sign(reference, file, seen=version_of(reference), actor=actor))
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(each,)) for each in heads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(isinstance(result, ControlRefuse) for result in results) == [False, True]
    assert Version.objects.count() == 1


@pytest.mark.law("R5.3")
def test_a_number_that_was_used_is_refused_and_nothing_of_the_act_stays(portals, writer, head, authority):
    sent_before = sent(portals, writer, number="5/SYT-VP")
    reference = submitted(writer, number="05/SYT-VP")
    browser = portals.signed_in(head)
    answer = send(browser, reference, signed_by(authority, reference))
    assert ControlCode.ARRIVAL_TWICE in browser.get(answer.headers["Location"]).content.decode()
    assert state_of(reference) == RequestState.TO_SIGN
    assert Version.objects.filter(request__reference=reference).count() == 0
    # The same letter that came on paper and was put on another file belongs to that file.
    first = IncomingLetter.objects.get()
    other = IncomingLetter.objects.create(
        sender=first.sender, number="6/SYT-VP", dated=first.dated, subject="x", channel="paper",
        copy_status="original", arrived_at=first.arrived_at, arrival="99/2026",
        key=first.key.replace("05/syt", "06/syt"), request=first.request, body=first.body,
    )  # fmt: skip
    filing.take_back(reference, actor=writer)
    fill(reference, writer, number="6/SYT-VP")
    assert filing.submit(reference, actor=writer) is None
    file = filing.SignedFile(
        content=signed_by(authority, reference), name="ky.pdf", declared_type="application/pdf"
    )
    refusal = filing.sign(reference, file, seen=version_of(reference), actor=head)
    assert refusal.code is ControlCode.LETTER_NUMBER_USED
    assert sent_before in refusal.text.vi
    assert not IncomingLetter.objects.filter(joined_to=other).exists()


@pytest.mark.law("R5.3")
def test_the_letter_that_came_on_paper_first_is_the_same_letter(portals, writer, head, authority):
    reference = submitted(writer)
    today = day_of(database_now())
    paper = IncomingLetter.objects.create(
        sender="H20.07", number="1187/SYT-VP", dated=today, subject="Đề nghị", channel="paper",
        copy_status="original", arrived_at=moment(database_now()), arrival="41/2026",
        key=f"H20.07|1187/syt-vp|{today.isoformat()}",
    )  # fmt: skip
    IncomingLetter.objects.filter(pk=paper.pk).update(state="registered")
    send(portals.signed_in(head), reference, signed_by(authority, reference))
    copy = IncomingLetter.objects.get(channel="portal")
    assert (copy.joined_to_id, copy.state, copy.arrival) == (paper.pk, "joined", None)
    paper.refresh_from_db()
    assert paper.request == Request.objects.get(reference=reference).pk
    assert {entry.arrival for entry in request_of(reference).letters} == {"41/2026"}


def test_a_letter_taken_back_under_the_heads_hands_is_not_sent(portals, writer, head, authority):
    reference = submitted(writer)
    content, seen = signed_by(authority, reference), version_of(reference)
    filing.take_back(reference, actor=writer)
    filing.submit(reference, actor=writer)
    file = filing.SignedFile(content=content, name="ky.pdf", declared_type="application/pdf")
    assert filing.sign(reference, file, seen=seen, actor=head).code is ControlCode.NOT_PREPARED
    assert state_of(reference) == RequestState.TO_SIGN


@pytest.mark.law("R5.3")
def test_only_the_head_signs_and_only_lately_proven(portals, writer, authority):
    reference = submitted(writer)
    content = signed_by(authority, reference)
    assert send(portals.signed_in(writer), reference, content).status_code == 403
    file = filing.SignedFile(content=content, name="ky.pdf", declared_type="application/pdf")
    refusal = filing.sign(reference, file, seen=version_of(reference), actor=writer)
    assert refusal.code is ControlCode.NOT_YOUR_ROLE
    old = portals.browser(Role.AGENCY_HEAD, proven_again=False)
    assert "/prove-again/" in send(old, reference, content).headers["Location"]
    other = portals.browser(Role.AGENCY_HEAD, body=OTHER_BODY)
    assert send(other, reference, content).status_code == 404
    assert state_of(reference) == RequestState.TO_SIGN


def test_a_demonstration_signs_by_itself_and_production_never_does(portals, writer, head, monkeypatch):
    demonstration()
    reference = submitted(writer)
    browser = portals.signed_in(head)
    assert "Ký trình diễn và gửi" in browser.get(f"/agency/requests/{reference}/sign/").content.decode()
    configured = settings.LIENTHONG
    with monkeypatch.context() as production:
        real = msgspec.structs.replace(configured, environment=Environment.PRODUCTION)
        production.setattr(settings, "LIENTHONG", real)
        refusal = filing.sign_for_demonstration(reference, seen=version_of(reference), actor=head)
        assert refusal.code is ControlCode.NO_DEMONSTRATION_SIGNATURE
        assert filing.signature_roots() == ()
    browser.post(
        f"/agency/requests/{reference}/sign/", {"act": "demonstration", "version": version_of(reference)}
    )
    assert state_of(reference) == RequestState.RECEIVED


@pytest.mark.law("R5.1", "R5.3")
def test_a_draft_that_names_another_bodys_system_is_never_filed(portals, writer):
    reference = complete(writer)
    draft = Draft.objects.get()
    draft.content["systems"][0]["managed_by"] = "H20.08"
    draft.save()
    assert filing.submit(reference, actor=writer).code in (
        ControlCode.MAY_NOT_FILE,
        ControlCode.LETTER_INCOMPLETE,
    )
    draft.content["unit"]["identifier"] = "H20.08"
    draft.save()
    assert filing.submit(reference, actor=writer).code is ControlCode.MAY_NOT_FILE
    assert state_of(reference) == RequestState.DRAFT


@pytest.mark.law("R5.3")
def test_withdrawing_closes_the_tracks_whoever_has_the_file_by_then(portals, writer, head):
    reference = sent(portals, writer)
    move(reference, RequestState.ASSIGNED)
    Assessment.objects.update(state=AssessmentState.TEAM_NAMED)
    browser = portals.signed_in(head)
    url = f"/agency/requests/{reference}/withdraw/"
    assert browser.post(url, {"reason": ""}).status_code == 200
    assert browser.post(url, {"reason": "Hệ thống thay đổi"}).status_code == 302
    request = Request.objects.get()
    assert request.state == RequestState.WITHDRAWN
    assert request.settled_at is not None
    assert DocumentsTrack.objects.get().state == DocumentsState.CLOSED
    assert SupportTrack.objects.get().state == SupportState.CLOSED
    assert Assessment.objects.get().state == AssessmentState.CLOSED
    assert events_of("request", reference)[0].detail["reason"] == "Hệ thống thay đổi"
    browser.post(url, {"reason": "lần nữa"})
    assert [event.kind for event in events_of("request", reference)].count("request.withdraw") == 1
    assert filing.withdraw(reference, "x", actor=writer).code is ControlCode.NOT_IN_THIS_STATE


@pytest.mark.law("R5.3")
def test_the_database_refuses_a_crafted_transition(portals, writer):
    reference = sent(portals, writer)
    for state in (RequestState.ACCEPTED, RequestState.DRAFT, RequestState.SENT):
        with pytest.raises(IntegrityError, match="no way from state"):
            Request.objects.filter(reference=reference).update(state=state)


@pytest.mark.law("R5.1", "R5.3")
def test_a_supplement_is_a_new_letter_and_a_new_version(portals, writer, head, authority):
    reference = sent(portals, writer)
    first = request_of(reference)
    assert filing.submit(reference, actor=writer).code is ControlCode.NOT_IN_THIS_STATE
    move(reference, RequestState.ASSIGNED, RequestState.SUPPLEMENT_ASKED)
    Request.objects.update(supplement_by=day_of(database_now()) + timedelta(days=3))
    browser = portals.signed_in(writer)
    lacking = {item.name for item in draft_of(reference).lacking}
    assert lacking == {"letter_number_empty", "letter_date"}
    assert "Soạn bản bổ sung" in browser.get(f"/agency/requests/{reference}/").content.decode()

    asked = draft_of(reference).content.written.request
    more = replace(asked.choices[0], field="full_name", reason="Đối chiếu")
    counts = tuple(
        (direction, number + (direction == more.direction)) for direction, number in asked.written_counts
    )
    fill(reference, writer, number="1290/SYT-VP", choices=(*asked.choices, more), written_counts=counts)
    assert filing.submit(reference, actor=writer) is None
    assert filing.submit(reference, actor=writer).code is ControlCode.AWAITS_SIGNATURE
    assert state_of(reference) == RequestState.SUPPLEMENT_ASKED
    assert filing.take_back(reference, actor=head) is None
    assert filing.submit(reference, actor=head).code is ControlCode.NOT_YOUR_ROLE
    assert filing.submit(reference, actor=writer) is None
    assert send(portals.signed_in(head), reference, signed_by(authority, reference)).status_code == 302

    assert events_of("request", reference)[0].kind == "request.supplement"
    now = request_of(reference)
    assert (now.state, now.versions, now.supplement_by) == (RequestState.SUPPLEMENTED, 2, None)
    assert now.received_at == first.received_at
    assert [letter.number for letter in now.letters] == ["1290/SYT-VP", "1187/SYT-VP"]
    newest, oldest = versions_of(reference)
    assert oldest.changes == ()
    assert [(each.change, words_of(each).vi) for each in newest.changes] == [
        (Change.ADDED, added := "Họ, chữ đệm và tên khai sinh (Khai thác thông tin, MD1)"),
        (Change.CHANGED, "Số trường ghi trong văn bản: Khai thác thông tin"),
    ]
    page = browser.get(f"/agency/requests/{reference}/versions/").content.decode()
    assert added in page
    assert newest.sha256 in page


@pytest.mark.law("R6.1", "R5.1")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE request_version SET content = content",
        "UPDATE request_version SET sha256 = sha256",
        "UPDATE message SET text = text",
        "UPDATE upload SET name = name",
        "UPDATE provided_document SET content = content",
        "UPDATE succession SET content = content",
        "UPDATE successor SET predecessor_id = successor_id",
    ],
)
def test_what_was_signed_said_or_provided_cannot_be_changed(portals, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
