from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lienthong.control.theme.configuration import CONTENT_SECURITY_POLICY
from lienthong.control.theme.speech import speaking


def strict_content(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send the policy that the portals send."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return answer


def speak_as_chosen(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the language that Django's own middleware has found in the browser's wishes."""

    def answer(request: HttpRequest) -> HttpResponse:
        with speaking(request.LANGUAGE_CODE):
            return respond(request)

    return answer
