"""The application as Django knows it."""

from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    """Keeps bodies, their mandates, systems, keys, contact officers and rosters of officers."""

    name = "lienthong.control.participants"
    label = "participants"
