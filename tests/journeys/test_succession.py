"""A log that was set back: closed by the restore, open when it holds what was seen, else succeeded openly."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from lienthong.cli import cli
from lienthong.db import Database, EmbeddedServer, Role, connect_blocking
from lienthong.db.backup import Backup, backup_key, make_backup
from lienthong.db.migrate import migrate
from lienthong.db.role import SIGN_IN_ROLES
from lienthong.ledger import witness
from lienthong.ledger.cosigning import Endpoint, Panel
from lienthong.ledger.custody import Use, log_signer, public_keys
from lienthong.ledger.notary import Notary
from lienthong.ledger.signed_memory import Memory
from lienthong_agency.hub_keys import parse_hub_keys
from lienthong_agency.proving import Findings, Proofs, prove
from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.journal import JournalEntry, Stage
from lienthong_protocol.notes import Note, NoteSigner, NoteVerifier, SignatureType
from lienthong_protocol.policy import Policy, parse_policy
from lienthong_protocol.record import Act, Kind
from lienthong_protocol.refusals import Code
from tests.conftest import TEST_SETTINGS, memory_folder, open_folder
from tests.gateway.expect import turned_away
from tests.gateway.world import ORIGIN, Reply, World, close_world, connected, open_world, systems

SUCCESSOR = f"{ORIGIN}/2"


class ServedWitness:
    """A witness serving on loopback, at one address for as long as the test lasts."""

    def __init__(self, folder: Path, log: str) -> None:
        self.folder = folder
        self.vkey = witness.lay_out(folder, name="w.example", logs=(log,))
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = witness.server(self.folder, port=self._port)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def know(self, log: str) -> None:
        """List another log in its settings, and start it again as its keeper would."""
        settings = self.folder / "witness.toml"
        settings.write_text(settings.read_text().replace("logs = [", f'logs = ["{log}", '))
        self.stop()
        self.start()


@dataclass
class Site:
    """A hub with a witness of its own, that can be backed up, lost and restored."""

    folder: Path
    world: World
    server: EmbeddedServer
    witness: "ServedWitness"
    policy: Policy
    replies: list[Reply] = field(default_factory=list)

    @property
    def policy_file(self) -> Path:
        path = self.folder / "policy.toml"
        if not path.exists():
            path.write_text(self.policy.encode())
        return path

    def ask(self, count: int) -> None:
        replies = [self.world.lookup() for _ in range(count)]
        assert {reply.status for reply in replies} == {200}, replies[-1].body
        self.replies += replies

    def sign(self) -> int:
        """Sign the head and have it cosigned, as the notary does; return its size."""

        async def signed() -> int:
            keys = self.world.keys
            logs = [NoteVerifier.from_vkey(each.key) for each in public_keys(keys) if each.use is Use.LOG]
            signer = log_signer(keys)
            name = signer.verifier.name
            endpoint = Endpoint(self.policy.witnesses[0], self.witness.url)
            async with connected(self.world.database, Role.NOTARY) as connection:
                notary = Notary(
                    connection,
                    signer=signer,
                    memory=Memory(keys / "log"),
                    witnesses=Panel((endpoint,), warn=lambda _text: None),
                    earlier_keys=[key for key in logs if key.name == name],
                    predecessors=[key for key in logs if key.name != name],
                )
                await notary.start()
                made = await notary.publish_head(heartbeat=True)
            assert made is not None
            assert len(made.note.signatures) == 2, "the witness cosigned"
            return made.checkpoint.size

        return asyncio.run(signed())

    def back_up(self) -> Backup:
        key = backup_key(self.folder / "backup.key", make=True)
        return make_backup(self.world.database, self.folder / "backups", key=key)

    def lose_and_restore(self, backup: Backup) -> Result:
        """Lose the machine's database, restore a backup, and start on it what ran before."""
        self.world.stop()
        self.server.stop()
        into = self.folder / "restored"
        key = self.folder / "backup.key"
        result = self.run("restore", backup.path, "--into", into, "--key", key, "--json")
        self.server = EmbeddedServer(into, settings=TEST_SETTINGS)
        self.server.start()
        self.world.database = self.server.database(backup.header.database)
        self.world.start(ready=False)
        return result

    def run(self, *arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments])

    def ledger(self, command: str, *arguments: object, policy: Path | None = None) -> Result:
        config = self.world.folder / "lienthong.toml"
        return self.run(
            "ledger", command, "--config", config, "--policy", policy or self.policy_file, *arguments
        )

    def entry(self, reply: Reply) -> JournalEntry:
        """What the agency's journal keeps of a call to the first log, as far as proving needs it."""
        return JournalEntry(
            stage=Stage.ANSWERED, act=Act.EXPLOIT, kind=Kind.LOOKUP, at=reply.receipt.at, hub=ORIGIN,
            system="hospital", key="k", method="POST", target="/v1/lookup", profile="lt-1",
            request_id=reply.request_id, request_params="", request_signature="",
            receipt=reply.headers["lt-receipt"],
        )  # fmt: skip


