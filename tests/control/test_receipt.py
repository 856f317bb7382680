"""Receipt: three tracks in one act, or nothing of them; documents made for what was asked; jobs that die."""

import re
import threading
from dataclasses import replace

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.control.assessments.models import Assessment
from lienthong.control.assessments.queries import assessments_of
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.connections import provided, receipt, support, tracks
from lienthong.control.connections.jobs import NotDoneError, provide_documents
from lienthong.control.connections.models import (
    DocumentsTrack,
    FieldOpinion,
    ProvidedDocument,
    SupportTrack,
    WorkDay,
)
from lienthong.control.connections.receipt import receive, supplemented
from lienthong.control.letters.models import Counter
from lienthong.control.notices.models import Notice
from lienthong.control.participants.models import System
from lienthong.core.access import Role
from lienthong.core.connection_request import Direction, FieldChoice
from lienthong.core.request_states import RequestState
from lienthong.core.system_facts import ManagedBy
from lienthong.core.track_states import DocumentsState, SupportState
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from tests.control.filed import add_version, agreed, assigned, body_of, fresh, received, sent
from tests.control.portal import OWN_BODY, pointed_at
from tests.control.processes import eventually
from tests.core.requesting import COMPLETE


@pytest.mark.law("R5.2", "R4.9")
def test_whoever_works_for_a_unit_concerned_is_told_in_the_act_of_the_receipt(portals):
    assessors = {portals.account(Role.ASSESSOR).id, portals.account(Role.ASSESSOR, Role.REVIEWER).id}
    portals.account(Role.CHIEF)
    portals.account(Role.INTEGRATOR)
    request = received(OWN_BODY)
    notices = Notice.objects.filter(
        link=f"/staff/requests/{request.reference}/", subject_vi__contains="Mở kiểm tra"
    )
    assert {notice.account_id for notice in notices} == assessors
    for said in (
        "Cục Kỹ thuật nghiệp vụ: Phối hợp",
        "Trung tâm dữ liệu mẫu: Phối hợp",
        "công nghệ cao: Chủ trì",
    ):
        assert said in notices[0].body_vi
    mails = ProcrastinateJob.objects.filter(task_name="notices.mail")
    assert {job.args["notice"] for job in mails} >= {notice.pk for notice in notices}


@pytest.mark.law("R4.3")
def test_of_a_defence_system_the_chief_is_told_whose_unit_has_no_account(portals):
    assessor, chief = portals.account(Role.ASSESSOR), portals.account(Role.CHIEF)
    body_of(OWN_BODY)
    System.objects.update(facts={"managed_by": ManagedBy.DEFENCE.value})
    request = received(OWN_BODY)
    told = Notice.objects.filter(
        subject_vi__contains="Mở kiểm tra, đánh giá", link__contains=request.reference
    )
    assert [notice.account_id for notice in told] == [chief.id]
    assert "Bộ Quốc phòng: Chủ trì" in told[0].body_vi
    assert not Notice.objects.filter(account=assessor.id).exists()


@pytest.mark.law("R5.2", "R9.3", "R4.9")
def test_on_receipt_all_three_tracks_begin_in_one_act(portals):
    handler = portals.account(Role.HANDLER, name="Lê Thị Hường")
    request = received(OWN_BODY)
    assert request.state == RequestState.RECEIVED
    assert request.answer_by is not None
    documents, helped = DocumentsTrack.objects.get(request=request), SupportTrack.objects.get(request=request)
    assert documents.state == DocumentsState.PREPARING
    assert (helped.state, helped.supporter) == (SupportState.SUPPORTED, handler.id)
    opened = assessments_of(request.pk)
    assert [each.system for each in opened] == [f"his-{OWN_BODY}", f"hsdb-{OWN_BODY}"]
    told = {str(office.office): office.part.en for office in opened[0].told if isinstance(office.office, str)}
    parts = {
        office.office.en: office.part.en for office in opened[0].told if not isinstance(office.office, str)
    }
    assert parts["Lead assessor (A05)"] == "Leads"
    assert parts["Technical department"] == "Cooperates"
    assert parts["Authority that manages the register"] == "Cooperates"
    assert told == {"Trung tâm dữ liệu mẫu": "Cooperates"}
    moments = {documents.started_at, helped.started_at, opened[0].started_at, request.received_at}
    assert len(moments) == 1
    event = events_of("request", request.reference)[0]
    assert event.detail["assessments"] == "2"
    assert event.detail["arrival"] == request.letter.arrival
    (job,) = ProcrastinateJob.objects.filter(task_name="connections.provide_documents")
    assert job.args == {"request": request.pk}


