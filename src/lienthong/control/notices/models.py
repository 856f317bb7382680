"""What an account was told, whether it has read it, and what became of the e-mail."""

from django.db import models
from django.db.models import Q

from lienthong.control.accounts.models import Account


class Notice(models.Model):
    """One notice to one account. `message_id` is that of its e-mail, the same however often it is sent.

    `mailed_at` none: not yet handed over; `mail_tries`: how often the mail server refused it for good;
    `mail_refused`: what it said, once the mail is set aside until somebody sends it again.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="notices", db_index=False)
    subject_vi = models.TextField()
    subject_en = models.TextField()
    body_vi = models.TextField()
    body_en = models.TextField()
    link = models.TextField(default="")
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    message_id = models.TextField(unique=True)
    mailed_at = models.DateTimeField(null=True)
    mail_tries = models.IntegerField(default=0)
    mail_refused = models.TextField(default="")

    class Meta:
        db_table = "notice"
        indexes = (
            models.Index("account", models.F("id").desc(), name="notice_of_account"),
            models.Index("account", condition=Q(read_at=None), name="notice_unread"),
            models.Index(models.F("id").desc(), condition=~Q(mail_refused=""), name="notice_set_aside"),
        )
