"""Sending a notice by e-mail: at least once, each time under the same Message-ID."""

import logging
from typing import Final

from lienthong.control.audit.events import database_now
from lienthong.control.jobs.registry import job
from lienthong.control.notices.mailing import MailRefusedError, hand_over, letter
from lienthong.control.notices.models import Notice
from lienthong.core.legal_days import moment
from lienthong.core.speech import Text

_log: Final = logging.getLogger("lienthong.jobs")


@job("notices.mail")
def mail(*, notice: int) -> None:
    """Send one notice, unless it was sent or set aside; raises what keeps it from being sent now.

    The order is the safety argument.
    """
    # 1. What was handed over is not sent again. Survives: a job that is done twice.
    row = Notice.objects.select_related("account").get(pk=notice)
    if row.mailed_at is not None or row.mail_refused:
        return
    # 2. Handed to the server outside any transaction: nothing waits on it. Raises when it is away, and then
    #    this is tried again.
    refused = hand_over(
        letter(
            to=row.account.email,
            language=row.account.language,
            subject=Text(row.subject_vi, row.subject_en),
            body=Text(row.body_vi, row.body_en),
            path=row.link,
            message_id=row.message_id,
        )
    )
    if refused is not None:
        # 3. What the server refuses for good is counted, and set aside where it is shown to administrators:
        #    trying for ever would tell nobody. The notice on the page stands.
        tries = row.mail_tries + 1
        if not refused.is_given_up(tries):
            Notice.objects.filter(pk=notice).update(mail_tries=tries)
            raise MailRefusedError(refused.said)
        _log.warning("the e-mail of notice %s is set aside: %s", notice, refused.said)
        Notice.objects.filter(pk=notice).update(mail_tries=tries, mail_refused=refused.said)
        return
    # 4. Only now it is noted as sent. A crash between 2 and 4 sends it twice under one Message-ID, by which
    #    servers and readers of mail know it for the same; the other order could lose it.
    Notice.objects.filter(pk=notice).update(mailed_at=moment(database_now()))
