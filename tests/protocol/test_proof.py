"""A proof file and a policy: what they trust, and that every broken link is named."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.merkle import inclusion_proof, leaf_hash, node_reader, root_of
from lienthong_protocol.notes import Note, NoteSigner, SignatureType
from lienthong_protocol.policy import (
    CheckpointUntrustedError,
    Cosigner,
    Policy,
    PolicyFormatError,
    parse_policy,
)
from lienthong_protocol.proof import LogProof, ProofFormatError, ProofInvalidError, parse_proof, verify_proof

BODIES = [b"entry %d" % number for number in range(11)]
LEAVES = [leaf_hash(body) for body in BODIES]
LOG = NoteSigner("hub.example/log", SignatureType.NOTE, bytes(32))
OLD_LOG = NoteSigner("hub.example/log", SignatureType.NOTE, bytes([9]) * 32)
WITNESSES = [
    NoteSigner(f"w{number}.example", SignatureType.COSIGNATURE, bytes([number]) * 32)
    for number in range(1, 4)
]
POLICY = Policy((LOG.verifier, OLD_LOG.verifier), tuple(witness.verifier for witness in WITNESSES), quorum=2)


def note_of(size: int, *, cosigners: int = 2, root: bytes | None = None, signer: NoteSigner = LOG) -> str:
    text = Checkpoint("hub.example/log", size, root or root_of(LEAVES[:size])).encode()
    cosignatures = [witness.cosign(text, time=1_795_000_000) for witness in WITNESSES[:cosigners]]
    return Note(text, (signer.sign(text), *cosignatures)).encode()


def proof_of(index: int, size: int = 11) -> LogProof:
    path = inclusion_proof(index=index, size=size, read=node_reader(LEAVES[:size]))
    return LogProof(index, tuple(path), note_of(size), BODIES[index])


def test_a_proof_survives_its_text_and_proves_its_entry() -> None:
    for index in range(11):
        proof = proof_of(index)
        assert parse_proof(proof.encode()) == proof
        witnessed = verify_proof(proof, policy=POLICY)
        assert witnessed.checkpoint.size == 11
        assert witnessed.cosigners == (
            Cosigner("w1.example", 1_795_000_000),
            Cosigner("w2.example", 1_795_000_000),
        )
        bare = replace(proof, body=None)
        assert parse_proof(bare.encode()) == bare
        assert verify_proof(bare, policy=POLICY, leaf=LEAVES[index]) == witnessed
        assert verify_proof(proof, policy=POLICY, leaf=LEAVES[index]) == witnessed


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(proof_of(3), body=b"another"), "does not lead"),
        (replace(proof_of(3), index=4), "does not lead"),
        (replace(proof_of(3), path=proof_of(4).path), "does not lead"),
        (replace(proof_of(3), checkpoint=note_of(10)), "does not lead"),
        (replace(proof_of(3), checkpoint=note_of(11, cosigners=1)), "1 of the 2 cosignatures"),
        (replace(proof_of(3), checkpoint=note_of(11).replace("\n11\n", "\n12\n")), "is wrong"),
        (replace(proof_of(3), checkpoint="nothing"), "checkpoint"),
        (replace(proof_of(3), body=None), "carries no entry"),
    ],
)
def test_a_broken_proof_is_refused_and_says_where(broken: LogProof, reason: str) -> None:
    with pytest.raises(ProofInvalidError, match=reason):
        verify_proof(broken, policy=POLICY)


def test_a_proof_of_another_entry_is_refused() -> None:
    with pytest.raises(ProofInvalidError, match="another entry"):
        verify_proof(proof_of(3), policy=POLICY, leaf=LEAVES[4])


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "place 3"),
        ("extra ", "extra !"),
        ("\n\n", "\n"),
    ],
)
def test_another_spelling_is_no_proof(found: str, put: str) -> None:
    text = proof_of(3).encode()
    assert found in text
    with pytest.raises(ProofFormatError):
        parse_proof(text.replace(found, put))


def test_a_path_is_bounded() -> None:
    for path in ((bytes(32),) * 64, (bytes(31),)):
        with pytest.raises(ProofFormatError, match="at most 63"):
            parse_proof(LogProof(0, path, "").encode())
    with pytest.raises(ProofFormatError, match="no index"):
        parse_proof("c2sp.org/tlog-proof@v1\n\n")


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=40), st.integers(0, 2000), st.integers(0, 4))
def test_mutilated_texts_raise_only_the_documented_errors(put: str, place: int, removed: int) -> None:
    text = proof_of(3).encode()
    place %= len(text)
    changed = text[:place] + put + text[place + removed :]
    try:
        proof = parse_proof(changed)
    except ProofFormatError:
        return
    assert proof.encode() == changed
    if changed != text:
        try:
            verify_proof(proof, policy=POLICY, leaf=LEAVES[3])
        except ProofInvalidError:
            return
        # Only what no signature covers may change: lines of unknown signers, and dropping the extra line.
        assert proof.checkpoint.startswith(note_of(11).partition("\n\n")[0])


def test_a_policy_survives_its_text_and_remembers() -> None:
    assert parse_policy(POLICY.encode()) == POLICY
    assert POLICY.seen_checkpoint() is None
    witnessed = POLICY.trust(note_of(7, signer=OLD_LOG))
    later = POLICY.remember(witnessed)
    assert parse_policy(later.encode()) == later
    assert later.seen_checkpoint() == witnessed.checkpoint
    assert later.origin == "hub.example/log"


def test_a_policy_carries_any_name_a_note_can() -> None:
    log = NoteSigner('q"\\uote\'"""', SignatureType.NOTE, bytes(32))
    text = Checkpoint(log.verifier.name, 1, bytes(32), ('\x7f\\ """',)).encode()
    policy = Policy((log.verifier,), (), 0, Note(text, (log.sign(text),)).encode())
    assert parse_policy(policy.encode()) == policy


