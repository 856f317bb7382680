"""The witness: status codes of C2SP, its memory, and that no kill makes it sign two histories."""

import http.client
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong.ledger import witness as witness_module
from lienthong.ledger.witness import (
    RequestError,
    Witness,
    WitnessError,
    lay_out,
    parse_request,
    read_key,
    read_settings,
    server,
)
from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.merkle import consistency_proof, leaf_hash, node_reader, root_of
from lienthong_protocol.notes import (
    Note,
    NoteSigner,
    NoteVerifier,
    SignatureType,
    cosigned_at,
    parse_note,
    parse_signatures,
)

ORIGIN = "hub.example/log"
LOG = NoteSigner(ORIGIN, SignatureType.NOTE, bytes(32))
STRANGER = NoteSigner("stranger.example/log", SignatureType.NOTE, bytes([1]) * 32)
LEAVES = [leaf_hash(b"%d" % number) for number in range(4000)]
FORK = [*LEAVES[:5], *(leaf_hash(b"fork %d" % number) for number in range(500))]
NOW = 1_795_000_000


def note_of(
    size: int, *, leaves: list[bytes] = LEAVES, signer: NoteSigner = LOG, origin: str = ORIGIN
) -> str:
    text = Checkpoint(origin, size, root_of(leaves[:size])).encode()
    return Note(text, (signer.sign(text),)).encode()


def request(old: int, size: int, *, leaves: list[bytes] = LEAVES, note: str | None = None) -> bytes:
    proof = consistency_proof(old_size=old, new_size=size, read=node_reader(leaves)) if old <= size else []
    lines = [
        f"old {old}",
        *(witness_line(value) for value in proof),
        "",
        note or note_of(size, leaves=leaves),
    ]
    return "\n".join(lines).encode()


def witness_line(value: bytes) -> str:
    return b64encode(value).decode()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    lay_out(tmp_path / "w", name="w.example", logs=(LOG.verifier.vkey,))
    return Witness(
        read_key(tmp_path / "w"), (LOG.verifier,), tmp_path / "w" / "witness.sqlite", now=lambda: NOW
    )


def cosignature_is_good(witness: Witness, answer: str, text: str) -> bool:
    (line,) = parse_signatures(answer)
    return cosigned_at(line) == NOW and NoteVerifier.from_vkey(witness.vkey).verify(text, line)


def test_it_cosigns_a_log_that_grows_and_serves_the_last_checkpoint(witness: Witness) -> None:
    origin_hash = sha256(ORIGIN.encode()).hexdigest()
    assert witness.last_checkpoint(origin_hash).status is HTTPStatus.NOT_FOUND
    for old, size in [(0, 1), (1, 7), (7, 300), (300, 300), (300, 301)]:
        answer = witness.add_checkpoint(request(old, size))
        assert answer.status is HTTPStatus.OK
        assert cosignature_is_good(witness, answer.body, parse_note(note_of(size)).text)
    last = parse_note(witness.last_checkpoint(origin_hash).body)
    assert last.text == parse_note(note_of(301)).text
    assert LOG.verifier.verify(last.text, last.signatures[0])
    assert len(last.signatures) == 2
    assert witness.last_checkpoint("0" * 64).status is HTTPStatus.NOT_FOUND


