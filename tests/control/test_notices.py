"""Notices: of the act's own transaction, on the account's page, by e-mail at least once whatever dies."""

import os
import signal
import smtplib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import override_settings

from lienthong.control.accounts import actions
from lienthong.control.accounts.jobs import mail_invitation
from lienthong.control.accounts.sealing import seal
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.jobs import working
from lienthong.control.jobs.registry import DUTIES, LONGEST_PAUSE, duty, pause_after
from lienthong.control.notices import setting_aside
from lienthong.control.notices.jobs import mail
from lienthong.control.notices.mailing import MOST_TRIES, MailRefusedError
from lienthong.control.notices.models import Notice
from lienthong.control.notices.queries import notices_of, unread_count
from lienthong.control.notices.telling import ToAccounts, ToBody, ToOffice, tell
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountAct
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.control.processes import MailServer, eventually, free_port

SUBJECT = Text("Hồ sơ YC-2026-000184 cần bổ sung", "File YC-2026-000184 wants a supplement")
BODY = Text("Công an đề nghị bổ sung hai nội dung.", "Two contents are asked for.")
LINK = "/agency/"


def told(to: object, *, link: str = LINK, refuse: bool = False) -> tuple[int, ...]:
    with acting(Event(kind="test.told", actor=None, subject_kind="request", subject="YC-1")) as act:
        accounts = tell(to, SUBJECT, BODY, link)
        if refuse:
            act.refuse(ControlRefuse(ControlCode.SESSION_UNKNOWN))
    return accounts


def jobs_waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        return cursor.fetchone()[0]


def test_a_notice_reaches_whom_it_names_and_nobody_else(portals):
    integrator, head = portals.account(Role.INTEGRATOR), portals.account(Role.AGENCY_HEAD)
    other = portals.account(Role.INTEGRATOR, body=OTHER_BODY)
    handler, chief = portals.account(Role.HANDLER), portals.account(Role.CHIEF)
    gone = portals.account(Role.HANDLER)
    administrator = portals.account(Role.ADMINISTRATOR)
    assert actions.change_state(AccountAct.SUSPEND, gone.id, actor=administrator, reason="nghỉ") is None
    assert told(ToBody(OWN_BODY)) == (integrator.id, head.id)
    assert told(ToBody(OWN_BODY, frozenset({Role.AGENCY_HEAD}))) == (head.id,)
    assert told(ToOffice(frozenset({Role.HANDLER, Role.CHIEF}))) == (handler.id, chief.id)
    assert told(ToAccounts(frozenset({other.id, gone.id}))) == (other.id,)
    assert told(ToAccounts(frozenset())) == ()
    assert (unread_count(head.id), unread_count(gone.id)) == (2, 0)
    assert jobs_waiting() == Notice.objects.count() == 6
    (staff,) = Notice.objects.filter(account=handler.id)
    assert staff.link == "", "a link into the other portal would lead nowhere"


def test_a_notice_is_of_the_act_or_is_not(portals):
    head = portals.account(Role.AGENCY_HEAD)
    assert told(ToBody(OWN_BODY), refuse=True) == (head.id,)
    assert (Notice.objects.count(), jobs_waiting()) == (0, 0)
    with pytest.raises(RuntimeError, match="within an act"):
        tell(ToBody(OWN_BODY), SUBJECT, BODY)
    with pytest.raises(ValueError, match="out of the portals"):
        told(ToBody(OWN_BODY), link="https://evil.example/")


def test_pauses_grow_and_end_growing():
    assert [pause_after(attempts) for attempts in (0, 1, 2, 7, 8, 10_000)] == [15, 30, 60, 1920, 3600, 3600]
    assert pause_after(9) == LONGEST_PAUSE


def test_two_duties_do_not_share_a_name():
    assert working.take_up_stalled is DUTIES["jobs.stalled"].act
    with pytest.raises(ValueError, match="two duties"):
        duty("audit.leaves", every=1)(lambda: None)


def test_a_mail_server_that_is_down_delays_and_loses_nothing(portals, processes):
    head = portals.account(Role.AGENCY_HEAD)
    port = free_port()
    processes.mail = f'host = "127.0.0.1"\nport = {port}\ntimeout = 5'
    processes.start("jobs")
    told(ToBody(OWN_BODY))
    eventually(lambda: _attempts() >= 1, lambda: processes.log("jobs"))
    assert Notice.objects.get().mailed_at is None
    assert notices_of(head.id, page=1)[1] == 1, "the act and the notice on the page stand meanwhile"
    with MailServer(port) as server:
        _hurry()
        eventually(lambda: Notice.objects.get().mailed_at is not None, lambda: processes.log("jobs"))
    (kept,) = server.mails
    assert kept.to == actions.Account.objects.get(pk=head.id).email
    assert kept.message_id == f"<{Notice.objects.get().message_id}@hub.example>"
    eventually(lambda: jobs_waiting() == 0, "the job is done and gone")


