"""The migration runner: database, roles, passwords, schema files; safe to run twice and at the same time."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from lienthong.db import named
from lienthong.db.database import Database, connect_blocking
from lienthong.db.private_files import PasswordFileError, password_in
from lienthong.db.role import SIGN_IN_ROLES, Role
from lienthong.db.unavailable import DatabaseUnavailable

_HERE: Final = Path(__file__).parent
SCHEMA: Final = _HERE / "schema"
STANDING: Final = _HERE / "schema_after"
ROLES: Final = _HERE / "roles.sql"

_QUERIES = named.load(_HERE / "migration.sql")
_FILE_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql\Z")


class MigrationError(DatabaseUnavailable):
    """The schema cannot be brought up to date; the message says how to fix it."""


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One numbered schema file: its name, text and the SHA-256 of its bytes."""

    name: str
    text: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Applied:
    """A schema file that was applied, as noted in ops.migration."""

    name: str
    sha256: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """How a database stands to the schema files: applied, pending, changed since, unknown to this release."""

    applied: tuple[Applied, ...]
    pending: tuple[str, ...]
    changed: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Whether nothing is pending, changed or unknown."""
        return not (self.pending or self.changed or self.unknown)

    @property
    def has_schema(self) -> bool:
        """Whether every schema file is applied, whatever else is pending (its name has a folder)."""
        return all("/" in name for name in self.pending)


def schema_files(folder: Path = SCHEMA) -> tuple[SchemaFile, ...]:
    """Return the schema files of `folder` in order; raises MigrationError for a bad name or number."""
    files: list[SchemaFile] = []
    for path in sorted(folder.glob("*.sql")):
        if not _FILE_NAME.match(path.name):
            raise MigrationError(f"{path}: name schema files NNNN_what.sql, with four digits.")
        if files and files[-1].name[:4] == path.name[:4]:
            raise MigrationError(f"{path}: the number {path.name[:4]} is taken by {files[-1].name}.")
        content = path.read_bytes()
        files.append(SchemaFile(path.name, content.decode("utf-8"), hashlib.sha256(content).digest()))
    if not files:
        raise MigrationError(f"{folder} holds no schema files: the installation is incomplete.")
    return tuple(files)


Progress = Callable[[str], None]
Continuation = Callable[[psycopg.Connection], tuple[str, ...]]
"""What follows the schema files: given a connection as lt_owner, returns the names of what it applied."""


def silent(_line: str) -> None:
    """Tell nobody."""


def migrate(
    database: Database,
    *,
    folder: Path = SCHEMA,
    progress: Progress = silent,
    then: Continuation = lambda _owner: (),
) -> tuple[str, ...]:
    """Bring `database` up to date and return the names of the files applied now.

    Makes the database if there is none, makes the roles and sets their passwords from the password files
    (writing random ones where missing), applies what is pending as lt_owner, does `then`. Runs as the
    administrator. Raises MigrationError, DatabaseUnavailable.
    """
    files = schema_files(folder)
    # 1. One runner per cluster: roles and databases belong to the cluster. A runner that dies frees the lock.
    with _connection(database.named("postgres")) as cluster:
        cluster.execute(_text("lock"))
        if not _found(cluster, "database_exists", database.name):
            progress(f"making the database {database.name}")
            _create_database(cluster, database.name)
        with _connection(database) as connection:
            # 2. Roles and the privileges on this database, then their passwords: nobody signs in before.
            with connection.transaction():
                connection.execute(ROLES.read_bytes())
                _set_passwords(connection, database)
            # 3. Compare before anything is written: a changed file means two histories of one schema.
            connection.execute(_text("lock_timeout"))
            status = _compare(_applied(connection), files)
            _refuse_divergence(status)
            # 4. Each file with its note in one transaction: a crash leaves both or neither.
            connection.execute(_text("become_owner"))
            for file in files:
                if file.name in status.pending:
                    progress(f"applying {file.name}")
                    _apply(connection, file)
            # 5. What builds on the files, while no other runner can begin.
            return status.pending + then(connection)


def status(database: Database, *, folder: Path = SCHEMA, role: Role = Role.ADMINISTRATOR) -> Status:
    """Return how `database` stands to the schema files, asked by the administrator or by lt_control.

    Before a migration gave lt_control the right to look, all files are pending to it. Raises
    DatabaseUnavailable when there is no such database.
    """
    with _connection(database, role) as connection:
        try:
            applied = _applied(connection)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName):
            applied = ()
        return _compare(applied, schema_files(folder))


def standing_pending(connection: psycopg.Connection, before: Iterable[str]) -> tuple[SchemaFile, ...]:
    """Return the standing files that differ from what was last applied, or stand on other migrations.

    Standing files say what must hold after every migration (privileges, lawful states): they can be applied
    any number of times. `before` names the migrations that were applied before them.
    """
    if not _found(connection, "standing_exists"):
        return schema_files(STANDING)
    noted = {name: bytes(sha256) for name, sha256 in connection.execute(_text("standing")).fetchall()}
    ground = "\n".join(sorted(before)).encode()
    fingerprints = (
        SchemaFile(file.name, file.text, hashlib.sha256(file.sha256 + ground).digest())
        for file in schema_files(STANDING)
    )
    return tuple(file for file in fingerprints if noted.get(file.name) != file.sha256)


def apply_standing(
    connection: psycopg.Connection, before: Iterable[str], *, progress: Progress = silent
) -> tuple[str, ...]:
    """Apply all standing files in one transaction if any is pending; return the names of those that were.

    `connection` acts as lt_owner. Raises MigrationError.
    """
    pending = {file.name: file for file in standing_pending(connection, before)}
    if not pending:
        return ()
    # All or none: between a table's making and its triggers and privileges nobody may find it half guarded.
    with _told("standing files"), connection.transaction():
        for file in schema_files(STANDING):
            progress(f"applying {file.name} (standing)")
            with _told(file.name):
                _run(connection, file)
        for file in pending.values():
            psycopg.RawCursor(connection).execute(_text("note_standing"), (file.name, file.sha256))
    return tuple(f"standing/{name}" for name in pending)


def prepare_database(connection: psycopg.Connection) -> None:
    """Run roles.sql in the connected database: needed after CREATE DATABASE ... TEMPLATE.

    PostgreSQL copies no privileges on the database itself from its template.
    """
    connection.execute(ROLES.read_bytes())


def _text(name: str) -> bytes:
    return _QUERIES.sql(name).encode()


@contextmanager
def _connection(database: Database, role: Role = Role.ADMINISTRATOR) -> Iterator[psycopg.Connection]:
    with connect_blocking(database, role, application="lienthong migrate") as connection:
        yield connection


def _found(connection: psycopg.Connection, query: str, *arguments: object) -> bool:
    row = psycopg.RawCursor(connection).execute(_text(query), arguments or None).fetchone()
    return row is not None and bool(row[0])


def _create_database(connection: psycopg.Connection, name: str) -> None:
    """Sort by bytes, fold case by Unicode, on every version and host: order never depends on the machine."""
    locale = (
        "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
        if connection.info.server_version >= 170000
        else "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
    )
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' " + locale)
    try:
        connection.execute(statement.format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise MigrationError(f"cannot make the database {name}: {error}") from error


def _set_passwords(connection: psycopg.Connection, database: Database) -> None:
    """Set each role's password from its file: only the verifier computed here travels, never the password."""
    for role in SIGN_IN_ROLES:
        try:
            password = password_in(database.passwords, role.value)
        except (OSError, PasswordFileError) as error:
            raise MigrationError(f"no password for {role}: {error}") from error
        verifier = connection.pgconn.encrypt_password(
            password.encode(), role.value.encode(), b"scram-sha-256"
        )
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role.value), sql.Literal(verifier.decode("ascii"))
            )
        )


