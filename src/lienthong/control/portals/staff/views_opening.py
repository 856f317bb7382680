"""A letter in the register of arrivals and what the clerk makes of it: its file, another's, or back it goes.

Law: R5.1, R5.2, R5.3.
"""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.connections import opening
from lienthong.control.connections.own_drafts import Offers, offers_of
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.letters import arrived
from lienthong.control.letters.registers import ArrivedLetter, arrived_letter
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done, incomplete, sentence
from lienthong.control.portals.staff.forms_opening import (
    GiveBackForm,
    OpeningForm,
    PutUnderForm,
    SenderForm,
)
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.arrived_letters import GiveBackGround
from lienthong.core.body_acts import BodyAct, may_on_body
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.letter_states import IncomingAct
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_OPENED: Final = Text(
    "Đã mở hồ sơ {reference}; ba việc đã bắt đầu.", "The file {reference} was opened; the three tracks began."
)
_NAMED: Final = Text("Đã ghi cơ quan gửi.", "The sender was recorded.")
_PUT: Final = Text("Đã đưa vào hồ sơ.", "It was put under the file.")
_GIVEN_BACK: Final = Text("Đã ghi việc trả lại văn bản.", "The letter is recorded as given back.")


def _found(arrival: int, request: PortalRequest) -> ArrivedLetter:
    found = arrived_letter(arrival, request.actor)
    if found is None:
        raise Http404
    return found


@page(Page.ARRIVAL)
def letter(request: PortalRequest, arrival: int) -> HttpResponse:
    """Show a letter with its copies and what may be done with it."""
    found = _found(arrival, request)
    seen = {"version": found.version}
    values = {
        "letter": found,
        "came": (found.row, *found.copies),
        "kind": wording.ARRIVAL_KINDS[found.row.state],
        "history": [wording.event_of(each) for each in found.history],
        "may_file": IncomingAct.FILE in found.acts,
        "may_give_back": IncomingAct.GIVE_BACK in found.acts,
        "may_register": may_on_body(BodyAct.REGISTER, request.actor, None) is None,
        "sender_form": SenderForm(initial=seen | {"identifier": found.identifier}),
        "file_form": PutUnderForm(initial=seen),
    }
    return render(request, "staff/arrival_letter.html", values)


@page(Page.ARRIVAL_OPEN)
def open_file(request: PortalRequest, arrival: int) -> HttpResponse:
    """Type what the letter says, and open its file."""
    found = _found(arrival, request)
    if IncomingAct.FILE not in found.acts and request.method != "POST":
        return HttpResponseRedirect(_address(arrival))
    offers = Offers(mandates=(), systems=(), officers=()) if found.body is None else offers_of(found.body)
    form = OpeningForm(offers, version=found.version)
    if request.method == "POST" and request.POST.get("act") == "more":
        form = OpeningForm(offers, request.POST, version=found.version, more=1)
    elif request.method == "POST":
        form = OpeningForm(offers, request.POST, version=found.version)
        if form.is_valid():
            opened = opening.open_file(
                found.row.id, form.cleaned_data["version"], form.read(), actor=request.actor
            )
            if isinstance(opened, str):
                messages.success(request, spoken(_OPENED).format(reference=opened))
                return HttpResponseRedirect(address_of(Portal.STAFF, Page.DESK_REQUEST, reference=opened))
            if IncomingAct.FILE not in _found(arrival, request).acts:
                # The letter has moved on: what was typed leads nowhere, its page says where it is now.
                messages.error(request, sentence(opened))
                return HttpResponseRedirect(_address(arrival))
            refuse(form, opened)
    scans = [copy for copy in (found.row, *found.copies) if copy.document]
    values = {"letter": found, "form": form, "scans": scans, "back": _address(arrival)}
    return render(request, "staff/arrival_open.html", values)


@page(Page.ARRIVAL_SENDER)
@require_POST
def name_sender(request: PortalRequest, arrival: int) -> HttpResponse:
    """Say which body sent the letter."""
    found = _found(arrival, request)
    form = SenderForm(request.POST)
    if not form.is_valid():
        return incomplete(request, form, Page.ARRIVAL, arrival=arrival)
    said = form.cleaned_data
    refusal = arrived.name_sender(found.row.id, said["version"], said["identifier"], actor=request.actor)
    return done(request, refusal, _NAMED, Page.ARRIVAL, arrival=arrival)


@page(Page.ARRIVAL_PUT_UNDER)
@require_POST
def put_under(request: PortalRequest, arrival: int) -> HttpResponse:
    """Put the letter under a file there is."""
    found = _found(arrival, request)
    form = PutUnderForm(request.POST)
    if not form.is_valid():
        return incomplete(request, form, Page.ARRIVAL, arrival=arrival)
    said = form.cleaned_data
    reference = said["reference"].strip().upper()
    refusal = opening.put_under(found.row.id, said["version"], reference, actor=request.actor)
    return done(request, refusal, _PUT, Page.ARRIVAL, arrival=arrival)


@page(Page.ARRIVAL_GIVE_BACK)
def give_back(request: PortalRequest, arrival: int) -> HttpResponse:
    """Give the letter back, saying why."""
    found = _found(arrival, request)
    form = GiveBackForm(request.POST or None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        refusal: ControlRefuse | None = arrived.give_back(
            found.row.id,
            said["version"],
            GiveBackGround(said["ground"]),
            said["reason"],
            actor=request.actor,
        )
        if refusal is None:
            return done(request, None, _GIVEN_BACK, Page.ARRIVAL, arrival=arrival)
        refuse(form, refusal)
    values = {"letter": found, "form": form, "back": _address(arrival)}
    return render(request, "staff/arrival_give_back.html", values)


def _address(arrival: int) -> str:
    return address_of(Portal.STAFF, Page.ARRIVAL, arrival=arrival)
