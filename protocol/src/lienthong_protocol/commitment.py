"""Keyed values of the log: salts and commitments of answers, tags of persons, and the ids of their keys.

A salt can be derived again by the hub until its month key is destroyed; a tag recognises a person only while
the key of its quarter lives. Months and quarters are those of UTC, like the partitions of the log.
"""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

TAG_LENGTH = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def salt(month_key: bytes, *, key_id: str, nonce: str) -> bytes:
    """Return the 32-byte salt of one answer: HMAC-SHA256(month key, key id ‖ 0x00 ‖ nonce)."""
    return hmac.digest(month_key, f"{key_id}\0{nonce}".encode(), "sha256")


def commit(salt: bytes, body: bytes) -> bytes:
    """Return SHA-256(salt ‖ body), what a record keeps of an answer."""
    digest = sha256(salt)
    digest.update(body)
    return digest.digest()


def person_tag(quarter_key: bytes, person_key: bytes) -> bytes:
    """Return the 16-byte tag of a registered person by the person's permanent random key."""
    return hmac.digest(quarter_key, b"person\0" + person_key, "sha256")[:TAG_LENGTH]


def claimed_tag(quarter_key: bytes, number: str) -> bytes:
    """Return the 16-byte tag of a claimed number that led to no person; never equal to a person's tag."""
    return hmac.digest(quarter_key, b"claimed\0" + number.encode(), "sha256")[:TAG_LENGTH]


def month_id(at: int) -> str:
    """Return the id of the month key for `at` (microseconds since the epoch), like `2026-11`."""
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment.year:04}-{moment.month:02}"


def quarter_id(at: int) -> str:
    """Return the id of the quarter key for `at` (microseconds since the epoch), like `2026Q4`."""
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment.year:04}Q{(moment.month + 2) // 3}"
