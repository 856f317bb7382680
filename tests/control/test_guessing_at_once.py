"""Many guesses at the same moment: no more are checked than one after another would be."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from lienthong.control.accounts import braking, sign_in
from lienthong.control.accounts.models import Account, Brake, Session
from lienthong.control.accounts.sealing import seal
from lienthong.control.accounts.sessions import OpenSession, begin_session, find_session
from lienthong.control.audit.events import database_now, events_of
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from tests.control.portal import PASSWORD, Portals
from tests.control.serving import served
from tests.control.test_at_once import at_once

MANY = 16
WRONG = "mot-mat-khau-khac-han"
SECRET = b"12345678901234567890"


def address_of(portals: Portals) -> tuple[int, str]:
    actor = portals.account(Role.HANDLER)
    return actor.id, Account.objects.get(pk=actor.id).email


def waiting_for_code(account: int, *, from_address: str = "192.0.2.1") -> OpenSession:
    """A session whose password was right; the factor is enrolled."""
    row = Account.objects.get(pk=account)
    row.factor = seal(SECRET, use="second-factor", owner=account)
    row.save(update_fields=("factor",))
    now = database_now()
    token = begin_session(row, now=now, address=from_address, device="Firefox")
    found = find_session(token, Portal.STAFF, now)
    assert found is not None
    return found


def told(results: list[object]) -> Counter[ControlCode]:
    return Counter(each.code for each in results if isinstance(each, ControlRefuse))


@pytest.mark.law("R8.1")
def test_of_many_wrong_passwords_at_once_five_are_checked(portals):
    account, email = address_of(portals)
    results = at_once(
        [
            lambda n=n: sign_in.sign_in(Portal.STAFF, email, WRONG, address=f"192.0.2.{n}", device="x")
            for n in range(MANY)
        ]
    )
    assert told(results) == {ControlCode.SIGN_IN_WRONG: 5, ControlCode.SIGN_IN_BLOCKED: MANY - 5}
    assert [event.kind for event in events_of("account", str(account))].count("account.blocked") == 1


@pytest.mark.law("R8.1")
def test_of_many_wrong_codes_at_once_five_are_checked(portals):
    account, _email = address_of(portals)
    session = waiting_for_code(account)
    results = at_once(
        [
            lambda n=n: sign_in.give_second_factor(session, f"99999{n}", address=f"192.0.2.{n}")
            for n in range(MANY)
        ]
    )
    assert told(results) == {ControlCode.SECOND_FACTOR_WRONG: 5, ControlCode.SIGN_IN_BLOCKED: MANY - 5}


@pytest.mark.law("R8.1")
def test_of_many_passwords_given_again_at_once_five_are_checked(portals):
    account, _email = address_of(portals)
    session = waiting_for_code(account)
    results = at_once(
        [
            lambda n=n: sign_in.prove_again(session, WRONG, "999999", address=f"192.0.2.{n}")
            for n in range(MANY)
        ]
    )
    assert told(results) == {ControlCode.SIGN_IN_WRONG: 5, ControlCode.SIGN_IN_BLOCKED: MANY - 5}


@pytest.mark.law("R8.1")
def test_of_many_over_http_five_are_checked(portals):
    _account, email = address_of(portals)
    with served() as origin:

        def guess(_: int) -> str:
            with requests.Session() as browser:
                page = f"{origin}/staff/sign-in/"
                token = browser.get(page, timeout=30).text.split('name="csrfmiddlewaretoken" value="')[1]
                sent = {"csrfmiddlewaretoken": token.partition('"')[0], "email": email, "password": WRONG}
                return browser.post(page, data=sent, timeout=30).text

        with ThreadPoolExecutor(MANY) as threads:
            pages = list(threads.map(guess, range(MANY)))
    assert sum("(LC101)" in page for page in pages) == 5
    assert sum("Hãy thử lại sau 15 phút." in page for page in pages) == MANY - 5


def test_many_who_know_their_password_sign_in_at_once_from_one_address(portals):
    emails = [address_of(portals)[1] for _ in range(6)]
    entered = at_once(
        [
            lambda email=email: sign_in.sign_in(
                Portal.STAFF, email, PASSWORD, address="192.0.2.1", device="x"
            )
            for email in emails
        ]
    )
    assert all(isinstance(each, str) for each in entered), entered
    assert Session.objects.count() == len(emails)
    assert not Brake.objects.exclude(failures=0, blocked_until=0).exists(), "nothing stays counted"


def test_an_attempt_whose_process_died_has_been_made(portals):
    _account, email = address_of(portals)
    slots = braking.slots_of(Portal.STAFF, email, "192.0.2.1")
    for _ in range(5):
        assert isinstance(braking.begin_attempt(slots), braking.Begun)
    refused = sign_in.sign_in(Portal.STAFF, email, PASSWORD, address="192.0.2.2", device="x")
    assert isinstance(refused, ControlRefuse)
    assert refused.code is ControlCode.SIGN_IN_BLOCKED
