"""The connection request with the seven contents the law asks for, as frozen values.

Only the body that manages the systems files it; an individual cannot. Law: R5.1, R5.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lienthong.core.channels import THROUGH_THE_PLATFORM, ChannelChoice
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.fields import BY_NAME, Field, Sensitivity
from lienthong.core.grant_document import SystemKind
from lienthong.core.letters import Signatory
from lienthong.core.network_sheet import NetworkSheet
from lienthong.core.papers import Paper
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.speech import Text
from lienthong_protocol.record import Act


class Direction(StrEnum):
    """Whether information is got from the register or given to it. Law: R5.1, R8.3."""

    GET = "get"
    GIVE = "give"


DIRECTION_LABELS = {
    Direction.GET: Text("Khai thác thông tin", "Information asked for"),
    Direction.GIVE: Text("Chia sẻ thông tin", "Information shared"),
}


class MandateKind(StrEnum):
    """What is assigned. Law: R5.1."""

    FUNCTION = "function"
    DUTY = "duty"
    POWER = "power"


MANDATE_LABELS = {
    MandateKind.FUNCTION: Text("Chức năng", "Function"),
    MandateKind.DUTY: Text("Nhiệm vụ", "Duty"),
    MandateKind.POWER: Text("Quyền hạn", "Power"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteringUnit:
    """The unit named in the request, the unit over it, its electronic identifier. Law: R5.1."""

    name: str
    identifier: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """One function, duty or power assigned, with the paper that assigns it. Law: R5.1."""

    code: str
    kind: MandateKind
    description: str
    assigned_by: Paper | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedSystem:
    """One system or database to be connected; `managed_by` is the identifier of its managing body.

    A letter may name several. Law: R5.1, R5.3.
    """

    id: str
    name: str
    kind: SystemKind
    managed_by: str
    is_database: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOfficer:
    """A person answerable for connecting, sharing, access, or several of these. Law: R5.1."""

    name: str
    post: str
    phone: str
    email: str
    acts: frozenset[Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedPurpose:
    """A purpose under one mandate, with its scope in words; `law` where its ground is another law.

    Law: R5.1, R8.1.
    """

    code: str
    name: str
    mandate: str
    scope: str
    ground: PurposeGround
    actor: Actor
    law: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """One field chosen for one purpose in one direction, and why it is needed. Law: R5.1.

    `field` is a name of the catalogue. A body that gives specialised information may name items outside it;
    those bear a `label`.
    """

    field: str
    direction: Direction
    purpose: str
    reason: str
    label: str = ""

    @property
    def known(self) -> Field | None:
        """Return the field of the catalogue, None for an item that is none."""
        return BY_NAME.get(self.field)

    @property
    def is_marked(self) -> bool:
        """Say whether the field is marked: it is sensitive or tells about the family. Law: R1.2."""
        return self.known is not None and self.known.sensitivity is not Sensitivity.ORDINARY


def item_name(label: str) -> str:
    """Return a name for an item outside the catalogue that never meets a name in it."""
    return "x:" + " ".join(label.split()).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChoice:
    """A service of the catalogue, wanted for one purpose. Law: R5.1."""

    service: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalDescription:
    """The technical document of the connecting component: an upload, or a secret paper by name alone.

    `upload` is the hex SHA-256 of the file, which is the design version. Law: R5.1, R4.2.
    """

    title: str = ""
    upload: str = ""
    secret: Paper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRequest:
    """A connection request as written: what was not filled in yet is empty. Law: R5.1.

    `written_counts` are the numbers of fields that the letter states, per direction. `evidence` is what the
    body names for the six conditions, which are wanted before going live and never for filing (R1.4).
    """

    unit: RegisteringUnit
    mandates: tuple[Mandate, ...] = ()
    systems: tuple[RequestedSystem, ...] = ()
    officers: tuple[ContactOfficer, ...] = ()
    purposes: tuple[RequestedPurpose, ...] = ()
    choices: tuple[FieldChoice, ...] = ()
    written_counts: tuple[tuple[Direction, int], ...] = ()
    services: tuple[ServiceChoice, ...] = ()
    technical_description: TechnicalDescription | None = None
    channel: ChannelChoice = THROUGH_THE_PLATFORM
    network: NetworkSheet | None = None
    evidence: tuple[ConditionEvidence, ...] = ()
    signatory: Signatory | None = None


def counted_fields(choices: Iterable[FieldChoice], direction: Direction) -> int:
    """Count the fields of a direction; one chosen for several purposes is one field. Law: R5.1."""
    return len({choice.field for choice in choices if choice.direction is direction})


def written_count(request: ConnectionRequest, direction: Direction) -> int | None:
    """Return the number of fields the letter states for a direction, None where it states none."""
    return dict(request.written_counts).get(direction)


def design_version(request: ConnectionRequest) -> str | None:
    """Return what names the design: the file's SHA-256, or number and date of a secret paper. Law: R4.2."""
    description = request.technical_description
    if description is None:
        return None
    if description.secret is not None:
        return description.secret.name
    return description.upload or None


class FilingRefusal(StrEnum):
    """Why somebody may not file a request."""

    INDIVIDUAL = "individual"
    NOT_THE_MANAGING_BODY = "not_the_managing_body"


FILING_TEXTS = {
    FilingRefusal.INDIVIDUAL: Text(
        "Cá nhân không gửi đề nghị kết nối; văn bản đề nghị do cơ quan, tổ chức quản lý hệ thống gửi.",
        "An individual files no connection request; the body that manages the system does.",
    ),
    FilingRefusal.NOT_THE_MANAGING_BODY: Text(
        "Chỉ cơ quan, tổ chức quản lý hệ thống thông tin được gửi đề nghị cho hệ thống đó.",
        "Only the body that manages a system files a request for it.",
    ),
}


def may_file(request: ConnectionRequest, filer: str | None) -> FilingRefusal | None:
    """Say why a body may not file a request, None if it may; `filer` is None for an individual. Law: R5.3.

    Every system of the letter must be managed by the body that files it.
    """
    if filer is None:
        return FilingRefusal.INDIVIDUAL
    managers = {request.unit.identifier, *(system.managed_by for system in request.systems)}
    return None if managers == {filer} else FilingRefusal.NOT_THE_MANAGING_BODY
