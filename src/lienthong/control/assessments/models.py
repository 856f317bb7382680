"""Assessments: opened by the receipt of a request, led by A05 or by the defence ministry's unit."""

from django.db import models

from lienthong.control.connections.models import Request
from lienthong.control.frame.states import StateField
from lienthong.control.participants.models import System
from lienthong.core.track_states import ASSESSMENT_MACHINE


class Assessment(models.Model):
    """Track (c): the assessment of one system of a request. `told` lists the offices and their parts."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="assessments")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="assessments")
    path = models.TextField()
    state = StateField(ASSESSMENT_MACHINE)
    told = models.JSONField(default=list)
    started_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "assessment"
        constraints = (models.UniqueConstraint("request", "system", name="assessment_once"),)
