"""PostgreSQL as our own child: for demo, tests, sandboxes and pilots, from the programs of a wheel.

Only the wheel's programs are used, never its launcher, which opens parent folders to everybody and trusts
whoever reaches the socket. Here everybody signs in with a password, the socket lies in a folder of mode 0700,
nothing listens on a network, and recovery after a crash may take as long as it takes.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import psycopg

from lienthong.db import named
from lienthong.db.account import Account, server_account
from lienthong.db.bound_child import ending_with_us
from lienthong.db.data_folder import PORT, DataFolder, DataFolderError, ServerRunning
from lienthong.db.database import Database, connect_blocking
from lienthong.db.private_files import password_in, sync_folder, write_private
from lienthong.db.programs import Programs, programs_in, reachable, wheel_folder
from lienthong.db.role import SIGN_IN_ROLES, Role
from lienthong.db.unavailable import DatabaseUnavailable

DEFAULT_NAME: Final = "lienthong"

Progress = Callable[[str], None]

_HERE = Path(__file__).parent
_QUERIES = named.load(_HERE / "embedded.sql")


class StartError(DatabaseUnavailable):
    """PostgreSQL did not start; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How much the server may use; sizes in MB."""

    shared_buffers_mb: int = 512
    max_wal_size_mb: int = 4096
    min_wal_size_mb: int = 256
    max_connections: int = 80

    @classmethod
    def for_this_machine(cls) -> Self:
        """Return settings for this machine's memory: an eighth of it for buffers, 64 MB to 1 GB."""
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        return cls(shared_buffers_mb=min(max(memory // 8 // 1_000_000, 64), 1024))


def silent(_line: str) -> None:
    """Show no progress."""


class EmbeddedServer:
    """One PostgreSQL server on one data folder, a foreground child of this process.

    The caller owns it: use it as a context manager, or call `stop`. It is not restarted by itself: `process`
    tells when it ended. When this process is killed the server stops cleanly; where it lives on, the next
    start stops it. `user` is the OS account when we are root. `progress` gets a line now and then while a
    start takes long.
    """

    def __init__(
        self,
        data: Path,
        *,
        settings: ServerSettings | None = None,
        programs: Path | None = None,
        user: str | None = None,
        progress: Progress = silent,
    ) -> None:
        self.folder = DataFolder(Path(os.path.abspath(data)))
        self.settings = settings or ServerSettings.for_this_machine()
        self.process: subprocess.Popen[bytes] | None = None
        self._programs_folder = programs
        self._user = user
        self._progress = progress

    def database(self, name: str = DEFAULT_NAME) -> Database:
        """Return the database `name` of this server, whether or not it runs."""
        return Database(
            host=str(self.folder.socket_folder), port=PORT, name=name, passwords=self.folder.passwords
        )

    @property
    def is_running(self) -> bool:
        """Whether the server started by this object lives."""
        return self.process is not None and self.process.poll() is None

    def programs(self, account: Account | None = None) -> Programs:
        """Return the PostgreSQL programs the server's account can run (copied first where it must)."""
        installed = programs_in(self._programs_folder or wheel_folder())
        return reachable(installed, account or server_account(self._user), self.folder.programs)

    def start(self) -> Database:
        """Start the server, making the cluster first if there is none; return its database when it answers.

        Recovery has no deadline. Raises ServerRunning, DataFolderError, AccountError, ProgramsError or
        StartError.
        """
        if self.is_running:
            raise ServerRunning(f"this process already runs the server on {self.folder.path}")
        # 1. Folders of the right owner, before anything is written into them.
        account = server_account(self._user)
        self.folder.prepare(account)
        programs = self.programs(account)
        # 2. The lock: from here nobody else starts, and no process of a killed server or starter is left.
        lock = self.folder.lock(self._progress)
        try:
            # 3. Only now a pid file is known to be stale, also when its number was given to another program.
            self.folder.clear_stale()
            # 4. A cluster appears complete or not at all, so a killed initdb leaves nothing to trip over.
            self._make_cluster(programs, account)
            self._check_version(programs)
            # 5. The child inherits the lock and our own copy is closed: it lives and dies with the server.
            offset = self._launch(programs, account, lock)
        finally:
            os.close(lock)
        # 6. Ready is when a sign-in succeeds, not when a file says so.
        try:
            self._await_answer(offset)
        except BaseException:
            self.stop()
            raise
        return self.database()

    def stop(self, *, patience: float = 60.0) -> None:
        """Stop the server cleanly; after `patience` seconds at once, to recover at its next start.

        Signals only the child we hold, which the kernel cannot have replaced, and returns when it is gone.
        """
        process = self.process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                self._progress("PostgreSQL does not stop: ending it at once; it recovers at its next start")
                process.send_signal(signal.SIGQUIT)
                process.wait()
        self.process = None

    def kill(self) -> None:
        """Kill the postmaster as a crash would (SIGKILL) and reap it; its children notice and end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Database:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make_cluster(self, programs: Programs, account: Account) -> None:
        folder = self.folder
        password = password_in(folder.passwords, Role.ADMINISTRATOR.value)
        for role in SIGN_IN_ROLES:
            password_in(folder.passwords, role.value)
        for leftover in folder.path.glob(".new-*"):  # of an initdb that was killed; we hold the lock
            shutil.rmtree(leftover)
        if folder.cluster.exists():
            return
        self._progress("making the database cluster")
        with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.path) as unfinished:
            os.chown(unfinished, *account.owner)
            password_file = Path(unfinished, "password")
            write_private(password_file, password.encode(), owner=account.owner)
            cluster = Path(unfinished, "cluster")
            made = subprocess.run(  # noqa: S603 - absolute path of our own choice
                ending_with_us(
                    [
                        programs.path("initdb"),
                        *_initdb_options(programs),
                        f"--pwfile={password_file}",
                        "-D",
                        cluster,
                    ],
                    signal.SIGTERM,
                ),
                check=False,
                capture_output=True,
                text=True,
                cwd=unfinished,
                **account.child(),
            )
            if made.returncode != 0:
                raise StartError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
            cluster.replace(folder.cluster)
        sync_folder(folder.path)

    def _check_version(self, programs: Programs) -> None:
        found = (self.folder.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if found != str(programs.major):
            raise DataFolderError(
                f"{self.folder.path} was made by PostgreSQL {found}, these programs are {programs.version}. "
                "Move the data with backup and restore, or install the programs of that version."
            )

    def _launch(self, programs: Programs, account: Account, lock: int) -> int:
        """Start the postmaster; return the length of its log before."""
        configuration, hba = self._write_configuration(programs)
        log = self.folder.open_log()
        try:
            offset = os.fstat(log).st_size
            self.process = subprocess.Popen(  # noqa: S603 - absolute path of our own choice
                ending_with_us(
                    [
                        programs.path("postgres"),
                        "-D",
                        self.folder.cluster,
                        "-c",
                        f"config_file={configuration}",
                        "-c",
                        f"hba_file={hba}",
                    ],
                    signal.SIGINT,
                ),
                stdout=log,
                stderr=log,
                cwd=self.folder.cluster,
                pass_fds=(lock,),
                **account.child(),
            )
        finally:
            os.close(log)
        return offset

    def _write_configuration(self, programs: Programs) -> tuple[Path, Path]:
        settings = self.settings
        text = (
            (_HERE / "embedded.conf")
            .read_text(encoding="utf-8")
            .format(
                shared_buffers_mb=settings.shared_buffers_mb,
                cache_mb=settings.shared_buffers_mb * 3,
                max_wal_size_mb=settings.max_wal_size_mb,
                min_wal_size_mb=settings.min_wal_size_mb,
                max_connections=settings.max_connections,
            )
        )
        if programs.major >= 17:
            text += "\n# The superuser cannot loosen these settings from inside.\nallow_alter_system = off\n"
        hba = (_HERE / "embedded_hba.conf").read_text(encoding="utf-8")
        return (
            self.folder.write_configuration("postgresql.conf", text),
            self.folder.write_configuration("pg_hba.conf", hba),
        )

    def _await_answer(self, offset: int) -> None:
        assert self.process is not None
        began = told = time.monotonic()
        while True:
            if self.process.poll() is not None:
                said = self.folder.log_since(offset).strip()
                raise StartError(
                    f"PostgreSQL ended while starting (status {self.process.returncode}):\n{said}"
                )
            try:
                with connect_blocking(self.database("postgres"), Role.ADMINISTRATOR, timeout=5) as connection:
                    for query in _QUERIES.values():
                        connection.execute(query.sql.encode())
            except DatabaseUnavailable as error:
                if not _is_still_starting(error):
                    raise StartError(f"PostgreSQL runs but refuses its administrator: {error}") from error
            else:
                return
            now = time.monotonic()
            if now - told >= 2:
                told = now
                self._progress(self._recovery_line(now - began, offset))
            time.sleep(0.02)

    def _recovery_line(self, seconds: float, offset: int) -> str:
        lines = [line for line in self.folder.log_since(offset).splitlines() if "LOG:" in line]
        said = lines[-1].split("LOG:", 1)[1].strip() if lines else "no word from it yet"
        return f"PostgreSQL is starting or recovering, {seconds:.0f} s: {said}"


def _initdb_options(programs: Programs) -> list[str]:
    """Sort by bytes, fold case by Unicode, whatever the host's locale; Vietnamese order is a stored key."""
    options = [
        f"--username={Role.ADMINISTRATOR.value}",
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=scram-sha-256",
        "--auth-host=reject",
        "--data-checksums",
        "--no-instructions",
    ]
    if programs.major >= 17:
        return [*options, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*options, "--lc-ctype=C.UTF-8"]


def _is_still_starting(error: DatabaseUnavailable) -> bool:
    cause = error.__cause__
    if not isinstance(cause, psycopg.OperationalError):
        return False
    text = str(cause)
    # No socket yet, nobody behind it yet, or the server's own word (English, by lc_messages).
    return any(
        sign in text
        for sign in (
            "No such file or directory",
            "Connection refused",
            "the database system is starting up",
            "the database system is not yet accepting connections",
            "the database system is in recovery mode",
            "the database system is shutting down",
            "timeout expired",
            "server closed the connection unexpectedly",
        )
    )
