"""Declaring a view: which page of the rules it is, and whose thing it shows."""

from collections.abc import Callable
from functools import wraps
from typing import Final, Protocol, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from lienthong.control.frame.failures import forbidden, not_found
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.theme.addresses import address
from lienthong.core.access import Opening, Portal, may_open
from lienthong.core.pages import PAGES, Page

View = Callable[..., HttpResponse]
BodyOf = Callable[..., int | None]
"""Given the values of an address, returns the body whose thing is there, none where nothing is."""


_METHODS: Final = ("GET", "HEAD", "POST")


class DeclaredView(Protocol):
    """A view that says which page it is."""

    page: Page
    asks_whose: bool

    def __call__(self, request: HttpRequest, **values: object) -> HttpResponse:
        """Answer one request."""
        ...


def page(name: Page, *, body: BodyOf | None = None) -> Callable[[View], DeclaredView]:
    """Make a function the view of a page of lienthong.core.pages; the rules decide before it runs.

    `body` tells from the values of the address whose thing the page shows. It must be given for agency pages
    whose address names a thing; the check at start insists.
    """
    rule = PAGES[name]

    def declare(view: View) -> DeclaredView:
        @wraps(view)
        def opened(request: PortalRequest, **values: object) -> HttpResponse:
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            # PostgreSQL keeps no such character, so nothing can be called by a name that has one.
            if any(isinstance(value, str) and "\0" in value for value in values.values()):
                return not_found(request)
            about = None
            if body is not None and request.signed_in is not None:
                about = body(**values)
                if about is None:
                    return not_found(request)
            opening = may_open(
                rule, request.signed_in, portal=request.portal, body=about, proven_again=request.proven_again
            )
            match opening:
                case Opening.OPEN:
                    return view(request, **values)
                case Opening.SIGN_IN:
                    return send_to(request, Page.SIGN_IN)
                case Opening.PROVE_AGAIN:
                    return send_to(request, Page.PROVE_AGAIN)
                case Opening.FORBIDDEN:
                    return forbidden(request)
                case Opening.NOT_FOUND:
                    return not_found(request)

        declared = cast(DeclaredView, opened)
        declared.page = name
        declared.asks_whose = body is not None
        return declared

    return declare


def address_of(portal: Portal, name: Page, **values: object) -> str:
    """Return the address of a page in a portal."""
    return address(f"{portal}:{name}", **values)


_PARTIAL: Final = "HX-Request"


def send_to(request: PortalRequest, name: Page) -> HttpResponse:
    """Lead to a page that comes first, and from there back to where the reader was."""
    came_from = request.get_full_path() if request.method == "GET" else _referring_page(request)
    address = f"{address_of(request.portal, name)}?{urlencode({'next': came_from})}"
    if request.headers.get(_PARTIAL):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def next_of(request: PortalRequest, wanted: str) -> str:
    """Return where to go on: `wanted` if it lies in this portal, else its home."""
    home = f"/{request.portal}/"
    is_here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(home)
    return wanted if is_here else home


def _referring_page(request: PortalRequest) -> str:
    referer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}"
    return next_of(request, referer.removeprefix(origin))
