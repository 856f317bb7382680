"""The six conditions in both portals: named by the body, judged by the handler, lost in the open."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction

from lienthong.control.audit.events import database_now, events_of
from lienthong.control.connections import conditions, drafting, handling, reminding
from lienthong.control.connections.conditions import Recording, entries_of, sheets_of
from lienthong.control.connections.drafting import SentCopy
from lienthong.control.connections.files import file_of
from lienthong.control.connections.handling import Weighed
from lienthong.control.connections.models import ConditionVerdict, Draft, Request, Version
from lienthong.control.connections.own_drafts import draft_of, letter_of, offers_of
from lienthong.control.connections.written import decode
from lienthong.control.letters.models import Upload
from lienthong.control.notices.models import Notice
from lienthong.control.participants.models import System
from lienthong.core.access import Role
from lienthong.core.conditions import ConditionEvidence, Standing
from lienthong.core.control_refusals import ControlCode
from lienthong.core.grant_document import ConditionName, Verdict
from lienthong.core.legal_days import day_of
from lienthong.core.papers import SecretDegree
from lienthong.core.request_handling import Opinion, key_of
from lienthong.core.request_states import RequestState
from tests.control.filed import assigned, fresh, seen
from tests.control.portal import OWN_BODY
from tests.control.requesting import PDF, begun, complete, seed_body, sent
from tests.core.filing import DECREE
from tests.core.requesting import ONLY_GIVES

SYSTEM = f"his-{OWN_BODY}"
SAFETY = ConditionName.SAFETY


@pytest.fixture
def chief(portals):
    return portals.account(Role.CHIEF)


@pytest.fixture
def handler(portals):
    return portals.account(Role.HANDLER, name="Lê Thị Hường")


@pytest.fixture
def today(portals) -> date:
    return day_of(database_now())


def found(day: date, verdict: Verdict = Verdict.MET, **named: object) -> Recording:
    note = "Chưa triển khai phương án" if verdict is Verdict.FAILED else ""
    values = {"condition": SAFETY, "evidence": DECREE, "decided_on": day, "note": note, **named}
    return Recording(verdict=verdict, **values)


def in_hand(portals, chief, handler, *, systems: int = 1, **changes: object) -> Request:
    """Return a request that a body has written and signed and that lies with its handler."""
    writer = portals.account(Role.INTEGRATOR)
    seed_body(OWN_BODY)
    changes |= {"systems": offers_of(OWN_BODY).systems[:systems]}
    request = fresh(Request.objects.get(reference=sent(portals, writer, **changes)))
    assert handling.assign(seen(request), handler.id, actor=chief) is None
    return fresh(request)


def agreed_to(request: Request, handler) -> Request:
    weighed = {key_of(choice): Weighed(Opinion.AGREED) for choice in conditions.content_of(request).choices}
    assert handling.weigh(seen(request), weighed, actor=handler) is None
    return fresh(request)


def record(request: Request, recording: Recording, actor, *, last: int | None = None):
    before = ConditionVerdict.objects.filter(request=request, condition=recording.condition).last()
    held = before.pk if before is not None else 0
    return conditions.record(
        request.reference, SYSTEM, recording, last=held if last is None else last, actor=actor
    )


def line_of(request: Request, name: ConditionName = SAFETY):
    (sheet, *_) = sheets_of(request.reference).systems
    return next(line for line in sheet.lines if line.name is name)


def notices(actor) -> list[str]:
    return list(Notice.objects.filter(account=actor.id).order_by("pk").values_list("subject_vi", flat=True))


@pytest.mark.law("R1.4")
def test_a_verdict_is_recorded_with_evidence_and_day_and_seen_by_both_sides(portals, chief, handler, today):
    named = ConditionEvidence(condition=SAFETY, paper=DECREE, valid_until=date(2099, 12, 31))
    request = in_hand(portals, chief, handler, evidence=(named,))
    desk, agency = portals.signed_in(handler), portals.browser(Role.INTEGRATOR)
    form = f"/staff/requests/{request.reference}/conditions/{SYSTEM}/safety/"
    page = desk.get(form).content.decode()
    assert f'value="{DECREE.number}"' in page, "the body's own paper stands in the form"
    answer = desk.post(
        form,
        {
            "last": "0", "verdict": "met", "decided_on": f"{today:%d/%m/%Y}", "number": DECREE.number,
            "issuer": DECREE.issuer, "issued_on": f"{DECREE.issued_on:%d/%m/%Y}", "valid_until": "31/12/2099",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    row = ConditionVerdict.objects.get()
    assert (row.condition, row.verdict, row.decided_on, row.made_by) == ("safety", "met", today, handler.id)
    assert line_of(request).standing is Standing.MET
    for browser, portal in ((desk, "staff"), (agency, "agency")):
        shown = browser.get(f"/{portal}/requests/{request.reference}/conditions/").content.decode()
        assert "lt-tag--ok" in shown
        assert f"{DECREE.issued_on:%d/%m/%Y}" in shown
        assert shown.count("Chưa có kết luận</strong>") == 5
        assert "Còn thiếu trước khi kết nối chính thức" in shown
    (event,) = events_of("request", request.reference, most=1)
    assert (event.kind, event.detail["condition"]) == ("condition.met", "safety")


@pytest.mark.law("R1.4")
def test_a_condition_lost_later_shows_at_once_and_is_told_in_the_same_act(portals, chief, handler, today):
    contact, integrator = portals.account(Role.CONTACT_OFFICER), portals.account(Role.INTEGRATOR)
    request = agreed_to(in_hand(portals, chief, handler, systems=2), handler)
    for name in ConditionName:
        assert record(request, found(today, condition=name), handler) is None
    assert handling.propose(seen(request), actor=handler) is None
    assert handling.accept(seen(fresh(request)), actor=chief) is None
    told = [notices(each) for each in (contact, integrator, handler, chief)]
    (sheet, other) = sheets_of(request.reference).systems
    assert (sheet.kept, other.kept) == (6, 0), "each system keeps its own conditions"
    assert {each.where for each in sheet.missing} == {"security_level"}

    assert record(request, found(today, Verdict.FAILED), chief) is None
    assert line_of(request).standing is Standing.FAILED
    subject = f"[{request.reference}] Điều kiện không còn được bảo đảm: An toàn"
    added = [
        notices(who)[len(old) :] for who, old in zip((contact, integrator, handler, chief), told, strict=True)
    ]
    assert added == [[subject], [], [subject], []]
    assert "Chưa triển khai phương án" in Notice.objects.filter(account=contact.id).last().body_vi
    history = portals.signed_in(contact).get(f"/agency/requests/{request.reference}/").content.decode()
    assert "Điều kiện không còn được bảo đảm: An toàn" in history
    entries = [entry for entry in entries_of(request.reference, SYSTEM) if entry.name is SAFETY]
    assert [entry.verdict for entry in entries] == [Verdict.MET, Verdict.FAILED]
    assert {entry.evidence for entry in entries} == {DECREE.name}
    assert len(entries_of(request.reference, SYSTEM)) == 7


@pytest.mark.law("R1.4")
def test_a_body_that_only_gives_keeps_the_six_conditions_too(portals, chief, handler, today):
    request = assigned(OWN_BODY, chief, handler, content=ONLY_GIVES)
    assert record(request, found(today), handler) is None
    sheets = sheets_of(request.reference)
    assert [direction.value for direction in sheets.directions] == ["give"]
    assert [len(sheet.lines) for sheet in sheets.systems] == [6]
    page = portals.signed_in(handler).get(f"/staff/requests/{request.reference}/conditions/")
    assert "Đề nghị này: Chia sẻ thông tin." in page.content.decode()


@pytest.mark.law("R1.4")
def test_what_is_wrong_with_a_verdict_is_said_and_nothing_is_kept(portals, chief, handler, today):
    request = assigned(OWN_BODY, chief, handler)
    refusal = record(request, found(today, evidence=None), handler)
    assert refusal.code is ControlCode.VERDICT_REFUSED
    assert "phải nêu tài liệu chứng minh" in refusal.text.vi
    assert record(request, found(today + timedelta(days=1)), handler).code is ControlCode.VERDICT_REFUSED
    assert (
        record(request, found(today, Verdict.FAILED, note=" "), handler).code is ControlCode.VERDICT_REFUSED
    )
    other, assessor = portals.account(Role.HANDLER), portals.account(Role.ASSESSOR)
    assert record(request, found(today), other).code is ControlCode.NOT_YOUR_FILE
    assert record(request, found(today), chief).code is ControlCode.NOT_YOUR_FILE
    assert record(request, found(today), assessor).code is ControlCode.NOT_YOUR_ROLE
    browser = portals.signed_in(other)
    address = f"/staff/requests/{request.reference}/conditions/{SYSTEM}/safety/"
    sent_anyway = {"last": 0, "verdict": "failed", "decided_on": f"{today:%d/%m/%Y}", "note": "x"}
    assert "LC551" in browser.post(address, sent_anyway).content.decode()
    half = {"last": 0, "verdict": "met", "decided_on": f"{today:%d/%m/%Y}", "number": "12/QĐ"}
    assert browser.post(address, half).status_code == 200
    for wrong in (f"{SYSTEM}/sixth", "no-such-system/safety", "his-8/safety"):
        url = f"/staff/requests/{request.reference}/conditions/{wrong}/"
        assert browser.post(url, sent_anyway).status_code == 404
    with pytest.raises(System.DoesNotExist):
        conditions.record(request.reference, "his-8", found(today), last=0, actor=handler)
    assert not ConditionVerdict.objects.exists()


def test_of_two_who_judge_at_once_the_second_is_told(portals, chief, handler, today):
    request = assigned(OWN_BODY, chief, handler)
    results = []

    def judge() -> None:
        try:
            results.append(record(request, found(today), handler, last=0))
        finally:
            connection.close()

    threads = [threading.Thread(target=judge) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (refusal,) = [each for each in results if each is not None]
    assert refusal.code is ControlCode.DECIDED_MEANWHILE
    assert handler.name in refusal.text.vi
    assert ConditionVerdict.objects.count() == 1
    assert record(request, found(today), handler, last=99).code is ControlCode.DECIDED_MEANWHILE
    safe = found(today, condition=ConditionName.SECURITY)
    assert record(request, safe, handler, last=99).code is ControlCode.NOT_FOUND_HERE


def test_a_verdict_is_never_changed_or_removed(portals, chief, handler, today):
    request = assigned(OWN_BODY, chief, handler)
    assert record(request, found(today), handler) is None
    for statement in (
        "UPDATE control.condition_verdict SET verdict = 'failed'",
        "DELETE FROM control.condition_verdict",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.law("R1.4")
def test_evidence_that_ends_is_told_to_both_sides_once_on_its_day(portals, chief, handler, today):
    contact = portals.account(Role.CONTACT_OFFICER)
    request = assigned(OWN_BODY, chief, handler)
    earlier = today - timedelta(days=10)
    kept = [found(earlier, valid_until=today - timedelta(days=1)), found(earlier, valid_until=today)]
    assert record(request, kept[0], handler) is None
    assert record(request, replace(kept[1], condition=ConditionName.SECURITY), handler) is None
    assert record(request, replace(kept[0], condition=ConditionName.INFRASTRUCTURE), handler) is None
    renewed = found(today, condition=ConditionName.INFRASTRUCTURE)
    assert record(request, renewed, handler) is None
    assert line_of(request).standing is Standing.LAPSED, "seen without any job"
    before = [notices(each) for each in (contact, handler)]
    assert (reminding.remind_of_lapses(), reminding.remind_of_lapses()) == (1, 0)
    subject = f"[{request.reference}] Tài liệu chứng minh đã hết hạn: An toàn"
    after = [notices(each)[len(old) :] for each, old in zip((contact, handler), before, strict=True)]
    assert after == [[subject], [subject]]
    (event,) = events_of("request", request.reference, most=1)
    assert (event.kind, event.actor_name) == ("condition.lapse", "")


def typed(request_evidence: dict[str, str]) -> dict[str, str]:
    return {"line": "Mạng TSLCD", "ports": "443", "act": "overview", "counter": "99"} | request_evidence


@pytest.mark.law("R1.4", "R5.1")
def test_a_body_names_evidence_with_a_copy_and_it_is_in_version_and_letter(portals):
    writer = portals.account(Role.INTEGRATOR)
    reference = complete(writer)
    browser = portals.signed_in(writer)
    address = f"/agency/requests/{reference}/draft/parts/conditions/"
    named = {"safety_number": "45/QĐ-STTTT", "safety_issuer": "Sở TTTT", "safety_issued": "03/04/2026"}
    assert browser.post(address, typed(named | {"safety_until": "31/12/2027"})).status_code == 302
    upload = {"condition": "safety", "act": "keep"}

    def copied(content: bytes, **values: str):
        file = SimpleUploadedFile("quyet-dinh.pdf", content, "application/pdf")
        url = f"/agency/requests/{reference}/draft/evidence/"
        return browser.post(url, upload | {"copy": file} | values, follow=True).content.decode()

    assert ControlCode.UPLOAD_REFUSED in copied(b"MZ no paper")
    assert "LC555" in copied(PDF, condition="security")
    assert "quyet-dinh.pdf" in copied(PDF)
    (evidence,) = draft_of(reference).content.written.request.evidence
    assert evidence.valid_until == date(2027, 12, 31)
    digest = bytes(Upload.objects.latest("pk").sha256).hex()
    assert evidence.paper.upload == digest
    # The copy stays when a slip in the number is mended.
    assert browser.post(address, typed(named | {"safety_number": "46/QĐ-STTTT"})).status_code == 302
    (evidence,) = draft_of(reference).content.written.request.evidence
    assert (evidence.paper.number, evidence.paper.upload) == ("46/QĐ-STTTT", digest)
    half = {"safety_number": "47/QĐ-STTTT"}
    assert browser.post(address, typed(half)).status_code == 302
    assert draft_of(reference).content.written.request.evidence == (evidence,), "nothing named is lost"
    assert browser.post(address, typed(named)).status_code == 302
    assert letter_of(reference).startswith(b"%PDF")


@pytest.mark.law("R1.4")
def test_evidence_reaches_the_desk_with_its_copy_and_never_holds_a_request_up(portals):
    writer, chief = portals.account(Role.INTEGRATOR), portals.account(Role.CHIEF)
    reference = begun(writer)
    copy = PDF.replace(b"/Catalog", b"/Catalog /Lang (vi)")
    kept = drafting.keep_description(
        reference, copy, name="ban-sao.pdf", declared_type="application/pdf", title="", actor=writer
    )
    assert kept is None, kept.text
    digest = bytes(Upload.objects.latest("pk").sha256).hex()
    paper = replace(DECREE, upload=digest)
    secret = replace(DECREE, degree=SecretDegree.PLAIN)
    evidence = (
        ConditionEvidence(condition=SAFETY, paper=paper),
        ConditionEvidence(condition=ConditionName.CONFIDENTIALITY, paper=secret),
    )
    reference = sent(portals, writer, evidence=evidence)
    request = Request.objects.get(reference=reference)
    assert request.state is RequestState.RECEIVED, "what is missing of the conditions stops no filing"
    assert decode(Version.objects.get(request=request).content).request.evidence == evidence
    upload = line_of(request).copy.id
    assert file_of(reference, upload) is not None
    desk = portals.signed_in(chief)
    assert desk.get(f"/staff/requests/{reference}/papers/{upload}/").content == copy
    assert "Chứng minh điều kiện: An toàn" in desk.get(f"/staff/requests/{reference}/").content.decode()
    page = desk.get(f"/staff/requests/{reference}/conditions/").content.decode()
    assert "bí mật nhà nước" in page
    assert "Ghi kết luận" not in page, "a file without a handler is judged by nobody"
    refusal = drafting.keep_evidence_copy(reference, SAFETY, SentCopy(content=PDF), actor=writer)
    assert refusal.code is ControlCode.NOT_IN_THIS_STATE


def test_a_draft_shows_its_sheet_and_older_versions_are_read(portals):
    writer = portals.account(Role.INTEGRATOR)
    reference = complete(writer)
    page = portals.signed_in(writer).get(f"/agency/requests/{reference}/conditions/").content.decode()
    assert page.count("Chưa có kết luận</strong>") == 6
    draft = Draft.objects.get(request__reference=reference)
    del draft.content["evidence"]
    draft.save()
    assert draft_of(reference).content.written.request.evidence == ()
    empty = portals.account(Role.INTEGRATOR)
    drafted = drafting.start(actor=empty)
    shown = portals.signed_in(empty).get(f"/agency/requests/{drafted}/conditions/").content.decode()
    assert "chưa nêu hệ thống nào" in shown
