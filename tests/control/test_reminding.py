"""What is told because time went by: once, to whom it concerns, whoever looks and whatever dies."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from lienthong.control.accounts.models import Account
from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.events import events_of
from lienthong.control.connections import handling, reminding, support, tracks
from lienthong.control.connections.models import DocumentsTrack, Reminder, Request, SupportTrack
from lienthong.control.jobs.registry import DUTIES
from lienthong.control.notices.models import Notice
from lienthong.core.access import Role
from tests.control.filed import DATED, assigned, fresh, received, seen
from tests.control.portal import OWN_BODY
from tests.control.processes import eventually
from tests.core.requesting import COMPLETE


@pytest.fixture
def chief(portals):
    return portals.account(Role.CHIEF)


@pytest.fixture
def handler(portals):
    return portals.account(Role.HANDLER)


def overdue(request: Request) -> Request:
    Request.objects.filter(pk=request.pk).update(answer_by=DATED)
    return fresh(request)


def received_earlier(request: Request) -> Request:
    earlier = F("received_at") - timedelta(seconds=61)
    Request.objects.filter(pk=request.pk).update(received_at=earlier)
    return fresh(request)


def begun_earlier(request: Request) -> Request:
    """Return a request that was received earlier, its tracks with it."""
    for model in (SupportTrack, Assessment, DocumentsTrack):
        model.objects.filter(request=request).update(started_at=F("started_at") - timedelta(seconds=61))
    return received_earlier(request)


def told(actor, about: str) -> int:
    return Notice.objects.filter(account=actor.id, subject_vi__contains=about).count()


OVERDUE, NOT_STARTED = "Quá hạn trả lời", "Việc chưa bắt đầu"


@pytest.mark.law("R1.3", "R5.2")
def test_the_jobs_process_tells_of_what_is_overdue_and_not_begun(portals, processes, chief, handler):
    late = overdue(assigned(OWN_BODY, chief, handler))
    assert tracks.provide(late.pk) is not None
    bare = begun_earlier(received(OWN_BODY))
    SupportTrack.objects.filter(request=bare).update(supporter=None)
    processes.start("jobs")
    eventually(lambda: Reminder.objects.count() == 2, lambda: processes.log("jobs"))
    assert set(Reminder.objects.values_list("request", "kind")) == {
        (late.pk, reminding.OVERDUE), (bare.pk, reminding.LATE_START),
    }  # fmt: skip
    mailed = Notice.objects.filter(subject_vi__contains=OVERDUE)
    eventually(lambda: not mailed.filter(mailed_at=None).exists(), lambda: processes.log("jobs"))
    assert (told(chief, OVERDUE), told(handler, OVERDUE), told(chief, NOT_STARTED)) == (1, 1, 1)
    assert told(handler, NOT_STARTED) == 0


@pytest.mark.law("R1.3")
def test_an_answer_overdue_is_told_once_for_each_day_it_was_due(portals, chief, handler):
    both, other = portals.account(Role.HANDLER, Role.CHIEF), portals.account(Role.CHIEF)
    request = assigned(OWN_BODY, chief, both)
    assert handling.set_stand_in(seen(request), handler.id, actor=chief) is None
    on_time = assigned(OWN_BODY, chief, handler)
    overdue(request)
    DUTIES["connections.passed_days"].act()
    DUTIES["connections.passed_days"].act()
    assert [told(each, OVERDUE) for each in (chief, other, both, handler)] == [1, 1, 1, 1]
    (event,) = [each for each in events_of("request", request.reference) if each.kind == "request.overdue"]
    assert event.detail == {"answer_by": DATED.isoformat()}
    # A supplement gave it another day, which has passed as well.
    Request.objects.filter(pk=request.pk).update(answer_by=DATED + timedelta(days=1))
    assert (reminding.remind_of_overdue(), told(handler, OVERDUE)) == (1, 2)
    assert not Reminder.objects.filter(request=on_time).exists()


def test_two_processes_that_look_at_once_tell_once(portals, chief, handler):
    overdue(assigned(OWN_BODY, chief, handler))
    start = threading.Barrier(2)
    done: list[int] = []

    def look() -> None:
        try:
            start.wait()
            done.append(reminding.remind_of_overdue())
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [0, 1]
    assert (told(chief, OVERDUE), told(handler, OVERDUE)) == (1, 1)


def test_an_act_that_fails_has_told_nobody_and_is_done_again(portals, chief, handler, monkeypatch):
    overdue(assigned(OWN_BODY, chief, handler))

    def dies(**_named: object) -> None:
        raise RuntimeError("killed before the note was made")

    with monkeypatch.context() as patched:
        patched.setattr(Reminder.objects, "create", dies)
        with pytest.raises(RuntimeError, match="killed"):
            reminding.remind_of_overdue()
    assert (told(chief, OVERDUE), Reminder.objects.count()) == (0, 0)
    assert (reminding.remind_of_overdue(), told(chief, OVERDUE)) == (1, 1)


@pytest.mark.law("R5.2")
def test_a_request_whose_tracks_began_in_time_is_told_to_nobody(portals, chief, handler):
    started = begun_earlier(received(OWN_BODY))
    assert tracks.provide(started.pk) is not None
    waiting = begun_earlier(received(OWN_BODY))
    assert reminding.remind_of_late_starts() == 1, "nobody has tried to make its documents"
    assert reminding.remind_of_late_starts() == 0
    assert (told(chief, started.reference), told(chief, NOT_STARTED)) == (1, 1), "the first is of its receipt"
    assert told(handler, NOT_STARTED) == 0
    (event,) = events_of("request", waiting.reference, most=1)
    assert (event.kind, event.detail) == ("request.late_start", {"tracks": "documents"})


@pytest.mark.law("R5.2")
def test_a_letter_that_came_before_its_file_was_opened_is_late_by_its_opening(portals, chief, handler):
    came_earlier = received_earlier(received(OWN_BODY))
    assert came_earlier.received_at < SupportTrack.objects.get(request=came_earlier).started_at
    unnamed = begun_earlier(received(OWN_BODY, content=replace(COMPLETE, systems=())))
    assert tracks.provide(unnamed.pk) is not None
    assert not Assessment.objects.filter(request=unnamed).exists(), (
        "nothing to assess before a system is named"
    )
    assert reminding.remind_of_late_starts() == 0


@pytest.mark.law("R5.2")
def test_each_track_that_is_missing_is_named(portals, chief):
    request = received(OWN_BODY)
    assert tracks.provide(request.pk) is not None
    begun_earlier(request)
    assert SupportTrack.objects.get(request=request).supporter is None, "there is no handler to name"
    assert Account.objects.count() == 1
    assert reminding.remind_of_late_starts() == 1
    (notice,) = Notice.objects.filter(account=chief.id, subject_vi__contains=NOT_STARTED)
    assert notice.subject_vi == f"[{request.reference}] Việc chưa bắt đầu: Hỗ trợ và kiểm thử kỹ thuật"
    named = portals.account(Role.HANDLER)
    assert support.name_supporter(request.reference, named.id, actor=chief) is None
    assert reminding.remind_of_late_starts() == 0