def test_it_cosigns_an_empty_log(witness: Witness) -> None:
    assert witness.add_checkpoint(request(0, 0)).status is HTTPStatus.OK
    text = Checkpoint(ORIGIN, 0, bytes(32)).encode()
    wrong = Note(text, (LOG.sign(text),)).encode()
    assert witness.add_checkpoint(request(0, 0, note=wrong)).status is HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_conflict_names_the_real_size(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 7))
    for old, size in [(0, 9), (6, 9), (8, 9), (0, 5)]:
        answer = witness.add_checkpoint(request(old, size))
        assert (answer.status, answer.body, answer.content_type) == (
            HTTPStatus.CONFLICT,
            "7\n",
            "text/x.tlog.size",
        )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", HTTPStatus.BAD_REQUEST),
        (request(0, 5).replace(b"old 0", b"old 00"), HTTPStatus.BAD_REQUEST),
        (request(0, 5).replace(b"old", b"new"), HTTPStatus.BAD_REQUEST),
        (request(0, 5).replace(b"\n\n", b"\n"), HTTPStatus.BAD_REQUEST),
        (request(0, 5).replace(b"\n\n", b"\nAAAA\n\n", 1), HTTPStatus.BAD_REQUEST),
        (request(0, 5) + b"\xff", HTTPStatus.BAD_REQUEST),
        (b"old 0\n" + b"%s\n" % witness_line(bytes(32)).encode() * 64 + b"\nx\n", HTTPStatus.BAD_REQUEST),
        (request(9, 5), HTTPStatus.BAD_REQUEST),
        (request(0, 5, note=note_of(5, signer=STRANGER, origin="stranger")), HTTPStatus.NOT_FOUND),
        (request(0, 5, note=note_of(5, signer=STRANGER)), HTTPStatus.FORBIDDEN),
        (request(0, 5, note=note_of(5).replace("\n5\n", "\n6\n")), HTTPStatus.FORBIDDEN),
        (request(0, 5).replace(b"\n\n", b"\n%s\n\n" % witness_line(bytes(32)).encode(), 1),
         HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)  # fmt: skip
def test_what_it_refuses_leaves_its_memory_alone(witness: Witness, body: bytes, status: HTTPStatus) -> None:
    answer = witness.add_checkpoint(body)
    assert answer.status is status
    assert answer.body.endswith("\n")
    assert witness.add_checkpoint(request(0, 5)).status is HTTPStatus.OK


@pytest.mark.law("R6.1")
def test_it_never_cosigns_a_fork_or_a_shrunken_log(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 7))
    for body in (
        request(7, 7, note=note_of(7, leaves=FORK)),
        request(7, 9, leaves=FORK),
        request(7, 9, note=note_of(9, leaves=FORK)),
        request(7, 9).replace(b"\n\n", b"\n%s\n\n" % witness_line(bytes(32)).encode(), 1),
    ):
        assert witness.add_checkpoint(body).status is HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.add_checkpoint(request(5, 5)).status is HTTPStatus.CONFLICT


def test_of_two_histories_sent_at_once_it_signs_one(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 5))
    bodies = [request(5, size, leaves=leaves) for size in range(6, 26) for leaves in (LEAVES, FORK)]
    random.Random(1).shuffle(bodies)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(witness.add_checkpoint, bodies))
    assert sum(answer.status is HTTPStatus.OK for answer in answers) == 1


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80) | st.text(alphabet="old 01\nAB=/—", max_size=80).map(str.encode))
def test_arbitrary_bodies_raise_only_the_documented_error(body: bytes) -> None:
    try:
        parsed = parse_request(body)
    except RequestError:
        return
    assert parsed.old_size >= 0


def test_a_witness_with_a_changed_log_key_knows_both(tmp_path: Path) -> None:
    newer = NoteSigner(ORIGIN, SignatureType.NOTE, bytes([2]) * 32)
    lay_out(tmp_path, name="w.example", logs=(LOG.verifier.vkey, newer.verifier.vkey))
    witness = Witness(read_key(tmp_path), read_settings(tmp_path).logs, tmp_path / "witness.sqlite")
    assert witness.add_checkpoint(request(0, 5)).status is HTTPStatus.OK
    assert witness.add_checkpoint(request(5, 6, note=note_of(6, signer=newer))).status is HTTPStatus.OK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "logs = []",
        'logs = ["nothing"]',
        "logs = 5",
        f'logs = ["{LOG.verifier.vkey}"]\nmore = 1',
        "not toml",
    ],
)
def test_settings_that_cannot_be_used_say_how_to_fix_them(tmp_path: Path, text: str) -> None:
    lay_out(tmp_path, name="w.example", logs=(LOG.verifier.vkey,))
    (tmp_path / "witness.toml").write_text(text)
    with pytest.raises(WitnessError, match=r"witness\.toml"):
        server(tmp_path)


