"""Which form writes which part of a draft; which purpose and direction the page of the fields is about."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from lienthong.control.connections.own_drafts import DraftView, Offers
from lienthong.control.connections.written import Part, Typed
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.forms_conditions import ConditionsForm
from lienthong.control.portals.agency.forms_content import FieldsForm, PurposesForm, ServicesForm
from lienthong.control.portals.agency.forms_draft import (
    MandatesForm,
    OfficersForm,
    PartForm,
    SystemsForm,
    UnitForm,
)
from lienthong.control.portals.agency.forms_terms import ChannelForm, SignatureForm
from lienthong.control.portals.agency.showing import own_address
from lienthong.control.theme.shell import Entry
from lienthong.core.connection_request import DIRECTION_LABELS, Direction
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_PLAIN: Final[dict[Part, type[PartForm]]] = {
    Part.UNIT: UnitForm,
    Part.MANDATES: MandatesForm,
    Part.SYSTEMS: SystemsForm,
    Part.OFFICERS: OfficersForm,
    Part.SERVICES: ServicesForm,
    Part.CHANNEL: ChannelForm,
    Part.CONDITIONS: ConditionsForm,
    Part.SIGNATURE: SignatureForm,
}
FORMS: Final = frozenset(Part) - {Part.TECHNICAL}
"""The parts that are forms saved while one types; the technical description is a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A part of a draft that a page is about; on the page of the fields also purpose and direction."""

    view: DraftView
    part: Part
    purpose: str = ""
    direction: Direction | None = None
    more: int = 0

    @property
    def url(self) -> str:
        """Return the address of this page."""
        url = own_address(Page.OWN_DRAFT_PART, self.view.reference, part=self.part.value)
        return f"{url}?{self._query(self.purpose, self.direction)}" if self.direction is not None else url

    def _query(self, purpose: str, direction: Direction) -> str:
        return urlencode({"purpose": purpose, "direction": direction.value})

    def is_about(self, typed: Typed) -> bool:
        """Say whether text that was typed belongs to this page."""
        if self.direction is None:
            return True
        return (typed.get("purpose"), typed.get("direction")) == ([self.purpose], [self.direction.value])

    def address_for(self, purpose: str, direction: Direction) -> str:
        """Return the address of the same part for another purpose or direction."""
        url = own_address(Page.OWN_DRAFT_PART, self.view.reference, part=self.part.value)
        return f"{url}?{self._query(purpose, direction)}"


def chosen_in(part: Part, view: DraftView, request: PortalRequest, typed: Typed | None = None) -> Chosen:
    """Return what a request for a part is about; what it names wrongly gives way to the first there is."""
    more = 1 if part is Part.PURPOSES and request.GET.get("more") else 0
    if part is not Part.FIELDS:
        return Chosen(view=view, part=part, more=more)
    sent = {name: values[0] for name, values in (typed or {}).items() if values}
    purpose = sent.get("purpose") or request.POST.get("purpose") or request.GET.get("purpose", "")
    direction = sent.get("direction") or request.POST.get("direction") or request.GET.get("direction", "")
    codes = [each.code for each in view.content.written.request.purposes]
    return Chosen(
        view=view,
        part=part,
        purpose=purpose if purpose in codes else next(iter(codes), ""),
        direction=Direction(direction) if direction in tuple(Direction) else Direction.GET,
    )


def form_of(chosen: Chosen, offers: Offers, data: QueryDict | None = None) -> PartForm:
    """Return the form of a part, filled with `data` where there is some."""
    if chosen.part is Part.PURPOSES:
        return PurposesForm(chosen.view, offers, data, more=chosen.more)
    if chosen.direction is not None:
        return FieldsForm(chosen.view, offers, data, purpose=chosen.purpose, direction=chosen.direction)
    return _PLAIN[chosen.part](chosen.view, offers, data)


def selections(chosen: Chosen) -> dict[str, list[Entry]] | None:
    """Return the choices of purpose and direction on the page of the fields."""
    if chosen.direction is None:
        return None
    request = chosen.view.content.written.request
    purposes = [
        Entry(
            url=chosen.address_for(purpose.code, chosen.direction),
            label=Text(purpose.name or purpose.code, purpose.name or purpose.code),
            current=purpose.code == chosen.purpose,
            count=sum(
                choice.purpose == purpose.code and choice.direction is chosen.direction
                for choice in request.choices
            )
            or None,
            counted=Text("trường", "fields"),
        )
        for purpose in request.purposes
    ]
    directions = [
        Entry(
            url=chosen.address_for(chosen.purpose, direction),
            label=label,
            current=direction is chosen.direction,
        )
        for direction, label in DIRECTION_LABELS.items()
    ]
    return {"purposes": purposes, "directions": directions}