def test_a_wrong_cosignature_spoils_a_note_even_beyond_the_quorum() -> None:
    text = Checkpoint("hub.example/log", 7, root_of(LEAVES[:7])).encode()
    lines = [LOG.sign(text), *(witness.cosign(text, time=5) for witness in WITNESSES[:2])]
    wrong = replace(WITNESSES[2].cosign(text, time=5), signature=bytes(72))
    with pytest.raises(CheckpointUntrustedError, match=r"w3\.example is wrong"):
        POLICY.trust(Note(text, (*lines, wrong)).encode())


def _toml(**changes: object) -> str:
    keys = {"log": [LOG.verifier.vkey], "witnesses": [WITNESSES[0].verifier.vkey], "quorum": 1, **changes}
    return "".join(f"{name} = {value!r}\n" for name, value in keys.items() if value is not None)


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        _toml(log=None),
        _toml(log=[]),
        _toml(log=["nothing"]),
        _toml(quorum=2),
        _toml(quorum=-1),
        _toml(quorum="1"),
        _toml(more=1),
        _toml(log=[WITNESSES[0].verifier.vkey], witnesses=[], quorum=0),
        _toml(witnesses=[LOG.verifier.vkey]),
        _toml(witnesses=[WITNESSES[0].verifier.vkey] * 2),
        _toml(log=[LOG.verifier.vkey, NoteSigner("b", SignatureType.NOTE, bytes([8]) * 32).verifier.vkey]),
        _toml(checkpoint="nothing"),
        _toml(checkpoint=note_of(7, cosigners=0)),
    ],
)
def test_another_text_is_no_policy(text: str) -> None:
    with pytest.raises(PolicyFormatError):
        parse_policy(text)


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=40) | st.text(alphabet="log=[]\"'\n.{}w", max_size=60))
def test_arbitrary_text_is_no_policy(text: str) -> None:
    with pytest.raises(PolicyFormatError):
        parse_policy(text)
