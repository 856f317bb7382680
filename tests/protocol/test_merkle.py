"""The tree, its proofs and their refusal, held to the published vectors and to the recursive definition."""

import json
from base64 import b64decode
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lienthong_protocol.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    node_reader,
    nodes_of,
    range_root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merkle_note_dpop.json").read_text())
RFC6962 = VECTORS["rfc6962"]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in RFC6962["leaf_inputs_hex"]]


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4)) for number in range(size)]


POOL = leaves(700)


def defined_root(hashes: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962 §2.1, over leaf hashes."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(defined_root(hashes[:split]), defined_root(hashes[split:]))


def defined_path(index: int, hashes: list[bytes]) -> list[bytes]:
    """The recursive definition of RFC 6962 §2.1.1."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return [*defined_path(index, hashes[:split]), defined_root(hashes[split:])]
    return [*defined_path(index - split, hashes[split:]), defined_root(hashes[:split])]


def defined_consistency(size: int, hashes: list[bytes], whole: bool = True) -> list[bytes]:
    """The recursive definition of RFC 6962 §2.1.2."""
    if size == len(hashes):
        return [] if whole else [defined_root(hashes)]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if size <= split:
        return [*defined_consistency(size, hashes[:split], whole), defined_root(hashes[split:])]
    return [*defined_consistency(size - split, hashes[split:], False), defined_root(hashes[:split])]


def flipped(value: bytes, bit: int) -> bytes:
    return (int.from_bytes(value) ^ (1 << bit)).to_bytes(len(value))


def test_published_hashes() -> None:
    assert EMPTY_ROOT.hex() == RFC6962["empty_root"]
    assert leaf_hash(b"").hex() == RFC6962["leaf_empty"]
    assert leaf_hash(b"L123456").hex() == RFC6962["leaf_L123456"]
    assert node_hash(b"N123", b"N456").hex() == RFC6962["node_N123_N456"]


def test_published_roots_by_every_way_of_building_the_tree() -> None:
    grown = list(accumulate(LEAVES, Frontier.push, initial=Frontier()))
    for size, root in enumerate(RFC6962["roots_0_to_8"]):
        assert root_of(LEAVES[:size]).hex() == root
        assert grown[size].root().hex() == root
        assert grown[size] == Frontier().extend(LEAVES[:size])


def test_published_consistency_proof() -> None:
    proof = [b64decode(text) for text in RFC6962["consistency_1_to_8_b64"]]
    assert consistency_proof(old_size=1, new_size=8, read=node_reader(LEAVES)) == proof
    assert verify_consistency(
        old_size=1, old_root=root_of(LEAVES[:1]), new_size=8, new_root=root_of(LEAVES), proof=proof
    )


def test_every_proof_of_every_small_tree() -> None:
    for size in range(1, 34):
        hashes = POOL[:size]
        root, read = defined_root(hashes), node_reader(hashes)
        for index in range(size):
            proof = inclusion_proof(index=index, size=size, read=read)
            assert proof == defined_path(index, hashes)
            assert verify_inclusion(leaf=hashes[index], index=index, size=size, proof=proof, root=root)
        for old in range(size + 1):
            proof = consistency_proof(old_size=old, new_size=size, read=read)
            assert proof == (defined_consistency(old, hashes) if old else [])
            assert verify_consistency(
                old_size=old, old_root=defined_root(hashes[:old]), new_size=size, new_root=root, proof=proof
            )


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_random_trees_agree_with_the_definition(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(POOL)))
    split = data.draw(st.integers(0, size))
    hashes = POOL[:size]
    frontier = Frontier().extend(hashes[:split]).extend(hashes[split:])
    assert frontier.root() == defined_root(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index=index, size=size, read=node_reader(hashes))
    assert proof == defined_path(index, hashes)
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(old_size=old, new_size=size, read=node_reader(hashes))
    assert proof == defined_consistency(old, hashes)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_an_inclusion_proof_with_one_wrong_bit_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    hashes = POOL[:size]
    root, leaf = root_of(hashes), hashes[index]
    proof = inclusion_proof(index=index, size=size, read=node_reader(hashes))
    bit = data.draw(st.integers(0, 255))
    assert not verify_inclusion(leaf=flipped(leaf, bit), index=index, size=size, proof=proof, root=root)
    assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=flipped(root, bit))
    for place in range(len(proof)):
        wrong = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
        assert not verify_inclusion(leaf=leaf, index=index, size=size, proof=wrong, root=root)
    other = data.draw(st.integers(0, size - 1).filter(lambda value: value != index)) if size > 1 else size
    assert not verify_inclusion(leaf=leaf, index=other, size=size, proof=proof, root=root)
    for wrong in ([*proof, root], proof[:-1], [leaf, *proof], proof[1:]):
        assert wrong == proof or not verify_inclusion(
            leaf=leaf, index=index, size=size, proof=wrong, root=root
        )


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_consistency_proof_with_one_wrong_bit_is_refused(data: st.DataObject) -> None:
    new_size = data.draw(st.integers(1, 300))
    old_size = data.draw(st.integers(1, new_size))
    hashes = POOL[:new_size]
    roots = {"old_root": root_of(hashes[:old_size]), "new_root": root_of(hashes)}
    sizes = {"old_size": old_size, "new_size": new_size}
    proof = consistency_proof(**sizes, read=node_reader(hashes))
    bit = data.draw(st.integers(0, 255))
    for name, value in roots.items():
        wrong = {**roots, name: flipped(value, bit)}
        assert not verify_consistency(**sizes, **wrong, proof=proof)
    for place in range(len(proof)):
        wrong_proof = [*proof[:place], flipped(proof[place], bit), *proof[place + 1 :]]
        assert not verify_consistency(**sizes, **roots, proof=wrong_proof)
    for wrong_proof in ([*proof, roots["new_root"]], proof[:-1], proof[1:]):
        assert wrong_proof == proof or not verify_consistency(**sizes, **roots, proof=wrong_proof)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(-3, 40),
    st.integers(-3, 40),
    st.lists(st.binary(min_size=31, max_size=33), max_size=8),
    st.binary(min_size=31, max_size=33),
)
def test_verifiers_answer_whatever_they_are_given(
    first: int, second: int, proof: list[bytes], root: bytes
) -> None:
    verify_inclusion(leaf=root, index=first, size=second, proof=proof, root=root)
    verify_consistency(old_size=first, old_root=root, new_size=second, new_root=root, proof=proof)


def test_the_empty_tree_begins_every_tree_and_proves_nothing_else() -> None:
    root = root_of(POOL[:5])
    sizes = {"old_size": 0, "new_size": 5}
    assert verify_consistency(**sizes, old_root=EMPTY_ROOT, new_root=root, proof=[])
    assert not verify_consistency(**sizes, old_root=root, new_root=root, proof=[])
    assert not verify_consistency(**sizes, old_root=EMPTY_ROOT, new_root=root, proof=[root])
    assert verify_consistency(old_size=5, old_root=root, new_size=5, new_root=root, proof=[])
    assert not verify_consistency(old_size=6, old_root=root, new_size=5, new_root=root, proof=[])
    assert not verify_consistency(old_size=3, old_root=root, new_size=5, new_root=root, proof=[])
    assert not verify_inclusion(leaf=root, index=0, size=0, proof=[], root=EMPTY_ROOT)


def test_ranges_are_made_of_perfect_subtrees() -> None:
    assert nodes_of((0, 7)) == [(2, 0), (1, 2), (0, 6)]
    assert nodes_of((4, 4)) == []
    assert range_root((4, 7), node_reader(POOL[:7])) == root_of(POOL[4:7])
    assert inclusion_ranges(index=2, size=7) == [(3, 4), (0, 2), (4, 7)]
    assert consistency_ranges(old_size=3, new_size=7) == [(2, 3), (3, 4), (0, 2), (4, 7)]


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_ranges(index=index, size=size)


@pytest.mark.parametrize(("old_size", "new_size"), [(5, 4), (-1, 4)])
def test_no_proof_that_a_tree_shrank(old_size: int, new_size: int) -> None:
    with pytest.raises(ValueError, match="only grows"):
        consistency_ranges(old_size=old_size, new_size=new_size)


@pytest.mark.parametrize(("size", "hashes"), [(2, ()), (3, (b"x",)), (-1, (b"x",))])
def test_a_frontier_fits_its_size(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="one hash per bit"):
        Frontier(size, hashes)
