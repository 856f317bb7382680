"""Connecting: what is asserted of every session, and what each failure says."""

import os
import shutil
import socket
import time
from dataclasses import replace
from pathlib import Path

import asyncpg
import psycopg
import pytest

from lienthong.db import (
    Database,
    DatabaseUnavailable,
    DatabaseUnsafe,
    EmbeddedServer,
    Role,
    ServerSettings,
    connect,
    connect_blocking,
    dsn,
)
from lienthong.db import database as database_module
from lienthong.db.database import SOCKET_PATH_LIMIT
from lienthong.db.private_files import PasswordFileError, password_in, read_password, write_private
from lienthong.db.role import SIGN_IN_ROLES

SMALL = ServerSettings(shared_buffers_mb=32, max_wal_size_mb=256, min_wal_size_mb=80, max_connections=20)


@pytest.mark.every_postgres
@pytest.mark.parametrize("role", SIGN_IN_ROLES)
async def test_every_role_signs_in_with_its_own_password_and_a_safe_session(database, role):
    connection = await connect(database, role, application="a test")
    try:
        row = await connection.fetchrow(
            "SELECT session_user::text, current_setting('TimeZone'), current_setting('synchronous_commit'), "
            "current_setting('jit'), current_setting('search_path'), current_setting('application_name')"
        )
    finally:
        await connection.close()
    assert tuple(row) == (role.value, "UTC", "on", "off", "pg_catalog", "a test")
    with connect_blocking(database, role) as blocking:
        assert blocking.execute("SELECT session_user, current_setting('TimeZone')").fetchone() == (
            role,
            "UTC",
        )
    with psycopg.connect(dsn(database, role)) as plain:
        assert plain.execute("SELECT current_setting('search_path')").fetchone() == ("pg_catalog",)


@pytest.mark.every_postgres
async def test_a_wrong_password_is_refused(database, tmp_path):
    wrong = replace(database, passwords=tmp_path)
    for name in ("lt_gateway", "postgres"):
        write_private(tmp_path / name, b"guessed\n")
    for role in (Role.GATEWAY, Role.ADMINISTRATOR):
        with pytest.raises(DatabaseUnavailable, match=r"password in .* does not fit"):
            await connect(wrong, role)
        with pytest.raises(DatabaseUnavailable, match="password authentication failed"):
            connect_blocking(wrong, role)


async def test_the_owner_never_signs_in(database):
    with pytest.raises(ValueError, match="SET ROLE lt_owner"):
        await connect(database, Role.OWNER)
    password = read_password(database.passwords / "postgres")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=database.host, port=database.port, user="lt_owner", password=password, database=database.name
        )


async def test_a_role_reaches_its_own_database_only(database):
    with pytest.raises(DatabaseUnavailable, match="permission denied for database"):
        await connect(database.named("postgres"), Role.GATEWAY)


async def test_failures_say_how_to_fix_them(database, quick_folder, tmp_path):
    with pytest.raises(DatabaseUnavailable, match="lienthong db migrate"):
        await connect(database.named("no_such_database"), Role.ADMINISTRATOR)
    with pytest.raises(DatabaseUnavailable, match="no password file"):
        await connect(replace(database, passwords=tmp_path), Role.GATEWAY)
    stopped = replace(EmbeddedServer(quick_folder).database(), passwords=database.passwords)
    for error in [await failure(stopped), failure_blocking(stopped)]:
        assert "No server runs there: start it with `lienthong up`" in error
    nowhere = Database(host="127.0.0.1", port=1, name="hub", passwords=database.passwords)
    for error in [await failure(nowhere), failure_blocking(nowhere)]:
        assert "Check host, port" in error
    elsewhere = replace(nowhere, host="no-such-host.invalid")
    for error in [await failure(elsewhere), failure_blocking(elsewhere)]:
        assert "Check host, port" in error


async def failure(database: Database) -> str:
    with pytest.raises(DatabaseUnavailable) as caught:
        await connect(database, Role.GATEWAY, timeout=5)
    return str(caught.value)


def failure_blocking(database: Database) -> str:
    with pytest.raises(DatabaseUnavailable) as caught:
        connect_blocking(database, Role.GATEWAY, timeout=5)
    return str(caught.value)


