"""The theme as a Django application."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    """Brings templates, static files and template tags; has no models."""

    name = "lienthong.control.theme"
    label = "theme"
