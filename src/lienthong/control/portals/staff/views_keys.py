"""Keys that wait for the key officer: accepted, or not, with the reason."""

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import keys, system_queries
from lienthong.control.portals.bodies.forms import ReasonForm
from lienthong.control.portals.bodies.shown import shown_keys, tell
from lienthong.control.theme.refusing import refuse
from lienthong.core.access import Portal
from lienthong.core.pages import Page
from lienthong.core.speech import Text


class AcceptForm(forms.Form):
    """A key as it was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


@page(Page.KEYS_WAITING)
def keys_waiting(request: PortalRequest) -> HttpResponse:
    """List what waits, oldest first."""
    waiting = system_queries.keys_waiting(request.actor)
    return render(request, "staff/keys.html", {"keys": shown_keys(request, waiting)})


@page(Page.ACCEPT_KEY)
def accept_key(request: PortalRequest, key: int) -> HttpResponse:
    """Show the key and what its acceptance does, then accept it."""
    found = system_queries.key(key, request.actor)
    if found is None:
        return not_found(request)
    form = AcceptForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        refusal = keys.accept(key, form.cleaned_data["version"], actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã chấp nhận khóa.", "The key was accepted."))
            return HttpResponseRedirect(address_of(Portal.STAFF, Page.SYSTEM_KEYS, system=found.system))
        refuse(form, refusal)
    values = {"form": form, "key": shown_keys(request, (found,))[0], "back": _back()}
    return render(request, "staff/accept_key.html", values)


@page(Page.REJECT_KEY)
def reject_key(request: PortalRequest, key: int) -> HttpResponse:
    """Say why a key is not accepted."""
    found = system_queries.key(key, request.actor)
    if found is None:
        return not_found(request)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = keys.reject(key, reason=form.cleaned_data["reason"], actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã trả lại khóa.", "The key was not accepted."))
            return HttpResponseRedirect(_back())
        refuse(form, refusal)
    values = {"form": form, "key": shown_keys(request, (found,))[0], "back": _back()}
    return render(request, "staff/reject_key.html", values)


def _back() -> str:
    return address_of(Portal.STAFF, Page.KEYS_WAITING)
