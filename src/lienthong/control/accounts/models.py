"""Accounts and what belongs to them. Nothing here is asked by views: actions and queries are."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from lienthong.control.frame.states import StateField
from lienthong.core.account_states import ACCOUNT_MACHINE


class Account(models.Model):
    """Who may sign in to one portal. `body` is the agency it works for, none for staff.

    `invitation_mailed_at` none: the mail of the invitation was not handed over yet, or none is wanted;
    `invitation_tries`: how often the mail server refused it for good; `invitation_unsent`: why it is not
    tried any more.
    """

    portal = models.TextField()
    email = models.TextField()
    name = models.TextField()
    body = models.BigIntegerField(null=True)
    roles = ArrayField(models.TextField())
    state = StateField(ACCOUNT_MACHINE)
    language = models.TextField(default="vi")
    password = models.TextField(default="")
    invitation = models.BinaryField(null=True)
    invited_at = models.DateTimeField()
    invitation_mailed_at = models.DateTimeField(null=True)
    invitation_tries = models.IntegerField(default=0)
    invitation_unsent = models.TextField(default="")
    factor = models.BinaryField(null=True)
    factor_step = models.BigIntegerField(default=0)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "account"
        constraints = (
            models.UniqueConstraint("portal", Lower("email"), name="account_email"),
            models.UniqueConstraint("invitation", name="account_invitation"),
        )
        indexes = (models.Index("body", name="account_body"),)


class Session(models.Model):
    """One browser that signed in. The cookie's token is not kept, only its hash."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    token = models.BinaryField(unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    address = models.TextField()
    device = models.TextField()
    enrolling = models.BinaryField(null=True)

    class Meta:
        db_table = "session"
        indexes = (models.Index("account", condition=models.Q(ended_at=None), name="session_open"),)


class RecoveryCode(models.Model):
    """One code that stands in for the second factor once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recovery_codes")
    code = models.BinaryField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_code"
        constraints = (models.UniqueConstraint("account", "code", name="recovery_code_once"),)


class Brake(models.Model):
    """Wrong attempts at one account or from one address, by a slot of their hash: nobody can fill it."""

    slot = models.IntegerField(primary_key=True)
    failures = models.IntegerField()
    last = models.BigIntegerField()
    blocked_until = models.BigIntegerField()

    class Meta:
        db_table = "brake"
