"""Checkpoints have one spelling, and belong to the log whose key signed them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.checkpoint import (
    Checkpoint,
    CheckpointFormatError,
    open_checkpoint,
    parse_checkpoint,
    parse_size,
)
from lienthong_protocol.merkle import EMPTY_ROOT
from lienthong_protocol.notes import Note, NoteSignatureError, NoteSigner, SignatureType

LOG = NoteSigner("example.com/behind-the-sofa", SignatureType.NOTE, bytes(32))
PUBLISHED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_published_example_survives() -> None:
    checkpoint = parse_checkpoint(PUBLISHED)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
    assert checkpoint.encode() == PUBLISHED


@settings(deadline=None, max_examples=60)
@given(
    st.text(min_size=1, alphabet=st.characters(exclude_characters="\n", exclude_categories=["Cs", "Cc"])),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(min_size=1, alphabet="ab "), max_size=2).map(tuple),
)
def test_a_checkpoint_survives_its_text(origin: str, size: int, root: bytes, more: tuple[str, ...]) -> None:
    checkpoint = Checkpoint(origin, size, root, more)
    assert parse_checkpoint(checkpoint.encode()) == checkpoint


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("20852163", "020852163"),
        ("20852163", "+20852163"),
        ("20852163", "٢"),
        ("20852163", ""),
        ("20852163", str(2**63)),
        ("example.com/behind-the-sofa\n", ""),
        ("example.com/behind-the-sofa", ""),
        ("q2I=", "q2J="),
        ("q2I=", "q2I"),
        ("CsUY", ""),
        ("q2I=\n", "q2I="),
        ("q2I=\n", "q2I=\n\n"),
    ],
)
def test_another_spelling_is_no_checkpoint(found: str, put: str) -> None:
    assert found in PUBLISHED
    with pytest.raises(CheckpointFormatError):
        parse_checkpoint(PUBLISHED.replace(found, put, 1))


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="01a=\n/", max_size=80) | st.text(max_size=30))
def test_arbitrary_text_raises_only_the_documented_error(text: str) -> None:
    for parse in (parse_checkpoint, parse_size):
        try:
            parsed = parse(text)
        except CheckpointFormatError:
            continue
        assert (parsed.encode() if isinstance(parsed, Checkpoint) else str(parsed)) == text


def test_a_checkpoint_opens_under_the_key_of_its_origin_only() -> None:
    text = Checkpoint(LOG.verifier.name, 0, EMPTY_ROOT).encode()
    note = Note(text, (LOG.sign(text),))
    assert open_checkpoint(note.encode(), (LOG.verifier,)) == (parse_checkpoint(text), note)
    text = Checkpoint("another.example/log", 0, EMPTY_ROOT).encode()
    with pytest.raises(NoteSignatureError, match="origin"):
        open_checkpoint(Note(text, (LOG.sign(text),)).encode(), (LOG.verifier,))
