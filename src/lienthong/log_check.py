"""What the database commands cannot know: where a deployment's database is, and checking its log."""

import asyncio
from pathlib import Path

import click

from lienthong.config import ConfigurationError, read_configuration
from lienthong.db import Database, Role, connect
from lienthong.db.commands import Place
from lienthong.db.restore import Verdict
from lienthong.ledger.findings import Fault
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.verify import verify_log
from lienthong_protocol.policy import Policy, PolicyFormatError, parse_policy


def place_of(path: Path) -> Place:
    """Return where the database of a configuration is; raises click.ClickException."""
    try:
        configuration = read_configuration(path)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    return Place(keys=configuration.keys, **configuration.database.place())


def check_log(database: Database, policy_file: Path | None) -> Verdict:
    """Compute the log of a running database again and hold it against a policy, if one is given.

    Raises click.ClickException for a policy that cannot be read, DatabaseUnavailable.
    """
    policy: Policy | None = None
    if policy_file is not None:
        try:
            policy = parse_policy(policy_file.read_text(encoding="utf-8"))
        except (OSError, PolicyFormatError) as error:
            raise click.ClickException(f"{policy_file}: {error}") from error
    return asyncio.run(_check(database, policy))


async def _check(database: Database, policy: Policy | None) -> Verdict:
    connection = await connect(database, Role.INSPECTOR, application="lienthong restore")
    try:
        async with DatabaseLog.snapshot(connection) as source:
            report = await verify_log(source, policy=policy)
    finally:
        connection.terminate()
    seen = None if policy is None else policy.seen_checkpoint()
    return Verdict(
        size=report.size,
        findings=tuple(
            f"{each.fault}: {each.text}" for each in report.findings if each.fault is not Fault.LOG_SHRUNK
        ),
        reaches_witnessed=None if seen is None else report.size >= seen.size,
    )
