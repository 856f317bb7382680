"""The application as Django knows it."""

from django.apps import AppConfig


class GuidesConfig(AppConfig):
    """Keeps the guides that connected bodies owe and publish."""

    name = "lienthong.control.guides"
    label = "guides"
