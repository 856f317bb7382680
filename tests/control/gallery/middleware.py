from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lienthong.control.theme.configuration import CONTENT_SECURITY_POLICY


def strict_content(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send the policy that the portals send."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return answer
