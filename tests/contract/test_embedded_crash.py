"""The embedded server after a crash: killed postmasters, orphans, stale process ids, long recoveries."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lienthong.db import DatabaseUnavailable, EmbeddedServer, Role, ServerSettings, connect_blocking
from lienthong.db.account import server_account
from lienthong.db.data_folder import PORT, DataFolderError

SMALL = ServerSettings(shared_buffers_mb=32, max_wal_size_mb=1024, min_wal_size_mb=80, max_connections=20)


@pytest.fixture
def server(data_folder: Path) -> Iterator[EmbeddedServer]:
    made = EmbeddedServer(data_folder, settings=SMALL, progress=lines.append)
    lines.clear()
    made.start()
    yield made
    made.stop()


lines: list[str] = []


def session(server: EmbeddedServer) -> psycopg.Connection:
    return connect_blocking(server.database("postgres"), Role.ADMINISTRATOR)


def processes_named(server: EmbeddedServer, title: bytes) -> list[int]:
    found = []
    for number in server.folder.processes():
        try:
            if title in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(number)
        except FileNotFoundError:
            continue
    return found


@pytest.mark.law("R6.1")
def test_what_was_acknowledged_before_kill_9_is_there_after_an_immediate_restart(server):
    with session(server) as connection:
        connection.execute("CREATE TABLE public.acknowledged (number int)")
    for round_number in range(5):
        connection = session(server)
        for number in range(200):
            connection.execute("INSERT INTO public.acknowledged VALUES (%s)", (round_number * 200 + number,))
        server.kill()
        server.start()  # at once: the killed server's children may still be attached
        connection.close()
    with session(server) as connection:
        row = connection.execute("SELECT count(*), max(number) FROM public.acknowledged").fetchone()
    assert row == (1000, 999)


def test_an_orphan_that_still_works_is_waited_for(server):
    connection = session(server)
    orphan = connection.info.backend_pid
    os.kill(orphan, signal.SIGSTOP)
    server.kill()
    assert server.folder.server_process() is None
    timer = threading.Timer(3, os.kill, (orphan, signal.SIGCONT))
    timer.start()
    began = time.monotonic()
    server.start()
    timer.join()
    connection.close()
    assert time.monotonic() - began > 2.5
    assert f"waiting for processes of the previous server to end: [{orphan}]" in lines


def test_an_orphan_that_stays_is_named(server, monkeypatch):
    monkeypatch.setattr("lienthong.db.data_folder._ORPHAN_PATIENCE", 0.3)
    connection = session(server)
    orphan = connection.info.backend_pid
    os.kill(orphan, signal.SIGSTOP)
    server.kill()
    try:
        with pytest.raises(DataFolderError, match=rf"\[{orphan}\].*kill -QUIT"):
            server.start()
    finally:
        os.kill(orphan, signal.SIGKILL)
        connection.close()
    monkeypatch.undo()
    server.start()


@pytest.fixture
def bystander() -> Iterator[int]:
    """A living process of the server's own account that has nothing to do with PostgreSQL."""
    process = subprocess.Popen(["/bin/sleep", "600"], **server_account().child())
    yield process.pid
    process.kill()
    process.wait()


def test_process_ids_left_behind_may_belong_to_another_program_now(server, bystander):
    folder = server.folder
    server.kill()
    while folder.processes():
        time.sleep(0.02)
    socket_lock = folder.socket_folder / f".s.PGSQL.{PORT}.lock"
    for path in (folder.cluster / "postmaster.pid", socket_lock):
        _, rest = path.read_text().split("\n", 1)
        path.write_text(f"{bystander}\n{rest}")

    # PostgreSQL alone refuses, which is the trap this test is about.
    programs, account = server.programs(), server_account()
    alone = subprocess.run(
        [programs.path("postgres"), "-D", folder.cluster, "-c", "listen_addresses="],
        check=False, capture_output=True, text=True, cwd=folder.cluster, **account.child(),
    )  # fmt: skip
    assert 'lock file "postmaster.pid" already exists' in alone.stderr

    server.start()
    with session(server) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    os.kill(bystander, 0)  # nobody signalled it
    server.stop()
    os.kill(bystander, 0)


