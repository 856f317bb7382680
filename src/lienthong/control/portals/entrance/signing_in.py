"""Signing in and out, enrolling the second factor, proving again. The cookie changes with every proof."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from lienthong.control.accounts import actions
from lienthong.control.accounts import sign_in as signing
from lienthong.control.accounts.queries import invited_person
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, next_of, page, send_to
from lienthong.control.frame.portal import forget, remember
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.entrance.forms import (
    CodeForm,
    EnrolForm,
    NewPasswordForm,
    ProveAgainForm,
    SignInForm,
)
from lienthong.control.theme.refusing import refuse
from lienthong.core.pages import Page


@page(Page.SIGN_IN)
def sign_in(request: PortalRequest) -> HttpResponse:
    """Ask for address and password."""
    if request.signed_in is not None:
        return HttpResponseRedirect(_onward(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        begun = signing.sign_in(
            request.portal,
            form.cleaned_data["email"],
            form.cleaned_data["password"],
            address=_address(request),
            device=request.headers.get("User-Agent", ""),
        )
        if isinstance(begun, str):
            response = HttpResponseRedirect(_keeping_next(request, Page.SECOND_FACTOR))
            remember(response, request.portal, begun)
            return response
        refuse(form, begun)
    return render(request, "entrance/sign_in.html", {"form": form})


@page(Page.SECOND_FACTOR)
def second_factor(request: PortalRequest) -> HttpResponse:
    """Ask for the code; whoever has enrolled nothing yet is led to enrolment."""
    session = request.session_open
    if session is None or session.actor is not None:
        return HttpResponseRedirect(_keeping_next(request, Page.SIGN_IN))
    if not session.has_factor:
        return HttpResponseRedirect(_keeping_next(request, Page.ENROL))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = signing.give_second_factor(session, form.cleaned_data["code"], address=_address(request))
        if isinstance(token, str):
            return _onward_with(request, token)
        refuse(form, token, "code")
    return render(request, "entrance/second_factor.html", {"form": form})


@page(Page.ENROL)
def enrol(request: PortalRequest) -> HttpResponse:
    """Show the picture a telephone reads, take the first code, show the recovery codes once."""
    session = request.session_open
    if session is None or session.actor is not None or session.has_factor:
        return HttpResponseRedirect(_keeping_next(request, Page.SIGN_IN))
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        enrolled = signing.enrol(session, form.cleaned_data["code"])
        if isinstance(enrolled, signing.Enrolled):
            values = {"codes": enrolled.recovery_codes, "onward": _onward(request)}
            response = render(request, "entrance/recovery_codes.html", values)
            remember(response, request.portal, enrolled.token)
            return response
        refuse(form, enrolled, "code")
    offered = signing.enrolment(session)
    picture = mark_safe(offered.picture)  # noqa: S308 - drawn here, from a secret made here
    shown: dict[str, object] = {"form": form, "picture": picture, "secret": offered.secret}
    return render(request, "entrance/enrol.html", shown)


@page(Page.ACCEPT_INVITATION)
def accept_invitation(request: PortalRequest, token: str) -> HttpResponse:
    """Let an invited person choose a password."""
    person = invited_person(request.portal, token)
    if person is None:
        return not_found(request)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accepted = actions.accept(request.portal, token, form.cleaned_data["password"])
        if isinstance(accepted, int):
            return HttpResponseRedirect(address_of(request.portal, Page.SIGN_IN))
        refuse(form, accepted, "password")
    return render(request, "entrance/accept.html", {"form": form, "person": person})


@page(Page.SIGN_OUT)
@require_POST
def sign_out(request: PortalRequest) -> HttpResponse:
    """End this session."""
    if request.session_open is not None:
        signing.sign_out(request.session_open)
    response = HttpResponseRedirect(address_of(request.portal, Page.SIGN_IN))
    forget(response, request.portal)
    return response


@page(Page.PROVE_AGAIN)
def prove_again(request: PortalRequest) -> HttpResponse:
    """Ask for password and code once more, before weighty acts."""
    session = request.session_open
    if session is None:
        return send_to(request, Page.SIGN_IN)
    form = ProveAgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        token = signing.prove_again(session, given["password"], given["code"], address=_address(request))
        if isinstance(token, str):
            return _onward_with(request, token)
        refuse(form, token)
    return render(request, "entrance/prove_again.html", {"form": form, "email": session.email})


def _address(request: PortalRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _onward(request: PortalRequest) -> str:
    return next_of(request, request.GET.get("next", ""))


def _onward_with(request: PortalRequest, token: str) -> HttpResponse:
    response = HttpResponseRedirect(_onward(request))
    remember(response, request.portal, token)
    return response


def _keeping_next(request: PortalRequest, name: Page) -> str:
    query = request.META.get("QUERY_STRING", "")
    return address_of(request.portal, name) + (f"?{query}" if query else "")