def test_an_address_that_is_refused_for_good_is_not_tried_again(portals, processes):
    head = portals.account(Role.AGENCY_HEAD)
    email = actions.Account.objects.get(pk=head.id).email
    port = free_port()
    processes.mail = f'host = "127.0.0.1"\nport = {port}'
    with MailServer(port, refused=email) as server:
        processes.start("jobs")
        told(ToBody(OWN_BODY))
        eventually(lambda: Notice.objects.get().mail_refused, lambda: processes.log("jobs"))
        eventually(lambda: jobs_waiting() == 0, lambda: processes.log("jobs"))
    assert Notice.objects.get().mail_refused == "550 no such mailbox"
    assert server.mails == []


@contextmanager
def a_server_that_says(says: Mapping[str, str]) -> Iterator[MailServer]:
    """Let this process send to a mail server that says so at these steps."""
    backend = {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": free_port(),
        "EMAIL_HOST_USER": "lienthong",
        "EMAIL_HOST_PASSWORD": "x",
        "EMAIL_TIMEOUT": 10,
    }
    with override_settings(**backend), MailServer(backend["EMAIL_PORT"], says=says) as server:
        yield server


def tried(job: Callable[[], object]) -> int:
    """Do a job as often as it asks for it; return how often that was."""
    for attempt in range(1, 30):
        try:
            job()
        except MailRefusedError:
            continue
        return attempt
    raise AssertionError("it is tried for ever")


REFUSALS = [
    ("CONNECT", "554 no service here"),
    ("AUTH", "535 authentication failed"),
    ("MAIL", "550 this sender may not"),
    ("DATA", "554 no"),
    (".", "552 too large"),
]


@pytest.mark.parametrize(("step", "said"), REFUSALS)
def test_a_mail_that_is_refused_for_good_is_set_aside_after_some_tries(portals, step, said):
    head = portals.account(Role.AGENCY_HEAD)
    told(ToBody(OWN_BODY))
    notice = Notice.objects.get()
    with a_server_that_says({step: said}) as server:
        assert tried(lambda: mail(notice=notice.pk)) == MOST_TRIES
        assert tried(lambda: mail(notice=notice.pk)) == 1, "nothing is sent any more"
    notice.refresh_from_db()
    assert (notice.mailed_at, notice.mail_refused) == (None, said)
    assert unread_count(head.id) == 1, "it stands on the page"
    assert server.mails == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("CONNECT", "421 busy"),
        ("AUTH", "454 later"),
        ("MAIL", "451 later"),
        ("RCPT", "450 later"),
        (".", "452 full"),
    ],
)
def test_what_may_pass_by_itself_is_tried_on(portals, step, said):
    portals.account(Role.AGENCY_HEAD)
    told(ToBody(OWN_BODY))
    number = Notice.objects.get().pk
    with a_server_that_says({step: said}):
        for _ in range(MOST_TRIES + 2):
            with pytest.raises((smtplib.SMTPException, OSError)):
                mail(notice=number)
    assert Notice.objects.get().mail_refused == ""
    with a_server_that_says({}) as server:
        mail(notice=number)
    assert len(server.mails) == 1
    assert Notice.objects.get().mailed_at is not None


def test_mails_set_aside_are_shown_to_administrators_and_sent_again(portals):
    portals.account(Role.AGENCY_HEAD, name="Lê Thị Hoa")
    told(ToBody(OWN_BODY))
    number = Notice.objects.get().pk
    with a_server_that_says({"MAIL": "550 this sender may not"}):
        tried(lambda: mail(notice=number))
    administrator = portals.browser(Role.ADMINISTRATOR)
    assert "Thư chưa gửi được: 1" in administrator.get("/staff/accounts/").content.decode()
    listed = administrator.get("/staff/mails/").content.decode()
    assert "Lê Thị Hoa" in listed
    assert "550 this sender may not" in listed
    assert SUBJECT.vi not in listed, "what stands in it is for its reader"
    before = jobs_waiting()
    for odd in ("", "x", "0", "9" * 30, str(number + 1)):
        answer = administrator.post("/staff/mails/again/", {"notice": odd}, follow=True)
        assert "LC310" in answer.content.decode(), odd
    assert jobs_waiting() == before
    assert portals.browser(Role.CHIEF).post("/staff/mails/again/", {"notice": "all"}).status_code == 403
    handler = portals.account(Role.HANDLER)
    assert setting_aside.mail_again(actor=handler).code is ControlCode.NOT_YOUR_ROLE
    assert administrator.post("/staff/mails/again/", {"notice": str(number)}).status_code == 302
    assert jobs_waiting() == before + 1
    twice = administrator.post("/staff/mails/again/", {"notice": "all"}, follow=True)
    assert "LC310" in twice.content.decode(), "a second press finds nothing left"
    assert events_of("mail", str(number))[0].kind == "notice.mailed_again"
    with a_server_that_says({}) as server:
        mail(notice=number)
    assert len(server.mails) == 1


