"""What staff do with a request: who may, what is refused, two who decide at once."""

import threading
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import events_of
from lienthong.control.connections import filing, handling, own_messages, support
from lienthong.control.connections.handling import Seen, Weighed
from lienthong.control.connections.models import FieldOpinion, Message, Request
from lienthong.control.notices import jobs as notice_jobs
from lienthong.control.notices.models import Notice
from lienthong.core.access import Actor, Role
from lienthong.core.connection_request import Direction
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.request_handling import Opinion, key_of
from lienthong.core.request_states import RequestState
from tests.control.filed import agreed, assigned, fresh, received, seen
from tests.control.portal import OWN_BODY
from tests.core.requesting import COMPLETE


@pytest.fixture
def chief(portals) -> Actor:
    return portals.account(Role.CHIEF, name="Đại tá Vũ Hải")


@pytest.fixture
def handler(portals) -> Actor:
    return portals.account(Role.HANDLER, name="Lê Thị Hường")


@pytest.mark.law("R1.3")
def test_a_file_goes_from_the_chief_to_its_handler_and_is_accepted(portals, chief, handler):
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    assert handling.propose(seen(request), actor=handler, remark="Đủ điều kiện") is None
    assert handling.give_back(seen(fresh(request)), "Nêu rõ phạm vi", actor=chief) is None
    assert handling.propose(seen(fresh(request)), actor=handler) is None
    assert handling.accept(seen(fresh(request)), actor=chief) is None
    request = fresh(request)
    assert (request.state, request.handler) == (RequestState.ACCEPTED, handler.id)
    assert request.settled_at is not None
    kinds = [event.kind for event in events_of("request", request.reference)][:6]
    assert kinds == [
        "request.accept", "request.propose", "request.give_back", "request.propose", "request.weigh",
        "request.assign",
    ]  # fmt: skip
    assert "chấp thuận" in Message.objects.get(request=request).text


@pytest.mark.law("R1.3")
def test_whoever_proposed_does_not_accept(portals):
    both, other = portals.account(Role.HANDLER, Role.CHIEF), portals.account(Role.APPROVER)
    request = agreed(assigned(OWN_BODY, both, both), both)
    assert handling.propose(seen(request), actor=both) is None
    refusal = handling.accept(seen(fresh(request)), actor=both)
    assert refusal.code is ControlCode.SECOND_PERSON_WANTED
    page = portals.signed_in(both).post(
        f"/staff/requests/{request.reference}/decide/", {"version": fresh(request).version}
    )
    assert ControlCode.SECOND_PERSON_WANTED in page.content.decode()
    assert fresh(request).state is RequestState.PROPOSED
    assert handling.accept(seen(fresh(request)), actor=other) is None


@pytest.mark.law("R5.1")
def test_a_request_is_not_proposed_before_every_field_is_agreed_to(portals, chief, handler):
    request = assigned(OWN_BODY, chief, handler)
    refusal = handling.propose(seen(request), actor=handler)
    assert refusal.code is ControlCode.ACCEPTANCE_NOT_READY
    request = agreed(request, handler)
    key = key_of(COMPLETE.choices[1])
    assert handling.weigh(seen(request), {key: Weighed(Opinion.OBJECTED, "Thừa")}, actor=handler) is None
    refusal = handling.propose(seen(fresh(request)), actor=handler)
    assert "bản bổ sung" in refusal.text.vi
    assert FieldOpinion.objects.count() == 3
    unknown = {("secret", key[1], key[2]): Weighed(Opinion.AGREED)}
    assert handling.weigh(seen(fresh(request)), unknown, actor=handler) is None
    assert FieldOpinion.objects.count() == 3, "a field that nobody asked for is not weighed"


@pytest.mark.parametrize(
    "act",
    [
        lambda at, actor: handling.propose(at, actor=actor),
        lambda at, actor: handling.weigh(at, {}, actor=actor),
    ],
)
def test_another_handler_has_no_say_but_the_stand_in_has(portals, chief, handler, act):
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    other = portals.account(Role.HANDLER)
    refusal = act(seen(request), other)
    assert refusal.code is ControlCode.NOT_YOUR_FILE
    assert handler.name in refusal.text.vi
    assert handling.set_stand_in(seen(request), other.id, actor=chief) is None
    assert fresh(request).state == RequestState.ASSIGNED
    assert act(seen(fresh(request)), other) is None