@pytest.fixture
def site() -> Iterator[Site]:
    folder = open_folder(memory_folder())
    server = EmbeddedServer(folder / "data", settings=TEST_SETTINGS)
    server.start()
    migrate(server.database())
    world = open_world(server.database())
    asyncio.run(world.furnish(systems()))
    signer = log_signer(world.keys)
    served = ServedWitness(world.folder / "witness", signer.verifier.vkey)
    policy = Policy((signer.verifier,), (NoteVerifier.from_vkey(served.vkey),), 1)
    made = Site(folder, world, server, served, policy)
    world.start()
    yield made
    served.stop()
    close_world(world)
    made.server.stop()
    shutil.rmtree(folder)


def is_closed_everywhere(site: Site) -> None:
    """The gateway, its readiness, its metrics and the operator's command say the same."""
    world = site.world
    turned_away(world.lookup(), Code.LOG_READ_ONLY)
    ready = world.get("/readyz")
    assert (ready.status, ready.body) == (503, b"LT508\n")
    assert world.metric("lienthong_log_read_only") == 1
    status = site.run("db", "status", "--config", world.folder / "lienthong.toml")
    assert "the log is CLOSED since" in status.stdout
    assert "(restore)" in status.stdout


def await_open(site: Site) -> None:
    wait = threading.Event()
    for _ in range(400):
        if site.world.get("/readyz").status == 200:
            return
        wait.wait(0.05)
    raise AssertionError(site.world.log())


@pytest.mark.law("R6.1", "R6.2")
def test_a_restored_log_that_holds_the_last_checkpoint_opens_and_says_so(site: Site) -> None:
    site.ask(5)
    seen = site.sign()
    backup = site.back_up()
    site.ask(2)  # recorded, answered, and not yet under a checkpoint when the machine is lost
    restored = site.lose_and_restore(backup)
    assert restored.exit_code == 3, restored.output
    is_closed_everywhere(site)

    nobody = site.ledger("reopen", "--json")
    assert nobody.exit_code == 3, "the notary's own memory is no witness"
    opened = site.ledger("reopen", "--seen", site.witness.url, "--by", "Nguyễn Văn A", "--json")
    assert opened.exit_code == 0, opened.output
    facts = json.loads(opened.stdout)
    assert (facts["open"], facts["last"], facts["size"]) == (True, seen, backup.header.log_size)
    await_open(site)
    site.ask(1)
    assert site.world.metric("lienthong_log_read_only") == 0
    site.sign()
    verified = site.ledger("verify", "--json")
    assert verified.exit_code == 0, verified.output
    (said,) = [
        json.loads(body)
        for (body,) in site.world.select("SELECT body FROM exchange.record WHERE index = %s", facts["index"])
    ]
    assert said["officer"] == "Nguyễn Văn A"
    assert f"holds the checkpoint of {seen} leaves" in said["note"]
    assert site.ledger("reopen", "--seen", site.witness.url).exit_code == 3, "it is open"

    config = site.world.folder / "lienthong.toml"
    closing = ("ledger", "close", "--config", config, "--cause", "promotion")
    assert json.loads(site.run(*closing, "--json").stdout) == {"closed": True, "was_open": True}
    assert "was closed before" in site.run(*closing).stdout
    assert site.ledger("reopen", "--seen", site.witness.url).exit_code == 0
    await_open(site)
    site.ask(1)


