"""`lienthong control` and `lienthong jobs`: the control plane, started only where all is fit."""

from pathlib import Path

import click

from lienthong.command_line import configuration_option
from lienthong.config import Configuration, read_configuration
from lienthong.db import Role, locate
from lienthong.ledger.invocation import TOLD, NotDoneError


@click.command("control")
@configuration_option
def control(path: Path) -> None:
    """Run the portals of staff and agencies."""
    configuration = _fit(path)
    from lienthong.control.preconditions import NotFitError
    from lienthong.control.serving import serve

    try:
        serve(configuration, path)
    except NotFitError as error:
        raise NotDoneError(str(error)) from error


@click.command("jobs")
@configuration_option
def jobs(path: Path) -> None:
    """Run what the portals leave to be done: notices, leaves of the log, what comes round."""
    _fit(path)
    from lienthong.control.jobs.working import work
    from lienthong.control.log_lines import log_as_lines

    log_as_lines()
    work()


def _fit(path: Path) -> Configuration:
    """Set Django up for a deployment where a process of the control plane may start, or end in a sentence."""
    from lienthong import schema
    from lienthong.control import preconditions
    from lienthong.control.starting import prepare

    try:
        configuration = read_configuration(path)
        preconditions.require_files(configuration)
        database = locate(**configuration.database.place())
        preconditions.require_secret(configuration, database)
        prepare(configuration)
        status = schema.status(database, role=Role.CONTROL)
        preconditions.require_schema(status.pending + status.changed, status.unknown)
        preconditions.require_no_faults(database)
    except (preconditions.NotFitError, *TOLD) as error:
        raise NotDoneError(str(error)) from error
    return configuration
