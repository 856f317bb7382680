"""What the commands about the log share: naming a deployment, its database, progress, errors as sentences."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lienthong.config import Configuration, ConfigurationError, read_configuration
from lienthong.db import Database, DatabaseUnavailable, Role, connect, locate
from lienthong.ledger.cosigning import EndpointError
from lienthong.ledger.custody import CustodyError
from lienthong.ledger.export import ExportError
from lienthong.ledger.prove import NoProofError
from lienthong.ledger.verify import ReceiptsFileError
from lienthong.ledger.witness import WitnessError
from lienthong_protocol.policy import PolicyFormatError
from lienthong_protocol.proof import ProofFormatError

Result = TypeVar("Result")

TOLD: Final = (
    ConfigurationError,
    CustodyError,
    DatabaseUnavailable,
    EndpointError,
    ExportError,
    NoProofError,
    OSError,
    PolicyFormatError,
    ProofFormatError,
    ReceiptsFileError,
    UnicodeDecodeError,
    asyncpg.PostgresError,
    WitnessError,
)

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
policy_option = click.option(
    "--policy", "policy_file", type=FILE, help="What you trust: log key, witnesses, quorum, last head seen."
)


class NotDoneError(click.ClickException):
    """It could not be done, which is neither a finding nor its absence."""

    exit_code = 2


def of_deployment(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a deployment, as `config` and `data`."""
    for option in (
        click.option("--data", type=FOLDER, envvar="LIENTHONG_DATA", help="Folder of `lienthong up`."),
        click.option("--config", type=FILE, envvar="LIENTHONG_CONFIG", help="The deployment's TOML file."),
    ):
        command = option(command)
    return command


def configured(config: Path | None, data: Path | None) -> Configuration:
    """Return the configuration named on the command line; raises NotDoneError, ConfigurationError."""
    if config is None and data is None:
        raise NotDoneError("name the deployment with --config FILE or --data DIR")
    return read_configuration(config if config is not None else (data or Path()) / "lienthong.toml")


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except TOLD as error:
        raise NotDoneError(str(error)) from error


def database_of(configuration: Configuration) -> Database:
    """Return where a deployment's database is; raises DatabaseUnavailable."""
    settings = configuration.database
    return locate(**settings.place())


@asynccontextmanager
async def _inspecting(database: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database, Role.INSPECTOR, application="lienthong ledger")
    try:
        yield connection
    finally:
        connection.terminate()


def on_database(
    config: Path | None, data: Path | None, act: Callable[[asyncpg.Connection], Awaitable[Result]]
) -> Result:
    """Do one thing on a deployment's database as lt_inspector."""

    async def connected() -> Result:
        async with _inspecting(database_of(configured(config, data))) as connection:
            return await act(connection)

    return asyncio.run(connected())


def moment(seconds: int) -> str:
    """Return seconds since the epoch as people write an instant in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal; in a pipe nothing."""
    console = Console(stderr=True)
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, size: progress.update(task, completed=done, total=size)
