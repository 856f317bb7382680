"""Connection requests: what was written, version by version, and the tracks that began with the receipt."""

from django.db import models
from django.db.models.functions import Concat, Upper

from lienthong.control.frame.states import StateField
from lienthong.control.letters.models import IncomingLetter, Upload
from lienthong.control.participants.models import Body, System
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.track_states import DOCUMENTS_MACHINE, SUPPORT_MACHINE


class Request(models.Model):
    """A connection request of a body. `reference` is what people call it by (YC-2026-000184).

    `searched` is what lists are searched in, without its case, kept by the database; no search holds the end
    of the line between reference and title.
    """

    body_id: int
    reference = models.TextField(unique=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="requests")
    title = models.TextField(default="")
    state = StateField(REQUEST_MACHINE, default=RequestState.DRAFT.value)
    letter = models.ForeignKey(IncomingLetter, on_delete=models.PROTECT, null=True, related_name="+")
    handler = models.BigIntegerField(null=True)
    stand_in = models.BigIntegerField(null=True)
    proposed_by = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    answer_by = models.DateField(null=True)
    supplement_by = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    searched = models.GeneratedField(
        expression=Upper(Concat("reference", models.Value("\n", models.TextField()), "title")),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        db_table = "request"
        indexes = (
            models.Index("body", name="request_body"),
            models.Index("state", "received_at", name="request_waiting"),
            models.Index("handler", condition=models.Q(settled_at=None), name="request_handler"),
        )


class Draft(models.Model):
    """What is being written for a request. `counter` grows with every save: of two tabs the later is told."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="draft")
    content = models.JSONField(default=dict)
    counter = models.IntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.BigIntegerField()

    class Meta:
        db_table = "draft"


class Version(models.Model):
    """A request as it was signed; never changed. `sha256` is of the canonical bytes of `content`.

    Of a letter on paper or by the axis the signature stands on the letter: `entered_by` typed what it says.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    content = models.JSONField()
    sha256 = models.BinaryField()
    letter = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.BigIntegerField(null=True)
    entered_by = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField()

    class Meta:
        db_table = "request_version"
        constraints = (
            models.UniqueConstraint("request", "number", name="request_version_number"),
            models.CheckConstraint(
                condition=models.Q(signed_by=None, entered_by__isnull=False)
                | models.Q(signed_by__isnull=False, entered_by=None),
                name="request_version_by",
            ),
        )


class DocumentsTrack(models.Model):
    """Track (a): the technical documents made for exactly what was asked."""

    request_id: int
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="documents_track")
    state = StateField(DOCUMENTS_MACHINE)
    started_at = models.DateTimeField()
    provided_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    fault = models.TextField(default="")
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "documents_track"


class ProvidedDocument(models.Model):
    """One technical document provided for a request."""

    track = models.ForeignKey(DocumentsTrack, on_delete=models.PROTECT, related_name="documents")
    edition = models.IntegerField()
    name = models.TextField()
    media_type = models.TextField()
    sha256 = models.TextField()
    content = models.BinaryField()

    class Meta:
        db_table = "provided_document"
        constraints = (models.UniqueConstraint("track", "edition", "name", name="provided_document_name"),)


class SupportTrack(models.Model):
    """Track (b): a named supporter, a thread, the technical test."""

    request_id: int
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="support_track")
    state = StateField(SUPPORT_MACHINE)
    started_at = models.DateTimeField()
    supporter = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "support_track"


class FieldOpinion(models.Model):
    """What the handler thinks of one field of a version; the last one counts, each is in the audit."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="opinions")
    field = models.TextField()
    direction = models.TextField()
    purpose = models.TextField()
    opinion = models.TextField()
    remark = models.TextField(default="")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "field_opinion"
        constraints = (
            models.UniqueConstraint("version", "field", "direction", "purpose", name="field_opinion_once"),
        )


class ConditionVerdict(models.Model):
    """One verdict on one condition of a system of a request; the newest holds, none is ever changed.

    `evidence` is the paper it rests on. `note` says to both sides why.
    """

    request_id: int
    system_id: int
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="verdicts")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="verdicts")
    condition = models.TextField()
    verdict = models.TextField()
    evidence = models.JSONField(null=True)
    valid_until = models.DateField(null=True)
    decided_on = models.DateField()
    note = models.TextField(default="")
    made_by = models.BigIntegerField()
    made_by_name = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "condition_verdict"
        indexes = (
            models.Index("request", "system", "condition", "id", name="condition_verdict_newest"),
            models.Index(
                "valid_until", condition=models.Q(valid_until__isnull=False), name="condition_verdict_ending"
            ),
        )


class Reminder(models.Model):
    """What people were told because time went by: once for each kind and what it is about."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="reminders")
    kind = models.TextField()
    about = models.TextField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "reminder"
        constraints = (models.UniqueConstraint("request", "kind", "about", name="reminder_once"),)


class WorkDay(models.Model):
    """A day that a decision makes a day off, or a day of work; all others go by the week.

    `withdrawn_by` is the later decision by which it goes by the week again, empty while it holds.
    """

    day = models.DateField()
    is_worked = models.BooleanField()
    decision = models.TextField()
    withdrawn_by = models.TextField(default="")

    class Meta:
        db_table = "work_day"
        constraints = (
            models.UniqueConstraint("day", condition=models.Q(withdrawn_by=""), name="work_day_once"),
        )


class Message(models.Model):
    """One message of the thread of a request, from the body or from the authority."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="messages")
    author = models.BigIntegerField()
    author_name = models.TextField()
    from_body = models.BooleanField()
    text = models.TextField()
    attachment = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "message"
        indexes = (models.Index("request", "id", name="message_request"),)
