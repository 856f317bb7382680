"""Signing in through the pages: invitation, password, second factor, limits, sessions, proving again."""

import re

import pytest
from django.test.utils import CaptureQueriesContext

from lienthong.control.accounts import actions
from lienthong.control.accounts.factor import code_at, matching_step
from lienthong.control.accounts.models import Account, RecoveryCode, Session
from lienthong.control.accounts.sealing import SealBroken, digest, unseal
from lienthong.control.audit.events import database_now, events_of
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountAct
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import SECOND
from tests.control.portal import PASSWORD, Browser, Portals

WRONG = "mot-mat-khau-khac-han"


def secret_of(account: int) -> bytes:
    row = Account.objects.get(pk=account)
    sealed = row.factor or Session.objects.filter(account=account).latest("pk").enrolling
    return unseal(bytes(sealed), use="second-factor", owner=account)


def code_now(account: int, *, ahead: int = 0) -> str:
    return code_at(secret_of(account), database_now() // SECOND + 30 * ahead)


def give_password(browser: Browser, email: str, password: str = PASSWORD, portal: str = "staff"):
    return browser.post(f"/{portal}/sign-in/", {"email": email, "password": password})


def enrolled(portals: Portals, browser: Browser, *roles: Role) -> tuple[int, str, list[str]]:
    """Sign in for the first time; return the account, its address and its recovery codes."""
    actor = portals.account(*(roles or (Role.HANDLER,)))
    email = Account.objects.get(pk=actor.id).email
    assert give_password(browser, email).status_code == 302
    assert browser.get("/staff/second-factor/").headers["Location"] == "/staff/enrol/"
    page = browser.get("/staff/enrol/")
    assert b"<svg" in page.content
    done = browser.post("/staff/enrol/", {"code": code_now(actor.id)})
    assert done.status_code == 200
    codes = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", done.content.decode())
    assert len(codes) == 10
    assert browser.get("/staff/").status_code == 200
    return actor.id, email, codes


@pytest.mark.law("R8.1")
def test_an_invited_person_activates_enrols_and_signs_in(portals):
    new = actions.NewAccount(
        portal=Portal.STAFF, email="Nguyen.An@example.vn", name="Nguyễn Văn An", roles=frozenset({Role.CHIEF})
    )
    invitation = actions.invite(new, actor=None)
    assert not isinstance(invitation, ControlRefuse)
    browser = portals.stranger()
    address = f"/staff/accept/{invitation.token}/"
    assert "Nguyễn Văn An" in browser.get(address).content.decode()
    assert browser.get(address.replace("staff", "agency")).status_code == 404
    for weak in ("ngan", "123456789012", "nguyen.an-2026-x", "matkhau-cua-nguyen-an"):
        refused = browser.post(address, {"password": weak, "again": weak})
        assert refused.status_code == 200, weak
    assert "Mật khẩu quá dễ đoán" in refused.content.decode()
    assert "(LC106)" in refused.content.decode()
    unequal = browser.post(address, {"password": PASSWORD, "again": PASSWORD + "x"})
    assert "Hai lần nhập không giống nhau." in unequal.content.decode()
    assert browser.post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert browser.get(address).status_code == 404, "an invitation works once"
    assert give_password(browser, "nguyen.an@EXAMPLE.vn").headers["Location"] == "/staff/second-factor/"
    assert browser.get("/staff/").status_code == 302, "a password alone opens nothing"
    browser.get("/staff/enrol/")
    assert browser.post("/staff/enrol/", {"code": "000000"}).status_code == 200
    assert browser.post("/staff/enrol/", {"code": code_now(invitation.account)}).status_code == 200
    assert "Nguyễn Văn An" in browser.get("/staff/").content.decode()
    kinds = [event.kind for event in events_of("account", str(invitation.account))]
    assert kinds == ["account.factor_enrolled", "account.activated", "account.invited"]


def test_an_invitation_ends_after_a_week(portals):
    new = actions.NewAccount(portal=Portal.STAFF, email="a@b.vn", name="An", roles=frozenset({Role.CHIEF}))
    invitation = actions.invite(new, actor=None)
    Account.objects.update(invited_at="2026-01-01T00:00:00Z")
    assert portals.stranger().get(f"/staff/accept/{invitation.token}/").status_code == 404
    assert actions.accept(Portal.STAFF, invitation.token, PASSWORD).code is ControlCode.INVITATION_ENDED


@pytest.mark.law("R8.1")
def test_an_invitation_replaced_while_it_is_being_accepted_is_worth_nothing(portals, monkeypatch):
    new = actions.NewAccount(
        portal=Portal.STAFF, email="moi@example.vn", name="Người mới", roles=frozenset({Role.HANDLER})
    )
    old = actions.invite(new, actor=None)
    looked_up = actions.invited

    def meanwhile(portal: Portal, token: str, now: int) -> Account | None:
        found = looked_up(portal, token, now)
        Account.objects.filter(pk=old.account).update(invitation=digest("another"))
        return found

    monkeypatch.setattr(actions, "invited", meanwhile)
    refusal = actions.accept(Portal.STAFF, old.token, PASSWORD)
    assert refusal.code is ControlCode.INVITATION_ENDED


def test_a_code_counts_once_and_a_recovery_code_stands_in_once(portals):
    browser = portals.stranger()
    account, email, codes = enrolled(portals, browser)
    used = code_now(account)
    browser.post("/staff/sign-out/")
    assert browser.get("/staff/").status_code == 302
    give_password(browser, email)
    again = browser.post("/staff/second-factor/", {"code": used})
    assert "Mã này đã được dùng" in again.content.decode()
    assert browser.post("/staff/second-factor/", {"code": code_now(account, ahead=1)}).status_code == 302
    assert browser.get("/staff/").status_code == 200
    other = portals.stranger()
    give_password(other, email)
    assert other.post("/staff/second-factor/", {"code": codes[0].upper()}).status_code == 302
    third = portals.stranger()
    give_password(third, email)
    assert (
        "Mã xác thực không đúng" in third.post("/staff/second-factor/", {"code": codes[0]}).content.decode()
    )


def test_signing_in_changes_the_cookie_and_comes_back_to_the_page_that_was_wanted(portals):
    browser = portals.stranger()
    account, email, _codes = enrolled(portals, browser)
    other = portals.stranger()
    sent = other.get("/staff/account/")
    assert sent.headers["Location"] == "/staff/sign-in/?next=%2Fstaff%2Faccount%2F"
    begun = other.post(sent.headers["Location"], {"email": email, "password": PASSWORD})
    planted = other.cookies["lt_staff"].value
    done = other.post(begun.headers["Location"], {"code": code_now(account, ahead=1)})
    assert done.headers["Location"] == "/staff/account/"
    assert other.cookies["lt_staff"].value != planted
    thief = portals.stranger()
    thief.cookies["lt_staff"] = planted
    assert thief.get("/staff/").status_code == 302
    cookie = done.cookies["lt_staff"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/staff/", True, "Lax")


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "/agency/"])
def test_nobody_is_led_elsewhere(portals, next_page):
    browser = portals.browser(Role.HANDLER)
    led = browser.get("/staff/sign-in/", {"next": next_page}).headers["Location"]
    assert led in ("/staff/", next_page)
    assert led.startswith("/staff/")


