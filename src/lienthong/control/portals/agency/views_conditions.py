"""The six conditions of one's own request: how they stand, and copies of the papers that show them.

Law: R1.4.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.connections import drafting, own_requests
from lienthong.control.connections.conditions import sheets_of
from lienthong.control.connections.drafting import SentCopy
from lienthong.control.connections.written import Part
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.forms_conditions import EvidenceCopyForm
from lienthong.control.portals.agency.showing import go_to, own_address, tag_of, tell, whose
from lienthong.control.portals.conditions.shown import directions_of, shown_sheets
from lienthong.control.theme.speech import spoken
from lienthong.core.grant_document import ConditionName
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_NO_FILE = Text("Chưa chọn điều kiện hoặc tệp.", "No condition or no file was chosen.")
_SAVED = Text("Đã lưu.", "Saved.")


@page(Page.OWN_REQUEST_CONDITIONS, body=whose)
def conditions(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the sheet of each system: standing, evidence, verdict, what is missing for going live."""
    view, sheets = own_requests.request_of(reference), sheets_of(reference)
    shown = shown_sheets(
        sheets,
        copy_url=lambda file: own_address(Page.OWN_REQUEST_FILE, reference, file=file),
        judge_url=None,
    )
    values = {
        "view": view,
        "tag": tag_of(view.state),
        "sheets": shown,
        "directions": directions_of(sheets),
    }
    return render(request, "agency/conditions.html", values)


@page(Page.OWN_DRAFT_EVIDENCE, body=whose)
@require_POST
def evidence(request: PortalRequest, reference: str) -> HttpResponse:
    """Keep a copy of the paper that the draft names for a condition, or take it out."""
    form = EvidenceCopyForm(request.POST, request.FILES)
    copy = _sent(form, removes=request.POST.get("act") == "remove")
    if copy is None:
        messages.error(request, spoken(_NO_FILE))
        return go_to(Page.OWN_DRAFT_PART, reference, part=Part.CONDITIONS.value)
    condition = ConditionName(form.cleaned_data["condition"])
    refusal = drafting.keep_evidence_copy(reference, condition, copy, actor=request.actor)
    if refusal is not None:
        tell(request, refusal)
    else:
        messages.success(request, spoken(_SAVED))
    return go_to(Page.OWN_DRAFT_PART, reference, part=Part.CONDITIONS.value)


def _sent(form: EvidenceCopyForm, *, removes: bool) -> SentCopy | None:
    """Return the copy that was sent, an empty one where it is to be taken out, None where neither is."""
    if not form.is_valid():
        return None
    if removes:
        return SentCopy(content=b"")
    file = form.cleaned_data["copy"]
    if file is None:
        return None
    return SentCopy(content=file.read(), name=file.name, declared_type=file.content_type or "")
