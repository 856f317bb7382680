"""`lienthong gateway`, `steward`, `up`, `demo` and `sandbox`: the processes of a hub, alone or together."""

import asyncio
import signal
import sys
from pathlib import Path

import click
import msgspec

from lienthong.command_line import FILE, FOLDER, configuration_option, json_option, told
from lienthong.config import Environment, read_configuration


@click.command()
@configuration_option
def gateway(path: Path) -> None:
    """Run the gateway: the data plane's HTTP server."""
    from lienthong.gateway.server import serve

    with told():
        configuration = read_configuration(path)
        plane = "sandbox" if configuration.environment is Environment.SANDBOX else "gateway"
        serve(configuration, path, application=f"lienthong.{plane}.server:application")


@click.command()
@configuration_option
def steward(path: Path) -> None:
    """Run a sandbox's steward: it enrols systems and opens runs at the control plane's word."""
    from lienthong.sandbox.steward_server import serve

    with told():
        serve(read_configuration(path), path)


@click.group()
def sandbox() -> None:
    """Prepare a sandbox of the technical test."""


@sandbox.command("persons")
@click.argument("population", type=FOLDER)
@configuration_option
@json_option
def sandbox_persons(population: Path, path: Path, *, as_json: bool) -> None:
    """Choose the test persons from the generated people in POPULATION, and write their list."""
    from lienthong.sandbox.casting import write_known_persons

    with told():
        configuration = read_configuration(path)
        file = configuration.sandbox.persons_file(configuration.keys)
        persons = write_known_persons(population, file)
    if as_json:
        click.echo(msgspec.json.encode(persons).decode())
        return
    for person in persons:
        click.echo(f"{person.part}: {person.number}, {person.full_name}, {person.birth_date}")
    click.echo(f"{len(persons)} test persons in {file}")


@click.command()
@click.option("--data", type=FOLDER, default="data", show_default=True, help="Folder of the deployment.")
@click.option(
    "--population", type=click.IntRange(min=0), default=10_000, show_default=True, help="Synthetic persons."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Names the people.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8400, show_default=True, help="Of the gateway."
)
@click.option("--grants", type=FILE, help="Grants to publish once it runs (TOML).")
@click.option("--sandbox", "with_sandbox", is_flag=True, help="Run the sandbox of the technical test, too.")
@json_option
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

    with told():
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


@click.command()
@click.option("--once", is_flag=True, help="End after the story; exit code 1 if a step failed.")
@click.option("--data", type=FOLDER, help="Folder to use (default: a new temporary one).")
@click.option("--population", type=click.IntRange(min=1_000), default=100_000, show_default=True)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--sandbox", "with_sandbox", is_flag=True, help="Run the sandbox of the technical test, too.")
def demo(*, once: bool, data: Path | None, population: int, lang: str, with_sandbox: bool) -> None:
    """Play the story of an exchange end to end on synthetic people, then keep serving."""
    from lienthong.demo import play

    with told():
        sys.exit(play(once=once, folder=data, persons=population, language=lang, with_sandbox=with_sandbox))
