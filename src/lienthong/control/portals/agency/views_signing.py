"""From the draft to the sent letter: submit, take back, sign, withdraw, discard. Law: R5.1, R5.3."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.connections import drafting, filing
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.own_requests import request_of
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.showing import go_to, tag_of, tell, whose
from lienthong.control.theme.fields import PlainText, Upload
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken, spoken_later
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text


class SignedForm(forms.Form):
    """The letter as it came back signed."""

    file = forms.FileField(
        label=spoken_later(Text("Văn bản đã ký số (PDF)", "The signed letter (PDF)")),
        help_text=spoken_later(
            Text(
                "Ký đúng tệp đã tải từ trang này bằng chứng thư số của cơ quan, tối đa 20 MB.",
                "Sign the very file downloaded here with the certificate of the body; up to 20 MB.",
            )
        ),
        widget=Upload,
    )


class WithdrawForm(forms.Form):
    """Why a request is withdrawn."""

    reason = PlainText(
        label=spoken_later(Text("Lý do rút đề nghị", "Reason")),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page(Page.OWN_DRAFT_SUBMIT, body=whose)
@require_POST
def submit(request: PortalRequest, reference: str) -> HttpResponse:
    """Set the letter and lay it before the head."""
    refusal = filing.submit(reference, actor=request.actor)
    if refusal is not None:
        tell(request, refusal)
        return go_to(Page.OWN_DRAFT, reference)
    messages.success(request, spoken(Text("Đã trình ký.", "Submitted for signature.")))
    return go_to(Page.OWN_REQUEST, reference)


@page(Page.OWN_DRAFT_TAKE_BACK, body=whose)
@require_POST
def take_back(request: PortalRequest, reference: str) -> HttpResponse:
    """Take the letter back to be mended."""
    refusal = filing.take_back(reference, actor=request.actor)
    if refusal is not None:
        tell(request, refusal)
        return go_to(Page.OWN_REQUEST, reference)
    return go_to(Page.OWN_DRAFT, reference)


@page(Page.OWN_DRAFT_DISCARD, body=whose)
def discard(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask once more, then give the draft up."""
    if request.method != "POST":
        return render(request, "agency/discard.html", {"view": draft_of(reference)})
    refusal = drafting.discard(reference, actor=request.actor)
    if refusal is not None:
        tell(request, refusal)
        return go_to(Page.OWN_REQUEST, reference)
    messages.success(request, spoken(Text("Đã bỏ bản nháp.", "The draft was discarded.")))
    return HttpResponseRedirect(address_of(Portal.AGENCY, Page.OWN_REQUESTS))


@page(Page.OWN_REQUEST_SIGN, body=whose)
def sign(request: PortalRequest, reference: str) -> HttpResponse:
    """Take the signed letter; with it the request is sent and received."""
    form = SignedForm()
    if request.method == "POST":
        refusal: ControlRefuse | None
        number = request.POST.get("version", "")
        seen = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
        if request.POST.get("act") == "demonstration":
            refusal = filing.sign_for_demonstration(reference, seen=seen, actor=request.actor)
        else:
            form = SignedForm(request.POST, request.FILES)
            if not form.is_valid():
                return _sign_page(request, reference, form)
            file = form.cleaned_data["file"]
            signed = filing.SignedFile(
                content=file.read(), name=file.name, declared_type=file.content_type or ""
            )
            refusal = filing.sign(reference, signed, seen=seen, actor=request.actor)
        if refusal is None:
            messages.success(
                request, spoken(Text("Đã ký, gửi và được tiếp nhận.", "Signed, sent and received."))
            )
            return go_to(Page.OWN_REQUEST, reference)
        if refusal.code not in (ControlCode.NOT_THE_SIGNED_LETTER, ControlCode.UPLOAD_REFUSED):
            tell(request, refusal)
            return go_to(Page.OWN_REQUEST, reference)
        refuse(form, refusal, "file")
    return _sign_page(request, reference, form)


def _sign_page(request: PortalRequest, reference: str, form: forms.Form) -> HttpResponse:
    view = draft_of(reference)
    if view.content.drafted is None:
        tell(request, ControlRefuse(ControlCode.NOT_PREPARED))
        return go_to(Page.OWN_REQUEST, reference)
    values = {
        "view": view,
        "tag": tag_of(view.state),
        "form": form,
        "demonstration": filing.demonstration_signer() is not None,
    }
    return render(request, "agency/sign.html", values)


@page(Page.OWN_REQUEST_WITHDRAW, body=whose)
def withdraw(request: PortalRequest, reference: str) -> HttpResponse:
    """Ask once more and for the reason, then withdraw."""
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = filing.withdraw(reference, form.cleaned_data["reason"], actor=request.actor)
        if refusal is None:
            messages.success(request, spoken(Text("Đã rút đề nghị.", "The request was withdrawn.")))
        else:
            tell(request, refusal)
        return go_to(Page.OWN_REQUEST, reference)
    return render(request, "agency/withdraw.html", {"form": form, "view": request_of(reference)})
