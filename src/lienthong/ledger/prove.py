"""Making inclusion proofs: one leaf, one checkpoint, one file that anybody can check."""

from lienthong.ledger.stored_tree import StoredCheckpoint, StoredTree, TreeBrokenError, TreeStore
from lienthong_protocol.proof import LogProof

FAR = 4_096
"""Leaves from which on the edge is found anew: reading up to 255 tiles per level costs no more than these."""


class NoProofError(Exception):
    """There is no such leaf under this checkpoint."""


class Prover:
    """Makes proofs one after the other, keeping the tree's right edge and tiles in between.

    The first proof reads up to 255 tiles per level to find the edge, and so does one after a long pause;
    others read what is new. So none takes longer because the log has grown. The store may be another at each
    call (a new connection), as long as the log is the same. One task uses it.
    """

    def __init__(self) -> None:
        self._tree: StoredTree | None = None

    async def prove(
        self, store: TreeStore, *, index: int, checkpoint: StoredCheckpoint, body: bytes | None = None
    ) -> LogProof:
        """Return the proof that leaf `index` stands in the log of this checkpoint, with `body` in it.

        Raises NoProofError, and TreeBrokenError where tiles and leaves do not give the checkpoint's root.
        """
        if not 0 <= index < checkpoint.size:
            raise NoProofError(f"the checkpoint of {checkpoint.size} leaves does not reach leaf {index}")
        tree, self._tree = self._tree or StoredTree(store), None
        tree.store = store
        if tree.size == 0 or checkpoint.size - tree.size > FAR:
            await tree.recover(checkpoint.size)
        elif tree.size < checkpoint.size:
            await tree.advance(checkpoint.size)
        if tree.size == checkpoint.size and tree.edge.root() != checkpoint.root:
            raise TreeBrokenError(f"the leaves do not give the root of the checkpoint of {checkpoint.size}")
        path = await tree.inclusion_proof(index=index, size=checkpoint.size)
        self._tree = tree
        return LogProof(index, tuple(path), checkpoint.note, body)
