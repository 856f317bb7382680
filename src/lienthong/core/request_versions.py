"""What differs between two versions of a connection request, entry by entry and member by member.

Law: R5.1 (what was supplemented shows as what it is).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.channels import ChannelChoice
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.connection_request import (
    ConnectionRequest,
    ContactOfficer,
    Direction,
    FieldChoice,
    Mandate,
    RegisteringUnit,
    RequestedPurpose,
    RequestedSystem,
    ServiceChoice,
    TechnicalDescription,
)
from lienthong.core.grant_document import ConditionName
from lienthong.core.letters import Signatory
from lienthong.core.missing import Section
from lienthong.core.network_sheet import NetworkSheet
from lienthong.core.papers import Paper


class Change(StrEnum):
    """What happened to an entry."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


Named = FieldChoice | ServiceChoice | Direction | ConditionName | str
"""What an entry is known by."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where, of which entry, and for a changed entry which member, before and after.

    `entry` is a chosen field or service as it was before, else as it is now; the direction of a count; the
    condition that evidence is named for; the id of anything else. `before` and `after` are texts, empty where
    there was or is nothing.
    """

    where: Section
    change: Change
    entry: Named
    member: str = ""
    before: str = ""
    after: str = ""


Entry = (
    RegisteringUnit
    | Mandate
    | RequestedSystem
    | ContactOfficer
    | RequestedPurpose
    | FieldChoice
    | ServiceChoice
    | TechnicalDescription
    | ChannelChoice
    | NetworkSheet
    | ConditionEvidence
    | Signatory
    | int
)


def differences(before: ConnectionRequest, after: ConnectionRequest) -> tuple[Difference, ...]:
    """Return what differs between two versions, in the order of the law's contents; empty if nothing does.

    The order of entries within a part makes no difference. Law: R5.1.
    """
    return tuple(
        difference
        for (where, older), (_, newer) in zip(_parts(before), _parts(after), strict=True)
        for difference in _compare(where, older, newer)
    )


def _parts(request: ConnectionRequest) -> Iterator[tuple[Section, Mapping[str, Entry]]]:
    yield Section.UNIT, {"": request.unit}
    yield Section.MANDATES, {mandate.code: mandate for mandate in request.mandates}
    yield Section.SYSTEMS, {system.id: system for system in request.systems}
    yield Section.OFFICERS, {officer.name: officer for officer in request.officers}
    yield Section.CONTENT, {purpose.code: purpose for purpose in request.purposes}
    yield (
        Section.CONTENT,
        {f"{each.field} ({each.direction}, {each.purpose})": each for each in request.choices},
    )
    yield Section.CONTENT, dict(request.written_counts)
    yield Section.SERVICES, {f"{each.service} ({each.purpose})": each for each in request.services}
    yield Section.TECHNICAL_DESCRIPTION, _single(request.technical_description)
    yield Section.CHANNEL, {"": request.channel}
    yield Section.CONDITIONS, _single(request.network)
    yield Section.CONDITIONS, {each.condition: each for each in request.evidence}
    yield Section.SIGNATURE, _single(request.signatory)


def _single(entry: TechnicalDescription | NetworkSheet | Signatory | None) -> Mapping[str, Entry]:
    return {} if entry is None else {"": entry}


def _compare(where: Section, before: Mapping[str, Entry], after: Mapping[str, Entry]) -> Iterator[Difference]:
    for about, entry in before.items():
        if about not in after:
            yield Difference(where, Change.REMOVED, _named(about, entry))
            continue
        older, newer = _members(entry), _members(after[about])
        for member, text in older.items():
            if text != newer[member]:
                yield Difference(where, Change.CHANGED, _named(about, entry), member, text, newer[member])
    for about, entry in after.items():
        if about not in before:
            yield Difference(where, Change.ADDED, _named(about, entry))


def _named(about: str, entry: Entry) -> Named:
    if isinstance(entry, FieldChoice | ServiceChoice):
        return entry
    if isinstance(entry, ConditionEvidence):
        return entry.condition
    return Direction(about) if isinstance(entry, int) else about


def _members(entry: Entry) -> dict[str, str]:
    if isinstance(entry, int):
        return {"": str(entry)}
    return {each.name: _text(getattr(entry, each.name)) for each in fields(entry)}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case Paper():
            return value.name
        case date():
            return f"{value:%d/%m/%Y}"
        case frozenset():
            return ", ".join(sorted(map(_text, value)))
        case tuple():
            return ", ".join(map(_text, value))
        case _ if is_dataclass(value):
            return "; ".join(_text(getattr(value, each.name)) for each in fields(value))
        case _:
            return str(value)
