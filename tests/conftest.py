"""Fixtures of every test: one real PostgreSQL per worker, a fresh migrated database per test, the law report.

    async def test_reads(database, connect_as):            a fresh database, migrated; dropped afterwards
        gateway = await connect_as(Role.GATEWAY)

    @pytest.mark.every_postgres                            the same test on the wheel's 18 and on Debian's 15
    async def test_contract(connect_as): ...

Clusters run with fsync on, as in production, and need no rights: as root they drop to their own account.
"""

import itertools
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import hypothesis
import psycopg
import pytest
from psycopg import sql

from lienthong.db import Database, EmbeddedServer, Role, ServerSettings, connect, connect_blocking
from lienthong.db.database import NoticeListener
from lienthong.db.migrate import prepare_database
from lienthong.schema import bring_up_to_date

WHEEL, DEBIAN = "wheel", "debian"
TEST_SETTINGS = ServerSettings(
    shared_buffers_mb=64, max_wal_size_mb=512, min_wal_size_mb=80, max_connections=100
)
TEMPLATE = "template_lienthong"

_CLAUSE = re.compile(r"R(?:[1-9]|10)\.\d{1,2}\Z")


# A slow machine is no failure: speed is measured by the benchmarks.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "every_postgres: run the test on each PostgreSQL of the contract, 18 and 15"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Check the clause ids of `law` marks, write {clause: [test, ...]} to LIENTHONG_LAW_REPORT."""
    clauses: dict[str, set[str]] = {}
    for item in items:
        for mark in item.iter_markers("law"):
            if mark.kwargs or not mark.args:
                raise pytest.UsageError(f"{item.nodeid}: write @pytest.mark.law('R8.2', ...)")
            for clause in mark.args:
                if not isinstance(clause, str) or not _CLAUSE.match(clause):
                    raise pytest.UsageError(f"{item.nodeid}: {clause!r} is no clause id such as R8.2")
                clauses.setdefault(clause, set()).add(item.nodeid)
    report = os.environ.get("LIENTHONG_LAW_REPORT")
    if report and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        ordered = sorted(clauses, key=lambda clause: [int(part) for part in clause[1:].split(".")])
        content = {clause: sorted(clauses[clause]) for clause in ordered}
        Path(report).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "postgres" in metafunc.fixturenames and metafunc.definition.get_closest_marker("every_postgres"):
        metafunc.parametrize("postgres", [WHEEL, DEBIAN], indirect=True, scope="session")


def debian_programs() -> Path | None:
    """Return the programs of the oldest PostgreSQL that Debian's packages installed here, if any."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return next((path for path in found if (path / "initdb").exists()), None)


def open_folder(parent: Path | None = None) -> Path:
    """Return a new folder that the server's account can enter; root's tmp_path is none."""
    folder = Path(tempfile.mkdtemp(prefix="lienthong-test-", dir=parent))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    return folder


def memory_folder() -> Path | None:
    """Return the file system in memory if large: 800 files take 20 ms there, 800 ms on a disk."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        return None
    room = os.statvfs(shared)
    return shared if room.f_bavail * room.f_frsize > 4_000_000_000 else None


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A path on a real disk for a test's own embedded server (not made yet); removed afterwards."""
    folder = open_folder()
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """Like `data_folder`, but in memory where there is room: for tests that are not about the disk."""
    folder = open_folder(memory_folder())
    yield folder / "data"
    shutil.rmtree(folder)


class Clusters:
    """The clusters of one worker, each started when first asked for, each with a migrated template."""

    def __init__(self) -> None:
        self.folder = open_folder(memory_folder())
        self._servers: dict[str, EmbeddedServer] = {}
        self._templates: dict[str, Database] = {}
        self._administrators: dict[str, psycopg.Connection] = {}
        self._discarded: dict[str, list[str]] = {}
        self._numbers = itertools.count(1)

    def server(self, kind: str) -> EmbeddedServer:
        if kind not in self._servers:
            programs = debian_programs() if kind == DEBIAN else None
            if kind == DEBIAN and programs is None:
                pytest.fail("no PostgreSQL of Debian here: apt-get install postgresql")
            server = EmbeddedServer(self.folder / kind, settings=TEST_SETTINGS, programs=programs)
            server.start()
            self._servers[kind] = server
        return self._servers[kind]

    def template(self, kind: str) -> Database:
        if kind not in self._templates:
            template = self.server(kind).database(TEMPLATE)
            bring_up_to_date(template)
            self._administrators[kind] = connect_blocking(template.named("postgres"), Role.ADMINISTRATOR)
            self._templates[kind] = template
        return self._templates[kind]

    def fresh(self, kind: str, template: Database) -> Database:
        """Make a database from the template; drop the one before, whose sessions have ended by now."""
        administrator = self._administrators[kind]
        for name in self._discarded.pop(kind, []):
            administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        made = template.named(f"test_{next(self._numbers)}")
        administrator.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(made.name), sql.Identifier(template.name)
            )
        )
        with connect_blocking(made, Role.ADMINISTRATOR) as connection:
            prepare_database(connection)
        return made

    def discard(self, kind: str, database: Database) -> None:
        self._discarded.setdefault(kind, []).append(database.name)

    def stop(self) -> None:
        for administrator in self._administrators.values():
            administrator.close()
        for server in self._servers.values():
            server.stop()
        shutil.rmtree(self.folder)


@pytest.fixture(scope="session")
def clusters() -> Iterator[Clusters]:
    made = Clusters()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> str:
    """Which PostgreSQL a test runs on: "wheel" (18), or with the mark every_postgres also "debian" (15)."""
    return getattr(request, "param", WHEEL)


@pytest.fixture(scope="session")
def cluster(clusters: Clusters) -> EmbeddedServer:
    """The worker's running server, PostgreSQL 18 of the wheel."""
    return clusters.server(WHEEL)


@pytest.fixture(scope="session")
def cluster15(clusters: Clusters) -> EmbeddedServer:
    """The worker's running server of Debian's own PostgreSQL, 15."""
    return clusters.server(DEBIAN)


@pytest.fixture(scope="session")
def template(clusters: Clusters, postgres: str) -> Database:
    """A database migrated once. Nobody may stay connected to it: take `database` to work on."""
    return clusters.template(postgres)


@pytest.fixture
def database(clusters: Clusters, postgres: str, template: Database) -> Iterator[Database]:
    """A fresh database made from the template, dropped afterwards even if connections were left open."""
    made = clusters.fresh(postgres, template)
    yield made
    clusters.discard(postgres, made)


@pytest.fixture
async def connect_as(database: Database) -> AsyncIterator[Callable[..., Awaitable[asyncpg.Connection]]]:
    """`await connect_as(Role.GATEWAY, on_notice=...)`: a connection to `database`, closed afterwards.

    Role.ADMINISTRATOR is the superuser; `await connect_as(Role.OWNER)` is the superuser acting as lt_owner.
    """
    opened: list[asyncpg.Connection] = []

    async def open_connection(role: Role, *, on_notice: NoticeListener | None = None) -> asyncpg.Connection:
        signed_in = Role.ADMINISTRATOR if role is Role.OWNER else role
        connection = await connect(database, signed_in, on_notice=on_notice)
        opened.append(connection)
        if role is Role.OWNER:
            await connection.execute("SET ROLE lt_owner")
        return connection

    yield open_connection
    for connection in opened:
        connection.terminate()
