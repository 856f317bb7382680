"""Agency as a Django application: templates alone."""

from django.apps import AppConfig


class AgencyConfig(AppConfig):
    """Brings templates; has no models."""

    name = "lienthong.control.portals.agency"
    label = "agency"
