"""Checking entries against their leaves: bytes, columns, the lines of each record, receipts, retention."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from lienthong.ledger.entry_columns import line_columns, record_columns
from lienthong.ledger.findings import Fault, Finding
from lienthong.ledger.log_source import Chunk
from lienthong_protocol.journal import JournalEntry
from lienthong_protocol.receipt import Receipt
from lienthong_protocol.record import (
    Kind,
    Line,
    Record,
    RecordFormatError,
    decode_entry,
    reference,
)
from lienthong_protocol.succession import Succession, SuccessionFormatError, read_succession

_RETIRED = "records and lines of "
TERM_YEARS = 2
CLOCK_SLACK = 86_400 * 1_000_000
"""How far the hub's clock and the order of the log may be apart, in microseconds."""


@dataclass(frozen=True, slots=True)
class ReceiptClaim:
    """A receipt to be found in the log, and the journal entry it came with, if any."""

    receipt: Receipt
    entry: JournalEntry | None = None


@dataclass(frozen=True, slots=True)
class Retired:
    """What one retention record says went: entries from before `end` (microseconds), `count` of them."""

    index: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class Gone:
    """Entries not kept, from index `start` to before `end`; they were appended after `since`."""

    start: int
    end: int
    since: int


class EntriesCheck:
    """Walks through all entries of a log in order; owned by one check.

    `find` is called with each finding. A line is checked against the record before it, so chunks must come in
    order. After an entry that cannot be read, lines are taken unchecked until the next record.
    """

    def __init__(self, find: Callable[[Finding], None], claims: Mapping[int, Sequence[ReceiptClaim]]) -> None:
        self._find = find
        self._claims = claims
        self._record = -1
        self._reference: str | None = ""
        self._due = 0
        self._position = 0
        self._gone: list[Gone] = []
        self._newest_at = 0
        self._retired: list[Retired] = []
        self.records = 0
        self.lines = 0
        self.receipts = 0
        self.lost = 0
        self.successions: list[tuple[Succession, str]] = []
        """Those found so far with their notes, in the order of the log."""

    @property
    def missing(self) -> int:
        """How many entries are not kept any more."""
        return sum(gone.end - gone.start for gone in self._gone)

    def check(self, chunk: Chunk) -> None:
        """Check every entry of a chunk that has a leaf."""
        rows = zip(chunk.leaves, chunk.bodies, chunk.columns, strict=False)
        for index, (leaf, body, columns) in enumerate(rows, chunk.first):
            if body is None:
                self._note_missing(index)
                self._skip()
            elif sha256(b"\x00" + body).digest() != leaf:
                self._fault(Fault.ENTRY_CHANGED, index, "the entry stored there is not the one logged")
                self._skip()
            else:
                self._entry(index, leaf, body, columns)
            if index in self._claims:
                self._receipts(index, leaf, body)

    def finish(self, size: int, *, witnessed: Sequence[tuple[int, int]] = ()) -> None:
        """Check what only the end tells: open records, entries gone without a ground, receipts beyond it.

        `witnessed` are sizes in order and when (microseconds) a witness saw them: what stands beyond a size
        came later.
        """
        self._close()
        self._check_retention(witnessed)
        for index in self._claims:
            if index >= size and self._still_claimed(index):
                self._fault(Fault.RECEIPT_UNKNOWN, index, f"a receipt names it, the log has {size} leaves")

    def _entry(self, index: int, leaf: bytes, body: bytes, columns: str | None) -> None:
        try:
            entry = decode_entry(body)
        except RecordFormatError as error:
            self._fault(Fault.ENTRY_MALFORMED, index, str(error))
            self._skip()
            return
        if isinstance(entry, Record):
            self._take_record(index, leaf, entry)
            expected = None if columns is None else record_columns(entry)
        else:
            self._take_line(index, entry)
            # The columns name the record by index, which after an unreadable entry is not known here.
            unknown = columns is None or self._reference is None
            expected = columns if unknown else line_columns(entry, self._record)
        if columns != expected:
            self._fault(Fault.COLUMNS_CHANGED, index, "the row's columns differ from the entry logged")

    def _take_record(self, index: int, leaf: bytes, record: Record) -> None:
        self._close()
        self.records += 1
        self._record, self._due, self._position = index, record.lines, 0
        self._reference = reference(leaf) if record.lines else ""
        self._newest_at = max(self._newest_at, record.at)
        if record.kind is Kind.RETENTION:
            self._note_retention(index, record)
        elif record.kind is Kind.SUCCESSION:
            self._note_succession(index, record)

    def _note_succession(self, index: int, record: Record) -> None:
        """Take a succession that stands where it says; the caller compares its root."""
        try:
            succession = read_succession(record.note or "")
        except SuccessionFormatError as error:
            self._fault(Fault.SUCCESSION_WRONG, index, str(error))
            return
        if succession.size != index:
            text = f"a succession after {succession.size} leaves stands elsewhere"
            self._fault(Fault.SUCCESSION_WRONG, index, text)
            return
        self.successions.append((succession, record.note or ""))

    def _take_line(self, index: int, line: Line) -> None:
        self.lines += 1
        if self._reference is None:
            return
        if self._position == self._due:
            self._fault(Fault.LINES_WRONG, index, "a line that belongs to no record")
            return
        self._position += 1
        if line.record != self._reference or line.position != self._position:
            text = f"not line {self._position} of the record at {self._record}"
            self._fault(Fault.LINES_WRONG, index, text)

    def _skip(self) -> None:
        """Count an unreadable entry as the line that is due, else as a record of unknown lines."""
        if self._reference is not None and self._position < self._due:
            self._position += 1
        else:
            self._close()
            self._reference = None

    def _close(self) -> None:
        """End the record before this place."""
        if self._position != self._due:
            text = f"{self._due} lines belong to this record, {self._position} follow it"
            self._fault(Fault.LINES_WRONG, self._record, text)
        self._due = self._position = 0

    def _note_missing(self, index: int) -> None:
        if self._gone and self._gone[-1].end == index:
            self._gone[-1] = replace(self._gone[-1], end=index + 1)
        else:
            self._gone.append(Gone(index, index + 1, self._newest_at))

    def _note_retention(self, index: int, record: Record) -> None:
        month = (record.note or "").removeprefix(_RETIRED)
        try:
            start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            self._fault(Fault.RETIRED_EARLY, index, "a retention record that names no month")
            return
        end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        self._retired.append(Retired(index, _micros(end), record.count or 0))
        if record.at < _micros(end.replace(year=end.year + TERM_YEARS)):
            self._fault(Fault.RETIRED_EARLY, index, f"records of {month} went before two years were over")

    def _check_retention(self, witnessed: Sequence[tuple[int, int]]) -> None:
        """Compare what is gone with what retention records say went, and from when. Law: R6.2."""
        last_end = max((retired.end for retired in self._retired), default=0) + CLOCK_SLACK
        for gone in self._gone:
            place = bisect_left(witnessed, (gone.end, 0))
            since = max(gone.since, witnessed[place - 1][1] if place else 0)
            if not any(retired.index >= gone.end for retired in self._retired):
                text = "its entry is gone and no retention record says why"
                self._fault(Fault.ENTRY_MISSING, gone.start, text)
            elif since >= last_end:
                text = "its entry is gone, and it is younger than any month that was retired"
                self._fault(Fault.RETIRED_EARLY, gone.start, text)
        said = sum(retired.count for retired in self._retired)
        if self._retired and said < self.missing:
            text = f"retention records up to this one let {said} entries go, {self.missing} are gone"
            self._fault(Fault.ENTRY_MISSING, self._retired[-1].index, text)

    def _receipts(self, index: int, leaf: bytes, body: bytes | None) -> None:
        for claim in self._still_claimed(index):
            self.receipts += 1
            if claim.receipt.leaf != leaf:
                self._fault(Fault.RECEIPT_UNKNOWN, index, "a receipt was given for another record there")
            elif body is not None and not _tells_of(body, claim):
                self._fault(Fault.RECEIPT_UNKNOWN, index, "the journal tells of another exchange")

    def _still_claimed(self, index: int) -> list[ReceiptClaim]:
        """Return the receipts for an index, but those whose record was lost with a predecessor."""
        claims = [claim for claim in self._claims[index] if not self._is_lost(claim)]
        self.lost += len(self._claims[index]) - len(claims)
        return claims

    def _is_lost(self, claim: ReceiptClaim) -> bool:
        receipt, origin = claim.receipt, None if claim.entry is None else claim.entry.hub
        return any(
            succession.lost(origin=origin, index=receipt.index, at=receipt.at)
            for succession, _ in self.successions
        )

    def _fault(self, fault: Fault, index: int, text: str) -> None:
        self._find(Finding(fault, f"leaf {index}: {text}", index))


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def _tells_of(body: bytes, claim: ReceiptClaim) -> bool:
    """Say whether a record and a journal entry tell of the same exchange."""
    try:
        record = decode_entry(body)
    except RecordFormatError:
        return False
    if not isinstance(record, Record) or record.at != claim.receipt.at:
        return False
    entry = claim.entry
    return entry is None or (
        (record.key, record.request_id, record.request_digest, record.params, record.signature)
        == (entry.key, entry.request_id, entry.request_digest, entry.request_params, entry.request_signature)
    )
