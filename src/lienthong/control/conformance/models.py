"""Runs of the technical test as the file knows them; the sandbox is their judge."""

from django.db import models

from lienthong.control.connections.models import Request
from lienthong.control.frame.states import StateField
from lienthong.control.participants.models import System
from lienthong.core.run_states import RUN_MACHINE


class SandboxSystem(models.Model):
    """A system in the sandbox, and whether the sandbox has been told of what it may ask there."""

    system = models.OneToOneField(System, on_delete=models.PROTECT, related_name="sandbox")
    content = models.JSONField()
    enrolled_at = models.DateTimeField(null=True)
    fault = models.TextField(default="")

    class Meta:
        db_table = "sandbox_system"


class Run(models.Model):
    """One run of a system; `report` is the sandbox's signed report once the run is settled."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="runs")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="runs")
    sandbox_run = models.TextField(unique=True, null=True)
    state = StateField(RUN_MACHINE)
    standing = models.JSONField(default=dict)
    report = models.BinaryField(null=True)
    opened_by = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "run"
        indexes = (models.Index("request", name="run_request"),)
