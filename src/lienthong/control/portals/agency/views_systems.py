"""The own systems: registered, their facts kept with evidence, their keys handed in."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.config import Environment
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import keys, system_queries, systems
from lienthong.control.participants.system_queries import body_of_key, body_of_system
from lienthong.control.participants.systems import Evidence
from lienthong.control.portals.agency.forms_systems import (
    KeyForm,
    NewSystemForm,
    SystemForm,
    initial_system,
)
from lienthong.control.portals.bodies.shown import EVIDENCE_LABELS, tell, tell_or_refuse
from lienthong.control.portals.bodies.views import system_values
from lienthong.control.theme.refusing import refuse
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlCode
from lienthong.core.pages import Page
from lienthong.core.speech import Text


@page(Page.NEW_SYSTEM)
def new_system(request: PortalRequest) -> HttpResponse:
    """Register a system; its facts come on the next page."""
    form = NewSystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert request.actor.body is not None, "an account of this portal works for a body"
        made = systems.add(request.actor.body, form.cleaned_data["code"], form.stated(), actor=request.actor)
        if isinstance(made, int):
            tell(request, Text("Đã khai hệ thống.", "The system was registered."))
            return HttpResponseRedirect(address_of(Portal.AGENCY, Page.EDIT_SYSTEM, system=made))
        of_code = {ControlCode.SYSTEM_CODE_INVALID, ControlCode.SYSTEM_CODE_TAKEN}
        refuse(form, made, "code" if made.code in of_code else None)
    return render(request, "agency/new_system.html", {"form": form})


@page(Page.EDIT_SYSTEM, body=body_of_system)
def edit_system(request: PortalRequest, system: int) -> HttpResponse:
    """State what is known of a system, each fact with its paper and dates."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    form = SystemForm(request.POST or None, request.FILES or None, initial=initial_system(found))
    if request.method == "POST" and form.is_valid():
        refusal = systems.change(system, form.cleaned_data["version"], form.stated(), actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã lưu.", "Kept."))
            return HttpResponseRedirect(address_of(Portal.AGENCY, Page.SYSTEM, system=system))
        refuse(form, refusal)
    values: dict[str, object] = {
        "form": form,
        "system": found,
        "stated": [form[name] for name in ("name", "kind", "is_database")],
        "level": [(EVIDENCE_LABELS[place], form.part(place)) for place in Evidence if place in _OF_LEVEL],
    }
    for place in (Evidence.DEFENCE, Evidence.MONITORING, Evidence.IDENTIFICATION):
        values |= {place.value: form.part(place), f"{place}_open": form.is_open(place)}
    return render(request, "agency/system_form.html", values)


_OF_LEVEL = (Evidence.DECISION, Evidence.PLAN, Evidence.CARRIED_OUT)


@page(Page.NEW_KEY, body=body_of_system)
def new_key(request: PortalRequest, system: int) -> HttpResponse:
    """Show how a key is made, and take its public half; a private one is not even shown again."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    form = KeyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        environment = Environment(form.cleaned_data["environment"])
        made = keys.propose(system, form.key_text(), environment, actor=request.actor)
        if isinstance(made, int):
            tell(request, Text("Khóa đang chờ được chấp nhận.", "The key waits to be accepted."))
            return HttpResponseRedirect(address_of(Portal.AGENCY, Page.SYSTEM_KEYS, system=system))
        if made.code is ControlCode.KEY_PRIVATE:
            form = _emptied(environment)
        refuse(form, made, "text")
    values = system_values(request, found, Page.SYSTEM_KEYS)
    file_name = f"{found.code.replace('/', '-')}.jwk"
    values |= {"form": form, "file_name": file_name, "command": f"lienthong-agency keygen --out {file_name}"}
    values["sample"] = _SAMPLE
    return render(request, "agency/new_key.html", values)


_SAMPLE = '{\n "crv": "Ed25519",\n "kty": "OKP",\n "x": "…",\n "kid": "…"\n}'


def _emptied(environment: Environment) -> KeyForm:
    """Return the form without what was sent, checked, so that it can carry the refusal."""
    form = KeyForm({"environment": environment.value, "text": ""})
    form.is_valid()
    return form


@page(Page.WITHDRAW_KEY, body=body_of_key)
@require_POST
def withdraw_key(request: PortalRequest, key: int) -> HttpResponse:
    """Take a proposed key back."""
    found = system_queries.key(key, request.actor)
    if found is None:
        return not_found(request)
    refusal = keys.withdraw(key, actor=request.actor)
    tell_or_refuse(request, refusal, Text("Đã rút khóa.", "The key was withdrawn."))
    return HttpResponseRedirect(address_of(Portal.AGENCY, Page.SYSTEM_KEYS, system=found.system))
