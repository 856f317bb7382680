"""The application as Django knows it."""

from django.apps import AppConfig


class ConformanceConfig(AppConfig):
    """Keeps what is known of runs of the technical test."""

    name = "lienthong.control.conformance"
    label = "conformance"
