"""Staff as a Django application: templates alone."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Brings templates; has no models."""

    name = "lienthong.control.portals.staff"
    label = "staff"
