"""Letters that came and went, and the files behind them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lienthong.control.frame.states import StateField
from lienthong.control.participants.models import Body
from lienthong.core.letter_states import INCOMING_MACHINE, OUTGOING_MACHINE


class Upload(models.Model):
    """A file as it was taken in, judged safe, and kept under its own hash outside the web's reach.

    Of one that was removed the row stays, with who did it and when, and the bytes do not.
    """

    body_id: int | None
    sha256 = models.BinaryField()
    name = models.TextField()
    kind = models.TextField()
    size = models.BigIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="uploads")
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    removed_by = models.BigIntegerField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "upload"
        indexes = (models.Index("body", name="upload_body"), models.Index("sha256", name="upload_sha256"))


class Counter(models.Model):
    """The last number given out of a series in a year; raised under a lock, in the act that takes it."""

    series = models.TextField()
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "counter"
        constraints = (models.UniqueConstraint("series", "year", name="counter_series"),)


class IncomingLetter(models.Model):
    """A letter that arrived; `key` is what its copies by portal, axis and paper have in common.

    `remark` says why it was given back: what comes again after that is a letter of its own.
    """

    body_id: int | None
    document_id: int | None
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="letters")
    sender = models.TextField()
    number = models.TextField()
    dated = models.DateField()
    key = models.TextField(null=True)
    subject = models.TextField()
    channel = models.TextField()
    copy_status = models.TextField(null=True)
    urgency = models.TextField(default="normal")
    signatory = models.JSONField(default=dict)
    state = StateField(INCOMING_MACHINE)
    arrival = models.TextField(null=True, unique=True)
    arrived_at = models.DateTimeField()
    joined_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="copies")
    document = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.BigIntegerField(null=True)
    remark = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "incoming_letter"
        constraints = (
            models.UniqueConstraint(
                "key",
                condition=models.Q(joined_to=None, key__isnull=False) & ~models.Q(state="given_back"),
                name="letter_once",
            ),
        )
        indexes = (models.Index("request", name="incoming_letter_request"),)


class OutgoingLetter(models.Model):
    """A letter of the authority; `content` is the letter as the rules know it, `purpose` what it does.

    `writers` are all who drafted, mended or submitted it: none of them signs it.
    """

    purpose = models.TextField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="answers")
    request = models.BigIntegerField(null=True)
    content = models.JSONField()
    state = StateField(OUTGOING_MACHINE)
    number = models.TextField(null=True, unique=True)
    dated = models.DateField(null=True)
    drafted_by = models.BigIntegerField()
    writers = ArrayField(models.BigIntegerField(), default=list)
    signed_by = models.BigIntegerField(null=True)
    remark = models.TextField(default="")
    document = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "outgoing_letter"
        indexes = (models.Index("request", name="outgoing_letter_request"),)
