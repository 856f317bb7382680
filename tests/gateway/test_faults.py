"""What breaks and what must not: no answer without its record, and the gateway comes back by itself."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lienthong.core.grant_document import Quotas, Suspension
from lienthong.db import EmbeddedServer, Role, connect_blocking
from lienthong.db.account import server_account
from lienthong.db.migrate import migrate
from lienthong.deployment import is_free
from lienthong_protocol.refusals import Code
from tests.conftest import TEST_SETTINGS, open_folder
from tests.core import granting
from tests.gateway.expect import nothing_recorded, says, turned_away
from tests.gateway.load import every_answer_is_recorded, load
from tests.gateway.wire import head, raw, read_reply
from tests.gateway.world import FIELDS, PERSON, World, close_world, granted, key_of, open_world, systems

PLENTY = Quotas(persons=1_000_000, calls=1_000_000)
BODY = msgspec.json.encode({**PERSON, "fields": FIELDS})


class Site:
    """A server of one's own with a gateway on it: both may be broken."""

    def __init__(self, server: EmbeddedServer, world: World) -> None:
        self.server, self.world = server, world

    def backends(self, role: str = "lt_gateway") -> list[int]:
        rows = self.world.select("SELECT pid FROM pg_stat_activity WHERE usename = %s", role)
        return [pid for (pid,) in rows]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    folder = open_folder(Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None)
    server = EmbeddedServer(folder / "data", settings=TEST_SETTINGS)
    server.start()
    migrate(server.database())
    world = open_world(server.database(), read_deadline=0.7, record_deadline=0.7, body_timeout=1.0)
    asyncio.run(world.furnish(systems()))
    world.start()
    yield Site(server, world)
    close_world(world)
    server.stop()
    shutil.rmtree(folder)


@contextmanager
def locked(world: World, table: str) -> Iterator[None]:
    """Hold a table so that nobody else gets at it."""
    with connect_blocking(world.database, Role.ADMINISTRATOR) as connection, connection.transaction():
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def await_ready(world: World, within: float = 15.0) -> float:
    started = time.monotonic()
    while world.get("/readyz").status != 200 or world.lookup().status != 200:
        assert time.monotonic() < started + within, world.log()
        time.sleep(0.05)
    return time.monotonic() - started


@pytest.mark.law("R6.1")
def test_without_a_database_at_start_it_refuses_and_recovers_by_itself(site: Site) -> None:
    world = site.world
    world.stop()
    site.server.stop()
    world.start(ready=False)
    ready = world.get("/readyz")
    assert (ready.status, ready.body) == (503, b"LT502\n")
    assert world.get("/healthz").status == 200
    headers = world.sign("hospital", "/v1/lookup", BODY)
    turned_away(
        raw(world, head("POST", "/v1/lookup", [*headers, ("content-length", str(len(BODY)))]) + BODY),
        Code.DATABASE_UNAVAILABLE,
    )
    turned_away(world.get("/v1/checkpoints"), Code.DATABASE_UNAVAILABLE)
    site.server.start()
    assert await_ready(world) < 8
    assert world.broke_nothing(), world.log()


def await_readiness(world: World, status: int, within: float = 15.0) -> bytes:
    """Wait until the worker says of itself what is expected, asked by nobody but this; what it said."""
    deadline = time.monotonic() + within
    while (said := world.get("/readyz")).status != status:
        assert time.monotonic() < deadline, said.body
        time.sleep(0.05)
    return said.body


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_worker_says_that_its_database_went_away_and_that_it_is_back(site: Site, how: str) -> None:
    """Nobody asks for a person meanwhile: the worker must find out by itself."""
    world = site.world
    await_readiness(world, 200)
    getattr(site.server, how)()
    assert await_readiness(world, 503) == b"LT502\n"
    assert world.get("/healthz").status == 200
    reply = world.lookup()
    says(reply, Code.DATABASE_UNAVAILABLE)
    assert reply.fault is None, "the proven caller's refusal is signed all the same"
    site.server.start()
    assert await_readiness(world, 200) == b"ready\n"
    await_ready(world)
    assert world.broke_nothing(), world.log()


