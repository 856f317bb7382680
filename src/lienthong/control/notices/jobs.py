"""Sending a notice by e-mail: at least once, each time under the same Message-ID."""

import logging
import smtplib
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

from lienthong.control.audit.events import database_now
from lienthong.control.jobs.registry import job
from lienthong.control.notices.models import Notice
from lienthong.core.legal_days import moment
from lienthong.core.speech import Text

_log: Final = logging.getLogger("lienthong.jobs")
_PERMANENT: Final = 500
_FOOT: Final = Text(
    "Thư tự động của hệ thống kết nối, chia sẻ dữ liệu dân cư. Không trả lời thư này.",
    "Sent by the population data exchange. Nobody reads answers to this address.",
)


@job("notices.mail")
def mail(*, notice: int) -> None:
    """Send one notice, unless it was sent or refused; raises what keeps it from being sent now.

    The order is the safety argument.
    """
    # 1. What was handed over is not sent again. Survives: a job that is done twice.
    row = Notice.objects.select_related("account").get(pk=notice)
    if row.mailed_at is not None or row.mail_refused:
        return
    # 2. Handed to the server outside any transaction: nothing waits on it. Raises when it is away, and then
    #    this is tried again.
    try:
        _message(row).send()
    except smtplib.SMTPRecipientsRefused as error:
        (code, said), *_ = error.recipients.values()
        if code < _PERMANENT:
            raise
        # 3. An address that the server refuses for good is noted: trying for ever would tell nobody.
        _log.warning("the e-mail of notice %s is refused: %s", notice, said)
        Notice.objects.filter(pk=notice).update(mail_refused=f"{code} {said.decode(errors='replace')}"[:500])
        return
    # 4. Only now it is noted as sent. A crash between 2 and 4 sends it twice under one Message-ID, by which
    #    servers and readers of mail know it for the same; the other order could lose it.
    Notice.objects.filter(pk=notice).update(mailed_at=moment(database_now()))


def _message(row: Notice) -> EmailMessage:
    language = row.account.language
    subject = Text(row.subject_vi, row.subject_en).in_language(language)
    parts = [Text(row.body_vi, row.body_en).in_language(language)]
    if row.link:
        parts.append(f"{settings.LIENTHONG.control.public_origin}{row.link}")
    parts.append(f"-- \n{_FOOT.in_language(language)}")
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        subject=" ".join(subject.split()),
        body="\n\n".join(parts),
        to=[row.account.email],
        headers={
            "Message-ID": f"<{row.message_id}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
