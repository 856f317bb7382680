"""Acts on a request: fields one by one, taking up, proposing, assigning, deciding."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.connections import desk, handling, support, tracks
from lienthong.control.connections.handling import Seen
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done, incomplete, sentence
from lienthong.control.portals.staff.forms_requests import AssignForm, FieldsForm, RemarkForm
from lienthong.control.portals.staff.views_requests import found_file
from lienthong.core.connection_request import DIRECTION_LABELS
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct
from lienthong.core.speech import Text

_WEIGHED: Final = Text("Đã lưu ý kiến về các trường.", "The opinions on the fields were saved.")
_GIVEN: Final = Text("Đã giao hồ sơ.", "The file was given.")
_STAND_IN: Final = Text("Đã ghi nhận người xử lý thay.", "The stand-in was recorded.")
_SUPPORTER: Final = Text("Đã cử người hỗ trợ.", "The supporter was named.")
_TAKEN: Final = Text("Đã nhận xem xét bản bổ sung.", "The supplement is in your hands.")
_PROPOSED: Final = Text("Đã đề xuất chấp thuận.", "Acceptance was proposed.")
_AGAIN: Final = Text("Tài liệu sẽ được tạo lại ngay.", "The documents are being made again.")
_BACK: Final = Text("Đã trả lại người xử lý.", "The file was given back.")
_ACCEPTED: Final = Text("Đã chấp thuận; cơ quan đề nghị được thông báo.", "Accepted; the body is told.")


@page(Page.DESK_FIELDS)
def fields(request: PortalRequest, reference: str) -> HttpResponse:
    """Let the handler say what is thought of each field."""
    file = found_file(reference)
    bound = request.POST if request.method == "POST" else None
    form = FieldsForm(bound, initial={"version": file.version}, lines=file.fields)
    if form.is_bound and form.is_valid():
        seen = Seen(reference, form.cleaned_data["version"])
        refusal = handling.weigh(seen, form.weighed(), actor=request.actor)
        if refusal is None:
            return done(request, None, _WEIGHED, Page.DESK_REQUEST, reference=reference)
        form.add_error(None, sentence(refusal))
    lines = [
        (line, DIRECTION_LABELS[line.choice.direction], opinion, remark)
        for line, (opinion, remark) in zip(file.fields, form.rows(), strict=True)
    ]
    values = {"file": file, "form": form, "lines": lines, "kind": wording.STATE_KINDS[file.state]}
    return render(request, "staff/fields.html", values)


@page(Page.DESK_HANDLE)
@require_POST
def handle(request: PortalRequest, reference: str) -> HttpResponse:
    """Take up a supplement, propose acceptance, or have the documents made again."""
    found_file(reference)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return incomplete(request, form, Page.DESK_REQUEST, reference=reference)
    seen, actor = Seen(reference, form.cleaned_data["version"]), request.actor
    refusal: ControlRefuse | None
    match request.POST.get("act", ""):
        case "take_up":
            refusal, said = handling.take_up(seen, actor=actor), _TAKEN
        case "propose":
            remark = form.cleaned_data["remark"]
            refusal, said = handling.propose(seen, actor=actor, remark=remark), _PROPOSED
        case "documents":
            refusal, said = tracks.make_again(reference, actor=actor), _AGAIN
        case _:
            raise Http404
    return done(request, refusal, said, Page.DESK_REQUEST, reference=reference)


@page(Page.DESK_ASSIGN)
@require_POST
def assign(request: PortalRequest, reference: str) -> HttpResponse:
    """Give a file to a handler, name a stand-in or a supporter."""
    found_file(reference)
    form = AssignForm(request.POST, handlers=desk.handlers())
    if not form.is_valid():
        return incomplete(request, form, Page.DESK_REQUEST, reference=reference)
    seen, person = Seen(reference, form.cleaned_data["version"]), form.cleaned_data["person"]
    named = person or 0
    refusal: ControlRefuse | None
    match request.POST.get("act", ""):
        case "assign":
            refusal, said = handling.assign(seen, named, actor=request.actor), _GIVEN
        case "reassign":
            refusal, said = handling.reassign(seen, named, actor=request.actor), _GIVEN
        case "stand_in":
            refusal, said = handling.set_stand_in(seen, person, actor=request.actor), _STAND_IN
        case "supporter":
            refusal, said = support.name_supporter(reference, named, actor=request.actor), _SUPPORTER
        case _:
            raise Http404
    return done(request, refusal, said, Page.DESK_REQUEST, reference=reference)


@page(Page.DESK_DECIDE)
def decide(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask once more, then accept a proposed request or give it back."""
    file = found_file(reference)
    form = RemarkForm(request.POST if request.method == "POST" else None, initial={"version": file.version})
    if form.is_bound and form.is_valid():
        seen, remark = Seen(reference, form.cleaned_data["version"]), form.cleaned_data["remark"]
        gives_back = request.POST.get("act") == "give_back"
        refusal = (
            handling.give_back(seen, remark, actor=request.actor)
            if gives_back
            else handling.accept(seen, actor=request.actor)
        )
        if refusal is None:
            said = _BACK if gives_back else _ACCEPTED
            return done(request, None, said, Page.DESK_REQUEST, reference=reference)
        form.add_error(None, sentence(refusal))
    is_open = RequestAct.ACCEPT in REQUEST_MACHINE.acts_of(file.state, request.actor)
    values = {"file": file, "form": form, "kind": wording.STATE_KINDS[file.state], "is_open": is_open}
    return render(request, "staff/decide.html", values)