@pytest.mark.law("R5.2")
def test_a_receipt_that_fails_leaves_nothing_and_burns_no_number(portals, monkeypatch):
    request = sent(OWN_BODY)
    before = list(Counter.objects.values_list("series", "last"))
    monkeypatch.setattr(receipt, "open_assessments", lambda *_a, **_n: 1 / 0)
    event = Event(kind="request.sign", actor=None, subject_kind="request", subject=request.reference)
    with pytest.raises(ZeroDivisionError), acting(event) as act:
        receive(request, act=act)
    assert fresh(request).state == RequestState.SENT
    assert not DocumentsTrack.objects.exists()
    assert not ProcrastinateJob.objects.exists()
    assert list(Counter.objects.values_list("series", "last")) == before


def test_a_request_for_a_system_nobody_registered_is_not_received(portals):
    request = sent(OWN_BODY)
    System.objects.filter(code=f"his-{OWN_BODY}").update(code="renamed")
    event = Event(kind="request.sign", actor=None, subject_kind="request", subject=request.reference)
    with pytest.raises(LookupError), acting(event) as act:
        receive(request, act=act)
    assert fresh(request).state == RequestState.SENT


@pytest.mark.law("R4.3")
def test_a_system_of_the_defence_ministry_goes_to_that_ministry(portals):
    body_of(OWN_BODY)
    System.objects.filter(code=f"his-{OWN_BODY}").update(facts={"managed_by": ManagedBy.DEFENCE.value})
    request = received(OWN_BODY)
    assert set(Assessment.objects.filter(request=request).values_list("system__code", "state")) == {
        (f"his-{OWN_BODY}", "defence_opened"),
        (f"hsdb-{OWN_BODY}", "check_opened"),
    }


@pytest.mark.law("R1.3")
def test_the_day_to_answer_by_counts_working_days_as_decided(portals):
    plain = received(OWN_BODY).answer_by
    days_off = [plain]
    for day in days_off:
        WorkDay.objects.create(day=day, is_worked=False, decision="Thông báo nghỉ")
    assert received(OWN_BODY).answer_by > plain


@pytest.mark.law("R5.2")
def test_the_supporter_is_the_handler_with_the_fewest_open_requests(portals):
    first, second = portals.account(Role.HANDLER), portals.account(Role.HANDLER)
    supporters = [SupportTrack.objects.get(request=received(OWN_BODY)).supporter for _ in range(4)]
    assert supporters == [first.id, second.id, first.id, second.id]


def test_without_a_handler_the_track_begins_and_waits_for_the_chief(portals):
    request = received(OWN_BODY)
    assert support.standing_of(request.pk).state == SupportState.OPENED
    handler, chief = portals.account(Role.HANDLER), portals.account(Role.CHIEF)
    assert support.name_supporter(request.reference, handler.id, actor=chief) is None
    standing = support.standing_of(request.pk)
    assert (standing.state, standing.name, standing.phone) == (
        SupportState.SUPPORTED,
        handler.name,
        "024 3999 0000",
    )


@pytest.mark.law("R5.2", "R9.1", "R8.2")
def test_documents_are_made_for_what_was_asked_and_nothing_else(portals):
    request = received(OWN_BODY)
    provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert (standing.state, standing.edition, standing.fault) == (DocumentsState.PROVIDED, 1, "")
    files = {each.name: each for each in standing.files}
    name = f"his-{OWN_BODY}/openapi.json"
    assert f"hsdb-{OWN_BODY}/sample.py" in files
    got = provided.document(request.reference, files[name].id)
    assert got.body == OWN_BODY
    text = got.content.decode()
    assert "religion" in text
    assert "http://127.0.0.1:9400" in text
    assert "blood_group" not in text, "it is given, not got"
    assert "/v1/verify" not in text
    assert provided.document("YC-2026-999999", files[name].id) is None
    assert events_of("request", request.reference)[0].kind == "documents.provide"


def test_a_fault_is_shown_once_tried_again_and_mended(portals, settings_of):
    request = received(OWN_BODY)
    with settings_of(trial=None):
        for _ in range(3):
            with pytest.raises(NotDoneError):
                provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert standing.state == DocumentsState.FAILED
    assert "[trial]" in standing.why.en
    assert standing.attempts == 3
    kinds = [event.kind for event in events_of("request", request.reference)]
    assert kinds.count("documents.fail") == 1
    provide_documents(request=request.pk)
    assert provided.standing_of(request.pk).state == DocumentsState.PROVIDED
    assert provided.standing_of(request.pk).fault == ""