def test_an_invitation_that_is_refused_for_good_is_told_on_the_page_of_the_account(portals):
    administrator = portals.account(Role.ADMINISTRATOR)
    new = actions.NewAccount(
        portal=Portal.STAFF, email="moi@example.vn", name="Người mới", roles=frozenset({Role.HANDLER})
    )
    invitation = actions.invite(new, actor=administrator)
    sealed = seal(invitation.token.encode(), use="invitation", owner=invitation.account).hex()
    with a_server_that_says({"AUTH": "535 authentication failed"}):
        assert tried(lambda: mail_invitation(account=invitation.account, sealed=sealed)) == MOST_TRIES
    page = portals.signed_in(administrator).get(f"/staff/accounts/{invitation.account}/").content.decode()
    assert "535 authentication failed" in page


def test_a_worker_killed_between_sending_and_noting_sends_again_under_the_same_id(portals, processes):
    portals.account(Role.AGENCY_HEAD)
    portals.account(Role.INTEGRATOR)
    port = free_port()
    processes.mail = f'host = "127.0.0.1"\nport = {port}\ntimeout = 30'
    doomed: list[int] = []

    def kill_once() -> None:
        if doomed:
            os.kill(doomed.pop(), signal.SIGKILL)

    with MailServer(port, before_thanks=kill_once) as server:
        worker = processes.start("jobs")
        doomed.append(worker.pid)
        told(ToBody(OWN_BODY))
        assert worker.wait(60) == -signal.SIGKILL
        assert Notice.objects.filter(mailed_at=None).exists()
        processes.start("jobs")
        eventually(lambda: not Notice.objects.filter(mailed_at=None).exists(), lambda: processes.log("jobs"))
    ids = [kept.message_id for kept in server.mails]
    assert len(set(ids)) == 2, "no notice is lost"
    assert len(ids) > 2, "what was under way is sent again"
    assert {f"<{notice.message_id}@hub.example>" for notice in Notice.objects.all()} == set(ids)


def test_the_own_notices_are_listed_counted_and_marked(portals):
    head = portals.account(Role.AGENCY_HEAD)
    for _ in range(27):
        told(ToBody(OWN_BODY), link="/agency/account/")
    browser = portals.signed_in(head)
    home = browser.get("/agency/").content.decode()
    assert '27<span class="govuk-visually-hidden"> chưa đọc' in home
    first = browser.get("/agency/notices/").content.decode()
    assert SUBJECT.vi in first
    assert first.count('action="/agency/notices/') == 25 + 1
    newest = Notice.objects.latest("pk")
    opened = browser.post(f"/agency/notices/{newest.pk}/")
    assert opened.headers["Location"] == "/agency/account/"
    again = browser.post(f"/agency/notices/{newest.pk}/")
    assert again.headers["Location"] == "/agency/account/", "a second time does no harm"
    assert unread_count(head.id) == 26
    assert browser.get("/agency/notices/?page=2").status_code == 200
    assert browser.get("/agency/notices/?page=9").headers["Location"] == "/agency/notices/?page=2"
    for odd in ("x", "-1", "0", "99999999999", "²"):
        assert browser.get("/agency/notices/", {"page": odd}).status_code in (200, 302)
    browser.post("/agency/notices/read/")
    assert unread_count(head.id) == 0
    browser.cookies["lt_language"] = "en"
    english = browser.get("/agency/notices/")
    assert SUBJECT.en in english.content.decode()


def test_another_accounts_notice_is_not_there(portals):
    head = portals.account(Role.AGENCY_HEAD)
    told(ToBody(OWN_BODY))
    other = portals.browser(Role.INTEGRATOR)
    notice = Notice.objects.get(account=head.id)
    assert other.post(f"/agency/notices/{notice.pk}/").status_code == 404
    assert other.post("/agency/notices/999999/").status_code == 404
    other.post("/agency/notices/read/")
    assert unread_count(head.id) == 1
    assert other.get(f"/agency/notices/{notice.pk}/").status_code == 405


def _attempts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(attempts), 0) FROM procrastinate_jobs")
        return cursor.fetchone()[0]


def _hurry() -> None:
    """Let what waits for its next attempt be due now."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
