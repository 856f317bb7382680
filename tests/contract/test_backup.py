"""Backups of a running database with a real log: sealed, restored aside, verified, opened if it may be."""

import asyncio
import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienthong.db import Database, DatabaseUnavailable, EmbeddedServer, Role, ServerSettings, connect
from lienthong.db import connect_blocking as session
from lienthong.db.backup import BackupError, backup_key, backups_in, make_backup, newest, read_backup
from lienthong.db.closure import closure_of
from lienthong.db.commands import Place, backup_commands, database_commands
from lienthong.db.data_folder import DataFolderError
from lienthong.db.private_files import PasswordFileError, read_password, write_private
from lienthong.db.programs import Programs, ProgramsError
from lienthong.db.restore import Verdict, _check_files, drill, is_unfinished, restore, unpack
from lienthong.db.sealed_file import CHUNK, SealedFileError, SealedReader, SealedWriter
from lienthong.ledger.append import AppendRefused, LogClosed, append
from lienthong.ledger.findings import Fault
from lienthong.ledger.log_source import DatabaseLog
from lienthong.ledger.verify import verify_log
from lienthong.schema import bring_up_to_date, status
from tests.contract.batches import entry

SMALL = ServerSettings(shared_buffers_mb=32, max_wal_size_mb=256, min_wal_size_mb=80, max_connections=20)
NAME = "099088000123 Đặng Thị Ẩn"  # stands in the register, and must not be found in any backup's bytes


@pytest.fixture
def hub(quick_folder: Path) -> Iterator[Database]:
    """A running embedded database with one person and a log."""
    server = EmbeddedServer(quick_folder / "live", settings=SMALL)
    database = server.start()
    bring_up_to_date(database)
    grow(database, 5)
    with session(database, Role.ADMINISTRATOR) as connection:
        connection.execute("CREATE TABLE public.people AS SELECT %s AS name", (NAME,))
    yield database
    server.stop()


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return backup_key(tmp_path / "backup.key", make=True)


def grow(database: Database, records: int) -> None:
    async def grown() -> None:
        connection = await connect(database, Role.GATEWAY)
        await append(connection, [entry(lines=2) for _ in range(records)], grant_version=None)
        await connection.close()

    asyncio.run(grown())


def verify(database: Database, *, seen: int | None = None) -> Verdict:
    """Check the whole log; `seen` is the size of the last checkpoint somebody else saw."""

    async def checked() -> Verdict:
        connection = await connect(database, Role.INSPECTOR)
        report = await verify_log(DatabaseLog(connection))
        await connection.close()
        findings = tuple(found.text for found in report.findings if found.fault is not Fault.LOG_SHRUNK)
        return Verdict(report.size, findings, None if seen is None else seen <= report.size)

    return asyncio.run(checked())


def reopen(database: Database) -> bool:
    """Open the log, beside every comparison: what opens it is tested with the ledger."""
    at = datetime.now(UTC)
    with session(database, Role.ADMINISTRATOR) as connection:
        (size,) = connection.execute("SELECT ledger.newest_head()").fetchone()
        connection.execute(
            "SELECT ledger.reopen('reached', %s, 0, '', 'somebody', %s, 'the leaf that says so')", (size, at)
        )
    return True


@pytest.mark.law("R1.1", "R6.2")
def test_a_backup_restores_what_was_acknowledged_and_opens_when_nothing_is_missing(
    hub, quick_folder, key, tmp_path
):
    made = make_backup(hub, tmp_path / "backups", key=key)
    assert made.header.log_size == 15
    assert newest(tmp_path / "backups") == made
    restored = restore(
        made, quick_folder / "restored", key=key, verify=lambda it: verify(it, seen=15), reopen=reopen,
        settings=SMALL,
    )  # fmt: skip
    assert restored.verdict == Verdict(15, (), True)
    assert restored.is_open
    server = EmbeddedServer(quick_folder / "restored", settings=SMALL)
    assert not is_unfinished(server.folder)
    with server as database:
        assert closure_of(database) is None
        assert status(database).is_current
        with session(database, Role.ADMINISTRATOR) as connection:
            assert connection.execute("SELECT name FROM public.people").fetchone() == (NAME,)
        grow(database, 1)
        assert verify(database).size == 19


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("seen", [16, None])
def test_a_log_that_may_be_too_short_stays_closed(hub, quick_folder, key, tmp_path, seen):
    """Going on at an old size would give old indexes to new entries."""
    made = make_backup(hub, tmp_path, key=key)
    restored = restore(
        made, quick_folder / "restored", key=key, verify=lambda it: verify(it, seen=seen), reopen=reopen,
        settings=SMALL,
    )  # fmt: skip
    assert not restored.is_open
    assert restored.verdict.findings == ()
    server = EmbeddedServer(quick_folder / "restored", settings=SMALL)
    assert not is_unfinished(server.folder)
    with server as database:
        found = closure_of(database)
        assert found is not None
        assert (found.cause, found.size) == ("restore", 15)
        with pytest.raises(LogClosed, match="closed at 15 leaves"):
            grow(database, 1)
        assert verify(database).size == 15
        assert bring_up_to_date(database) == ()
        reopen(database)
        grow(database, 1)


