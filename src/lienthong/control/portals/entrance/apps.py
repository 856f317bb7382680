"""Entrance as a Django application: templates alone."""

from django.apps import AppConfig


class EntranceConfig(AppConfig):
    """Brings templates; has no models."""

    name = "lienthong.control.portals.entrance"
    label = "entrance"
