"""`lienthong control` as it runs: told who asks, stopped, turned away where it is not fit."""

import re
import signal
import socket
import threading
import time
import urllib.request

import pytest
import requests

from lienthong.control.accounts.models import Account, Session
from lienthong.control.participants.models import Body
from lienthong.core.access import Role
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from tests.control.portal import PASSWORD
from tests.control.processes import eventually


def sign_in_from(processes, forwarded: str) -> str:
    """Sign in with a wrong second factor pending; return the address the session was begun from."""
    with requests.Session() as browser:
        page = browser.get(f"{processes.origin}/staff/sign-in/", timeout=30)
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[-1:]
        email = Account.objects.get().email
        sent = browser.post(
            f"{processes.origin}/staff/sign-in/",
            data={"csrfmiddlewaretoken": token, "email": email, "password": PASSWORD},
            headers={"X-Forwarded-For": forwarded},
            allow_redirects=False,
            timeout=30,
        )
        assert sent.status_code == 302, sent.text
    return str(Session.objects.latest("pk").address)


@pytest.mark.parametrize(
    ("proxies", "address"), [("", "127.0.0.1"), ('proxies = ["127.0.0.0/8"]', "198.51.100.7")]
)
def test_the_address_of_a_session_is_believed_from_our_proxies_only(portals, processes, proxies, address):
    portals.account(Role.HANDLER)
    processes.control = proxies
    processes.start_control()
    assert sign_in_from(processes, "203.0.113.1, 198.51.100.7") == address


def test_it_stops_when_told_and_finishes_what_is_under_way(portals, processes):
    control = processes.start_control()
    assert processes.answers("/healthz") == 200
    assert processes.answers("/nothing") == 404
    wrong: list[str] = []
    served = [0]

    def ask() -> None:
        while True:
            try:
                with urllib.request.urlopen(f"{processes.origin}/agency/sign-in/", timeout=30) as answer:
                    content = answer.read()
                    if b"</html>" not in content:
                        wrong.append(content.decode(errors="replace"))
                    served[0] += 1
            except OSError:
                return

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    eventually(lambda: served[0] > 20, "the process serves")
    control.send_signal(signal.SIGTERM)
    assert control.wait(40) == 0
    for thread in threads:
        thread.join()
    assert wrong == []
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", processes.port))


def test_workers_do_not_outlive_a_process_that_was_killed(portals, processes):
    control = processes.start_control()
    control.kill()
    control.wait()
    eventually(lambda: processes.answers("/healthz") == 0, "a worker goes on without its parent")


def turned_away(processes, *, name: str = "control") -> str:
    started = time.monotonic()
    done = processes.run(name)
    assert done.returncode == 2, f"{done.stdout}{done.stderr} after {time.monotonic() - started:.0f} s"
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM control.django_migrations WHERE app = 'notices'", "lacks notices/0001_initial"),
        ("DELETE FROM ops.standing", "lacks standing/0010_privileges.sql"),
        ("DELETE FROM ops.migration WHERE name LIKE '0120%'", "lacks 0120_audit_leaves.sql"),
        ("INSERT INTO control.django_migrations (app, name, applied) VALUES ('x', '1', now())", "has x/1"),
        ("REVOKE SELECT ON ops.migration FROM lt_control", "Run `lienthong db migrate` first"),
        ("ALTER TABLE audit.event DISABLE TRIGGER no_change", "no_change of audit.event is not enabled"),
    ],
)
def test_it_does_not_start_on_a_database_that_is_not_fit(portals, processes, damage, said):
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute(damage)
    assert said in turned_away(processes)


def test_the_jobs_do_not_start_there_either(portals, processes):
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute("DELETE FROM ops.standing")
    assert "lacks standing/0010_privileges.sql" in turned_away(processes, name="jobs")


def test_it_does_not_start_where_the_machine_is_not_fit(portals, processes):
    processes.control = 'proxies = ["the proxy"]'
    assert "[control] proxies" in turned_away(processes)
    processes.control = ""
    with socket.create_server(("127.0.0.1", processes.port)):
        assert f"cannot listen on 127.0.0.1:{processes.port}" in turned_away(processes)
    processes.uploads = "gone"
    assert "the folder of uploads" in turned_away(processes)
    assert "is missing" in turned_away(processes, name="jobs")


def test_a_lost_secret_is_told_and_not_replaced(portals, processes):
    actor = portals.account(Role.HANDLER)
    Account.objects.filter(pk=actor.id).update(factor=b"sealed")
    processes.secret = processes.folder / "no-such-secret"
    assert "second factors are sealed with it" in turned_away(processes)
    assert "second factors are sealed with it" in processes.run("accounts", "list").stderr
    assert not processes.secret.exists()
    forgotten = processes.run("accounts", "forget-factors", "--reason", "mất khóa", "--json")
    assert forgotten.stdout == '{"forgotten":1}\n', forgotten.stderr
    assert Account.objects.get(pk=actor.id).factor is None
    assert processes.run("accounts", "list").returncode == 0


def test_the_first_accounts_are_made_on_the_command_line(portals, processes):
    words = ("accounts", "add", "--portal", "staff", "--email", "a@b.vn", "--name", "An", "--role", "chief")
    first = processes.run(*words, "--json")
    assert first.returncode == 0, first.stderr
    again = processes.run(*words)
    assert again.returncode == 2
    assert "LC108" in again.stderr
    assert "LC109" in processes.run(*words[:-1], "integrator").stderr
    unknown = processes.run(*words, "--body", "H31")
    assert "there is no body with the identifier H31" in unknown.stderr
    Body.objects.create(identifier="H31", kind="police_unit", name="Hải Phòng")
    assert "LC110" in processes.run(*words, "--body", "h31").stderr
    assert "Each full stop" in processes.run(*words, "--body", "H31.").stderr
    listed = processes.run("accounts", "list")
    assert "a@b.vn" in listed.stdout
    assert "invited  (no second factor yet)" in listed.stdout
    reset = processes.run(
        "accounts", "reset", "--portal", "staff", "--email", "A@B.vn", "--reason", "mất", "--json"
    )
    assert reset.returncode == 0, reset.stderr
    assert (
        "has no account"
        in processes.run(
            "accounts", "reset", "--portal", "agency", "--email", "a@b.vn", "--reason", "x"
        ).stderr
    )


def test_access_given_anew_ends_the_old(portals):
    from lienthong.control.accounts import actions
    from lienthong.control.accounts.renewal import renew_access
    from lienthong.core.access import Portal

    browser = portals.browser(Role.HANDLER)
    renewed = renew_access(browser.actor.id, actor=None, reason="mất điện thoại", by="root")
    assert browser.get("/staff/").status_code == 302
    account = Account.objects.get(pk=browser.actor.id)
    assert (account.password, account.factor, account.state.value) == ("", None, "active")
    assert actions.accept(Portal.STAFF, renewed.token, PASSWORD) == account.pk
    assert portals.signed_in(browser.actor).get("/staff/").status_code == 200


def test_accounts_of_a_demonstration_are_for_invented_people(portals, processes):
    made = processes.run("accounts", "demonstrate", "--json")
    assert made.returncode == 0, made.stderr
    again = processes.run("accounts", "demonstrate", "--json")
    assert again.stdout == made.stdout
    assert Account.objects.count() == len(Role)
    assert re.fullmatch(r"\d{6}\n", processes.run("accounts", "code").stdout)
    processes.environment = "production"
    processes.control = ""
    refused = processes.run("accounts", "demonstrate")
    assert refused.returncode == 2
    assert "production" in refused.stderr
