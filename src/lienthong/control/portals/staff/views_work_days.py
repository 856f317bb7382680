"""The calendar of working days, as staff read it and administrators keep it."""

from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.audit.events import Written
from lienthong.control.connections import work_days
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.bodies.shown import may_open_here, tell
from lienthong.control.portals.staff.forms_work_days import EnterDaysForm, WithdrawDayForm
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Event
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.shell import Entry
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_HAPPENED: Final = {
    "work_days.entered": (Text("Ghi ngày theo {decision}", "Days entered by {decision}"), Kind.OK),
    "work_days.withdrawn": (
        Text("Bỏ ngày {day} theo {decision}", "{day} withdrawn by {decision}"),
        Kind.WARN,
    ),
}


@page(Page.WORK_DAYS)
def calendar(request: PortalRequest) -> HttpResponse:
    """Show one year of the calendar."""
    given = request.GET.get("year", "")
    found = work_days.work_year(
        int(given) if given.isascii() and given.isdecimal() and len(given) == 4 else None
    )
    address = address_of(Portal.STAFF, Page.WORK_DAYS)
    values = {
        "year": found,
        "years": tuple(
            Entry(url=f"{address}?year={year}", label=Text(str(year), str(year)), current=year == found.year)
            for year in found.years
        ),
        "events": tuple(_event(event) for event in found.events if event.kind in _HAPPENED),
        "can_keep": may_open_here(request, Page.WORK_DAYS_ENTER),
    }
    return render(request, "staff/work_days.html", values)


@page(Page.WORK_DAYS_ENTER)
def enter(request: PortalRequest) -> HttpResponse:
    """Enter the days that a decision names."""
    form = EnterDaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        entered = work_days.enter(given["decision"], given["off"], given["worked"], actor=request.actor)
        if not isinstance(entered, ControlRefuse):
            count = len(entered.off) + len(entered.worked)
            tell(request, Text(f"Đã ghi {count} ngày.", f"{count} days were entered."))
            first = min(entered.off + entered.worked)
            return HttpResponseRedirect(f"{address_of(Portal.STAFF, Page.WORK_DAYS)}?year={first.year}")
        refuse(form, entered, "decision" if entered.code is ControlCode.DECISION_WANTED else "off")
    return render(request, "staff/work_days_enter.html", {"form": form})


@page(Page.WORK_DAY_WITHDRAW)
def withdraw(request: PortalRequest, entry: int) -> HttpResponse:
    """Ask once more, then let a day go by the week again."""
    found = work_days.work_day(entry)
    if found is None:
        return not_found(request)
    form = WithdrawDayForm(request.POST or None)
    back = f"{address_of(Portal.STAFF, Page.WORK_DAYS)}?year={found.day.year}"
    if request.method == "POST" and form.is_valid():
        refusal = work_days.withdraw(entry, form.cleaned_data["decision"], actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã bỏ ngày này.", "The day goes by the week again."))
            return HttpResponseRedirect(back)
        refuse(form, refusal)
    return render(request, "staff/work_day_withdraw.html", {"form": form, "entry": found, "back": back})


def _event(event: Written) -> Event:
    words, kind = _HAPPENED[event.kind]
    title = Text(words.vi.format_map(event.detail), words.en.format_map(event.detail))
    proof = address_of(Portal.STAFF, Page.AUDIT_EVENT, event=event.id)
    return Event(title=title, by=event.actor_name, at=event.at, kind=kind, proof_url=proof)
