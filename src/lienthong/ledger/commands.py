"""Commands about the log: `ledger verify`, `prove`, `checkpoint`, `export`, and the processes' commands.

Exit codes of `ledger verify`: 0 nothing found, 1 something found, 2 it could not be done, 3 nothing found but
without a policy, so that the log is consistent with itself only.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import click
import msgspec

from lienthong.db.private_files import write_private
from lienthong.ledger.closing_commands import close_command, reopen_command, succeed_command
from lienthong.ledger.cosigning import last_note
from lienthong.ledger.export import ExportedLog, export_log
from lienthong.ledger.findings import Report
from lienthong.ledger.invocation import (
    FILE,
    FOLDER,
    NotDoneError,
    configured,
    json_option,
    moment,
    of_deployment,
    on_database,
    policy_option,
    progress_bar,
    told,
)
from lienthong.ledger.log_source import DatabaseLog, LogSource
from lienthong.ledger.processes import notary, rotate_key, witness
from lienthong.ledger.prove import NoProofError, Prover
from lienthong.ledger.stored_tree import QUERIES, DatabaseTree, StoredCheckpoint, TreeBrokenError
from lienthong.ledger.verify import read_claims, verify_log
from lienthong_protocol.policy import CheckpointUntrustedError, Policy, parse_policy
from lienthong_protocol.proof import ProofInvalidError, parse_proof, verify_proof

__all__ = ["ledger", "notary", "rotate_key", "witness"]

Result = TypeVar("Result")

UNTOUCHED, TAMPERED, ITSELF_ONLY = 0, 1, 3


@click.group("ledger")
def ledger() -> None:
    """Verify the log, prove its entries, take it out of the database."""


for _command in (close_command, reopen_command, succeed_command):
    ledger.add_command(_command)


@ledger.command("verify")
@click.argument("directory", type=FOLDER, required=False)
@of_deployment
@policy_option
@click.option("--receipts", type=FILE, help="Receipts or journal entries to be found, one a line.")
@click.option("--witness", "witnesses", multiple=True, help="URL of a witness to ask what it saw last.")
@click.option("--remember", is_flag=True, help="Write the head found into the policy file.")
@json_option
def verify_command(
    directory: Path | None,
    config: Path | None,
    data: Path | None,
    policy_file: Path | None,
    receipts: Path | None,
    witnesses: tuple[str, ...],
    *,
    remember: bool,
    as_json: bool,
) -> None:
    """Compute the whole log again, from the exported DIRECTORY or from the deployment's database."""
    with told():
        policy = None if policy_file is None else parse_policy(policy_file.read_text(encoding="utf-8"))
        if policy is None and (witnesses or remember):
            raise NotDoneError("--witness and --remember need --policy")
        claims = {} if receipts is None else read_claims(receipts.read_text(encoding="utf-8").splitlines())
        seen = _seen(witnesses, policy)

        async def check(source: LogSource) -> tuple[Report, list[StoredCheckpoint]]:
            with progress_bar("verifying", shown=not as_json) as progress:
                report = await verify_log(source, policy=policy, claims=claims, seen=seen, progress=progress)
            return report, await source.checkpoints()

        report, checkpoints = _on_log(directory, config, data, check)
        if remember and policy is not None and policy_file is not None and report.is_untouched:
            _remember(policy, policy_file, checkpoints)
    verdict = _verdict(report, policy)
    click.echo(_as_json(report, verdict) if as_json else _as_text(report, verdict))
    raise SystemExit(verdict)


