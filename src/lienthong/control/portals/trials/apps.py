"""The application as Django knows it."""

from django.apps import AppConfig


class TrialPagesConfig(AppConfig):
    """Shows trials and runs in both portals."""

    name = "lienthong.control.portals.trials"
    label = "trial_pages"
