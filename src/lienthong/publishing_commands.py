"""`lienthong grants` and `lienthong keys`: what is signed by the hub, and with which keys."""

import asyncio
import time
from pathlib import Path

import click
import msgspec

from lienthong.command_line import FILE, FOLDER, configuration_option, json_option, told
from lienthong.config import read_configuration
from lienthong.ledger.custody import ensure
from lienthong.ledger.processes import rotate_key


@click.group()
def grants() -> None:
    """Grants: what each connected system may have."""


@grants.command("publish")
@click.argument("file", type=FILE)
@configuration_option
@click.option("--keys", type=FOLDER, help="Folder of the key files named in FILE (default: its own).")
@json_option
def publish(file: Path, path: Path, keys: Path | None, *, as_json: bool) -> None:
    """Sign what FILE (TOML) grants with the notary's key and put it in force, all of it or nothing."""
    from lienthong.publishing import publish_file

    with told():
        published = asyncio.run(publish_file(read_configuration(path), file, keys=keys))
    if as_json:
        content = {"grants": published.grants, "unchanged": published.unchanged}
        click.echo(msgspec.json.encode(content).decode())
        return
    for grant in published.grants:
        click.echo(
            f"{grant.system}: revision {grant.revision} in force, version {grant.version}, leaf {grant.index}"
        )
    for system in published.unchanged:
        click.echo(f"{system}: unchanged")


@click.group()
def keys() -> None:
    """Manage the hub's own keys."""


@keys.command("ensure")
@configuration_option
@json_option
def ensure_keys(path: Path, *, as_json: bool) -> None:
    """Make the keys that are missing or will soon be due; existing ones are never replaced."""
    with told():
        configuration = read_configuration(path)
        ensure(configuration.keys, origin=configuration.log_origin, now=time.time_ns() // 1_000)
    text = f"keys are ready in {configuration.keys}"
    click.echo(msgspec.json.encode({"keys": str(configuration.keys)}).decode() if as_json else text)


keys.add_command(rotate_key)
