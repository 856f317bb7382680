"""Backups: the whole cluster in one sealed file.

A backup holds the register, the log and the password files of the roles. It does not hold the hub's signing
keys nor the keys of salts and tags: those are kept apart, or destroying one would destroy nothing.
"""

import base64
import binascii
import secrets
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

import msgspec
import psycopg
import psycopg.conninfo

from lienthong.db import named
from lienthong.db.database import Database, connect_blocking, dsn, inherited_descriptors
from lienthong.db.embedded import Progress, silent
from lienthong.db.private_files import read_password, write_private
from lienthong.db.programs import Programs, programs_in, wheel_folder
from lienthong.db.role import SIGN_IN_ROLES, Role
from lienthong.db.sealed_file import KEY_LENGTH, SALT_LENGTH, SealedReader, SealedWriter, key_name
from lienthong.db.unavailable import DatabaseUnavailable

SUFFIX: Final = ".ltbackup"
KEY_FILE: Final = "backup.key"

_QUERIES = named.load(Path(__file__).with_name("backup.sql"))
_OPTIONS: Final = (
    "--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--manifest-checksums=SHA256",
    "--no-password",
)  # fmt: skip
_BLOCK: Final = 1 << 20


class BackupError(DatabaseUnavailable):
    """A backup cannot be made or restored; the message says how to fix it."""


class BackupHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself in clear: no value of anybody. Times in µs since the epoch, UTC."""

    made_at: int
    database: str
    server_version: int
    log_size: int
    log_at: int | None
    key: str


class Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the cluster's archive, sealed: the password files."""

    passwords: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file and its header; `size` in bytes."""

    path: Path
    header: BackupHeader
    size: int


def backup_key(path: Path, *, make: bool = False) -> bytes:
    """Return the 32-byte key in the file `path` (base64url on its first line); with `make`, made if missing.

    Raises PasswordFileError for a missing or readable file, BackupError for another content.
    """
    if make and not path.exists():
        text = base64.urlsafe_b64encode(secrets.token_bytes(KEY_LENGTH)).decode("ascii")
        write_private(path, f"{text}\n".encode())
    try:
        key = base64.b64decode(read_password(path), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_LENGTH:
        raise BackupError(
            f"{path} is not a backup key: its first line is no base64url of {KEY_LENGTH} bytes."
        )
    return key


def read_backup(path: Path) -> Backup:
    """Return what the backup file `path` says of itself. Raises SealedFileError, BackupError."""
    with SealedReader(path) as reader:
        try:
            header = msgspec.json.decode(reader.header, type=BackupHeader)
        except msgspec.DecodeError as error:
            raise BackupError(f"{path} is no backup of this release: {error}.") from error
    return Backup(path, header, path.stat().st_size)


def backups_in(folder: Path) -> list[Backup]:
    """Return the complete backups in `folder`, oldest first."""
    found = [read_backup(path) for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith(".")]
    return sorted(found, key=lambda backup: backup.header.made_at)


def newest(place: Path) -> Backup:
    """Return the backup file `place`, or the newest one in the folder `place`. Raises BackupError."""
    if place.is_file():
        return read_backup(place)
    found = backups_in(place)
    if not found:
        raise BackupError(f"there is no backup in {place}. Make one with `lienthong backup {place}`.")
    return found[-1]


def make_backup(
    database: Database,
    folder: Path,
    *,
    key: bytes,
    keep: int | None = None,
    programs: Programs | None = None,
    progress: Progress = silent,
) -> Backup:
    """Back up the whole cluster of a running database into a new file in `folder`, never in clear.

    With `keep`, older backups beyond that many are removed once the new one is durable. Raises
    DatabaseUnavailable, ProgramsError when pg_basebackup is missing, BackupError when it fails.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = (programs or programs_in(wheel_folder())).path("pg_basebackup")
    header = _header(database, key)
    seconds, microseconds = divmod(header.made_at, 1_000_000)
    name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds))}.{microseconds:06d}Z"
    path = folder / f"{name}{SUFFIX}"
    with SealedWriter(
        path, key=key, header=msgspec.json.encode(header), salt=secrets.token_bytes(SALT_LENGTH)
    ) as sealed:
        contents = msgspec.json.encode(Contents(_password_files(database)))
        sealed.write(len(contents).to_bytes(4, "big") + contents)
        _stream_cluster(command, database, sealed, progress)
        size = sealed.finish()
    made = Backup(path, header, size)
    if keep is not None:
        for old in backups_in(folder)[: -max(keep, 1)]:
            old.path.unlink()
    return made


def _header(database: Database, key: bytes) -> BackupHeader:
    """Ask for the log's end before the backup starts: the backup holds at least that."""
    with connect_blocking(database, Role.ADMINISTRATOR, application="lienthong backup") as connection:
        size, at = one_row(connection, "log_end")
        (version,) = one_row(connection, "server_version")
    return BackupHeader(
        made_at=time.time_ns() // 1_000,
        database=database.name,
        server_version=cast(int, version),
        log_size=cast(int, size),
        log_at=None if at is None else int(cast(datetime, at).timestamp() * 1_000_000),
        key=key_name(key),
    )


def one_row(connection: psycopg.Connection, name: str) -> tuple[object, ...]:
    """Return the one row of a named query of this module."""
    row = connection.execute(_QUERIES.sql(name).encode()).fetchone()
    assert row is not None
    return row


def _password_files(database: Database) -> dict[str, str]:
    """Those of a role that has none here belong to another OS user and are written anew by a migration."""
    names = [Role.ADMINISTRATOR.value, *(role.value for role in SIGN_IN_ROLES)]
    present = [name for name in names if (database.passwords / name).exists()]
    return {name: read_password(database.passwords / name) for name in present}


def _stream_cluster(command: Path, database: Database, sealed: SealedWriter, progress: Progress) -> None:
    """Seal what pg_basebackup prints: one archive of the cluster, with what makes it consistent."""
    conninfo = dsn(database, Role.ADMINISTRATOR, application="lienthong backup")
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603 - absolute path of our own choice
            [command, *_OPTIONS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={"LC_ALL": "C", "TZ": "UTC", **_connection_environment(conninfo)},
            pass_fds=inherited_descriptors(database),
        )
        try:
            assert process.stdout is not None
            total, told = 0, time.monotonic()
            while block := process.stdout.read(_BLOCK):
                sealed.write(block)
                total += len(block)
                if time.monotonic() - told > 2:
                    told = time.monotonic()
                    progress(f"backing up: {total / 1e6:,.0f} MB")
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()
            process.wait()
        if process.returncode != 0:
            complaints.seek(0)
            said = complaints.read().decode("utf-8", "replace").strip()
            raise BackupError(f"pg_basebackup failed: {said}")


def _connection_environment(conninfo: str) -> dict[str, str]:
    """Hand the connection over in the environment: a command line is readable to everybody on the machine."""
    names = {
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
        "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "application_name": "PGAPPNAME",
    }  # fmt: skip
    given = psycopg.conninfo.conninfo_to_dict(conninfo)
    return {names[name]: str(value) for name, value in given.items() if name in names and value is not None}
