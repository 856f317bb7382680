"""Checkpoints: a log's name, size and root as the text of a signed note (C2SP tlog-checkpoint)."""

import re
from base64 import b64encode
from dataclasses import dataclass

from lienthong_protocol.merkle import HASH_LENGTH
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignatureError,
    NoteVerifier,
    decode_base64,
    parse_note,
    verify_note,
)

_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
LARGEST_SIZE = 2**63 - 1


class CheckpointFormatError(ValueError):
    """A text is not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the log's origin, how many leaves it has, their root, and lines we do not interpret."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def encode(self) -> str:
        """Return the text a log signs and witnesses cosign."""
        lines = [self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def parse_size(text: str) -> int:
    """Return a tree size from its one decimal spelling; raises CheckpointFormatError."""
    if not _SIZE.match(text) or int(text) > LARGEST_SIZE:
        raise CheckpointFormatError("a size is a decimal number without leading zeros")
    return int(text)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint a note's text is; raises CheckpointFormatError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise CheckpointFormatError("a checkpoint is three or more lines, none of them empty")
    origin, size, root, *extensions = lines
    try:
        checkpoint = Checkpoint(origin, parse_size(size), decode_base64(root), tuple(extensions))
    except NoteFormatError as error:
        raise CheckpointFormatError("a root is base64") from error
    if len(checkpoint.root) != HASH_LENGTH:
        raise CheckpointFormatError("a root is 32 bytes")
    return checkpoint


def open_checkpoint(text: str, logs: tuple[NoteVerifier, ...]) -> tuple[Checkpoint, Note]:
    """Return the checkpoint of a note that one of these log keys signed, and the note.

    Raises NoteFormatError, CheckpointFormatError, or NoteSignatureError where no such key signed it, one of
    them signed it wrongly, or the origin is not the name of the key that signed.
    """
    note = parse_note(text)
    checkpoint = parse_checkpoint(note.text)
    signers = verify_note(note, logs)
    if checkpoint.origin not in {signer.name for signer in signers}:
        raise NoteSignatureError("the origin is not the name of the log key")
    return checkpoint, note
