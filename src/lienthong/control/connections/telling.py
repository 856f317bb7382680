"""Telling a body what happened to its request: in the thread, on its page of notices and by e-mail."""

from datetime import datetime

from lienthong.control.connections.models import Message, Request
from lienthong.control.frame.page import address_of
from lienthong.control.notices.telling import ToBody
from lienthong.control.notices.telling import tell as tell_people
from lienthong.core.access import Actor, Portal
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_SUBJECT = Text("[{reference}] Có thông tin mới về đề nghị kết nối", "[{reference}] News of your request")
_LINES = Text(
    "Hồ sơ {reference}: {title}\n\n{author} viết:\n\n{text}",
    "File {reference}: {title}\n\n{author} wrote:\n\n{text}",
)


def tell(request: Request, text: str, *, author: Actor, at: datetime) -> Message:
    """Write to a body within the running act; its people are told only if the act is committed."""
    message = Message.objects.create(
        request=request, author=author.id, author_name=author.name, from_body=False, text=text, sent_at=at
    )
    values = {
        "reference": request.reference,
        "title": request.title,
        "author": author.name,
        "text": text,
    }
    tell_people(
        ToBody(request.body_id),
        _filled(_SUBJECT, values),
        _filled(_LINES, values),
        address_of(Portal.AGENCY, Page.OWN_REQUEST_THREAD, reference=request.reference),
    )
    return message


def _filled(text: Text, values: dict[str, str]) -> Text:
    return Text(text.vi.format_map(values), text.en.format_map(values))
