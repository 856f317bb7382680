"""A witness: cosigns the checkpoints of the logs it knows while they only grow, and remembers the last one.

One file that needs the standard library and lienthong_protocol, so that another body can run it on a machine
of its own: `python witness.py DIR` or `lienthong witness`. Source: C2SP tlog-witness.

    DIR/witness.toml     address, port, and `logs`: the vkeys of the logs it knows
    DIR/witness.key      its private key (note key of type 4), mode 0600
    DIR/witness.sqlite   the last checkpoint it cosigned of each log
"""

import os
import re
import secrets
import sqlite3
import sys
import time
import tomllib
from base64 import b64decode
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lienthong_protocol.checkpoint import (
    Checkpoint,
    CheckpointFormatError,
    open_checkpoint,
    parse_checkpoint,
    parse_size,
)
from lienthong_protocol.merkle import EMPTY_ROOT, HASH_LENGTH, verify_consistency
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignatureError,
    NoteSigner,
    NoteVerifier,
    SignatureType,
    parse_note,
)

LARGEST_REQUEST = 65_536
"""Bytes of a request; a checkpoint with its proof takes about 4,000."""
_LONGEST_PROOF = 63
_SIZE_TYPE = "text/x.tlog.size"
_BUSY_SECONDS = 10.0

# SQL stands here and not in a file beside, because a witness is one file.
_SCHEMA = """
-- The last checkpoint cosigned of each log, with the log's signature and ours.
CREATE TABLE IF NOT EXISTS seen (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL
) STRICT
"""
_READ = """
-- What was cosigned last of one log.
SELECT size, root, note FROM seen WHERE origin = ?
"""
_WRITE = """
-- Remembers a checkpoint as the last one cosigned.
INSERT INTO seen (origin, size, root, note) VALUES (?, ?, ?, ?)
ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note
"""


class WitnessError(Exception):
    """The witness cannot start; the message says how to fix it."""


class RequestError(ValueError):
    """A body is not an add-checkpoint request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, body, and its content type."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A parsed request: the size the caller believes we saw, the proof from there, the checkpoint's note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str


def parse_request(body: bytes) -> AddCheckpoint:
    """Return the request in a body; raises RequestError. The checkpoint is not looked into here."""
    try:
        text = body.decode()
        head, separator, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        if not separator or not first.startswith("old "):
            raise RequestError("the body starts with the old size and holds an empty line")
        old_size = parse_size(first.removeprefix("old "))
        proof = tuple(_hash(line) for line in lines)
    except (UnicodeDecodeError, CheckpointFormatError) as error:
        raise RequestError(str(error)) from error
    if len(proof) > _LONGEST_PROOF:
        raise RequestError("a consistency proof has at most 63 hashes")
    return AddCheckpoint(old_size, proof, note)


def _hash(line: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}=", line):
        raise RequestError("a proof line is the base64 of 32 bytes")
    return b64decode(line)[:HASH_LENGTH]


class Witness:
    """The decisions of one witness. Any number of threads may call it; SQLite decides which goes first."""

    def __init__(
        self,
        signer: NoteSigner,
        logs: tuple[NoteVerifier, ...],
        database: Path,
        *,
        now: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        self._signer = signer
        self._database = database
        self._now = now
        self._logs: dict[str, tuple[NoteVerifier, ...]] = {}
        for log in logs:
            self._logs[log.name] = (*self._logs.get(log.name, ()), log)
        with closing(self._open()) as connection:
            connection.execute(_SCHEMA)

    @property
    def vkey(self) -> str:
        """The public key, for the policies of those who trust this witness."""
        return self._signer.verifier.vkey

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one add-checkpoint request (C2SP tlog-witness).

        The order is the safety argument:
        1. Only a log we know, speaking with a key we know, gets any further: nobody else can move our memory.
        2. Under the write lock, before anything is compared: two requests cannot both see the same last size.
        3. Size, root and proof against the last checkpoint: a log that forks or shrinks stops here.
        4. Remember and commit to the disk before the cosignature leaves: killed after this, we refuse a fork
           on restart; killed before, nobody has our signature.
        """
        try:
            request = parse_request(body)
            origin = parse_checkpoint(parse_note(request.note).text).origin
        except (RequestError, NoteFormatError, CheckpointFormatError) as error:
            return _refused(HTTPStatus.BAD_REQUEST, str(error))
        # 1.
        if origin not in self._logs:
            return _refused(HTTPStatus.NOT_FOUND, "this log is not known here")
        try:
            checkpoint, note = open_checkpoint(request.note, self._logs[origin])
        except (NoteSignatureError, NoteFormatError, CheckpointFormatError) as error:
            return _refused(HTTPStatus.FORBIDDEN, str(error))
        if request.old_size > checkpoint.size:
            return _refused(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
        with closing(self._open()) as connection:
            # 2.
            connection.execute("BEGIN IMMEDIATE")
            last_size, last_root, _ = _last(connection, origin)
            # 3.
            if request.old_size != last_size:
                return Answer(HTTPStatus.CONFLICT, f"{last_size}\n", _SIZE_TYPE)
            if not _grew(last_size, last_root, checkpoint, request.proof):
                return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, "this is not a continuation of the log seen")
            # 4.
            cosignature = self._signer.cosign(note.text, time=self._now())
            signed = [line for line in note.signatures if any(key.made(line) for key in self._logs[origin])]
            kept = Note(note.text, (*signed, cosignature)).encode()
            connection.execute(_WRITE, (origin, checkpoint.size, checkpoint.root, kept))
            connection.execute("COMMIT")
        return Answer(HTTPStatus.OK, cosignature.encode())

    def last_checkpoint(self, origin_hash: str) -> Answer:
        """Return the last checkpoint cosigned of the log whose origin has this SHA-256 (hex)."""
        for origin in self._logs:
            if sha256(origin.encode()).hexdigest() == origin_hash:
                with closing(self._open()) as connection:
                    note = _last(connection, origin)[2]
                if note:
                    return Answer(HTTPStatus.OK, note)
        return _refused(HTTPStatus.NOT_FOUND, "nothing cosigned of this log")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._database, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.execute("PRAGMA synchronous = EXTRA")
        return connection


