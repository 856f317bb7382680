"""Changing one of the hub's signing keys: the change is in the log, signed by the old key and by the new.

Whoever trusts the old key can so follow to the new one; a thief of one key alone cannot make the statement.
Policies and witnesses of a log list both keys while its key is being changed.
"""

from pathlib import Path

import asyncpg

from lienthong.ledger.custody import (
    PublicKey,
    Use,
    adopt_next,
    next_signer,
    prepare_next,
    present_signer,
)
from lienthong.ledger.own_record import append_own
from lienthong_protocol.notes import Note, NoteVerifier, parse_note, verify_note
from lienthong_protocol.record import Act, Kind

OVERLAP = 7 * 86_400 * 1_000_000
"""Microseconds for which what the old key signed is still accepted as new."""
_HEAD = "lienthong-key-change-1"


async def rotate(
    connection: asyncpg.Connection, directory: Path, use: Use, *, origin: str, now: int
) -> PublicKey:
    """Replace the key of one use and return the new public key; `now` in microseconds. Law: R6.1.

    `connection` may append (lt_notary). Processes that hold the old key in memory have to be started again.
    Raises CustodyError, AppendRefused, AppendUncertain: run it again, it goes on where it stopped.
    """
    # 1. The new key waits beside the old one. Killed after this, the next run finds and uses it.
    prepare_next(directory, use, origin=origin)
    old = present_signer(directory, use, origin=origin)
    new = next_signer(directory, use, origin=origin)
    # 2. The statement is durable in the log before anything signs with the new key. Killed after this, the
    #    next run states it once more, which harms nobody.
    text = f"{_HEAD}\n{use}\n{old.verifier.vkey}\n{new.verifier.vkey}\n{now}\n"
    note = Note(text, (old.sign(text), new.sign(text))).encode()
    await append_own(
        connection, act=Act.CONNECT, kind=Kind.KEY, at=now, agency="authority", system="hub", note=note
    )
    # 3. Public first, then in place, each atomic. Killed in between, the next run finishes with the same key.
    return adopt_next(directory, use, now=now, overlap=OVERLAP)


def read_change(note: str) -> tuple[NoteVerifier, NoteVerifier]:
    """Return the old and the new key of a key record's note, both of which signed it.

    Raises NoteFormatError, NoteSignatureError, or ValueError for a note that states no change.
    """
    parsed = parse_note(note)
    lines = parsed.text.split("\n")
    if len(lines) != 6 or lines[0] != _HEAD:
        raise ValueError("not a statement about a change of keys")
    old, new = NoteVerifier.from_vkey(lines[2]), NoteVerifier.from_vkey(lines[3])
    if len(verify_note(parsed, [old, new])) != 2:
        raise ValueError("a change of keys is signed by both keys")
    return old, new
