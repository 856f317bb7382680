"""What the commands of this package share: the deployment's register, errors told as sentences, options."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import click
import msgspec

from lienthong.config import Configuration, ConfigurationError, Environment, read_configuration
from lienthong.db import Database, DatabaseUnavailable, Role, connect, open_database
from lienthong.register.cast import CastIncompleteError
from lienthong.register.loader import LoadRefusedError
from lienthong.register.manifest import PopulationDamagedError
from lienthong.register.numbering import NumbersExhaustedError
from lienthong.register.population import PopulationError
from lienthong.register.writer import ActRefusedError

Result = TypeVar("Result")

_TOLD: Final = (
    ActRefusedError,
    CastIncompleteError,
    ConfigurationError,
    DatabaseUnavailable,
    LoadRefusedError,
    NumbersExhaustedError,
    PopulationDamagedError,
    PopulationError,
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
configured = click.option(
    "--config",
    "configuration_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="LIENTHONG_CONFIG",
    required=True,
    help="Configuration of the deployment whose register is meant.",
)


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except _TOLD as error:
        raise click.ClickException(str(error)) from error
    except asyncpg.PostgresError as error:
        raise click.ClickException(f"the database refused: {error}") from error


@contextmanager
def opened(configuration_file: Path) -> Iterator[tuple[Configuration, Database]]:
    """Give the register of a deployment of synthetic people; refuses production."""
    configuration = read_configuration(configuration_file)
    if configuration.environment is Environment.PRODUCTION:
        raise LoadRefusedError(
            f"{configuration_file} is of a production deployment, which holds no synthetic people and takes "
            "changes from its sources only. Name the configuration of a demo or sandbox."
        )
    settings = configuration.database
    with open_database(**settings.place()) as database:
        yield configuration, database


def on_register(configuration_file: Path, act: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    """Do one thing on a register as lt_intake."""

    async def connected(database: Database) -> Result:
        connection = await connect(database, Role.INTAKE)
        try:
            return await act(connection)
        finally:
            await connection.close()

    with told(), opened(configuration_file) as (_, database):
        return asyncio.run(connected(database))


def say(content: object, sentence: str, *, as_json: bool) -> None:
    """Print what was done: for a program as JSON, for a person as a sentence."""
    click.echo(msgspec.json.encode(content).decode() if as_json else sentence)