@pytest.mark.parametrize("content", ["", "nonsense\n", "-1\n", "0\n", "1\n", "999999999\n"])
def test_any_content_of_a_stale_pid_file_is_survived(server, content):
    server.stop()
    pid_file = server.folder.cluster / "postmaster.pid"
    pid_file.write_text(content)
    server.start()
    assert server.is_running


def test_a_server_started_by_hand_is_respected(server):
    """Such a server holds no lock of ours; its process is recognised all the same."""
    server.stop()
    programs, account = server.programs(), server_account()
    by_hand = subprocess.Popen(
        [
            programs.path("postgres"),
            "-D",
            server.folder.cluster,
            "-c",
            f"config_file={server.folder.configuration}/postgresql.conf",
            "-c",
            f"hba_file={server.folder.configuration}/pg_hba.conf",
        ],
        cwd=server.folder.cluster,
        stderr=subprocess.DEVNULL,
        **account.child(),
    )
    try:
        while not (server.folder.socket_folder / f".s.PGSQL.{PORT}").exists():
            assert by_hand.poll() is None
            time.sleep(0.02)
        with pytest.raises(DataFolderError, match=f"process {by_hand.pid}"):
            server.start()
    finally:
        by_hand.send_signal(signal.SIGINT)
        by_hand.wait()


@pytest.mark.parametrize("title", [b"walwriter", b"checkpointer", b"background writer"])
def test_a_killed_child_makes_the_server_recover_by_itself(server, title):
    [child] = processes_named(server, title)
    assert server.process is not None
    before = server.process.pid
    os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while True:
        try:
            with session(server) as connection:
                if processes_named(server, title) not in ([], [child]):
                    assert connection.execute("SELECT 1").fetchone() == (1,)
                    break
        except (DatabaseUnavailable, psycopg.OperationalError):
            assert time.monotonic() < deadline
        time.sleep(0.02)
    assert server.is_running
    assert server.process.pid == before


def test_a_recovery_of_more_than_ten_seconds_is_waited_for_with_progress(server):
    rows = 400_000
    with session(server) as connection:
        connection.execute("CHECKPOINT")
        connection.execute("CREATE TABLE public.much (number int, filler text)")
        connection.execute(
            "INSERT INTO public.much SELECT n, repeat('x', 300) FROM generate_series(1, %s) AS n", (rows,)
        )
    server.kill()
    lines.clear()
    held = threading.Event()

    def hold_up() -> None:
        """Stop the process that replays the log, as a slow disk would, for eleven seconds."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            replaying = processes_named(server, b"postgres: startup recovering")
            if replaying:
                os.kill(replaying[0], signal.SIGSTOP)
                held.set()
                time.sleep(11)
                os.kill(replaying[0], signal.SIGCONT)
                return

    holder = threading.Thread(target=hold_up)
    holder.start()
    began = time.monotonic()
    server.start()
    holder.join()
    assert held.is_set()
    assert time.monotonic() - began > 10
    recovering = [line for line in lines if "recovering" in line]
    assert len(recovering) >= 4
    with session(server) as connection:
        assert connection.execute("SELECT count(*) FROM public.much").fetchone() == (rows,)


def test_a_server_killed_during_its_recovery_recovers_the_next_time(server):
    with session(server) as connection:
        connection.execute(
            "CREATE TABLE public.much AS SELECT n, repeat('x', 300) FROM generate_series(1, 200000) AS n"
        )
    server.kill()

    def kill_while_recovering() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if processes_named(server, b"postgres: startup recovering") and server.process is not None:
                server.process.kill()
                return

    killer = threading.Thread(target=kill_while_recovering)
    killer.start()
    with pytest.raises(Exception, match="ended while starting"):
        server.start()
    killer.join()
    server.start()
    with session(server) as connection:
        assert connection.execute("SELECT count(*) FROM public.much").fetchone() == (200_000,)
