"""The own body: what is known of it, its mandates with their papers, its contact officers."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import bodies, contact_officers, mandates, queries
from lienthong.control.participants.queries import body_of_contact, body_of_mandate
from lienthong.control.portals.agency.forms_body import (
    AddressForm,
    ContactForm,
    MandateForm,
    initial_contact,
    initial_mandate,
)
from lienthong.control.portals.bodies.happened import timeline_of
from lienthong.control.portals.bodies.paper_fields import names_of_paper
from lienthong.control.portals.bodies.shown import (
    may_open_here,
    shown_contacts,
    shown_mandates,
    shown_people,
    shown_systems,
    tell,
    tell_or_refuse,
)
from lienthong.control.theme.refusing import refuse
from lienthong.core.access import Portal
from lienthong.core.bodies import KIND_LABELS
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_KEPT = Text("Đã lưu.", "Kept.")
_ENDED = Text("Đã kết thúc từ hôm nay.", "Ended from today.")


@page(Page.OWN_BODY)
def own_body(request: PortalRequest) -> HttpResponse:
    """Show the own body."""
    number = _own(request)
    found = queries.body_page(number)
    if found is None:
        return not_found(request)
    values = {
        "body": found,
        "kind": KIND_LABELS[found.facts.kind],
        "mandates": shown_mandates(queries.mandates_of(number)),
        "contacts": shown_contacts(queries.contacts_of(number)),
        "people": shown_people(queries.people_of(number)),
        "systems": shown_systems(queries.systems_of(number)),
        "events": timeline_of(queries.history_of(number, most=15)),
        "can_keep_address": found.ended_on is None and may_open_here(request, Page.EDIT_OWN_BODY),
        "can_keep": may_open_here(request, Page.NEW_MANDATE),
        "can_add_system": may_open_here(request, Page.NEW_SYSTEM),
    }
    return render(request, "agency/body.html", values)


@page(Page.EDIT_OWN_BODY)
def edit_own_body(request: PortalRequest) -> HttpResponse:
    """Change where the own body is reached."""
    number = _own(request)
    found = queries.body_page(number)
    if found is None:
        return not_found(request)
    facts = found.facts
    initial = {"version": found.version, "address": facts.address, "phone": facts.phone, "email": facts.email}
    form = AddressForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        refusal = bodies.keep_contact(
            number, form.cleaned_data["version"], form.contact(), actor=request.actor
        )
        if refusal is None:
            tell(request, _KEPT)
            return HttpResponseRedirect(_home())
        refuse(form, refusal)
    return render(request, "agency/address_form.html", {"form": form, "body": found})


@page(Page.NEW_MANDATE)
def new_mandate(request: PortalRequest) -> HttpResponse:
    """State a function, duty or power."""
    form = MandateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = mandates.add(_own(request), form.facts(), actor=request.actor)
        if isinstance(made, int):
            tell(request, _KEPT)
            return HttpResponseRedirect(_home())
        refuse(form, made)
    return _mandate_form(request, form, is_new=True)


@page(Page.EDIT_MANDATE, body=body_of_mandate)
def edit_mandate(request: PortalRequest, mandate: int) -> HttpResponse:
    """Change a mandate."""
    found = queries.mandate(mandate)
    if found is None:
        return not_found(request)
    form = MandateForm(request.POST or None, request.FILES or None, initial=initial_mandate(found))
    if request.method == "POST" and form.is_valid():
        refusal = mandates.change(mandate, form.cleaned_data["version"], form.facts(), actor=request.actor)
        if refusal is None:
            tell(request, _KEPT)
            return HttpResponseRedirect(_home())
        refuse(form, refusal)
    return _mandate_form(request, form, is_new=False)


def _mandate_form(request: PortalRequest, form: MandateForm, *, is_new: bool) -> HttpResponse:
    values = {
        "form": form,
        "is_new": is_new,
        "stated": [form[name] for name in ("kind", "code", "description")],
        "paper": [form[name] for name in names_of_paper("paper")],
    }
    return render(request, "agency/mandate_form.html", values)


@page(Page.END_MANDATE, body=body_of_mandate)
@require_POST
def end_mandate(request: PortalRequest, mandate: int) -> HttpResponse:
    """End a mandate today."""
    tell_or_refuse(request, mandates.end(mandate, actor=request.actor), _ENDED)
    return HttpResponseRedirect(_home())


@page(Page.NEW_CONTACT)
def new_contact(request: PortalRequest) -> HttpResponse:
    """Name a contact officer."""
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = contact_officers.add(_own(request), form.facts(), actor=request.actor)
        if isinstance(made, int):
            tell(request, _KEPT)
            return HttpResponseRedirect(_home())
        refuse(form, made)
    return render(request, "agency/contact_form.html", {"form": form, "is_new": True})


@page(Page.EDIT_CONTACT, body=body_of_contact)
def edit_contact(request: PortalRequest, contact: int) -> HttpResponse:
    """Change a contact officer."""
    found = queries.contact(contact)
    if found is None:
        return not_found(request)
    form = ContactForm(request.POST or None, initial=initial_contact(found))
    if request.method == "POST" and form.is_valid():
        refusal = contact_officers.change(
            contact, form.cleaned_data["version"], form.facts(), actor=request.actor
        )
        if refusal is None:
            tell(request, _KEPT)
            return HttpResponseRedirect(_home())
        refuse(form, refusal)
    return render(request, "agency/contact_form.html", {"form": form, "is_new": False})


@page(Page.END_CONTACT, body=body_of_contact)
@require_POST
def end_contact(request: PortalRequest, contact: int) -> HttpResponse:
    """End a contact officer's answerability today."""
    tell_or_refuse(request, contact_officers.end(contact, actor=request.actor), _ENDED)
    return HttpResponseRedirect(_home())


def _own(request: PortalRequest) -> int:
    assert request.actor.body is not None, "an account of this portal works for a body"
    return request.actor.body


def _home() -> str:
    return address_of(Portal.AGENCY, Page.OWN_BODY)
