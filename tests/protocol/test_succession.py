"""A succession says what is lost and is signed by both logs; a policy trusts what was carried on, no more."""

from dataclasses import replace

import pytest

from lienthong_protocol.checkpoint import Checkpoint
from lienthong_protocol.merkle import leaf_hash, root_of
from lienthong_protocol.notes import Note, NoteSigner, SignatureType
from lienthong_protocol.policy import CheckpointUntrustedError, Policy, PolicyFormatError, parse_policy
from lienthong_protocol.succession import (
    Succession,
    SuccessionFormatError,
    read_succession,
    sign_succession,
)

OLD = NoteSigner("hub.example/log", SignatureType.NOTE, bytes([1]) * 32)
NEW = NoteSigner("hub.example/log/2", SignatureType.NOTE, bytes([2]) * 32)
NEWER = NoteSigner("hub.example/log/3", SignatureType.NOTE, bytes([3]) * 32)
WITNESS = NoteSigner("w.example", SignatureType.COSIGNATURE, bytes([4]) * 32)
LEAVES = [leaf_hash(bytes([number])) for number in range(9)]
STATEMENT = Succession(
    predecessor=OLD.verifier,
    successor=NEW.verifier,
    last_size=7,
    last_root=root_of(LEAVES[:7]),
    size=5,
    root=root_of(LEAVES[:5]),
    time=1_795_000_000_000_000,
    decided_by="Nguyễn Văn A",
    reason="máy chủ hỏng",
)
NOTE = sign_succession(STATEMENT, OLD, NEW)


def policy(*successions: str, log: NoteSigner = NEW) -> Policy:
    made = Policy((log.verifier,), (WITNESS.verifier,), 1, None, successions)
    return parse_policy(made.encode())


def checkpoint(signer: NoteSigner, size: int) -> str:
    text = Checkpoint(signer.verifier.name, size, root_of(LEAVES[:size])).encode()
    return Note(text, (signer.sign(text), WITNESS.cosign(text, time=1_795_000_000))).encode()


@pytest.mark.law("R6.1")
def test_a_statement_reads_back_and_names_its_gap() -> None:
    assert read_succession(NOTE) == STATEMENT
    assert STATEMENT.gap == range(5, 7)
    assert NOTE.startswith("lienthong-succession-1\n")


@pytest.mark.parametrize(
    ("origin", "index", "at", "lost"),
    [
        ("hub.example/log", 5, STATEMENT.time, True),
        ("hub.example/log", 8, STATEMENT.time, True),
        (None, 5, STATEMENT.time - 1, True),
        ("hub.example/log", 4, STATEMENT.time, False),
        ("hub.example/log", 5, STATEMENT.time + 1, False),
        ("hub.example/log/2", 5, STATEMENT.time, False),
    ],
)
def test_what_was_lost_is_what_stood_after_the_restored_leaves(
    origin: str | None, index: int, at: int, lost: bool
) -> None:
    assert STATEMENT.lost(origin=origin, index=index, at=at) is lost


@pytest.mark.parametrize(
    "change",
    [
        {"size": 7},
        {"size": 8},
        {"root": b"short"},
        {"last_root": b"short"},
        {"decided_by": ""},
        {"reason": "two\nlines"},
        {"reason": "x" * 1_001},
        {"successor": OLD.verifier},
        {"successor": replace(NEW.verifier, public_key=OLD.verifier.public_key)},
        {"successor": WITNESS.verifier},
    ],
    ids=str,
)
def test_a_statement_that_says_nothing_honest_is_not_made(change: dict[str, object]) -> None:
    with pytest.raises(SuccessionFormatError):
        replace(STATEMENT, **change).encode()  # type: ignore[arg-type]


def _signed(text: str, *signers: NoteSigner) -> str:
    return Note(text, tuple(signer.sign(text) for signer in signers)).encode()


@pytest.mark.parametrize(
    "note",
    [
        "no note",
        _signed("another text\n", OLD, NEW),
        _signed(STATEMENT.encode(), OLD),
        _signed(STATEMENT.encode(), NEW),
        _signed(STATEMENT.encode(), NEWER),
        _signed(STATEMENT.encode(), OLD, NEW).replace("5 ", "4 ", 1),
        _signed(STATEMENT.encode().replace("\n5 ", "\n05 "), OLD, NEW),
        _signed(STATEMENT.encode().replace("\n5 ", "\n5  "), OLD, NEW),
    ],
)
def test_a_note_that_is_forged_or_signed_by_one_side_is_refused(note: str) -> None:
    with pytest.raises(SuccessionFormatError):
        read_succession(note)


def test_a_policy_trusts_the_predecessor_as_far_as_it_was_carried_on() -> None:
    trusting = policy(NOTE)
    assert trusting.lineage == (STATEMENT,)
    assert trusting.trust(checkpoint(NEW, 8)).checkpoint.size == 8
    assert trusting.trust(checkpoint(OLD, 5)).checkpoint.size == 5
    for untrusted in (checkpoint(OLD, 6), checkpoint(NEWER, 5), checkpoint(OLD, 5).replace("\n5\n", "\n4\n")):
        with pytest.raises(CheckpointUntrustedError):
            trusting.trust(untrusted)
    with pytest.raises(CheckpointUntrustedError):
        policy().trust(checkpoint(OLD, 5))


def test_a_second_succession_may_carry_on_less_than_the_first() -> None:
    second = replace(
        STATEMENT,
        predecessor=NEW.verifier,
        successor=NEWER.verifier,
        size=3,
        root=root_of(LEAVES[:3]),
    )
    trusting = policy(NOTE, sign_succession(second, NEW, NEWER), log=NEWER)
    assert trusting.trust(checkpoint(OLD, 3)).checkpoint.size == 3
    assert trusting.trust(checkpoint(NEW, 3)).checkpoint.size == 3
    for signer in (OLD, NEW):
        with pytest.raises(CheckpointUntrustedError, match="beyond"):
            trusting.trust(checkpoint(signer, 4))


def test_successions_that_lead_elsewhere_are_no_policy() -> None:
    back = sign_succession(replace(STATEMENT, predecessor=NEW.verifier, successor=OLD.verifier), NEW, OLD)
    for successions, log in (
        ((NOTE,), NEWER),
        ((NOTE, NOTE), NEW),
        ((NOTE, back), OLD),
        (("no note",), NEW),
    ):
        with pytest.raises(PolicyFormatError):
            policy(*successions, log=log)
    with_seen = replace(policy(NOTE), seen=checkpoint(OLD, 5))
    assert parse_policy(with_seen.encode()).seen_checkpoint() == Checkpoint(
        OLD.verifier.name, 5, root_of(LEAVES[:5])
    )