def test_a_restore_that_ends_before_the_log_is_closed_lets_no_role_write(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)
    unpack(made, quick_folder / "restored", key=key)
    server = EmbeddedServer(quick_folder / "restored", settings=SMALL)
    assert is_unfinished(server.folder)
    with server as database, pytest.raises(AppendRefused, match="read-only"):
        grow(database, 1)


def test_a_backup_of_a_closed_log_is_closed_and_a_backup_that_cannot_be_closed_is_told(
    hub, quick_folder, key, tmp_path
):
    with session(hub, Role.ADMINISTRATOR) as connection:
        connection.execute("SELECT ledger.close('promotion')")
    made = make_backup(hub, tmp_path, key=key)
    restore(made, quick_folder / "again", key=key, verify=verify, settings=SMALL)
    with EmbeddedServer(quick_folder / "again", settings=SMALL) as database:
        found = closure_of(database)
        assert found is not None
        assert found.cause == "promotion"
    with session(hub, Role.ADMINISTRATOR) as connection:
        connection.execute("DROP FUNCTION ledger.close(text)")
    older = make_backup(hub, tmp_path / "older", key=key)
    with pytest.raises(BackupError, match="of an older release"):
        restore(older, quick_folder / "older", key=key, verify=verify, settings=SMALL)
    assert is_unfinished(EmbeddedServer(quick_folder / "older").folder)


@pytest.mark.law("R1.1")
def test_nothing_of_the_register_can_be_read_in_a_backup_or_beside_it(hub, tmp_path, key):
    made = make_backup(hub, tmp_path / "backups", key=key)
    content = made.path.read_bytes()
    assert NAME.encode() not in content
    assert b"pg_control" not in content
    for role in (Role.ADMINISTRATOR, Role.GATEWAY):
        assert read_password(hub.passwords / role.value).encode() not in content
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "backups") == [made.path.name]


def test_a_log_damaged_before_the_backup_is_found(hub, quick_folder, key, tmp_path):
    with session(hub, Role.ADMINISTRATOR) as connection:
        connection.execute("ALTER TABLE ledger.leaf DISABLE TRIGGER USER")
        connection.execute("UPDATE ledger.leaf SET hash = sha256('other') WHERE index = 3")
    made = make_backup(hub, tmp_path, key=key)
    restored = restore(
        made, quick_folder / "restored", key=key, verify=lambda it: verify(it, seen=15), settings=SMALL
    )
    assert restored.verdict.findings != ()
    assert not restored.is_open


def test_a_log_shorter_than_the_backup_says_is_found(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)
    lying = replace(made, header=msgspec.structs.replace(made.header, log_size=99))
    restored = restore(
        lying, quick_folder / "restored", key=key, verify=lambda it: verify(it, seen=1), settings=SMALL
    )
    assert restored.verdict.findings == ("the log ends at 15, the backup said 99 at its start",)
    assert not restored.is_open


