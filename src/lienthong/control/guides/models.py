"""Guides: each connected body owes one for its exploitation services, the authority its own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lienthong.control.connections.models import Version
from lienthong.control.frame.states import StateField
from lienthong.control.participants.models import System
from lienthong.core.guide_states import GUIDE_MACHINE


class Guide(models.Model):
    """The guide of a system, or (without one) the authority's own: what is owed, what is being written.

    `scope`, `basis`, `since` and `until` are what it has to tell of; `due_at` and `is_met` are how the duty
    was judged when one of them or the editions last changed. `parts` holds what people wrote, part by part;
    a part that nobody touched is generated. `grant` is the newest grant that was looked at.
    """

    system_id: int | None
    system = models.OneToOneField(System, on_delete=models.PROTECT, null=True, related_name="guide")
    state = StateField(GUIDE_MACHINE)
    basis = models.TextField(default="")
    scope = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    source = models.TextField(default="")
    grant = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    is_met = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True)
    parts = models.JSONField(default=dict)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "guide"
        indexes = (models.Index("due_at", condition=models.Q(is_met=False), name="guide_open"),)
        constraints = (
            # Of the authority's own there is one.
            models.UniqueConstraint(fields=("system",), nulls_distinct=False, name="guide_of_system"),
        )


class GuideEdition(models.Model):
    """A guide as it was published; never changed. `sha256` is of its Markdown, `named` what it names."""

    guide = models.ForeignKey(Guide, on_delete=models.PROTECT, related_name="editions")
    number = models.IntegerField()
    title = models.TextField()
    parts = models.JSONField()
    named = ArrayField(models.TextField())
    sha256 = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField()
    published_name = models.TextField()

    class Meta:
        db_table = "guide_edition"
        constraints = (models.UniqueConstraint("guide", "number", name="guide_edition_number"),)


class GuideSource(models.Model):
    """A version of a request that was looked at, and in which state the request was then."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="+")
    state = models.TextField()

    class Meta:
        db_table = "guide_source"
