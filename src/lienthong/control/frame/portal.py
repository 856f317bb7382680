"""Entering a portal: by the address alone it is known which one, and whose session counts in it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from lienthong.control.accounts.sessions import find_session
from lienthong.control.audit.events import database_now
from lienthong.control.frame.headers import Respond
from lienthong.core.access import Portal
from lienthong.core.sign_in import SESSION_LIMIT

_UNATTENDED = "LT-Unattended"
"""Sent with what a page asks for by itself, as to follow a run."""


def enter_portal(respond: Respond) -> Respond:
    """Set portal, session and actor on the request; outside the portals there is nothing but files."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == "/":
            return HttpResponseRedirect(f"/{Portal.AGENCY}/")
        portal = _portal_of(request.path_info)
        request.portal = portal  # type: ignore[attr-defined]
        request.session_open = request.signed_in = None  # type: ignore[attr-defined]
        request.proven_again = False  # type: ignore[attr-defined]
        if portal is not None and (token := request.COOKIES.get(cookie_of(portal))):
            is_attended = _UNATTENDED not in request.headers
            session = find_session(token, portal, database_now(), is_attended=is_attended)
            request.session_open = session  # type: ignore[attr-defined]
            if session is not None and session.actor is not None:
                request.signed_in = request.actor = session.actor  # type: ignore[attr-defined]
                request.proven_again = session.proven_again  # type: ignore[attr-defined]
        return respond(request)

    return answer


def cookie_of(portal: Portal) -> str:
    """Return the name of the portal's session cookie."""
    return f"lt_{portal}"


def remember(response: HttpResponse, portal: Portal, token: str) -> None:
    """Give the browser its session: sent to this portal alone, never to scripts or from other sites."""
    response.set_cookie(
        cookie_of(portal),
        token,
        max_age=SESSION_LIMIT,
        path=f"/{portal}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, portal: Portal) -> None:
    """Take the session from the browser."""
    response.delete_cookie(cookie_of(portal), path=f"/{portal}/", samesite="Lax")


def _portal_of(path: str) -> Portal | None:
    first = path.split("/")[1] if path.startswith("/") else ""
    return Portal(first) if first in tuple(Portal) else None
