"""The `lienthong` command: every process and every tool of the hub's side."""

import sys
from pathlib import Path

import click

from lienthong.config import ConfigurationError, read_configuration

_CONFIGURATION = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LIENTHONG_CONFIG",
    required=True,
    help="The deployment's TOML file (or LIENTHONG_CONFIG).",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lienthong")
def cli() -> None:
    """Run the exchange between the population register and the systems of agencies."""


@cli.command()
@_CONFIGURATION
def gateway(path: Path) -> None:
    """Run the gateway: the data plane's HTTP server."""
    from lienthong.gateway.server import serve

    serve(read_configuration(path), path)


def main() -> None:
    """Run the command line; a configuration that cannot be used ends with exit code 2 and one sentence."""
    try:
        cli()
    except ConfigurationError as error:
        click.echo(f"lienthong: {error}", err=True)
        sys.exit(2)
