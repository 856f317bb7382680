"""Guides: each connected body owes one for its exploitation services."""

from django.db import models

from lienthong.control.frame.states import StateField
from lienthong.control.letters.models import Upload
from lienthong.control.participants.models import System
from lienthong.core.guide_states import GUIDE_MACHINE


class Guide(models.Model):
    """The guide of a system: a text written from the generated draft, or a document of the body's own."""

    system = models.OneToOneField(System, on_delete=models.PROTECT, related_name="guide")
    state = StateField(GUIDE_MACHINE)
    text = models.TextField(default="")
    document = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")
    due_since = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "guide"