@ledger.command("prove")
@click.argument("index", type=click.IntRange(min=0), required=False)
@of_deployment
@policy_option
@click.option("--from", "directory", type=FOLDER, help="Prove from an exported log.")
@click.option("--out", type=FILE, help="File for the proof (default: standard output).")
@click.option("--check", "proof_file", type=FILE, help="Check this proof instead; needs --policy alone.")
@json_option
def prove_command(
    index: int | None,
    config: Path | None,
    data: Path | None,
    policy_file: Path | None,
    directory: Path | None,
    out: Path | None,
    proof_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Write the proof that the entry at INDEX is in the log, or check a proof without any log."""
    with told():
        policy = None if policy_file is None else parse_policy(policy_file.read_text(encoding="utf-8"))
        if proof_file is not None:
            _check_proof(proof_file, policy, as_json=as_json)
            return
        if index is None:
            raise NotDoneError("name the INDEX of a leaf, or a proof with --check")
        try:
            text = _make_proof(index, config, data, directory, policy)
        except (TreeBrokenError, CheckpointUntrustedError) as error:
            raise click.ClickException(str(error)) from error
        if out is not None:
            out.write_text(text, encoding="utf-8")
    if as_json:
        click.echo(msgspec.json.encode({"index": index, "proof": text, "file": out and str(out)}).decode())
    elif out is None:
        click.echo(text, nl=False)


@ledger.command("checkpoint")
@of_deployment
@policy_option
@json_option
def checkpoint_command(
    config: Path | None, data: Path | None, policy_file: Path | None, *, as_json: bool
) -> None:
    """Print the newest signed head, and under a policy say who has cosigned it."""

    async def newest(connection: asyncpg.Connection) -> StoredCheckpoint | None:
        return await DatabaseTree(connection).checkpoint()

    with told():
        policy = None if policy_file is None else parse_policy(policy_file.read_text(encoding="utf-8"))
        found = on_database(config, data, newest)
        if found is None:
            raise NotDoneError("nothing has been signed yet")
        try:
            witnessed = None if policy is None else policy.trust(found.note)
        except CheckpointUntrustedError as error:
            raise click.ClickException(str(error)) from error
    if not as_json:
        click.echo(found.note, nl=False)
        return
    cosigners = () if witnessed is None else witnessed.cosigners
    content = {"size": found.size, "root": found.root, "note": found.note, "cosigned": cosigners}
    click.echo(msgspec.json.encode(content).decode())


@ledger.command("export")
@click.argument("directory", type=FOLDER)
@of_deployment
@json_option
def export_command(directory: Path, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Write the log into DIRECTORY, to be verified and proved from without the database."""
    with told():
        origin = configured(config, data).log_origin

        async def take_out(connection: asyncpg.Connection) -> bytes:
            async with DatabaseLog.snapshot(connection) as source:
                with progress_bar("exporting", shown=not as_json) as progress:
                    facts = await export_log(
                        source, directory, origin=origin, now=time.time_ns() // 1_000, progress=progress
                    )
            return msgspec.json.encode(facts)

        facts = on_database(config, data, take_out).decode()
    click.echo(facts if as_json else f"exported into {directory}: {facts}")


def _on_log(
    directory: Path | None,
    config: Path | None,
    data: Path | None,
    act: Callable[[LogSource], Awaitable[Result]],
) -> Result:
    """Do one thing with an exported log, or with the deployment's in one snapshot."""

    async def in_snapshot(connection: asyncpg.Connection) -> Result:
        async with DatabaseLog.snapshot(connection) as source:
            return await act(source)

    async def on_folder(folder: Path) -> Result:
        return await act(ExportedLog(folder))

    if directory is not None:
        return asyncio.run(on_folder(directory))
    return on_database(config, data, in_snapshot)


def _make_proof(
    index: int, config: Path | None, data: Path | None, directory: Path | None, policy: Policy | None
) -> str:
    async def from_database(connection: asyncpg.Connection) -> str:
        rows = await connection.fetch(QUERIES.sql("checkpoints_above"), index)
        checkpoint = _chosen([StoredCheckpoint(row[0], row[1], row[2]) for row in rows], index, policy)
        body: bytes | None = await connection.fetchval(QUERIES.sql("entry"), index)
        store = DatabaseTree(connection)
        return (await Prover().prove(store, index=index, checkpoint=checkpoint, body=body)).encode()

    async def from_folder(folder: Path) -> str:
        log = ExportedLog(folder)
        found = [each for each in reversed(await log.checkpoints()) if each.size > index]
        checkpoint = _chosen(found, index, policy)
        return (await Prover().prove(log, index=index, checkpoint=checkpoint, body=log.entry(index))).encode()

    if directory is not None:
        return asyncio.run(from_folder(directory))
    return on_database(config, data, from_database)


def _chosen(newest_first: list[StoredCheckpoint], index: int, policy: Policy | None) -> StoredCheckpoint:
    """Return the newest checkpoint, under a policy the newest it trusts."""
    reason = NoProofError(f"no checkpoint covers leaf {index} yet")
    refused: CheckpointUntrustedError | None = None
    for checkpoint in newest_first:
        if policy is None:
            return checkpoint
        try:
            policy.trust(checkpoint.note)
        except CheckpointUntrustedError as error:
            refused = refused or error
        else:
            return checkpoint
    raise refused or reason


def _check_proof(proof_file: Path, policy: Policy | None, *, as_json: bool) -> None:
    if policy is None:
        raise NotDoneError("--check needs --policy FILE: without one a proof proves nothing")
    proof = parse_proof(proof_file.read_text(encoding="utf-8"))
    try:
        witnessed = verify_proof(proof, policy=policy)
    except ProofInvalidError as error:
        raise click.ClickException(f"the proof does not hold: {error}") from error
    if as_json:
        content = {"index": proof.index, "size": witnessed.checkpoint.size, "cosigned": witnessed.cosigners}
        click.echo(msgspec.json.encode(content).decode())
        return
    names = ", ".join(f"{who.name} at {moment(who.time)}" for who in witnessed.cosigners) or "nobody"
    click.echo(f"the entry stands at index {proof.index} of a log of {witnessed.checkpoint.size} leaves")
    click.echo(f"cosigned by {names}")
    if proof.body is not None:
        click.echo(proof.body.decode("utf-8", "replace"))


def _seen(witnesses: tuple[str, ...], policy: Policy | None) -> list[str]:
    notes = []
    for url in witnesses:
        note = None if policy is None else last_note(url.rstrip("/"), policy.origin)
        if note is None:
            raise NotDoneError(f"the witness at {url} shows no checkpoint of this log")
        notes.append(note)
    return notes


def _remember(policy: Policy, policy_file: Path, checkpoints: list[StoredCheckpoint]) -> None:
    for checkpoint in reversed(checkpoints):
        try:
            witnessed = policy.trust(checkpoint.note)
        except CheckpointUntrustedError:
            continue
        write_private(policy_file, policy.remember(witnessed).encode().encode(), mode=0o644)
        return


def _verdict(report: Report, policy: Policy | None) -> int:
    if not report.is_untouched:
        return TAMPERED
    return ITSELF_ONLY if policy is None else UNTOUCHED


def _as_json(report: Report, verdict: int) -> str:
    words = {UNTOUCHED: "untouched", TAMPERED: "tampered", ITSELF_ONLY: "consistent with itself only"}
    return msgspec.json.encode({"verdict": words[verdict], **msgspec.structs.asdict(report)}).decode()


def _as_text(report: Report, verdict: int) -> str:
    lines = [
        f"{report.size:,} leaves: {report.records:,} records, {report.lines:,} lines, "
        f"{report.retired:,} not kept any more; {report.checkpoints:,} checkpoints, "
        f"{report.receipts:,} receipts found"
    ]
    if report.trusted_size is not None:
        names = ", ".join(f"{who.witness} at {moment(who.time)}" for who in report.cosigned) or "nobody"
        lines.append(f"checkpoint of {report.trusted_size:,} leaves, cosigned by {names}")
        lines.append(f"{report.unwitnessed:,} leaves after it are not under a trusted checkpoint yet")
    lines += [
        f"leaf {each.index}: this log carries on {each.predecessor}, whose leaves {each.lost_from} to "
        f"{each.lost_to - 1} are LOST: {each.reason} ({each.decided_by}, {moment(each.time // 1_000_000)})"
        for each in report.successions
    ]
    if report.lost:
        lines.append(f"{report.lost:,} receipts name records that were lost with a predecessor")
    lines += [f"FOUND {finding.fault}: {finding.text}" for finding in report.findings]
    match verdict:
        case 0:
            lines.append("nothing was removed, edited or reordered")
        case 1:
            lines.append(f"{len(report.findings)} findings: this is not the log that was signed and seen")
        case _:
            lines.append("consistent with itself only: without --policy nobody else's word was heard")
    return "\n".join(lines)
