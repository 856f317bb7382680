"""What the page frame shows around every page of a portal: its name, where one can go, who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from lienthong.config import Environment
from lienthong.control.frame.page import address_of
from lienthong.control.notices.queries import unread_count
from lienthong.control.theme.shell import Entry, Shell
from lienthong.core.access import PORTAL_LABELS, Actor, Opening, Portal, may_open
from lienthong.core.pages import NAVIGATION, PAGES, Page
from lienthong.core.speech import Text

_ENVIRONMENTS = {
    Environment.PRODUCTION: None,
    Environment.SANDBOX: Text("Môi trường thử nghiệm", "Sandbox"),
    Environment.DEMO: Text("Trình diễn – dữ liệu giả", "Demonstration – invented data"),
}
_LINKS = (Entry(url="/docs/", label=Text("Tài liệu", "Documentation")),)
_UNREAD = Text("chưa đọc", "unread")


def of_request(request: HttpRequest) -> dict[str, Any]:
    """Return `shell` for the templates, nothing outside the portals."""
    portal: Portal | None = getattr(request, "portal", None)
    if portal is None:
        return {}
    actor: Actor | None = getattr(request, "signed_in", None)
    shell = Shell(
        home_url=address_of(portal, Page.HOME),
        portal=PORTAL_LABELS[portal],
        language_url=address_of(portal, Page.LANGUAGE),
        nav=() if actor is None else _entries(request, portal, actor),
        environment=_ENVIRONMENTS[settings.LIENTHONG.environment],
        account=None if actor is None else actor.name,
        account_url=address_of(portal, Page.ACCOUNT),
        sign_out_url=address_of(portal, Page.SIGN_OUT),
        footer_links=_LINKS,
    )
    return {"shell": shell}


def _entries(request: HttpRequest, portal: Portal, actor: Actor) -> tuple[Entry, ...]:
    """Return the pages of the navigation that this actor may open."""
    entries = []
    for name in NAVIGATION[portal]:
        rule = PAGES[name]
        if may_open(rule, actor, portal=portal, body=None, proven_again=True) is Opening.OPEN:
            url = address_of(portal, name)
            is_here = request.path == url or (name is not Page.HOME and request.path.startswith(url))
            count = unread_count(actor.id) if name is Page.NOTICES else None
            entries.append(Entry(url=url, label=rule.label, current=is_here, count=count, counted=_UNREAD))
    return tuple(entries)
