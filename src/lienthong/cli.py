"""The `lienthong` command: every process and every tool of the hub's side."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec

from lienthong.account_commands import accounts
from lienthong.config import ConfigurationError, Environment, read_configuration
from lienthong.db import Database, DatabaseUnavailable, Role
from lienthong.db.commands import backup_commands, database_commands
from lienthong.db.migrate import Progress, Status
from lienthong.deployment import DeploymentError
from lienthong.documentation_commands import documentation
from lienthong.exchange.publication import PublicationError
from lienthong.finding_commands import findings
from lienthong.ledger.append import LogClosed
from lienthong.ledger.commands import ledger, notary, rotate_key, witness
from lienthong.ledger.custody import CustodyError, ensure
from lienthong.ledger.grants import GrantOrderError, GrantsBusyError
from lienthong.load_record import record_load
from lienthong.log_check import check_log, place_of, reopen_log
from lienthong.portal_commands import portal_commands
from lienthong.register.cast import CastIncompleteError
from lienthong.register.commands import population_commands
from lienthong.register.manifest import PopulationDamagedError
from lienthong.supervisor import ProcessFailedError
from lienthong_agency import KeyFileError

_TOLD = (
    CastIncompleteError,
    ConfigurationError,
    CustodyError,
    DatabaseUnavailable,
    DeploymentError,
    GrantOrderError,
    GrantsBusyError,
    LogClosed,
    KeyFileError,
    PopulationDamagedError,
    ProcessFailedError,
    PublicationError,
)

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_CONFIGURATION = click.option(
    "--config",
    "path",
    type=_FILE,
    envvar="LIENTHONG_CONFIG",
    required=True,
    help="The deployment's TOML file (or LIENTHONG_CONFIG).",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lienthong")
def cli() -> None:
    """Run the exchange between the population register and the systems of agencies."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except _TOLD as error:
        raise click.ClickException(str(error)) from error


@cli.command()
@_CONFIGURATION
def gateway(path: Path) -> None:
    """Run the gateway: the data plane's HTTP server."""
    from lienthong.gateway.server import serve

    with _told():
        configuration = read_configuration(path)
        plane = "sandbox" if configuration.environment is Environment.SANDBOX else "gateway"
        serve(configuration, path, application=f"lienthong.{plane}.server:application")


@cli.command()
@_CONFIGURATION
def steward(path: Path) -> None:
    """Run a sandbox's steward: it enrols systems and opens runs at the control plane's word."""
    from lienthong.sandbox.steward_server import serve

    with _told():
        serve(read_configuration(path), path)


@cli.group()
def sandbox() -> None:
    """Prepare a sandbox of the technical test."""


@sandbox.command("persons")
@click.argument("population", type=_FOLDER)
@_CONFIGURATION
@_JSON
def sandbox_persons(population: Path, path: Path, *, as_json: bool) -> None:
    """Choose the test persons from the generated people in POPULATION, and write their list."""
    from lienthong.sandbox.casting import write_known_persons

    with _told():
        configuration = read_configuration(path)
        file = configuration.sandbox.persons_file(configuration.keys)
        persons = write_known_persons(population, file)
    if as_json:
        click.echo(msgspec.json.encode(persons).decode())
        return
    for person in persons:
        click.echo(f"{person.part}: {person.number}, {person.full_name}, {person.birth_date}")
    click.echo(f"{len(persons)} test persons in {file}")


