"""Journal entries and receipts have exactly one spelling; a journal is a Merkle tree of its entries."""

from base64 import b64encode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.journal import (
    JournalEntry,
    JournalFormatError,
    JournalHead,
    Stage,
    decode_entry,
    encode_entry,
    extend_journal,
    head_of,
)
from lienthong_protocol.merkle import Frontier, leaf_hash, root_of
from lienthong_protocol.receipt import Receipt, ReceiptFormatError, parse_receipt
from lienthong_protocol.record import LARGEST_BODY, Act, Kind

RECEIPT = Receipt(index=41, leaf=bytes(range(32)), salt=bytes(32), at=1_795_000_000_123_456)
ENTRY = JournalEntry(
    stage=Stage.ANSWERED,
    act=Act.EXPLOIT,
    kind=Kind.VERIFY,
    at=1_795_000_000_200_000,
    hub="hub.example/log",
    system="moh-his-01",
    key="k",
    method="POST",
    target="https://hub.example/v1/verify",
    profile="lt-1",
    request_id="a1",
    request_params=';created=1795000000;keyid="k";nonce="n";tag="lienthong-req-1"',
    request_signature="AAAA",
    status=200,
    receipt=RECEIPT.encode(),
)


def test_an_entry_survives_its_bytes_and_gives_its_receipt() -> None:
    body = encode_entry(ENTRY)
    assert body.startswith(b'{"v":1,"t":"journal","stage":"answered",')
    assert decode_entry(body) == ENTRY
    assert ENTRY.parsed_receipt() == RECEIPT
    assert msgspec.structs.replace(ENTRY, receipt=None).parsed_receipt() is None


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b'"status":200', b'"status":99'),
        (b'"status":200', b'"status": 200'),
        (b'"stage":"answered"', b'"stage":"asked"'),
        (b'"kind":"verify"', b'"kind":"v\xff"'),
        (b"index=41", b"index=041"),
    ],
)
def test_another_spelling_of_an_entry_is_no_entry(found: bytes, put: bytes) -> None:
    body = encode_entry(ENTRY)
    assert found in body
    with pytest.raises(JournalFormatError):
        decode_entry(body.replace(found, put, 1))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60))
def test_arbitrary_bytes_raise_only_the_documented_error(body: bytes) -> None:
    with pytest.raises(JournalFormatError):
        decode_entry(body)


def test_an_entry_is_bounded_and_unicode() -> None:
    with pytest.raises(JournalFormatError, match="an entry holds"):
        encode_entry(msgspec.structs.replace(ENTRY, note="x" * LARGEST_BODY))
    with pytest.raises(JournalFormatError, match="not Unicode"):
        encode_entry(msgspec.structs.replace(ENTRY, note="\udfff"))


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 2050])
def test_a_journal_is_the_tree_of_its_entries(size: int) -> None:
    bodies = [b"%d" % number for number in range(size)]
    frontier = extend_journal(Frontier(), bodies)
    assert head_of(frontier) == JournalHead(size, root_of([leaf_hash(body) for body in bodies]))
    assert extend_journal(extend_journal(Frontier(), bodies[:7]), bodies[7:]) == frontier
    assert head_of(Frontier()) == JournalHead()


@settings(deadline=None, max_examples=80)
@given(
    st.builds(
        Receipt,
        index=st.integers(0, 10**15 - 1),
        leaf=st.binary(min_size=32, max_size=32),
        salt=st.binary(min_size=32, max_size=32),
        at=st.integers(0, 10**16 - 1),
    )
)
def test_a_receipt_survives_its_text(receipt: Receipt) -> None:
    assert parse_receipt(receipt.encode()) == receipt


@settings(deadline=None, max_examples=100)
@given(
    st.text(max_size=40) | st.from_regex(r"index=[0-9]{1,3}, leaf=:.{0,44}:, salt=:.{0,44}:, at=\"[0-9]*\"")
)
def test_no_other_text_is_a_receipt(text: str) -> None:
    with pytest.raises(ReceiptFormatError):
        parse_receipt(text)


def test_a_receipt_with_spare_bits_or_leading_zero_is_none() -> None:
    text = RECEIPT.encode()
    salt = b64encode(RECEIPT.salt).decode()
    with pytest.raises(ReceiptFormatError, match="one spelling"):
        parse_receipt(text.replace(salt, salt[:-2] + "B="))
    with pytest.raises(ReceiptFormatError):
        parse_receipt(text.replace('at="1', 'at="0'))
