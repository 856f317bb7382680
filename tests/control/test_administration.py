"""Administrators: accounts of both portals, the calendar of working days; a body's own address."""

import email
import re
import threading
from datetime import date
from email import policy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from lienthong.config import MailSettings
from lienthong.control.accounts import actions, administering, jobs, renewal
from lienthong.control.accounts.models import Account, Session
from lienthong.control.audit.events import events_of
from lienthong.control.connections import work_days
from lienthong.control.connections.calendar import work_calendar
from lienthong.control.connections.models import WorkDay
from lienthong.control.participants import bodies
from lienthong.control.participants.models import Body
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountAct, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.work_day_list import DecidedDays
from lienthong.core.working_days import deadline
from tests.control.participants import body_of, text_of
from tests.control.portal import OTHER_BODY, OWN_BODY, PASSWORD
from tests.control.processes import MailServer, eventually, free_port

NEW = {"name": "Lê Thị Mẫu", "email": "le.mau@example.vn", "portal": "staff", "staff_roles": ["handler"]}


@pytest.fixture
def administrator(portals):
    return portals.account(Role.ADMINISTRATOR, name="Trần Thị Mẫu Bình")


@pytest.fixture
def browser(portals, administrator):
    return portals.signed_in(administrator)


def waiting() -> list[dict[str, object]]:
    """The mails of invitations that wait, in the order they were enqueued."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'account', args ->> 'sealed' FROM procrastinate_jobs "
            "WHERE task_name = 'accounts.mail_invitation' ORDER BY id"
        )
        return [{"account": int(account), "sealed": sealed} for account, sealed in cursor.fetchall()]


def mails(*, to: str) -> list[email.message.EmailMessage]:
    folder = Path(settings.EMAIL_FILE_PATH)
    read = [
        email.message_from_bytes(part, policy=policy.default)
        for path in sorted(folder.iterdir())
        for part in path.read_bytes().split(b"-" * 79)
        if part.strip()
    ]
    return [mail for mail in read if mail["To"] == to]


def shown_link(answer) -> str:
    (found,) = re.findall(r"http://127\.0\.0\.1:8410(/\w+/accept/[\w-]+/)", text_of(answer))
    return found


@pytest.mark.law("R8.1")
def test_an_administrator_invites_and_the_link_is_mailed_and_shown_once(portals, browser):
    shown = browser.post("/staff/accounts/new/", NEW)
    link = shown_link(shown)
    account = Account.objects.get(email=NEW["email"])
    assert account.state is AccountState.INVITED
    (job,) = waiting()
    assert link.split("/")[-2] not in job["sealed"], "the token waits sealed"
    jobs.mail_invitation(**job)
    jobs.mail_invitation(**job)
    (mail,) = mails(to=NEW["email"])
    assert f"http://127.0.0.1:8410{link}" in mail.get_content()
    assert "Lê Thị Mẫu" in mail.get_content()
    page = text_of(browser.get(f"/staff/accounts/{account.pk}/"))
    assert "Đã gửi thư mời lúc" in page
    assert link not in page
    accepted = portals.stranger().post(link, {"password": PASSWORD, "again": PASSWORD})
    assert accepted.status_code == 302
    assert Account.objects.get(pk=account.pk).state is AccountState.ACTIVE
    (event,) = [each for each in events_of("account", str(account.pk)) if each.kind == "account.invited"]
    assert event.actor == browser.actor.id


@pytest.mark.law("R8.1")
def test_an_account_of_a_body_is_invited_by_the_bodys_identifier(browser):
    body_of(OWN_BODY)
    agency = {**NEW, "portal": "agency", "staff_roles": [], "agency_roles": ["integrator"]}
    for wrong, code in (
        ({"body": ""}, "LC110"),
        ({"body": "H99"}, "LC321"),
        ({"body": "H07", "agency_roles": []}, "LC112"),
        ({"body": "H07", "staff_roles": ["handler"]}, "LC109"),
        ({"portal": "staff", "body": "H07"}, "LC110"),
    ):
        assert code in text_of(browser.post("/staff/accounts/new/", {**agency, **wrong})), wrong
    assert not Account.objects.filter(email=NEW["email"]).exists()
    assert shown_link(browser.post("/staff/accounts/new/", {**agency, "body": "h07"})).startswith("/agency/")
    assert "LC108" in text_of(browser.post("/staff/accounts/new/", {**agency, "body": "H07"})), "sent twice"
    assert Account.objects.get(email=NEW["email"]).body == OWN_BODY
    Body.objects.filter(pk=OWN_BODY).update(ended_on=date(2026, 1, 1))
    late = {**agency, "email": "khac@example.vn", "body": "H07"}
    assert "LC303" in text_of(browser.post("/staff/accounts/new/", late))


@pytest.mark.law("R8.1")
def test_a_mail_server_that_is_down_delays_the_invitation_and_loses_nothing(
    portals, processes, administrator
):
    port = free_port()
    processes.mail = f'host = "127.0.0.1"\nport = {port}\ntimeout = 5'
    new = actions.NewAccount(
        portal=Portal.STAFF, email="cho@example.vn", name="Người Chờ", roles=frozenset({Role.CHIEF})
    )
    invitation = actions.invite(new, actor=administrator)
    processes.start("jobs")
    eventually(lambda: _attempts() >= 1, lambda: processes.log("jobs"))
    assert Account.objects.get(pk=invitation.account).invitation_mailed_at is None
    with MailServer(port) as server:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        eventually(
            lambda: Account.objects.get(pk=invitation.account).invitation_mailed_at is not None,
            lambda: processes.log("jobs"),
        )
    (mail,) = server.mails
    assert mail.to == "cho@example.vn"


def _attempts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(attempts), 0) FROM procrastinate_jobs")
        return cursor.fetchone()[0]


def test_an_invitation_that_cannot_be_mailed_says_why(portals, administrator, browser, settings_of):
    new = actions.NewAccount(
        portal=Portal.STAFF, email="khong@example.vn", name="An", roles=frozenset({Role.CHIEF})
    )
    invitation = actions.invite(new, actor=administrator)
    (job,) = waiting()
    with settings_of(mail=MailSettings()):
        jobs.mail_invitation(**job)
    page = f"/staff/accounts/{invitation.account}/"
    assert "[mail]" in text_of(browser.get(page))
    assert mails(to="khong@example.vn") == []
    renewed = renewal.renew_access(invitation.account, actor=administrator, reason="gửi lại")
    *_, again = waiting()
    jobs.mail_invitation(account=again["account"], sealed="00" * 60)
    assert "secret was replaced" in text_of(browser.get(page))
    Account.objects.update(invitation_unsent="")
    jobs.mail_invitation(**job)
    assert mails(to="khong@example.vn") == [], "the older link is worth nothing and not sent"
    jobs.mail_invitation(**again)
    (mail,) = mails(to="khong@example.vn")
    assert renewed.token in mail.get_content()


def test_the_command_line_prints_and_does_not_mail(portals):
    portals.account(Role.CHIEF)
    assert waiting() == []


@pytest.mark.law("R8.1")
def test_accounts_are_found_by_name_address_portal_role_and_state(portals, browser):
    body_of(OWN_BODY)
    chief = portals.account(Role.CHIEF, name="Đỗ Mạnh Mẫu")
    agency = portals.account(Role.INTEGRATOR, name="Vũ Thị Mẫu")
    found = text_of(browser.get("/staff/accounts/?words=mạnh"))
    assert chief.name in found
    assert agency.name not in found
    assert agency.name in text_of(browser.get("/staff/accounts/?words=integrator&portal=agency"))
    assert "Cơ quan số 7" in text_of(browser.get("/staff/accounts/?role=integrator"))
    assert "Không tìm thấy tài khoản nào" in text_of(browser.get("/staff/accounts/?state=closed"))
    everybody = text_of(browser.get("/staff/accounts/?state=no-such&page=0"))
    assert chief.name in everybody
    assert agency.name in everybody
    assert browser.get("/staff/accounts/999999/").status_code == 404


@pytest.mark.law("R8.1")
def test_an_account_is_suspended_resumed_and_closed_with_a_reason(portals, browser):
    handler = portals.account(Role.HANDLER)
    theirs = portals.signed_in(handler)
    page = f"/staff/accounts/{handler.id}/"
    seen = Account.objects.get(pk=handler.id).version
    assert theirs.get("/staff/").status_code == 200
    assert browser.post(f"{page}suspend/", {"version": seen}).status_code == 200, "a reason is wanted"
    assert browser.post(f"{page}suspend/", {"version": seen, "reason": "nghỉ phép"}).status_code == 302
    assert theirs.get("/staff/").status_code == 302
    assert "nghỉ phép" in text_of(browser.get(page))
    stale = browser.post(f"{page}close/", {"version": seen, "reason": "x"})
    assert "LC201" in text_of(stale), "somebody acted meanwhile"
    assert browser.actor.name in text_of(stale)
    again = browser.post(f"{page}suspend/", {"version": seen + 1, "reason": "x"})
    assert "LC202" in text_of(again), "suspended already"
    for number, act in enumerate(("resume", "close"), 1):
        done = browser.post(f"{page}{act}/", {"version": seen + number, "reason": "x"})
        assert done.status_code == 302
    assert Account.objects.get(pk=handler.id).state is AccountState.CLOSED
    assert browser.get(f"{page}activate/").status_code == 404, "that is its owner's"
    assert browser.get(f"{page}destroy/").status_code == 404
    roles = {"version": seen + 3, "roles": ["chief"], "reason": "x"}
    assert "LC107" in text_of(browser.post(f"{page}roles/", roles))
    renewed = browser.post(f"{page}renew/", {"version": seen + 3, "reason": "x"})
    assert "LC107" in text_of(renewed)


@pytest.mark.law("R8.1")
def test_roles_change_at_the_next_page(portals, browser):
    handler = portals.account(Role.HANDLER)
    theirs = portals.signed_in(handler)
    page = f"/staff/accounts/{handler.id}/roles/"
    seen = Account.objects.get(pk=handler.id).version
    assert theirs.get("/staff/desk/").status_code == 403
    for crafted in (["integrator"], ["god"], []):
        given = {"version": seen, "roles": crafted, "reason": "x"}
        assert browser.post(page, given).status_code == 200
    given = {"version": seen, "roles": ["chief", "handler"], "reason": "bổ nhiệm"}
    assert browser.post(page, given).status_code == 302
    assert "LC201" in text_of(browser.post(page, given)), "sent twice: done once"
    assert theirs.get("/staff/desk/").status_code == 200
    event = events_of("account", str(handler.id))[0]
    assert (event.kind, event.detail["from"], event.detail["to"]) == (
        "account.roles_changed",
        "handler",
        "chief,handler",
    )


@pytest.mark.law("R8.1")
def test_access_is_given_anew_and_sessions_are_ended(portals, browser):
    body_of(OWN_BODY)
    agency = portals.account(Role.INTEGRATOR)
    theirs = portals.signed_in(agency)
    page = f"/staff/accounts/{agency.id}/"
    seen = Account.objects.get(pk=agency.id).version
    assert browser.post(f"{page}sessions/", {"version": seen, "reason": "máy lạ"}).status_code == 302
    assert theirs.get("/agency/").status_code == 302
    assert "LC111" in text_of(browser.post(f"{page}sessions/", {"version": seen, "reason": "x"}))
    link = shown_link(browser.post(f"{page}renew/", {"version": seen, "reason": "mất điện thoại"}))
    assert link.startswith("/agency/accept/")
    account = Account.objects.get(pk=agency.id)
    assert (account.password, account.factor) == ("", None)
    assert len(waiting()) == 1
    stale = browser.post(f"{page}renew/", {"version": seen, "reason": "x"})
    assert "LC201" in text_of(stale), "sent twice: the first link holds"
    assert portals.stranger().get(link).status_code == 200


@pytest.mark.law("R8.1")
def test_the_last_administrator_keeps_the_right(portals, administrator, browser):
    page = f"/staff/accounts/{administrator.id}/"
    version = Account.objects.get(pk=administrator.id).version
    given = {"version": version, "reason": "x"}
    for path, more in (("roles", {"roles": ["chief"]}), ("suspend", {}), ("close", {}), ("renew", {})):
        assert "LC113" in text_of(browser.post(f"{page}{path}/", {**given, **more})), path
    invited = actions.NewAccount(
        portal=Portal.STAFF, email="hai@example.vn", name="Hai", roles=frozenset({Role.ADMINISTRATOR})
    )
    second = actions.invite(invited, actor=administrator)
    assert "LC113" in text_of(browser.post(f"{page}suspend/", given)), "who was only invited cannot stand in"
    assert actions.accept(Portal.STAFF, second.token, PASSWORD) == second.account
    both = {**given, "roles": ["administrator", "chief"]}
    assert browser.post(f"{page}roles/", both).status_code == 302
    leaving = {"version": version + 1, "roles": ["chief"], "reason": "x"}
    gone = browser.post(f"{page}roles/", leaving)
    assert gone.headers["Location"] == "/staff/"
    assert browser.get(page).status_code == 403


@pytest.mark.law("R8.1")
def test_two_administrators_cannot_take_the_right_from_each_other_at_once(portals, administrator):
    other = portals.account(Role.ADMINISTRATOR)
    barrier = threading.Barrier(2)
    answers = []

    def take(actor, victim) -> None:
        try:
            seen = Account.objects.get(pk=victim.id).version
            barrier.wait(10)
            answers.append(
                administering.change_roles(victim.id, seen, frozenset({Role.CHIEF}), actor=actor, reason="x")
            )
        finally:
            connection.close()

    pairs = ((administrator, other), (other, administrator))
    threads = [threading.Thread(target=take, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answer is None for answer in answers) == [False, True]
    (refusal,) = [answer for answer in answers if answer is not None]
    assert refusal.code is ControlCode.LAST_ADMINISTRATOR
    assert Account.objects.filter(roles__contains=["administrator"]).count() == 1


@pytest.mark.law("R8.1")
def test_nobody_else_administers_whatever_is_sent(portals, administrator):
    chief = portals.account(Role.CHIEF)
    theirs = portals.signed_in(chief)
    for path in ("", "new/", f"{administrator.id}/", f"{administrator.id}/suspend/"):
        assert theirs.post(f"/staff/accounts/{path}", {"version": 1, "reason": "x"}).status_code == 403
    new = actions.NewAccount(portal=Portal.STAFF, email="a@b.vn", name="A", roles=frozenset({Role.CHIEF}))
    refused = [
        actions.invite(new, actor=chief),
        actions.change_state(AccountAct.SUSPEND, administrator.id, actor=chief, reason="x"),
        administering.change_roles(administrator.id, 2, frozenset({Role.CHIEF}), actor=chief, reason="x"),
        administering.end_all_sessions(administrator.id, actor=chief, reason="x"),
        renewal.renew_access(administrator.id, actor=chief, reason="x"),
    ]
    assert {refusal.code for refusal in refused} == {ControlCode.NOT_YOUR_ROLE}
    gone = administering.end_all_sessions(999_999, actor=administrator, reason="x")
    assert gone.code is ControlCode.NOT_FOUND_HERE
    assert Session.objects.filter(account=administrator.id, ended_at=None).count() == 0


HOLIDAYS = {
    "decision": "5034/TB-BNV ngày 05/12/2026",
    "off": "01/01/2027\n05/02/2027 - 11/02/2027",
    "worked": "20/02/2027",
}


@pytest.mark.law("R5.3")
def test_a_years_list_is_entered_by_decision_and_deadlines_follow(portals, browser):
    before = text_of(browser.get("/staff/work-days/?year=2027"))
    assert "Chưa ghi ngày nghỉ của năm này" in before
    assert not deadline(date(2027, 2, 4), 3, work_calendar()).is_certain
    entered = browser.post("/staff/work-days/new/", HOLIDAYS)
    assert entered.headers["Location"] == "/staff/work-days/?year=2027"
    page = text_of(browser.get(entered.headers["Location"]))
    assert "Chưa ghi ngày nghỉ của năm này" not in page
    assert page.count("5034/TB-BNV") >= 9
    assert "Thứ Bảy" in page
    certain = deadline(date(2027, 2, 4), 3, work_calendar())
    assert (certain.last_day, certain.is_certain) == (date(2027, 2, 16), True)
    again = browser.post("/staff/work-days/new/", HOLIDAYS)
    assert "LC902" in text_of(again), "sent twice: entered once"
    assert WorkDay.objects.count() == 9
    (event,) = events_of("work_year", "2027")
    assert (event.actor, event.detail["worked"]) == (browser.actor.id, "2027-02-20")
    assert browser.get(f"/staff/audit/{event.id}/").status_code == 200


@pytest.mark.law("R5.3")
def test_a_day_is_withdrawn_by_a_later_decision_and_stays_to_be_read(portals, browser):
    assert isinstance(work_days.enter("1/TB", "01/01/2027", "", actor=browser.actor), DecidedDays)
    entry = WorkDay.objects.get()
    page = f"/staff/work-days/{entry.pk}/withdraw/"
    assert "Thứ Sáu" in text_of(browser.get(page))
    assert browser.post(page, {"decision": "2/TB"}).status_code == 302
    assert browser.post(page, {"decision": "2/TB"}).status_code == 404, "it is withdrawn already"
    assert work_calendar().is_working(entry.day)
    shown = text_of(browser.get("/staff/work-days/?year=2027"))
    assert "Bỏ theo 2/TB" in shown
    assert "Chưa ghi ngày nghỉ của năm này" in shown
    back = work_days.enter("3/TB", "01/01/2027", "", actor=browser.actor)
    assert not isinstance(back, ControlRefuse), "another decision may name the day again"
    assert not work_calendar().is_working(entry.day)


@pytest.mark.law("R5.3")
def test_a_wrong_list_enters_nothing_and_only_administrators_keep_it(portals, browser):
    wrong = {**HOLIDAYS, "off": HOLIDAYS["off"] + "\n31/02/2027"}
    refused = text_of(browser.post("/staff/work-days/new/", wrong))
    assert "LC901" in refused
    assert "31/02/2027" in refused
    assert "LC903" in str(work_days.enter(" ", "01/01/2027", "", actor=browser.actor))
    assert WorkDay.objects.count() == 0
    chief = portals.account(Role.CHIEF)
    assert work_days.enter("1/TB", "01/01/2027", "", actor=chief).code is ControlCode.NOT_YOUR_ROLE
    assert work_days.withdraw(1, "1/TB", actor=chief).code is ControlCode.NOT_YOUR_ROLE
    assert work_days.withdraw(1, " ", actor=browser.actor).code is ControlCode.DECISION_WANTED
    assert work_days.withdraw(1, "1/TB", actor=browser.actor).code is ControlCode.NOT_FOUND_HERE
    theirs = portals.signed_in(chief)
    assert theirs.get("/staff/work-days/?year=abc").status_code == 200
    assert theirs.post("/staff/work-days/new/", HOLIDAYS).status_code == 403


def test_two_decisions_on_one_day_at_once_enter_one(portals, administrator):
    barrier = threading.Barrier(2)
    answers = []

    def enter(decision: str) -> None:
        try:
            barrier.wait(10)
            answers.append(work_days.enter(decision, "01/01/2027", "", actor=administrator))
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(f"{number}/TB",)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (refusal,) = [answer for answer in answers if isinstance(answer, ControlRefuse)]
    assert refusal.code is ControlCode.WORK_DAY_KNOWN
    assert WorkDay.objects.count() == 1


@pytest.mark.law("R5.1")
def test_a_body_keeps_its_own_address_and_nothing_else_of_itself(portals):
    body_of(OWN_BODY)
    body_of(OTHER_BODY)
    head, officer = portals.browser(Role.AGENCY_HEAD), portals.browser(Role.CONTACT_OFFICER)
    crafted = {"version": 1, "address": "1 phố Mẫu", "phone": "024 3999 1111", "email": "", "name": "Khác"}
    assert officer.post("/agency/body/address/", crafted).status_code == 302
    body = Body.objects.get(pk=OWN_BODY)
    assert (body.address, body.phone, body.name) == ("1 phố Mẫu", "024 3999 1111", "Cơ quan số 7")
    assert "LC201" in text_of(head.post("/agency/body/address/", crafted)), "seen before the change"
    assert "1 phố Mẫu" in text_of(head.get("/agency/body/address/"))
    assert head.post("/agency/body/address/", {**crafted, "version": 2, "email": "x"}).status_code == 200
    assert portals.browser(Role.INTEGRATOR).post("/agency/body/address/", crafted).status_code == 403
    contact = bodies.BodyContact(address="a", email="", phone="")
    foreign = bodies.keep_contact(OTHER_BODY, 1, contact, actor=head.actor)
    assert foreign.code is ControlCode.NOT_FOUND_HERE
    Body.objects.filter(pk=OWN_BODY).update(ended_on=date(2026, 1, 1))
    assert "LC303" in text_of(head.post("/agency/body/address/", {**crafted, "version": 2}))
