"""The OS account that runs the embedded PostgreSQL: our own, or a system account when we are root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lienthong.db.unavailable import DatabaseUnavailable

DEFAULT_ACCOUNT: Final = "lienthong"


class AccountError(DatabaseUnavailable):
    """No OS account can run the server; the message says how to fix it."""


@dataclass(frozen=True, slots=True)
class Account:
    """An OS account. `dropped` is true when root starts children that become it."""

    name: str
    uid: int
    gid: int
    dropped: bool

    @property
    def owner(self) -> tuple[int, int]:
        """The pair (uid, gid) that files of the server belong to."""
        return self.uid, self.gid

    def child(self) -> dict[str, Any]:
        """Return the arguments that make `subprocess` start a child as this account, without root's groups.

        The child gets its own session, so that a Ctrl-C on the terminal reaches only us, and a bare
        environment, so that nobody's PG… variables or locale change what it does.
        """
        arguments: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
            "umask": 0o077,
            "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
        }
        if self.dropped:
            groups = os.getgrouplist(self.name, self.gid)
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": groups}
        return arguments

    def may_enter(self, folder: Path) -> bool:
        """Whether this account can change into `folder`: asked of the kernel by a child."""
        probe = ["/bin/sh", "-c", 'cd "$1" && exec test -x .', "sh", str(folder)]
        asked = subprocess.run(probe, check=False, capture_output=True, cwd="/", **self.child())  # noqa: S603
        return asked.returncode == 0


def server_account(requested: str | None = None) -> Account:
    """Return the account that shall run the server.

    An ordinary user runs it as itself. Root never does: it drops to `requested`, by default the system
    account `lienthong`, which is made if there is none. `nobody` and root are refused: what they own is not
    protected. Raises AccountError.
    """
    if os.geteuid() != 0:
        entry = pwd.getpwuid(os.geteuid())
        if requested not in (None, entry.pw_name):
            raise AccountError(
                f"only root can run PostgreSQL as {requested}; this is {entry.pw_name}. Leave the user out."
            )
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=False)
    name = requested or DEFAULT_ACCOUNT
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        if requested is not None:
            raise AccountError(
                f"there is no OS user {name}. Make it with `useradd --system {name}`, or leave the user out."
            ) from None
        entry = _create(name)
    if entry.pw_uid == 0 or entry.pw_name in ("nobody", "nfsnobody"):
        raise AccountError(f"PostgreSQL must not run as {name}: choose a user that owns nothing else.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=True)


def _create(name: str) -> pwd.struct_passwd:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        raise AccountError(f"this machine has no useradd: make a system user named {name} by its own means.")
    made = subprocess.run(  # noqa: S603 - the program's path is absolute, the name checked by useradd
        [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", "--comment", "population data exchange", name],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        return pwd.getpwnam(name)  # also when another process made it at the same moment
    except KeyError:
        raise AccountError(f"useradd could not make the user {name}: {made.stderr.strip()}") from None
