"""Restoring a backup: aside, its log checked, before anybody may use it; and the drill that measures it.

The log of a restored database is closed: a row says so, and the database appends nothing, so nothing is
answered. A log that went on at an old size would give old indexes to new entries: a fork signed by ourselves.
It opens when it is whole and holds the last checkpoint seen elsewhere (schema/0022_closing.sql).
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import msgspec
import psycopg

from lienthong.db.account import Account, server_account
from lienthong.db.backup import Backup, BackupError, Contents, one_row
from lienthong.db.data_folder import DataFolder, DataFolderError
from lienthong.db.database import Database, connect_blocking
from lienthong.db.embedded import EmbeddedServer, Progress, ServerSettings, silent
from lienthong.db.private_files import sync_folder, write_private
from lienthong.db.programs import Programs
from lienthong.db.role import SIGN_IN_ROLES, Role
from lienthong.db.sealed_file import SealedReader, key_name

_UNFINISHED: Final = (
    "# Written by a restore that has not closed the log yet: nobody but the administrator writes.\n"
    "default_transaction_read_only = on\n"
)
_FINISHED: Final = "# Settings of this server stand in ../etc/postgresql.conf.\n"
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a restored log said.

    `size` is the log's; `findings` are sentences, none if it is whole; `reaches_witnessed` tells whether it
    reaches the last checkpoint seen elsewhere, None when there was none to compare with.
    """

    size: int
    findings: tuple[str, ...]
    reaches_witnessed: bool | None


Verify = Callable[[Database], Verdict]
"""Checks the log of a running database, as lt_inspector: the caller knows the ledger, this module not."""

Reopen = Callable[[Database], bool]
"""Opens the log of a running database if it holds the last checkpoint known; tells whether it did."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A restore: its backup, the verdict on its log, whether it was opened; `seconds` until verified."""

    backup: Backup
    verdict: Verdict
    is_open: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Drill:
    """What a restore today would mean: `recovery_seconds` (RTO) until a verified database stands.

    `lost_seconds` and `lost_leaves` (RPO) are what came after the backup; None when the live log could not be
    asked.
    """

    restored: Restored
    recovery_seconds: float
    lost_seconds: float
    lost_leaves: int | None

    @property
    def is_passed(self) -> bool:
        """Whether the log in the backup is whole."""
        return not self.restored.verdict.findings


def unpack(
    backup: Backup, data: Path, *, key: bytes, programs: Path | None = None, user: str | None = None,
    progress: Progress = silent,
) -> None:  # fmt: skip
    """Unpack a backup into the data folder `data`, which must hold no database yet; nobody can write.

    Raises BackupError for another key and SealedFileError for a file that was changed anywhere, before
    anything appears there.
    """
    if backup.header.key != key_name(key):
        raise BackupError(
            f"{backup.path} was sealed with the key {backup.header.key}, this key file holds {key_name(key)}."
            " Name the key file of that backup with --key."
        )
    # 1. The folders and the lock of a start: nobody starts a server here meanwhile.
    account = server_account(user)
    server = EmbeddedServer(data, programs=programs, user=user)
    folder = server.folder
    folder.prepare(account)
    lock = folder.lock(progress)
    try:
        if folder.cluster.exists():
            raise DataFolderError(f"{folder.path} holds a database already. Restore into an empty folder.")
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.path) as unfinished:
            # 2. Everything is unpacked where only we can go. The file's end proves that it was whole.
            cluster = Path(unfinished, "cluster")
            with SealedReader(backup.path) as reader:
                reader.unlock(key)
                contents = _read_contents(reader, backup)
                unpack_cluster(cast(IO[bytes], reader), cluster)
            _check_files(cluster)
            # 3. Read-only before it can be started, and free of settings of the machine it comes from.
            write_private(cluster / "postgresql.auto.conf", _UNFINISHED.encode())
            _give(cluster, account)
            os.chmod(unfinished, 0o711)  # noqa: S103 - the server's account passes to its own folder
            _make_durable(server.programs(account), cluster, account)
            # 4. The passwords that the cluster knows, then the cluster itself, at once.
            for name, password in contents.passwords.items():
                write_private(folder.passwords / name, f"{password}\n".encode())
            cluster.replace(folder.cluster)
        sync_folder(folder.path)
    finally:
        os.close(lock)


def _read_contents(reader: SealedReader, backup: Backup) -> Contents:
    length = int.from_bytes(reader.read(4), "big")
    try:
        contents = msgspec.json.decode(reader.read(length), type=Contents)
    except msgspec.DecodeError as error:
        raise BackupError(f"{backup.path} is no backup of this release: {error}.") from error
    known = {Role.ADMINISTRATOR.value, *(role.value for role in SIGN_IN_ROLES)}
    return Contents({name: text for name, text in contents.passwords.items() if name in known})


def unpack_cluster(reader: IO[bytes], cluster: Path) -> None:
    """Unpack into a new folder; raises BackupError for a link, a name given twice, a path leading out."""
    cluster.mkdir(mode=0o700)
    with tarfile.open(fileobj=reader, mode="r|") as archive:
        for member in archive:
            if not (member.isreg() or member.isdir()):
                raise BackupError(f"the backup holds {member.name}, a link: tablespaces are not supported.")
            target = cluster / member.name
            if not target.resolve().is_relative_to(cluster.resolve()):
                raise BackupError(f"the backup holds {member.name}, which lies outside it.")
            if member.isdir():
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
                continue
            if target.exists():
                raise BackupError(f"the backup holds {member.name} twice.")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with cast(IO[bytes], archive.extractfile(member)) as source, target.open("xb") as unpacked:
                shutil.copyfileobj(source, unpacked, _BLOCK)
                os.fchmod(unpacked.fileno(), 0o600)
    while reader.read(_BLOCK):  # what pads the archive: only the file's true end proves that it is whole
        pass


