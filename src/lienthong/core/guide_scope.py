"""What a guide to exploitation services has to tell: purposes, services, fields with their reasons.

Taken from what a body asked for, what it was granted, or, for the authority's own guide, from the catalogue.
Law: R7.1, R8.2.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from lienthong.core.connection_request import ConnectionRequest, Direction
from lienthong.core.fields import BY_NAME
from lienthong.core.grant_document import GrantDocument, PurposeEntry, RightEntry
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.service_catalogue import BY_CODE, CATALOGUE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeField:
    """One field: its name, how officers call it, why it is needed, whether it is only compared."""

    name: str
    label: str
    reason: str = ""
    is_compared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopePurpose:
    """One purpose with what serves it; `law` is the other law it rests on, where it does.

    `needs_case` and `needs_consent` say what an officer has to name in every call. Law: R8.1.
    """

    code: str
    name: str
    actor: Actor
    needs_case: bool
    needs_consent: bool
    services: tuple[str, ...]
    fields: tuple[ScopeField, ...]
    mandate: str = ""
    population: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class GuideScope:
    """Everything a guide has to tell of; empty where a body exploits nothing."""

    purposes: tuple[ScopePurpose, ...] = ()


class ItemKind(StrEnum):
    """What a guide has to name."""

    PURPOSE = "purpose"
    SERVICE = "service"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class GuideItem:
    """One thing that a guide has to name, by its code or by its label."""

    kind: ItemKind
    code: str
    label: str

    @property
    def key(self) -> str:
        """Return what tells it from all others, as it is kept with an edition."""
        return f"{self.kind}:{self.code}"


def items_of(scope: GuideScope) -> tuple[GuideItem, ...]:
    """Return what a guide has to name, each once: purposes, then services, then fields."""
    found: dict[str, GuideItem] = {}
    for kind in ItemKind:
        for purpose in scope.purposes:
            for item in _items(purpose, kind):
                found.setdefault(item.key, item)
    return tuple(found.values())


def _items(purpose: ScopePurpose, kind: ItemKind) -> tuple[GuideItem, ...]:
    match kind:
        case ItemKind.PURPOSE:
            return (GuideItem(kind, purpose.code, purpose.name),)
        case ItemKind.SERVICE:
            return tuple(GuideItem(kind, code, BY_CODE[code].name.vi) for code in purpose.services)
        case ItemKind.FIELD:
            return tuple(GuideItem(kind, field.name, field.label) for field in purpose.fields)
        case _:
            assert_never(kind)


def scope_asked(request: ConnectionRequest) -> GuideScope:
    """Return the scope of what a request asks to exploit; what it gives needs no guide. Law: R5.1, R7.1."""
    mandates = {mandate.code: mandate.description for mandate in request.mandates}
    purposes = []
    for purpose in request.purposes:
        services = tuple(
            choice.service
            for choice in request.services
            if choice.purpose == purpose.code and choice.service in BY_CODE
        )
        fields = tuple(
            ScopeField(
                name=choice.field,
                label=choice.label if choice.known is None else choice.known.label_vi,
                reason=choice.reason,
            )
            for choice in request.choices
            if choice.purpose == purpose.code and choice.direction is Direction.GET
        )
        if services and fields:
            purposes.append(
                ScopePurpose(
                    code=purpose.code,
                    name=purpose.name,
                    actor=purpose.actor,
                    needs_case=purpose.actor is Actor.OFFICER,
                    needs_consent=purpose.ground is PurposeGround.CONSENT,
                    services=services,
                    fields=fields,
                    mandate=mandates.get(purpose.mandate, ""),
                    population=purpose.scope,
                    law=purpose.law,
                )
            )
    return GuideScope(tuple(purposes))


def scope_granted(document: GrantDocument) -> GuideScope:
    """Return the scope of what a grant gives. Law: R8.2, R7.1."""
    purposes = {purpose.code: purpose for purpose in document.purposes}
    return GuideScope(tuple(_granted(purposes[right.purpose], right) for right in document.rights))


def _granted(purpose: PurposeEntry, right: RightEntry) -> ScopePurpose:
    given = tuple(ScopeField(name=name, label=BY_NAME[name].label_vi) for name in right.fields)
    compared = tuple(
        ScopeField(name=name, label=BY_NAME[name].label_vi, is_compared=True)
        for name in right.verify_fields
        if name not in right.fields
    )
    return ScopePurpose(
        code=purpose.code,
        name=purpose.name,
        actor=purpose.actor,
        needs_case=purpose.case_required,
        needs_consent=purpose.ground is PurposeGround.CONSENT,
        services=tuple(service.value for service in right.services),
        fields=given + compared,
        mandate=purpose.function,
        law=purpose.law or "",
    )


def scope_catalogued() -> tuple[GuideItem, ...]:
    """Return what the authority's own guide has to name: every service it publishes. Law: R9.1."""
    return tuple(GuideItem(ItemKind.SERVICE, entry.code, entry.name.vi) for entry in CATALOGUE)