@pytest.mark.law("R6.1")
def test_a_database_killed_under_load_loses_no_record_of_an_answer(site: Site) -> None:
    world = site.world
    with load(world) as callers:
        for _ in range(2):
            callers.await_answers(100)
            site.server.kill()
            time.sleep(0.5)
            site.server.start()
            callers.await_answers(50)
    assert callers.codes <= {Code.DATABASE_UNAVAILABLE, Code.RECORD_UNCERTAIN}
    assert 503 in callers.statuses
    for reply in callers.replies:
        if reply.status == 503:
            says(reply, Code(reply.code))
            assert "lt-receipt" not in reply.headers
    every_answer_is_recorded(world, callers.answered)
    assert world.broke_nothing(), world.log()


@pytest.mark.law("R1.1", "R6.1")
def test_a_nonce_is_remembered_through_kills_of_gateway_and_database(site: Site) -> None:
    world = site.world
    headers = world.sign("hospital", "/v1/lookup", BODY, request_id="through-kills")
    first = world.exchange("/v1/lookup", headers, BODY)
    world.stop(signal.SIGKILL)
    site.server.kill()
    site.server.start()
    world.start()
    again = world.exchange("/v1/lookup", headers, BODY)
    assert (first.status, again.code) == (200, Code.REPLAYED)
    assert str(first.receipt.index) in again.json["detail"]


@pytest.mark.law("R6.1")
def test_a_gateway_killed_under_load_gave_only_what_is_recorded(site: Site) -> None:
    world = site.world
    with load(world) as callers:
        callers.await_answers(100)
        world.stop(signal.SIGKILL)
        world.start()
        callers.await_answers(100)
    every_answer_is_recorded(world, callers.answered)


@pytest.mark.law("R1.4", "R8.2")
def test_a_key_revoked_mid_stream_is_dead_from_its_own_record_on(site: Site) -> None:
    world = site.world
    world.grant(granted("revoked", right={"quotas": PLENTY}))
    document = granted("revoked", revision=2, right={"quotas": PLENTY})
    with load(world, "revoked", callers=4, pause=0.04) as callers:
        callers.await_answers(60)
        (key,) = document.keys
        dead = msgspec.structs.replace(key, revoked_at=datetime.now(UTC))
        world.grant(msgspec.structs.replace(document, keys=(dead,)), awaited=False)
        deadline = time.monotonic() + 10
        while Code.KEY_NOT_ACCEPTED not in callers.codes:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)
    nothing_after_its_grant(world, callers.answered, "revoked", allowed="")
    late = callers.replies[-1]
    turned_away(late, Code.KEY_NOT_ACCEPTED)


@pytest.mark.law("R4.5", "R8.6")
def test_a_suspension_mid_stream_holds_from_its_own_record_on(site: Site) -> None:
    world = site.world
    world.grant(granted("suspended", right={"quotas": PLENTY}))
    now = datetime.now(UTC) - timedelta(seconds=1)
    entry = Suspension(ground="BB", restored_by="khắc phục", signed_by=("A", "B"), valid_from=now)
    facts = granting.facts(suspensions=(entry,))
    with load(world, "suspended", callers=4, pause=0.04) as callers:
        callers.await_answers(60)
        world.grant(granted("suspended", revision=2, right={"quotas": PLENTY}, facts=facts), awaited=False)
        deadline = time.monotonic() + 10
        while Code.SUSPENDED not in callers.codes:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.3)
    nothing_after_its_grant(world, callers.answered, "suspended", allowed=Code.SUSPENDED)
    assert callers.replies[-1].fault is None


def nothing_after_its_grant(world: World, answered: list[Any], system: str, *, allowed: str) -> None:
    """No exchange of a system stands behind the leaf of its second grant but refusals with one code."""
    every_answer_is_recorded(world, answered)
    kinds = "SELECT index, body FROM exchange.record WHERE system = %s ORDER BY index"
    records = [(index, msgspec.json.decode(body)) for index, body in world.select(kinds, system)]
    (_, grant) = [index for index, record in records if record["kind"] == "grant"]
    after = {record["code"] for index, record in records if index > grant}
    assert after <= ({allowed} if allowed else set())
    assert max(reply.receipt.index for reply in answered) < grant


