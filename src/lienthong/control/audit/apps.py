"""The audit as a Django application: a duty alone; its tables are of the schema's files."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Has no models."""

    name = "lienthong.control.audit"
    label = "audit"
