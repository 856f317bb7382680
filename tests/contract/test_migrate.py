"""The migration runner: order, ownership, divergence, crashes, and two at the same time."""

import hashlib
import itertools
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from lienthong.db import Database, DatabaseUnavailable, Role, connect_blocking
from lienthong.db import migrate as runner
from lienthong.db.migrate import SCHEMA, MigrationError, migrate, schema_files, status
from lienthong.db.private_files import read_password, write_private

_numbers = itertools.count(1)


@pytest.fixture
def empty(clusters, postgres) -> Iterator[Database]:
    """The name of a database that does not exist yet; dropped afterwards."""
    database = clusters.server(postgres).database(f"migrated_{next(_numbers)}")
    yield database
    with administrator(database.named("postgres")) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database.name))
        connection.execute(drop)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two schema files of our own."""
    (tmp_path / "0001_first.sql").write_text("CREATE SCHEMA shop; CREATE TABLE shop.item (id int);\n")
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE shop.item ADD COLUMN name text;\n")
    return tmp_path


def administrator(database: Database) -> psycopg.Connection:
    return connect_blocking(database, Role.ADMINISTRATOR)


def one(database: Database, query: str, *arguments: object) -> tuple[object, ...]:
    with administrator(database) as connection:
        row = connection.execute(query, arguments).fetchone()
    assert row is not None
    return row


@pytest.mark.every_postgres
def test_the_released_schema_applies_to_nothing_and_then_again_to_itself(empty):
    lines: list[str] = []
    applied = migrate(empty, progress=lines.append)
    assert applied == tuple(file.name for file in schema_files())
    assert lines == [f"making the database {empty.name}", *(f"applying {name}" for name in applied)]
    assert migrate(empty) == ()
    now = status(empty)
    assert now.is_current
    assert [entry.name for entry in now.applied] == sorted(path.name for path in SCHEMA.glob("*.sql"))
    for entry in now.applied:
        assert entry.sha256 == hashlib.sha256((SCHEMA / entry.name).read_bytes()).digest()


@pytest.mark.every_postgres
def test_everything_is_made_by_the_owner(empty):
    migrate(empty)
    query = (
        "SELECT count(*), count(*) FILTER (WHERE pg_get_userbyid(relowner) = 'lt_owner') FROM pg_class AS c "
        "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN "
        "('register', 'exchange', 'ledger', 'ops')"
    )
    total, owned = one(empty, query)
    assert total == owned
    assert total > 10


@pytest.mark.every_postgres
def test_a_new_database_sorts_and_folds_alike_everywhere(empty, folder):
    migrate(empty, folder=folder)
    assert one(empty, "SELECT lower('ĐẶNG'), 'Z' < 'a', 'z' < 'Đ', getdatabaseencoding()") == (
        "đặng", True, True, "UTF8",
    )  # fmt: skip


@pytest.mark.every_postgres
def test_files_apply_in_order_and_only_what_is_pending(empty, folder):
    assert migrate(empty, folder=folder) == ("0001_first.sql", "0002_second.sql")
    (folder / "0003_third.sql").write_text("CREATE INDEX item_name ON shop.item (name);\n")
    assert status(empty, folder=folder).pending == ("0003_third.sql",)
    assert migrate(empty, folder=folder) == ("0003_third.sql",)
    assert one(empty, "SELECT count(*) FROM pg_indexes WHERE indexname = 'item_name'") == (1,)


def test_an_applied_file_that_changed_refuses_and_applies_nothing(empty, folder):
    migrate(empty, folder=folder)
    with (folder / "0001_first.sql").open("a") as file:
        file.write("-- a harmless comment\n")
    (folder / "0003_third.sql").write_text("CREATE TABLE shop.late (id int);\n")
    assert status(empty, folder=folder).changed == ("0001_first.sql",)
    with pytest.raises(MigrationError, match=r"0001_first.sql was changed.*new file"):
        migrate(empty, folder=folder)
    assert one(empty, "SELECT to_regclass('shop.late')") == (None,)


def test_a_database_of_a_newer_release_is_refused(empty, folder):
    migrate(empty, folder=folder)
    (folder / "0002_second.sql").unlink()
    assert status(empty, folder=folder).unknown == ("0002_second.sql",)
    assert not status(empty, folder=folder).is_current
    with pytest.raises(MigrationError, match=r"0002_second.sql.*newer"):
        migrate(empty, folder=folder)


def test_a_file_squeezed_in_before_an_applied_one_is_refused(empty, folder):
    migrate(empty, folder=folder)
    (folder / "0000_squeezed.sql").write_text("SELECT 1;\n")
    with pytest.raises(MigrationError, match=r"0000_squeezed.sql comes before 0002_second.sql"):
        migrate(empty, folder=folder)


def test_a_failing_file_leaves_no_trace_of_itself_and_the_ones_before_stay(empty, folder):
    bad = folder / "0003_bad.sql"
    bad.write_text("CREATE TABLE shop.half (id int);\nCREATE TABLE shop.item (id int);\n")
    with pytest.raises(MigrationError, match=r"0003_bad.sql.*already exists"):
        migrate(empty, folder=folder)
    assert one(empty, "SELECT to_regclass('shop.half')") == (None,)
    assert [entry.name for entry in status(empty, folder=folder).applied] == [
        "0001_first.sql", "0002_second.sql",
    ]  # fmt: skip
    bad.write_text("CREATE TABLE shop.half (id int);\n")
    assert migrate(empty, folder=folder) == ("0003_bad.sql",)


@pytest.mark.parametrize("ending", ["COMMIT", "COMMIT; BEGIN", "ROLLBACK", "ROLLBACK; BEGIN"])
def test_a_file_that_ends_its_transaction_is_refused(empty, folder, ending):
    (folder / "0003_own.sql").write_text(f"CREATE TABLE shop.own (id int); {ending};\n")
    with pytest.raises(MigrationError, match=r"0003_own.sql"):
        migrate(empty, folder=folder)
    assert "0003_own.sql" in status(empty, folder=folder).pending


def test_a_syntax_error_says_where(empty, folder):
    (folder / "0003_bad.sql").write_text("CREATE TABEL shop.typo (id int);\n")
    with pytest.raises(MigrationError, match=r"0003_bad.sql at character 8"):
        migrate(empty, folder=folder)


def test_files_cannot_do_what_the_owner_may_not(empty, folder):
    (folder / "0003_reach.sql").write_text("CREATE ROLE intruder;\n")
    with pytest.raises(MigrationError, match=r"0003_reach.sql.*permission denied"):
        migrate(empty, folder=folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("3_short.sql", "NNNN_what"),
        ("0003-dash.sql", "NNNN_what"),
        ("0002_again.sql", "number 0002 is taken"),
    ],
)
def test_badly_named_files_are_refused(folder, name, message):
    (folder / name).write_text("SELECT 1;\n")
    with pytest.raises(MigrationError, match=message):
        schema_files(folder)


def test_no_files_is_an_incomplete_installation(tmp_path):
    with pytest.raises(MigrationError, match="incomplete"):
        schema_files(tmp_path)


@pytest.mark.every_postgres
def test_two_runners_at_once_apply_each_file_once(empty):
    results: list[tuple[str, ...]] = []
    failures: list[BaseException] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        try:
            results.append(migrate(empty))
        except Exception as error:  # noqa: BLE001 - the test shows whatever a runner raised
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    everything = tuple(file.name for file in schema_files())
    assert sorted(results, key=len) == [(), (), (), everything]


def test_a_runner_waits_for_a_lock_only_so_long(empty, folder, monkeypatch):
    migrate(empty, folder=folder)
    (folder / "0003_third.sql").write_text("ALTER TABLE shop.item ADD COLUMN price int;\n")
    text = runner._text
    monkeypatch.setattr(
        runner,
        "_text",
        lambda name: b"SET lock_timeout = 200" if name == "lock_timeout" else text(name),
    )
    with administrator(empty) as reader:
        reader.autocommit = False
        reader.execute("SELECT * FROM shop.item")
        with pytest.raises(MigrationError, match="waited 30 s"):
            migrate(empty, folder=folder)
    assert migrate(empty, folder=folder) == ("0003_third.sql",)


def test_a_runner_killed_in_the_middle_frees_the_lock_and_leaves_no_half(empty, folder):
    (folder / "0003_slow.sql").write_text("CREATE TABLE shop.slow (id int); SELECT pg_sleep(60);\n")
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty, folder=folder)
        except (MigrationError, DatabaseUnavailable) as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    with administrator(empty.named("postgres")) as connection:
        killed = 0
        deadline = time.monotonic() + 30
        while killed < 2 and time.monotonic() < deadline:
            row = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid IN (SELECT pid FROM "
                "pg_stat_activity WHERE application_name = 'lienthong migrate' AND (SELECT count(*) FROM "
                "pg_stat_activity WHERE datname = %s AND wait_event = 'PgSleep') > 0)",
                (empty.name,),
            ).fetchone()
            assert row is not None
            killed += row[0]
    thread.join()
    assert len(failures) == 1
    assert one(empty, "SELECT to_regclass('shop.slow'), to_regclass('shop.item') IS NOT NULL") == (None, True)
    (folder / "0003_slow.sql").write_text("CREATE TABLE shop.slow (id int);\n")
    assert migrate(empty, folder=folder) == ("0003_slow.sql",)


@pytest.mark.every_postgres
def test_passwords_come_from_the_files_and_a_new_file_is_a_new_password(empty, tmp_path_factory, folder):
    mine = tmp_path_factory.mktemp("passwords")
    write_private(mine / "postgres", f"{read_password(empty.passwords / 'postgres')}\n".encode())
    own = replace(empty, passwords=mine)
    try:
        migrate(own, folder=folder)
        with connect_blocking(own, Role.NOTARY):
            pass
        with pytest.raises(DatabaseUnavailable):
            connect_blocking(empty, Role.NOTARY)
        with administrator(empty) as connection:
            rows = connection.execute(
                "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'lt\\_%'"
            ).fetchall()
        verifiers = dict(rows)
        assert verifiers.pop("lt_owner") is None
        assert all(verifier.startswith("SCRAM-SHA-256$") for verifier in verifiers.values())
        assert len(verifiers) == 6
    finally:
        migrate(empty, folder=folder)  # the other tests of this cluster use its own files
    with connect_blocking(empty, Role.NOTARY):
        pass


def test_an_unusable_password_folder_is_told(empty, tmp_path, folder):
    write_private(tmp_path / "postgres", f"{read_password(empty.passwords / 'postgres')}\n".encode())
    write_private(tmp_path / "lt_gateway", b"\n")
    with pytest.raises(MigrationError, match=r"no password for lt_gateway.*empty"):
        migrate(replace(empty, passwords=tmp_path), folder=folder)


def test_the_status_of_a_database_that_is_not_there(empty):
    with pytest.raises(DatabaseUnavailable, match="lienthong db migrate"):
        status(empty)


def test_a_name_is_data_and_not_sql(clusters, folder):
    database = clusters.server("wheel").database('odd"; DROP ROLE lt_gateway; --')
    try:
        assert migrate(database, folder=folder) == ("0001_first.sql", "0002_second.sql")
    finally:
        with administrator(database.named("postgres")) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(database.name)))
