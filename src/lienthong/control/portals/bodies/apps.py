"""The application as Django knows it."""

from django.apps import AppConfig


class BodyPagesConfig(AppConfig):
    """Shows systems, keys, rosters and papers in both portals, to each what it may see and do."""

    name = "lienthong.control.portals.bodies"
    label = "body_pages"
