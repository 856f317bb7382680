"""The application as Django knows it."""

from django.apps import AppConfig


class GuidePagesConfig(AppConfig):
    """Shows guides in both portals: each its own to write, staff all to read."""

    name = "lienthong.control.portals.guides"
    label = "guide_pages"
