"""The RFC 6962 Merkle tree with SHA-256: roots, frontiers, inclusion and consistency proofs.

Proofs are made of ranges: every hash of a proof is the root of leaves `start … end`. Whoever keeps hashes
(tiles, a table, a list) supplies a `ReadNode`, which returns the hash of a perfect subtree by its level
(0 = leaves) and its index at that level.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HASH_LENGTH = 32

Range = tuple[int, int]
"""Leaves `start` (included) to `end` (excluded)."""
Node = tuple[int, int]
"""Level and index of a perfect subtree."""
ReadNode = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ data) (RFC 6962 §2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right) (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its perfect subtrees, largest first, one per bit of `size`.

    Values never change; `push` and `extend` return the next frontier.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a frontier whose hashes cannot belong to its size; raises ValueError."""
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError("a frontier has one hash per bit of its size")

    def push(self, leaf: bytes) -> "Frontier":
        """Return the frontier after one more leaf hash."""
        hashes = list(self.hashes)
        size = self.size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        return Frontier(self.size + 1, tuple(hashes))

    def extend(self, leaves: Sequence[bytes]) -> "Frontier":
        """Return the frontier after these leaf hashes, hashed level by level."""
        nodes, edge, kept = list(leaves), list(self.hashes), []
        remaining = self.size
        while nodes or remaining:
            if remaining & 1:
                nodes.insert(0, edge.pop())
            if len(nodes) & 1:
                kept.append(nodes.pop())
            nodes = _parents(nodes)
            remaining >>= 1
        return Frontier(self.size + len(leaves), tuple(reversed(kept)))

    def root(self) -> bytes:
        """Return the root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        return _fold(self.hashes)


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over these leaf hashes."""
    return Frontier().extend(leaf_hashes).root()


def nodes_of(part: Range) -> list[Node]:
    """Return the perfect subtrees that make up a range a proof can name, left to right."""
    start, end = part
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def range_root(part: Range, read: ReadNode) -> bytes:
    """Return the root over the leaves of a range that starts where a subtree of its size may start."""
    return _fold([read(level, index) for level, index in nodes_of(part)])


def inclusion_ranges(*, index: int, size: int) -> list[Range]:
    """Return the ranges whose roots prove leaf `index` in a tree of `size` leaves, lowest first.

    Raises ValueError unless 0 ≤ index < size. RFC 6962 §2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    ranges.reverse()
    return ranges


def consistency_ranges(*, old_size: int, new_size: int) -> list[Range]:
    """Return the ranges whose roots prove that a tree grew from `old_size` to `new_size` leaves.

    Raises ValueError unless 0 ≤ old_size ≤ new_size. RFC 6962 §2.1.2.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError("a tree only grows")
    if old_size in (0, new_size):
        return []
    ranges: list[Range] = []
    start, end, whole = 0, new_size, True
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    ranges.reverse()
    return ranges


def inclusion_proof(*, index: int, size: int, read: ReadNode) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves; raises ValueError if none."""
    return [range_root(part, read) for part in inclusion_ranges(index=index, size=size)]


def consistency_proof(*, old_size: int, new_size: int, read: ReadNode) -> list[bytes]:
    """Return the proof that the tree of `new_size` extends that of `old_size`; raises ValueError."""
    return [range_root(part, read) for part in consistency_ranges(old_size=old_size, new_size=new_size)]


def node_reader(leaf_hashes: Sequence[bytes]) -> ReadNode:
    """Return a reader over leaf hashes held in memory, for tests and small logs."""

    def read(level: int, index: int) -> bytes:
        return root_of(leaf_hashes[index << level : (index + 1) << level])

    return read


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `leaf` (a leaf hash) stands at `index` in the tree of `size` leaves with this root.

    Total: any input is answered, nothing is raised. RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or not _all_hashes((leaf, root, *proof)):
        return False
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            leaf = node_hash(sibling, leaf)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            leaf = node_hash(leaf, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and leaf == root


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the tree of `new_size` leaves begins with the tree of `old_size` leaves.

    Total: any input is answered, nothing is raised. From the empty tree the proof is empty.
    RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= new_size or not _all_hashes((old_root, new_root, *proof)):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not path:
        return False
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    return _grow(path, node=node, last=last, old_root=old_root, new_root=new_root)


def _grow(path: list[bytes], *, node: int, last: int, old_root: bytes, new_root: bytes) -> bool:
    """Fold a consistency path into both roots at once (RFC 9162 §2.1.4.2 steps 5 to 7)."""
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and old == old_root and new == new_root


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _parents(nodes: Sequence[bytes]) -> list[bytes]:
    pairs = iter(nodes)
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees given largest first."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def _all_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_LENGTH for value in values)
