"""Handing one e-mail to the mail server: every mail of the portals has the same form and foot."""

import smtplib
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from lienthong.core.speech import Text

_PERMANENT: Final = 500
_LONGEST: Final = 500
_FOOT: Final = Text(
    "Thư tự động của hệ thống kết nối, chia sẻ dữ liệu dân cư. Không trả lời thư này.",
    "Sent by the population data exchange. Nobody reads answers to this address.",
)


def is_configured() -> bool:
    """Say whether this deployment sends mail at all, to a server or into a folder."""
    mail = settings.LIENTHONG.mail
    return mail.host is not None or mail.folder is not None


def letter(*, to: str, language: str, subject: Text, body: Text, path: str, message_id: str) -> EmailMessage:
    """Return an e-mail; `path` is the page of the portals that it leads to, empty for none."""
    parts = [body.in_language(language)]
    if path:
        parts.append(f"{settings.LIENTHONG.control.public_origin}{path}")
    parts.append(f"-- \n{_FOOT.in_language(language)}")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=" ".join(subject.in_language(language).split()),
        body="\n\n".join(parts),
        to=[to],
        headers={
            "Message-ID": f"<{message_id}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def hand_over(message: EmailMessage) -> str | None:
    """Send; return what the server said where it refuses the address for good, None where it took the mail.

    Raises what the server or the way to it does: then it is worth trying again.
    """
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        (code, said), *_ = error.recipients.values()
        if code < _PERMANENT:
            raise
        return f"{code} {said.decode(errors='replace')}"[:_LONGEST]
    return None