@pytest.mark.law("R8.1")
def test_wrong_passwords_block_known_and_unknown_alike(portals):
    actor = portals.account(Role.HANDLER)
    email = Account.objects.get(pk=actor.id).email
    browser = portals.stranger()
    pages = {}
    for name in (email, "nobody@example.vn"):
        said = [give_password(browser, name, WRONG).content.decode() for _ in range(6)]
        assert all("Thư điện tử hoặc mật khẩu không đúng." in page for page in said[:5])
        assert "Hãy thử lại sau 15 phút." in said[5]
        pages[name] = "15 phút" in give_password(browser, name, PASSWORD).content.decode()
    assert pages == {email: True, "nobody@example.vn": True}, "not even the right one, until then"
    assert events_of("account", str(actor.id))[0].kind == "account.blocked"


def test_an_address_that_tries_many_accounts_is_blocked(portals):
    browser = portals.stranger()
    for number in range(30):
        give_password(browser, f"nobody{number}@example.vn", WRONG)
    assert "15 phút" in give_password(browser, "another@example.vn", WRONG).content.decode()


def test_wrong_codes_block_too(portals):
    browser = portals.stranger()
    _account, email, _codes = enrolled(portals, browser)
    other = portals.stranger()
    give_password(other, email)
    said = [other.post("/staff/second-factor/", {"code": "000000"}).content.decode() for _ in range(6)]
    assert "15 phút" in said[5]


