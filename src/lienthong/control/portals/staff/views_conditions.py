"""The six conditions in a file: how they stand, and the verdicts that the handler records. Law: R1.4."""

from collections.abc import Callable
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render

from lienthong.control.connections import conditions as subject
from lienthong.control.connections import desk
from lienthong.control.connections.file import RequestFile
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.conditions.shown import ShownLine, directions_of, shown_sheets
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done
from lienthong.control.portals.staff.forms_conditions import VerdictForm, first_shown
from lienthong.control.portals.staff.views_requests import found_file, tabs_of
from lienthong.control.theme.refusing import refuse
from lienthong.core.access import Actor, Portal
from lienthong.core.condition_verdicts import judging_refused
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_RECORDED: Final = Text("Đã ghi kết luận.", "The verdict was recorded.")


@page(Page.DESK_CONDITIONS)
def conditions(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the sheet of each system; whose file it is records verdicts from here."""
    file, sheets = found_file(reference), subject.sheets_of(reference)
    shown = shown_sheets(
        sheets,
        copy_url=lambda upload: _address(Page.DESK_PAPER, reference, upload=upload),
        judge_url=_judging(reference) if _judges(file, request.actor) else None,
    )
    values = {
        "file": file,
        "kind": wording.STATE_KINDS[file.state],
        "tabs": tabs_of(reference, Page.DESK_CONDITIONS),
        "sheets": shown,
        "directions": directions_of(sheets),
    }
    return render(request, "staff/conditions.html", values)


@page(Page.DESK_CONDITION_JUDGE)
def judge(request: PortalRequest, reference: str, system: str, condition: str) -> HttpResponse:
    """Record a verdict on one condition of one system."""
    file = found_file(reference)
    name, shown = _line_of(reference, system, condition)
    initial = first_shown(shown.line, desk.today())
    form = VerdictForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        recording, last = form.recording(shown.line), form.cleaned_data["last"]
        refusal = subject.record(reference, system, recording, last=last, actor=request.actor)
        if refusal is None:
            return done(request, None, _RECORDED, Page.DESK_CONDITIONS, reference=reference)
        refuse(form, refusal)
    values = {
        "file": file,
        "kind": wording.STATE_KINDS[file.state],
        "label": shown.label,
        "system": name,
        "shown": shown,
        "form": form,
        "back": _address(Page.DESK_CONDITIONS, reference),
    }
    return render(request, "staff/condition.html", values)


def _line_of(reference: str, system: str, condition: str) -> tuple[str, ShownLine]:
    """Return a system's name and one of its conditions; raises Http404 for what the request does not name."""
    sheets = shown_sheets(
        subject.sheets_of(reference),
        copy_url=lambda upload: _address(Page.DESK_PAPER, reference, upload=upload),
        judge_url=None,
    )
    for shown in sheets:
        for line in shown.lines:
            if shown.sheet.code == system and line.line.name == condition:
                return shown.sheet.name, line
    raise Http404


def _judges(file: RequestFile, actor: Actor) -> bool:
    refusal = judging_refused(
        actor, file.state, handler=file.handler, stand_in=file.stand_in, handler_name=file.handler_name
    )
    return refusal is None


def _judging(reference: str) -> Callable[[str, str], str]:
    return lambda system, condition: _address(
        Page.DESK_CONDITION_JUDGE, reference, system=system, condition=condition
    )


def _address(name: Page, reference: str, **values: object) -> str:
    return address_of(Portal.STAFF, name, reference=reference, **values)