def test_settings_do_not_take_a_key_that_cosigns(tmp_path: Path) -> None:
    other = NoteSigner("other", SignatureType.COSIGNATURE, bytes(32)).verifier.vkey
    with pytest.raises(WitnessError, match="type 1"):
        lay_out(tmp_path, name="w.example", logs=(other,))


def test_the_key_is_private_and_one_that_cosigns(tmp_path: Path) -> None:
    vkey = lay_out(tmp_path, name="w.example", logs=(LOG.verifier.vkey,))
    assert lay_out(tmp_path, name="another", logs=()) == vkey
    path = tmp_path / "witness.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(WitnessError, match="chmod 600"):
        read_key(tmp_path)
    path.chmod(0o600)
    path.write_text(LOG.skey)
    with pytest.raises(WitnessError, match="not a key that cosigns"):
        read_key(tmp_path)
    path.unlink()
    with pytest.raises(WitnessError, match="cannot be used"):
        read_key(tmp_path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[int]:
    lay_out(tmp_path, name="w.example", logs=(LOG.verifier.vkey,))
    made = server(tmp_path, port=0)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made.server_address[1]
    made.shutdown()
    thread.join()
    made.server_close()


def test_over_http_on_one_connection(served: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=5)
    for method, path, body, status in [
        ("POST", "/add-checkpoint", request(0, 5), 200),
        ("POST", "/add-checkpoint", request(0, 5), 409),
        ("GET", f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint", None, 200),
        ("GET", "/anything", None, 404),
        ("POST", "/anything", b"", 404),
        ("POST", "/add-checkpoint", b"x" * 65_537, 400),
    ]:
        connection.request(method, path, body)
        response = connection.getresponse()
        response.read()
        assert response.status == status
    connection.close()


def test_a_taken_port_is_named(served: int, tmp_path: Path) -> None:
    with pytest.raises(WitnessError, match="cannot listen"):
        server(tmp_path, port=served)


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    settings_file = folder / "witness.toml"
    settings_file.write_text(f'port = {port}\nlogs = ["{LOG.verifier.vkey}"]\n')
    process = subprocess.Popen(
        [sys.executable, witness_module.__file__, str(folder)], stderr=subprocess.DEVNULL
    )
    for _ in range(400):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.025)
        else:
            return process
        finally:
            connection.close()
    process.kill()
    raise AssertionError("the witness did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_a_killed_witness_remembers_what_it_signed(tmp_path: Path) -> None:
    """kill -9 at random moments; after each restart a fork of anything it signed is refused."""
    lay_out(tmp_path, name="w.example", logs=(LOG.verifier.vkey,))
    chance, port = random.Random(4), free_port()
    size, uncertain = 0, 0
    for _ in range(8):
        process = start(tmp_path, port)
        killer = threading.Timer(chance.uniform(0.02, 0.25), process.send_signal, [signal.SIGKILL])
        killer.start()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            while True:
                step = chance.randrange(1, 4)
                uncertain = size + step
                connection.request("POST", "/add-checkpoint", request(size, size + step))
                response = connection.getresponse()
                body = response.read()
                if response.status == 409:
                    assert int(body) in (size, uncertain)
                    size = int(body)
                    continue
                assert response.status == 200
                size += step
        except (OSError, http.client.HTTPException):
            connection.close()
        killer.join()
        process.wait()
        witness = Witness(read_key(tmp_path), (LOG.verifier,), tmp_path / "witness.sqlite")
        answer = witness.add_checkpoint(request(0, 1)) if size else None
        if answer is not None:
            assert answer.status is HTTPStatus.CONFLICT
            seen = int(answer.body)
            assert seen in (size, uncertain)
            fork = request(seen, seen, note=note_of(seen, leaves=[*LEAVES[: seen - 1], bytes(32)]))
            assert witness.add_checkpoint(fork).status is HTTPStatus.UNPROCESSABLE_ENTITY
            size = seen
    assert size > 20
