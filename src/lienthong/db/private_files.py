"""Files that only their owner may read, written whole or not at all, never through somebody's link."""

import os
import secrets
import stat
from pathlib import Path

from lienthong.db.unavailable import DatabaseUnavailable

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class PasswordFileError(DatabaseUnavailable):
    """A password file is missing, empty, or readable by others; the message says how to fix it."""


def write_private(
    path: Path, content: bytes, *, mode: int = 0o600, owner: tuple[int, int] | None = None
) -> None:
    """Replace `path` by `content` with exactly `mode`, durably; `owner` is (uid, gid), default the writer.

    A reader sees the old file or the new one, and after a power cut too. A link at `path` is replaced, not
    followed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if owner is not None:
                os.fchown(descriptor, *owner)
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in folder `path` durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_password(path: Path) -> str:
    """Return the password in `path` (its first line). Raises PasswordFileError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise PasswordFileError(
            f"no password file {path}. `lienthong db migrate` writes one for each role; copy it from there."
        ) from None
    except PermissionError:
        raise PasswordFileError(
            f"the password file {path} belongs to another OS user. Run this process as that user, or give it "
            "a copy of its own role's file with mode 0600."
        ) from None
    with os.fdopen(descriptor, encoding="utf-8") as file:
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if mode & 0o037:
            raise PasswordFileError(
                f"the password file {path} is open to others (mode {mode:04o}): chmod 600 it."
            )
        password = file.readline().rstrip("\n")
    if not password:
        raise PasswordFileError(f"the password file {path} is empty. Write the password on its first line.")
    return password


def password_in(folder: Path, name: str, *, owner: tuple[int, int] | None = None) -> str:
    """Return the password in `folder`/`name`, making a random one of 256 bits first if there is none."""
    path = folder / name
    if not path.exists():
        write_private(path, f"{secrets.token_urlsafe(32)}\n".encode(), owner=owner)
    return read_password(path)
