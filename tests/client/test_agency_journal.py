"""The journal only grows, survives a kill, is shared by processes, and shows what is changed behind it."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from lienthong_agency import Journal, JournalBrokenError, JournalError
from lienthong_protocol.journal import JournalEntry, JournalHead, Stage, encode_entry
from lienthong_protocol.merkle import leaf_hash, root_of
from lienthong_protocol.record import Act, Kind

ENTRY = JournalEntry(
    stage=Stage.SENT,
    act=Act.EXPLOIT,
    kind=Kind.LOOKUP,
    at=1_795_000_000_000_000,
    hub="hub.example/log",
    system="moh-his-01",
    key="k" * 43,
    method="POST",
    target="https://hub.example/v1/lookup",
    profile="lt-1",
    request_id="r-0",
    request_params=';created=1;keyid="k";nonce="n";tag="t"',
    request_signature="A" * 86 + "==",
)


def entry(number: int) -> JournalEntry:
    return msgspec.structs.replace(ENTRY, request_id=f"r-{number % 3}", at=number)


def fill(path: Path, size: int) -> Journal:
    journal = Journal(path)
    for number in range(size):
        assert journal.append(entry(number)) == number
    return journal


def test_entries_come_back_in_order_and_the_head_is_their_tree(tmp_path: Path) -> None:
    with fill(tmp_path / "j.db", 11) as journal:
        leaves = [leaf_hash(encode_entry(entry(number))) for number in range(11)]
        assert journal.head() == JournalHead(11, root_of(leaves))
        assert [found for _, found in journal.check()] == [entry(number) for number in range(11)]
        assert [position for position, _ in journal.newest(3)] == [10, 9, 8]
        assert [position for position, _ in journal.of_request("r-1")] == [1, 4, 7, 10]
        assert list(journal.of_request("r-9")) == []
        assert [position for position, _ in journal.bodies(9)] == [9, 10]
    with Journal(tmp_path / "j.db") as again:
        assert again.append(entry(11)) == 11
        assert len(list(again.check(JournalHead(11, root_of(leaves))))) == 12


def test_long_journals_are_read_in_parts(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db") as journal:
        journal._connection.execute("PRAGMA synchronous = OFF")
        for number in range(2_001):
            journal.append(entry(number))
        assert len(list(journal.check())) == 2_001


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db") as journal:
        journal.append(ENTRY)
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_appended_entry_is_on_the_disk_before_anything_goes_on(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db") as journal:
        connection = journal._connection
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET body = replace(body, 'moh', 'mof')",
        "DELETE FROM entry",
        "INSERT INTO entry (position, body) VALUES (9, 'x')",
        "INSERT OR REPLACE INTO entry (position, body) VALUES (1, 'x')",
        "UPDATE head SET size = 2",
        "UPDATE head SET size = 3",
        "DELETE FROM head",
        "INSERT INTO head (one, size, hashes) VALUES (2, 9, x'')",
    ],
)
def test_the_file_refuses_changes(tmp_path: Path, statement: str) -> None:
    with fill(tmp_path / "j.db", 3) as journal:
        with pytest.raises(sqlite3.IntegrityError):
            journal._connection.execute(statement)
        assert len(list(journal.check())) == 3


def tamper(path: Path, *statements: str) -> None:
    """Change the file as somebody would who does not care for its triggers."""
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


TAMPERED: dict[str, tuple[str, ...]] = {
    "entry-changed": ("UPDATE entry SET body = replace(body, 'r-1', 'r-2') WHERE position = 1",),
    "entry-respelled": ("UPDATE entry SET body = replace(body, ',\"act\"', ', \"act\"') WHERE position = 1",),
    "entry-no-entry": ("UPDATE entry SET body = '{}' WHERE position = 1",),
    "entry-removed": ("DELETE FROM entry WHERE position = 1",),
    "last-entry-removed": ("DELETE FROM entry WHERE position = 4",),
    "all-entries-removed": ("DELETE FROM entry",),
    "entries-exchanged": (
        "UPDATE entry SET position = 9 WHERE position = 1",
        "UPDATE entry SET position = 1 WHERE position = 2",
        "UPDATE entry SET position = 2 WHERE position = 9",
    ),
    "head-changed": ("UPDATE head SET hashes = zeroblob(length(hashes))",),
    "head-longer": ("UPDATE head SET size = 6",),
}


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("name", TAMPERED)
def test_every_change_behind_its_back_shows(tmp_path: Path, name: str) -> None:
    fill(tmp_path / "j.db", 5).close()
    tamper(tmp_path / "j.db", *TAMPERED[name])
    with Journal(tmp_path / "j.db") as journal, pytest.raises(JournalBrokenError):
        list(journal.check())


@pytest.mark.parametrize(
    "statement", ["DELETE FROM head", "UPDATE head SET size = 4", "UPDATE head SET hashes = x''"]
)
def test_a_damaged_head_is_told_at_once(tmp_path: Path, statement: str) -> None:
    fill(tmp_path / "j.db", 5).close()
    tamper(tmp_path / "j.db", statement)
    with pytest.raises(JournalBrokenError):
        Journal(tmp_path / "j.db")


def test_a_journal_written_anew_is_shown_by_the_head_kept_elsewhere(tmp_path: Path) -> None:
    with fill(tmp_path / "j.db", 5) as journal:
        kept = journal.head()
    with Journal(tmp_path / "forged.db") as forged:
        for number in (0, 1, 2, 4, 3, 5, 6):
            forged.append(entry(number))
        assert len(list(forged.check())) == 7
        with pytest.raises(JournalBrokenError, match="kept elsewhere"):
            list(forged.check(kept))
    with fill(tmp_path / "short.db", 4) as short, pytest.raises(JournalBrokenError, match="once had 5"):
        list(short.check(kept))
    with Journal(tmp_path / "j.db") as journal:
        assert len(list(journal.check(kept))) == 5
        assert len(list(journal.check(JournalHead()))) == 5


def test_files_that_are_no_journal_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database at all, but long enough to look at" * 10)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (a)")
    other.close()
    for name in ("text", "other.db"):
        with pytest.raises(JournalError):
            Journal(tmp_path / name)
    with pytest.raises(JournalError):
        Journal(tmp_path / "no" / "folder.db")
    with pytest.raises(JournalError):
        Journal(tmp_path)
    (tmp_path / "empty.db").touch(0o600)
    with Journal(tmp_path / "empty.db") as journal:
        assert journal.append(ENTRY) == 0


def test_threads_share_one_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.db") as journal:
        threads = [
            threading.Thread(target=lambda: [journal.append(entry(number)) for number in range(10)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(journal.check())) == 40


WRITER = """
import sys
from pathlib import Path
from lienthong_agency import Journal
from tests.client.test_agency_journal import entry
with Journal(Path(sys.argv[1])) as journal:
    number = 0
    while len(sys.argv) < 3 or number < int(sys.argv[2]):
        print(journal.append(entry(number)), flush=True)
        number += 1
"""


def writer(path: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_processes_share_one_journal(tmp_path: Path) -> None:
    processes = [writer(tmp_path / "j.db", "20") for _ in range(2)]
    told = [int(line) for process in processes for line in process.communicate()[0].split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(told) == list(range(40))
    with Journal(tmp_path / "j.db") as journal:
        assert len(list(journal.check())) == 40


def test_a_killed_process_loses_no_entry_it_was_told_of(tmp_path: Path) -> None:
    for lines in (3, 10):
        path = tmp_path / f"{lines}.db"
        process = writer(path)
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(lines)]
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().split("\n") if line]
        process.wait()
        process.stdout.close()
        with Journal(path) as journal:
            kept = [position for position, _ in journal.check()]
            assert kept[: len(told)] == told
            assert journal.append(ENTRY) == len(kept)
