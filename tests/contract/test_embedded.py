"""The embedded server: how it starts, what it listens to, how it stops, what it refuses."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from lienthong.db import (
    Database,
    DatabaseUnavailable,
    EmbeddedServer,
    Role,
    ServerSettings,
    connect_blocking,
    open_database,
)
from lienthong.db.data_folder import DataFolder, DataFolderError, ServerRunning
from lienthong.db.embedded import StartError
from lienthong.db.opening import locate

SMALL = ServerSettings(shared_buffers_mb=32, max_wal_size_mb=256, min_wal_size_mb=80, max_connections=20)


def settings_of(server: EmbeddedServer, *names: str) -> dict[str, str]:
    with connect_blocking(server.database("postgres"), Role.ADMINISTRATOR) as connection:
        shown = {}
        for name in names:
            row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            assert row is not None
            shown[name] = row[0]
    return shown


def answers(database: Database) -> bool:
    with connect_blocking(database, Role.ADMINISTRATOR) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.law("R1.1")
def test_it_keeps_what_it_acknowledged_and_listens_to_its_socket_alone(cluster):
    shown = settings_of(
        cluster, "fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "TimeZone", "jit",
        "log_min_error_statement", "log_error_verbosity", "track_functions", "data_checksums",
        "password_encryption", "allow_alter_system", "max_connections",
    )  # fmt: skip
    assert shown == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "listen_addresses": "",
        "TimeZone": "UTC",
        "jit": "off",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "track_functions": "all",
        "data_checksums": "on",
        "password_encryption": "scram-sha-256",
        "allow_alter_system": "off",
        "max_connections": "100",
    }


def test_the_superuser_cannot_loosen_durability_from_inside(cluster):
    with (
        connect_blocking(cluster.database("postgres"), Role.ADMINISTRATOR) as connection,
        pytest.raises(psycopg.errors.FeatureNotSupported),
    ):
        connection.execute("ALTER SYSTEM SET fsync = off")


def test_the_order_is_by_bytes_and_case_by_unicode(cluster):
    with connect_blocking(cluster.database("postgres"), Role.ADMINISTRATOR) as connection:
        row = connection.execute("SELECT lower('ĐẶNG'), 'Z' < 'a', 'z' < 'Đ'").fetchone()
    assert row == ("đặng", True, True)


@pytest.mark.law("R1.1")
def test_only_its_owner_can_enter_what_matters(cluster):
    folder = cluster.folder
    for path in (folder.cluster, folder.socket_folder, folder.passwords, folder.log.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for path in (*folder.passwords.iterdir(), folder.log):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert {path.name for path in folder.passwords.iterdir()} == {
        role.value for role in Role if role is not Role.OWNER
    }


def test_stopping_leaves_no_process_and_a_restart_finds_the_data(quick_folder):
    server = EmbeddedServer(quick_folder, settings=SMALL)
    with server, connect_blocking(server.database("postgres"), Role.ADMINISTRATOR) as connection:
        connection.execute("CREATE TABLE public.kept AS SELECT 1 AS one")
        assert len(server.folder.processes()) > 3
    assert not server.is_running
    assert server.folder.processes() == []
    with server, connect_blocking(server.database("postgres"), Role.ADMINISTRATOR) as connection:
        assert connection.execute("SELECT one FROM public.kept").fetchone() == (1,)
    assert server.folder.processes() == []
    server.stop()  # once more is harmless


def test_an_open_session_does_not_hold_up_the_stop(quick_folder):
    server = EmbeddedServer(quick_folder, settings=SMALL)
    with server:
        connection = connect_blocking(server.database("postgres"), Role.ADMINISTRATOR, autocommit=False)
        connection.execute("CREATE TABLE public.gone (one int)")
    assert server.folder.processes() == []
    with connection, pytest.raises(psycopg.OperationalError):
        connection.commit()


def test_a_stop_that_hangs_becomes_an_immediate_one(quick_folder):
    lines: list[str] = []
    server = EmbeddedServer(quick_folder, settings=SMALL, progress=lines.append)
    server.start()
    [checkpointer] = [
        number
        for number in server.folder.processes()
        if b"checkpointer" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]
    os.kill(checkpointer, signal.SIGSTOP)  # the clean stop needs it, and PostgreSQL kills it after SIGQUIT
    server.stop(patience=0.5)
    assert "ending it at once" in lines[-1]
    assert server.folder.processes() == []


@pytest.mark.parametrize("same_object", [True, False])
def test_a_second_start_on_a_live_folder_is_refused_and_harms_nothing(quick_folder, same_object):
    server = EmbeddedServer(quick_folder, settings=SMALL)
    with server as database:
        assert server.process is not None
        other = server if same_object else EmbeddedServer(quick_folder, settings=SMALL)
        with pytest.raises(ServerRunning, match="already runs"):
            other.start()
        other_message = f"process {server.process.pid}"
        if not same_object:
            with pytest.raises(ServerRunning, match=other_message):
                other.start()
            other.stop()  # stops only its own child: it has none
        assert answers(database.named("postgres"))


def test_of_two_starts_at_the_same_time_one_wins(quick_folder):
    results: list[object] = []
    servers = [EmbeddedServer(quick_folder, settings=SMALL) for _ in range(2)]

    def start(server: EmbeddedServer) -> None:
        try:
            results.append(server.start())
        except ServerRunning as error:
            results.append(error)

    threads = [threading.Thread(target=start, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert sorted(isinstance(result, ServerRunning) for result in results) == [False, True]
        assert [server.is_running for server in servers].count(True) == 1
    finally:
        for server in servers:
            server.stop()
    assert servers[0].folder.processes() == []


def test_the_lock_lives_as_long_as_the_server_and_not_in_us(quick_folder):
    def is_free() -> bool:
        with (quick_folder / "lock").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    with EmbeddedServer(quick_folder, settings=SMALL):
        assert not is_free()
    assert is_free()


KILLED_STARTER = """
import os, sys
from pathlib import Path
from lienthong.db import EmbeddedServer, ServerSettings

