"""The technical test in a request's file: systems in the sandbox, runs step by step, signed reports."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render

from lienthong.control.conformance import queries
from lienthong.control.connections import support
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import file_answer
from lienthong.control.portals.staff.views_requests import found_file, tabs_of
from lienthong.control.portals.trials.shown import followed, shown_trial
from lienthong.core.access import Portal
from lienthong.core.pages import Page
from lienthong.core.request_services import gives_something

_THREAD_SHOWN: Final = 3


@page(Page.DESK_TRIAL)
def trial(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the technical test of a request as its body sees it, without what only the body does."""
    file = found_file(reference)
    trials = [shown_trial(entry) for entry in queries.trials_of(reference)]
    if (anew := followed(trials, request.GET)) is not None:
        return anew
    values: dict[str, Any] = {
        "file": file,
        "reference": reference,
        "kind": wording.STATE_KINDS[file.state],
        "tabs": tabs_of(reference, Page.DESK_TRIAL),
        "trials": trials,
        "reports_aside": queries.reports_aside(reference),
        "sandbox_keys": queries.sandbox_key_ids(),
        "gives": gives_something(file.content),
        "support": support.standing_of(file.id),
        "thread": support.thread_of(file.id, most=_THREAD_SHOWN),
        "thread_page": f"staff:{Page.DESK_THREAD}",
        "report_page": f"staff:{Page.DESK_TRIAL_REPORT}",
        "url": address_of(Portal.STAFF, Page.DESK_TRIAL, reference=reference),
    }
    return render(request, "staff/trial.html", values)


@page(Page.DESK_TRIAL_REPORT)
def report(request: PortalRequest, reference: str, run: int) -> HttpResponse:
    """Hand out the signed report of a run, byte by byte as the sandbox gave it."""
    del request
    found = queries.report_of(reference, run)
    if found is None:
        raise Http404
    return file_answer(found.name, found.media_type, found.content)
