"""The questions a system may put to the hub, as values that either client can ask.

agency.ask(lookup(person, ["sex"], context=Context(purpose="patient-identification", officer="bs-0231")))
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from lienthong_agency.answers import BatchAnswer, LookupAnswer, ReceiptsAnswer, Scope, VerifyAnswer
from lienthong_protocol.record import Kind

T = TypeVar("T")

MOST_ITEMS = 1_000
MOST_RECEIPTS = 100
ClaimValue = str | int | bool


class Person(msgspec.Struct, frozen=True):
    """The person meant: number (12 digits, or the old 9), full name, birth date `YYYY[-MM[-DD]]`."""

    number: str
    full_name: str
    birth_date: str


class BatchItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One person of a batch under the caller's own reference."""

    ref: str
    number: str
    full_name: str
    birth_date: str
    case: str | None = None


class ClaimedItem(BatchItem, frozen=True, omit_defaults=True):
    """One person of a batch that verifies, with what is claimed of this person."""

    claims: dict[str, ClaimValue] = {}


@dataclass(frozen=True, slots=True)
class Context:
    """What for, and in whose name: signed with every call, as the purpose requires. Law: R8.1."""

    purpose: str | None = None
    officer: str | None = None
    case: str | None = None
    consent: str | None = None
    subject: str | None = None

    def headers(self) -> list[tuple[str, str]]:
        """Return the LT-* headers, absent ones left out."""
        named = (
            ("lt-purpose", self.purpose),
            ("lt-officer", self.officer),
            ("lt-case", self.case),
            ("lt-consent", self.consent),
            ("lt-subject", self.subject),
        )
        return [(name, value) for name, value in named if value is not None]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One question, ready to be signed; asked again, it keeps its request id."""

    kind: Kind
    method: str
    path: str
    answer: type[T]
    body: bytes = b""
    context: Context = field(default_factory=Context)
    request_id: str | None = None
    """None: a new one from a random source each time it is asked."""


def lookup(
    person: Person | None, fields: Iterable[str], *, context: Context, request_id: str | None = None
) -> Call[LookupAnswer]:
    """Ask for values of a person; None: of the signed-in citizen, whom the context's subject proves."""
    body = _json({**_named(person), "fields": list(fields)})
    return Call(Kind.LOOKUP, "POST", "/v1/lookup", LookupAnswer, body, context, request_id)


def verify(
    person: Person | None,
    claims: Mapping[str, ClaimValue] | None = None,
    *,
    context: Context,
    request_id: str | None = None,
) -> Call[VerifyAnswer]:
    """Ask whether a person is as given and claimed values agree; no value is told. None: as for `lookup`."""
    body = _json({**_named(person), "claims": dict(claims or {})})
    return Call(Kind.VERIFY, "POST", "/v1/verify", VerifyAnswer, body, context, request_id)


def batch(
    items: Iterable[BatchItem], fields: Iterable[str], *, context: Context, request_id: str | None = None
) -> Call[BatchAnswer]:
    """Ask for values of up to 1,000 persons; raises ValueError for another number of items."""
    body = _json({"fields": list(fields), "items": _counted(items)})
    return Call(Kind.LOOKUP_BATCH, "POST", "/v1/lookup/batch", BatchAnswer, body, context, request_id)


def verify_batch(
    items: Iterable[ClaimedItem], *, context: Context, request_id: str | None = None
) -> Call[BatchAnswer]:
    """Ask of up to 1,000 persons whether each is as given and claimed values agree; no value is told.

    Raises ValueError for another number of items.
    """
    body = _json({"items": _counted(items)})
    return Call(Kind.VERIFY_BATCH, "POST", "/v1/verify/batch", BatchAnswer, body, context, request_id)


def _counted(items: Iterable[BatchItem]) -> list[BatchItem]:
    listed = list(items)
    if not 1 <= len(listed) <= MOST_ITEMS:
        raise ValueError(f"a batch holds 1 to {MOST_ITEMS} items, not {len(listed)}")
    return listed


def scope() -> Call[Scope]:
    """Ask for all this system may do, until when, and what will stop. Law: R8.1, R8.2."""
    return Call(Kind.SCOPE, "GET", "/v1/scope", Scope)


def receipts(request_ids: Iterable[str], *, since: int) -> Call[ReceiptsAnswer]:
    """Ask for the records of own calls by request id, since an instant in seconds; at most 100 ids."""
    listed = list(request_ids)
    if not 1 <= len(listed) <= MOST_RECEIPTS:
        raise ValueError(f"1 to {MOST_RECEIPTS} request ids, not {len(listed)}")
    body = _json({"request_ids": listed, "since": since})
    return Call(Kind.RECEIPTS, "POST", "/v1/receipts", ReceiptsAnswer, body)


def _named(person: Person | None) -> dict[str, str]:
    named: dict[str, str] = {} if person is None else msgspec.to_builtins(person)
    return named


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