def forged(site: Site, size: int) -> Path:
    """A checkpoint of another key under the log's name, with a cosignature of somebody else."""
    other = NoteSigner(ORIGIN, SignatureType.NOTE, bytes(32))
    stranger = NoteSigner("w.example", SignatureType.COSIGNATURE, bytes(32))
    text = Checkpoint(ORIGIN, size, bytes(32)).encode()
    path = site.folder / "forged"
    path.write_text(Note(text, (other.sign(text), stranger.cosign(text, time=1))).encode())
    return path


OPENING = (
    "SELECT ledger.reopen('reached', ledger.newest_head(), 0, '', 'thief', clock_timestamp(), '{}')",
    "UPDATE ledger.closure SET ended_at = clock_timestamp(), ending = 'reached', last_size = 0, "
    "decided_by = 'thief', index = 0",
    "DELETE FROM ledger.closure",
    "TRUNCATE ledger.closure",
    "ALTER TABLE ledger.closure DISABLE TRIGGER ALL",
    "DROP TABLE ledger.closure",
    "CREATE OR REPLACE FUNCTION ledger.closed() RETURNS int LANGUAGE sql RETURN 1",
    "SET ROLE lt_owner",
)


def nobody_opens_it_in_silence(database: Database) -> None:
    """No role of a process can open it, and each that may append is told so by the database itself."""
    for role in SIGN_IN_ROLES:
        with connect_blocking(database, role) as connection:
            for statement in OPENING:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
            connection.execute("SET default_transaction_read_only = off")
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(
                    "SELECT ledger.append(NULL, ARRAY[clock_timestamp()], ARRAY[''], ARRAY[''], "
                    "ARRAY[0::bigint], ARRAY[3::smallint], ARRAY[1::smallint], ARRAY['a'], ARRAY['s'], "
                    "ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[''], ARRAY[0], ARRAY[0], ARRAY[0], "
                    "ARRAY['{}'::bytea], '{}', '{}', '{}', '{}', '{}')"
                )
            assert caught.value.sqlstate in {"LT508", "42501"}
            may_append = role in {Role.GATEWAY, Role.INTAKE, Role.CONTROL, Role.NOTARY}
            assert (caught.value.sqlstate == "LT508") is may_append


@pytest.mark.law("R6.1", "R6.2")
def test_a_log_that_lost_what_was_seen_stays_closed_until_it_is_succeeded(site: Site) -> None:
    site.ask(5)
    site.sign()
    backup = site.back_up()
    kept = len(site.replies)
    site.ask(4)
    seen = site.sign()
    site.ask(1)
    restored = site.lose_and_restore(backup)
    assert restored.exit_code == 3, restored.output
    size = backup.header.log_size
    is_closed_everywhere(site)
    nobody_opens_it_in_silence(site.world.database)

    too_short = site.ledger("reopen", "--seen", site.witness.url)
    assert too_short.exit_code == 3, too_short.output
    assert f"leaves {size} to {seen - 1} are missing" in too_short.stderr
    false = site.ledger("reopen", "--seen", forged(site, size))
    assert (false.exit_code, "is not one of" in false.stderr) == (3, True)
    receipts = site.folder / "receipts"
    receipts.write_text("".join(f"{reply.headers['lt-receipt']}\n" for reply in site.replies))
    is_closed_everywhere(site)

    out = site.folder / "successor.toml"
    decided = ("--origin", SUCCESSOR, "--by", "Trần Thị B", "--reason", "ổ đĩa hỏng", "--out", out)
    false = site.ledger("succeed", "--seen", forged(site, seen), *decided)
    assert (false.exit_code, out.exists()) == (3, False)
    done = site.ledger("succeed", "--seen", site.witness.url, *decided, "--json")
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout)
    assert (facts["origin"], facts["size"], facts["lost_from"], facts["lost_to"]) == (
        SUCCESSOR, size, size, seen,
    )  # fmt: skip
    successor = parse_policy(out.read_text())
    assert successor.origin == SUCCESSOR

    site.witness.know(facts["vkey"])
    site.world.stop()
    site.world.origin_of_log = SUCCESSOR
    site.world.start()
    site.ask(3)
    the_notary_goes_on(site)
    with_both(site, successor, out, kept=kept, size=size, seen=seen, receipts=receipts)


