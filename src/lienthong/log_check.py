"""What the database commands cannot know: where a deployment's database is, and checking its log."""

import asyncio
import getpass
import time
from pathlib import Path

import click

from lienthong.config import ConfigurationError, read_configuration
from lienthong.db import Database, Role, connect
from lienthong.db.commands import Place
from lienthong.db.restore import Verdict
from lienthong.ledger.findings import Fault
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.reopening import StaysClosedError, compare, known_checkpoints, reopen
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
    return asyncio.run(_check(database, None if policy_file is None else _read_policy(policy_file)))


def reopen_log(database: Database, policy_file: Path) -> bool:
    """Open the log of a restored database if it holds the last checkpoint of the policy; tell whether it did.

    The notary's memory is not at hand here: if it has signed more, it closes the log again.
    """
    policy = _read_policy(policy_file)

    async def act() -> bool:
        try:
            comparison = await compare(database, policy, known_checkpoints(policy, (), None))
            await reopen(database, comparison, decided_by=getpass.getuser(), now=time.time_ns() // 1_000)
        except StaysClosedError as error:
            click.echo(str(error), err=True)
            return False
        return True

    return asyncio.run(act())


def _read_policy(path: Path) -> Policy:
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, PolicyFormatError) as error:
        raise click.ClickException(f"{path}: {error}") from error


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
