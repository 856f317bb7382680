"""Serving the documentation under `/docs/`: open to everybody, without a session, built once a worker."""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase

from lienthong.control.frame.headers import Respond
from lienthong.control.theme.configuration import STATIC
from lienthong.documents.site import Site, build_site
from lienthong.documents.site_frame import INDEX

PROJECT: Final = Path(__file__).resolve().parents[3]
"""Where README.md and docs lie; a program installed without them serves no documentation."""
ADDRESS: Final = "/docs/"
_KEPT: Final = "max-age=300"


@lru_cache(maxsize=1)
def documentation() -> Site:
    """Return the site, empty where the pages were not installed."""
    try:
        return build_site(PROJECT, theme=STATIC)
    except FileNotFoundError:
        return Site({}, ())


def serve_documentation(respond: Respond) -> Respond:
    """Answer what is a page or file of the documentation; everything else goes further in."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path == ADDRESS.rstrip("/"):
            return HttpResponsePermanentRedirect(ADDRESS)
        if not path.startswith(ADDRESS):
            return respond(request)
        file = documentation().files.get(path.removeprefix(ADDRESS) or INDEX)
        if file is None:
            return respond(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(("GET", "HEAD"))
        return HttpResponse(file.content, content_type=file.media_type, headers={"Cache-Control": _KEPT})

    return answer
