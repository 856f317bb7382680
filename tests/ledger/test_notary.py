"""The notary signs durable heads, survives every crash, and never signs a second history."""

import asyncio
import random
import signal as signals
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Database, Role
from lienthong.ledger import cosigning
from lienthong.ledger.append import LogClosed
from lienthong.ledger.cosigning import NotCosigned, Panel, SeenOther
from lienthong.ledger.notary import LogForked, LogShrunk, Notary, Step
from lienthong.ledger.notary_loop import NotaryDuty, run
from lienthong.ledger.signed_memory import Memory, NotaryBlocked
from lienthong.ledger.stored_tree import DatabaseTree, TreeBrokenError
from lienthong_protocol.checkpoint import parse_checkpoint
from lienthong_protocol.merkle import root_of
from lienthong_protocol.notes import NoteSigner, parse_note
from lienthong_protocol.policy import Policy
from lienthong_protocol.record import Kind, decode_record

from .conftest import Served
from .log_writer import write
from .set_back import cut, log_of

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]
MakeNotary = Callable[..., Awaitable[Notary]]

LEAVES = "SELECT hash FROM ledger.leaf ORDER BY index"
CHECKPOINTS = "SELECT size, root, note FROM ledger.checkpoint ORDER BY size, at"


async def leaves_of(connection: asyncpg.Connection) -> list[bytes]:
    return [row[0] for row in await connection.fetch(LEAVES)]


