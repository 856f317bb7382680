"""Commands about the database: `db init`, `migrate`, `status`; `backup`, `restore`, `drill`.

They are made by functions, because this package knows neither configuration files nor the ledger: the command
line hands over how to read the one and how to check the other.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec

from lienthong.db.backup import KEY_FILE, Backup, backup_key, make_backup, newest
from lienthong.db.closure import closure_of
from lienthong.db.data_folder import PORT, DataFolder
from lienthong.db.database import Database
from lienthong.db.embedded import DEFAULT_NAME
from lienthong.db.migrate import Progress, Status
from lienthong.db.opening import locate, open_database
from lienthong.db.restore import Drill, Restored, Verdict, drill, is_unfinished, restore
from lienthong.db.unavailable import DatabaseUnavailable

VerifyWith = Callable[[Database, Path | None], Verdict]
"""Checks the log of a database against a policy file, if one is given."""
ReopenWith = Callable[[Database, Path], bool]
"""Opens the log of a database if it holds the last checkpoint of a policy file; tells whether it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a deployment's database is, as in its configuration, and the folder of the hub's keys."""

    keys: Path
    data: Path | None = None
    host: str | None = None
    port: int = PORT
    name: str = DEFAULT_NAME
    passwords: Path | None = None
    authority: Path | None = None

    def locate(self) -> Database:
        """Return the database; raises DatabaseUnavailable."""
        return locate(
            data=self.data,
            host=self.host,
            port=self.port,
            name=self.name,
            passwords=self.passwords,
            authority=self.authority,
        )

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Give the database, started for this command if it is embedded and does not run."""
        with open_database(
            data=self.data, host=self.host, port=self.port, name=self.name, passwords=self.passwords,
            authority=self.authority, progress=_say_aside,
        ) as database:  # fmt: skip
            yield database

    @property
    def folder(self) -> DataFolder | None:
        """The data folder of an embedded database."""
        return None if self.data is None else DataFolder(self.data.absolute())


Migrate = Callable[[Database, Progress], tuple[str, ...]]
"""Brings a database up to date and returns what was applied."""

ReadStatus = Callable[[Database], Status]
"""Tells how a database stands to this release."""

ReadPlace = Callable[[Path], Place]
"""Reads a configuration file; raises DatabaseUnavailable or click.ClickException."""

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_ANYTHING: Final = click.Path(path_type=Path)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
_KEY: Final = click.option(
    "--key", "key_file", type=_FILE, help=f"Key file (default: {KEY_FILE} beside the keys)."
)
_POLICY: Final = click.option(
    "--policy", "policy_file", type=_FILE, help="What you trust: log key, witnesses, last head seen."
)