def _give(cluster: Path, account: Account) -> None:
    """Give everything to the server's account; nobody but us can reach the folder meanwhile."""
    for folder, _, names in os.walk(cluster):
        os.chown(folder, *account.owner, follow_symlinks=False)
        for name in names:
            os.chown(Path(folder, name), *account.owner, follow_symlinks=False)


class _ListedFile(
    msgspec.Struct,
    rename={
        "path": "Path",
        "encoded": "Encoded-Path",
        "size": "Size",
        "algorithm": "Checksum-Algorithm",
        "checksum": "Checksum",
    },
):
    """A file in the server's own list of what it sent."""

    size: int
    algorithm: str
    checksum: str
    path: str = ""
    encoded: str = ""


class _FileList(msgspec.Struct, rename={"files": "Files"}):
    files: list[_ListedFile]


def _check_files(cluster: Path) -> None:
    """Compare every file with the server's own list; the log it wrote meanwhile checks itself in recovery."""
    listed = msgspec.json.decode((cluster / "backup_manifest").read_bytes(), type=_FileList)
    for entry in listed.files:
        name = entry.path or bytes.fromhex(entry.encoded).decode("utf-8", "surrogateescape")
        try:
            with (cluster / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except FileNotFoundError:
            raise BackupError(f"the backup lacks the file {name}: make a new one.") from None
        if entry.algorithm != "SHA256" or (size, found) != (entry.size, entry.checksum):
            raise BackupError(f"the file {name} is not what the server sent: make a new backup.")


def _make_durable(programs: Programs, cluster: Path, account: Account) -> None:
    command = [str(programs.path("initdb")), "--sync-only", f"--pgdata={cluster}"]
    run = subprocess.run(  # noqa: S603 - absolute path of our own choice
        command, check=False, capture_output=True, text=True, cwd=cluster, **account.child()
    )
    if run.returncode != 0:
        raise BackupError(f"the restored files could not be made durable: {run.stderr.strip()}")


def restore(
    backup: Backup,
    data: Path,
    *,
    key: bytes,
    verify: Verify,
    reopen: Reopen | None = None,
    settings: ServerSettings | None = None,
    programs: Path | None = None,
    progress: Progress = silent,
) -> Restored:
    """Restore a backup into the empty data folder `data`, start it, check its log, and stop it again.

    Its log stays closed unless it is whole, reaches the last checkpoint seen, and `reopen` opens it.
    """
    began = time.monotonic()
    progress(f"restoring {backup.path.name}, {backup.size / 1e6:,.0f} MB")
    # 1. Everything in place, and nobody but the administrator may write. A crash leaves it so: restore anew.
    unpack(backup, data, key=key, programs=programs, progress=progress)
    server = EmbeddedServer(data, settings=settings, programs=programs, progress=progress)
    with server:
        database = server.database(backup.header.database)
        # 2. The log is closed by a row of its own before any role can write: no session can open it.
        _close_log(server.folder, database)
        # 3. Only what was checked is opened, and only here.
        progress("checking the restored log")
        verdict = verify(database)
        if verdict.size < backup.header.log_size:
            missing = f"the log ends at {verdict.size}, the backup said {backup.header.log_size} at its start"
            verdict = Verdict(verdict.size, (*verdict.findings, missing), verdict.reaches_witnessed)
        seconds = time.monotonic() - began
        may_open = not verdict.findings and verdict.reaches_witnessed is True
        is_open = may_open and reopen is not None and reopen(database)
    return Restored(backup, verdict, is_open, seconds)


def is_unfinished(folder: DataFolder) -> bool:
    """Tell whether a restore into a data folder ended before it had closed the log."""
    try:
        return (folder.cluster / "postgresql.auto.conf").read_text(encoding="utf-8") == _UNFINISHED
    except FileNotFoundError:
        return False


def _close_log(folder: DataFolder, database: Database) -> None:
    with connect_blocking(database, Role.ADMINISTRATOR, application="lienthong restore") as connection:
        try:
            one_row(connection, "close")
        except psycopg.errors.UndefinedFunction as error:
            raise BackupError(
                "the backup is of an older release, whose log cannot be closed: restore it with that release."
            ) from error
        owner = folder.cluster.stat()
        path = folder.cluster / "postgresql.auto.conf"
        write_private(path, _FINISHED.encode(), owner=(owner.st_uid, owner.st_gid))
        one_row(connection, "reload")


def drill(
    backup: Backup,
    aside: Path,
    *,
    key: bytes,
    verify: Verify,
    live: Database | None = None,
    settings: ServerSettings | None = None,
    programs: Path | None = None,
    progress: Progress = silent,
) -> Drill:
    """Restore a backup into the new folder `aside`, check its log, measure, and remove the folder again.

    The live database goes on working; it is only asked how far its log is. Nothing is opened.
    """
    if aside.exists():
        raise BackupError(f"{aside} exists: a drill restores into a folder of its own. Name another one.")
    now = time.time()
    try:
        restored = restore(
            backup, aside, key=key, verify=verify, settings=settings, programs=programs, progress=progress
        )  # fmt: skip
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    lost_leaves = None
    if live is not None:
        with connect_blocking(live, Role.ADMINISTRATOR, application="lienthong drill") as connection:
            size, _ = one_row(connection, "log_end")
        lost_leaves = max(cast(int, size) - restored.verdict.size, 0)
    return Drill(
        restored=restored,
        recovery_seconds=restored.seconds,
        lost_seconds=max(now - backup.header.made_at / 1e6, 0.0),
        lost_leaves=lost_leaves,
    )
