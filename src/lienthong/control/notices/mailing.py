"""Handing one e-mail to the mail server: every mail of the portals has the same form and foot."""

import smtplib
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from lienthong.core.plain_text import storable
from lienthong.core.speech import Text

MOST_TRIES: Final = 8
"""So often a mail is tried that the server refuses for good for a reason that is not its address: half an
hour, in which a wrong password or certificate may be mended. Then it waits until somebody sends it again."""
_PERMANENT: Final = 500
_LONGEST: Final = 500
_FOOT: Final = Text(
    "Thư tự động của hệ thống kết nối, chia sẻ dữ liệu dân cư. Không trả lời thư này.",
    "Sent by the population data exchange. Nobody reads answers to this address.",
)


class MailRefusedError(Exception):
    """The server refuses for good, and the mail is tried some more times all the same."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the server said for good, and whether it was said of the address alone."""

    said: str
    is_of_address: bool

    def is_given_up(self, tries: int) -> bool:
        """Say whether the mail is set aside after so many tries that were refused for good."""
        return self.is_of_address or tries >= MOST_TRIES


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


def hand_over(message: EmailMessage) -> Refused | None:
    """Send; return what the server said where it refuses for good (RFC 5321 §4.2.1), None where it took it.

    Raises whatever may pass by itself, as 4xx, a server that is away and a connection that breaks.
    """
    message.connection = connection = get_connection()
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        (code, said), *_ = error.recipients.values()
        if code < _PERMANENT:
            raise
        return Refused(_shown(code, said), is_of_address=True)
    except smtplib.SMTPResponseException as error:
        # At the greeting, of a sign-in, of the sender or of the content; a code below 0 is no answer at all.
        if error.smtp_code < _PERMANENT:
            raise
        return Refused(_shown(error.smtp_code, error.smtp_error), is_of_address=False)
    except smtplib.SMTPNotSupportedError as error:
        # The server offers neither the encryption nor the sign-in that is configured.
        return Refused(str(error)[:_LONGEST], is_of_address=False)
    finally:
        # A sign-in that fails leaves it open.
        connection.close()
    return None


def _shown(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return storable(f"{code} {' '.join(text.split())}")[:_LONGEST]
