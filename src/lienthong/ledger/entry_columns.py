"""What the columns of the log's tables must say, given the bytes of a leaf.

Columns are for asking; the leaf is the evidence. Whoever changes a column hides an entry from those who ask,
so a check compares each row with its body, as one text in the order of `queries.sql`.
"""

from lienthong.ledger.append import ACT_NUMBERS, KIND_NUMBERS, OUTCOME_NUMBERS, VISIBILITY_NUMBERS
from lienthong_protocol.record import Line, Record

_ACTS = {act: str(number) for act, number in ACT_NUMBERS.items()}
_KINDS = {kind: str(number) for kind, number in KIND_NUMBERS.items()}
_OUTCOMES = {outcome: str(number) for outcome, number in OUTCOME_NUMBERS.items()}
_VISIBILITIES = {visibility: str(number) for visibility, number in VISIBILITY_NUMBERS.items()}


def record_columns(record: Record) -> str:
    """Return what the columns of exchange.record say of this record."""
    return (
        f"record\x1f{record.at}\x1f{_ACTS[record.act]}\x1f{_KINDS[record.kind]}\x1f{record.agency}"
        f"\x1f{record.system}\x1f{record.key}\x1f{record.purpose or ''}\x1f{record.officer or ''}"
        f"\x1f{record.request_id or ''}\x1f{record.code}\x1f{record.lines}"
    )


def line_columns(line: Line, record_index: int) -> str:
    """Return what the columns of exchange.line say of this line of the record at `record_index`."""
    return (
        f"line\x1f{line.at}\x1f{record_index}\x1f{_OUTCOMES[line.outcome]}\x1f{_VISIBILITIES[line.visibility]}"
        f"\x1f{line.tag}\x1f{line.tag_key}"
    )
