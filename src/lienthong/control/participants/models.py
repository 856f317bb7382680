"""Bodies that take part, and what each has. Records name a body as it was; these rows say how it is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lienthong.control.frame.states import StateField
from lienthong.core.key_states import KEY_MACHINE


class Body(models.Model):
    """A body that takes part. `identifier` is its electronic identifier in canonical form."""

    identifier = models.TextField(unique=True)
    kind = models.TextField()
    name = models.TextField()
    parent = models.TextField(default="")
    symbol = models.TextField(default="")
    place = models.TextField(default="")
    address = models.TextField(default="")
    email = models.TextField(default="")
    phone = models.TextField(default="")
    under_defence = models.BooleanField(default=False)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "body"


class Succession(models.Model):
    """One decision by which bodies succeed others; `content` is the decision as the rules know it."""

    kind = models.TextField()
    effective_on = models.DateField()
    content = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "succession"


class Successor(models.Model):
    """Which body an ended one led to, by which decision: how an old identifier resolves."""

    succession = models.ForeignKey(Succession, on_delete=models.PROTECT)
    predecessor = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="successors")
    successor = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="predecessors")

    class Meta:
        db_table = "successor"
        constraints = (
            models.UniqueConstraint("succession", "predecessor", "successor", name="successor_once"),
        )


class Mandate(models.Model):
    """A function, duty or power assigned to a body; `paper` assigns it."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mandates")
    code = models.TextField()
    kind = models.TextField()
    description = models.TextField()
    paper = models.JSONField(null=True)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    body_id: int

    class Meta:
        db_table = "mandate"
        constraints = (models.UniqueConstraint("body", "code", name="mandate_code"),)


class ContactOfficer(models.Model):
    """A person answerable for connecting, sharing or exploiting."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="contact_officers")
    name = models.TextField()
    post = models.TextField()
    phone = models.TextField()
    email = models.TextField()
    acts = ArrayField(models.TextField())
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    body_id: int

    class Meta:
        db_table = "contact_officer"


class System(models.Model):
    """An information system or database; `code` names it in grants, `facts` are what is known of it."""

    code = models.TextField(unique=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="systems")
    name = models.TextField()
    kind = models.TextField()
    is_database = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    body_id: int

    class Meta:
        db_table = "system"
        indexes = (models.Index("body", name="system_body"),)


class SystemKey(models.Model):
    """A public key of a system; `thumbprint` is its id (RFC 7638). Instants in microseconds."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="keys")
    thumbprint = models.TextField(unique=True)
    jwk = models.JSONField()
    environment = models.TextField()
    state = StateField(KEY_MACHINE)
    valid_from = models.BigIntegerField(null=True)
    valid_until = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)
    proposed_at = models.DateTimeField()
    version = models.IntegerField(default=1)
    system_id: int

    class Meta:
        db_table = "system_key"
        indexes = (models.Index("system", name="system_key_system"),)


class Officer(models.Model):
    """An officer in whose name a system may ask, by the code that stands in LT-Officer."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="officers")
    code = models.TextField()
    name = models.TextField()
    unit = models.TextField(default="")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    system_id: int

    class Meta:
        db_table = "officer"
        constraints = (models.UniqueConstraint("system", "code", name="officer_code"),)
