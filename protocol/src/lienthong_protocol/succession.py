"""Successions: the statement under which a log goes on from what a restore gave back of its predecessor.

It says openly what is lost: the predecessor's last known checkpoint is larger than what was restored. Both
logs' keys sign it, and it is the successor's first own leaf, right after the leaves it takes over. Described
in docs/protocol/ledger-v1.md.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache

from lienthong_protocol.checkpoint import CheckpointFormatError, parse_size
from lienthong_protocol.merkle import HASH_LENGTH
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignatureError,
    NoteSigner,
    NoteVerifier,
    SignatureType,
    decode_base64,
    parse_note,
    verify_note,
)

_HEAD = "lienthong-succession-1"
_LONGEST_TEXT = 1_000


class SuccessionFormatError(ValueError):
    """A note is not a succession, or a value cannot become one; the message says why."""


@dataclass(frozen=True, slots=True)
class Succession:
    """Which log carries on which, from where, and what is lost.

    The successor takes over the predecessor's first `size` leaves, whose root is `root`. `last_size` and
    `last_root` are those of the largest checkpoint of the predecessor that is known. `time` in microseconds.
    """

    predecessor: NoteVerifier
    successor: NoteVerifier
    last_size: int
    last_root: bytes
    size: int
    root: bytes
    time: int
    decided_by: str
    reason: str

    @property
    def gap(self) -> range:
        """Indexes of the predecessor's leaves that are known to be lost; others may have followed them."""
        return range(self.size, self.last_size)

    def lost(self, *, origin: str | None, index: int, at: int) -> bool:
        """Tell whether a record named by a receipt was lost with the predecessor.

        `origin` is the log the receipt was kept for, None if unknown; `at` is the record's time.
        """
        return origin in (None, self.predecessor.name) and index >= self.size and at <= self.time

    def encode(self) -> str:
        """Return the text both keys sign; raises SuccessionFormatError."""
        _check(self)
        lines = [
            _HEAD,
            self.predecessor.vkey,
            self.successor.vkey,
            f"{self.last_size} {b64encode(self.last_root).decode()}",
            f"{self.size} {b64encode(self.root).decode()}",
            str(self.time),
            self.decided_by,
            self.reason,
        ]
        return "".join(f"{line}\n" for line in lines)


def sign_succession(succession: Succession, predecessor: NoteSigner, successor: NoteSigner) -> str:
    """Return the note of a succession, signed by both logs' keys; raises SuccessionFormatError."""
    text = succession.encode()
    note = Note(text, (predecessor.sign(text), successor.sign(text))).encode()
    read_succession(note)
    return note


@lru_cache(maxsize=64)
def read_succession(note: str) -> Succession:
    """Return the succession a note states, which both its keys signed; raises SuccessionFormatError."""
    try:
        parsed = parse_note(note)
        succession = _parse(parsed.text)
        signers = verify_note(parsed, [succession.predecessor, succession.successor])
    except (NoteFormatError, NoteSignatureError, CheckpointFormatError) as error:
        raise SuccessionFormatError(f"succession: {error}") from error
    if len(signers) != 2:
        raise SuccessionFormatError("a succession is signed by the keys of both logs")
    _check(succession)
    return succession


def _parse(text: str) -> Succession:
    lines = text.split("\n")
    if len(lines) != 9 or lines[0] != _HEAD:
        raise SuccessionFormatError("not a succession of version 1")
    last_size, last_root = _head(lines[3])
    size, root = _head(lines[4])
    return Succession(
        predecessor=NoteVerifier.from_vkey(lines[1]),
        successor=NoteVerifier.from_vkey(lines[2]),
        last_size=last_size,
        last_root=last_root,
        size=size,
        root=root,
        time=parse_size(lines[5]),
        decided_by=lines[6],
        reason=lines[7],
    )


def _head(line: str) -> tuple[int, bytes]:
    size, _, root = line.partition(" ")
    return parse_size(size), decode_base64(root)


def _check(succession: Succession) -> None:
    keys = (succession.predecessor, succession.successor)
    if any(key.type is not SignatureType.NOTE for key in keys):
        raise SuccessionFormatError("a succession names two keys of logs")
    if keys[0].name == keys[1].name or keys[0].public_key == keys[1].public_key:
        raise SuccessionFormatError("a successor has a name and a key of its own")
    if len(succession.root) != HASH_LENGTH or len(succession.last_root) != HASH_LENGTH:
        raise SuccessionFormatError("a root is 32 bytes")
    if not 0 <= succession.size < succession.last_size:
        raise SuccessionFormatError("a log that reaches its last checkpoint needs no successor")
    for text in (succession.decided_by, succession.reason):
        if not 0 < len(text) <= _LONGEST_TEXT or not text.isprintable():
            raise SuccessionFormatError("who decided and why are one line of text each")
