"""What several pages of requests show alike: states as tags, parts with what they lack, whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect

from lienthong.control.connections.own_drafts import DraftView
from lienthong.control.connections.own_requests import Entry, body_of
from lienthong.control.connections.written import PART_LABELS, Part
from lienthong.control.frame.page import address_of
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text

_KINDS: Final = {
    RequestState.DRAFT: Kind.IDLE,
    RequestState.TO_SIGN: Kind.WARN,
    RequestState.SUPPLEMENT_ASKED: Kind.WARN,
    RequestState.ACCEPTED: Kind.OK,
    RequestState.REFUSED: Kind.BAD,
    RequestState.WITHDRAWN: Kind.IDLE,
    RequestState.DISCARDED: Kind.IDLE,
}


@dataclass(frozen=True, slots=True)
class StateTag:
    """A state as a tag shows it."""

    kind: Kind
    label: Text


def tag_of(state: RequestState) -> StateTag:
    """Return how a request's state is shown."""
    return StateTag(_KINDS.get(state, Kind.INFO), REQUEST_MACHINE.state(state).label)


def rows_of(entries: Iterable[Entry]) -> list[tuple[Entry, StateTag, str]]:
    """Return requests as lists show them: with their tag, and the page where one goes on with them."""
    return [(entry, tag_of(entry.state), _list_url(entry)) for entry in entries]


def _list_url(entry: Entry) -> str:
    page = Page.OWN_DRAFT if entry.state is RequestState.DRAFT else Page.OWN_REQUEST
    return own_address(page, entry.reference)


@dataclass(frozen=True, slots=True)
class PartLink:
    """One part in the list of parts: its page, what it lacks, whether it is the one shown."""

    label: Text
    url: str
    lacking: int
    is_here: bool


def part_links(view: DraftView, here: Part | None = None) -> list[PartLink]:
    """Return the parts of a draft in order."""
    return [
        PartLink(
            label=PART_LABELS[part],
            url=own_address(Page.OWN_DRAFT_PART, view.reference, part=part.value),
            lacking=len(view.lacking_in(part)) + (part in view.content.typed),
            is_here=part is here,
        )
        for part in Part
    ]


def whose(reference: str, **_rest: object) -> int | None:
    """Return the body whose request is at an address."""
    return body_of(reference)


def own_address(page: Page, reference: str, **values: object) -> str:
    """Return the address of a page about one request."""
    return address_of(Portal.AGENCY, page, reference=reference, **values)


def go_to(page: Page, reference: str, **values: object) -> HttpResponseRedirect:
    """Lead to a page about one request."""
    return HttpResponseRedirect(own_address(page, reference, **values))


def tell(request: HttpRequest, refusal: ControlRefuse) -> None:
    """Show a refusal on the next page, with its code."""
    messages.error(request, spoken(refusal.coded))
