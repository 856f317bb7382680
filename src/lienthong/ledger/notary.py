"""The notary: signs the heads of the log, and never two histories.

It trusts neither the database's memory nor its own process: what it signed stands in a file of its own and
with the witnesses, and every head is read back and compared before it is signed. A database that was restored
to an earlier state gets no signature until it has all that was signed before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import asyncpg

from lienthong.ledger.cosigning import Panel
from lienthong.ledger.signed_memory import Memory, NotaryBlocked
from lienthong.ledger.stored_tree import QUERIES, DatabaseTree, StoredTree
from lienthong_protocol.checkpoint import Checkpoint, CheckpointFormatError, open_checkpoint
from lienthong_protocol.merkle import EMPTY_ROOT, verify_consistency
from lienthong_protocol.notes import (
    Note,
    NoteFormatError,
    NoteSignature,
    NoteSignatureError,
    NoteSigner,
    NoteVerifier,
)
from lienthong_protocol.tiles import Tile

MOST_NEW_LEAVES = 1_000_000
"""Leaves taken into one checkpoint; a longer backlog gets several."""
_TILES_AT_ONCE = 1_000


class LogShrunk(Exception):  # noqa: N818 - a state of the log, not a defect
    """The database holds less than was signed: set back or promoted, read-only until it has it again."""


class LogForked(Exception):  # noqa: N818 - a state of the log, not a defect
    """The database holds another history than was signed: nothing can be signed any more."""


class Step(IntEnum):
    """The steps of `Notary.publish_head`, for tests that kill the process after one of them."""

    READ = 1
    CHECKED = 2
    SIGNED = 3
    REMEMBERED = 4
    TILES_STORED = 5
    COSIGNED = 6
    PUBLISHED = 7


@dataclass(frozen=True, slots=True)
class Signed:
    """A head that was signed: the checkpoint and its note."""

    checkpoint: Checkpoint
    note: Note


class Notary:
    """Signs the heads of one log over one connection (role lt_notary). One task uses it.

    After any exception it is done with: make another and `start` it, which takes up what was left half done.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        *,
        signer: NoteSigner,
        earlier_keys: Sequence[NoteVerifier] = (),
        predecessors: Sequence[NoteVerifier] = (),
        memory: Memory,
        witnesses: Panel,
        after_step: Callable[[Step], None] = lambda _step: None,
    ) -> None:
        """`predecessors` are the keys of logs this one carries on: their checkpoints stand before its own."""
        self._connection = connection
        self._signer = signer
        self._predecessors = tuple(predecessors)
        self._keys = (signer.verifier, *(key for key in earlier_keys if key != signer.verifier))
        self._memory = memory
        self._witnesses = witnesses
        self._after_step = after_step
        self._store = DatabaseTree(connection)
        self._tree = StoredTree(self._store)
        self._signed = self._first()
        self._unpublished: list[tuple[Tile, bytes]] | None = None

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._signer.verifier.name

    async def start(self, *, adopt: bool = False) -> None:
        """Find out what was signed last and take up the tree from there.

        The largest head that carries our signature counts, whoever kept it: our file, the database, a
        witness. `adopt` accepts the database's word where our file is lost and no witness answers. Raises
        LogShrunk, LogForked, NotaryBlocked, TreeBrokenError.
        """
        remembered = self._memory.load()
        stored = await self._store.checkpoint()
        witnessed = await self._witnesses.last_notes(self.origin)
        unsure = remembered is None and stored is not None and not adopt
        if unsure and not await self._witnesses.any_reachable():
            raise NotaryBlocked(
                "the file of what was signed last is lost and no witness answers. Make a witness reachable, "
                "or start once with --adopt if you are sure that the database was not set back."
            )
        published = self._first() if stored is None else self._open(stored.note)
        carried_on: Signed | None = None
        if published is None and stored is not None:
            carried_on = self._open(stored.note, self._predecessors)
            published = None if carried_on is None else self._first()
        if published is None:
            raise LogForked("the newest checkpoint in the database does not carry this log's signature")
        heads = [published, *(self._open(note) for note in (remembered, *witnessed) if note is not None)]
        signed = [head for head in heads if head is not None]
        self._signed = max(signed, key=lambda head: head.checkpoint.size)

        last = self._signed.checkpoint
        if await self._store.head() < last.size:
            raise LogShrunk(f"the database holds {await self._store.head()} leaves, {last.size} were signed")
        if carried_on is not None:
            # The first head of a successor continues what its predecessor published here.
            await self._tree.recover(carried_on.checkpoint.size)
            await self._check_growth(carried_on.checkpoint, carried_on.checkpoint.size)
        else:
            await self._tree.recover(published.checkpoint.size)
        completed = await self._tree.advance(last.size)
        for head in signed:
            await self._check_growth(head.checkpoint, self._tree.size)
        if stored is None or last.size > published.checkpoint.size:
            self._unpublished = completed if last.size else None

    async def publish_head(self, *, heartbeat: bool = False) -> Signed | None:
        """Sign, spread and publish the durable head; None if it is the one published last.

        With `heartbeat` the last head is cosigned and published again: silence must be visible. The order is
        the safety argument; `start` takes up whatever a crash leaves half done. Raises LogShrunk, LogForked,
        TreeBrokenError.
        """
        completed = self._unpublished
        if completed is None:
            # 1. Only what is durable: a head is visible once its append is committed. Survives: a crash of
            #    the database after the signature, because what was read here is still there.
            last = self._signed.checkpoint
            head = min(await self._store.head(), self._tree.size + MOST_NEW_LEAVES)
            if head < last.size:
                raise LogShrunk(f"the database holds {head} leaves, {last.size} were signed")
            if head == last.size and not heartbeat:
                return None
            completed = await self._tree.advance(head)
            self._after_step(Step.READ)
            # 2. The new head continues the last one signed, shown by a proof out of what is stored. Survives:
            #    a database that was set back, replaced or edited under the running notary.
            await self._check_growth(last, head)
            self._after_step(Step.CHECKED)
            # 3. Sign. A crash here loses a signature nobody has seen.
            checkpoint = Checkpoint(self.origin, head, self._tree.edge.root())
            note = Note(checkpoint.encode(), (self._signer.sign(checkpoint.encode()),))
            self._after_step(Step.SIGNED)
            # 4. Remember before anybody else gets it. Survives: a restore of the database between this and
            #    the next start; the head that left us can never be denied.
            self._memory.store(note.encode())
            self._signed, self._unpublished = Signed(checkpoint, note), completed
            self._after_step(Step.REMEMBERED)
        signed = self._signed
        # 5. Full tiles before the checkpoint that needs them, and read back. Survives: a crash in between
        #    (the next start computes the same tiles again), and a tile somebody else put there.
        await self._store_tiles(completed)
        self._after_step(Step.TILES_STORED)
        # 6. Witnesses, who remember for us. A crash here is the same as a witness out of reach.
        cosignatures = await self._cosign(signed)
        self._after_step(Step.COSIGNED)
        # 7. Publish. The database refuses a head that does not follow its newest one.
        note = signed.note.with_signatures(cosignatures)
        await self._connection.execute(
            QUERIES.sql("insert_checkpoint"), signed.checkpoint.size, signed.checkpoint.root, note.encode()
        )
        self._unpublished = None
        self._after_step(Step.PUBLISHED)
        return Signed(signed.checkpoint, note)

    async def _check_growth(self, last: Checkpoint, size: int) -> None:
        proof = await self._tree.consistency_proof(old_size=last.size, new_size=size)
        root = self._tree.edge.root()
        if not verify_consistency(
            old_size=last.size, old_root=last.root, new_size=size, new_root=root, proof=proof
        ):
            raise LogForked(f"the log at size {size} does not continue what was signed for size {last.size}")

    async def _store_tiles(self, completed: Sequence[tuple[Tile, bytes]]) -> None:
        if not completed:
            return
        rows = [(tile.level, tile.number, data) for tile, data in completed]
        async with self._connection.transaction():
            await self._connection.executemany(QUERIES.sql("insert_tile"), rows)
        for start in range(0, len(rows), _TILES_AT_ONCE):
            part = rows[start : start + _TILES_AT_ONCE]
            stored = await self._store.tiles([(level, number) for level, number, _ in part])
            if sorted(stored) != sorted(part):
                raise LogForked("a tile in the database is not the one the leaves give")

    async def _cosign(self, signed: Signed) -> tuple[NoteSignature, ...]:
        """Return the cosignatures to be had; raises LogShrunk if a witness can show a larger head of ours."""
        size = signed.checkpoint.size
        had = await self._witnesses.cosign(signed.note, size, tree=self._tree)
        if had.ahead:
            for note in await self._witnesses.last_notes(self.origin):
                larger = self._open(note)
                if larger is not None and larger.checkpoint.size > size:
                    raise LogShrunk(f"a witness holds our signature for {larger.checkpoint.size} leaves")
        return had.signatures

    def _open(self, text: str, keys: tuple[NoteVerifier, ...] | None = None) -> Signed | None:
        """Return a note with the signature lines of `keys` (default: our own) alone, None if it has none."""
        keys = self._keys if keys is None else keys
        try:
            checkpoint, note = open_checkpoint(text, keys)
        except (NoteFormatError, CheckpointFormatError, NoteSignatureError):
            return None
        own = tuple(line for line in note.signatures if any(key.made(line) for key in keys))
        return Signed(checkpoint, Note(note.text, own))

    def _first(self) -> Signed:
        checkpoint = Checkpoint(self.origin, 0, EMPTY_ROOT)
        return Signed(checkpoint, Note(checkpoint.encode(), (self._signer.sign(checkpoint.encode()),)))
