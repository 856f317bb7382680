"""The folder of an embedded database: what lies in it, who owns each part, the lock of whoever serves it."""

import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lienthong.db.account import Account
from lienthong.db.private_files import write_private
from lienthong.db.unavailable import DatabaseUnavailable

PORT: Final = 5432
"""Number in the name of the socket file; nothing listens on a network."""

_ORPHAN_PATIENCE: Final = 60.0


class DataFolderError(DatabaseUnavailable):
    """The data folder cannot be used; the message says how to fix it."""


class ServerRunning(DataFolderError):  # noqa: N818 - a state of the folder
    """A server already runs on this data folder."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """An absolute path and its parts.

    The folder itself, `etc`, `log`, `passwords` and `programs` belong to whoever starts the server,
    `postgres` and `run` to the account the server runs as. So a server that was taken over cannot swap a part
    of the folder for a link, nor change its own configuration, programs or log.
    """

    path: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.path / "postgres"

    @property
    def socket_folder(self) -> Path:
        """The folder of the unix socket, mode 0700."""
        return self.path / "run"

    @property
    def passwords(self) -> Path:
        """One file per role, mode 0600."""
        return self.path / "passwords"

    @property
    def configuration(self) -> Path:
        """The folder of postgresql.conf and pg_hba.conf."""
        return self.path / "etc"

    @property
    def log(self) -> Path:
        """What the server prints."""
        return self.path / "log" / "postgres.log"

    @property
    def programs(self) -> Path:
        """Copies of the PostgreSQL programs, when the server's account cannot reach the installed ones."""
        return self.path / "programs"

    def prepare(self, account: Account) -> None:
        """Make what is missing and refuse what is unsafe; the mode of a folder found here is never changed.

        Raises DataFolderError.
        """
        open_mode = 0o711 if account.dropped else 0o700
        _make_with_parents(self.path, open_mode)
        found = self.path.stat()
        if found.st_uid != os.geteuid():
            raise DataFolderError(
                f"{self.path} belongs to another OS user (uid {found.st_uid}): start the database as that "
                "user, or name another folder."
            )
        if found.st_mode & 0o022:
            raise DataFolderError(
                f"{self.path} can be changed by others (mode {stat.S_IMODE(found.st_mode):04o}): "
                f"`chmod go-w {self.path}`, or name another folder."
            )
        if account.dropped and not account.may_enter(self.path):
            raise DataFolderError(
                f"the OS user {account.name}, which runs PostgreSQL, cannot enter "
                f"{_closed(self.path, account)}. Name a data folder elsewhere (such as /var/lib/lienthong), "
                "or open that one with `chmod o+x`."
            )
        us = (os.geteuid(), os.getegid())
        _make_folder(self.configuration, 0o755 if account.dropped else 0o700, us)
        _make_folder(self.log.parent, 0o700, us)
        _make_folder(self.passwords, 0o700, us)
        _make_folder(self.socket_folder, 0o700, account.owner)
        if self.cluster.exists() or self.cluster.is_symlink():
            _check_folder(self.cluster, account.owner)

    def server_process(self) -> int | None:
        """Return the process id of the postmaster that serves this folder, if one lives.

        The number in postmaster.pid may long belong to another program, so the process itself is asked: its
        program is `postgres` and its working directory this cluster.
        """
        try:
            number = int((self.cluster / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return number if number > 0 and number in self._processes([number]) else None

    def processes(self) -> list[int]:
        """Return the process ids of every PostgreSQL process on this cluster, orphans included."""
        return self._processes([int(entry) for entry in os.listdir("/proc") if entry.isdecimal()])

    def _processes(self, candidates: list[int]) -> list[int]:
        found = []
        for number in candidates:
            try:
                here = Path(f"/proc/{number}/cwd").samefile(self.cluster)
                program = os.readlink(f"/proc/{number}/exe").removesuffix(" (deleted)")
            except (
                OSError
            ):  # gone, a zombie, or another user's: the cluster belongs to the server's own account
                continue
            if here and os.path.basename(program) == "postgres":
                found.append(number)
        return found

    def lock(self, progress: Callable[[str], None]) -> int:
        """Return a descriptor that holds the folder's lock, to be inherited by the server.

        The kernel keeps the lock until the last process that inherited it ends: the postmaster and every
        backend it made. So a held lock means living processes, whatever process ids say, and a lock we hold
        means that nobody else touches the cluster. Orphans of a killed postmaster end by themselves within
        moments and are waited for; a postmaster whose starter was killed is stopped. Raises ServerRunning, or
        DataFolderError when the orphans stay.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            self._wait_for_lock(descriptor, progress)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, _starter(os.getpid()), 0)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _wait_for_lock(self, descriptor: int, progress: Callable[[str], None]) -> None:
        began = told = time.monotonic()
        stopped: int | None = None
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held = True
            else:
                held = False
            # Asked in both cases: a server somebody started by hand on this cluster holds no lock of ours.
            server = self.server_process()
            if server is not None and server != stopped:
                if not (held and self._stop_orphan(server, descriptor)):
                    raise ServerRunning(
                        f"a database server already runs on {self.path} (process {server}). Use it, or stop "
                        f"it where it was started; `kill -INT {server}` stops it cleanly."
                    )
                progress(f"stopping the server of a start that was killed: process {server}")
                stopped = server
            if not held:
                return
            now = time.monotonic()
            if now - began > _ORPHAN_PATIENCE:
                raise DataFolderError(
                    f"processes of an earlier server still use {self.path}: {self.processes()}. "
                    "End them with `kill -QUIT`, then start again."
                )
            if now - told > 2:
                told = now
                progress(f"waiting for processes of the previous server to end: {self.processes()}")
            time.sleep(0.05)

    def _stop_orphan(self, server: int, descriptor: int) -> bool:
        """Ask `server`, which holds the lock, to stop if its starter is gone; tell whether it was.

        The lock's file names the starter, and the kernel names the parent: they are the same until the
        starter ends, whoever gets its number afterwards.
        """
        try:
            process = os.pidfd_open(server)
        except ProcessLookupError:
            return True
        try:
            # Asked again, now that the descriptor holds on to this process and no later one of its number.
            parent = _parent(server)
            if self.server_process() != server or parent is None:
                return True
            if parent == 0 or not _names_another(os.pread(descriptor, 100, 0), parent):
                return False
            signal.pidfd_send_signal(process, signal.SIGINT)
        except ProcessLookupError:
            pass
        finally:
            os.close(process)
        return True

    def clear_stale(self) -> None:
        """Remove what a killed postmaster left behind. The caller holds the lock, so no process uses it.

        PostgreSQL itself would refuse to start when the old process id belongs to any new process of ours.
        """
        socket = self.socket_folder / f".s.PGSQL.{PORT}"
        for path in (self.cluster / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            path.unlink(missing_ok=True)

    def open_log(self) -> int:
        """Return a descriptor that appends to the log; an old log of more than 8 MB is set aside first."""
        try:
            if self.log.stat().st_size > 8_000_000:
                self.log.replace(self.log.with_suffix(".log.1"))
        except FileNotFoundError:
            pass
        return os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)

    def log_since(self, offset: int) -> str:
        """Return what the server printed after `offset` bytes, at most its last 4,000 bytes."""
        with self.log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(offset, end - 4_000))
            return file.read().decode("utf-8", "replace")

    def write_configuration(self, name: str, text: str) -> Path:
        """Write one configuration file and return its path; no secret stands in it."""
        path = self.configuration / name
        write_private(path, text.encode(), mode=0o644)
        return path


def _starter(number: int) -> bytes:
    """Return what a lock's file says of whoever took it: process id, and the namespace it is valid in."""
    return f"{number} {os.readlink('/proc/self/ns/pid')}\n".encode()


def _names_another(content: bytes, parent: int) -> bool:
    """Tell whether a lock's file names a starter of our own namespace that is not `parent`."""
    number = content.partition(b" ")[0]
    return number.isdigit() and content == _starter(int(number)) and int(number) != parent


def _parent(process: int) -> int | None:
    """Return the parent's process id, None when the process is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return next((int(line[5:]) for line in status.splitlines() if line.startswith("PPid:")), None)


def _make_with_parents(path: Path, mode: int) -> None:
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        try:
            folder.mkdir()
        except FileExistsError:  # made by another process meanwhile, so not ours to set
            continue
        except OSError as error:
            raise DataFolderError(
                f"cannot make {folder}: {error.strerror}. Name another data folder."
            ) from error
        folder.chmod(mode if folder == path else 0o755)
    if not path.is_dir():
        raise DataFolderError(f"{path} is not a folder. Name another data folder.")


def _make_folder(path: Path, mode: int, owner: tuple[int, int]) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        _check_folder(path, owner)
        return
    if owner[0] != os.geteuid():
        os.chown(path, *owner, follow_symlinks=False)
    path.chmod(mode)


def _check_folder(path: Path, owner: tuple[int, int]) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner[0]:
        raise DataFolderError(
            f"{path} is not a folder of OS user {owner[0]}: the database was made by another user. Start "
            "it as that user, or name another data folder."
        )


def _closed(path: Path, account: Account) -> Path:
    """Return the outermost folder on the way to `path` that `account` cannot enter."""
    return next((folder for folder in reversed([path, *path.parents]) if not account.may_enter(folder)), path)
