"""Proofs that one entry stands in the log, checked from a file alone (C2SP tlog-proof).

The entry's bytes travel in the `extra` line, so that the file says what it proves; they are trusted only once
they hash to the leaf the proof leads from.
"""

from base64 import b64encode
from dataclasses import dataclass

from lienthong_protocol.checkpoint import CheckpointFormatError, parse_size
from lienthong_protocol.merkle import HASH_LENGTH, leaf_hash, verify_inclusion
from lienthong_protocol.notes import NoteFormatError, decode_base64
from lienthong_protocol.policy import CheckpointUntrustedError, Policy, Witnessed

_HEAD = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


class ProofFormatError(ValueError):
    """A text is not a proof."""


class ProofInvalidError(ValueError):
    """A proof does not prove its entry under this policy; the message says why."""


@dataclass(frozen=True, slots=True)
class LogProof:
    """Index and audit path of a leaf, the checkpoint they lead to (a whole note), and the leaf's body."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    body: bytes | None = None

    def encode(self) -> str:
        """Return the proof file's text."""
        extra = [] if self.body is None else [f"extra {b64encode(self.body).decode()}"]
        hashes = [b64encode(value).decode() for value in self.path]
        return "\n".join([_HEAD, *extra, f"index {self.index}", *hashes, "", self.checkpoint])


def parse_proof(text: str) -> LogProof:
    """Return the proof a text is; raises ProofFormatError. The checkpoint is not looked into here."""
    head, separator, checkpoint = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != _HEAD or not separator:
        raise ProofFormatError("not a log proof of version 1")
    try:
        body = None
        if lines and lines[0].startswith("extra "):
            body = decode_base64(lines.pop(0).removeprefix("extra "))
        if not lines or not lines[0].startswith("index "):
            raise ProofFormatError("no index")
        index = parse_size(lines[0].removeprefix("index "))
        path = tuple(map(decode_base64, lines[1:]))
    except (NoteFormatError, CheckpointFormatError) as error:
        raise ProofFormatError(str(error)) from error
    if len(path) > LONGEST_PATH or any(len(value) != HASH_LENGTH for value in path):
        raise ProofFormatError("a path is at most 63 hashes of 32 bytes")
    return LogProof(index, path, checkpoint, body)


def verify_proof(proof: LogProof, *, policy: Policy, leaf: bytes | None = None) -> Witnessed:
    """Return the witnessed checkpoint that holds this leaf (default: the leaf of the proof's own body).

    Raises ProofInvalidError, and says which link of the chain is broken.
    """
    if leaf is None:
        if proof.body is None:
            raise ProofInvalidError("the proof carries no entry: name the leaf it shall prove")
        leaf = leaf_hash(proof.body)
    elif proof.body is not None and leaf_hash(proof.body) != leaf:
        raise ProofInvalidError("the proof carries another entry")
    try:
        witnessed = policy.trust(proof.checkpoint)
    except CheckpointUntrustedError as error:
        raise ProofInvalidError(str(error)) from error
    checkpoint = witnessed.checkpoint
    if not verify_inclusion(
        leaf=leaf, index=proof.index, size=checkpoint.size, proof=proof.path, root=checkpoint.root
    ):
        raise ProofInvalidError("the path does not lead from this entry to the checkpoint")
    return witnessed
