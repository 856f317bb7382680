"""What must hold before a process of the control plane starts; a fault is a sentence that says what to do."""

import os
from pathlib import Path
from typing import Final

import psycopg

from lienthong.config import Configuration, Environment
from lienthong.control.front import networks
from lienthong.db import Database, Role, connect_blocking, named
from lienthong.documents.demonstration import is_of_demonstration

_QUERIES: Final = named.load(Path(__file__).with_name("preconditions.sql"))


class NotFitError(Exception):
    """The process may not start; the message says why, and what to do."""


def require_files(configuration: Configuration) -> None:
    """Refuse to start without the folder of uploads, or with proxies that are no addresses."""
    uploads = configuration.control.uploads
    if uploads is None:
        raise NotFitError("[control] uploads is not set. Name the folder in which uploaded files are kept.")
    if not uploads.is_dir():
        raise NotFitError(
            f"the folder of uploads {uploads} is missing. Make it, or restore it from its backup: files that "
            "requests name are in it."
        )
    if not os.access(uploads, os.R_OK | os.W_OK | os.X_OK):
        raise NotFitError(
            f"this account may not write into the folder of uploads {uploads}. Give it to the account."
        )
    _require_real_seal(configuration)
    try:
        networks(configuration.control.proxies)
    except ValueError as error:
        raise NotFitError(f"[control] proxies: {error}. Write addresses or networks.") from error


def _require_real_seal(configuration: Configuration) -> None:
    seal = configuration.authority.seal_certificate
    if configuration.environment is not Environment.PRODUCTION or seal is None:
        return
    try:
        is_invented = is_of_demonstration(seal)
    except (OSError, ValueError) as error:
        raise NotFitError(
            f"[authority] seal_certificate: {seal} cannot be read as a certificate: {error}. Name the "
            "file of the authority's certificate."
        ) from error
    if is_invented:
        raise NotFitError(
            f"[authority] seal_certificate: {seal} is the seal of a demonstration, which binds nobody. "
            "Name the certificate of the authority."
        )


def require_secret(configuration: Configuration, database: Database) -> None:
    """Refuse to make a new secret where second factors were sealed with the one that is gone.

    To be called before anything makes the secret. Raises DatabaseUnavailable.
    """
    if configuration.control_secret.exists():
        return
    with connect_blocking(database, Role.CONTROL, application="lienthong control") as connection:
        try:
            found = connection.execute(_QUERIES.sql("has_sealed").encode()).fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
            return
    if found is not None and found[0]:
        raise NotFitError(
            f"the secret {configuration.control_secret} is missing, and second factors are sealed with it. "
            "Restore it from the safe. Lost: `lienthong accounts forget-factors` lets all enrol anew."
        )


def require_schema(pending: tuple[str, ...], unknown: tuple[str, ...]) -> None:
    """Refuse to start on a schema that is not this release's."""
    if pending:
        raise NotFitError(
            f"the database lacks {pending[0]}{_and_more(pending)}. Run `lienthong db migrate` first."
        )
    if unknown:
        raise NotFitError(
            f"the database has {unknown[0]}{_and_more(unknown)}, which this release does not know: it was "
            "migrated by a newer one. Run that release."
        )


def require_no_faults(database: Database) -> None:
    """Refuse to start where the database cannot keep what it promises; raises DatabaseUnavailable."""
    with connect_blocking(database, Role.CONTROL, application="lienthong control") as connection:
        faults = [fault for (fault,) in connection.execute(_QUERIES.sql("faults").encode()).fetchall()]
    if faults:
        raise NotFitError(f"the database is not safe to serve from: {'; '.join(faults)}")


def _and_more(names: tuple[str, ...]) -> str:
    return f" and {len(names) - 1} more" if len(names) > 1 else ""