def _applied(connection: psycopg.Connection) -> tuple[Applied, ...]:
    if not _found(connection, "table_exists"):
        return ()
    rows = connection.execute(_text("applied")).fetchall()
    return tuple(Applied(name, bytes(sha256), at) for name, sha256, at in rows)


def _compare(applied: tuple[Applied, ...], files: tuple[SchemaFile, ...]) -> Status:
    noted = {entry.name: entry.sha256 for entry in applied}
    known = {file.name for file in files}
    return Status(
        applied=applied,
        pending=tuple(file.name for file in files if file.name not in noted),
        changed=tuple(file.name for file in files if noted.get(file.name, file.sha256) != file.sha256),
        unknown=tuple(name for name in noted if name not in known),
    )


def _refuse_divergence(status: Status) -> None:
    if status.changed:
        raise MigrationError(
            f"{status.changed[0]} was changed after it had been applied. Restore the file as released and "
            "put the change into a new file with a higher number."
        )
    if status.unknown:
        raise MigrationError(
            f"the database has {status.unknown[0]}, which this release does not know: it was migrated by a "
            "newer one. Run that release."
        )
    last = status.applied[-1].name if status.applied else ""
    late = [name for name in status.pending if name < last]
    if late:
        raise MigrationError(
            f"{late[0]} comes before {last}, which is applied already. Give it a number after the last one."
        )


def _apply(connection: psycopg.Connection, file: SchemaFile) -> None:
    with _told(file.name), connection.transaction():
        _run(connection, file)
        if not _found(connection, "table_exists"):
            connection.execute(_text("create_schema"))
            connection.execute(_text("create_table"))
        psycopg.RawCursor(connection).execute(_text("note"), (file.name, file.sha256))


def _run(connection: psycopg.Connection, file: SchemaFile) -> None:
    before = connection.execute(_text("transaction")).fetchone()
    connection.execute(file.text.encode())
    if connection.execute(_text("transaction")).fetchone() != before:
        raise MigrationError(f"{file.name} ends its transaction: leave out BEGIN, COMMIT and ROLLBACK.")


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what PostgreSQL says against a file into a sentence that names it."""
    try:
        yield
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationError(
            f"{name} waited 30 s for a lock: a long statement or dump runs. Nothing was changed; try "
            "again when it has ended."
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"the database went away during {name}: {error}") from error
    except psycopg.Error as error:
        place = f" at character {error.diag.statement_position}" if error.diag.statement_position else ""
        raise MigrationError(f"{name}{place}: {error}") from error