@cli.command()
@click.option("--data", type=_FOLDER, default="data", show_default=True, help="Folder of the deployment.")
@click.option(
    "--population", type=click.IntRange(min=0), default=10_000, show_default=True, help="Synthetic persons."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Names the people.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8400, show_default=True, help="Of the gateway."
)
@click.option("--grants", type=_FILE, help="Grants to publish once it runs (TOML).")
@click.option("--sandbox", "with_sandbox", is_flag=True, help="Run the sandbox of the technical test, too.")
@_JSON
def up(
    *,
    data: Path,
    population: int,
    seed: int,
    port: int,
    grants: Path | None,
    with_sandbox: bool,
    as_json: bool,
) -> None:
    """Run everything on this machine until interrupted: database, people, log, gateway, portals."""
    from lienthong.deployment import lay_out
    from lienthong.publishing import publish_file
    from lienthong.running import running, running_with_sandbox

    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stopped.append(received))

    def say(text: str) -> None:
        click.echo(text, err=as_json)

    with _told():
        deployment = lay_out(data, gateway_port=port)
        run = running_with_sandbox if with_sandbox else running
        with run(deployment, persons=population, seed=seed, say=say) as hub:
            if grants is not None:
                published = asyncio.run(publish_file(hub.configuration, grants))
                say(f"grants: {len(published.grants)} published, {len(published.unchanged)} unchanged")
            facts = {
                "gateway": hub.origin,
                "portals": hub.portals,
                "configuration": str(deployment.configuration_file),
                "policy": str(deployment.policy),
                "logs": str(deployment.logs),
            }
            if hub.sandbox is not None:
                facts["sandbox"] = hub.sandbox.origin
                facts["steward"] = hub.sandbox.configuration.sandbox.steward_origin
            text = "\n".join(f"{name}: {value}" for name, value in facts.items())
            click.echo(msgspec.json.encode(facts).decode() if as_json else text)
            hub.watch(lambda: bool(stopped))


@cli.command()
@click.option("--once", is_flag=True, help="End after the story; exit code 1 if a step failed.")
@click.option("--data", type=_FOLDER, help="Folder to use (default: a new temporary one).")
@click.option("--population", type=click.IntRange(min=1_000), default=100_000, show_default=True)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--sandbox", "with_sandbox", is_flag=True, help="Run the sandbox of the technical test, too.")
def demo(*, once: bool, data: Path | None, population: int, lang: str, with_sandbox: bool) -> None:
    """Play the story of an exchange end to end on synthetic people, then keep serving."""
    from lienthong.demo import play

    with _told():
        sys.exit(play(once=once, folder=data, persons=population, language=lang, with_sandbox=with_sandbox))


@cli.group()
def grants() -> None:
    """Grants: what each connected system may have."""


@grants.command("publish")
@click.argument("file", type=_FILE)
@_CONFIGURATION
@click.option("--keys", type=_FOLDER, help="Folder of the key files named in FILE (default: its own).")
@_JSON
def publish(file: Path, path: Path, keys: Path | None, *, as_json: bool) -> None:
    """Sign what FILE (TOML) grants with the notary's key and put it in force, all of it or nothing."""
    from lienthong.publishing import publish_file

    with _told():
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


@cli.group()
def keys() -> None:
    """Manage the hub's own keys."""


@keys.command("ensure")
@_CONFIGURATION
@_JSON
def ensure_keys(path: Path, *, as_json: bool) -> None:
    """Make the keys that are missing or will soon be due; existing ones are never replaced."""
    with _told():
        configuration = read_configuration(path)
        ensure(configuration.keys, origin=configuration.log_origin, now=time.time_ns() // 1_000)
    text = f"keys are ready in {configuration.keys}"
    click.echo(msgspec.json.encode({"keys": str(configuration.keys)}).decode() if as_json else text)


def _bring_up_to_date(database: Database, progress: Progress) -> tuple[str, ...]:
    from lienthong import schema

    return schema.bring_up_to_date(database, progress)


def _schema_status(database: Database, role: Role = Role.ADMINISTRATOR) -> Status:
    from lienthong import schema

    return schema.status(database, role=role)


keys.add_command(rotate_key)
cli.add_command(accounts)
cli.add_command(documentation)
cli.add_command(findings)
cli.add_command(ledger)
cli.add_command(notary)
cli.add_command(witness)
cli.add_command(population_commands(record_load))
cli.add_command(database_commands(place_of, _bring_up_to_date, _schema_status))
for _command in (*backup_commands(place_of, check_log, reopen_log), *portal_commands(_schema_status)):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; what a person can put right ends as one sentence."""
    cli()