def test_backups_are_taken_while_the_log_grows_and_hold_a_consistent_moment(hub, quick_folder, key, tmp_path):
    async def grow_while_backing_up() -> int:
        connection = await connect(hub, Role.GATEWAY)
        running = asyncio.create_task(asyncio.to_thread(make_backup, hub, tmp_path, key=key))
        appended = 0
        while not running.done():
            await append(connection, [entry(lines=1)], grant_version=None)
            appended += 2
        await connection.close()
        await running
        return appended

    appended = asyncio.run(grow_while_backing_up())
    made = newest(tmp_path)
    drilled = drill(made, quick_folder / "aside", key=key, verify=verify, live=hub, settings=SMALL)
    assert drilled.is_passed
    assert made.header.log_size <= drilled.restored.verdict.size <= 15 + appended
    assert drilled.lost_leaves == 15 + appended - drilled.restored.verdict.size


def test_a_drill_measures_and_leaves_nothing(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)
    grow(hub, 3)
    result = drill(made, quick_folder / "aside", key=key, verify=verify, live=hub, settings=SMALL)
    assert result.is_passed
    assert result.lost_leaves == 9
    assert 0 < result.lost_seconds < 600
    assert 0 < result.recovery_seconds < 600
    assert not result.restored.is_open
    assert not (quick_folder / "aside").exists()
    assert verify(hub).size == 24
    unreachable = replace(hub, host=str(tmp_path))
    with pytest.raises(DatabaseUnavailable):
        drill(made, quick_folder / "aside", key=key, verify=verify, live=unreachable, settings=SMALL)
    (quick_folder / "aside").mkdir()
    with pytest.raises(BackupError, match="folder of its own"):
        drill(made, quick_folder / "aside", key=key, verify=verify, settings=SMALL)


def test_a_drill_whose_check_breaks_leaves_nothing_either(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)

    def broken(_database: Database) -> Verdict:
        raise BackupError("the check could not run")

    with pytest.raises(BackupError, match="could not run"):
        drill(made, quick_folder / "aside", key=key, verify=broken, settings=SMALL)
    assert not (quick_folder / "aside").exists()


def test_the_wrong_key_is_named_and_nothing_appears(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)
    other = backup_key(tmp_path / "other.key", make=True)
    with pytest.raises(BackupError, match=rf"sealed with the key {made.header.key}.*--key"):
        unpack(made, quick_folder / "restored", key=other)
    with SealedReader(made.path) as reader:
        reader.unlock(other)
        with pytest.raises(SealedFileError, match="key does not fit"):
            reader.read(1)
    assert not (quick_folder / "restored").exists()


@pytest.mark.parametrize("damage", ["last byte", "first chunk", "header", "cut", "cut at a chunk", "longer"])
def test_a_damaged_backup_restores_nothing(hub, quick_folder, key, tmp_path, damage):
    made = make_backup(hub, tmp_path, key=key)
    content = bytearray(made.path.read_bytes())
    start = 8 + 4 + int.from_bytes(content[8:12], "big")
    first = 4 + int.from_bytes(content[start : start + 4], "big")
    assert len(content) > start + first, "more than one chunk, or cutting at one shows nothing"
    match damage:
        case "last byte":
            content[-1] ^= 1
        case "first chunk":
            content[start + 100] ^= 1
        case "header":
            content = bytearray(content.replace(b'"log_size":15', b'"log_size":14', 1))
        case "cut":
            del content[-1:]
        case "cut at a chunk":
            del content[start + first :]
        case "longer":
            content += b"\0"
    made.path.write_bytes(content)
    with pytest.raises(SealedFileError):
        unpack(read_backup(made.path), quick_folder / "restored", key=key)
    assert not (quick_folder / "restored" / "postgres").exists()
    assert list((quick_folder / "restored").glob(".new-*")) == []


def test_a_folder_with_a_database_is_never_overwritten(hub, quick_folder, key, tmp_path):
    made = make_backup(hub, tmp_path, key=key)
    with pytest.raises(DataFolderError, match="already runs"):
        unpack(made, quick_folder / "live", key=key)
    server = EmbeddedServer(quick_folder / "other", settings=SMALL)
    with server:
        pass
    with pytest.raises(DataFolderError, match="holds a database already"):
        unpack(made, quick_folder / "other", key=key)