def test_files_go_to_active_handlers_only(portals, chief, handler):
    request = received(OWN_BODY)
    clerk = portals.account(Role.INTAKE_CLERK)
    for nobody in (clerk.id, 0, chief.id):
        assert handling.assign(seen(request), nobody, actor=chief).code is ControlCode.HANDLER_UNKNOWN
    assert handling.assign(seen(request), handler.id, actor=handler).code is ControlCode.NOT_YOUR_ROLE
    assert fresh(request).version == request.version
    request = assigned(OWN_BODY, chief, handler)
    assert handling.set_stand_in(seen(request), clerk.id, actor=chief).code is ControlCode.HANDLER_UNKNOWN
    other = portals.account(Role.HANDLER)
    assert handling.reassign(seen(request), other.id, actor=chief) is None
    assert (fresh(request).handler, fresh(request).stand_in) == (other.id, None)
    assert handling.set_stand_in(seen(fresh(request)), None, actor=chief) is None


@pytest.mark.parametrize(
    ("act", "role"),
    [
        (lambda at, actor: handling.accept(at, actor=actor), Role.CHIEF),
        (lambda at, actor: handling.give_back(at, "x", actor=actor), Role.APPROVER),
        (lambda at, actor: handling.take_up(at, actor=actor), Role.HANDLER),
        (lambda at, actor: handling.reassign(at, 1, actor=actor), Role.CHIEF),
    ],
)
def test_what_the_table_does_not_lead_to_is_refused(portals, act, role):
    request = received(OWN_BODY)
    refusal = act(seen(request), portals.account(role))
    assert refusal.code is ControlCode.NOT_IN_THIS_STATE
    assert fresh(request).state == RequestState.RECEIVED


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("target", ["accepted", "refused", "supplement_asked", "sent", "nonsense"])
def test_the_database_refuses_what_the_rules_would_not(portals, target):
    request = received(OWN_BODY)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE request SET state = %s WHERE id = %s", [target, request.pk])
    assert fresh(request).state == RequestState.RECEIVED


def both(*acts: Callable[[], ControlRefuse | None]) -> list[ControlRefuse | None]:
    """Do acts at once, each on a connection of its own."""
    results: list[ControlRefuse | None] = []
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], ControlRefuse | None]) -> None:
        barrier.wait()
        try:
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.law("R5.3")
def test_of_two_decisions_at_once_one_wins_and_the_other_is_told_who_and_when(portals, chief, handler):
    request = agreed(assigned(OWN_BODY, chief, handler), handler)
    assert handling.propose(seen(request), actor=handler) is None
    at = seen(fresh(request))
    approver = portals.account(Role.APPROVER, name="Thiếu tướng An")
    results = both(
        lambda: handling.accept(at, actor=chief), lambda: handling.give_back(at, "sửa", actor=approver)
    )
    lost = [result for result in results if result is not None]
    assert len(lost) == 1
    assert lost[0].code is ControlCode.DECIDED_MEANWHILE
    won = events_of("request", request.reference)[0]
    assert won.actor_name in lost[0].text.vi
    assert Message.objects.filter(request=request).count() == (won.kind == "request.accept")


def test_a_stale_page_is_told_and_a_double_submit_does_nothing_twice(portals, chief, handler):
    request = received(OWN_BODY)
    at = seen(request)
    assert handling.assign(at, handler.id, actor=chief) is None
    again = handling.assign(at, handler.id, actor=chief)
    assert again.code is ControlCode.DECIDED_MEANWHILE
    assert chief.name in again.text.vi
    assert [event.kind for event in events_of("request", request.reference)].count("request.assign") == 1


