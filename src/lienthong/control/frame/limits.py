"""What a browser may send at all, judged by the head of a request before a byte of its body is read."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lienthong.control.frame.failures import not_taken
from lienthong.control.frame.headers import Respond
from lienthong.control.settings import FIXED
from lienthong.core.control_refusals import ControlCode
from lienthong.core.uploads import LARGEST_UPLOAD

LARGEST_BODY: Final = (
    FIXED["DATA_UPLOAD_MAX_NUMBER_FILES"] * (LARGEST_UPLOAD + 64 * 1024)
    + 2 * FIXED["DATA_UPLOAD_MAX_MEMORY_SIZE"]
)
"""So many files as one form may have, each as large as is taken, with its text and what parts them."""
LARGEST_OF_STRANGERS: Final = 64 * 1024
"""Whoever is not signed in fills in an address, a password, a code: no file is written for strangers."""


def limit_what_is_sent(respond: Respond) -> Respond:
    """Refuse what is larger than any form of the portals, and what is not in their encoding."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        is_known = getattr(request, "signed_in", None) is not None
        if _size(request) > (LARGEST_BODY if is_known else LARGEST_OF_STRANGERS):
            return not_taken(request, ControlCode.FORM_TOO_LARGE)
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            return not_taken(request, ControlCode.FORM_UNREADABLE)
        return respond(request)

    return answer


def _size(request: HttpRequest) -> int:
    """Return the length that was announced; a body without one is not read at all."""
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else LARGEST_BODY + 1
