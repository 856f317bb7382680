"""Signed notes and timestamped cosignatures: texts that name their signers.

Two kinds of Ed25519 keys: type 0x01 signs a note's text, type 0x04 cosigns it together with the time at which
the signer saw it. A key is written as text: the public half as a vkey, the private one as an skey.
Source: C2SP signed-note and tlog-cosignature.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

LARGEST_NOTE = 262_144
MOST_SIGNATURES = 64
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"
_SIGNATURE_LENGTH = 64
_KEY_LENGTH = 32


class NoteFormatError(ValueError):
    """A text is not a signed note, a signature line or a key."""


class NoteSignatureError(ValueError):
    """A known key's signature is wrong, or no known key has signed."""


class SignatureType(IntEnum):
    """The signature types of this exchange, numbered by C2SP."""

    NOTE = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the signer's name, the 4-byte key id, and the signature in the form of its type."""

    name: str
    key_id: bytes
    signature: bytes

    def encode(self) -> str:
        """Return the line with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ending in a newline, and its signature lines in order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> str:
        """Return the whole note."""
        return f"{self.text}\n{''.join(signature.encode() for signature in self.signatures)}"

    def with_signatures(self, more: Iterable[NoteSignature]) -> "Note":
        """Return the note with further signatures, each signer's line once."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """The public key of a signer, as a vkey writes it."""

    name: str
    type: SignatureType
    public_key: bytes

    @classmethod
    def from_vkey(cls, vkey: str) -> "NoteVerifier":
        """Return the key a vkey names; raises NoteFormatError for any other text."""
        name, kind, public_key = _parse_key(vkey)
        verifier = cls(name, kind, public_key)
        if verifier.vkey != vkey:
            raise NoteFormatError("the id of a vkey is not that of its key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The first 4 bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
        return sha256(f"{self.name}\n".encode() + bytes([self.type]) + self.public_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text: name, key id and key, joined by plus signs."""
        key = b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def made(self, signature: NoteSignature) -> bool:
        """Say whether a signature line claims to be by this key."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def verify(self, text: str, signature: NoteSignature) -> bool:
        """Say whether this key made this signature over `text`; total."""
        if not self.made(signature):
            return False
        blob, message = signature.signature, text.encode()
        if self.type is SignatureType.COSIGNATURE:
            message = _cosigned(text, cosigned_at(signature))
            blob = blob[8:]
        if len(blob) != _SIGNATURE_LENGTH:
            return False
        try:
            VerifyKey(self.public_key).verify(message, blob)
        except BadSignatureError:
            return False
        return True


class NoteSigner:
    """The private key of a signer."""

    def __init__(self, name: str, kind: SignatureType, seed: bytes) -> None:
        """Build the signer from 32 random bytes; raises NoteFormatError for a name no note can carry."""
        _check_name(name)
        self._key = SigningKey(seed)
        self._seed = seed
        self.verifier = NoteVerifier(name, kind, bytes(self._key.verify_key))

    @classmethod
    def from_skey(cls, skey: str) -> "NoteSigner":
        """Return the signer an skey names; raises NoteFormatError for any other text."""
        if not skey.startswith(_PRIVATE):
            raise NoteFormatError("not a private note key")
        name, kind, seed = _parse_key(skey[len(_PRIVATE) :])
        signer = cls(name, kind, seed)
        if signer.skey != skey:
            raise NoteFormatError("the id of a private note key is not that of its key")
        return signer

    @property
    def skey(self) -> str:
        """The private key as text; whoever holds it is the signer."""
        key = b64encode(bytes([self.verifier.type]) + self._seed).decode()
        return f"{_PRIVATE}{self.verifier.name}+{self.verifier.key_id.hex()}+{key}"

    def sign(self, text: str) -> NoteSignature:
        """Return the signature over a note's text, for a key of type NOTE; raises TypeError for another."""
        if self.verifier.type is not SignatureType.NOTE:
            raise TypeError("this key cosigns")
        return self._line(self._key.sign(_note_text(text).encode()).signature)

    def cosign(self, text: str, *, time: int) -> NoteSignature:
        """Return the cosignature over a text seen at `time` (seconds), for a key of type COSIGNATURE.

        Raises TypeError for another key.
        """
        if self.verifier.type is not SignatureType.COSIGNATURE:
            raise TypeError("this key does not cosign")
        signature = self._key.sign(_cosigned(_note_text(text), time)).signature
        return self._line(time.to_bytes(8) + signature)

    def _line(self, signature: bytes) -> NoteSignature:
        return NoteSignature(self.verifier.name, self.verifier.key_id, signature)


def cosigned_at(signature: NoteSignature) -> int:
    """Return the time a cosignature carries, seconds since the epoch."""
    return int.from_bytes(signature.signature[:8])


def parse_note(text: str) -> Note:
    """Return the note a text is; raises NoteFormatError."""
    if len(text) > LARGEST_NOTE:
        raise NoteFormatError("the note is too large")
    body, separator, lines = text.rpartition("\n\n")
    if not separator:
        raise NoteFormatError("no empty line before the signatures")
    return Note(_note_text(body + "\n"), parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Return the signatures of whole signature lines, at least one; raises NoteFormatError."""
    if not lines.endswith("\n"):
        raise NoteFormatError("a signature line ends in a newline")
    rows = lines[:-1].split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise NoteFormatError("too many signatures")
    return tuple(_parse_signature(row) for row in rows)


def verify_note(note: Note, verifiers: Iterable[NoteVerifier]) -> list[NoteVerifier]:
    """Return which of these keys signed the note; signatures of other keys count for nothing.

    Raises NoteSignatureError if a line claims one of these keys and is not by it, or if none of them signed.
    """
    signers = []
    for verifier in verifiers:
        claimed = [signature for signature in note.signatures if verifier.made(signature)]
        if not all(verifier.verify(note.text, signature) for signature in claimed):
            raise NoteSignatureError(f"a signature of {verifier.name} is wrong")
        if claimed:
            signers.append(verifier)
    if not signers:
        raise NoteSignatureError("no known key has signed")
    return signers


def _note_text(text: str) -> str:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise NoteFormatError("a note's text ends in a newline and holds no other control character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteFormatError("a note is Unicode") from error
    return text


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _check_name(name: str) -> None:
    if not name or "+" in name or not name.isprintable() or any(letter.isspace() for letter in name):
        raise NoteFormatError("a key name is printable text without space or plus sign")


def _parse_signature(row: str) -> NoteSignature:
    name, separator, encoded = row.removeprefix(_DASH).partition(" ")
    if not row.startswith(_DASH) or not separator:
        raise NoteFormatError("not a signature line")
    _check_name(name)
    blob = decode_base64(encoded)
    if len(blob) <= 4:
        raise NoteFormatError("a signature line without signature")
    return NoteSignature(name, blob[:4], blob[4:])


def _parse_key(text: str) -> tuple[str, SignatureType, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteFormatError("not a note key")
    _check_name(parts[0])
    blob = decode_base64(parts[2])
    if len(blob) != _KEY_LENGTH + 1 or blob[0] not in list(SignatureType):
        raise NoteFormatError("not a key of a known type")
    return parts[0], SignatureType(blob[0]), blob[1:]


def decode_base64(text: str) -> bytes:
    """Return the bytes of standard padded base64 in its one spelling; raises NoteFormatError."""
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise NoteFormatError("not base64") from error
    if b64encode(data).decode() != text:
        raise NoteFormatError("not the one spelling of its bytes")
    return data
