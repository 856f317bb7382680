"""What checking a log can find, and the report of a check."""

from enum import StrEnum

from msgspec import Struct


class Fault(StrEnum):
    """The kinds of findings."""

    LEAF_MISSING = "leaf_missing"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_MISSING = "entry_missing"
    ENTRY_OUTSIDE = "entry_outside"
    ENTRY_MALFORMED = "entry_malformed"
    COLUMNS_CHANGED = "columns_changed"
    LINES_WRONG = "lines_wrong"
    RETIRED_EARLY = "retired_early"
    TILE_WRONG = "tile_wrong"
    CHECKPOINT_WRONG = "checkpoint_wrong"
    CHECKPOINT_UNTRUSTED = "checkpoint_untrusted"
    HISTORY_CHANGED = "history_changed"
    LOG_SHRUNK = "log_shrunk"
    RECEIPT_UNKNOWN = "receipt_unknown"
    SUCCESSION_WRONG = "succession_wrong"


class Finding(Struct, frozen=True):
    """One thing that is not as it must be; `index` is the leaf or size it is about."""

    fault: Fault
    text: str
    index: int | None = None


class Cosigning(Struct, frozen=True):
    """A witness of the trusted checkpoint and when it saw it, seconds since the epoch."""

    witness: str
    time: int


class Succeeded(Struct, frozen=True, kw_only=True):
    """A succession in the log at leaf `index`, and the indexes lost, `lost_from` to before `lost_to`.

    `time` in microseconds.
    """

    index: int
    predecessor: str
    lost_from: int
    lost_to: int
    time: int
    decided_by: str
    reason: str


class Report(Struct, frozen=True, kw_only=True):
    """What a check covered and what it found.

    `trusted_size` is the size of the newest checkpoint the policy trusts, None without a policy: the log is
    then consistent with itself only. `unwitnessed` leaves stand after it. `findings` stops at a limit. `lost`
    receipts name records that were lost with a predecessor, as one of the `successions` says.
    """

    size: int
    root: bytes
    records: int
    lines: int
    retired: int
    checkpoints: int
    receipts: int
    trusted_size: int | None = None
    unwitnessed: int = 0
    cosigned: tuple[Cosigning, ...] = ()
    lost: int = 0
    successions: tuple[Succeeded, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was found."""
        return not self.findings
