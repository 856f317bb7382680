"""The application as Django knows it."""

from django.apps import AppConfig


class ConditionPagesConfig(AppConfig):
    """Shows the six conditions in both portals."""

    name = "lienthong.control.portals.conditions"
    label = "condition_pages"
