"""Salts, commitments and tags against HMAC and SHA-256 written out, and the ids of their keys."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from lienthong_protocol.commitment import claimed_tag, commit, month_id, person_tag, quarter_id, salt

KEY = bytes(range(32))


def micros(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1_000_000)


def test_a_salt_can_be_derived_again_and_depends_on_everything() -> None:
    assert salt(KEY, key_id="k", nonce="n") == hmac.new(KEY, b"k\0n", sha256).digest()
    assert len({salt(KEY, key_id=key_id, nonce=nonce) for key_id in ("k", "kn") for nonce in ("n", "")}) == 4


def test_a_commitment_is_the_salted_hash_of_the_answer() -> None:
    assert commit(b"salt", b"body") == sha256(b"saltbody").digest()


def test_tags_recognise_a_person_within_a_quarter_only() -> None:
    tag = person_tag(KEY, b"p" * 16)
    assert tag == hmac.new(KEY, b"person\0" + b"p" * 16, sha256).digest()[:16]
    assert person_tag(bytes(32), b"p" * 16) != tag
    assert claimed_tag(KEY, "099000000001") == hmac.new(KEY, b"claimed\x00099000000001", sha256).digest()[:16]


@pytest.mark.parametrize(
    ("at", "month", "quarter"),
    [
        (0, "1970-01", "1970Q1"),
        (micros(2026, 11, 23), "2026-11", "2026Q4"),
        (micros(2026, 9, 30, 23, 59, 59, 999_999), "2026-09", "2026Q3"),
        (micros(2026, 10, 1), "2026-10", "2026Q4"),
        (micros(2027, 1, 1) - 1, "2026-12", "2026Q4"),
        (micros(2027, 1, 1), "2027-01", "2027Q1"),
    ],
)
def test_key_ids_are_those_of_utc(at: int, month: str, quarter: str) -> None:
    assert month_id(at) == month
    assert quarter_id(at) == quarter
