"""Setting Django up in this process: once, from the deployment's configuration and nothing else."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from lienthong.config import Configuration, Environment, MailSettings, check_portals
from lienthong.control.settings import FIXED
from lienthong.db import Database, Role, dsn, locate
from lienthong.db.private_files import password_in

SEARCH_PATH = "control,jobs"
"""Where unqualified names are looked for, by Django's models and by the jobs' functions."""


def prepare(configuration: Configuration | None = None, *, connects: bool = True) -> None:
    """Set Django up; without a configuration, or with `connects` false, it has no database.

    Migrations bring their own connection. What was set up before stays. Raises DatabaseUnavailable,
    PasswordFileError.
    """
    if settings.configured:
        return
    given: dict[str, Any] = {"SECRET_KEY": secrets.token_hex()}
    if configuration is not None:
        given = _of(configuration)
    if configuration is not None and connects:
        database = locate(**configuration.database.place())
        given["DATABASES"] = {"default": connection_settings(database, search_path=SEARCH_PATH)}
    settings.configure(**(FIXED | given))
    django.setup()


def connection_settings(database: Database, *, role: Role = Role.CONTROL, search_path: str) -> dict[str, Any]:
    """Return what Django calls a database, for `role`; the only place where its connections are described.

    Raises DatabaseUnavailable when the password file cannot be used.
    """
    facts = conninfo_to_dict(dsn(database, role, application="lienthong control", search_path=search_path))
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{django_name: facts.pop(name) for name, django_name in named.items()},
        "OPTIONS": facts,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _of(configuration: Configuration) -> dict[str, Any]:
    check_portals(configuration)
    control = configuration.control
    is_secure = control.public_origin.startswith("https://")
    secret = configuration.control_secret
    secret.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        "SECRET_KEY": password_in(secret.parent, secret.name),
        "ALLOWED_HOSTS": [urlsplit(control.public_origin).hostname],
        "CSRF_TRUSTED_ORIGINS": [control.public_origin],
        "CSRF_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_SECURE": is_secure,
        "FILE_UPLOAD_TEMP_DIR": None if control.uploads is None else _made(control.uploads / "incoming"),
        "LIENTHONG": configuration,
        **_mail(configuration.mail),
    }


def _made(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(folder)


def _mail(mail: MailSettings) -> dict[str, Any]:
    backend: dict[str, Any]
    if mail.folder is not None:
        backend = {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": _made(mail.folder),
        }
    elif mail.host is not None:
        backend = {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": mail.host,
            "EMAIL_PORT": mail.port,
            "EMAIL_HOST_USER": mail.user or "",
            "EMAIL_HOST_PASSWORD": "" if mail.password is None else _first_line(mail.password),
            "EMAIL_USE_TLS": mail.tls == "starttls",
            "EMAIL_USE_SSL": mail.tls == "implicit",
            "EMAIL_TIMEOUT": mail.timeout,
        }
    else:
        backend = {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    return {"DEFAULT_FROM_EMAIL": mail.sender, **backend}


def _first_line(path: Path) -> str:
    return password_in(path.parent, path.name)


def is_demonstration(configuration: Configuration) -> bool:
    """Tell whether everybody in this deployment is made up."""
    return configuration.environment is not Environment.PRODUCTION
