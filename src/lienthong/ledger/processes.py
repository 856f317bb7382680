"""The two processes of the log, `lienthong notary` and `lienthong witness`, and the change of their keys."""

import asyncio
import signal
import time
from pathlib import Path

import click
import msgspec

from lienthong.config import Configuration
from lienthong.db import Role, connect
from lienthong.ledger import witness as witness_process
from lienthong.ledger.append import AppendRefused, AppendUncertain
from lienthong.ledger.cosigning import parse_endpoint
from lienthong.ledger.custody import PublicKey, Use, log_signer, public_keys
from lienthong.ledger.invocation import (
    FOLDER,
    NotDoneError,
    configured,
    database_of,
    json_option,
    of_deployment,
    told,
)
from lienthong.ledger.notary import LogForked
from lienthong.ledger.notary_loop import NotaryDuty, run
from lienthong.ledger.read_watch import ReadWatch
from lienthong.ledger.rotation import rotate
from lienthong.ledger.signed_memory import Memory, NotaryBlocked
from lienthong.ledger.stored_tree import TreeBrokenError
from lienthong_protocol.notes import NoteFormatError, NoteVerifier, SignatureType


@click.command("notary")
@of_deployment
@click.option("--adopt", is_flag=True, help="Take the database's word for what was signed last, once.")
def notary(config: Path | None, data: Path | None, *, adopt: bool) -> None:
    """Run the notary: sign the log's heads, have them cosigned, keep the log's months."""
    with told():
        configuration = configured(config, data)
        origin, keys = configuration.log_origin, configuration.keys
        signer = log_signer(keys)
        if signer.verifier.name != origin:
            raise NotDoneError(f"{keys}/log/key is the key of {signer.verifier.name}, not of {origin}")
        logs = [NoteVerifier.from_vkey(key.key) for key in public_keys(keys) if key.use is Use.LOG]
        duty = NotaryDuty(
            database=database_of(configuration),
            signer=signer,
            memory=Memory(keys / "log"),
            witnesses=tuple(parse_endpoint(text) for text in configuration.notary.witnesses),
            earlier_keys=tuple(key for key in logs if key.name == origin),
            predecessors=tuple(key for key in logs if key.name != origin),
            interval=configuration.notary.interval,
            heartbeat=configuration.notary.heartbeat,
            adopt=adopt,
            reads=_read_watch(configuration),
        )
        try:
            asyncio.run(_until_stopped(duty))
        except (LogForked, TreeBrokenError, NotaryBlocked) as error:
            raise click.ClickException(f"nothing is signed any more: {error}") from error


@click.command("witness")
@of_deployment
@click.option("--directory", type=FOLDER, help="The witness's folder (default: that of the configuration).")
@click.option("--address", help="Address to listen on (default: that of the settings).")
@click.option("--port", type=int, help="Port to listen on (default: that of the settings).")
@click.option("--new", "name", help="Make the folder of a new witness of this name, print its key, and end.")
@click.option("--log", "logs", multiple=True, help="With --new: vkey of a log it shall know.")
def witness(
    *,
    config: Path | None,
    data: Path | None,
    directory: Path | None,
    address: str | None,
    port: int | None,
    name: str | None,
    logs: tuple[str, ...],
) -> None:
    """Run a witness: cosign the checkpoints of logs that only grow."""
    if name is not None:
        _new_witness(name, directory, logs, address=address, port=port)
        return
    with told():
        if directory is None:
            settings = configured(config, data).witness
            directory, address, port = settings.directory, address or settings.address, port or settings.port
        if directory is None:
            raise NotDoneError("[witness] directory is not set; name the folder with --directory")
        server = witness_process.server(directory, address=address, port=port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def _new_witness(
    name: str, directory: Path | None, logs: tuple[str, ...], *, address: str | None, port: int | None
) -> None:
    with told():
        if directory is None or not logs:
            raise NotDoneError("--new needs the witness's own --directory, and --log for each log it knows")
        try:
            for log in logs:
                if NoteVerifier.from_vkey(log).type is not SignatureType.NOTE:
                    raise NotDoneError(f"--log {log}: this is not the vkey of a log")
            vkey = witness_process.lay_out(
                directory, name=name, logs=logs, address=address or "127.0.0.1", port=port or 8401
            )
        except NoteFormatError as error:
            raise NotDoneError(f"--new or --log: {error}") from error
        if not vkey.startswith(f"{name}+"):
            raise NotDoneError(f"{directory} holds the witness {vkey.partition('+')[0]} already")
    click.echo(vkey)


def _read_watch(configuration: Configuration) -> ReadWatch:
    """Return the watch of a deployment; between two looks every exchange ends, one asked after included."""
    gateway, notary = configuration.gateway, configuration.notary
    longest = gateway.read_deadline + 2 * gateway.record_deadline
    return ReadWatch(
        configuration.keys / "log",
        most=notary.unrecorded_reads,
        interval=max(notary.reads_interval, 2 * longest),
        metrics=notary.metrics_file,
    )


async def _until_stopped(duty: NotaryDuty) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(duty, stop)


@click.command("rotate")
@click.argument("use", type=click.Choice([use.value for use in Use]))
@of_deployment
@json_option
def rotate_key(use: str, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Replace the hub's key for USE; the log says so, signed by the old key and the new."""

    async def change() -> PublicKey:
        configuration = configured(config, data)
        connection = await connect(database_of(configuration), Role.NOTARY, application="lienthong keys")
        try:
            return await rotate(
                connection,
                configuration.keys,
                Use(use),
                origin=configuration.log_origin,
                now=time.time_ns() // 1_000,
            )
        finally:
            connection.terminate()

    with told():
        try:
            entry = asyncio.run(change())
        except (AppendRefused, AppendUncertain) as error:
            raise NotDoneError(f"the log did not take the change: {error}. Run it again.") from error
    text = f"new {use} key {entry.id}: start the processes that use it again\n{entry.key}"
    click.echo(msgspec.json.encode(entry).decode() if as_json else text)
