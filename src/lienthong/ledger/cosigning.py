"""Asking witnesses for cosignatures, from the log's side (C2SP tlog-witness)."""

import asyncio
import http.client
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import TypeVar, assert_never
from urllib.parse import urlsplit

from lienthong.ledger.stored_tree import StoredTree
from lienthong_protocol.checkpoint import CheckpointFormatError, parse_size
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignature,
    NoteVerifier,
    SignatureType,
    parse_signatures,
)

ANSWER_SECONDS = 3.0
"""How long a witness may take for one step of an exchange."""
_LARGEST_ANSWER = 262_144

_Reply = TypeVar("_Reply")


class EndpointError(ValueError):
    """A text does not name a witness; the message says how to write it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A witness: its key, and the address it takes checkpoints at."""

    verifier: NoteVerifier
    url: str


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The witness cosigned."""

    signature: NoteSignature


@dataclass(frozen=True, slots=True)
class SeenOther:
    """The witness has seen the log at another size than we thought."""

    size: int


@dataclass(frozen=True, slots=True)
class NotCosigned:
    """The witness did not cosign: out of reach, or it refused; `reason` is for the operator."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cosignatures:
    """The cosignatures had, and the witnesses that say they have seen a larger log."""

    signatures: tuple[NoteSignature, ...]
    ahead: tuple[Endpoint, ...]


def parse_endpoint(text: str) -> Endpoint:
    """Return the witness of a configuration line `<vkey> <url>`; raises EndpointError."""
    vkey, separator, url = text.strip().partition(" ")
    parts = urlsplit(url)
    if not separator or parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise EndpointError(f"write a witness as `<vkey> <url>`, not {text!r}")
    try:
        verifier = NoteVerifier.from_vkey(vkey)
    except NoteFormatError as error:
        raise EndpointError(f"write a witness as `<vkey> <url>`: {error}") from error
    if verifier.type is not SignatureType.COSIGNATURE:
        raise EndpointError(f"{verifier.name} is the key of a log, not of a witness")
    return Endpoint(verifier, url.rstrip("/"))


def request_body(*, old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """Return the body of an add-checkpoint request."""
    lines = [f"old {old_size}", *(b64encode(value).decode() for value in proof), "", note]
    return "\n".join(lines).encode()


def add_checkpoint(endpoint: Endpoint, body: bytes, text: str) -> Cosigned | SeenOther | NotCosigned:
    """Send one request and return what came of it; `text` is the note's text. Blocks; raises nothing."""
    status, answer = _exchange(endpoint.url, "POST", "/add-checkpoint", body)
    match status:
        case HTTPStatus.OK:
            return _cosignature(endpoint.verifier, answer, text)
        case HTTPStatus.CONFLICT:
            try:
                return SeenOther(parse_size(answer.removesuffix("\n")))
            except CheckpointFormatError:
                return NotCosigned("409 without a size")
        case _:
            return NotCosigned(f"{status or 'no answer'}: {answer.strip()[:200]}")


def last_note(url: str, origin: str) -> str | None:
    """Return the note the witness at `url` says it cosigned last of a log, None if it gives none. Blocks."""
    path = f"/{sha256(origin.encode()).hexdigest()}/checkpoint"
    status, answer = _exchange(url, "GET", path, None)
    return answer if status == HTTPStatus.OK else None


def is_reachable(endpoint: Endpoint) -> bool:
    """Tell whether anything answers HTTP at a witness's address. Blocks."""
    return _exchange(endpoint.url, "GET", "/", None)[0] != 0


def _cosignature(verifier: NoteVerifier, answer: str, text: str) -> Cosigned | NotCosigned:
    try:
        lines = parse_signatures(answer)
    except NoteFormatError as error:
        return NotCosigned(f"no signature lines: {error}")
    for line in lines:
        if verifier.verify(text, line):
            return Cosigned(line)
    return NotCosigned("no cosignature by the key of this witness")


def _exchange(url: str, method: str, path: str, body: bytes | None) -> tuple[int, str]:
    """Return status and text of one HTTP exchange, (0, reason) if there was none."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request(method, f"{parts.path}{path}", body)
        response = connection.getresponse()
        return response.status, response.read(_LARGEST_ANSWER).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, str(error)
    finally:
        connection.close()


class Panel:
    """The witnesses of one log, and how much of it each has seen. One task uses it."""

    def __init__(self, witnesses: Sequence[Endpoint], *, warn: Callable[[str], None]) -> None:
        self._witnesses = tuple(witnesses)
        self._sizes: dict[str, int] = {}
        self._warn = warn

    async def last_notes(self, origin: str) -> list[str]:
        """Return the notes that witnesses say they cosigned last of a log."""
        notes = await _each(last_note, [(witness.url, origin) for witness in self._witnesses])
        return [note for note in notes if note is not None]

    async def any_reachable(self) -> bool:
        """Tell whether at least one witness answers at all."""
        return any(await _each(is_reachable, [(witness,) for witness in self._witnesses]))

    async def cosign(self, note: Note, size: int, *, tree: StoredTree) -> Cosignatures:
        """Ask every witness to cosign a signed checkpoint; what cannot be had now is left out.

        Each is asked from the size it saw last, and a second time where it turns out to be at another one.
        """
        waiting = list(self._witnesses)
        signatures: list[NoteSignature] = []
        ahead: list[Endpoint] = []
        for _attempt in range(2):
            bodies = [await self._request(witness, note, size, tree) for witness in waiting]
            asked = [(witness, body, note.text) for witness, body in zip(waiting, bodies, strict=True)]
            replies = await _each(add_checkpoint, asked)
            again: list[Endpoint] = []
            for witness, reply in zip(waiting, replies, strict=True):
                match reply:
                    case Cosigned(signature):
                        self._sizes[witness.url] = size
                        signatures.append(signature)
                    case SeenOther(seen) if seen <= size:
                        self._sizes[witness.url] = seen
                        again.append(witness)
                    case SeenOther(seen):
                        self._warn(f"{witness.verifier.name} says it has seen {seen} leaves of {size}")
                        ahead.append(witness)
                    case NotCosigned(reason):
                        self._warn(f"{witness.verifier.name} did not cosign size {size}: {reason}")
                    case _:
                        assert_never(reply)
            waiting = again
        return Cosignatures(tuple(signatures), tuple(ahead))

    async def _request(self, witness: Endpoint, note: Note, size: int, tree: StoredTree) -> bytes:
        old_size = min(self._sizes.get(witness.url, 0), size)
        proof = await tree.consistency_proof(old_size=old_size, new_size=size)
        return request_body(old_size=old_size, proof=proof, note=note.encode())


async def _each(call: Callable[..., _Reply], arguments: Iterable[tuple[object, ...]]) -> list[_Reply]:
    """Run a blocking exchange with every witness at once."""
    return await asyncio.gather(*(asyncio.to_thread(call, *each) for each in arguments))
