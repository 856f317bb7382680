"""Files that go out: always to be saved, never to be shown by the browser in our name."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants.papers import PaperCopy


def send_file(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """Return a file to be saved under a name."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def send_copy(request: PortalRequest, copy: PaperCopy | None) -> HttpResponse:
    """Return the copy of a paper, or what is answered where there is none."""
    if copy is None:
        return not_found(request)
    return send_file(copy.content, name=copy.name, content_type=copy.content_type)
