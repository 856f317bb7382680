"""The commands as an operator, inspector or agency runs them: exit codes, sentences, JSON."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lienthong.config import read_configuration
from lienthong.db import Database, Role, connect_blocking
from lienthong.ledger.commands import ledger, notary, witness
from lienthong.ledger.custody import log_signer
from lienthong.ledger.witness import lay_out, read_settings
from lienthong_protocol.notes import NoteSigner, NoteVerifier, SignatureType
from lienthong_protocol.policy import Policy, parse_policy
from lienthong_protocol.proof import parse_proof
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import decode_record

from .conftest import Served
from .written_log import WrittenLog

TEMPLATE = """
environment = "sandbox"
log_origin = "hub.example/log"
keys = "{keys}"

[database]
host = "{host}"
port = {port}
name = "{name}"
passwords = "{passwords}"

[notary]
interval = 0.05
witnesses = [{witnesses}]
"""


def configuration_file(folder: Path, database: Database, *, keys: Path, witnesses: str = "") -> Path:
    path = folder / "lienthong.toml"
    names = {name: getattr(database, name) for name in ("host", "port", "name", "passwords")}
    path.write_text(TEMPLATE.format(keys=keys, witnesses=witnesses, **names))
    read_configuration(path)
    return path


@pytest.fixture
def run(tmp_path: Path, written_log: WrittenLog) -> Callable[..., Result]:
    """Run a command on the written log's deployment."""
    configuration_file(tmp_path, written_log.database, keys=tmp_path)

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(ledger, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def policy_file(tmp_path: Path, written_log: WrittenLog) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(Policy(written_log.policy.logs, written_log.policy.witnesses, 1).encode())
    return path


def test_verify_says_what_it_knows_and_what_not(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    bare = run("verify", "--data", tmp_path)
    assert bare.exit_code == 3, bare.output
    assert "consistent with itself only" in bare.output
    known = run("verify", "--config", tmp_path / "lienthong.toml", "--policy", policy_file)
    assert known.exit_code == 0, known.output
    assert "nothing was removed, edited or reordered" in known.output
    assert "cosigned by w1.example at 2026-11-18T" in known.output
    report = json.loads(run("verify", "--data", tmp_path, "--policy", policy_file, "--json").output)
    assert report["verdict"] == "untouched"
    assert (report["size"], report["trusted_size"]) == (len(written_log.leaves), written_log.sizes[-1])
    assert report["findings"] == []


def test_verify_remembers_what_it_saw(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    assert run("verify", "--data", tmp_path, "--policy", policy_file, "--remember").exit_code == 0
    seen = parse_policy(policy_file.read_text()).seen_checkpoint()
    assert seen is not None
    assert seen.size == written_log.sizes[-1]


def test_verify_names_what_was_tampered_with(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path
) -> None:
    folder = tmp_path / "log"
    exported = run("export", folder, "--data", tmp_path)
    assert exported.exit_code == 0, exported.output
    assert run("verify", folder, "--policy", policy_file).exit_code == 0
    bundle = folder / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"agency":"moh"', b'"agency":"moj"', 1))
    result = run("verify", folder, "--policy", policy_file, "--remember")
    assert result.exit_code == 1
    assert "FOUND entry_changed: leaf " in result.output
    assert parse_policy(policy_file.read_text()).seen is None
    report = json.loads(run("verify", folder, "--json").output)
    assert report["verdict"] == "tampered"
    assert report["findings"][0]["fault"] == "entry_changed"
    assert run("export", folder, "--data", tmp_path).exit_code == 2


def test_verify_finds_receipts_or_their_absence(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    index = max(index for index, lines in written_log.records if lines == 0)
    with connect_blocking(written_log.database, Role.ADMINISTRATOR) as connection:
        row = connection.execute("SELECT body FROM exchange.record WHERE index = %s", (index,)).fetchone()
    assert row is not None
    receipt = Receipt(index, written_log.leaves[index], bytes(32), decode_record(row[0]).at)
    receipts = tmp_path / "receipts"
    arguments = ("verify", "--data", tmp_path, "--policy", policy_file, "--receipts", receipts)
    receipts.write_text(f"{receipt.encode()}\n\n")
    found = run(*arguments)
    assert (found.exit_code, "1 receipts found" in found.output) == (0, True)
    receipts.write_text(Receipt(index, bytes(32), bytes(32), receipt.at).encode())
    assert run(*arguments).exit_code == 1
    receipts.write_text("no receipt")
    broken = run(*arguments)
    assert broken.exit_code == 2
    assert "line 1" in broken.output


def test_a_witness_is_asked_what_it_saw(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path
) -> None:
    arguments = ("verify", "--data", tmp_path, "--witness", "http://127.0.0.1:9")
    assert run(*arguments).exit_code == 2
    unreachable = run(*arguments, "--policy", policy_file)
    assert unreachable.exit_code == 2
    assert "shows no checkpoint" in unreachable.output


def test_a_proof_is_made_and_checked_without_the_log(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    proof = tmp_path / "entry.tlog-proof"
    made = run("prove", 1, "--data", tmp_path, "--policy", policy_file, "--out", proof)
    assert made.exit_code == 0, made.output
    assert parse_proof(proof.read_text()).index == 1
    assert run("prove", 1, "--data", tmp_path).output == proof.read_text()
    checked = run("prove", "--check", proof, "--policy", policy_file)
    assert checked.exit_code == 0, checked.output
    assert "the entry stands at index 1" in checked.output
    assert '"t":"record"' in checked.output
    as_json = json.loads(run("prove", "--check", proof, "--policy", policy_file, "--json").output)
    assert (as_json["index"], as_json["size"]) == (1, written_log.sizes[-1])
    assert as_json["cosigned"][0]["name"] == "w1.example"
    assert json.loads(run("prove", 1, "--data", tmp_path, "--json").output)["proof"] == proof.read_text()
    proof.write_text(proof.read_text().replace("index 1\n", "index 2\n"))
    wrong = run("prove", "--check", proof, "--policy", policy_file)
    assert wrong.exit_code == 1
    assert "does not hold" in wrong.output


def test_a_proof_comes_from_an_exported_log_too(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path
) -> None:
    run("export", tmp_path / "log", "--data", tmp_path, "--json")
    from_files = run("prove", 5, "--from", tmp_path / "log", "--policy", policy_file)
    assert from_files.exit_code == 0, from_files.output
    assert from_files.output == run("prove", 5, "--data", tmp_path, "--policy", policy_file).output


def test_what_cannot_be_done_says_why(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    for arguments, sentence in [
        (("verify",), "--config FILE or --data DIR"),
        (("verify", "--data", tmp_path / "nowhere"), "cannot read the configuration"),
        (("verify", tmp_path), "not a whole exported log"),
        (("verify", "--data", tmp_path, "--policy", tmp_path / "none"), "No such file"),
        (("verify", "--data", tmp_path, "--remember"), "need --policy"),
        (("prove", "--data", tmp_path), "name the INDEX"),
        (("prove", "--check", policy_file), "needs --policy"),
        (("prove", "--check", policy_file, "--policy", policy_file), "not a log proof"),
        (("prove", len(written_log.leaves), "--data", tmp_path), "no checkpoint covers"),
    ]:
        result = run(*arguments)
        assert (result.exit_code, sentence in result.output) == (2, True), (arguments, result.output)


def test_a_policy_that_trusts_nothing_here_is_told(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    others = Policy(written_log.policy.logs, (), 0).encode().replace("quorum = 0", "quorum = 0\n")
    policy_file.write_text(others)
    assert run("prove", 1, "--data", tmp_path, "--policy", policy_file).exit_code == 0
    stranger = NoteSigner("hub.example/log", SignatureType.NOTE, bytes([3]) * 32)
    policy_file.write_text(Policy((stranger.verifier,), (), 0).encode())
    for command in (("prove", 1), ("checkpoint",)):
        result = run(*command, "--data", tmp_path, "--policy", policy_file)
        assert result.exit_code == 1
        assert "no known key has signed" in result.output


def test_the_newest_checkpoint_is_printed(
    run: Callable[..., Result], tmp_path: Path, policy_file: Path, written_log: WrittenLog
) -> None:
    printed = run("checkpoint", "--data", tmp_path)
    assert printed.output == written_log.policy.seen
    as_json = json.loads(run("checkpoint", "--data", tmp_path, "--policy", policy_file, "--json").output)
    assert (as_json["size"], as_json["cosigned"][0]["name"]) == (written_log.sizes[-1], "w1.example")


def test_notary_and_witness_run_as_processes_and_stop_on_a_signal(
    tmp_path: Path, keys: Path, database: Database, serve_witness: Callable[[str], Served]
) -> None:
    served = serve_witness("w1")
    path = configuration_file(
        tmp_path, database, keys=keys, witnesses=json.dumps(f"{served.vkey} {served.url}")
    )
    policy_file = tmp_path / "policy.toml"
    policy_file.write_text(
        Policy((log_signer(keys).verifier,), (NoteVerifier.from_vkey(served.vkey),), 1).encode()
    )
    program = "from lienthong.ledger.commands import notary; notary()"
    process = subprocess.Popen([sys.executable, "-c", program, "--config", str(path)])
    arguments = ["verify", "--config", str(path), "--policy", str(policy_file), "--witness", served.url]
    deadline = time.monotonic() + 20
    try:
        while "1 records" not in (result := CliRunner().invoke(ledger, arguments)).output or result.exit_code:
            assert time.monotonic() < deadline, result.output
            assert process.poll() is None
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_notary_that_may_not_sign_says_so(tmp_path: Path, keys: Path, database: Database) -> None:
    path = configuration_file(tmp_path, database, keys=keys, witnesses='"http://127.0.0.1:1"')
    result = CliRunner().invoke(notary, ["--config", str(path)])
    assert (result.exit_code, "<vkey> <url>" in result.output) == (2, True)
    path.write_text(
        path.read_text().replace("hub.example/log", "another").replace('"http://127.0.0.1:1"', "")
    )
    result = CliRunner().invoke(notary, ["--config", str(path)])
    assert (result.exit_code, "not of another" in result.output) == (2, True)
    path.write_text(path.read_text().replace("another", "hub.example/log"))
    lock = os.open(keys / "log", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = CliRunner().invoke(notary, ["--config", str(path)])
    finally:
        os.close(lock)
    assert (result.exit_code, "another notary" in result.output) == (1, True)


def test_the_witness_command_serves_its_folder_until_interrupted(tmp_path: Path, signer: NoteSigner) -> None:
    folder = tmp_path / "witness"
    lay_out(folder, name="w.example", logs=(signer.verifier.vkey,))
    result = CliRunner().invoke(witness, [])
    assert (result.exit_code, "--config FILE or --data DIR" in result.output) == (2, True)
    result = CliRunner().invoke(witness, ["--directory", str(tmp_path / "none")])
    assert (result.exit_code, "witness.toml" in result.output) == (2, True)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    before = signal.getsignal(signal.SIGTERM)
    try:
        result = CliRunner().invoke(witness, ["--directory", str(folder), "--port", "0"])
    finally:
        signal.signal(signal.SIGTERM, before)
        timer.join()
    assert result.exit_code == 0, result.output


def test_a_new_witness_is_made_before_it_runs(tmp_path: Path) -> None:
    log = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(32)).verifier.vkey
    directory = tmp_path / "witness"
    asked = ("--directory", str(directory), "--log", log, "--port", "8444", "--address", "10.0.0.7")
    made = CliRunner().invoke(witness, ["--new", "witness.example/w1", *asked])
    assert made.exit_code == 0, made.output
    verifier = NoteVerifier.from_vkey(made.output.strip())
    assert (verifier.name, verifier.type) == ("witness.example/w1", SignatureType.COSIGNATURE)
    settings = read_settings(directory)
    assert (settings.address, settings.port) == ("10.0.0.7", 8444)
    assert [each.vkey for each in settings.logs] == [log]
    again = CliRunner().invoke(witness, ["--new", "witness.example/w1", *asked])
    assert again.output == made.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--directory"),
        (("--directory", "w"), "--log"),
        (("--directory", "w", "--log", "x"), "not a note key"),
        (("--directory", "w", "--log", "{witness}"), "not the vkey of a log"),
        (("--directory", "taken", "--log", "{log}"), "holds the witness other.example/w"),
    ],
)
def test_a_new_witness_that_cannot_be_is_told(tmp_path: Path, options: tuple[str, ...], told: str) -> None:
    log = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(32)).verifier.vkey
    other = NoteSigner("w.example/w", SignatureType.COSIGNATURE, bytes(32)).verifier.vkey
    lay_out(tmp_path / "taken", name="other.example/w", logs=(log,))
    given = [each.format(log=log, witness=other) for each in options]
    given = [str(tmp_path / each) if each in {"w", "taken"} else each for each in given]
    made = CliRunner().invoke(witness, ["--new", "witness.example/w1", *given])
    assert made.exit_code == 2
    assert told in made.output
    assert not (tmp_path / "w").exists()
