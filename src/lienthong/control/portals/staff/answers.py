"""Answers of the desk's views: what became of an act, files to hand out."""

from urllib.parse import quote

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect

from lienthong.control.frame.page import address_of
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text

FORM_INVALID = Text("Chưa ghi nhận gì: biểu mẫu còn thiếu.", "Nothing was recorded: the form is incomplete.")


def done(
    request: PortalRequest, refusal: ControlRefuse | None, success: Text, onward: Page, **values: object
) -> HttpResponse:
    """Say what became of an act and lead on: a reload repeats nothing."""
    if refusal is None:
        messages.success(request, spoken(success))
    else:
        messages.error(request, sentence(refusal))
    return HttpResponseRedirect(address_of(Portal.STAFF, onward, **values))


def incomplete(request: PortalRequest, form: BaseForm, onward: Page, **values: object) -> HttpResponse:
    """Say why nothing was done with a small form, and lead back."""
    said = [f"{spoken(field.label)}: {error}" for field in form.visible_fields() for error in field.errors]
    messages.error(request, " ".join(said) or spoken(FORM_INVALID))
    return HttpResponseRedirect(address_of(Portal.STAFF, onward, **values))


def sentence(refusal: ControlRefuse) -> str:
    """Return a refusal as it is shown: its permanent code, then the sentence."""
    return f"{refusal.code.value}: {spoken(refusal.text)}"


def file_answer(name: str, media_type: str, content: bytes, *, shown: bool = False) -> HttpResponse:
    """Hand out a file; only what browsers show without running anything is shown, all else is saved."""
    response = HttpResponse(content, content_type=media_type)
    how = "inline" if shown else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    return response