def _of_deployment(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--data", type=_FOLDER, envvar="LIENTHONG_DATA", help="Folder of `lienthong up`."),
        click.option("--config", type=_FILE, envvar="LIENTHONG_CONFIG", help="The deployment's TOML file."),
    ):
        command = option(command)
    return command


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except (DatabaseUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from error


def _place(read: ReadPlace, config: Path | None, data: Path | None) -> Place:
    if config is None and data is None:
        raise click.UsageError("name the deployment with --config FILE or --data DIR")
    return read(config if config is not None else (data or Path()) / "lienthong.toml")


def _say_aside(line: str) -> None:
    click.echo(line, err=True)


def _say(content: object, text: str, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(content).decode() if as_json else text)


def database_commands(read: ReadPlace, migrate_all: Migrate, read_status: ReadStatus) -> click.Group:
    """Return the group `db`."""

    @click.group("db")
    def db() -> None:
        """Make the database, bring its schema up to date, see how it stands."""

    @db.command("init")
    @_of_deployment
    @_JSON
    def init(config: Path | None, data: Path | None, *, as_json: bool) -> None:
        """Make what is missing: embedded cluster, database, roles and their passwords, schema."""
        _bring_up_to_date(read, migrate_all, config, data, as_json=as_json)

    @db.command("migrate")
    @_of_deployment
    @_JSON
    def migrate(config: Path | None, data: Path | None, *, as_json: bool) -> None:
        """Bring schema, roles and passwords up to date; safe to run twice and at the same time."""
        _bring_up_to_date(read, migrate_all, config, data, as_json=as_json)

    @db.command("status")
    @_of_deployment
    @_JSON
    def status(config: Path | None, data: Path | None, *, as_json: bool) -> None:
        """Compare the database with the schema files of this release; exit code 1 if they differ."""
        _show_status(read, read_status, config, data, as_json=as_json)

    return db


def _bring_up_to_date(
    read: ReadPlace, migrate_all: Migrate, config: Path | None, data: Path | None, *, as_json: bool
) -> None:
    with _told(), _place(read, config, data).opened() as database:
        applied = migrate_all(database, _say_aside)
    content = {"database": str(database), "passwords": str(database.passwords), "applied": applied}
    done = f"{len(applied)} steps applied" if applied else "the schema was up to date"
    _say(content, f"{database}: {done}; passwords of the roles are in {database.passwords}", as_json=as_json)


def _show_status(
    read: ReadPlace, read_status: ReadStatus, config: Path | None, data: Path | None, *, as_json: bool
) -> None:
    with _told():
        place = _place(read, config, data)
        with place.opened() as database:
            now = read_status(database)
            closure = closure_of(database) if now.has_schema else None
        unfinished = place.folder is not None and is_unfinished(place.folder)
    lines = [f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.name}" for entry in now.applied]
    for word, names in (("pending", now.pending), ("changed", now.changed), ("unknown", now.unknown)):
        lines += [f"{word:<20}  {name}" for name in names]
    lines.append("the schema is up to date" if now.is_current else "the schema is NOT up to date")
    if closure is not None:
        lines.append(
            f"the log is CLOSED since {closure.at:%Y-%m-%d %H:%M:%S}Z at {closure.size:,} leaves "
            f"({closure.cause}): see `lienthong ledger reopen --help`"
        )
    if unfinished:
        lines.append("a restore into this folder did not finish: empty the folder and restore again")
    content = {
        "database": str(database),
        "current": now.is_current,
        "closed": None
        if closure is None
        else {"since": closure.at.isoformat(), "cause": closure.cause, "size": closure.size},
        "unfinished": unfinished,
        "applied": [entry.name for entry in now.applied],
        "pending": now.pending,
        "changed": now.changed,
        "unknown": now.unknown,
    }
    _say(content, "\n".join(lines), as_json=as_json)
    if not now.is_current:
        raise SystemExit(1)


def backup_commands(read: ReadPlace, verify: VerifyWith, reopen: ReopenWith) -> tuple[click.Command, ...]:
    """Return the commands `backup`, `restore` and `drill`; `verify` checks a log, `reopen` opens it."""
    return _backup_command(read), _restore_command(verify, reopen), _drill_command(read, verify)


def _backup_command(read: ReadPlace) -> click.Command:
    @click.command("backup")
    @click.argument("directory", type=_FOLDER)
    @_of_deployment
    @_KEY
    @click.option("--keep", type=click.IntRange(min=1), help="Remove older backups beyond so many.")
    @_JSON
    def backup(
        directory: Path,
        config: Path | None,
        data: Path | None,
        key_file: Path | None,
        keep: int | None,
        *,
        as_json: bool,
    ) -> None:
        """Write the whole database, encrypted, as a new file in DIRECTORY.

        The hub's signing keys and the keys of tags and salts are not in it: keep copies of them elsewhere.
        """
        began = time.monotonic()
        with _told():
            place = _place(read, config, data)
            path = key_file or place.keys / KEY_FILE
            if not path.exists():
                _say_aside(
                    f"making the key {path}: without a copy of it elsewhere, no backup can be restored"
                )
            key = backup_key(path, make=True)
            with place.opened() as database:
                made = make_backup(database, directory, key=key, keep=keep, progress=_say_aside)
        seconds = time.monotonic() - began
        text = (
            f"{made.path}: {made.size / 1e6:,.1f} MB, log of {made.header.log_size:,} leaves, {seconds:.1f} s"
        )
        _say({**_facts(made), "seconds": seconds}, text, as_json=as_json)

    return backup


def _restore_command(verify: VerifyWith, reopen: ReopenWith) -> click.Command:
    @click.command("restore")
    @click.argument("source", type=_ANYTHING)
    @click.option("--into", type=_FOLDER, required=True, help="Empty folder for the database.")
    @click.option("--key", "key_file", type=_FILE, required=True, help="Key file of the backup.")
    @_POLICY
    @_JSON
    def restore_command(
        source: Path, into: Path, key_file: Path, policy_file: Path | None, *, as_json: bool
    ) -> None:
        """Restore a backup, SOURCE or the newest in it, into an embedded database, and check its log.

        The log is opened only when it is whole and holds the last checkpoint of --policy; otherwise it stays
        closed (exit code 3), because going on at an old size would fork it. Exit code 1: damaged.
        """
        with _told():
            restored = restore(
                newest(source),
                into,
                key=backup_key(key_file),
                verify=lambda database: verify(database, policy_file),
                reopen=None if policy_file is None else lambda database: reopen(database, policy_file),
                progress=_say_aside,
            )
        _say(
            {**_facts(restored.backup), **_verdict_facts(restored), "folder": str(into)},
            "\n".join(_restored_lines(restored, into)),
            as_json=as_json,
        )
        raise SystemExit(1 if restored.verdict.findings else 0 if restored.is_open else 3)

    return restore_command


def _drill_command(read: ReadPlace, verify: VerifyWith) -> click.Command:
    @click.command("drill")
    @click.argument("source", type=_ANYTHING)
    @_of_deployment
    @_KEY
    @_POLICY
    @click.option("--aside", type=_FOLDER, help="Folder to restore into, removed again (default: temporary).")
    @_JSON
    def drill_command(
        source: Path,
        config: Path | None,
        data: Path | None,
        key_file: Path | None,
        policy_file: Path | None,
        aside: Path | None,
        *,
        as_json: bool,
    ) -> None:
        """Restore a backup, SOURCE or the newest in it, aside; check its log; tell what a loss would mean."""
        with _told():
            place = _place(read, config, data)
            with _aside(aside) as folder, place.opened() as live:
                result = drill(
                    newest(source),
                    folder,
                    key=backup_key(key_file or place.keys / KEY_FILE),
                    verify=lambda database: verify(database, policy_file),
                    live=live,
                    progress=_say_aside,
                )
        content = {
            **_facts(result.restored.backup),
            **_verdict_facts(result.restored),
            "passed": result.is_passed,
            "rto_seconds": result.recovery_seconds,
            "rpo_seconds": result.lost_seconds,
            "rpo_leaves": result.lost_leaves,
        }
        _say(content, "\n".join(_drill_lines(result)), as_json=as_json)
        raise SystemExit(0 if result.is_passed else 1)

    return drill_command


@contextmanager
def _aside(named: Path | None) -> Iterator[Path]:
    """Give a folder that does not exist yet; above a temporary one the server's account can pass."""
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="lienthong-drill-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent, "data")


def _facts(backup: Backup) -> dict[str, object]:
    return {
        "backup": str(backup.path),
        "made_at": backup.header.made_at,
        "bytes": backup.size,
        "log_size": backup.header.log_size,
    }


def _verdict_facts(restored: Restored) -> dict[str, object]:
    verdict = restored.verdict
    return {
        "open": restored.is_open,
        "restored_log_size": verdict.size,
        "findings": verdict.findings,
        "reaches_witnessed": verdict.reaches_witnessed,
    }


def _log_line(verdict: Verdict) -> str:
    whole = f"log: {verdict.size:,} leaves, " + ("damaged" if verdict.findings else "whole")
    match verdict.reaches_witnessed:
        case True:
            return f"{whole}, reaches the last checkpoint seen elsewhere"
        case False:
            return f"{whole}, ends BEFORE the last checkpoint seen elsewhere"
        case None:
            return f"{whole}, consistent with itself only: no --policy to compare with"


def _restored_lines(restored: Restored, into: Path) -> list[str]:
    lines = [f"restored {restored.backup.path} into {into} in {restored.seconds:.1f} s"]
    lines += [_log_line(restored.verdict), *restored.verdict.findings]
    if restored.is_open:
        lines.append("the log is open")
    else:
        lines.append(
            "the log stays CLOSED: nothing is answered from it. Restore a newer backup, or see "
            "`lienthong ledger reopen --help`."
        )
    return lines


def _drill_lines(result: Drill) -> list[str]:
    lost = "unknown" if result.lost_leaves is None else f"{result.lost_leaves:,}"
    return [
        f"restored {result.restored.backup.path} aside",
        _log_line(result.restored.verdict),
        *result.restored.verdict.findings,
        f"RTO {result.recovery_seconds:.1f} s: until a verified database stands",
        f"RPO {result.lost_seconds:.1f} s, {lost} leaves: what came after the backup would be lost",
        "drill passed" if result.is_passed else "drill FAILED",
    ]
