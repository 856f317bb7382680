"""Verifying a log: all is computed again from the bytes, and held against what others signed and saw."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lienthong.ledger.entries_check import EntriesCheck, ReceiptClaim
from lienthong.ledger.findings import Cosigning, Fault, Finding, Report, Succeeded
from lienthong.ledger.log_source import CHUNK, Chunk, LogSource
from lienthong.ledger.stored_tree import StoredCheckpoint
from lienthong_protocol.checkpoint import Checkpoint, CheckpointFormatError, parse_checkpoint
from lienthong_protocol.journal import JournalFormatError, decode_entry
from lienthong_protocol.notes import NoteFormatError, NoteSignatureError, cosigned_at, parse_note
from lienthong_protocol.policy import CheckpointUntrustedError, Policy, Witnessed
from lienthong_protocol.receipt import ReceiptFormatError, parse_receipt
from lienthong_protocol.succession import Succession
from lienthong_protocol.tiles import HEIGHT, Tile, TreeEdge, full_tiles

MOST_FINDINGS = 50
"""A check stops after so many: the rest of a log that was tampered with says little more."""

Progress = Callable[[int, int], None]


class ReceiptsFileError(ValueError):
    """A file of receipts cannot be read; the message names the line."""


class _EnoughError(Exception):
    """As many findings as a report holds."""


@dataclass(frozen=True, slots=True)
class _Head:
    """A size whose root is known from elsewhere, and from where."""

    size: int
    root: bytes
    fault: Fault
    source: str


@dataclass(slots=True)
class _State:
    """What a check has gathered so far."""

    findings: list[Finding] = field(default_factory=list)
    edge: TreeEdge = field(default_factory=TreeEdge)
    next_head: int = 0

    def find(self, finding: Finding) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MOST_FINDINGS:
            raise _EnoughError


async def verify_log(
    source: LogSource,
    *,
    policy: Policy | None = None,
    claims: Mapping[int, Sequence[ReceiptClaim]] | None = None,
    seen: Iterable[str] = (),
    progress: Progress = lambda _done, _size: None,
) -> Report:
    """Check a whole log and report what is not as it must be.

    `claims` are receipts by leaf index, `seen` notes that others (a witness) say they have seen; only those
    the policy's log signed count. Without a policy no signature is checked. Raises what the source raises.
    """
    state = _State()
    claims = claims or {}
    # 1. Checkpoints before the size: a log that grows meanwhile has none beyond it.
    checkpoints = await source.checkpoints()
    size = await source.size()
    entries = EntriesCheck(state.find, claims)
    trusted: Witnessed | None = None
    try:
        # 2. What signatures and others say, and which roots that demands.
        heads = _heads_of(checkpoints, policy, seen, state.find)
        trusted = None if policy is None else _trusted(checkpoints, size, policy, state.find)
        for head in heads:
            if head.size > size:
                text = f"{head.source} has {head.size} leaves, the log has {size}"
                state.find(Finding(Fault.LOG_SHRUNK, text, head.size))
        reached = sorted((head for head in heads if head.size <= size), key=lambda head: head.size)
        signed_size = max((checkpoint.size for checkpoint in checkpoints), default=0)
        # 3. Every leaf and entry, the root at each such size, the stored tiles.
        async for chunk in _chunks(source, size):
            await asyncio.to_thread(_check_chunk, chunk, entries, reached, signed_size, state)
            progress(state.edge.size, size)
        # 4. What only the end tells.
        await _check_edge(source, state)
        _check_lineage(entries, size, policy, state.find)
        entries.finish(size, witnessed=_witnessed(checkpoints, policy) if entries.missing else ())
        for index in await source.outside(size):
            state.find(Finding(Fault.ENTRY_OUTSIDE, f"leaf {index}: beyond the log's {size} leaves", index))
    except _EnoughError:
        pass
    return _report(size, entries, len(checkpoints), trusted, state)


def read_claims(lines: Iterable[str]) -> dict[int, list[ReceiptClaim]]:
    """Return the receipts of a file by leaf index: one receipt or journal entry a line, empty lines left out.

    Entries that hold no receipt are left out. Raises ReceiptsFileError.
    """
    claims: dict[int, list[ReceiptClaim]] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        try:
            claim = _claim(text)
        except (ReceiptFormatError, JournalFormatError) as error:
            raise ReceiptsFileError(f"line {number}: {error}") from error
        if claim is not None:
            claims.setdefault(claim.receipt.index, []).append(claim)
    return claims


def _claim(text: str) -> ReceiptClaim | None:
    if text.startswith("index="):
        return ReceiptClaim(parse_receipt(text))
    entry = decode_entry(text.encode())
    receipt = entry.parsed_receipt()
    return None if receipt is None else ReceiptClaim(receipt, entry)


def _heads_of(
    checkpoints: Sequence[StoredCheckpoint],
    policy: Policy | None,
    seen: Iterable[str],
    find: Callable[[Finding], None],
) -> list[_Head]:
    heads: list[_Head] = []
    checked: dict[str, Checkpoint] = {}
    for stored in checkpoints:
        checkpoint = checked.get(stored.note)
        if checkpoint is None:
            checkpoint = _open(stored, policy, find)
            if checkpoint is None:
                continue
            checked[stored.note] = checkpoint
        if (checkpoint.size, checkpoint.root) != (stored.size, stored.root):
            text = f"checkpoint {stored.size}: the row differs from the note that was signed"
            find(Finding(Fault.CHECKPOINT_WRONG, text, stored.size))
        source = f"checkpoint {checkpoint.size}"
        heads.append(_Head(checkpoint.size, checkpoint.root, Fault.CHECKPOINT_WRONG, source))
    if policy is not None:
        for text in (*((policy.seen,) if policy.seen else ()), *seen):
            try:
                known, _ = policy.open(text)
            except (NoteFormatError, CheckpointFormatError, NoteSignatureError) as error:
                finding = Finding(Fault.CHECKPOINT_UNTRUSTED, f"a checkpoint seen elsewhere: {error}")
                find(finding)
                continue
            heads.append(_Head(known.size, known.root, Fault.HISTORY_CHANGED, "the checkpoint seen before"))
    return heads


def _check_lineage(
    entries: EntriesCheck, size: int, policy: Policy | None, find: Callable[[Finding], None]
) -> None:
    """Compare the successions found with those the policy knows; the last of these stands in the log."""
    if policy is None:
        return
    for succession, note in entries.successions:
        if note not in policy.successions:
            text = f"leaf {succession.size}: a succession that the policy does not know"
            find(Finding(Fault.SUCCESSION_WRONG, text, succession.size))
    if policy.successions:
        last = policy.lineage[-1]
        found = {note for _, note in entries.successions}
        if policy.successions[-1] not in found and size > last.size:
            text = f"leaf {last.size}: not the succession from {last.predecessor.name} that the policy knows"
            find(Finding(Fault.HISTORY_CHANGED, text, last.size))


def _witnessed(checkpoints: Sequence[StoredCheckpoint], policy: Policy | None) -> list[tuple[int, int]]:
    """Return which sizes a witness of the policy saw, and the last time it did, in microseconds."""
    seen: dict[int, int] = {}
    witnesses = () if policy is None else policy.witnesses
    for stored in checkpoints:
        try:
            note = parse_note(stored.note)
        except NoteFormatError:
            continue
        for line in note.signatures:
            if any(witness.verify(note.text, line) for witness in witnesses):
                seen[stored.size] = max(seen.get(stored.size, 0), cosigned_at(line) * 1_000_000)
    return sorted(seen.items())


def _open(
    stored: StoredCheckpoint, policy: Policy | None, find: Callable[[Finding], None]
) -> Checkpoint | None:
    """Return a stored checkpoint if its note can be read and, under a policy, every signature is right."""
    try:
        if policy is None:
            return parse_checkpoint(parse_note(stored.note).text)
        checkpoint, note = policy.open(stored.note)
    except (NoteFormatError, CheckpointFormatError, NoteSignatureError) as error:
        find(Finding(Fault.CHECKPOINT_WRONG, f"checkpoint {stored.size}: {error}", stored.size))
        return None
    for witness in policy.witnesses:
        if not all(witness.verify(note.text, line) for line in note.signatures if witness.made(line)):
            text = f"checkpoint {stored.size}: the cosignature of {witness.name} is wrong"
            find(Finding(Fault.CHECKPOINT_WRONG, text, stored.size))
    return checkpoint


def _trusted(
    checkpoints: Sequence[StoredCheckpoint], size: int, policy: Policy, find: Callable[[Finding], None]
) -> Witnessed | None:
    """Return the newest checkpoint the policy trusts; a log with leaves has one."""
    reason = "there is none"
    for stored in reversed(checkpoints):
        try:
            return policy.trust(stored.note)
        except CheckpointUntrustedError as error:
            if stored is checkpoints[-1]:
                reason = f"of the newest: {error}"
    if size or policy.seen:
        text = f"no checkpoint of this log is trusted by the policy; {reason}"
        find(Finding(Fault.CHECKPOINT_UNTRUSTED, text))
    return None


async def _chunks(source: LogSource, size: int) -> AsyncIterator[Chunk]:
    """Yield the log in order; the next chunk is read while its predecessor is checked. Ends at a gap."""
    first = 0
    reading = asyncio.ensure_future(source.chunk(0, min(CHUNK, size)))
    try:
        while first < size:
            chunk = await reading
            first += len(chunk.leaves)
            if chunk.faults or first >= size:
                yield chunk
                return
            reading = asyncio.ensure_future(source.chunk(first, min(CHUNK, size - first)))
            yield chunk
    finally:
        reading.cancel()
        await asyncio.wait([reading])


def _check_chunk(
    chunk: Chunk, entries: EntriesCheck, heads: list[_Head], signed_size: int, state: _State
) -> None:
    for finding in chunk.faults:
        state.find(finding)
    before = len(entries.successions)
    entries.check(chunk)
    for succession, _ in entries.successions[before:]:
        # It stands in this chunk, right after the leaves whose root it names.
        source = f"the succession at leaf {succession.size}"
        head = _Head(succession.size, succession.root, Fault.SUCCESSION_WRONG, source)
        insort(heads, head, lo=state.next_head, key=lambda each: each.size)
    done = 0
    while state.next_head < len(heads) and heads[state.next_head].size <= chunk.first + len(chunk.leaves):
        head = heads[state.next_head]
        state.next_head += 1
        _extend(chunk, chunk.leaves[done : head.size - chunk.first], signed_size, state)
        done = head.size - chunk.first
        if state.edge.root() != head.root:
            text = f"{head.source}: the first {head.size} leaves do not give its root"
            state.find(Finding(head.fault, text, head.size))
    _extend(chunk, chunk.leaves[done:], signed_size, state)


def _extend(chunk: Chunk, leaves: Sequence[bytes], signed_size: int, state: _State) -> None:
    """Put leaves into the tree and compare the tiles they complete."""
    state.edge, completed = state.edge.extend(leaves)
    for tile, data in completed:
        found = chunk.tiles.get(tile)
        if found is None and _end(tile) <= signed_size:
            state.find(Finding(Fault.TILE_WRONG, f"{tile.path} is missing", tile.number))
        elif found not in (None, data):
            state.find(Finding(Fault.TILE_WRONG, f"{tile.path} is not what the leaves give", tile.number))


async def _check_edge(source: LogSource, state: _State) -> None:
    """Compare the tiles that are not full, which an exported log has and a database has not."""
    rows = [
        (Tile(level, full_tiles(state.edge.size, level), len(pending)), b"".join(pending))
        for level, pending in enumerate(state.edge.pending)
        if pending
    ]
    stored = await source.stored([tile for tile, _ in rows])
    for (tile, data), found in zip(rows, stored, strict=True):
        if found not in (None, data):
            state.find(Finding(Fault.TILE_WRONG, f"{tile.path} is not what the leaves give", tile.number))


def _end(tile: Tile) -> int:
    return (tile.number + 1) << HEIGHT * (tile.level + 1)


def _report(
    size: int, entries: EntriesCheck, checkpoints: int, trusted: Witnessed | None, state: _State
) -> Report:
    return Report(
        size=size,
        root=state.edge.root(),
        records=entries.records,
        lines=entries.lines,
        retired=entries.missing,
        checkpoints=checkpoints,
        receipts=entries.receipts,
        trusted_size=None if trusted is None else trusted.checkpoint.size,
        unwitnessed=0 if trusted is None else max(size - trusted.checkpoint.size, 0),
        cosigned=() if trusted is None else tuple(Cosigning(who.name, who.time) for who in trusted.cosigners),
        lost=entries.lost,
        successions=tuple(_succeeded(succession) for succession, _ in entries.successions),
        findings=tuple(state.findings),
    )


def _succeeded(succession: Succession) -> Succeeded:
    return Succeeded(
        index=succession.size,
        predecessor=succession.predecessor.name,
        lost_from=succession.gap.start,
        lost_to=succession.gap.stop,
        time=succession.time,
        decided_by=succession.decided_by,
        reason=succession.reason,
    )
