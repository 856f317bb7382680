"""The roster of an own system: one by one, or as XLSX that is shown before anything is written."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import officers, system_queries
from lienthong.control.participants.officers import Preview
from lienthong.control.participants.roster_sheets import read_roster
from lienthong.control.participants.system_queries import (
    SystemPage,
    body_of_officer,
    body_of_system,
    system_of_officer,
)
from lienthong.control.portals.agency.forms_systems import EndOfficerForm, OfficerForm, RosterForm
from lienthong.control.portals.bodies.paper_fields import sent_file
from lienthong.control.portals.bodies.shown import tell, tell_or_refuse
from lienthong.control.portals.bodies.views import system_values
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.roster import ROW_TEXTS, RosterChanges
from lienthong.core.speech import Text, joined

_SHOWN = 200
"""How many rows of each part of a preview are listed; the counts are of all."""


@page(Page.NEW_OFFICER, body=body_of_system)
def new_officer(request: PortalRequest, system: int) -> HttpResponse:
    """Add one officer."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    form = OfficerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = officers.add(system, form.row(), actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã thêm cán bộ.", "The officer was added."))
            return HttpResponseRedirect(_roster(system))
        refuse(form, refusal)
    values = system_values(request, found, Page.SYSTEM_OFFICERS)
    return render(request, "agency/new_officer.html", values | {"form": form})


@page(Page.END_OFFICER, body=body_of_officer)
def end_officer(request: PortalRequest, officer: int) -> HttpResponse:
    """End one officer after a day."""
    found, number = system_queries.officer(officer), system_of_officer(officer)
    if found is None or number is None:
        return not_found(request)
    form = EndOfficerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = officers.end(officer, last=form.cleaned_data["last"], actor=request.actor)
        tell_or_refuse(request, refusal, Text("Đã kết thúc cán bộ.", "The officer was ended."))
        return HttpResponseRedirect(_roster(number))
    values = {"form": form, "officer": found, "back": _roster(number)}
    return render(request, "agency/end_officer.html", values)


@page(Page.IMPORT_OFFICERS, body=body_of_system)
def import_officers(request: PortalRequest, system: int) -> HttpResponse:
    """Take a file and show what it would do; nothing is written."""
    found = system_queries.system_page(system)
    if found is None:
        return not_found(request)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = _preview(request, found, form)
        if isinstance(made, Preview):
            return _show_preview(request, found, made)
        refuse(form, made, "file")
    values = system_values(request, found, Page.SYSTEM_OFFICERS)
    return render(request, "agency/import_officers.html", values | {"form": form})


def _preview(request: PortalRequest, system: SystemPage, form: RosterForm) -> Preview | ControlRefuse:
    file = sent_file(form.cleaned_data["file"])
    assert file is not None, "the form asks for a file"
    rows = read_roster(file)
    if isinstance(rows, ControlRefuse):
        return rows
    return officers.preview(system.id, rows, whole=form.cleaned_data["whole"] == "whole", actor=request.actor)


def _show_preview(request: PortalRequest, system: SystemPage, made: Preview) -> HttpResponse:
    changes = made.changes
    values = system_values(request, system, Page.SYSTEM_OFFICERS) | {
        "changes": changes,
        "sealed": made.sealed,
        "added": changes.added[:_SHOWN],
        "changed": changes.changed[:_SHOWN],
        "ended": changes.ended[:_SHOWN],
        "rejected": [
            (refused.row, joined(ROW_TEXTS[problem] for problem in refused.problems))
            for refused in changes.rejected[:_SHOWN]
        ],
        "most": _SHOWN,
    }
    return render(request, "agency/preview_officers.html", values)


@page(Page.CONFIRM_OFFICERS, body=body_of_system)
@require_POST
def confirm_officers(request: PortalRequest, system: int) -> HttpResponse:
    """Take over exactly the rows that were shown."""
    done = officers.take_over(system, request.POST.get("sealed", ""), actor=request.actor)
    if isinstance(done, RosterChanges):
        tell(request, _said(done))
        return HttpResponseRedirect(_roster(system))
    messages.error(request, spoken(done.coded))
    return HttpResponseRedirect(address_of(Portal.AGENCY, Page.IMPORT_OFFICERS, system=system))


def _said(done: RosterChanges) -> Text:
    if not done.written:
        return Text(
            "Danh sách đã đúng như tệp, không có gì thay đổi.", "The roster is as the file: no change."
        )
    added, changed, ended = len(done.added), len(done.changed), len(done.ended)
    return Text(
        f"Đã ghi: thêm {added}, thay đổi {changed}, kết thúc {ended} cán bộ.",
        f"Taken over: {added} added, {changed} changed, {ended} ended.",
    )


def _roster(system: int) -> str:
    return address_of(Portal.AGENCY, Page.SYSTEM_OFFICERS, system=system)
