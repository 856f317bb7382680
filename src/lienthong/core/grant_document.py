"""The grant document: what one system may have, as the JSON that is signed, kept and put into the log.

One document per system and revision; the newest revision holds. It carries facts with their dates, never a
conclusion: whether the system may ask now is computed from them on every call. Its canonical bytes are JSON
with the members in the order declared here, members that have their default left out, no white space, UTF-8,
moments in UTC; `decode_document` refuses every other spelling. Law: R8.2 (the agreed content), R1.4.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from lienthong.core.login import LoginEntry
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.record import Proof, Visibility

LARGEST_DOCUMENT = 1_048_576
FIRST_YEAR = 1976
LAST_YEAR = 2400
SIGNED_PREFIX = b"lienthong-grant-1\n"
"""What precedes the document in the signed message: this key signs nothing else by accident."""


class GrantFormatError(ValueError):
    """These bytes are not a grant document, or one that contradicts itself; the message says where."""


Text = Annotated[str, Meta(min_length=1, max_length=500)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}\Z")]
HeaderText = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,128}\Z")]
Moment = Annotated[datetime, Meta(tz=True)]
Province = Annotated[str, Meta(pattern=r"^[0-9]{2}\Z")]
ProtectionKind = Annotated[int, Meta(ge=0, le=30)]
Limit = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class ParticipantKind(StrEnum):
    """What kind of body a participant is. Law: R2.2 (police units), R4.3 (defence)."""

    STATE_BODY = "state_body"
    POLICE_UNIT = "police_unit"
    DEFENCE_BODY = "defence_body"
    ORGANISATION = "organisation"


class SystemKind(StrEnum):
    """What kind of counterpart a system is. Law: R3.1."""

    NATIONAL_DATABASE = "national_database"
    SPECIALISED_DATABASE = "specialised_database"
    SERVICE_PORTAL = "service_portal"
    MINISTRY_PROCEDURES = "ministry_procedures"
    PROVINCE_PROCEDURES = "province_procedures"
    OTHER = "other"


class Channel(StrEnum):
    """How calls of a system arrive. Law: R3.1 (through a platform; directly only on a recorded ground)."""

    PLATFORM = "platform"
    DIRECT = "direct"


class ExemptionCode(StrEnum):
    """The exemptions from checks. Law: R4.8 (E0), R4.6 (E1 to E3)."""

    E0 = "E0"
    """Already connected to the e-identification platform: frees from the check before connecting alone."""
    E1 = "E1"
    """Managed by the Ministry of National Defence: frees from the yearly check."""
    E2 = "E2"
    """Shares security-monitoring data online with the Ministry: frees from the yearly check."""
    E3 = "E3"
    """Checked and confirmed by a competent body under the level law within a year: likewise."""


class ConditionName(StrEnum):
    """The six conditions of being connected. Law: R1.4."""

    INFRASTRUCTURE = "infrastructure"
    CONNECTION_MODEL = "connection_model"
    DATA_STRUCTURE = "data_structure"
    SECURITY = "security"
    SAFETY = "safety"
    CONFIDENTIALITY = "confidentiality"


class Verdict(StrEnum):
    """What was found about a condition."""

    MET = "met"
    FAILED = "failed"


class _Entry(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Participant(_Entry, frozen=True, kw_only=True):
    """The body that manages the system, by its national identifier."""

    id: Name
    name: Text
    kind: ParticipantKind


class DirectGround(_Entry, frozen=True, kw_only=True):
    """Why calls come directly and through no platform. Law: R3.1."""

    ground: Text
    decision: Text
    review: Moment


class Rate(_Entry, frozen=True, kw_only=True):
    """How fast the system may call: requests a second, and how many at once after a pause."""

    per_second: Annotated[int, Meta(ge=1, le=100_000)]
    burst: Annotated[int, Meta(ge=1, le=1_000_000)]


class SystemEntry(_Entry, frozen=True, kw_only=True):
    """The system that is connected and how its calls arrive."""

    id: Name
    name: Text
    kind: SystemKind
    environment: Name
    channel: Channel
    platform: Name | None = None
    direct: DirectGround | None = None
    proofs: tuple[Proof, ...] = (Proof.MESSAGE,)
    profiles: tuple[Literal["lt-1", "lt-1p"], ...] = ("lt-1",)
    rate: Rate


class PublicKey(_Entry, frozen=True, kw_only=True):
    """A public key as a JSON Web Key (RFC 7517) with the members that its thumbprint is taken over."""

    crv: Literal["Ed25519", "P-256"]
    kty: Literal["OKP", "EC"]
    x: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
    y: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")] | None = None


class KeyEntry(_Entry, frozen=True, kw_only=True):
    """A key the system signs with, and when it is accepted; `valid_until` and `revoked_at` are exclusive."""

    jwk: PublicKey
    valid_from: Moment
    valid_until: Moment
    revoked_at: Moment | None = None


class OfficerEntry(_Entry, frozen=True, kw_only=True):
    """One officer of the roster, by an opaque id. Law: R8.1."""

    id: HeaderText
    unit: Text
    role: Text
    valid_from: Moment
    valid_until: Moment | None = None


class PurposeEntry(_Entry, frozen=True, kw_only=True):
    """A registered purpose with the function it hangs on and the paper that assigns it. Law: R5.1, R8.1."""

    code: Name
    name: Text
    function: Text
    assigned_by: Text
    ground: PurposeGround
    law: Text | None = None
    actor: Actor
    decision: Text | None = None
    case_required: bool = False
    case_pattern: str | None = None
    bulk: bool = False


class MissBudget(_Entry, frozen=True, kw_only=True):
    """How many questions a day may miss: a share of the calls, but at least so many."""

    per_mille: Annotated[int, Meta(ge=0, le=1_000)]
    at_least: Limit


class Quotas(_Entry, frozen=True, kw_only=True):
    """What a purpose may use up in a Vietnamese day; None is no limit of its own. Law: R8.2."""

    persons: Limit
    persons_per_officer: Limit | None = None
    calls: Limit


class RightEntry(_Entry, frozen=True, kw_only=True):
    """What the system may have for one purpose. Law: R8.2, R1.2 (family and protection are named apart).

    `provinces` of the 34-province list limit the population to residents; none is the whole country.
    `override` names the override that hides lines or opens protected persons.
    """

    purpose: Name
    services: tuple[Service, ...]
    fields: tuple[str, ...] = ()
    verify_fields: tuple[str, ...] = ()
    grades: bool = False
    explain: bool = False
    related: bool = False
    related_numbers: bool = False
    protected: tuple[ProtectionKind, ...] = ()
    provinces: tuple[Province, ...] = ()
    batch_items: Annotated[int, Meta(ge=1, le=1_000)] | None = None
    quotas: Quotas
    visibility: Visibility = Visibility.SHOWN
    override: Name | None = None


class Confirmation(_Entry, frozen=True, kw_only=True):
    """The written confirmation of the lead assessor. Law: R4.4. It has an end only where it says so."""

    number: Text
    issued_by: Text
    issued_at: Moment
    design_version: Text
    valid_until: Moment | None = None
    withdrawn_at: Moment | None = None


class DefenceResult(_Entry, frozen=True, kw_only=True):
    """The result paper of the specialist unit of the Ministry of National Defence. Law: R4.3."""

    number: Text
    issued_by: Text
    issued_at: Moment
    valid_until: Moment | None = None


class Exemption(_Entry, frozen=True, kw_only=True):
    """A decided exemption, its evidence, and how long its fact lasts. Law: R4.6, R4.8."""

    code: ExemptionCode
    evidence: Text
    valid_from: Moment
    valid_until: Moment | None = None


class Agreement(_Entry, frozen=True, kw_only=True):
    """The agreed content on sharing information. Law: R8.2."""

    number: Text
    valid_from: Moment
    valid_until: Moment | None = None


class PeriodicCheck(_Entry, frozen=True, kw_only=True):
    """The last yearly check and, where it was planned, the instant from which the next is overdue.

    Law: R4.6. It is the assessor's duty; what a delay does is a value of the law profile.
    """

    last: Moment | None = None
    due: Moment | None = None


class SecurityLevel(_Entry, frozen=True, kw_only=True):
    """The level the system meets and the decision that says so. Law: R4.1."""

    level: Annotated[int, Meta(ge=1, le=5)]
    decision: Text
    valid_from: Moment


class ConditionEntry(_Entry, frozen=True, kw_only=True):
    """The verdict on one of the six conditions. Law: R1.4. The newest verdict of a condition holds."""

    name: ConditionName
    verdict: Verdict
    evidence: Text
    decided_at: Moment


class Suspension(_Entry, frozen=True, kw_only=True):
    """A signed suspension: ground, who signed, from when, until lifted or to an end. Law: R4.5, R8.6."""

    ground: Text
    restored_by: Text
    """What the body has to do for the connection to be restored."""
    signed_by: Annotated[tuple[Text, ...], Meta(min_length=1)]
    valid_from: Moment
    valid_until: Moment | None = None
    lifted_at: Moment | None = None


class Facts(_Entry, frozen=True, kw_only=True):
    """The dated facts from which it is computed whether the system may ask."""

    confirmation: Confirmation | None = None
    defence_result: DefenceResult | None = None
    exemptions: tuple[Exemption, ...] = ()
    agreement: Agreement | None = None
    periodic: PeriodicCheck | None = None
    security_level: SecurityLevel | None = None
    conditions: tuple[ConditionEntry, ...] = ()
    suspensions: tuple[Suspension, ...] = ()


class OverrideEntry(_Entry, frozen=True, kw_only=True):
    """An override by another law: that law, its term, two approvers. Law: R1.5."""

    id: Name
    law: Text
    valid_from: Moment
    valid_until: Moment
    approvers: tuple[Text, Text]


def _one() -> Literal[1]:
    return 1


def _grant() -> Literal["grant"]:
    return "grant"


class GrantDocument(_Entry, frozen=True, kw_only=True):
    """Everything granted to one system, under one revision.

    `v` and `t` come from factories because a plain default would be left out of the bytes. `profile` is the
    id of the law profile the grant was decided under. `login` is whose identity tokens prove the citizen, for
    purposes whose actor is the citizen.
    """

    v: Literal[1] = field(default_factory=_one)
    t: Literal["grant"] = field(default_factory=_grant)
    revision: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    profile: Name
    participant: Participant
    system: SystemEntry
    keys: tuple[KeyEntry, ...] = ()
    officers: tuple[OfficerEntry, ...] = ()
    purposes: tuple[PurposeEntry, ...] = ()
    rights: tuple[RightEntry, ...] = ()
    misses: MissBudget
    facts: Facts
    overrides: tuple[OverrideEntry, ...] = ()
    login: LoginEntry | None = None


_NO_OFFSET = timedelta(0)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(GrantDocument)


def encode_document(document: GrantDocument) -> bytes:
    """Return the canonical bytes of a document.

    Raises GrantFormatError if they exceed LARGEST_DOCUMENT, or a moment is not in UTC (each has one
    spelling) or outside the years for which legal days are known.
    """
    for moment in moments_in(document):
        if moment.utcoffset() != _NO_OFFSET:
            raise GrantFormatError("moments in a grant document are in UTC")
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise GrantFormatError(f"moments lie in the years {FIRST_YEAR} to {LAST_YEAR}")
    body = _encoder.encode(document)
    if len(body) > LARGEST_DOCUMENT:
        raise GrantFormatError(f"{len(body)} bytes, a grant document holds {LARGEST_DOCUMENT}")
    return body


def decode_document(body: bytes) -> GrantDocument:
    """Return the document these exact bytes are; raises GrantFormatError, also for another spelling."""
    try:
        document = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GrantFormatError(f"not a grant document: {error}") from error
    if encode_document(document) != body:
        raise GrantFormatError("not the canonical spelling of a grant document")
    return document


def document_hash(body: bytes) -> str:
    """Return the hex SHA-256 of a document, by which records name the grant they were decided under."""
    return sha256(body).hexdigest()


def signed_message(body: bytes) -> bytes:
    """Return the bytes the notary signs for a document."""
    return SIGNED_PREFIX + body


def moments_in(value: object) -> Iterator[datetime]:
    """Yield every moment in an entry and the entries in it."""
    match value:
        case datetime():
            yield value
        case tuple():
            for each in value:
                yield from moments_in(each)
        case Struct():
            for name in value.__struct_fields__:
                yield from moments_in(getattr(value, name))
