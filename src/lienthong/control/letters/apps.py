"""The application as Django knows it."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    """Keeps letters that came and went, and the files behind them."""

    name = "lienthong.control.letters"
    label = "letters"
