"""Notes, cosignatures and keys: the published vector, round trips, and every corruption refused."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.notes import (
    LARGEST_NOTE,
    MOST_SIGNATURES,
    Note,
    NoteFormatError,
    NoteSignature,
    NoteSignatureError,
    NoteSigner,
    NoteVerifier,
    SignatureType,
    cosigned_at,
    parse_note,
    parse_signatures,
    verify_note,
)

VECTOR = json.loads((Path(__file__).parents[1] / "vectors" / "merkle_note_dpop.json").read_text())[
    "signed_note"
]
LOG = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(range(32)))
WITNESS = NoteSigner("witness.example/một", SignatureType.COSIGNATURE, bytes(range(1, 33)))
TEXT = "hub.example/log\n0\nsomething\n"


def test_the_published_note_verifies() -> None:
    verifier = NoteVerifier.from_vkey(VECTOR["vkey"])
    note = parse_note(f"{VECTOR['text']}\n{VECTOR['sig_line']}\n")
    assert note.text == VECTOR["text"]
    assert verify_note(note, [verifier]) == [verifier]
    assert verifier.vkey == VECTOR["vkey"]
    assert note.encode() == f"{VECTOR['text']}\n{VECTOR['sig_line']}\n"


def test_a_note_carries_the_log_and_its_witnesses() -> None:
    note = Note(TEXT, (LOG.sign(TEXT),)).with_signatures([WITNESS.cosign(TEXT, time=1_795_000_000)])
    assert parse_note(note.encode()) == note
    assert verify_note(note, [LOG.verifier, WITNESS.verifier]) == [LOG.verifier, WITNESS.verifier]
    assert cosigned_at(note.signatures[1]) == 1_795_000_000
    assert note.with_signatures(note.signatures) == note


def test_keys_survive_their_text() -> None:
    for signer in (LOG, WITNESS):
        assert NoteVerifier.from_vkey(signer.verifier.vkey) == signer.verifier
        again = NoteSigner.from_skey(signer.skey)
        assert (again.skey, again.verifier) == (signer.skey, signer.verifier)
    with pytest.raises(NoteFormatError, match="private note key"):
        NoteSigner.from_skey(LOG.verifier.vkey)
    wrong_id = LOG.skey.replace(LOG.verifier.key_id.hex(), "00000000")
    with pytest.raises(NoteFormatError, match="id of a private"):
        NoteSigner.from_skey(wrong_id)


@pytest.mark.parametrize(
    "vkey",
    [
        "hub.example/log",
        "hub.example/log+00000000",
        LOG.verifier.vkey.replace(LOG.verifier.key_id.hex(), "00000000"),
        LOG.verifier.vkey.replace("+A", "+ A"),
        LOG.verifier.vkey[:-4],
        "a b" + LOG.verifier.vkey,
        "+" + LOG.verifier.vkey,
        "hub.example/log+00000000+" + b64encode(b"\x02" + bytes(32)).decode(),
    ],
)
def test_another_text_is_no_key(vkey: str) -> None:
    with pytest.raises(NoteFormatError):
        NoteVerifier.from_vkey(vkey)


def test_each_key_signs_its_own_way_only() -> None:
    with pytest.raises(TypeError, match="cosigns"):
        WITNESS.sign(TEXT)
    with pytest.raises(TypeError, match="does not cosign"):
        LOG.cosign(TEXT, time=1)
    with pytest.raises(NoteFormatError, match="key name"):
        NoteSigner("a+b", SignatureType.NOTE, bytes(32))


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\rb\n", "\ud800\n"])
def test_a_text_no_note_can_carry_is_not_signed(text: str) -> None:
    with pytest.raises(NoteFormatError):
        LOG.sign(text)


@settings(deadline=None, max_examples=120)
@given(st.integers(0, 10_000))
def test_every_wrong_bit_of_a_note_is_refused(place: int) -> None:
    for signer, signature in ((LOG, LOG.sign(TEXT)), (WITNESS, WITNESS.cosign(TEXT, time=1_795_000_000))):
        blob = bytearray(signature.signature)
        bit = place % (len(blob) * 8)
        blob[bit // 8] ^= 1 << bit % 8
        wrong = NoteSignature(signature.name, signature.key_id, bytes(blob))
        assert not signer.verifier.verify(TEXT, wrong)
        text = bytearray(TEXT.encode())
        bit = place % (len(text) * 8)
        text[bit // 8] ^= 1 << bit % 8
        assert not signer.verifier.verify(text.decode("latin-1"), signature)
        with pytest.raises(NoteSignatureError, match="is wrong"):
            verify_note(Note(TEXT, (wrong,)), [signer.verifier])
        with pytest.raises(NoteSignatureError, match="is wrong"):
            verify_note(Note(TEXT, (signature, wrong)), [signer.verifier])


def test_unknown_keys_count_for_nothing() -> None:
    stranger = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(32))
    note = Note(TEXT, (stranger.sign(TEXT),))
    assert not LOG.verifier.verify(TEXT, note.signatures[0])
    with pytest.raises(NoteSignatureError, match="no known key"):
        verify_note(note, [LOG.verifier])
    assert verify_note(note.with_signatures([LOG.sign(TEXT)]), [LOG.verifier]) == [LOG.verifier]


@pytest.mark.parametrize("blob", [b"x", bytes(63), bytes(65), bytes(72)])
def test_a_signature_of_another_length_is_wrong(blob: bytes) -> None:
    for key in (LOG.verifier, WITNESS.verifier):
        assert not key.verify(TEXT, NoteSignature(key.name, key.key_id, blob))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name AAAAAAAA",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— name\n",
        "text\n\n— name AAAAAA==\n",
        "text\n\n— name AAAA AAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
        "text\n\n— na\u00a0me AAAAAAAA\n",
        "text\n\n— name AAAAAAB=\n",
        "te\x00xt\n\n— name AAAAAAAA\n",
        "text\n\n" + "— name AAAAAAAA\n" * (MOST_SIGNATURES + 1),
        "t" * LARGEST_NOTE + "\n\n— name AAAAAAAA\n",
    ],
)
def test_another_text_is_no_note(text: str) -> None:
    with pytest.raises(NoteFormatError):
        parse_note(text)


def test_a_text_may_hold_empty_lines() -> None:
    note = parse_note("one\n\ntwo\n\n— name AAAAAAAA\n")
    assert note.text == "one\n\ntwo\n"
    assert note.signatures == parse_signatures("— name AAAAAAAA\n")


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="a\n— +=AB/\u2003\u00e9\x00\ud800", max_size=40) | st.text(max_size=40))
def test_arbitrary_text_raises_only_the_documented_error(text: str) -> None:
    for parse in (parse_note, parse_signatures, NoteVerifier.from_vkey, NoteSigner.from_skey):
        try:
            parsed = parse(text)
        except NoteFormatError:
            continue
        assert not isinstance(parsed, Note) or parsed.encode() == text
