"""What a proof costs does not grow with the pause since the last one."""

from collections.abc import Sequence
from hashlib import sha256

import pytest

from lienthong.ledger.prove import FAR, Prover
from lienthong.ledger.stored_tree import StoredCheckpoint
from lienthong_protocol.merkle import verify_inclusion
from lienthong_protocol.tiles import TreeEdge


class Log:
    """A tree in memory that counts the leaves and tiles it is asked for."""

    def __init__(self) -> None:
        self.hashes: list[bytes] = []
        self.full: dict[tuple[int, int], bytes] = {}
        self.edge = TreeEdge()
        self.leaves_read = self.tiles_read = 0

    def grow(self, count: int) -> StoredCheckpoint:
        new = [sha256(b"%d" % (len(self.hashes) + n)).digest() for n in range(count)]
        self.hashes += new
        self.edge, completed = self.edge.extend(new)
        self.full |= {(tile.level, tile.number): data for tile, data in completed}
        return StoredCheckpoint(self.edge.size, self.edge.root(), "")

    async def leaves(self, first: int, count: int) -> list[tuple[int, bytes]]:
        found = list(enumerate(self.hashes))[first : first + count]
        self.leaves_read += len(found)
        return found

    async def tiles(self, wanted: Sequence[tuple[int, int]]) -> list[tuple[int, int, bytes]]:
        found = [(level, number, self.full[level, number]) for level, number in wanted]
        self.tiles_read += len(found)
        return found


@pytest.mark.parametrize(("grown", "most"), [(1, 1), (FAR, FAR), (FAR + 1, 255), (20 * FAR + 77, 255)])
async def test_a_proof_reads_few_leaves_however_much_the_log_has_grown(grown: int, most: int) -> None:
    log, prover = Log(), Prover()
    await prover.prove(log, index=3, checkpoint=log.grow(1_000))
    checkpoint = log.grow(grown)
    log.leaves_read = log.tiles_read = 0
    for index in (0, 999, checkpoint.size - 1):
        proof = await prover.prove(log, index=index, checkpoint=checkpoint)
        assert verify_inclusion(
            leaf=log.hashes[index], index=index, size=checkpoint.size, proof=proof.path, root=checkpoint.root
        )
    assert log.leaves_read <= most
    assert log.tiles_read <= 2 * 255 + 3 * 3
