"""A change of keys is in the log, signed by both keys; a kill at any point is taken up by the next run."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner

from lienthong.db import Database, Role
from lienthong.ledger import rotation
from lienthong.ledger.commands import rotate_key
from lienthong.ledger.cosigning import Panel
from lienthong.ledger.custody import (
    CustodyError,
    Use,
    grant_key,
    log_signer,
    prepare_next,
    public_keys,
    response_key,
)
from lienthong.ledger.notary import Notary
from lienthong.ledger.rotation import OVERLAP, read_change, rotate
from lienthong.ledger.signed_memory import Memory
from lienthong_protocol.notes import Note, NoteSignatureError, NoteSigner, NoteVerifier, SignatureType
from lienthong_protocol.policy import Policy
from lienthong_protocol.record import Kind, decode_record

from .conftest import ORIGIN
from .log_writer import write
from .test_commands import configuration_file

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]


def now() -> int:
    return time.time_ns() // 1_000


def id_of(keys: Path, use: Use) -> str:
    if use is Use.LOG:
        return log_signer(keys).verifier.key_id.hex()
    return (grant_key if use is Use.GRANT else response_key)(keys).key_id


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("use", list(Use))
async def test_a_change_is_stated_in_the_log_by_both_keys(
    connect_as: ConnectAs, keys: Path, use: Use
) -> None:
    before, moment = id_of(keys, use), now()
    entry = await rotate(await connect_as(Role.NOTARY), keys, use, origin=ORIGIN, now=moment)
    assert id_of(keys, use) == entry.id != before
    old, new = [key for key in public_keys(keys) if key.use is use]
    assert (old.id, old.valid_until) == (before, moment + OVERLAP)
    assert (new, new.valid_from, new.valid_until) == (entry, moment, None)
    assert not (keys / use / "next").exists()
    body = await (await connect_as(Role.ADMINISTRATOR)).fetchval("SELECT body FROM exchange.record")
    record = decode_record(body)
    assert record.kind is Kind.KEY
    first, second = read_change(record.note or "")
    assert first != second
    if use is Use.LOG:
        assert (first.vkey, second.vkey) == (old.key, new.key)
    else:
        assert msgspec.json.decode(new.key)["x"] in str(msgspec.json.decode(entry.key))


async def test_a_killed_change_is_taken_up(
    connect_as: ConnectAs, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notary, before = await connect_as(Role.NOTARY), id_of(keys, Use.RESPONSE)
    waiting = prepare_next(keys, Use.RESPONSE, origin=ORIGIN)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "adopt_next", killed)
    with pytest.raises(KeyboardInterrupt):
        await rotate(notary, keys, Use.RESPONSE, origin=ORIGIN, now=now())
    assert id_of(keys, Use.RESPONSE) == before
    monkeypatch.undo()
    assert (await rotate(notary, keys, Use.RESPONSE, origin=ORIGIN, now=now())).id == waiting.id
    assert id_of(keys, Use.RESPONSE) == waiting.id
    with pytest.raises(CustodyError, match="no key"):
        rotation.adopt_next(keys, Use.RESPONSE, now=now(), overlap=0)


async def test_the_notary_goes_on_with_the_new_log_key(connect_as: ConnectAs, keys: Path) -> None:
    connection = await connect_as(Role.NOTARY)
    await write(await connect_as(Role.GATEWAY), 5)

    async def publish() -> str:
        earlier = tuple(NoteVerifier.from_vkey(key.key) for key in public_keys(keys) if key.use is Use.LOG)
        notary = Notary(
            connection,
            signer=log_signer(keys),
            earlier_keys=earlier,
            memory=Memory(keys / "log"),
            witnesses=Panel((), warn=lambda _: None),
        )
        await notary.start()
        signed = await notary.publish_head(heartbeat=True)
        assert signed is not None
        return signed.note.encode()

    old = log_signer(keys).verifier
    await publish()
    await rotate(connection, keys, Use.LOG, origin=ORIGIN, now=now())
    note = await publish()
    assert Policy((old, log_signer(keys).verifier), (), 0).trust(note).checkpoint.size > 5
    with pytest.raises(ValueError, match="no known key"):
        Policy((old,), (), 0).trust(note)


def test_a_statement_by_one_key_is_none() -> None:
    old, new = (NoteSigner("hub", SignatureType.NOTE, bytes([number]) * 32) for number in (1, 2))
    text = f"lienthong-key-change-1\nlog\n{old.verifier.vkey}\n{new.verifier.vkey}\n5\n"
    assert read_change(Note(text, (old.sign(text), new.sign(text))).encode()) == (old.verifier, new.verifier)
    with pytest.raises(ValueError, match="both keys"):
        read_change(Note(text, (old.sign(text),)).encode())
    with pytest.raises(NoteSignatureError):
        read_change(Note(text, (old.sign(text), new.sign(text + "x\n"))).encode())
    with pytest.raises(ValueError, match="not a statement"):
        read_change(Note("hub\n", (old.sign("hub\n"),)).encode())


def test_the_command_changes_a_key(tmp_path: Path, keys: Path, database: Database) -> None:
    path = configuration_file(tmp_path, database, keys=keys)
    before = id_of(keys, Use.GRANT)
    result = CliRunner().invoke(rotate_key, ["grant", "--config", str(path), "--json"])
    assert result.exit_code == 0, result.output
    assert msgspec.json.decode(result.output)["id"] == id_of(keys, Use.GRANT) != before
    said = CliRunner().invoke(rotate_key, ["response", "--config", str(path)])
    assert "start the processes that use it again" in said.output
    (keys / "grant" / "key").chmod(0o640)
    refused = CliRunner().invoke(rotate_key, ["grant", "--config", str(path)])
    assert (refused.exit_code, "chmod 600" in refused.output) == (2, True)