def test_a_defect_is_named_by_its_code_and_its_detail_stays_in_the_log(portals, monkeypatch, caplog):
    request = received(OWN_BODY)

    def defect(*_arguments):
        raise ValueError("the detail")

    with monkeypatch.context() as patched:
        patched.setattr(tracks, "technical_documents", defect)
        for _ in range(2):
            with pytest.raises(NotDoneError):
                provide_documents(request=request.pk)
    fault = provided.standing_of(request.pk).fault
    assert re.fullmatch(r"LT599 [0-9a-f]{12}", fault)
    assert provided.standing_of(request.pk).why.en.endswith(f"code {fault}.")
    assert fault.split()[1] in caplog.text
    assert "the detail" in caplog.text
    events = [event for event in events_of("request", request.reference) if event.kind == "documents.fail"]
    assert [event.detail["fault"] for event in events] == [fault]


def test_a_job_that_dies_midway_leaves_no_document_and_comes_again(portals, monkeypatch):
    request = received(OWN_BODY)

    class Killed(BaseException):
        pass

    def die(*_arguments, **_named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("lienthong.control.audit.acting.write", die)
        with pytest.raises(Killed):
            provide_documents(request=request.pk)
    assert ProvidedDocument.objects.count() == 0
    assert provided.standing_of(request.pk).state == DocumentsState.PREPARING
    assert tracks.provide_pending() == 1
    assert tracks.provide_pending() == 0


@pytest.mark.law("R5.2")
def test_a_supplement_gives_a_new_edition_and_the_older_job_gives_nothing(portals, monkeypatch):
    chief, handler = portals.account(Role.CHIEF), portals.account(Role.HANDLER)
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    provide_documents(request=request.pk)
    more = FieldChoice(field="ethnicity", direction=Direction.GET, purpose="patient", reason="Phiên dịch")
    changed = replace(COMPLETE.choices[0], reason="Lý do khác")
    choices = (changed, *COMPLETE.choices[1:], more)
    version = add_version(request, replace(COMPLETE, choices=choices))
    event = Event(kind="request.supplement", actor=None, subject_kind="request", subject=request.reference)
    with acting(event) as act:
        supplemented(request, act=act)
    kept = set(FieldOpinion.objects.filter(version=version).values_list("field", flat=True))
    assert kept == {"religion", "blood_group"}, "what was changed is thought over again"

    made = tracks._made

    def outrun(content):
        DocumentsTrack.objects.filter(request=request).update(version=99)
        return made(content)

    with monkeypatch.context() as patched:
        patched.setattr(tracks, "_made", outrun)
        assert tracks.provide(request.pk) is None
    assert provided.standing_of(request.pk).edition == 1
    provide_documents(request=request.pk)
    standing = provided.standing_of(request.pk)
    assert (standing.state, standing.edition) == (DocumentsState.PROVIDED, 2)
    openapi = next(file for file in standing.files if file.name.endswith("openapi.json"))
    assert b"ethnicity" in provided.document(request.reference, openapi.id).content
    assert ProvidedDocument.objects.filter(edition=1).exists()


TRIAL = """
[trial]
origin = "http://127.0.0.1:9400"
person = { number = "099190000001", full_name = "Nguyễn Thị Hoà", birth_date = "1990-02-15" }
other = { number = "099085000002", full_name = "Trần Văn Bình", birth_date = "1985" }
"""


def test_documents_and_a_supplement_of_one_moment_wait_for_each_other_and_never_deadlock(portals):
    """Whoever changes a request holds it and then wants its tracks: no job may hold a track before it."""
    request = received(OWN_BODY)
    key = {"id": request.pk}
    job = threading.Thread(target=provided_apart, args=(portals.database, request.pk))
    with (
        connect_blocking(portals.database, DatabaseRole.CONTROL, application="test") as held,
        held.transaction(),
    ):
        held.execute("SELECT id FROM control.request WHERE id = %(id)s FOR UPDATE", key)
        job.start()
        eventually(lambda: held.execute(_WAITING).fetchone()[0], "the job waits")
        held.execute(
            "SELECT id FROM control.documents_track WHERE request_id = %(id)s FOR UPDATE NOWAIT", key
        )
    job.join()
    assert provided.standing_of(request.pk).state == DocumentsState.PROVIDED


_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def provided_apart(database, request):
    """Make documents on a connection of this thread's own."""
    with pointed_at(database):
        tracks.provide(request)


def test_the_process_of_jobs_provides_them(portals, processes):
    request = received(OWN_BODY)
    processes.more = TRIAL
    processes.start("jobs")
    eventually(
        lambda: provided.standing_of(request.pk).state == DocumentsState.PROVIDED,
        lambda: processes.log("jobs"),
    )
