"""The leaves of the exchange log: records of acts and lines about persons, as exact bytes.

A leaf is canonical JSON: members in the order declared here, absent optional members omitted, no white
space, UTF-8. The log hashes these bytes and nothing else, so a body has exactly one spelling: `decode_entry`
refuses every other. Values of persons never stand in a leaf. Described in docs/protocol/ledger-v1.md.
"""

import re
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from lienthong_protocol import base64url

LARGEST_BODY = 65_535
"""Bytes of the largest leaf body: C2SP entry bundles carry 16-bit lengths."""

JSON_TYPE = "application/json"

_TARGETS = {"lt-1": '"@target-uri"', "lt-1p": '"lt-target"'}
# Alphabets are checked here once per entry: patterns in the types would triple the cost of decoding.
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")
_HEX = re.compile(r"[0-9a-f]*\Z")
_LINE_HEAD = b'{"v":1,"t":"line",'


class RecordFormatError(ValueError):
    """These bytes are not a leaf body of this format, or a value cannot become one."""


class Act(StrEnum):
    """The acts the law wants logged. Law: R6.1."""

    CONNECT = "connect"
    SHARE = "share"
    EXPLOIT = "exploit"


class Kind(StrEnum):
    """What kind of act a record tells of."""

    LOOKUP = "lookup"
    VERIFY = "verify"
    LOOKUP_BATCH = "lookup_batch"
    VERIFY_BATCH = "verify_batch"
    SCOPE = "scope"
    RECEIPTS = "receipts"
    USAGES = "usages"
    FEED = "feed"
    EVENT = "event"
    CORRECTION = "correction"
    GRANT = "grant"
    KEY = "key"
    STAFF_ACT = "staff_act"
    REFUSAL_SUMMARY = "refusal_summary"
    RETENTION = "retention"
    SUCCESSION = "succession"
    OPENING = "opening"


class Proof(StrEnum):
    """How the caller proved itself: by a signed message, by its channel alone, or not at all (own acts)."""

    MESSAGE = "message"
    CHANNEL = "channel"
    NONE = "none"


class Outcome(StrEnum):
    """What a line says happened to the data of one person."""

    DISCLOSED = "disclosed"
    VERIFIED = "verified"
    MISSED = "missed"
    RELATED = "related"
    NOTIFIED = "notified"


class Visibility(StrEnum):
    """Whether the person concerned sees the line: now, once a law's time ends, or never. Law: R1.5."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NEVER = "never"


Micros = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""Microseconds since 1970-01-01T00:00:00Z."""
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
FieldNumber = Annotated[int, Meta(ge=1, le=130)]
Digest = Annotated[str, Meta(min_length=43, max_length=43)]
HexDigest = Annotated[str, Meta(min_length=64, max_length=64)]
Tag = Annotated[str, Meta(min_length=22, max_length=22)]


def _one() -> Literal[1]:
    return 1


def _record() -> Literal["record"]:
    return "record"