@pytest.mark.every_postgres
@pytest.mark.law("R6.1")
async def test_every_head_is_signed_cosigned_and_published(
    connect_as: ConnectAs, make_notary: MakeNotary, policy: Policy
) -> None:
    gateway, superuser = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    notary = await make_notary()
    await notary.start()
    assert await notary.publish_head() is None
    for first, count in [(0, 1), (1, 150), (151, 400), (551, 1)]:
        await write(gateway, count, first=first)
        signed = await notary.publish_head()
        assert signed is not None
        leaves = await leaves_of(superuser)
        witnessed = policy.trust(signed.note.encode())
        assert (witnessed.checkpoint.size, witnessed.checkpoint.root) == (len(leaves), root_of(leaves))
        assert await notary.publish_head() is None
    rows = await superuser.fetch(CHECKPOINTS)
    assert [row["size"] for row in rows] == sorted({row["size"] for row in rows})
    for row in rows:
        checkpoint = parse_checkpoint(parse_note(row["note"]).text)
        assert (checkpoint.size, checkpoint.root) == (row["size"], row["root"])
        assert checkpoint.root == root_of(leaves[: checkpoint.size])
    tiles = await superuser.fetch("SELECT level, n, data FROM ledger.tile ORDER BY level, n")
    assert [(row["level"], row["n"]) for row in tiles] == [(0, n) for n in range(len(leaves) // 256)]
    assert all(row["data"] == b"".join(leaves[row["n"] * 256 :][:256]) for row in tiles)


async def test_a_heartbeat_is_cosigned_again_and_published(
    connect_as: ConnectAs, make_notary: MakeNotary, policy: Policy
) -> None:
    await write(await connect_as(Role.GATEWAY), 3)
    notary = await make_notary()
    await notary.start()
    first = await notary.publish_head(heartbeat=True)
    again = await notary.publish_head(heartbeat=True)
    assert first is not None
    assert again is not None
    assert first.checkpoint == again.checkpoint
    assert (
        policy.trust(again.note.encode()).cosigners[0].time
        >= policy.trust(first.note.encode()).cosigners[0].time
    )
    superuser = await connect_as(Role.ADMINISTRATOR)
    assert len(await superuser.fetch(CHECKPOINTS)) == 2


async def test_an_empty_log_has_a_heartbeat(make_notary: MakeNotary, policy: Policy) -> None:
    notary = await make_notary()
    await notary.start()
    signed = await notary.publish_head(heartbeat=True)
    assert signed is not None
    assert policy.trust(signed.note.encode()).checkpoint.size == 0


async def test_an_unreachable_witness_delays_nothing_and_catches_up(
    connect_as: ConnectAs, make_notary: MakeNotary, serve_witness: Callable[[str], Served], policy: Policy
) -> None:
    gateway = await connect_as(Role.GATEWAY)
    await write(gateway, 300)
    alone = await make_notary(witnesses=())
    await alone.start()
    signed = await alone.publish_head()
    assert signed is not None
    assert len(signed.note.signatures) == 1
    late = serve_witness("w2")
    await write(gateway, 300, first=300)
    both = await make_notary(witnesses=(late.endpoint,))
    await both.start()
    signed = await both.publish_head()
    assert signed is not None
    assert len(signed.note.signatures) == 2


async def test_a_witness_that_only_says_it_saw_more_stops_nothing(
    connect_as: ConnectAs, keys: Path, signer: NoteSigner, witness: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A larger head counts when the witness can show our signature under it, not before."""
    told: list[str] = []
    replies = {witness.url: SeenOther(10**6), "http://127.0.0.1:1": NotCosigned("out of reach")}
    monkeypatch.setattr(cosigning, "add_checkpoint", lambda endpoint, body, text: replies[endpoint.url])
    endpoints = (witness.endpoint, replace(witness.endpoint, url="http://127.0.0.1:1"))
    notary = Notary(
        await connect_as(Role.NOTARY),
        signer=signer,
        memory=Memory(keys / "log"),
        witnesses=Panel(endpoints, warn=told.append),
    )
    await notary.start()
    await write(await connect_as(Role.GATEWAY), 3)
    signed = await notary.publish_head()
    assert signed is not None
    assert len(signed.note.signatures) == 1
    assert [("says it has seen" in text, "did not cosign" in text) for text in told] == [
        (True, False),
        (False, True),
    ]


async def test_the_process_waits_while_the_log_is_set_back_and_goes_on_when_it_is_whole(
    database: Database, connect_as: ConnectAs, make_notary: MakeNotary, keys: Path, signer: NoteSigner
) -> None:
    await log_of(connect_as, make_notary)
    superuser = await connect_as(Role.ADMINISTRATOR)
    head = await superuser.fetchval("SELECT max(size) FROM ledger.head")
    await superuser.execute("ALTER TABLE ledger.head DISABLE TRIGGER USER")
    await superuser.execute("UPDATE ledger.head SET size = 5, previous = 0 WHERE size = $1", head)
    await superuser.execute("DELETE FROM ledger.head WHERE size > 5")
    stop = asyncio.Event()
    duty = NotaryDuty(database, signer, Memory(keys / "log"), interval=0.02, heartbeat=0.05)
    before = len(await superuser.fetch(CHECKPOINTS))
    process = asyncio.create_task(run(duty, stop))
    await asyncio.sleep(0.6)
    assert not process.done()
    assert len(await superuser.fetch(CHECKPOINTS)) == before
    # Meanwhile nothing can be appended at indexes that were given already, by whomever.
    assert await superuser.fetchval("SELECT cause FROM ledger.closed()") == "set_back"
    with pytest.raises(LogClosed):
        await write(await connect_as(Role.GATEWAY), 1, first=900)
    stop.set()
    await asyncio.wait_for(process, 10)
    await superuser.execute("UPDATE ledger.head SET size = $1 WHERE size = 5", head)
    notary = await make_notary()
    await notary.start()
    assert await notary.publish_head(heartbeat=True) is not None


async def test_a_notary_takes_up_a_large_log(connect_as: ConnectAs, make_notary: MakeNotary) -> None:
    gateway = await connect_as(Role.GATEWAY)
    await write(gateway, 900)
    first = await make_notary()
    await first.start()
    await first.publish_head()
    await write(gateway, 1, first=900)
    second = await make_notary()
    await second.start()
    signed = await second.publish_head()
    assert signed is not None
    assert signed.checkpoint.root == root_of(await leaves_of(await connect_as(Role.ADMINISTRATOR)))


def arguments(database: Database, keys: Path, step: int, witness: Served) -> list[str]:
    script = Path(__file__).with_name("killed_notary.py")
    parts = [database.host, database.port, database.name, database.passwords, keys, step]
    return [sys.executable, str(script), *map(str, parts), f"{witness.vkey} {witness.url}"]


@pytest.mark.law("R6.1")
async def test_kill_9_after_each_step_leaves_one_history(
    database: Database, connect_as: ConnectAs, keys: Path, witness: Served, policy: Policy
) -> None:
    gateway, superuser = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    seen: dict[int, bytes] = {}
    number = 0
    for step in Step:
        await write(gateway, 130, first=number)
        number += 130
        killed = await asyncio.to_thread(
            subprocess.run, arguments(database, keys, step, witness), check=False, capture_output=True
        )
        assert killed.returncode == -signals.SIGKILL, killed.stderr.decode()
        # Whatever left the process before it died belongs to one history.
        for note in [
            Memory(keys / "log").load(),
            *[row["note"] for row in await superuser.fetch(CHECKPOINTS)],
        ]:
            if note is not None:
                checkpoint = parse_checkpoint(parse_note(note).text)
                assert seen.setdefault(checkpoint.size, checkpoint.root) == checkpoint.root
    finished = await asyncio.to_thread(
        subprocess.run, arguments(database, keys, 0, witness), check=False, capture_output=True
    )
    assert finished.returncode == 0, finished.stderr.decode()
    leaves = await leaves_of(superuser)
    rows = await superuser.fetch(CHECKPOINTS)
    assert rows[-1]["size"] == len(leaves)
    policy.trust(rows[-1]["note"])
    for size, root in seen.items():
        assert root == root_of(leaves[:size])


async def test_kill_9_at_random_moments_leaves_one_history(
    database: Database, connect_as: ConnectAs, keys: Path, witness: Served
) -> None:
    gateway, superuser = await connect_as(Role.GATEWAY), await connect_as(Role.ADMINISTRATOR)
    chance = random.Random(7)
    for turn in range(6):
        await write(gateway, 600, first=turn * 600)
        process = await asyncio.create_subprocess_exec(*arguments(database, keys, 0, witness))
        await asyncio.sleep(chance.uniform(0.25, 0.9))
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    await asyncio.to_thread(subprocess.run, arguments(database, keys, 0, witness), check=True)
    leaves = await leaves_of(superuser)
    roots = {(row["size"], row["root"]) for row in await superuser.fetch(CHECKPOINTS)}
    assert len({size for size, _ in roots}) == len(roots)
    assert all(root == root_of(leaves[:size]) for size, root in roots)


@pytest.mark.law("R6.1")
async def test_a_database_set_back_gets_no_signature(
    connect_as: ConnectAs, make_notary: MakeNotary, keys: Path
) -> None:
    gateway, superuser = await log_of(connect_as, make_notary)
    size = (await superuser.fetch(CHECKPOINTS))[0]["size"]
    await cut(superuser, size)
    with pytest.raises(LogShrunk, match=f"holds {size} leaves"):
        await (await make_notary()).start()
    # Growing again past what was signed does not help: the leaves are others.
    await write(gateway, 700, first=1000)
    with pytest.raises(LogForked, match="does not continue"):
        await (await make_notary()).start()
    # Nor does losing the notary's file: the witness shows our signature.
    (keys / "log" / "last-signed").unlink()
    with pytest.raises(LogForked, match="does not continue"):
        await (await make_notary()).start()
    assert len(await superuser.fetch(CHECKPOINTS)) == 1


async def test_a_running_notary_stops_when_the_database_is_set_back(
    connect_as: ConnectAs, make_notary: MakeNotary
) -> None:
    gateway = await connect_as(Role.GATEWAY)
    notary = await make_notary()
    await notary.start()
    await write(gateway, 300)
    await notary.publish_head()
    superuser = await connect_as(Role.ADMINISTRATOR)
    await cut(superuser, 100)
    with pytest.raises(LogShrunk, match="holds 100 leaves"):
        await notary.publish_head()


async def test_a_running_notary_that_lost_its_memory_heeds_the_witness(
    connect_as: ConnectAs, make_notary: MakeNotary, keys: Path, witness: Served
) -> None:
    _, superuser = await log_of(connect_as, make_notary)
    await cut(superuser, 256)
    await superuser.execute("ALTER TABLE ledger.checkpoint DISABLE TRIGGER USER")
    await superuser.execute("DELETE FROM ledger.checkpoint")
    (keys / "log" / "last-signed").unlink()
    blind = await make_notary()
    blind._witnesses.last_notes = _nothing  # type: ignore[method-assign]
    await blind.start()
    del blind._witnesses.last_notes
    with pytest.raises(LogShrunk, match="a witness holds our signature"):
        await blind.publish_head()
    assert await superuser.fetch(CHECKPOINTS) == []


async def _nothing(origin: str) -> list[str]:
    return []


async def test_a_lost_memory_without_witness_needs_a_person(
    connect_as: ConnectAs, make_notary: MakeNotary, keys: Path
) -> None:
    await log_of(connect_as, make_notary)
    (keys / "log" / "last-signed").unlink()
    with pytest.raises(NotaryBlocked, match="--adopt"):
        await (await make_notary(witnesses=())).start()
    notary = await make_notary(witnesses=())
    await notary.start(adopt=True)
    assert await notary.publish_head(heartbeat=True) is not None


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ("UPDATE ledger.leaf SET hash = sha256('x') WHERE index = 560", LogForked, "does not continue"),
        ("DELETE FROM ledger.leaf WHERE index = 560", TreeBrokenError, "leaf 560 is missing"),
        ("UPDATE ledger.tile SET data = set_byte(data, 9, 7) WHERE n = 0", LogForked, "does not continue"),
        ("DELETE FROM ledger.tile WHERE n = 1", TreeBrokenError, "tile 0/1 is missing"),
        (
            "UPDATE ledger.checkpoint SET note = replace(note, 'hub', 'hob')",
            LogForked,
            "this log's signature",
        ),
    ],
)
async def test_a_changed_log_is_not_taken_up(
    connect_as: ConnectAs, make_notary: MakeNotary, change: str, error: type[Exception], reason: str
) -> None:
    gateway = await connect_as(Role.GATEWAY)
    notary = await make_notary()
    await notary.start()
    await write(gateway, 200)
    await notary.publish_head()
    await write(gateway, 40, first=200)
    await notary.publish_head()
    superuser = await connect_as(Role.ADMINISTRATOR)
    for table in ("leaf", "tile", "checkpoint"):
        await superuser.execute(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER")
    assert (await superuser.execute(change)).split()[-1] != "0"
    with pytest.raises(error, match=reason):
        again = await make_notary()
        await again.start()
        await again.publish_head(heartbeat=True)


async def test_a_tile_put_there_before_is_noticed(connect_as: ConnectAs, make_notary: MakeNotary) -> None:
    superuser = await connect_as(Role.ADMINISTRATOR)
    await superuser.execute("INSERT INTO ledger.tile VALUES (0, 0, decode(repeat('00', 8192), 'hex'))")
    await write(await connect_as(Role.GATEWAY), 300)
    notary = await make_notary()
    await notary.start()
    with pytest.raises(LogForked, match="a tile in the database"):
        await notary.publish_head()


def test_two_notaries_of_one_machine_do_not_work_at_once(keys: Path) -> None:
    with Memory(keys / "log").held():
        second = Memory(keys / "log").held()
        with pytest.raises(NotaryBlocked, match="another notary"):
            second.__enter__()
    with Memory(keys / "log").held():
        pass


async def test_the_process_opens_the_log_signs_on_and_outlives_lost_connections(
    database: Database, connect_as: ConnectAs, keys: Path, signer: NoteSigner, witness: Served
) -> None:
    stop = asyncio.Event()
    duty = NotaryDuty(
        database, signer, Memory(keys / "log"), (witness.endpoint,), interval=0.02, heartbeat=0.2
    )
    process = asyncio.create_task(run(duty, stop))
    superuser, gateway = await connect_as(Role.ADMINISTRATOR), await connect_as(Role.GATEWAY)
    store = DatabaseTree(await connect_as(Role.NOTARY))

    async def published(size: int) -> None:
        async with asyncio.timeout(20):
            while (newest := await store.checkpoint()) is None or newest.size < size:
                assert not process.done(), process.result()
                await asyncio.sleep(0.02)

    await published(1)
    opening = decode_record(await superuser.fetchval("SELECT body FROM exchange.record WHERE index = 0"))
    assert (opening.kind, opening.note) == (Kind.OPENING, signer.verifier.vkey)
    await write(gateway, 50)
    await published(await store.head())
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lienthong notary'"
    )
    await write(gateway, 50, first=50)
    await published(await store.head())
    count = len(await superuser.fetch(CHECKPOINTS))
    await asyncio.sleep(0.5)
    assert len(await superuser.fetch(CHECKPOINTS)) > count
    stop.set()
    await asyncio.wait_for(process, 10)
