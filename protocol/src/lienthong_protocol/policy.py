"""What a verifier trusts: the log's keys, its witnesses, how many must have cosigned, the last head it saw.

A policy is a TOML text its owner can read. Without one a log can be compared with itself only. Of a log that
carries on another, the policy also holds the statements that say so, and so trusts what was carried on.
"""

import json
import tomllib
from dataclasses import dataclass, replace

import msgspec

from lienthong_protocol.checkpoint import Checkpoint, CheckpointFormatError, open_checkpoint
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignatureError,
    NoteVerifier,
    SignatureType,
    cosigned_at,
)
from lienthong_protocol.succession import Succession, SuccessionFormatError, read_succession

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\x7f": "\\u007f"})


class PolicyFormatError(ValueError):
    """A text is not a policy; the message says what to correct."""


class CheckpointUntrustedError(ValueError):
    """A checkpoint is not one this policy trusts; the message says why."""


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness that cosigned, and when it saw the checkpoint (seconds since the epoch)."""

    name: str
    time: int


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint this policy trusts, its whole note, and who cosigned it."""

    checkpoint: Checkpoint
    note: str
    cosigners: tuple[Cosigner, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Log keys (several while a key is being changed, one origin), witness keys, quorum, last note seen.

    `successions` are the notes by which this log carries on others, oldest first.
    """

    logs: tuple[NoteVerifier, ...]
    witnesses: tuple[NoteVerifier, ...]
    quorum: int
    seen: str | None = None
    successions: tuple[str, ...] = ()

    @property
    def lineage(self) -> tuple[Succession, ...]:
        """The successions that led to this log, oldest first; they were checked when the policy was read."""
        return tuple(map(read_succession, self.successions))

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self.logs[0].name

    def seen_checkpoint(self) -> Checkpoint | None:
        """Return the last checkpoint its owner saw; it was checked when the policy was read."""
        return None if self.seen is None else self.open(self.seen)[0]

    def open(self, text: str) -> tuple[Checkpoint, Note]:
        """Return the checkpoint of a note that this log signed, or a predecessor within what is carried on.

        Raises NoteFormatError, CheckpointFormatError, NoteSignatureError.
        """
        lineage = self.lineage
        for position, succession in enumerate(lineage):
            if text.startswith(f"{succession.predecessor.name}\n"):
                checkpoint, note = open_checkpoint(text, (succession.predecessor,))
                if checkpoint.size > min(later.size for later in lineage[position:]):
                    raise NoteSignatureError("a predecessor's checkpoint, beyond what was carried on of it")
                return checkpoint, note
        return open_checkpoint(text, self.logs)

    def trust(self, text: str) -> Witnessed:
        """Return the checkpoint of this note if the log signed it and a quorum of witnesses cosigned it.

        Raises CheckpointUntrustedError. A wrong cosignature by a witness of this policy spoils it.
        """
        try:
            checkpoint, note = self.open(text)
        except (NoteFormatError, CheckpointFormatError, NoteSignatureError) as error:
            raise CheckpointUntrustedError(f"checkpoint: {error}") from error
        cosigners = []
        for witness in self.witnesses:
            claimed = [signature for signature in note.signatures if witness.made(signature)]
            if not all(witness.verify(note.text, signature) for signature in claimed):
                raise CheckpointUntrustedError(f"the cosignature of {witness.name} is wrong")
            if claimed:
                cosigners.append(Cosigner(witness.name, max(map(cosigned_at, claimed))))
        if len(cosigners) < self.quorum:
            raise CheckpointUntrustedError(
                f"{len(cosigners)} of the {self.quorum} cosignatures wanted for size {checkpoint.size}"
            )
        return Witnessed(checkpoint, text, tuple(cosigners))

    def remember(self, witnessed: Witnessed) -> "Policy":
        """Return the policy of an owner who has now seen this checkpoint."""
        return replace(self, seen=witnessed.note)

    def encode(self) -> str:
        """Return the policy as TOML."""
        lines = [
            f"log = {_array(self.logs)}",
            f"witnesses = {_array(self.witnesses)}",
            f"quorum = {self.quorum}",
        ]
        if self.seen is not None:
            escaped = self.seen.translate(_ESCAPES)
            lines.append(f'checkpoint = """\n{escaped}"""')
        if self.successions:
            notes = ", ".join(f'"""\n{note.translate(_ESCAPES)}"""' for note in self.successions)
            lines.append(f"successions = [{notes}]")
        return "\n".join(lines) + "\n"


class _PolicyTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of a policy file."""

    log: tuple[str, ...]
    quorum: int
    witnesses: tuple[str, ...] = ()
    checkpoint: str | None = None
    successions: tuple[str, ...] = ()


def parse_policy(text: str) -> Policy:
    """Return the policy a TOML text holds; raises PolicyFormatError."""
    try:
        table = msgspec.convert(tomllib.loads(text), _PolicyTable)
        logs = tuple(map(NoteVerifier.from_vkey, table.log))
        witnesses = tuple(map(NoteVerifier.from_vkey, table.witnesses))
    except (tomllib.TOMLDecodeError, RecursionError, msgspec.ValidationError, NoteFormatError) as error:
        raise PolicyFormatError(f"policy: {error}") from error
    policy = Policy(logs, witnesses, table.quorum, table.checkpoint, table.successions)
    _check(policy)
    return policy


def _check(policy: Policy) -> None:
    """Refuse a policy that would trust nothing, anything, or one signer twice."""
    if not policy.logs or any(key.type is not SignatureType.NOTE for key in policy.logs):
        raise PolicyFormatError("policy: `log` lists the log's keys, of signature type 1")
    if len({key.name for key in policy.logs}) > 1:
        raise PolicyFormatError("policy: the keys in `log` carry one name, the log's origin")
    if any(key.type is not SignatureType.COSIGNATURE for key in policy.witnesses):
        raise PolicyFormatError("policy: `witnesses` lists keys of signature type 4")
    keys = [key.public_key for key in (*policy.logs, *policy.witnesses)]
    if len(set(keys)) != len(keys):
        raise PolicyFormatError("policy: a key stands there twice")
    if not 0 <= policy.quorum <= len(policy.witnesses):
        raise PolicyFormatError("policy: `quorum` is a number from 0 to the number of witnesses")
    _check_lineage(policy)
    if policy.seen is not None:
        try:
            policy.trust(policy.seen)
        except CheckpointUntrustedError as error:
            raise PolicyFormatError(f"policy: the last {error}") from error


def _check_lineage(policy: Policy) -> None:
    """Refuse successions that do not lead, one after the other, to this log."""
    try:
        lineage = policy.lineage
    except SuccessionFormatError as error:
        raise PolicyFormatError(f"policy: {error}") from error
    names = [succession.predecessor.name for succession in lineage]
    followers = [succession.successor.name for succession in lineage]
    if lineage and followers != [*names[1:], policy.origin]:
        raise PolicyFormatError("policy: `successions` lead, oldest first, from log to log to this one")
    if len({*names, policy.origin}) <= len(names) > 0:
        raise PolicyFormatError("policy: a log succeeds no log of its own name")


def _array(keys: tuple[NoteVerifier, ...]) -> str:
    return json.dumps([key.vkey for key in keys], ensure_ascii=False)
