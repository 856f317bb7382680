"""Acts: one transaction, one event, refusals that leave nothing, crashes that leave nothing, two at once."""

import threading

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from lienthong.control.accounts import actions
from lienthong.control.accounts.models import Account
from lienthong.control.audit.acting import acting, decided_meanwhile
from lienthong.control.audit.events import Event, database_now, events_of
from lienthong.control.frame.states import StateField
from lienthong.core.access import Role
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountAct, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from tests.control.portal import OWN_BODY


def event(**changes: object) -> Event:
    return Event(**{"kind": "test.done", "actor": None, "subject_kind": "account", "subject": "1"} | changes)


@pytest.mark.law("R5.3", "R8.1")
def test_an_act_and_its_event_are_one(portals):
    administrator = portals.account(Role.ADMINISTRATOR)
    integrator = portals.account(Role.INTEGRATOR)
    before = database_now()
    assert actions.change_state(AccountAct.SUSPEND, integrator.id, actor=administrator, reason="nghỉ") is None
    newest = events_of("account", str(integrator.id))[0]
    assert newest.kind == "account.suspend"
    assert (newest.actor, newest.actor_name, newest.portal) == (administrator.id, administrator.name, "staff")
    assert newest.roles == ("administrator",)
    assert newest.body == OWN_BODY
    assert newest.detail == {"reason": "nghỉ", "from": "active", "to": "suspended"}
    assert newest.law == ("R8.1",)
    assert newest.profile
    assert before <= newest.at.timestamp() * 1_000_000 <= database_now()
    assert newest.index is None


def test_a_refusal_takes_back_what_was_written_before_it(portals):
    account = portals.account(Role.HANDLER)
    with acting(event(subject=str(account.id))) as act:
        Account.objects.filter(pk=account.id).update(name="ai khác")
        refusal = act.refuse(ControlRefuse(ControlCode.SESSION_UNKNOWN))
    assert refusal.code is ControlCode.SESSION_UNKNOWN
    assert Account.objects.get(pk=account.id).name == account.name
    assert "test.done" not in [written.kind for written in events_of("account", str(account.id))]


def test_a_crash_in_the_act_leaves_neither(portals):
    account = portals.account(Role.HANDLER)
    with pytest.raises(ZeroDivisionError), acting(event(subject=str(account.id))):
        Account.objects.filter(pk=account.id).update(name="ai khác")
        raise ZeroDivisionError
    assert Account.objects.get(pk=account.id).name == account.name
    assert "test.done" not in [written.kind for written in events_of("account", str(account.id))]


def test_an_event_that_cannot_be_written_takes_the_act_with_it(portals):
    account = portals.account(Role.HANDLER)
    with pytest.raises(IntegrityError), acting(event(kind="", subject=str(account.id))):
        Account.objects.filter(pk=account.id).update(name="ai khác")
    assert Account.objects.get(pk=account.id).name == account.name


def test_an_act_inside_a_transaction_is_a_defect(portals):
    with pytest.raises(RuntimeError), transaction.atomic(), acting(event()):
        pass


@pytest.mark.law("R5.3")
def test_of_two_acts_at_once_one_wins_and_the_other_is_told(portals):
    administrator = portals.account(Role.ADMINISTRATOR)
    account = portals.account(Role.HANDLER)
    results: list[ControlRefuse | None] = []
    barrier = threading.Barrier(2)

    def decide(act: AccountAct) -> None:
        try:
            barrier.wait()
            results.append(actions.change_state(act, account.id, actor=administrator, reason="x"))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(AccountAct.SUSPEND,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refusals = [result for result in results if result is not None]
    assert len(results) == 2
    assert [refusal.code for refusal in refusals] == [ControlCode.NOT_IN_THIS_STATE]
    kinds = [written.kind for written in events_of("account", str(account.id))]
    assert kinds.count("account.suspend") == 1


def test_whoever_decides_on_an_old_version_is_told_who_was_first(portals):
    account = Account.objects.get(pk=portals.account(Role.HANDLER).id)
    seen = account.version
    assert decided_meanwhile(account, seen, who="Lê Thị Bình", when=1_796_432_460_000_000) is None
    account.version += 1
    refusal = decided_meanwhile(account, seen, who="Lê Thị Bình", when=1_796_432_460_000_000)
    assert refusal.code is ControlCode.DECIDED_MEANWHILE
    assert refusal.text.vi.startswith("Lê Thị Bình đã xử lý hồ sơ này lúc 08:01, 05/12/2026.")
    assert refusal.text.en.startswith("Lê Thị Bình has acted on this file at 08:01, 5 Dec 2026.")


@pytest.mark.law("R5.3")
def test_the_database_refuses_a_state_that_python_would_have_allowed(portals):
    account = portals.account(Role.HANDLER)
    with pytest.raises(IntegrityError, match='no way from state "active" to "invited"'):
        Account.objects.filter(pk=account.id).update(state="invited")
    with pytest.raises(IntegrityError, match="no way from state"), connection.cursor() as cursor:
        cursor.execute("UPDATE account SET state = 'closed for ever' WHERE id = %s", [account.id])
    with pytest.raises(ValueError, match="closed for ever"):
        Account.objects.filter(pk=account.id).update(state="closed for ever")
    with pytest.raises(IntegrityError, match='no way from state "" to "active"'):
        Account.objects.create(
            portal="staff",
            email="x@y",
            name="x",
            roles=["chief"],
            state="active",
            invited_at="2026-01-01T00:00Z",
        )
    Account.objects.filter(pk=account.id).update(state="closed")
    with pytest.raises(IntegrityError):
        Account.objects.filter(pk=account.id).update(state="active")


def test_a_state_comes_back_as_the_word_of_its_machine(portals):
    account = Account.objects.get(pk=portals.account(Role.HANDLER).id)
    assert account.state is AccountState.ACTIVE
    assert Account().state == AccountState.INVITED
    assert StateField(ACCOUNT_MACHINE).deconstruct()[1] == "django.db.models.TextField"


def test_every_table_of_the_control_plane_is_a_models_and_every_guard_is_on(portals):
    from django.apps import apps

    models = {
        model._meta.db_table for model in apps.get_models() if "procrastinate" not in model._meta.db_table
    }
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as administrator:
        tables = {
            row[0]
            for row in administrator.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'control'::regnamespace AND relkind = 'r'"
            )
        }
        guards = administrator.execute(
            "SELECT t.tgrelid::regclass::text, t.tgenabled FROM pg_trigger AS t "
            "WHERE t.tgname = 'keep_to_machine' ORDER BY 1"
        ).fetchall()
        machines = administrator.execute("SELECT table_name FROM control.machine_table ORDER BY 1").fetchall()
    assert tables == models | {"django_migrations", "transition", "machine_table"}
    assert guards == [(f"control.{name}", "A") for (name,) in machines]


def test_django_signs_in_as_the_control_planes_role_alone(portals):
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user, current_setting('search_path')")
        assert cursor.fetchone() == ("lt_control", "lt_control", "control,jobs")
    with pytest.raises(ProgrammingError) as refused, connection.cursor() as cursor:
        cursor.execute("SET ROLE lt_owner")
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
