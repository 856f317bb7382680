"""What a draft and a version hold as JSON: the request as the rules know it, and beside it the letter's head.

A reader who wants the request alone reads the same object as a ConnectionRequest: the members beside it are
passed over. A draft has more beside it: text that could not be read yet, and text of a second tab.
Law: R5.1.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from lienthong.core.connection_request import ConnectionRequest, RegisteringUnit
from lienthong.core.missing import Missing, Section
from lienthong.core.request_letter import LetterHead
from lienthong.core.speech import Text

Typed = dict[str, list[str]]
"""A form as it was typed: what each of its fields held."""


class Part(StrEnum):
    """The parts a draft is written in; each is a page, and is saved by itself."""

    UNIT = "unit"
    MANDATES = "mandates"
    SYSTEMS = "systems"
    OFFICERS = "officers"
    PURPOSES = "purposes"
    FIELDS = "fields"
    SERVICES = "services"
    TECHNICAL = "technical"
    CHANNEL = "channel"
    CONDITIONS = "conditions"
    SIGNATURE = "signature"


PART_LABELS: Final = {
    Part.UNIT: Text("Đơn vị đăng ký", "Registering unit"),
    Part.MANDATES: Text("Chức năng, nhiệm vụ, quyền hạn", "Functions, duties, powers"),
    Part.SYSTEMS: Text("Hệ thống, cơ sở dữ liệu", "Systems and databases"),
    Part.OFFICERS: Text("Cán bộ phụ trách", "Officers in charge"),
    Part.PURPOSES: Text("Mục đích, phạm vi", "Purposes and scope"),
    Part.FIELDS: Text("Trường thông tin", "Fields"),
    Part.SERVICES: Text("Dịch vụ đăng ký", "Services"),
    Part.TECHNICAL: Text("Tài liệu mô tả kỹ thuật", "Technical description"),
    Part.CHANNEL: Text("Kênh kết nối", "Channel"),
    Part.CONDITIONS: Text("Sáu điều kiện, thông số mạng", "Six conditions, network sheet"),
    Part.SIGNATURE: Text("Người ký, số và ngày văn bản", "Signatory, number and date"),
}

_PART_OF: Final = {
    Section.UNIT: Part.UNIT,
    Section.MANDATES: Part.MANDATES,
    Section.SYSTEMS: Part.SYSTEMS,
    Section.OFFICERS: Part.OFFICERS,
    Section.CONTENT: Part.FIELDS,
    Section.SERVICES: Part.SERVICES,
    Section.TECHNICAL_DESCRIPTION: Part.TECHNICAL,
    Section.CHANNEL: Part.CHANNEL,
    Section.CONDITIONS: Part.CONDITIONS,
    Section.SECURITY_LEVEL: Part.SYSTEMS,
    Section.SIGNATURE: Part.SIGNATURE,
    Section.REFUSAL: Part.SIGNATURE,
}


def part_of(item: Missing) -> Part:
    """Return where something that is missing is mended."""
    return Part.PURPOSES if item.name.startswith("purpose") else _PART_OF[item.where]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a letter says: the request and the head of the letter."""

    request: ConnectionRequest
    head: LetterHead = field(default_factory=LetterHead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """Text of a tab that was not the last to know the part: kept beside it until somebody decides."""

    part: Part
    base: int
    at: datetime
    by: int
    name: str
    typed: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The letter as it was set for signature: the file, and where in it the signature belongs."""

    upload: int
    page: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftContent:
    """A draft whole. `saves` is the draft's counter at the last save of each part."""

    written: Written
    typed: dict[Part, Typed] = field(default_factory=dict)
    saves: dict[Part, int] = field(default_factory=dict)
    aside: tuple[Aside, ...] = ()
    drafted: Drafted | None = None

    def with_part(self, part: Part, written: Written, unread: Typed | None, counter: int) -> "DraftContent":
        """Return the draft after a save of one part; `unread` is its text while that cannot be read."""
        typed = {key: text for key, text in self.typed.items() if key is not part}
        if unread is not None:
            typed[part] = unread
        return replace(self, written=written, typed=typed, saves=self.saves | {part: counter})


def encode(written: Written) -> dict[str, Any]:
    """Return what a version holds."""
    members: dict[str, Any] = msgspec.to_builtins(written.request, order="sorted")
    return members | {"letter": msgspec.to_builtins(written.head)}


def decode(content: dict[str, Any]) -> Written:
    """Read what a version holds, or a draft without what stands beside it; raises msgspec.ValidationError."""
    return Written(
        request=msgspec.convert(content, ConnectionRequest),
        head=msgspec.convert(content.get("letter", {}), LetterHead),
    )


def canonical_sha256(content: dict[str, Any]) -> bytes:
    """Return the SHA-256 of a version's content: members in order of their names, no spaces. Law: R5.1."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).digest()


_BESIDE: Final = ("typed", "saves", "aside", "drafted")


def encode_draft(draft: DraftContent) -> dict[str, Any]:
    """Return what a draft holds."""
    return encode(draft.written) | {name: msgspec.to_builtins(getattr(draft, name)) for name in _BESIDE}


def decode_draft(content: dict[str, Any]) -> DraftContent:
    """Read a draft; raises msgspec.ValidationError."""
    beside = {name: content[name] for name in _BESIDE if name in content}
    found = msgspec.convert(beside, _Beside)
    return DraftContent(
        written=decode(content),
        typed=found.typed,
        saves=found.saves,
        aside=found.aside,
        drafted=found.drafted,
    )


class _Beside(msgspec.Struct, frozen=True):
    typed: dict[Part, Typed] = {}
    saves: dict[Part, int] = {}
    aside: tuple[Aside, ...] = ()
    drafted: Drafted | None = None


def empty_request(unit: RegisteringUnit) -> Written:
    """Return the request that a body has just begun."""
    return Written(request=ConnectionRequest(unit=unit))
