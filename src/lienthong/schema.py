"""The whole schema of a deployment: SQL files, then Django's migrations, then the standing files."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

import django.db
import psycopg

from lienthong.control.migrating import migrate_control, migration_names
from lienthong.db import Database, Role, connect_blocking, named
from lienthong.db import migrate as runner
from lienthong.db.migrate import (
    Applied,
    MigrationError,
    Progress,
    Status,
    apply_standing,
    silent,
    standing_pending,
)

_QUERIES: Final = named.load(Path(__file__).with_name("schema.sql"))


def bring_up_to_date(database: Database, progress: Progress = silent) -> tuple[str, ...]:
    """Make what is missing and apply what is pending; return the names of what was applied now.

    Safe to run twice, at the same time, and after a run that was killed. Raises MigrationError,
    DatabaseUnavailable.
    """

    def control(owner: psycopg.Connection) -> tuple[str, ...]:
        # 1. Django's migrations, on a connection of their own, each in its transaction. A run killed between
        #    two of them leaves the first noted; the next run goes on from there.
        try:
            migrated = migrate_control(database, progress=progress)
        except django.db.Error as error:
            raise MigrationError(f"a migration of the control plane: {error}") from error
        # 2. Privileges, guards and lawful states of what is there now. Their note names the migrations they
        #    stand on, so the run after one killed before this point finds them pending.
        return migrated + apply_standing(owner, migration_names(), progress=progress)

    return runner.migrate(database, progress=progress, then=control)


def status(database: Database, *, role: Role = Role.ADMINISTRATOR) -> Status:
    """Return how the database stands to this release: schema files, migrations and standing files.

    `role` asks: the administrator, or lt_control, which sees nothing of a schema that is not there yet.

    Raises DatabaseUnavailable when there is no such database.
    """
    files = runner.status(database, role=role)
    if files.pending and role is not Role.ADMINISTRATOR:
        return files
    known = migration_names()
    with connect_blocking(database, role, application="lienthong migrate") as connection:
        noted = _migrations(connection)
        standing = tuple(f"standing/{file.name}" for file in standing_pending(connection, known))
    applied = tuple(Applied(name, b"", at) for name, at in noted.items())
    return Status(
        applied=files.applied + applied,
        pending=files.pending + _without(known, noted) + standing,
        changed=files.changed,
        unknown=files.unknown + _without(noted, known),
    )


def _migrations(connection: psycopg.Connection) -> dict[str, datetime]:
    found = connection.execute(_QUERIES.sql("has_migrations").encode()).fetchone()
    if found is None or not found[0]:
        return {}
    rows = connection.execute(_QUERIES.sql("migrations").encode()).fetchall()
    return {f"{app}/{name}": at for app, name, at in rows}


def _without(names: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    held = frozenset(taken)
    return tuple(name for name in names if name not in held)
