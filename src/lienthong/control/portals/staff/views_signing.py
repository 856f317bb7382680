"""The way of a letter: submitted, returned, withdrawn, signed, numbered and issued."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.letters import outgoing
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done, incomplete, sentence
from lienthong.control.portals.staff.forms_requests import RemarkForm, SeenForm
from lienthong.control.portals.staff.views_letters import found_letter
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.letter_states import OutgoingAct
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_SUBMITTED: Final = Text("Đã trình ký.", "Submitted for signature.")
_RETURNED: Final = Text("Đã trả lại người soạn.", "Returned to its drafter.")
_WITHDRAWN: Final = Text("Đã rút dự thảo.", "The draft was withdrawn.")
_SIGNED: Final = Text("Đã ký; văn thư cấp số và ban hành.", "Signed; the clerk numbers and issues it.")
_ISSUED: Final = Text("Đã cấp số và ban hành.", "Numbered and issued.")


@page(Page.LETTER_MOVE)
@require_POST
def move(request: PortalRequest, letter: int) -> HttpResponse:
    """Submit, return or withdraw a letter."""
    found_letter(letter, request)
    form = RemarkForm(request.POST)
    if not form.is_valid():
        return incomplete(request, form, Page.LETTER, letter=letter)
    version, remark = form.cleaned_data["version"], form.cleaned_data["remark"]
    refusal: ControlRefuse | None
    match request.POST.get("act", ""):
        case OutgoingAct.SUBMIT:
            refusal, said = outgoing.submit(letter, version, actor=request.actor), _SUBMITTED
        case OutgoingAct.RETURN:
            refusal, said = outgoing.return_draft(letter, version, remark, actor=request.actor), _RETURNED
        case OutgoingAct.WITHDRAW:
            refusal, said = outgoing.withdraw(letter, version, actor=request.actor), _WITHDRAWN
        case _:
            raise Http404
    return done(request, refusal, said, Page.LETTER, letter=letter)


@page(Page.LETTER_SIGN)
def sign(request: PortalRequest, letter: int) -> HttpResponse:
    """Ask once more, then sign."""
    return _confirmed(request, letter, OutgoingAct.SIGN)


@page(Page.LETTER_ISSUE)
def issue(request: PortalRequest, letter: int) -> HttpResponse:
    """Ask once more, then number, seal and issue."""
    return _confirmed(request, letter, OutgoingAct.ISSUE)


def _confirmed(request: PortalRequest, letter: int, act: OutgoingAct) -> HttpResponse:
    found = found_letter(letter, request)
    form = SeenForm(request.POST if request.method == "POST" else None, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        does, said = (outgoing.sign, _SIGNED) if act is OutgoingAct.SIGN else (outgoing.issue, _ISSUED)
        refusal = does(letter, version, actor=request.actor)
        if refusal is None:
            return done(request, None, said, Page.LETTER, letter=letter)
        form.add_error(None, sentence(refusal))
    values = {
        "file": found,
        "form": form,
        "kind": wording.LETTER_KINDS[found.row.state],
        "is_sign": act is OutgoingAct.SIGN,
        "is_open": act in found.acts,
    }
    return render(request, "staff/sign.html", values)