@pytest.fixture
def failing(tmp_path: Path) -> Programs:
    """A pg_basebackup that prints half an archive and then fails, as on a full disk or a lost connection."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "pg_basebackup"
    program.write_text("#!/bin/sh\nhead -c 3000000 /dev/zero\necho no space left >&2\nexit 1\n")
    program.chmod(0o755)
    return Programs(folder, "18.4")


def test_a_backup_that_fails_leaves_no_file(hub, key, tmp_path, failing):
    with pytest.raises(BackupError, match="pg_basebackup failed: no space left"):
        make_backup(hub, tmp_path / "backups", key=key, programs=failing)
    assert list((tmp_path / "backups").iterdir()) == []


def test_an_installation_without_the_program_is_told(hub, key, tmp_path):
    with pytest.raises(ProgramsError, match="has no pg_basebackup"):
        make_backup(hub, tmp_path / "backups", key=key, programs=Programs(tmp_path, "18.4"))


def test_a_backup_through_a_socket_path_too_long_for_an_address(quick_folder, key, tmp_path):
    server = EmbeddedServer(quick_folder / ("d" * 120), settings=SMALL)
    with server as database:
        bring_up_to_date(database)
        made = make_backup(database, tmp_path, key=key)
    unpack(made, quick_folder / "restored", key=key)
    with EmbeddedServer(quick_folder / "restored", settings=SMALL) as restored:
        assert status(restored).is_current


def test_files_are_compared_with_what_the_server_sent(tmp_path):
    (tmp_path / "kept").write_bytes(b"kept")
    listed = {"Size": 4, "Checksum-Algorithm": "SHA256", "Checksum": hashlib.sha256(b"kept").hexdigest()}
    manifest = tmp_path / "backup_manifest"
    manifest.write_bytes(msgspec.json.encode({"Files": [{"Encoded-Path": b"kept".hex(), **listed}]}))
    _check_files(tmp_path)
    (tmp_path / "kept").write_bytes(b"kent")
    with pytest.raises(BackupError, match="kept is not what the server sent"):
        _check_files(tmp_path)
    (tmp_path / "kept").unlink()
    with pytest.raises(BackupError, match="lacks the file kept"):
        _check_files(tmp_path)


def test_old_backups_beyond_a_number_are_removed_after_the_new_one_is_there(hub, key, tmp_path):
    paths = [make_backup(hub, tmp_path, key=key, keep=2).path for _ in range(3)]
    assert [backup.path for backup in backups_in(tmp_path)] == paths[1:]


def test_places_without_a_backup_and_files_that_are_none(tmp_path, key):
    with pytest.raises(BackupError, match="there is no backup"):
        newest(tmp_path)
    (tmp_path / "x.ltbackup").write_bytes(b"nothing")
    with pytest.raises(SealedFileError, match="not a sealed file"):
        newest(tmp_path)
    with SealedWriter(tmp_path / "x.ltbackup", key=key, header=b"{}", salt=bytes(32)) as writer:
        writer.finish()
    with pytest.raises(BackupError, match="no backup of this release"):
        newest(tmp_path / "x.ltbackup")


def test_key_files(tmp_path):
    with pytest.raises(PasswordFileError, match="no password file"):
        backup_key(tmp_path / "missing")
    made = backup_key(tmp_path / "made", make=True)
    assert backup_key(tmp_path / "made", make=True) == made == backup_key(tmp_path / "made")
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600
    for content in (b"short\n", b"not base64 !!\n", b"A" * 43 + b"\n"):
        write_private(tmp_path / "bad", content)
        with pytest.raises(BackupError, match="no base64url of 32 bytes"):
            backup_key(tmp_path / "bad")


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(st.binary(max_size=2_000), max_size=6), at=st.integers(min_value=0), bit=st.integers(0, 7)
)
def test_a_sealed_file_gives_back_its_content_and_no_changed_byte_passes(tmp_path, pieces, at, bit):
    path, key = tmp_path / "sealed", bytes(range(32))
    with SealedWriter(path, key=key, header=b"header", salt=b"s" * 32) as writer:
        for piece in pieces:
            writer.write(piece)
        writer.finish()
    with SealedReader(path) as reader:
        reader.unlock(key)
        assert reader.header == b"header"
        assert reader.read() == b"".join(pieces)
        assert reader.read(1) == b""
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(SealedFileError), SealedReader(path) as reader:
        reader.unlock(key)
        reader.read()


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_sealed_files_around_the_length_of_a_chunk(tmp_path, extra):
    content = os.urandom(2 * CHUNK + extra)  # does not compress, so chunks end near here
    with SealedWriter(tmp_path / "sealed", key=bytes(32), header=b"", salt=os.urandom(32)) as writer:
        writer.write(content)
        size = writer.finish()
    assert size == (tmp_path / "sealed").stat().st_size
    with SealedReader(tmp_path / "sealed") as reader:
        reader.unlock(bytes(32))
        assert b"".join(iter(lambda: reader.read(70_001), b"")) == content


def test_a_sealed_file_that_is_not_finished_never_appears(tmp_path):
    with (
        pytest.raises(RuntimeError),
        SealedWriter(tmp_path / "sealed", key=bytes(32), header=b"", salt=bytes(32)) as writer,
    ):
        writer.write(b"x" * 3_000_000)
        raise RuntimeError
    assert os.listdir(tmp_path) == []


@pytest.fixture
def deployment(quick_folder: Path) -> Path:
    """The folder of a deployment; its configuration file is only named here."""
    quick_folder.mkdir()
    quick_folder.chmod(0o755)
    (quick_folder / "keys").mkdir()
    return quick_folder


def run(deployment: Path, *arguments: object, seen: int | None = None) -> Result:
    def read(configuration: Path) -> Place:
        assert configuration == deployment / "lienthong.toml"
        return Place(data=deployment / "database", keys=deployment / "keys")

    group = click.Group("lienthong", [
        database_commands(read, bring_up_to_date, status),
        *backup_commands(
            read,
            lambda database, _policy: verify(database, seen=seen),
            lambda database, _policy: reopen(database),
        ),
    ])  # fmt: skip
    return CliRunner().invoke(group, [str(argument) for argument in arguments])


def test_the_commands_from_nothing_to_a_restored_database(deployment, tmp_path):
    here = ("--data", deployment)
    made = run(deployment, "db", "init", *here, "--json")
    assert made.exit_code == 0, made.output
    assert len(msgspec.json.decode(made.stdout)["applied"]) > 5
    assert "the schema was up to date" in run(deployment, "db", "migrate", *here).output
    now = msgspec.json.decode(run(deployment, "db", "status", *here, "--json").stdout)
    assert (now["current"], now["closed"], now["pending"]) == (True, None, [])
    backup = run(deployment, "backup", tmp_path / "backups", *here, "--json")
    assert "without a copy of it elsewhere" in backup.stderr
    assert msgspec.json.decode(backup.stdout)["log_size"] == 0
    drilled = run(deployment, "drill", tmp_path / "backups", *here)
    assert drilled.exit_code == 0, drilled.output
    assert re.search(r"RTO \d+\.\d s.*RPO \d+\.\d s, 0 leaves.*drill passed", drilled.stdout, re.S)

    key_file = deployment / "keys" / "backup.key"
    source = ("restore", tmp_path / "backups", "--key", key_file, "--into")
    closed = run(deployment, *source, deployment / "closed")
    assert closed.exit_code == 3, closed.output
    assert "consistent with itself only" in closed.stdout
    assert "stays CLOSED" in closed.stdout
    opened = run(deployment, *source, deployment / "open", "--json", "--policy", "any", seen=0)
    assert opened.exit_code == 0, opened.output
    assert msgspec.json.decode(opened.stdout)["open"] is True

    (deployment / "database").rename(deployment / "old")
    (deployment / "closed").rename(deployment / "database")
    assert "the log is CLOSED since" in run(deployment, "db", "status", *here).output
    stated = msgspec.json.decode(run(deployment, "db", "status", *here, "--json").stdout)
    assert (stated["closed"]["cause"], stated["closed"]["size"]) == ("restore", 0)
    shutil.rmtree(deployment / "old")


def test_commands_end_in_sentences(deployment, tmp_path):
    nowhere = run(deployment, "db", "migrate")
    assert (nowhere.exit_code, "--config FILE or --data DIR" in nowhere.stderr) == (2, True)
    here = ("--data", deployment)
    empty = run(deployment, "drill", tmp_path, *here)
    assert empty.exit_code == 1
    assert empty.stderr.splitlines()[-1].startswith("Error: there is no backup in")
    write_private(tmp_path / "x.key", b"nonsense\n")
    bad = run(deployment, "backup", tmp_path, *here, "--key", tmp_path / "x.key")
    assert "is not a backup key" in bad.stderr
    assert isinstance(bad.exception, SystemExit)
