"""The language of an answer: Vietnamese, unless this browser was switched to English."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lienthong.control.frame.headers import Respond
from lienthong.control.theme.speech import ENGLISH, VIETNAMESE, speaking

COOKIE: Final = "lt_language"
LANGUAGES: Final = (VIETNAMESE, ENGLISH)
COOKIE_SECONDS: Final = 400 * 86_400


def choose_language(respond: Respond) -> Respond:
    """Answer in the language of the cookie; the browser's own wish is not asked: Vietnamese is the rule."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        wanted = request.COOKIES.get(COOKIE, "")
        language = wanted if wanted in LANGUAGES else LANGUAGES[0]
        with speaking(language):
            response = respond(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return answer