def _line() -> Literal["line"]:
    return "line"


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One act on the exchange; `lines` line leaves about persons follow it at the next indexes.

    `v` and `t` come from factories because a plain default would be left out of the bytes.
    Law: R6.1 (what the log of connecting, sharing and exploiting holds).
    """

    v: Literal[1] = field(default_factory=_one)
    t: Literal["record"] = field(default_factory=_record)
    act: Act
    kind: Kind
    at: Micros
    agency: str
    system: str
    key: str
    """Thumbprint of the caller's key, empty where no key proved the caller."""
    proof: Proof
    profile: str
    """Signing profile, `lt-1` or `lt-1p`, empty where nothing was signed."""
    channel: str
    platform: str | None = None
    on_behalf_of: str | None = None
    purpose: str | None = None
    officer: str | None = None
    case: str | None = None
    consent: str | None = None
    grant: HexDigest | None = None
    """SHA-256 of the grant document that was decided under."""
    grant_version: Count | None = None
    request_id: str | None = None
    target: str | None = None
    """Profile lt-1: the target URI after the origin. Profile lt-1p: the signed LT-Target."""
    request_digest: str | None = None
    """The Content-Digest value as sent."""
    content_type: str | None = None
    """The Content-Type value as sent; absent beside a request digest it was `application/json`."""
    params: str | None = None
    """The signature parameters verbatim: the text after the component list."""
    signature: str | None = None
    """The signature, base64."""
    subject: HexDigest | None = None
    """SHA-256 of the LT-Subject value as sent."""
    fields: tuple[FieldNumber, ...] | None = None
    items: Count | None = None
    lines: Count
    code: str
    """Empty where the act was done or answered, else the permanent code of the refusal."""
    commitment: Digest | None = None
    """SHA-256(salt ‖ response body)."""
    duration: Count
    """Microseconds the hub spent on it before this record was written."""
    count: Count | None = None
    first: Micros | None = None
    last: Micros | None = None
    note: str | None = None


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What an act meant for one person, whom only the holder of the tag key can recognise. Law: R6.1."""

    v: Literal[1] = field(default_factory=_one)
    t: Literal["line"] = field(default_factory=_line)
    record: Digest
    """Leaf hash of the record this line belongs to."""
    position: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    """1 to `lines` of the record; the line's leaf index is the record's plus this."""
    tag: Tag
    tag_key: str
    outcome: Outcome
    asked: tuple[FieldNumber, ...]
    given: tuple[FieldNumber, ...]
    purpose: str | None = None
    agency: str
    system: str
    visibility: Visibility
    law: str | None = None
    """The law that hides the line; never absent where it is hidden."""
    at: Micros
    case: str | None = None
    random: Tag
    """16 random bytes: nobody can guess a line into its leaf hash."""


_encoder = msgspec.json.Encoder()
_record_decoder = msgspec.json.Decoder(Record)
_line_decoder = msgspec.json.Decoder(Line)


def encode_record(record: Record) -> bytes:
    """Return the bytes of a record leaf; raises RecordFormatError if they exceed LARGEST_BODY."""
    return _encode(record)


def encode_line(line: Line) -> bytes:
    """Return the bytes of a line leaf; raises RecordFormatError if they exceed LARGEST_BODY."""
    return _encode(line)


def reference(leaf: bytes) -> str:
    """Return a leaf hash as lines and journals name it: base64url without padding, 43 characters."""
    return base64url.encode(leaf)


def decode_entry(body: bytes) -> Record | Line:
    """Return the record or line these exact bytes are; raises RecordFormatError for anything else.

    A body that decodes but is not spelled as the encoder spells it is refused, too.
    """
    return decode_line(body) if body.startswith(_LINE_HEAD) else decode_record(body)


def decode_record(body: bytes) -> Record:
    """Return the record these exact bytes are; raises RecordFormatError."""
    try:
        record = _record_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordFormatError(f"not a record: {error}") from error
    if _encoder.encode(record) != body or len(body) > LARGEST_BODY:
        raise RecordFormatError("not the canonical spelling")
    if not _HEX.match(f"{record.grant or ''}{record.subject or ''}"):
        raise RecordFormatError("a hash that is not hexadecimal")
    if record.commitment is not None and not _BASE64URL.match(record.commitment):
        raise RecordFormatError("a commitment that is not base64url")
    return record


def decode_line(body: bytes) -> Line:
    """Return the line these exact bytes are; raises RecordFormatError."""
    try:
        line = _line_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RecordFormatError(f"not a line: {error}") from error
    if _encoder.encode(line) != body or len(body) > LARGEST_BODY:
        raise RecordFormatError("not the canonical spelling")
    if not _BASE64URL.match(line.record + line.tag + line.random):
        raise RecordFormatError("a reference, tag or random value that is not base64url")
    if (line.law is None) is not (line.visibility is Visibility.SHOWN):
        raise RecordFormatError("a line is hidden by a law and by nothing else")
    return line


def rebuild_base(record: Record, *, method: str, origin: str, subject: str | None = None) -> bytes:
    """Return the signature base the caller of this record signed, from the record alone (RFC 9421 §2.5).

    `origin` is the hub's public origin, scheme and host only. `subject` is the LT-Subject value, of which a
    record keeps the hash only. Raises RecordFormatError where the record tells of no signed message or
    `subject` is not the one it hashes. The components of each profile: docs/protocol/exchange-v1.md.
    """
    target = _TARGETS.get(record.profile)
    if target is None or None in (record.target, record.request_id, record.params):
        raise RecordFormatError("the record tells of no signed message")
    hashed = None if subject is None else sha256(subject.encode()).hexdigest()
    if hashed != record.subject:
        raise RecordFormatError("the subject is not the one of this record")
    covered: list[tuple[str, str | None]] = [
        ('"@method"', method),
        (target, f"{origin}{record.target}" if record.profile == "lt-1" else record.target),
        ('"content-digest"', record.request_digest),
        ('"content-type"', None if record.request_digest is None else record.content_type or JSON_TYPE),
        ('"lt-request-id"', record.request_id),
        ('"lt-purpose"', record.purpose),
        ('"lt-officer"', record.officer),
        ('"lt-case"', record.case),
        ('"lt-consent"', record.consent),
        ('"lt-subject"', subject),
    ]
    present = [(name, value) for name, value in covered if value is not None]
    names = " ".join(name for name, _ in present)
    lines = [f"{name}: {value}" for name, value in present]
    return "\n".join([*lines, f'"@signature-params": ({names}){record.params}']).encode()


def _encode(entry: Record | Line) -> bytes:
    try:
        body = _encoder.encode(entry)
    except UnicodeEncodeError as error:
        raise RecordFormatError("a text is not Unicode") from error
    if len(body) > LARGEST_BODY:
        raise RecordFormatError(f"{len(body)} bytes, a leaf holds {LARGEST_BODY}")
    return body