async def test_a_server_that_answers_nothing_ends_in_time(quick_folder, database):
    quick_folder.mkdir()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(quick_folder / ".s.PGSQL.5432"))
        silent.listen()
        with pytest.raises(DatabaseUnavailable, match="The server has just died or is starting"):
            await connect(replace(database, host=str(quick_folder)), Role.GATEWAY, timeout=0.3)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [("synchronous_commit", "off", "synchronous_commit is off"), ("TimeZone", "Asia/Bangkok", "not UTC")],
)
async def test_a_session_somebody_loosened_is_refused(database, monkeypatch, setting, value, message):
    """As a pooler or wrapper between us and the server could loosen it."""
    monkeypatch.setitem(database_module._SETTINGS, setting, value)
    with pytest.raises(DatabaseUnsafe, match=message):
        await connect(database, Role.GATEWAY)
    with pytest.raises(DatabaseUnsafe, match=message):
        connect_blocking(database, Role.GATEWAY)


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_a_server_that_may_forget_is_refused(quick_folder, setting):
    server = EmbeddedServer(quick_folder, settings=SMALL)
    with server as database:
        pass
    loosen(server.folder.configuration / "postgresql.conf", setting)
    with running_by_hand(server), pytest.raises(DatabaseUnsafe, match=f"{setting} is off.*power cut"):
        await connect(database.named("postgres"), Role.ADMINISTRATOR)


def loosen(configuration: Path, setting: str) -> None:
    text = configuration.read_text()
    assert f"{setting} = on" in text
    configuration.write_text(text.replace(f"{setting} = on", f"{setting} = off"))


def running_by_hand(server: EmbeddedServer):
    """Run the server with its configuration as it lies there."""
    folder = server.folder
    server._write_configuration = lambda _programs: (  # type: ignore[method-assign]
        folder.configuration / "postgresql.conf",
        folder.configuration / "pg_hba.conf",
    )
    server._await_answer = lambda _offset: wait_for(folder.socket_folder)  # type: ignore[method-assign]
    return server


def wait_for(folder: Path) -> None:
    while True:
        try:
            psycopg.connect(host=str(folder), user="nobody", dbname="postgres", password="x").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                return
            time.sleep(0.05)


async def test_a_role_that_became_mighty_is_refused(database, connect_as):
    administrator = await connect_as(Role.ADMINISTRATOR)
    await administrator.execute("ALTER ROLE lt_gateway BYPASSRLS")
    try:
        with pytest.raises(DatabaseUnsafe, match="no privilege binds it"):
            await connect(database, Role.GATEWAY)
    finally:
        await administrator.execute("ALTER ROLE lt_gateway NOBYPASSRLS")


async def test_notices_are_heard_before_the_result_of_their_statement(connect_as):
    heard: list[str] = []
    connection = await connect_as(Role.OWNER, on_notice=lambda message: heard.append(message.message))
    await connection.execute("DO $$ BEGIN RAISE WARNING 'the outcome is unknown'; END $$")
    assert heard == ["the outcome is unknown"]


@pytest.mark.parametrize("length", [SOCKET_PATH_LIMIT - 1, SOCKET_PATH_LIMIT, SOCKET_PATH_LIMIT + 1, 240])
async def test_a_socket_path_of_any_length(quick_folder, length):
    """107 bytes is all a socket address holds; a longer one must not become an open folder elsewhere."""
    rest = length - len(f"{quick_folder}//run/.s.PGSQL.5432")
    data = quick_folder / ("d" * rest)
    server = EmbeddedServer(data, settings=SMALL)
    database = server.database("postgres")
    assert len(f"{database.host}/.s.PGSQL.5432") == length
    for _ in range(2):  # the second time in a new folder under the same name
        with server:
            connection = await connect(database, Role.ADMINISTRATOR)
            with pytest.raises(TimeoutError):  # cancelling connects a second time
                await connection.execute("SELECT pg_sleep(60)", timeout=0.2)
            assert await connection.fetchval("SELECT 1") == 1
            await connection.close()
            with connect_blocking(database, Role.ADMINISTRATOR) as blocking:
                assert blocking.execute("SELECT 1").fetchone() == (1,)
            sockets = list(quick_folder.parent.rglob(".s.PGSQL.5432"))
            assert sockets == [server.folder.socket_folder / ".s.PGSQL.5432"]
        shutil.rmtree(data)


def test_password_files_are_private_and_made_once(tmp_path):
    first = password_in(tmp_path, "lt_gateway")
    assert password_in(tmp_path, "lt_gateway") == first
    assert len(first) >= 43
    assert oct((tmp_path / "lt_gateway").stat().st_mode) == "0o100600"
    assert [path.name for path in tmp_path.iterdir()] == ["lt_gateway"]


def test_a_password_file_open_to_others_or_empty_is_refused(tmp_path):
    path = tmp_path / "lt_gateway"
    write_private(path, b"secret\n", mode=0o644)
    with pytest.raises(PasswordFileError, match="chmod 600"):
        read_password(path)
    write_private(path, b"\n")
    with pytest.raises(PasswordFileError, match="empty"):
        read_password(path)


def test_a_private_file_replaces_a_link_instead_of_following_it(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("kept")
    (tmp_path / "file").symlink_to(victim)
    write_private(tmp_path / "file", b"new")
    assert victim.read_text() == "kept"
    assert (tmp_path / "file").read_bytes() == b"new"
    assert not (tmp_path / "file").is_symlink()


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    write_private(path, b"old")
    with pytest.raises(OverflowError):
        write_private(path, b"new", mode=1 << 40)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]
