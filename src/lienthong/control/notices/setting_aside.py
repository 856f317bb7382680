"""E-mails of notices that the mail server refuses for good: listed, and sent again by an act."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event
from lienthong.control.notices.jobs import mail
from lienthong.control.notices.models import Notice
from lienthong.core.access import Actor
from lienthong.core.account_acts import AdministratorAct, may_administer
from lienthong.core.control_refusals import ControlCode, ControlRefuse

PAGE_SIZE: Final = 50
MOST_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class MailAside:
    """One e-mail that was not sent: to whom, what the server said; not what stands in it."""

    notice: int
    account: int
    name: str
    email: str
    made_at: datetime
    said: str


def count_aside() -> int:
    """Return how many e-mails are set aside."""
    return Notice.objects.exclude(mail_refused="").count()


def mails_aside(*, page: int) -> tuple[MailAside, ...]:
    """Return one page of the e-mails that are set aside, newest first; pages count from 1."""
    first = (page - 1) * PAGE_SIZE
    rows = Notice.objects.exclude(mail_refused="").select_related("account").order_by("-pk")
    return tuple(
        MailAside(row.pk, row.account.pk, row.account.name, row.account.email, row.made_at, row.mail_refused)
        for row in rows[first : first + PAGE_SIZE]
    )


def mail_again(*, actor: Actor, only: int | None = None) -> int | ControlRefuse:
    """Send e-mails that are set aside once more, one or the newest thousand; return how many.

    The rows are locked: of two who press at once the second finds nothing left.
    """
    event = Event(kind="notice.mailed_again", actor=actor, subject_kind="mail", subject=str(only or ""))
    with acting(event) as act:
        if (refusal := may_administer(AdministratorAct.MAIL_AGAIN, actor)) is not None:
            return act.refuse(refusal)
        aside = Notice.objects.select_for_update().exclude(mail_refused="").order_by("-pk")
        rows = list(aside[:MOST_AT_ONCE] if only is None else aside.filter(pk=only))
        if not rows:
            return act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))
        numbers = [row.pk for row in rows]
        Notice.objects.filter(pk__in=numbers).update(mail_refused="", mail_tries=0)
        mail.batch_defer(*({"notice": number} for number in numbers))
        event.detail = {"count": str(len(numbers))}
    return len(rows)
