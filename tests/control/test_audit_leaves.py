"""Events come into the log: each once, none left out, whatever dies meanwhile."""

import os
import signal
import subprocess
import sys
import threading
import time
from hashlib import sha256

import msgspec
import psycopg
import pytest

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.audit.leaves import append_waiting, proof_of
from lienthong.control.jobs.registry import DUTIES
from lienthong.core.access import Role
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import Act, Kind, decode_record
from tests.control.portal import OWN_BODY, pointed_at

INSERT = """
    INSERT INTO audit.event (kind, portal, actor_name, roles, subject_kind, subject, law, profile, detail)
    VALUES ('x', '', '', '{}', %s, '1', '{}', 'p', %s)
"""


def do(count: int) -> None:
    for number in range(count):
        with acting(
            Event(kind="test.done", actor=None, subject_kind="thing", subject=str(number), law=("R8.1",))
        ):
            pass


def counted(database, *, table: str) -> int:
    with connect_blocking(database, DatabaseRole.ADMINISTRATOR) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.mark.law("R6.1", "R8.1")
def test_an_event_is_in_the_log_as_the_page_of_the_protocol_says(portals):
    actor = portals.account(Role.CHIEF, name='Trần Thị “B” \\ "C"')
    with acting(
        Event(
            kind="request.assigned", actor=actor, subject_kind="request", subject="YC-1", body=OWN_BODY,
            law=("R5.2",), detail={"to": "Lê Văn C", "from": "chưa giao"},
        )
    ):  # fmt: skip
        pass
    assert append_waiting() == 3
    (event,) = events_of("request", "YC-1")
    assert event.index == 2
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        body = connection.execute("SELECT body FROM exchange.record WHERE index = 2").fetchone()[0]
        leaf = connection.execute("SELECT hash FROM ledger.leaf WHERE index = 2").fetchone()[0]
    record = decode_record(body)
    assert (record.act, record.kind, record.agency, record.system) == (
        Act.CONNECT,
        Kind.STAFF_ACT,
        "authority",
        "hub",
    )
    proof = proof_of(event.id)
    assert record.note == f"event {event.id} sha-256 {sha256(proof.content).hexdigest()}"
    assert (proof.index, proof.leaf, proof.holds) == (2, leaf_hash(body), True)
    assert proof.leaf == leaf
    content = msgspec.json.decode(proof.content)
    assert content["actor_name"] == actor.name
    assert content["detail"] == {"from": "chưa giao", "to": "Lê Văn C"}
    assert len(content["salt"]) == 22
    assert append_waiting() == 0
    assert proof_of(event.id + 1) is None


def test_an_event_that_waits_has_no_leaf_and_one_that_was_changed_does_not_hold(portals):
    do(1)
    (event,) = events_of("thing", "0")
    assert (proof_of(event.id).index, proof_of(event.id).holds) == (None, False)
    append_waiting()
    assert proof_of(event.id).holds
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute("ALTER TABLE audit.event DISABLE TRIGGER no_change")
        connection.execute("UPDATE audit.event SET actor_name = 'ai khác'")
    assert not proof_of(event.id).holds


def test_two_processes_at_once_bring_each_event_in_once(portals):
    do(40)
    brought: list[int] = []

    def bring() -> None:
        with pointed_at(portals.database):
            brought.append(append_waiting())

    threads = [threading.Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert append_waiting() == 0
    assert sum(brought) == 40
    assert counted(portals.database, table="audit.leaf") == 40
    assert counted(portals.database, table="exchange.record") == 40


def test_an_event_committed_late_is_not_left_behind(portals):
    """Its number is lower than that of events in the log already."""
    with connect_blocking(portals.database, DatabaseRole.CONTROL) as slow, slow.transaction():
        slow.execute(INSERT, ["late", "{}"])
        do(2)
        assert append_waiting() == 2
    assert append_waiting() == 1
    (late,) = events_of("late", "1")
    assert late.index == 2
    assert proof_of(late.id).holds


def test_only_text_can_stand_in_the_detail_of_an_event(portals):
    with (
        connect_blocking(portals.database, DatabaseRole.CONTROL) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(INSERT, ["x", '{"n": 1}'])


def test_the_page_of_an_event_shows_whether_the_log_holds_it(portals):
    do(1)
    (event,) = events_of("thing", "0")
    handler = portals.browser(Role.HANDLER)
    page = f"/staff/audit/{event.id}/"
    assert "Đang chờ ghi" in handler.get(page).content.decode()
    append_waiting()
    shown = handler.get(page).content.decode()
    assert "Khớp với nhật ký" in shown
    assert proof_of(event.id).hash.hex() in shown
    assert "lienthong ledger prove 0." in shown
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute("ALTER TABLE audit.event DISABLE TRIGGER no_change")
        connection.execute("UPDATE audit.event SET kind = 'test.undone' WHERE id = %s", [event.id])
    assert "Không khớp với nhật ký" in handler.get(page).content.decode()
    assert handler.get("/staff/audit/999999/").status_code == 404
    (own,) = events_of("account", str(handler.actor.id))[:1]
    assert handler.get(f"/staff/audit/{own.id}/").status_code == 404, "colleagues' addresses are in there"
    assert portals.browser(Role.INSPECTOR).get(f"/staff/audit/{own.id}/").status_code == 200


def test_an_event_taken_from_those_that_wait_raises_the_alarm_until_it_is_back(portals, caplog):
    do(3)
    (event,) = events_of("thing", "1")
    watched = [DUTIES[name].act for name in ("audit.dropped_lately", "audit.dropped")]
    for watch in watched:
        watch()
    assert caplog.records == [], "what waits or stands in the log is no reason to cry out"
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute("DELETE FROM audit.pending WHERE event = %s", [event.id])
    append_waiting()
    for watch in watched:
        watch()
    assert [(record.levelname, record.args) for record in caplog.records] == [
        ("CRITICAL", (str(event.id),))
    ] * 2
    page = f"/staff/audit/{event.id}/"
    handler = portals.browser(Role.HANDLER)
    assert "Bị gỡ khỏi hàng chờ" in handler.get(page).content.decode()
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.execute("INSERT INTO audit.pending (event) VALUES (%s)", [event.id])
    append_waiting()
    caplog.clear()
    for watch in watched:
        watch()
    assert caplog.records == []
    assert "Khớp với nhật ký" in handler.get(page).content.decode()


APPENDER = """
import sys
from pathlib import Path
from django.db import connections
from lienthong.control.starting import SEARCH_PATH, connection_settings, prepare
from lienthong.db import Database
prepare()
host, port, name, passwords = sys.argv[1:]
database = Database(host, int(port), name, Path(passwords))
settings = connection_settings(database, search_path=SEARCH_PATH)
connections.settings["default"] = connections.configure_settings({"default": settings})["default"]
from lienthong.control.audit import leaves
leaves._MOST = 3
print("ready", flush=True)
while True:
    leaves.append_waiting()
"""


def test_kill_9_at_any_moment_loses_no_event_and_brings_none_in_twice(portals):
    at = portals.database
    where = (at.host, str(at.port), at.name, str(at.passwords))
    done = 0
    for turn in range(6):
        with subprocess.Popen((sys.executable, "-c", APPENDER, *where), stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            do(25)
            done += 25
            time.sleep(0.003 * turn)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    append_waiting()
    assert counted(portals.database, table="audit.pending") == 0
    assert counted(portals.database, table="audit.leaf") == done
    assert counted(portals.database, table="exchange.record") == done
    for number in range(done // 6):
        assert all(proof_of(event.id).holds for event in events_of("thing", str(number)))
