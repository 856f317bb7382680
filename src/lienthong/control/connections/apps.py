"""The application as Django knows it."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Keeps connection requests, their versions, drafts, tracks and threads."""

    name = "lienthong.control.connections"
    label = "connections"
