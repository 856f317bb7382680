"""What a request asks of the services and what it gives: what documents, samples and trial grants hold.

Law: R5.1, R8.2 (never more than was asked), R8.3.
"""

from dataclasses import dataclass

from lienthong.core.connection_request import ConnectionRequest, Direction, RequestedPurpose
from lienthong.core.fields import Field, fields_in
from lienthong.core.request import Service
from lienthong.core.service_catalogue import BY_CODE


def services_for(request: ConnectionRequest, purpose: RequestedPurpose) -> dict[Service, tuple[str, ...]]:
    """Return the services chosen for a purpose, each with the chosen fields that it can give or compare.

    A service to which none of the fields belongs is left out.
    """
    wanted = {
        choice.field: choice.known
        for choice in request.choices
        if choice.purpose == purpose.code and choice.direction is Direction.GET
    }
    services: dict[Service, tuple[str, ...]] = {}
    for chosen in request.services:
        entry = BY_CODE.get(chosen.service)
        if chosen.purpose != purpose.code or entry is None:
            continue
        fields = tuple(
            name for name, known in wanted.items() if known is not None and known.bit & entry.fields
        )
        if fields:
            services[Service(entry.code)] = fields
    return services


def asks_something(request: ConnectionRequest) -> bool:
    """Say whether a request asks some service for a field: that can be documented and tested. Law: R5.2."""
    return any(services_for(request, purpose) for purpose in request.purposes)


@dataclass(frozen=True, slots=True)
class GivenItem:
    """A specialised item that a body gives, outside the catalogue of fields. Law: R2.2."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a body gives for some purpose: fields by number, items in the order of the request. Law: R8.3."""

    fields: tuple[Field, ...]
    items: tuple[GivenItem, ...]

    @property
    def is_something(self) -> bool:
        """Say whether anything is given."""
        return bool(self.fields or self.items)


def given_for(request: ConnectionRequest, purpose: str | None = None) -> Given:
    """Return what a request gives for a purpose, by default for all; each field and item once.

    Law: R5.1 (the fields are counted per direction), R2.1, R2.2.
    """
    chosen = [
        choice
        for choice in request.choices
        if choice.direction is Direction.GIVE and purpose in (None, choice.purpose)
    ]
    bits = 0
    items: dict[str, GivenItem] = {}
    for choice in chosen:
        if choice.known is not None:
            bits |= choice.known.bit
        else:
            items.setdefault(choice.field, GivenItem(choice.field, choice.label.strip() or choice.field))
    return Given(fields=fields_in(bits), items=tuple(items.values()))


def gives_something(request: ConnectionRequest) -> bool:
    """Say whether a request gives a field or an item. Law: R5.1."""
    return given_for(request).is_something


def asks_fields(request: ConnectionRequest) -> bool:
    """Say whether a request wants to read a field, be there a service for it or not. Law: R5.1."""
    return any(choice.direction is Direction.GET for choice in request.choices)
