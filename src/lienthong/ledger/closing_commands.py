"""Commands about a log that was set back: `ledger close`, `reopen`, `succeed`.

Exit codes of `reopen` and `succeed`: 0 the log is open, 2 it could not be done, 3 it stays closed.
"""

import asyncio
import getpass
import time
from pathlib import Path

import click
import msgspec

from lienthong.db import Database, Role, connect
from lienthong.ledger.cosigning import last_note
from lienthong.ledger.invocation import (
    FILE,
    NotDoneError,
    configured,
    database_of,
    json_option,
    of_deployment,
    told,
)
from lienthong.ledger.reopening import Comparison, StaysClosedError, compare, known_checkpoints, reopen
from lienthong.ledger.signed_memory import Memory, NotaryBlocked
from lienthong.ledger.stored_tree import QUERIES
from lienthong.ledger.succeeding import Decision, succeed
from lienthong.ledger.verify import read_claims
from lienthong_protocol.policy import Policy, parse_policy
from lienthong_protocol.succession import SuccessionFormatError

STAYS_CLOSED = 3

_POLICY = click.option(
    "--policy", "policy_file", type=FILE, required=True, help="What you trust: log key, witnesses, quorum."
)
_SEEN = click.option(
    "--seen", multiple=True, help="URL of a witness to ask, or file of a checkpoint somebody kept."
)


class ClosedError(click.ClickException):
    """The log stays closed; the message says why."""

    exit_code = STAYS_CLOSED


@click.command("close")
@of_deployment
@click.option("--cause", type=click.Choice(["promotion", "set_back"]), required=True)
@json_option
def close_command(config: Path | None, data: Path | None, cause: str, *, as_json: bool) -> None:
    """Close the log: after a standby was promoted, before anything is asked of it."""

    async def act() -> bool:
        connection = await connect(
            database_of(configured(config, data)), Role.NOTARY, application="lienthong ledger"
        )
        try:
            was_open: bool = await connection.fetchval(QUERIES.sql("close"), cause)
        finally:
            connection.terminate()
        return was_open

    with told():
        was_open = asyncio.run(act())
    text = "the log is closed" if was_open else "the log was closed before"
    click.echo(msgspec.json.encode({"closed": True, "was_open": was_open}).decode() if as_json else text)


@click.command("reopen")
@of_deployment
@_POLICY
@_SEEN
@click.option("--receipts", type=FILE, help="Receipts or journal entries that must be found, one a line.")
@click.option("--by", "decided_by", default=getpass.getuser, help="Who decides (default: this account).")
@json_option
def reopen_command(
    config: Path | None,
    data: Path | None,
    policy_file: Path,
    seen: tuple[str, ...],
    receipts: Path | None,
    decided_by: str,
    *,
    as_json: bool,
) -> None:
    """Open a closed log if it holds the last checkpoint known: of witnesses, files, policy and notary."""
    with told():
        configuration = configured(config, data)
        policy = parse_policy(policy_file.read_text(encoding="utf-8"))
        claims = {} if receipts is None else read_claims(receipts.read_text(encoding="utf-8").splitlines())
        notes = _notes(policy, seen)
        database = database_of(configuration)

        async def act() -> tuple[Comparison, int]:
            known = known_checkpoints(policy, notes, Memory(configuration.keys / "log"))
            comparison = await compare(database, policy, known, claims=claims)
            now = time.time_ns() // 1_000
            return comparison, await reopen(database, comparison, decided_by=decided_by, now=now)

        try:
            comparison, index = asyncio.run(act())
        except StaysClosedError as error:
            raise ClosedError(str(error)) from error
    content = {"open": True, "size": comparison.size, "last": comparison.last.size, "index": index}
    text = (
        f"the log is open: its {comparison.size:,} leaves hold the checkpoint of {comparison.last.size:,}; "
        f"leaf {index} says so"
    )
    click.echo(msgspec.json.encode(content).decode() if as_json else text)


@click.command("succeed")
@of_deployment
@_POLICY
@_SEEN
@click.option("--origin", required=True, help="Name of the log to open, unlike any before.")
@click.option("--by", "decided_by", required=True, help="Who decided that the missing leaves are lost.")
@click.option("--reason", required=True, help="Why they are lost.")
@click.option("--out", type=FILE, required=True, help="File for the policy of the new log.")
@json_option
def succeed_command(  # noqa: PLR0913 - the options of one decision
    config: Path | None,
    data: Path | None,
    policy_file: Path,
    seen: tuple[str, ...],
    *,
    origin: str,
    decided_by: str,
    reason: str,
    out: Path,
    as_json: bool,
) -> None:
    """Open another log that carries on a closed one which has lost leaves for good, and says so.

    Stop the notary first. Everybody who verifies needs the policy that is written to --out.
    """
    with told():
        configuration = configured(config, data)
        policy = parse_policy(policy_file.read_text(encoding="utf-8"))
        notes = _notes(policy, seen)
        decision = Decision(origin, decided_by, reason, time.time_ns() // 1_000)
        database: Database = database_of(configuration)
        try:
            statement, made = asyncio.run(
                succeed(database, configuration.keys, policy, notes, decision, out=out)
            )
        except StaysClosedError as error:
            raise ClosedError(str(error)) from error
        except (NotaryBlocked, SuccessionFormatError) as error:
            raise NotDoneError(str(error)) from error
    content = {
        "open": True,
        "origin": made.origin,
        "vkey": statement.successor.vkey,
        "size": statement.size,
        "lost_from": statement.gap.start,
        "lost_to": statement.gap.stop,
        "policy": str(out),
    }
    lines = (
        f"{made.origin} carries on {statement.predecessor.name} after {statement.size:,} leaves",
        f"lost: leaves {statement.gap.start} to {statement.gap.stop - 1}, and what followed them unsigned",
        f'now set log_origin = "{made.origin}" in the configuration, add this key to `logs` of every',
        f"witness, give {out} to everybody who verifies, and start notary and gateways:",
        statement.successor.vkey,
    )
    click.echo(msgspec.json.encode(content).decode() if as_json else "\n".join(lines))


def _notes(policy: Policy, seen: tuple[str, ...]) -> list[str]:
    """Return what witnesses and files show of the policy's log; a witness that shows nothing is told."""
    notes = []
    for place in seen:
        if place.startswith(("http://", "https://")):
            note = last_note(place.rstrip("/"), policy.origin)
            if note is None:
                raise NotDoneError(f"the witness at {place} shows no checkpoint of this log")
            notes.append(note)
        else:
            notes.append(Path(place).read_text(encoding="utf-8"))
    return notes
