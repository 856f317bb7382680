"""The application as Django knows it."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """Keeps assessments from the moment a request opens them."""

    name = "lienthong.control.assessments"
    label = "assessments"
