"""Trials of systems and runs of the technical test as the file knows them; the sandbox is their judge."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lienthong.control.connections.models import Request
from lienthong.control.frame.states import StateField
from lienthong.control.participants.models import System
from lienthong.core.run_states import RUN_MACHINE
from lienthong.core.trial_states import TRIAL_MACHINE
from lienthong.core.trials import OPEN_RUNS


class Trial(models.Model):
    """A system in the sandbox, for one request at a time.

    `content` is what it may ask there, `key` its public key for the trial alone, `persons` the list of test
    persons with their answers. `fault` is the code of what keeps it from being enrolled, with what it names.
    """

    request_id: int
    system_id: int
    system = models.OneToOneField(System, on_delete=models.PROTECT, related_name="trial")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="trials")
    state = StateField(TRIAL_MACHINE)
    content = models.JSONField()
    key = models.JSONField(null=True)
    thumbprint = models.TextField(default="")
    officers = ArrayField(models.TextField(), default=list)
    persons = models.JSONField(null=True)
    fault = models.TextField(default="")
    fault_detail = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    begun_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "trial"
        indexes = (
            models.Index("request", name="trial_request"),
            models.Index("state", "looked_at", name="trial_waiting"),
        )


class Run(models.Model):
    """One run of a system; `report` is the sandbox's signed report once the run is settled.

    `opened_by` is who opened it in the portal, None where the system itself did at the sandbox.
    """

    request_id: int
    system_id: int
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="runs")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="runs")
    sandbox_run = models.TextField(unique=True, null=True)
    state = StateField(RUN_MACHINE)
    standing = models.JSONField(default=dict)
    report = models.BinaryField(null=True)
    report_sha256 = models.TextField(default="")
    opened_by = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "run"
        indexes = (models.Index("request", name="run_request"),)
        constraints = (
            models.UniqueConstraint(
                fields=("system",),
                condition=models.Q(state__in=[state.value for state in OPEN_RUNS], opened_by__isnull=False),
                name="run_open_once",
            ),
        )


class RefusedReport(models.Model):
    """A report that was not filed, kept aside as it came: the first one of each run."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="refused_reports")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    sandbox_run = models.TextField(unique=True)
    code = models.TextField()
    content = models.BinaryField()
    sha256 = models.TextField()
    came_at = models.DateTimeField()

    class Meta:
        db_table = "refused_report"
        indexes = (models.Index("request", name="refused_report_request"),)