@pytest.mark.law("R5.2")
def test_an_answer_in_the_thread_is_mailed_to_the_body_alone(portals, handler):
    integrator = portals.account(Role.INTEGRATOR, body=OWN_BODY)
    portals.account(Role.INTEGRATOR, body=OWN_BODY + 1)
    request = received(OWN_BODY)
    assert support.answer(request.reference, "  ", actor=handler).code is ControlCode.MESSAGE_EMPTY
    assert support.answer(request.reference, "Đã mở cổng 443.", actor=handler) is None
    (message,) = support.thread_of(request.pk)
    assert (message.author, message.from_body, message.text) == (handler.name, False, "Đã mở cổng 443.")
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        (told,) = Notice.objects.filter(link__endswith="/thread/")
        notice_jobs.mail(notice=told.pk)
    (sent,) = mail.outbox
    assert sent.recipients() == [Account.objects.get(pk=integrator.id).email]
    assert request.reference in sent.subject
    assert "Đã mở cổng 443." in sent.body


def test_a_mail_server_that_is_down_loses_no_act(portals, handler):
    portals.account(Role.INTEGRATOR, body=OWN_BODY)
    request = received(OWN_BODY)
    assert support.answer(request.reference, "Xin chào", actor=handler) is None
    backend = "django.core.mail.backends.smtp.EmailBackend"
    nobody = override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=1)
    told = Notice.objects.get(link=f"/agency/requests/{request.reference}/thread/")
    with nobody, pytest.raises(OSError, match="refused"):
        notice_jobs.mail(notice=told.pk)
    assert Message.objects.count() == 1


def told_to(actor: Actor) -> list[str]:
    return list(Notice.objects.filter(account=actor.id).order_by("id").values_list("subject_vi", flat=True))


@pytest.mark.law("R5.2", "R1.3")
def test_whoever_has_to_act_is_told_at_every_step(portals, chief, handler):
    writer = portals.account(Role.INTEGRATOR, body=OWN_BODY)
    stranger = portals.account(Role.INTEGRATOR, body=OWN_BODY + 1)
    stand_in = portals.account(Role.HANDLER, name="Trần Văn Thay")
    request = received(OWN_BODY)
    mark = f"[{request.reference}]"
    assert told_to(chief) == [f"{mark} Đề nghị mới, chờ phân công"]
    assert told_to(handler) == [f"{mark} Bạn được cử hỗ trợ"]
    assert told_to(writer) == [f"{mark} Đã tiếp nhận đề nghị kết nối"]
    said = Notice.objects.get(account=writer.id).body_vi
    assert request.letter.arrival in said
    assert f"{request.answer_by:%d/%m/%Y}" in said
    assert handling.assign(seen(request), handler.id, actor=chief) is None
    assert handling.set_stand_in(seen(fresh(request)), stand_in.id, actor=chief) is None
    assert own_messages.write(request.reference, "Cổng 443 chưa mở", None, actor=writer) is None
    assert told_to(handler)[1:] == [f"{mark} Hồ sơ được giao cho bạn", f"{mark} Tin nhắn của cơ quan đề nghị"]
    assert told_to(stand_in) == [f"{mark} Bạn được giao xử lý thay", f"{mark} Tin nhắn của cơ quan đề nghị"]
    head = portals.account(Role.AGENCY_HEAD, body=OWN_BODY)
    assert filing.withdraw(request.reference, "Chưa cần nữa", actor=head) is None
    for person in (handler, stand_in):
        assert told_to(person)[-1] == f"{mark} Đề nghị đã được rút"
    assert not told_to(stranger)


@pytest.mark.law("R1.3")
def test_the_chiefs_are_told_of_a_request_withdrawn_before_anybody_had_it(portals, chief):
    request = received(OWN_BODY)
    head = portals.account(Role.AGENCY_HEAD, body=OWN_BODY)
    assert filing.withdraw(request.reference, "Nhầm hệ thống", actor=head) is None
    assert told_to(chief)[-1] == f"[{request.reference}] Đề nghị đã được rút"


def test_an_event_names_only_the_fields_that_were_weighed(portals, chief, handler):
    request = assigned(OWN_BODY, chief, handler)
    crafted = {("no_such_field", Direction.GET, "X"): Weighed(Opinion.AGREED)}
    assert handling.weigh(seen(request), crafted, actor=handler) is None
    assert events_of("request", request.reference)[0].detail == {}


def test_nobody_sees_what_seen_says(portals, handler):
    with pytest.raises(Request.DoesNotExist):
        handling.take_up(Seen("YC-2026-999999", 1), actor=handler)
