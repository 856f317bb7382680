"""Checking entries against their leaves: bytes, columns, the lines of each record, receipts, retention."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

_RETIRED = "records and lines of "
TERM_YEARS = 2


@dataclass(frozen=True, slots=True)
class ReceiptClaim:
    """A receipt to be found in the log, and the journal entry it came with, if any."""

    receipt: Receipt
    entry: JournalEntry | None = None


@dataclass(frozen=True, slots=True)
class Retired:
    """What one retention record says went: indexes first to last, so many of them."""

    index: int
    first: int
    last: int
    count: int


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
        self._missing: list[tuple[int, int]] = []
        self._retired: list[Retired] = []
        self.records = 0
        self.lines = 0
        self.receipts = 0

    @property
    def missing(self) -> int:
        """How many entries are not kept any more."""
        return sum(end - start for start, end in self._missing)

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

    def finish(self, size: int) -> None:
        """Check what only the end tells: open records, entries gone without a ground, receipts beyond it."""
        self._close()
        self._check_retention()
        for index in self._claims:
            if index >= size:
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
        if record.kind is Kind.RETENTION:
            self._note_retention(index, record)

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
        if self._missing and self._missing[-1][1] == index:
            self._missing[-1] = (self._missing[-1][0], index + 1)
        else:
            self._missing.append((index, index + 1))

    def _note_retention(self, index: int, record: Record) -> None:
        if record.first is not None and record.last is not None and record.count is not None:
            self._retired.append(Retired(index, record.first, record.last, record.count))
        month = (record.note or "").removeprefix(_RETIRED)
        try:
            start = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            self._fault(Fault.RETIRED_EARLY, index, "a retention record that names no month")
            return
        term = start.replace(year=start.year + TERM_YEARS + start.month // 12, month=start.month % 12 + 1)
        if record.at < term.timestamp() * 1_000_000:
            self._fault(Fault.RETIRED_EARLY, index, f"records of {month} went before two years were over")

    def _check_retention(self) -> None:
        """Compare what is gone with what retention records say went. Law: R6.2."""
        for start, end in self._missing:
            index = start
            while index < end:
                covering = [part.last for part in self._retired if part.first <= index <= part.last]
                if not covering:
                    text = "its entry is gone and no retention record says why"
                    self._fault(Fault.ENTRY_MISSING, index, text)
                    break
                index = max(covering) + 1
        said = sum(part.count for part in self._retired)
        if self._retired and said < self.missing:
            text = f"retention records up to this one let {said} entries go, {self.missing} are gone"
            self._fault(Fault.ENTRY_MISSING, self._retired[-1].index, text)

    def _receipts(self, index: int, leaf: bytes, body: bytes | None) -> None:
        for claim in self._claims[index]:
            self.receipts += 1
            if claim.receipt.leaf != leaf:
                self._fault(Fault.RECEIPT_UNKNOWN, index, "a receipt was given for another record there")
            elif body is not None and not _tells_of(body, claim):
                self._fault(Fault.RECEIPT_UNKNOWN, index, "the journal tells of another exchange")

    def _fault(self, fault: Fault, index: int, text: str) -> None:
        self._find(Finding(fault, f"leaf {index}: {text}", index))


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
