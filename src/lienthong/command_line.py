"""What the hub's own commands share: options, and errors as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
configuration_option = click.option(
    "--config",
    "path",
    type=FILE,
    envvar="LIENTHONG_CONFIG",
    required=True,
    help="The deployment's TOML file (or LIENTHONG_CONFIG).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")


@contextmanager
def told() -> Iterator[None]:
    """Turn what a person can put right into a sentence instead of a traceback."""
    try:
        yield
    except Exception as error:  # sorted below: what is not told goes on as it was raised
        if not isinstance(error, _put_right_by_people()):
            raise
        raise click.ClickException(str(error)) from error


def _put_right_by_people() -> tuple[type[Exception], ...]:
    """Return these errors, imported only once something went wrong: a process that starts pays for none."""
    from lienthong.config import ConfigurationError
    from lienthong.db import DatabaseUnavailable
    from lienthong.deployment import DeploymentError
    from lienthong.exchange.publication import PublicationError
    from lienthong.ledger.append import LogClosed
    from lienthong.ledger.custody import CustodyError
    from lienthong.ledger.grants import GrantOrderError, GrantsBusyError
    from lienthong.register.cast import CastIncompleteError
    from lienthong.register.manifest import PopulationDamagedError
    from lienthong.supervisor import ProcessFailedError
    from lienthong_agency import KeyFileError

    return (
        CastIncompleteError,
        ConfigurationError,
        CustodyError,
        DatabaseUnavailable,
        DeploymentError,
        GrantOrderError,
        GrantsBusyError,
        KeyFileError,
        LogClosed,
        PopulationDamagedError,
        ProcessFailedError,
        PublicationError,
    )
