"""Pages of one system in both portals: facts with what is missing, keys, roster, papers."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import keys, system_queries
from lienthong.control.participants.queries import body_of_mandate, mandate_paper
from lienthong.control.participants.roster_sheets import write_roster
from lienthong.control.participants.system_queries import (
    OFFICERS_ON_A_PAGE,
    SystemPage,
    body_of_key,
    body_of_system,
)
from lienthong.control.participants.systems import Evidence
from lienthong.control.portals.bodies.forms import ReasonForm, SearchForm
from lienthong.control.portals.bodies.sending import send_copy, send_file
from lienthong.control.portals.bodies.shown import (
    may_open_here,
    shown_evidence,
    shown_exemptions,
    shown_keys,
    tell,
)
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.shell import Entry
from lienthong.control.theme.speech import active_language
from lienthong.core.bodies import SYSTEM_KIND_LABELS
from lienthong.core.pages import Page
from lienthong.core.speech import Text
from lienthong.core.uploads import CONTENT_TYPES, FileKind


def system_values(request: PortalRequest, system: SystemPage, here: Page) -> dict[str, object]:
    """Return what every page of a system shows around its own part."""
    parts = (
        (Page.SYSTEM, Text("Thông tin và hồ sơ cấp độ", "Facts and level")),
        (Page.SYSTEM_KEYS, Text("Khóa ký", "Signing keys")),
        (Page.SYSTEM_OFFICERS, Text("Cán bộ khai thác", "Officers")),
    )
    is_agency = may_open_here(request, Page.OWN_BODY)
    return {
        "system": system,
        "kind": SYSTEM_KIND_LABELS[system.kind],
        "tabs": tuple(
            Entry(url=address_of(request.portal, name, system=system.id), label=label, current=name is here)
            for name, label in parts
        ),
        "body_url": address_of(request.portal, Page.OWN_BODY)
        if is_agency
        else address_of(request.portal, Page.BODY, body=system.body),
        "can_edit": may_open_here(request, Page.EDIT_SYSTEM),
        "can_propose": may_open_here(request, Page.NEW_KEY),
        "can_keep_roster": may_open_here(request, Page.NEW_OFFICER),
    }


@page(Page.SYSTEM, body=body_of_system)
def system(request: PortalRequest, system: int) -> HttpResponse:
    """Show what is known of a system and what its level still lacks."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    values = system_values(request, found, Page.SYSTEM)
    values |= {"evidence": shown_evidence(found), "exemptions": shown_exemptions(found)}
    return render(request, "bodies/system.html", values)


@page(Page.SYSTEM_KEYS, body=body_of_system)
def system_keys(request: PortalRequest, system: int) -> HttpResponse:
    """Show all keys a system ever had."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    values = system_values(request, found, Page.SYSTEM_KEYS)
    values["keys"] = shown_keys(request, system_queries.keys_of(system, request.actor))
    return render(request, "bodies/keys.html", values)


@page(Page.SYSTEM_OFFICERS, body=body_of_system)
def system_officers(request: PortalRequest, system: int) -> HttpResponse:
    """Show the roster of a system."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    form = SearchForm(request.GET)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    number = page_number(request.GET.get("page", ""))
    roster = system_queries.roster(system, words, page=number)
    values = system_values(request, found, Page.SYSTEM_OFFICERS)
    values |= {
        "form": form,
        "roster": roster,
        "paging": Paging(number=number, size=OFFICERS_ON_A_PAGE, total=roster.total),
    }
    return render(request, "bodies/officers.html", values)


@page(Page.EXPORT_OFFICERS, body=body_of_system)
def export_officers(request: PortalRequest, system: int) -> HttpResponse:
    """Hand the roster out as XLSX; an empty one is the template for the first import."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    content = write_roster(system_queries.whole_roster(system), active_language())
    name = f"can-bo-{found.code.replace('/', '-')}.xlsx"
    return send_file(content, name=name, content_type=CONTENT_TYPES[FileKind.XLSX])


@page(Page.REVOKE_KEY, body=body_of_key)
def revoke_key(request: PortalRequest, key: int) -> HttpResponse:
    """Ask once more, then revoke a key at once."""
    found = system_queries.key(key, request.actor)
    if found is None:
        return not_found(request)
    form = ReasonForm(request.POST or None)
    back = address_of(request.portal, Page.SYSTEM_KEYS, system=found.system)
    if request.method == "POST" and form.is_valid():
        refusal = keys.revoke(key, reason=form.cleaned_data["reason"], actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã thu hồi khóa.", "The key was revoked."))
            return HttpResponseRedirect(back)
        refuse(form, refusal)
    return render(request, "bodies/revoke_key.html", {"form": form, "key": found, "back": back})


@page(Page.MANDATE_PAPER, body=body_of_mandate)
def paper_of_mandate(request: PortalRequest, mandate: int) -> HttpResponse:
    """Hand out the copy of the paper that assigns a mandate."""
    return send_copy(request, mandate_paper(mandate))


@page(Page.SYSTEM_PAPER, body=body_of_system)
def paper_of_system(request: PortalRequest, system: int, place: str) -> HttpResponse:
    """Hand out the copy of one of a system's papers."""
    if place not in tuple(Evidence):
        return not_found(request)
    return send_copy(request, system_queries.system_paper(system, Evidence(place)))
