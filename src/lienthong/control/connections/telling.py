"""Telling a body what happened to its request: in the thread at once, by e-mail through a job."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from lienthong.control.accounts.directory import addresses_of
from lienthong.control.connections import tasks
from lienthong.control.connections.models import Message, Request
from lienthong.core.access import Actor
from lienthong.core.speech import Text


def tell(request: Request, text: str, *, author: Actor, at: datetime) -> Message:
    """Write to a body within the running act; the mail goes out only if the act is committed."""
    message = Message.objects.create(
        request=request, author=author.id, author_name=author.name, from_body=False, text=text, sent_at=at
    )
    tasks.send_notice.defer(message=message.pk)
    return message


_SUBJECT = Text("[{reference}] Có thông tin mới về đề nghị kết nối", "[{reference}] News of your request")
_LINES = Text(
    "Hồ sơ {reference}: {title}\n\n{author} viết:\n\n{text}\n\nXem tại {origin}/agency/",
    "File {reference}: {title}\n\n{author} wrote:\n\n{text}\n\nSee {origin}/agency/",
)


def send(message: int) -> int:
    """Send a message by e-mail to everybody of the body; return to how many. Raises what the server says."""
    each = Message.objects.select_related("request").get(pk=message)
    addresses = addresses_of(each.request.body_id)
    if not addresses:
        return 0
    values = {
        "reference": each.request.reference,
        "title": each.request.title,
        "author": each.author_name,
        "text": each.text,
        "origin": settings.LIENTHONG.control.public_origin,
    }
    # One mail with hidden receivers: addresses are nobody's business, and what is repeated is one mail.
    mail = EmailMessage(_SUBJECT.vi.format_map(values), _LINES.vi.format_map(values), bcc=addresses)
    mail.send()
    return len(addresses)
