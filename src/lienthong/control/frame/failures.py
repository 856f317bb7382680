"""Pages for what cannot be shown. What is not yours and what does not exist look the same."""

import logging
import secrets
import sys
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text
from lienthong.core.uploads import LARGEST_UPLOAD

_log: Final = logging.getLogger("lienthong.control")

_NOT_FOUND: Final = (
    Text("Không tìm thấy trang", "Page not found"),
    Text(
        "Trang không tồn tại hoặc không thuộc phạm vi của tài khoản này.",
        "The page does not exist, or is not within reach of this account.",
    ),
)
_FORBIDDEN: Final = (
    Text("Không thuộc vai trò của bạn", "Not within your role"),
    Text(
        "Tài khoản này không giữ vai trò được mở trang. Nếu cần, đề nghị quản trị hệ thống bổ sung vai trò.",
        "This account holds none of the roles that open this page. Ask the administrator if it should.",
    ),
)
_STALE: Final = (
    Text("Biểu mẫu đã cũ", "The form is stale"),
    Text(
        "Trang được mở quá lâu hoặc ở phiên khác, nên chưa ghi nhận gì. Hãy tải lại trang và gửi lại.",
        "The page was open too long or in another session. Nothing was recorded: reload it and send again.",
    ),
)
_DEFECT: Final = (
    Text("Hệ thống có lỗi", "Something went wrong"),
    Text(
        "Chưa ghi nhận gì. Mã sự cố: {incident}. Hãy thử lại; nếu vẫn lỗi, báo mã này cho người vận hành.",
        "Nothing was recorded. Incident {incident}. Try again; if it stays, give this code to the operator.",
    ),
)
_UNAVAILABLE: Final = (
    Text("Hệ thống tạm thời gián đoạn", "Temporarily unavailable"),
    Text(
        "Cơ sở dữ liệu chưa trả lời, nên chưa ghi nhận gì. Hãy thử lại sau ít phút.",
        "The database does not answer, so nothing was recorded. Try again in a few minutes.",
    ),
)


_NOT_TAKEN: Final = Text("Không nhận được biểu mẫu", "The form was not taken")
_MEBIBYTE: Final = 1024 * 1024


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, the same for everything that is not there for this account."""
    del exception
    return _page(request, 404, _NOT_FOUND)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403: the account lacks the role."""
    del exception
    return _page(request, 403, _FORBIDDEN)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 for a form whose protection against other sites' requests does not hold."""
    del reason
    return _page(request, 403, _STALE)


def not_taken(request: HttpRequest, code: ControlCode) -> HttpResponse:
    """Answer 413 or 400 for what a browser sent and is not even looked into, with its permanent code."""
    limits = {
        "file": str(LARGEST_UPLOAD // _MEBIBYTE),
        "text": str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE // _MEBIBYTE),
    }
    said = ControlRefuse(code, limits).text
    sentence = Text(f"{code}: {said.vi}", f"{code}: {said.en}")
    status = 413 if code is ControlCode.FORM_TOO_LARGE else 400
    return _page(request, status, (_NOT_TAKEN, sentence))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a form that Django could not read, or stopped reading at its limits."""
    match exception:
        case RequestDataTooBig():
            return not_taken(request, ControlCode.FORM_TOO_LARGE)
        case TooManyFieldsSent() | TooManyFilesSent():
            return not_taken(request, ControlCode.FORM_TOO_MANY_PARTS)
        case _:
            return not_taken(request, ControlCode.FORM_UNREADABLE)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away, else 500 with a code under which the log tells what happened."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        _log.error("the database does not answer: %s", sys.exc_info()[1])
        response = _page(request, 503, _UNAVAILABLE)
        response["Retry-After"] = "30"
        return response
    incident = secrets.token_hex(4)
    _log.error("incident %s at %s", incident, request.path, exc_info=True)
    title, words = _DEFECT
    filled = Text(words.vi.format(incident=incident), words.en.format(incident=incident))
    return _page(request, 500, (title, filled))


def _page(request: HttpRequest, status: int, words: tuple[Text, Text]) -> HttpResponse:
    title, sentence = words
    return render(request, "frame/failure.html", {"title": title, "sentence": sentence}, status=status)
