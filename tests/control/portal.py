"""Django on the test's own database, accounts of every role, browsers that are signed in.

    def test_a_page(portals):
        handler = portals.browser(Role.HANDLER)
        assert handler.get("/staff/").status_code == 200

Real middleware, real PostgreSQL as lt_control; only the HTTP server between them is left out.
"""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.test import Client

from lienthong.config import (
    AuthoritySettings,
    Configuration,
    ControlSettings,
    DatabaseSettings,
    Environment,
    MailSettings,
    TrialPerson,
    TrialSettings,
)
from lienthong.control.starting import SEARCH_PATH, connection_settings
from lienthong.core.access import AGENCY_ROLES, Actor, Portal, Role
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.legal_days import SECOND
from lienthong.db import Database

OWN_BODY, OTHER_BODY = 7, 8
PASSWORD = "mot-cau-dai-va-kho-doan"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
_numbers = itertools.count(1)


def configuration_of(folder: Path) -> Configuration:
    """Return the configuration under which Django is set up once per test process."""
    return Configuration(
        environment=Environment.DEMO,
        log_origin="example/log",
        keys=folder / "keys",
        database=DatabaseSettings(data=folder / "database"),
        control=ControlSettings(
            public_origin="http://127.0.0.1:8410",
            uploads=folder / "uploads",
        ),
        mail=MailSettings(folder=folder / "mail"),
        authority=AuthoritySettings(
            support_phone="024 3999 0000",
            related_units=("Trung tâm dữ liệu mẫu",),
            seal_key=folder / "seal" / "C06.key",
            seal_certificate=folder / "seal" / "C06.pem",
        ),
        trial=TrialSettings(
            origin="http://127.0.0.1:9400",
            person=TrialPerson("099190000001", "Nguyễn Thị Hoà", "1990-02-15"),
            other=TrialPerson("099085000002", "Trần Văn Bình", "1985"),
        ),
    )


@contextmanager
def pointed_at(database: Database) -> Iterator[None]:
    """Let Django's connection be one to this database as lt_control, closed afterwards."""
    settings = connection_settings(database, search_path=SEARCH_PATH)
    before = connections.settings["default"]
    connections["default"].close()
    connections.settings["default"] = connections.configure_settings({"default": settings})["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        del connections["default"]


class Browser(Client):
    """Django's client with the hub's name and a browser's habits."""

    def __init__(self, actor: Actor | None = None, **arguments: object) -> None:
        super().__init__(
            enforce_csrf_checks=False, HTTP_HOST="127.0.0.1:8410", HTTP_USER_AGENT="Firefox", **arguments
        )
        self.actor = actor


class Portals:
    """Accounts on the test's database, made through the same actions as everybody's."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def account(self, *roles: Role, body: int | None = None, name: str = "") -> Actor:
        """Return an active account with these roles; agency roles work for OWN_BODY unless told otherwise."""
        from lienthong.control.accounts import actions

        portal = Portal.AGENCY if set(roles) & AGENCY_ROLES else Portal.STAFF
        number = next(_numbers)
        works_for = (body or OWN_BODY) if portal is Portal.AGENCY else None
        new = actions.NewAccount(
            portal=portal,
            email=f"{roles[0]}{number}@example.vn",
            name=name or f"Người số {number}",
            roles=frozenset(roles),
            body=works_for,
        )
        invitation = actions.invite(new, actor=None)
        assert not isinstance(invitation, ControlRefuse), invitation.text
        accepted = actions.accept(portal, invitation.token, PASSWORD)
        assert isinstance(accepted, int), accepted
        return Actor(accepted, new.name, portal, new.roles, works_for)

    def browser(self, *roles: Role, body: int | None = None, proven_again: bool = True) -> Browser:
        """Return a browser signed in as a new account with these roles, without going through the pages."""
        return self.signed_in(self.account(*roles, body=body), proven_again=proven_again)

    def signed_in(self, actor: Actor, *, proven_again: bool = True) -> Browser:
        from lienthong.control.accounts.models import Account, Session
        from lienthong.control.accounts.sessions import begin_session, prove_session
        from lienthong.control.audit.events import database_now
        from lienthong.control.frame.portal import cookie_of

        now = database_now() - (0 if proven_again else 600 * SECOND)
        account = Account.objects.get(pk=actor.id)
        begin_session(account, now=now, address="127.0.0.1", device="Firefox")
        token = prove_session(Session.objects.filter(account=account).latest("pk"), now)
        browser = Browser(actor)
        browser.cookies[cookie_of(actor.portal)] = token
        return browser

    def stranger(self) -> Browser:
        """Return a browser nobody has signed in with."""
        return Browser()


def without_tokens(content: bytes) -> str:
    """Return a page without its form tokens, which differ every time."""
    return _TOKEN.sub(
        "", re.sub(r"&quot;x-csrftoken&quot;: &quot;\w+|\"x-csrftoken\": \"\w+", "", content.decode())
    )