def the_notary_goes_on(site: Site) -> None:
    """The process itself, with the new name in its configuration, signs and has it cosigned."""
    config = site.world.folder / "lienthong.toml"
    config.write_text(
        config.read_text() + f'[notary]\nwitnesses = ["{site.witness.vkey} {site.witness.url}"]\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "lienthong", "notary", "--config", str(config)], stderr=subprocess.PIPE
    )
    try:
        wait = threading.Event()
        for _ in range(400):
            note = site.world.get("/v1/checkpoints").body.decode()
            if note.startswith(f"{SUCCESSOR}\n"):
                break
            assert process.poll() is None, process.communicate()
            wait.wait(0.05)
        assert note.startswith(f"{SUCCESSOR}\n"), note
        assert "w.example" in note
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 0


def with_both(
    site: Site, successor: Policy, out: Path, *, kept: int, size: int, seen: int, receipts: Path
) -> None:
    """Everybody sees both logs, the gap between them, and no contradiction."""
    verified = site.ledger("verify", "--receipts", receipts, policy=out)
    assert verified.exit_code == 0, verified.output
    assert f"whose leaves {size} to {seen - 1} are LOST: ổ đĩa hỏng (Trần Thị B," in verified.stdout
    lost = len(site.replies) - 3 - kept
    assert f"{lost} receipts name records that were lost" in verified.stdout
    assert site.ledger("verify").exit_code == 1, "the predecessor's policy does not trust another log"
    assert site.ledger("verify", policy=replace_policy(site, successor)).exit_code == 1

    exported = site.folder / "exported"
    config = site.world.folder / "lienthong.toml"
    assert site.run("ledger", "export", exported, "--config", config).exit_code == 0
    assert site.run("ledger", "verify", exported, "--policy", out).exit_code == 0

    # What the hub says of itself is enough for an agency to make the same policy.
    keys = parse_hub_keys(site.world.get("/v1/keys").body)
    assert (keys.origin, keys.log, keys.successions) == (
        SUCCESSOR, (successor.logs[0].vkey,), successor.successions,
    )  # fmt: skip

    proof = site.ledger("prove", "1", policy=out)
    assert proof.exit_code == 0, proof.output
    findings = Findings()
    proofs = Proofs(None, lambda index: site.world.get(f"/v1/proofs?index={index}").body)
    for position, reply in enumerate(site.replies):
        prove(position, site.entry(reply), findings, proofs=proofs, policy=successor)
    assert findings.broken == []
    assert len(findings.lost) == lost
    assert findings.proved == kept + 3
    assert f"stood in the gap from {size} to {seen - 1} of {ORIGIN}, which is lost" in findings.lost[0]
    assert f"after the last {seen} leaves that are known" in findings.lost[-1]


def replace_policy(site: Site, successor: Policy) -> Path:
    """A policy of the new log that was not told of the succession."""
    path = site.folder / "untold.toml"
    path.write_text(replace(successor, successions=()).encode())
    return path