@pytest.mark.law("R6.1")
def test_a_stalled_database_is_given_up_and_answers_nothing(site: Site) -> None:
    world = site.world
    assert world.lookup().status == 200
    stopped = site.backends()
    before = world.leaves()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: world.lookup(), range(8)))
        took = time.monotonic() - started
        assert {reply.status for reply in replies} <= {200, 503}
        unanswered = [reply for reply in replies if reply.status == 503]
        assert unanswered
        for reply in unanswered:
            says(reply, Code(reply.code))
            assert reply.fault is None
        assert took < 5
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    await_ready(world)
    answered = [reply for reply in replies if reply.status == 200]
    every_answer_is_recorded(world, answered)
    assert world.leaves() >= before + 2 * len(answered)


def test_a_stalled_duty_beside_requests_is_begun_anew(site: Site) -> None:
    """A worker whose one connection for counting hangs would never again learn what the others recorded."""
    world = site.world
    query = (
        "SELECT pid FROM pg_stat_activity WHERE usename = 'lt_gateway' "
        "AND (query LIKE '%%tail_usage%%' OR query LIKE '%%open_findings%%')"
    )
    deadline = time.monotonic() + 30
    while len(found := world.select(query)) != 1:  # between two of its questions it shows another
        assert time.monotonic() < deadline
    (pid,) = found[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        while not [row for row in world.select(query) if row[0] != pid]:
            assert time.monotonic() < deadline
            assert world.lookup().status in (200, 503)
            time.sleep(0.1)
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.law("R6.1")
def test_an_append_that_hangs_is_answered_by_lt503_and_may_be_asked_after(site: Site) -> None:
    """The record may become durable after all: the caller learns it from its receipts, never the answer."""
    world = site.world
    with locked(world, "exchange.nonce"):
        started = time.monotonic()
        reply = world.lookup(request_id="uncertain-1")
        assert time.monotonic() - started < 4
        says(reply, Code.RECORD_UNCERTAIN)
        assert reply.fault is None
        assert "lt-receipt" not in reply.headers
    await_ready(world)
    asked = {"request_ids": ["uncertain-1"], "since": int(time.time()) - 60}
    told = world.ask("hospital", "/v1/receipts", asked).json["receipts"]
    assert [entry["index"] for entry in told] == [each["index"] for each in world.records_of("uncertain-1")]
    again = world.lookup(request_id="uncertain-1")
    assert (again.status, again.fault) == (200, None)


@pytest.fixture(scope="module")
def patient(site: Site) -> Iterator[World]:
    """A second gateway on the same database: a short queue, a long patience."""
    made = open_world(site.world.database, queue_limit=24, read_deadline=8.0)
    shutil.copytree(site.world.keys, made.keys)
    made.start()
    yield made
    close_world(made)


def test_a_full_queue_turns_away_at_once_with_seconds_to_wait(patient: World) -> None:
    with ThreadPoolExecutor(60) as pool:
        with locked(patient, "register.person"):
            asked = [pool.submit(patient.lookup) for _ in range(60)]
            deadline = time.monotonic() + 5
            while len(turned := [each.result() for each in asked if each.done()]) < 20:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        replies = [each.result() for each in asked]
    assert {reply.status for reply in turned} == {503}
    for reply in (reply for reply in replies if reply.status == 503):
        says(reply, Code.OVERLOADED)
        assert reply.fault is None
    served = [reply for reply in replies if reply.status == 200]
    assert len(served) >= 24
    every_answer_is_recorded(patient, served)


def test_what_is_in_flight_when_told_to_stop_is_answered(patient: World) -> None:
    assert patient.process is not None
    with ThreadPoolExecutor(20) as pool:
        with locked(patient, "register.person"):
            asked = [pool.submit(patient.lookup) for _ in range(20)]
            time.sleep(0.7)
            patient.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        replies = [each.result() for each in asked]
    assert {reply.status for reply in replies} == {200}
    assert patient.process.wait(15) == 0
    every_answer_is_recorded(patient, replies)


def test_a_body_that_drips_is_given_up(site: Site) -> None:
    world = site.world
    headers = world.sign("hospital", "/v1/lookup", BODY)
    first = head("POST", "/v1/lookup", [*headers, ("content-length", str(len(BODY)))])
    with nothing_recorded(world), socket.create_connection(("127.0.0.1", world.port), timeout=5) as slow:
        slow.sendall(first)
        started = time.monotonic()
        for _ in range(3):
            slow.sendall(b"{")
            time.sleep(0.25)
        turned_away(read_reply(slow), Code.REQUEST_TIMEOUT)
        assert time.monotonic() - started < 3


def test_headers_that_drip_are_cut_and_hinder_nobody(site: Site) -> None:
    world = site.world
    slow = [socket.create_connection(("127.0.0.1", world.port), timeout=5) for _ in range(100)]
    try:
        for each in slow:
            each.sendall(b"POST /v1/lookup HTTP/1.1\r\nhost: a\r\n")
        started = time.monotonic()
        assert world.lookup().status == 200
        assert time.monotonic() - started < 1
        time.sleep(1.5)
        ended = 0
        for each in slow:
            try:
                each.sendall(b"x-a: b\r\n")
                ended += each.recv(1) in {b"", b"H"}
            except OSError:
                ended += 1
        assert ended == 100
    finally:
        for each in slow:
            each.close()


def test_callers_who_leave_are_recorded_and_disturb_nobody(site: Site) -> None:
    world = site.world
    for number in range(20):
        headers = world.sign("hospital", "/v1/lookup", BODY, request_id=f"gone-{number}")
        whole = head("POST", "/v1/lookup", [*headers, ("content-length", str(len(BODY)))]) + BODY
        with socket.create_connection(("127.0.0.1", world.port), timeout=5) as gone:
            gone.sendall(whole if number % 2 else whole[:-10])
            if number % 3 == 0:
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    assert world.lookup().status == 200
    time.sleep(1.2)
    for number in range(20):
        assert len(world.records_of(f"gone-{number}")) <= number % 2
    assert world.broke_nothing(), world.log()


MOUNT = """
import ctypes, sys

system, target = ctypes.CDLL(None), sys.argv[1].encode()
if system.mount(b"none", target, b"tmpfs", 0, b"size=220m,mode=711") == 0:
    print("mounted", flush=True)
    sys.stdin.read()
    system.umount2(target, 0)
"""
OF_ITS_OWN = ("unshare", "--map-current-user", "--keep-caps", "--mount")


class SmallDisk:
    """A file system with little room: root mounts it, anybody else in a namespace of a process of theirs."""

    def __init__(self, folder: Path) -> None:
        disk = folder / "disk"
        disk.mkdir()
        command = () if os.geteuid() == 0 else OF_ITS_OWN
        self.holder = subprocess.Popen(
            (*command, sys.executable, "-c", MOUNT, disk), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.holder.stdout is not None
        self.is_mounted = self.holder.stdout.readline() == b"mounted\n"
        self.path = Path(f"/proc/{self.holder.pid}/root{disk}") if command else disk

    def take(self, _server: EmbeddedServer) -> None:
        fill(self.path / "ballast")

    def give(self, _server: EmbeddedServer) -> None:
        (self.path / "ballast").unlink()

    def close(self) -> None:
        self.holder.communicate(b"")


class NoFileGrows:
    """A disk that takes nothing more from the server, by a limit the kernel puts on its processes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def take(self, server: EmbeddedServer) -> None:
        self._limit(server, "0")

    def give(self, server: EmbeddedServer) -> None:
        self._limit(server, "unlimited")

    def _limit(self, server: EmbeddedServer, size: str) -> None:
        for process in server.folder.processes():
            command = ["prlimit", "--pid", str(process), f"--fsize={size}:"]
            done = subprocess.run(
                command, check=False, capture_output=True, text=True, **server_account().child()
            )
            assert done.returncode == 0 or not Path(f"/proc/{process}").exists(), done.stderr

    def close(self) -> None:
        """Nothing is left: the limits went with the processes."""


def kinds_of_full_disk() -> list[type[SmallDisk | NoFileGrows]]:
    """Return the kinds this machine has: a container may forbid every file system of one's own."""
    with tempfile.TemporaryDirectory() as folder:
        tried = SmallDisk(Path(folder))
        tried.close()
    return [NoFileGrows, SmallDisk] if tried.is_mounted else [NoFileGrows]


@pytest.mark.law("R6.1")
@pytest.mark.parametrize("kind", kinds_of_full_disk())
def test_a_full_disk_of_the_log_answers_nothing_and_loses_nothing(
    kind: type[SmallDisk | NoFileGrows],
) -> None:
    """Callers get 503 while there is no room, every answer given is recorded, and room brings all back."""
    folder = open_folder()
    disk = kind(folder)
    server = EmbeddedServer(disk.path / "data", settings=TEST_SETTINGS)
    guard = {"path": str(disk.path), "least_free_bytes": 1, "least_free_share": 0.0, "interval": 0.2}
    server.start()
    migrate(server.database())
    world = open_world(server.database(), record_deadline=0.7, disk=guard)
    try:
        asyncio.run(world.furnish(systems()))
        world.start()
        with load(world, callers=6) as callers:
            callers.await_answers(50)
            disk.take(server)
            deadline = time.monotonic() + 30
            while 503 not in callers.statuses:
                assert time.monotonic() < deadline
                disk.take(server)
                time.sleep(0.1)
            time.sleep(0.5)
            disk.give(server)
            if not server.is_running:
                server.start()
            callers.await_answers(20, within=30)
        assert callers.codes <= {Code.DATABASE_UNAVAILABLE, Code.RECORD_UNCERTAIN, Code.LOW_DISK}
        every_answer_is_recorded(world, callers.answered)
        assert world.broke_nothing(), world.log()
        guarded(world, disk.path)
    finally:
        close_world(world)
        server.stop()
        disk.close()
        shutil.rmtree(folder)


def guarded(world: World, disk: Path) -> None:
    """With the guard on, nothing is taken before the disk is full, and work goes on once there is room."""
    world.stop()
    room = os.statvfs(disk)
    free = room.f_bavail * room.f_frsize
    margin = min(free // 4, 2_000_000_000)  # other tests write to the same disk meanwhile
    world.settings["disk"] |= {"least_free_bytes": free - margin}
    world.start()
    assert world.lookup().status == 200
    with (disk / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, 2 * margin)
    time.sleep(0.7)
    assert world.get("/readyz").body == b"LT504\n"
    headers = world.sign("hospital", "/v1/lookup", BODY)
    with nothing_recorded(world):
        whole = head("POST", "/v1/lookup", [*headers, ("content-length", str(len(BODY)))]) + BODY
        turned_away(raw(world, whole), Code.LOW_DISK)
    assert world.metric("lienthong_alarms_total") >= 1
    (disk / "ballast").unlink()
    time.sleep(0.7)
    assert world.lookup().status == 200


def fill(path: Path) -> None:
    """Write until nothing more goes in."""
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_workers_end_with_the_process_that_started_them(site: Site) -> None:
    """Left alone they would go on answering with nobody to watch them, and hold the port."""
    world = site.world
    assert world.process is not None
    workers = Path(f"/proc/{world.process.pid}/task/{world.process.pid}/children").read_text().split()
    assert workers
    world.process.kill()
    world.process.wait()
    deadline = time.monotonic() + 20
    while any(Path("/proc", worker).exists() for worker in workers) or not is_free(world.port):
        assert time.monotonic() < deadline, world.log()
        time.sleep(0.02)
    world.start()
    assert world.lookup().status == 200


def test_two_systems_may_not_name_one_key(site: Site) -> None:
    """The key stays with the system that had it first, and the other is an alarm."""
    world = site.world
    before = world.metric("lienthong_alarms_total")
    world.grant(granted("squatter", key=key_of("hospital"), right={"quotas": PLENTY}))
    assert world.metric("lienthong_alarms_total") > before
    reply = world.lookup("hospital")
    assert world.records_of(reply.request_id)[0]["system"] == "hospital"