@pytest.mark.law("R8.1")
def test_a_session_ends_idle_old_suspended_or_from_elsewhere(portals):
    actor = portals.account(Role.HANDLER)
    for change in (
        {"seen_at": "2026-01-01T00:00:00Z"},
        {"started_at": "2026-01-01T00:00:00Z"},
        {"ended_at": "2026-01-01T00:00:00Z"},
        {"proved_at": None, "started_at": "2026-01-01T00:00:00Z"},
    ):
        browser = portals.signed_in(actor)
        assert browser.get("/staff/").status_code == 200
        Session.objects.update(**change)
        assert browser.get("/staff/").status_code == 302, change
    one, another = portals.signed_in(actor), portals.signed_in(actor)
    page = one.get("/staff/account/").content.decode()
    (end,) = re.findall(r"/staff/account/sessions/\d+/end/", page)
    stranger = portals.browser(Role.CHIEF)
    assert stranger.post(end).status_code == 302
    assert another.get("/staff/").status_code == 200, "nobody ends the session of another account"
    assert one.post(end).status_code == 302
    assert another.get("/staff/").status_code == 302
    administrator = portals.account(Role.ADMINISTRATOR)
    assert actions.change_state(AccountAct.SUSPEND, actor.id, actor=administrator, reason="nghỉ") is None
    assert one.get("/staff/").status_code == 302
    email = Account.objects.get(pk=actor.id).email
    assert "“Tạm khóa”" in give_password(portals.stranger(), email).content.decode()


def test_the_cookie_of_one_portal_does_not_open_the_other(portals):
    browser = portals.browser(Role.HANDLER)
    browser.cookies["lt_agency"] = browser.cookies["lt_staff"].value
    assert browser.get("/agency/").headers["Location"].startswith("/agency/sign-in/")


@pytest.mark.law("R8.1")
def test_weighty_pages_want_password_and_code_again(portals):
    browser = portals.stranger()
    account, _email, codes = enrolled(portals, browser)
    assert browser.get("/staff/account/recovery-codes/").status_code == 200
    Session.objects.update(proved_at="2026-01-01T00:00:00Z")
    sent = browser.get("/staff/account/recovery-codes/").headers["Location"]
    assert sent == "/staff/prove-again/?next=%2Fstaff%2Faccount%2Frecovery-codes%2F"
    code = code_now(account, ahead=1)
    assert browser.post(sent, {"password": WRONG, "code": code}).status_code == 200
    proven = browser.post(sent, {"password": PASSWORD, "code": code})
    assert proven.headers["Location"] == "/staff/account/recovery-codes/"
    renewed = browser.post("/staff/account/recovery-codes/").content.decode()
    assert len(re.findall(r"<code>[a-z0-9]{5}-[a-z0-9]{5}</code>", renewed)) == 10
    assert RecoveryCode.objects.filter(account=account, used_at=None).count() == 10
    other = portals.stranger()
    give_password(other, Account.objects.get(pk=account).email)
    assert other.post("/staff/second-factor/", {"code": codes[1]}).status_code == 200, "old codes are over"


def test_a_lost_factor_is_reset_and_enrolled_anew(portals):
    browser = portals.stranger()
    account, email, _codes = enrolled(portals, browser)
    administrator = portals.account(Role.ADMINISTRATOR)
    actions.reset_factor(account, actor=administrator, reason="mất điện thoại")
    assert browser.get("/staff/").status_code == 302
    give_password(browser, email)
    assert browser.get("/staff/second-factor/").headers["Location"] == "/staff/enrol/"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": frozenset({Role.INTEGRATOR})}, ControlCode.ROLES_MISPLACED),
        ({"body": 7}, ControlCode.BODY_WANTED),
        ({"portal": Portal.AGENCY, "roles": frozenset({Role.INTEGRATOR})}, ControlCode.BODY_WANTED),
        ({"email": "TAKEN@example.vn"}, ControlCode.EMAIL_TAKEN),
    ],
)
def test_accounts_that_cannot_be_are_refused(portals, changes, code):
    fit = {
        "portal": Portal.STAFF,
        "email": "taken@example.vn",
        "name": "An",
        "roles": frozenset({Role.CHIEF}),
    }
    assert not isinstance(actions.invite(actions.NewAccount(**fit), actor=None), ControlRefuse)
    refused = actions.invite(actions.NewAccount(**fit | changes), actor=None)
    assert isinstance(refused, ControlRefuse)
    assert refused.code is code


def test_a_seal_opens_for_its_account_alone(portals):
    one, another = (enrolled(portals, portals.stranger())[0] for _ in range(2))
    sealed = bytes(Account.objects.get(pk=one).factor)
    assert secret_of(one) not in sealed
    with pytest.raises(SealBroken):
        unseal(sealed, use="second-factor", owner=another)


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(at, code):
    secret = b"12345678901234567890"
    assert matching_step(secret, f"{code[:3]} {code[3:]}", at) == at // 30
    assert matching_step(secret, code, at + 30) == at // 30
    assert matching_step(secret, code, at + 60) is None
    assert matching_step(secret, "mười", at) is None


def test_a_page_costs_few_queries(portals):
    from django.db import connection

    browser = portals.browser(Role.HANDLER)
    browser.get("/staff/prove-again/")
    with CaptureQueriesContext(connection) as asked:
        assert browser.get("/staff/prove-again/").status_code == 200
    assert len(asked) <= 2, [query["sql"] for query in asked]
