"""The own account: sessions to look at and end, recovery codes, the language."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.accounts import actions
from lienthong.control.accounts import sign_in as signing
from lienthong.control.accounts.queries import own_sessions
from lienthong.control.frame.language import COOKIE, COOKIE_SECONDS, LANGUAGES
from lienthong.control.frame.page import address_of, next_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.theme.speech import spoken
from lienthong.core.access import ROLE_LABELS, Role
from lienthong.core.pages import Page
from lienthong.core.speech import Text


@page(Page.ACCOUNT)
def account(request: PortalRequest) -> HttpResponse:
    """Show the account, its roles and its open sessions."""
    session = request.session_open
    assert session is not None
    roles = [ROLE_LABELS[role] for role in Role if role in request.actor.roles]
    values = {"email": session.email, "roles": roles, "sessions": own_sessions(session)}
    return render(request, "entrance/account.html", values)


@page(Page.END_SESSION)
@require_POST
def end_session(request: PortalRequest, session: int) -> HttpResponse:
    """End one of the own sessions."""
    assert request.session_open is not None
    refusal = signing.end_session(request.session_open, session)
    if refusal is None:
        messages.success(request, spoken(Text("Đã kết thúc phiên.", "The session was ended.")))
    else:
        messages.error(request, spoken(refusal.text))
    return HttpResponseRedirect(address_of(request.portal, Page.ACCOUNT))


@page(Page.RECOVERY_CODES)
def recovery_codes(request: PortalRequest) -> HttpResponse:
    """Make the recovery codes anew and show them once."""
    assert request.session_open is not None
    if request.method != "POST":
        return render(request, "entrance/renew_codes.html")
    codes = signing.renew_recovery_codes(request.session_open)
    values = {"codes": codes, "onward": address_of(request.portal, Page.ACCOUNT)}
    return render(request, "entrance/recovery_codes.html", values)


@page(Page.LANGUAGE)
@require_POST
def language(request: PortalRequest) -> HttpResponse:
    """Switch the language and come back to the same page."""
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(next_of(request, request.POST.get("next", "")))
    if wanted in LANGUAGES:
        response.set_cookie(COOKIE, wanted, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True)
        if request.signed_in is not None:
            actions.set_language(request.signed_in.id, wanted)
    return response
