"""Letters that arrive: the register, entering one, its scan."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.letters import arrivals as entering
from lienthong.control.letters import registers
from lienthong.control.letters.arrivals import Scan
from lienthong.control.portals.staff.answers import file_answer, sentence
from lienthong.control.portals.staff.forms_letters import ArrivalFilterForm, ArrivalForm
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text
from lienthong.core.uploads import CONTENT_TYPES, LARGEST_UPLOAD, FileKind

_ENTERED: Final = Text("Đã vào sổ, số đến {arrival}.", "Registered, arrival no. {arrival}.")
_JOINED: Final = Text(
    "Văn bản này đã đến trước đó, đã ghép vào số đến {arrival}.",
    "This letter came before; it was joined to arrival no. {arrival}.",
)


@page(Page.ARRIVALS)
def arrivals(request: PortalRequest) -> HttpResponse:
    """Show the register of arrivals."""
    number, form = page_number(request.GET.get("page", "")), ArrivalFilterForm(request.GET or None)
    words, waiting = form.filters()
    rows, total = registers.arrivals(words, number, waiting=waiting)
    values = {
        "rows": rows,
        "paging": Paging(number=number, size=registers.PAGE_SIZE, total=total),
        "form": form,
        "may_enter": Role.INTAKE_CLERK in request.actor.roles,
    }
    return render(request, "staff/arrivals.html", values)


@page(Page.ARRIVAL_ENTER)
def enter(request: PortalRequest) -> HttpResponse:
    """Enter a letter that came by paper or document axis."""
    form = ArrivalForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data["scan"]
        scan = None
        if sent is not None:
            # One byte more than may be kept is enough to be refused as too large.
            scan = Scan(
                name=sent.name, declared_type=sent.content_type or "", content=sent.read(LARGEST_UPLOAD + 1)
            )
        entered = entering.enter(form.arrival(), scan, actor=request.actor)
        if not isinstance(entered, ControlRefuse):
            said = spoken(_JOINED if entered.joined else _ENTERED)
            messages.success(request, said.format(arrival=entered.arrival))
            return HttpResponseRedirect(address_of(Portal.STAFF, Page.ARRIVAL, arrival=entered.letter))
        form.add_error(None, sentence(entered))
    return render(request, "staff/arrival.html", {"form": form})


@page(Page.ARRIVAL_SCAN)
def scan(request: PortalRequest, arrival: int) -> HttpResponse:
    """Hand out what came with a letter."""
    del request
    found = registers.scan_of(arrival)
    if found is None:
        raise Http404
    name, kind, content = found
    return file_answer(name, CONTENT_TYPES[FileKind(kind)], content)