if sys.argv[2] == "unbound":
    import lienthong.db.embedded
    lienthong.db.embedded.ending_with_us = lambda command, number: command
EmbeddedServer(Path(sys.argv[1]), settings=ServerSettings(32, 256, 80, 20)).start()
print("started", flush=True)
if sys.argv[2] == "stays":
    sys.stdin.read()
os.kill(os.getpid(), 9)
"""


def killed_starter(folder: Path, how: str) -> None:
    """Start a server in a process of its own and kill that process."""
    killed = subprocess.run([sys.executable, "-c", KILLED_STARTER, str(folder), how], check=False)
    assert killed.returncode == -signal.SIGKILL


def test_when_the_starter_is_killed_the_server_stops_cleanly(quick_folder):
    killed_starter(quick_folder, "bound")
    folder = EmbeddedServer(quick_folder, settings=SMALL).folder
    deadline = time.monotonic() + 60
    while folder.processes():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "database system is shut down" in folder.log.read_text()
    with EmbeddedServer(quick_folder, settings=SMALL):
        assert "not properly shut down" not in folder.log.read_text()


def test_a_server_that_outlives_its_killed_starter_is_stopped_by_the_next_start(quick_folder):
    killed_starter(quick_folder, "unbound")
    lines: list[str] = []
    server = EmbeddedServer(quick_folder, settings=SMALL, progress=lines.append)
    left = server.folder.server_process()
    assert left is not None
    with open_database(data=quick_folder, name="postgres") as database:  # which starts one like any other
        assert answers(database)
    assert server.folder.server_process() is None
    killed_starter(quick_folder, "unbound")
    left = server.folder.server_process()
    with server:
        assert lines == [f"stopping the server of a start that was killed: process {left}"]
        assert server.is_running
        assert server.folder.server_process() != left
    assert "not properly shut down" not in server.folder.log.read_text()


@pytest.mark.parametrize("content", ["", "x", "1", "{} pid:[1]\n"])
def test_a_server_is_left_alone_where_the_lock_does_not_prove_that_its_starter_is_gone(quick_folder, content):
    killed_starter(quick_folder, "unbound")
    server = EmbeddedServer(quick_folder, settings=SMALL)
    left = server.folder.server_process()
    named = (quick_folder / "lock").read_text()
    (quick_folder / "lock").write_text(content.format(named.split()[0]))
    with pytest.raises(ServerRunning, match=f"kill -INT {left}"):
        server.start()
    with open_database(data=quick_folder, name="postgres") as database:
        assert answers(database)
    assert server.folder.server_process() == left  # who attaches does not stop it
    (quick_folder / "lock").write_text(named)
    with server:
        assert server.folder.server_process() != left


def test_a_server_whose_starter_lives_is_left_alone(quick_folder):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_STARTER, str(quick_folder), "stays"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"started\n"
        server = EmbeddedServer(quick_folder, settings=SMALL)
        running = server.folder.server_process()
        with pytest.raises(ServerRunning, match=f"process {running}"):
            server.start()
        with open_database(data=quick_folder, name="postgres") as database:
            assert answers(database)
        assert server.folder.server_process() == running
    with server:
        assert server.is_running


def test_a_server_started_in_a_passing_thread_outlives_the_thread(quick_folder):
    server = EmbeddedServer(quick_folder, settings=SMALL)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    time.sleep(0.3)
    assert server.is_running
    assert answers(server.database("postgres"))
    server.stop()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing(quick_folder):
    greedy = ServerSettings(shared_buffers_mb=30_000_000, max_connections=20)
    server = EmbeddedServer(quick_folder, settings=greedy)
    with pytest.raises(StartError, match=r"(?s)ended while starting.*shared_buffers"):
        server.start()
    assert server.folder.processes() == []
    with EmbeddedServer(quick_folder, settings=SMALL) as database:  # and does no lasting harm
        assert database.name == "lienthong"


def test_a_failed_or_killed_initdb_leaves_nothing_to_trip_over(quick_folder, tmp_path):
    half = quick_folder / ".new-killed" / "cluster"
    half.mkdir(parents=True)
    quick_folder.chmod(0o711)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(quick_folder, settings=SMALL):
        assert not half.exists()
        assert (quick_folder / "postgres" / "PG_VERSION").exists()


def test_a_cluster_of_another_version_is_refused_with_a_way_out(quick_folder):
    with EmbeddedServer(quick_folder, settings=SMALL):
        pass
    (quick_folder / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(DataFolderError, match=r"made by PostgreSQL 15, these programs are 18\..*backup"):
        EmbeddedServer(quick_folder, settings=SMALL).start()


def test_a_changed_administrator_password_is_told_and_not_waited_for(quick_folder):
    with EmbeddedServer(quick_folder, settings=SMALL):
        pass
    (quick_folder / "passwords" / "postgres").write_text("something else\n")
    server = EmbeddedServer(quick_folder, settings=SMALL)
    with pytest.raises(StartError, match="refuses its administrator"):
        server.start()
    assert server.folder.processes() == []


def test_a_folder_others_may_change_is_refused_and_left_as_it_is(quick_folder):
    quick_folder.mkdir()
    quick_folder.chmod(0o777)
    with pytest.raises(DataFolderError, match="chmod go-w"):
        EmbeddedServer(quick_folder, settings=SMALL).start()
    assert stat.S_IMODE(quick_folder.stat().st_mode) == 0o777
    assert list(quick_folder.iterdir()) == []


def test_a_part_swapped_for_a_link_is_refused(quick_folder, tmp_path):
    quick_folder.mkdir(mode=0o711)
    (quick_folder / "passwords").symlink_to(tmp_path)
    with pytest.raises(DataFolderError, match="is not a folder"):
        EmbeddedServer(quick_folder, settings=SMALL).start()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_is_refused(quick_folder):
    quick_folder.write_text("")
    with pytest.raises(DataFolderError, match="not a folder"):
        EmbeddedServer(quick_folder, settings=SMALL).start()


def test_modes_of_folders_found_there_never_change(quick_folder):
    quick_folder.mkdir()
    quick_folder.chmod(0o755)
    parents = [quick_folder, *quick_folder.parents]
    before = [stat.S_IMODE(path.stat().st_mode) for path in parents]
    with EmbeddedServer(quick_folder, settings=SMALL):
        pass
    assert [stat.S_IMODE(path.stat().st_mode) for path in parents] == before


def test_missing_parents_are_made_so_that_the_server_can_pass(quick_folder):
    deep = quick_folder / "one" / "two"
    before = os.umask(0o077)
    try:
        with EmbeddedServer(deep, settings=SMALL):
            assert stat.S_IMODE(quick_folder.stat().st_mode) == 0o755
            assert stat.S_IMODE(deep.stat().st_mode) & 0o077 in (0, 0o011)
    finally:
        os.umask(before)


def test_an_old_large_log_is_set_aside(quick_folder):
    with EmbeddedServer(quick_folder, settings=SMALL):
        pass
    folder = DataFolder(quick_folder)
    with folder.log.open("ab") as file:
        file.truncate(9_000_000)
    with EmbeddedServer(quick_folder, settings=SMALL):
        assert folder.log.stat().st_size < 10_000
        assert folder.log.with_name("postgres.log.1").stat().st_size == 9_000_000


def test_settings_fit_the_machine():
    settings = ServerSettings.for_this_machine()
    assert 64 <= settings.shared_buffers_mb <= 1024


def test_open_database_starts_and_stops_what_does_not_run(quick_folder):
    with open_database(data=quick_folder, name="postgres", settings=SMALL) as database:
        assert answers(database)
    assert DataFolder(quick_folder).processes() == []


def test_locating_needs_exactly_one_place(tmp_path):
    with pytest.raises(DatabaseUnavailable, match="either"):
        locate()
    with pytest.raises(DatabaseUnavailable, match="either"):
        locate(data=tmp_path, host="db.example.org")
    with pytest.raises(DatabaseUnavailable, match="password files"):
        locate(host="db.example.org")
    external = locate(host="db.example.org", port=6432, name="hub", passwords=tmp_path)
    assert str(external) == "hub at db.example.org:6432"
    with open_database(host="db.example.org", passwords=tmp_path) as database:  # nothing is started for it
        assert database.host == "db.example.org"
    assert locate(data=tmp_path, passwords=tmp_path / "mine").passwords == tmp_path / "mine"
