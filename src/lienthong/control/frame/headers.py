"""Headers of every answer: nothing inline, nothing from elsewhere, no page kept in a cache."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lienthong.control.theme.configuration import CONTENT_SECURITY_POLICY

Respond = Callable[[HttpRequest], HttpResponseBase]

_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def add_headers(respond: Respond) -> Respond:
    """Add the headers to whatever comes from further in, failures and files included."""
    headers = dict(_HEADERS)
    if settings.CSRF_COOKIE_SECURE:
        headers["Strict-Transport-Security"] = "max-age=31536000"

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = respond(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer
