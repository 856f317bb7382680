"""Where the database is, and the one way to connect to it: in UTC, durable, as a named role."""

import contextlib
import os
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import asyncpg
import psycopg
from psycopg.conninfo import make_conninfo

from lienthong.db import named
from lienthong.db.private_files import read_password
from lienthong.db.role import Role
from lienthong.db.unavailable import DatabaseUnavailable, DatabaseUnsafe

LEAST_VERSION: Final = 150000
"""Oldest PostgreSQL that is accepted, in the numbering of server_version_num."""

SOCKET_PATH_LIMIT: Final = 107
"""Bytes a unix socket's path may have on Linux (sockaddr_un less its final zero)."""

NoticeListener = Callable[[asyncpg.PostgresLogMessage], None]
"""Called with every notice or warning the server sends on a connection, before the statement's result."""

_QUERIES = named.load(Path(__file__).with_name("session.sql"))
_SESSION_FACTS = _QUERIES.sql("session_facts")
# asyncpg reports a server that dies in the wrong moment as an internal error of its own.
_CONNECTION_FAILURES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_DURABLE_COMMITS = frozenset({"on", "remote_apply"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# A database being restored is read-only by this default until its log is closed (restore.py): it binds every
# role but the administrator, who checks and opens it.
_ADMINISTRATOR_SETTINGS: Final = {"default_transaction_read_only": "off"}
_SETTINGS: Final = {"TimeZone": "UTC", "synchronous_commit": "on", "jit": "off", "search_path": "pg_catalog"}


@dataclass(frozen=True, slots=True)
class Database:
    """One database: `host` is a server's name, or the absolute folder of its unix socket.

    `passwords` is a folder with one file per role, mode 0600, named like the role. `authority` is a file of
    certificates for TLS to a server elsewhere (default: the system's store); on this machine there is no TLS.
    """

    host: str
    port: int
    name: str
    passwords: Path
    authority: Path | None = None
    administrator: str = Role.ADMINISTRATOR.value

    def named(self, name: str) -> "Database":
        """Return the database `name` of the same server."""
        return replace(self, name=name)

    def user(self, role: Role) -> str:
        """Return the user name that connects as `role`; raises ValueError for lt_owner, which never does."""
        if role is Role.OWNER:
            raise ValueError("lt_owner cannot sign in: connect as the administrator and SET ROLE lt_owner")
        return self.administrator if role is Role.ADMINISTRATOR else role.value

    @property
    def is_socket(self) -> bool:
        """Whether the server is reached through a unix socket."""
        return self.host.startswith("/")

    def __str__(self) -> str:
        return f"{self.name} at {self.host}" + ("" if self.is_socket else f":{self.port}")


async def connect(
    database: Database,
    role: Role,
    *,
    on_notice: NoticeListener | None = None,
    timeout: float = 10.0,  # noqa: ASYNC109 - handed to asyncpg, which also bounds the sign-in by it
    application: str = "lienthong",
) -> asyncpg.Connection:
    """Return a connection as `role`: UTC, durable commits, no JIT, `search_path` pg_catalog; all asserted.

    `on_notice` hears every notice from the first statement on; a notice during a commit means that its
    outcome is unknown. `timeout` in seconds. Raises DatabaseUnavailable, or DatabaseUnsafe for a server or
    role that breaks a promise.
    """
    password = read_password(database.passwords / database.user(role))
    connection: asyncpg.Connection | None = None
    try:
        connection = await asyncpg.connect(
            host=_host(database),
            port=database.port,
            user=database.user(role),
            password=password,
            database=database.name,
            ssl=_encryption(database),
            timeout=timeout,
            server_settings={**_settings(role), "application_name": application},
        )
        if on_notice is not None:
            connection.add_log_listener(lambda _connection, message: on_notice(message))
        facts = await connection.fetchrow(_SESSION_FACTS, timeout=timeout)
        assert facts is not None
        _check_session(database, role, dict(facts))
    except BaseException as error:
        if connection is not None:
            connection.terminate()
        if isinstance(error, _CONNECTION_FAILURES):
            raise _unavailable(database, role, error, getattr(error, "sqlstate", None)) from error
        raise
    return connection


def dsn(
    database: Database,
    role: Role,
    *,
    application: str = "lienthong",
    timeout: int = 10,
    search_path: str = "pg_catalog",
) -> str:
    """Return the libpq connection string for `role`, for psycopg. It holds the password: never log it.

    `search_path` is a list of schemas without spaces. Raises DatabaseUnavailable when the password file
    cannot be used.
    """
    password = read_password(database.passwords / database.user(role))
    try:
        host = _host(database)
    except OSError as error:
        raise _unavailable(database, role, error, None) from error
    settings = _settings(role) | {"search_path": search_path}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    elsewhere = not database.is_socket and database.host not in _LOOPBACK
    return make_conninfo(
        host=host,
        port=database.port,
        user=database.user(role),
        password=password,
        dbname=database.name,
        connect_timeout=timeout,
        application_name=application,
        options=options,
        sslmode="verify-full" if elsewhere else "disable",
        sslrootcert=_root_certificates(database) if elsewhere else None,
    )


def connect_blocking(
    database: Database,
    role: Role,
    *,
    autocommit: bool = True,
    application: str = "lienthong",
    timeout: int = 10,
) -> psycopg.Connection:
    """Return a psycopg connection as `role`, with the same settings and checks as `connect`.

    `timeout` in seconds. Raises DatabaseUnavailable or DatabaseUnsafe.
    """
    conninfo = dsn(database, role, application=application, timeout=timeout)
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise _unavailable(database, role, error, _sign_in_state(str(error))) from error
    try:
        cursor = connection.execute(_SESSION_FACTS)
        row = cursor.fetchone()
        assert row is not None
        names = [column.name for column in cursor.description or ()]
        _check_session(database, role, dict(zip(names, row, strict=True)))
        connection.autocommit = autocommit
    except BaseException as error:
        connection.close()
        if isinstance(error, psycopg.OperationalError):
            raise _unavailable(database, role, error, error.sqlstate) from error
        raise
    return connection


def _settings(role: Role) -> dict[str, str]:
    return _SETTINGS | _ADMINISTRATOR_SETTINGS if role is Role.ADMINISTRATOR else _SETTINGS


def inherited_descriptors(database: Database) -> tuple[int, ...]:
    """Return what a child must inherit to use `dsn`: the handle of a socket folder with a long path."""
    held = _held_folders.get(database.host)
    return () if held is None else (held,)


_held_folders: dict[str, int] = {}


def _host(database: Database) -> str:
    """Return the host as a client must name it: a folder with too long a path goes through a handle of ours.

    The handle is kept for the life of the process, because a client connects again to cancel. Going through
    /proc/self/fd opens nothing to anybody else, unlike a short folder in a place all may write to.
    """
    if not database.is_socket:
        return database.host
    path = f"{database.host}/.s.PGSQL.{database.port}"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return database.host
    held = _held_folders.get(database.host)
    with contextlib.suppress(OSError):
        now = os.stat(database.host)
        if held is not None and not os.path.samestat(os.fstat(held), now):
            os.close(_held_folders.pop(database.host))
            held = None
    if held is None:
        held = os.open(database.host, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        _held_folders[database.host] = held
    return f"/proc/self/fd/{held}"


def _root_certificates(database: Database) -> str:
    return "system" if database.authority is None else str(database.authority)


def _encryption(database: Database) -> bool | ssl.SSLContext:
    if database.is_socket or database.host in _LOOPBACK:
        return False
    return ssl.create_default_context(cafile=database.authority)


def _check_session(database: Database, role: Role, facts: dict[str, object]) -> None:
    version = facts["version"]
    if not isinstance(version, int) or version < LEAST_VERSION:
        raise DatabaseUnsafe(f"{database}: PostgreSQL 15 or newer is needed, this is {version}. Upgrade it.")
    for setting in ("fsync", "full_page_writes"):
        if facts[setting] != "on":
            raise DatabaseUnsafe(
                f"{database}: {setting} is {facts[setting]}, so a power cut could lose answered exchanges. "
                f"Set {setting} = on and restart PostgreSQL."
            )
    if facts["synchronous_commit"] not in _DURABLE_COMMITS:
        raise DatabaseUnsafe(f"{database}: synchronous_commit is {facts['synchronous_commit']}. Set it on.")
    if facts["time_zone"] != "UTC":
        raise DatabaseUnsafe(f"{database}: the session runs in {facts['time_zone']}, not UTC.")
    if facts["session_user"] != database.user(role):
        raise DatabaseUnsafe(
            f"{database}: signed in as {facts['session_user']}, not {role}: something between maps roles."
        )
    if role is not Role.ADMINISTRATOR and facts["is_mighty"]:
        raise DatabaseUnsafe(
            f"{database}: {role} is a superuser or may bypass or make roles, so no privilege binds it. "
            "Run `lienthong db migrate`, which takes that away."
        )


_SIGN_IN_STATES: Final = {
    "password authentication failed": "28P01",
    "no pg_hba.conf entry": "28000",
    '" does not exist': "3D000",
    "permission denied for database": "42501",
    "the database system is": "57P03",
    "too many clients": "53300",
    "remaining connection slots": "53300",
}


def _sign_in_state(text: str) -> str | None:
    """Return the SQLSTATE of a failed sign-in: libpq tells only its text (in another language: none)."""
    return next((state for sign, state in _SIGN_IN_STATES.items() if sign in text), None)


def _unavailable(
    database: Database, role: Role, error: BaseException, sqlstate: str | None
) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"cannot connect to {database} as {role}: {_reason(database, error, sqlstate)}"
    )


def _reason(database: Database, error: BaseException, sqlstate: str | None) -> str:
    text = " ".join(str(error).split())
    match sqlstate:
        case "28P01" | "28000":
            return (
                f"the password in {database.passwords} or pg_hba.conf does not fit ({text}). "
                "`lienthong db migrate` sets the passwords of all roles from their files."
            )
        case "3D000":
            return "there is no such database. Create it with `lienthong db migrate`."
        case "42501":
            return f"not allowed ({text}). `lienthong db migrate` grants each role its database."
        case "57P03":
            return f"it is starting, stopping or recovering ({text}). Wait and try again."
        case "53300":
            return f"all connections are taken ({text}). Raise max_connections or stop a process."
        case _:
            return f"{text or type(error).__name__}. {_hint(database, error)}"


def _hint(database: Database, error: BaseException) -> str:
    if not database.is_socket:
        return "Check host, port, TLS certificate and that PostgreSQL runs there."
    folder = Path(database.host)
    try:
        served = (folder / f".s.PGSQL.{database.port}").exists()
    except PermissionError:
        return f"This OS user may not enter {folder}: run as the user that started the database."
    if isinstance(error, PermissionError):
        return f"This OS user may not use the socket in {folder}."
    if served:
        return "The server has just died or is starting: look at its log, and start it again."
    return "No server runs there: start it with `lienthong up`."