def _last(connection: sqlite3.Connection, origin: str) -> tuple[int, bytes, str]:
    row = connection.execute(_READ, (origin,)).fetchone()
    return (0, EMPTY_ROOT, "") if row is None else row


def _grew(size: int, root: bytes, checkpoint: Checkpoint, proof: tuple[bytes, ...]) -> bool:
    return verify_consistency(
        old_size=size, old_root=root, new_size=checkpoint.size, new_root=checkpoint.root, proof=proof
    )


def _refused(status: HTTPStatus, reason: str) -> Answer:
    return Answer(status, f"{reason}\n")


class _Handler(BaseHTTPRequestHandler):
    """One connection; requests on it one after the other."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    witness: Witness

    def do_POST(self) -> None:
        """Serve add-checkpoint."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._send(_refused(HTTPStatus.NOT_FOUND, "POST /add-checkpoint"), close=True)
        elif not length.isascii() or not length.isdigit() or int(length) > LARGEST_REQUEST:
            self._send(
                _refused(HTTPStatus.BAD_REQUEST, "a Content-Length of at most 65536 is needed"), close=True
            )
        else:
            self._send(self.witness.add_checkpoint(self.rfile.read(int(length))))

    def do_GET(self) -> None:
        """Serve the last checkpoint of a log."""
        match = re.fullmatch(r"/([0-9a-f]{64})/checkpoint", self.path)
        if match is None:
            self._send(_refused(HTTPStatus.NOT_FOUND, "GET /<sha-256 of an origin>/checkpoint"))
        else:
            self._send(self.witness.last_checkpoint(match[1]))

    def _send(self, answer: Answer, *, close: bool = False) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if close:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say one line per request on standard error."""
        print(f"{self.log_date_time_string()} {format % args}", file=sys.stderr)  # noqa: T201 - a program's log


@dataclass(frozen=True, slots=True)
class Settings:
    """What DIR/witness.toml says."""

    address: str
    port: int
    logs: tuple[NoteVerifier, ...]


def read_settings(directory: Path) -> Settings:
    """Return the settings of a witness's folder; raises WitnessError."""
    path = directory / "witness.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        logs = tuple(NoteVerifier.from_vkey(vkey) for vkey in table.pop("logs"))
        settings = Settings(str(table.pop("address", "127.0.0.1")), int(table.pop("port", 8401)), logs)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WitnessError(f"{path} cannot be used: {error!r}. It needs `logs`, a list of vkeys.") from error
    if table:
        raise WitnessError(f"{path}: unknown key {next(iter(table))!r}. Known are address, port and logs.")
    if not logs or any(log.type is not SignatureType.NOTE for log in logs):
        raise WitnessError(f"{path}: `logs` lists the vkeys of logs, of signature type 1.")
    return settings


def read_key(directory: Path) -> NoteSigner:
    """Return the witness's private key; raises WitnessError, also where others may read it."""
    path = directory / "witness.key"
    try:
        mode = path.stat().st_mode
        signer = NoteSigner.from_skey(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError) as error:
        raise WitnessError(f"{path} cannot be used: {error}.") from error
    if mode & 0o077:
        raise WitnessError(f"{path} is open to others: chmod 600 it.")
    if signer.verifier.type is not SignatureType.COSIGNATURE:
        raise WitnessError(f"{path} is not a key that cosigns.")
    return signer


def lay_out(
    directory: Path,
    *,
    name: str,
    logs: tuple[str, ...],
    address: str = "127.0.0.1",
    port: int = 8401,
) -> str:
    """Make the folder of a new witness, or leave an existing one as it is; return its vkey.

    Raises WitnessError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key, settings = directory / "witness.key", directory / "witness.toml"
    if not key.exists():
        signer = NoteSigner(name, SignatureType.COSIGNATURE, secrets.token_bytes(32))
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{signer.skey}\n")
            file.flush()
            os.fsync(file.fileno())
    if not settings.exists():
        quoted = ", ".join(f'"{vkey}"' for vkey in logs)
        settings.write_text(f'address = "{address}"\nport = {port}\nlogs = [{quoted}]\n', encoding="utf-8")
    read_settings(directory)
    return read_key(directory).verifier.vkey


def server(directory: Path, *, address: str | None = None, port: int | None = None) -> ThreadingHTTPServer:
    """Return a server for the witness in `directory`, bound and not yet serving; raises WitnessError.

    `address` and `port` go before those of its settings.
    """
    settings = read_settings(directory)
    witness = Witness(read_key(directory), settings.logs, directory / "witness.sqlite")
    handler = type("Handler", (_Handler,), {"witness": witness})
    place = (address or settings.address, settings.port if port is None else port)
    try:
        made = ThreadingHTTPServer(place, handler)
    except OSError as error:
        raise WitnessError(f"cannot listen on {place[0]}:{place[1]}: {error.strerror}.") from error
    made.daemon_threads = True
    return made


def main() -> None:
    """Serve the witness of the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: witness.py DIR")
    try:
        made = server(Path(sys.argv[1]))
    except WitnessError as error:
        sys.exit(str(error))
    with made:
        made.serve_forever()


if __name__ == "__main__":
    main()
