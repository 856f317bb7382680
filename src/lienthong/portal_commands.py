"""`lienthong control` and `lienthong jobs`: the control plane, started only where all is fit."""

from collections.abc import Callable
from pathlib import Path

import click

from lienthong.config import Configuration, read_configuration
from lienthong.db import Database, Role, locate
from lienthong.db.migrate import Status
from lienthong.ledger.invocation import TOLD, NotDoneError

ReadStatus = Callable[[Database, Role], Status]

_CONFIGURATION = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LIENTHONG_CONFIG",
    required=True,
    help="The deployment's TOML file (or LIENTHONG_CONFIG).",
)


def portal_commands(read_status: ReadStatus) -> tuple[click.Command, ...]:
    """Return the commands; `read_status` tells how a database stands to this release."""

    @click.command("control")
    @_CONFIGURATION
    def control(path: Path) -> None:
        """Run the portals of staff and agencies."""
        configuration = _fit(path, read_status)
        from lienthong.control.preconditions import NotFitError
        from lienthong.control.serving import serve

        try:
            serve(configuration, path)
        except NotFitError as error:
            raise NotDoneError(str(error)) from error

    @click.command("jobs")
    @_CONFIGURATION
    def jobs(path: Path) -> None:
        """Run what the portals leave to be done: notices, leaves of the log, what comes round."""
        _fit(path, read_status)
        from lienthong.control.jobs.working import work
        from lienthong.control.log_lines import log_as_lines

        log_as_lines()
        work()

    return control, jobs


def _fit(path: Path, read_status: ReadStatus) -> Configuration:
    """Set Django up for a deployment where a process of the control plane may start, or end in a sentence."""
    from lienthong.control import preconditions
    from lienthong.control.starting import prepare

    try:
        configuration = read_configuration(path)
        preconditions.require_files(configuration)
        database = locate(**configuration.database.place())
        preconditions.require_secret(configuration, database)
        prepare(configuration)
        status = read_status(database, Role.CONTROL)
        preconditions.require_schema(status.pending + status.changed, status.unknown)
        preconditions.require_no_faults(database)
    except (preconditions.NotFitError, *TOLD) as error:
        raise NotDoneError(str(error)) from error
    return configuration
