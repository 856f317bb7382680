"""One call for a database, wherever it is: embedded in a folder, or any PostgreSQL of at least version 15."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lienthong.db.data_folder import PORT, ServerRunning
from lienthong.db.database import Database
from lienthong.db.embedded import DEFAULT_NAME, EmbeddedServer, Progress, ServerSettings, silent
from lienthong.db.unavailable import DatabaseUnavailable


def locate(
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int = PORT,
    name: str = DEFAULT_NAME,
    passwords: Path | None = None,
    authority: Path | None = None,
) -> Database:
    """Return the database in folder `data` or on `host`, touching nothing. Raises DatabaseUnavailable.

    Processes that use a database somebody else started call this and `connect`.
    """
    if (data is None) == (host is None):
        raise DatabaseUnavailable(
            "name either a data folder or a host for the database, not both or neither."
        )
    if data is not None:
        located = EmbeddedServer(data).database(name)
        return located if passwords is None else Database(located.host, located.port, name, passwords)
    assert host is not None
    if passwords is None:
        raise DatabaseUnavailable(f"name the folder of password files for the database on {host}.")
    return Database(host=host, port=port, name=name, passwords=passwords, authority=authority)


@contextlib.contextmanager
def open_database(
    *,
    data: Path | None = None,
    host: str | None = None,
    port: int = PORT,
    name: str = DEFAULT_NAME,
    passwords: Path | None = None,
    authority: Path | None = None,
    settings: ServerSettings | None = None,
    progress: Progress = silent,
) -> Iterator[Database]:
    """Give a database that answers: an external one, or an embedded one, started here if it does not run.

    A server started here is stopped at the end; one that runs already is left running.
    Raises DatabaseUnavailable, or what EmbeddedServer.start raises.
    """
    database = locate(data=data, host=host, port=port, name=name, passwords=passwords, authority=authority)
    if data is None:
        yield database
        return
    server = EmbeddedServer(data, settings=settings, progress=progress)
    with contextlib.suppress(ServerRunning):
        server.start()
    try:
        yield database
    finally:
        server.stop()
