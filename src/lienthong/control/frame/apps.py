"""The frame as a Django application: templates alone."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """Brings the pages of failures; has no models."""

    name = "lienthong.control.frame"
    label = "frame"
