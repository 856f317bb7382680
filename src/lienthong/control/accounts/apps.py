"""The accounts as a Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Keeps accounts, sessions, recovery codes and the brake on attempts."""

    name = "lienthong.control.accounts"
    label = "accounts"
