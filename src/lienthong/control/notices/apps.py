"""The application as Django knows it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Keeps what accounts are told."""

    name = "lienthong.control.notices"
    label = "notices"
