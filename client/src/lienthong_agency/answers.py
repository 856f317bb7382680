"""What the hub answers, as typed values. Members this client does not know are ignored, not refused."""

from enum import StrEnum
from typing import Any

from msgspec import Struct


class Flags(Struct, frozen=True, omit_defaults=True):
    """What travels unasked, for safety, with every answer about a person."""

    deceased: bool = False
    declared_missing: bool = False
    number_superseded: bool = False
    under_examination: tuple[str, ...] = ()
    """Names of fields of this answer whose value is being examined."""


class ClaimOutcome(StrEnum):
    """What became of one claimed value."""

    MATCH = "match"
    NO_MATCH = "no_match"
    NOT_AVAILABLE = "not_available"


class LookupAnswer(Struct, frozen=True):
    """The granted values by field name; None where the register knows none."""

    values: dict[str, Any]
    flags: Flags = Flags()


class VerifyAnswer(Struct, frozen=True, omit_defaults=True):
    """The outcome of each claim, and grades where they were granted."""

    match: bool
    claims: dict[str, ClaimOutcome] = {}
    grades: dict[str, str] = {}
    flags: Flags = Flags()


class ItemRefusal(Struct, frozen=True):
    """Why one item of a batch was refused."""

    code: str
    title: str = ""


class BatchItemAnswer(Struct, frozen=True, omit_defaults=True):
    """The answer to one item, under the caller's reference: what was asked of it with flags, or a refusal.

    `values` of a look-up; `match`, `claims` and granted `grades` of a verification.
    """

    ref: str
    values: dict[str, Any] | None = None
    match: bool | None = None
    claims: dict[str, ClaimOutcome] = {}
    grades: dict[str, str] = {}
    flags: Flags = Flags()
    refusal: ItemRefusal | None = None


class BatchAnswer(Struct, frozen=True):
    """The items in the order they were asked."""

    items: tuple[BatchItemAnswer, ...]


class RecordReceipt(Struct, frozen=True, omit_defaults=True):
    """A record of the caller's own call: its index in the log, leaf hash and bytes (base64)."""

    request_id: str
    index: int
    leaf: str
    record: str
    salt: str | None = None


class ReceiptsAnswer(Struct, frozen=True):
    """The records found under the request ids that were asked for."""

    receipts: tuple[RecordReceipt, ...]


Scope = dict[str, Any]
"""All the caller may do, as the hub describes it."""
