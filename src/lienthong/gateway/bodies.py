"""The JSON bodies of the exchange as typed values, and what is wrong with those that cannot be read.

A good body is decoded once by msgspec. Only a refused one is read again to name the reason: malformed, a
member repeated, a member unknown, or a value of the wrong form. Values of the body never stand in a detail.
"""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import msgspec

from lienthong_protocol.refusals import Code, Refuse

MOST_FIELDS = 130
MOST_ITEMS = 1_000
MOST_RECEIPTS = 100

Number = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9]{12}|[0-9]{9})\Z")]
FullName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+\Z")]
DateText = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?\Z")]
Reference = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,64}\Z")]
CaseText = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]{0,126}[\x21-\x7e])?\Z")]
RequestId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~:/-]{1,64}\Z")]
ClaimValue = str | int | bool


class LookupBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/lookup`: who is meant, and the fields asked for."""

    number: Number
    full_name: FullName
    birth_date: DateText
    fields: tuple[str, ...]


class VerifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/verify`: who is meant, and the values to compare."""

    number: Number
    full_name: FullName
    birth_date: DateText
    claims: dict[str, ClaimValue] = {}


class SubjectLookupBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/lookup` for the signed-in citizen: the fields alone.

    Members that would name a person are taken in whatever form, so that naming somebody is refused as that.
    """

    fields: tuple[str, ...]
    number: Any = msgspec.UNSET
    full_name: Any = msgspec.UNSET
    birth_date: Any = msgspec.UNSET


class SubjectVerifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/verify` for the signed-in citizen: the values to compare, of whom is said by the token."""

    claims: dict[str, ClaimValue] = {}
    number: Any = msgspec.UNSET
    full_name: Any = msgspec.UNSET
    birth_date: Any = msgspec.UNSET


class BatchItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person of a batch, under the caller's own reference."""

    ref: Reference
    number: Number
    full_name: FullName
    birth_date: DateText
    case: CaseText | None = None


class VerifyItem(BatchItem, frozen=True, forbid_unknown_fields=True):
    """One person of a batch that verifies, and the values to compare."""

    claims: dict[str, ClaimValue] = {}


class BatchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/lookup/batch`: the fields asked for, once for all items."""

    fields: tuple[str, ...]
    items: tuple[BatchItem, ...]


class VerifyBatchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/verify/batch`: each person with claims of its own."""

    items: tuple[VerifyItem, ...]


class ReceiptsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/receipts`: request ids of the caller's own calls since an instant (Unix seconds)."""

    request_ids: tuple[RequestId, ...]
    since: int


SubjectBody = SubjectLookupBody | SubjectVerifyBody
Body = TypeVar(
    "Body",
    LookupBody,
    VerifyBody,
    SubjectLookupBody,
    SubjectVerifyBody,
    BatchBody,
    VerifyBatchBody,
    ReceiptsBody,
)

Rare = TypeVar("Rare", bound=msgspec.Struct)

_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(kind) for kind in Body.__constraints__
}
_MEMBER = re.compile(rb'"([^"\\]*)"\s*:')


class _RepeatedMemberError(ValueError):
    """A JSON object repeats a member name."""


def read_body(kind: type[Body], body: bytes) -> Body | Refuse:
    """Return the body decoded as `kind`, or the refusal that names what is wrong with it."""
    try:
        value: Body = _DECODERS[kind].decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _what_is_wrong(kind, body, str(error))
    if body.count(b":") != _members(value) and _may_repeat_members(body):
        try:
            json.loads(body, object_pairs_hook=_refuse_repeats)
        except _RepeatedMemberError:
            return Refuse(Code.DUPLICATE_MEMBER)
    return _check_sizes(value)


def names_person(body: SubjectBody) -> bool:
    """Tell whether a body says who is meant, wholly or in part."""
    return any(member is not msgspec.UNSET for member in (body.number, body.full_name, body.birth_date))


def read_rare(kind: type[Rare], body: bytes) -> Rare | Refuse:
    """Return a body that no hot path reads, decoded as `kind`, or the refusal that names what is wrong."""
    try:
        value = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _what_is_wrong(kind, body, str(error))
    try:
        json.loads(body, object_pairs_hook=_refuse_repeats)
    except _RepeatedMemberError:
        return Refuse(Code.DUPLICATE_MEMBER)
    return value


def _members(value: Body) -> int:
    """Return how many members a decoded body has at least; with as many colons in the bytes none is repeated.

    Each member needs a colon of its own, whatever its spelling. A member that may be left out counts only
    where its value shows that it was there. The rarer bodies are never vouched for this way.
    """
    match value:
        case LookupBody():
            return 4
        case VerifyBody(claims=claims):
            return 3 + _members_of_claims(claims)
        case BatchBody(items=items):
            return 2 + sum([4 if item.case is None else 5 for item in items])
        case VerifyBatchBody(items=items):
            return 1 + sum(
                [(4 if item.case is None else 5) + _members_of_claims(item.claims) for item in items]
            )
        case _:
            return -1


def _members_of_claims(claims: dict[str, ClaimValue]) -> int:
    return 1 + len(claims) if claims else 0


def _may_repeat_members(body: bytes) -> bool:
    """Tell cheaply whether a body could repeat a member; only then is it read a second time, in full.

    Without a backslash every JSON member name appears literally, so distinct names prove there is no repeat.
    """
    if b"\\" in body:
        return True
    names = _MEMBER.findall(body)
    return len(names) != len(set(names))


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _RepeatedMemberError
    return value


def _what_is_wrong(kind: type, body: bytes, message: str) -> Refuse:
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_refuse_repeats, parse_constant=_refuse_constant
        )
    except _RepeatedMemberError:
        return Refuse(Code.DUPLICATE_MEMBER)
    except (ValueError, RecursionError):
        return Refuse(Code.MALFORMED_JSON)
    if isinstance(value, dict):
        unknown = sorted(set(value) - set(kind.__struct_fields__))  # type: ignore[attr-defined]
        if unknown:
            return Refuse(Code.UNKNOWN_MEMBER, "unknown member: " + ", ".join(map(_printable, unknown[:5])))
    return Refuse(Code.INVALID_VALUE, message)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _printable(name: str) -> str:
    return name[:40].encode("ascii", "backslashreplace").decode("ascii")


def _check_sizes(value: Body) -> Body | Refuse:
    match value:
        case LookupBody() | SubjectLookupBody():
            return _check_fields(value.fields) or value
        case BatchBody(fields=fields, items=items):
            return _check_items(items) or _check_fields(fields) or value
        case VerifyBatchBody(items=items):
            most = max((len(item.claims) for item in items), default=0)
            return _check_items(items) or _check_claims(most) or value
        case VerifyBody() | SubjectVerifyBody():
            return _check_claims(len(value.claims)) or value
        case ReceiptsBody(request_ids=ids):
            if not 1 <= len(ids) <= MOST_RECEIPTS:
                return Refuse(Code.INVALID_VALUE, f"between 1 and {MOST_RECEIPTS} request ids")
            return value


def _check_items(items: Sequence[BatchItem]) -> Refuse | None:
    if not 1 <= len(items) <= MOST_ITEMS:
        return Refuse(Code.BATCH_SIZE, f"{len(items)} items")
    for seen in ({item.ref for item in items}, {item.number for item in items}):
        if len(seen) != len(items):
            return Refuse(Code.DUPLICATE_ITEM)
    return None


def _check_claims(count: int) -> Refuse | None:
    if count > MOST_FIELDS:
        return Refuse(Code.TOO_MANY_FIELDS, f"{count} fields, at most {MOST_FIELDS}")
    return None


def _check_fields(fields: tuple[str, ...]) -> Refuse | None:
    if not fields:
        return Refuse(Code.FIELDS_EMPTY)
    if len(fields) > MOST_FIELDS:
        return Refuse(Code.TOO_MANY_FIELDS, f"{len(fields)} fields, at most {MOST_FIELDS}")
    if len(set(fields)) != len(fields):
        return Refuse(Code.INVALID_VALUE, "a field is asked for twice")
    return None
