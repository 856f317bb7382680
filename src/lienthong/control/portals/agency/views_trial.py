"""Support and technical test of one's own request: systems in the sandbox, their keys, runs and reports."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from lienthong.control.conformance import queries, runs, trials
from lienthong.control.conformance.queries import whose_run, whose_trial
from lienthong.control.connections import own_requests, support
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.forms_trial import TrialKeyForm, seen_version
from lienthong.control.portals.agency.showing import go_to, own_address, tag_of, tell, whose
from lienthong.control.portals.trials.commands import KEY_FILE, SAMPLE_KEY_FILE
from lienthong.control.portals.trials.shown import followed, shown_trial
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Role, may_act
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.request_services import gives_something
from lienthong.core.speech import Text
from lienthong.documents.persons import persons_document

_INTEGRATOR = frozenset({Role.INTEGRATOR})
_THREAD_SHOWN = 3


@page(Page.OWN_TRIAL, body=whose)
def trial(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the second track: supporter and thread, each system in the sandbox, its run step by step."""
    view = own_requests.request_of(reference)
    shown = [shown_trial(entry) for entry in queries.trials_of(reference)]
    if (anew := followed(shown, request.GET)) is not None:
        return anew
    values: dict[str, Any] = {
        "view": view,
        "tag": tag_of(view.state),
        "reference": reference,
        "trials": shown,
        "reports_aside": queries.reports_aside(reference),
        "sandbox_keys": queries.sandbox_key_ids(),
        "support": view.support,
        "thread": own_requests.thread_of(reference)[:_THREAD_SHOWN],
        "thread_page": f"agency:{Page.OWN_REQUEST_THREAD}",
        "report_page": f"agency:{Page.OWN_TRIAL_REPORT}",
        "gives": gives_something(view.written.request),
        "may_test": may_act(request.actor, _INTEGRATOR) and support.is_open(view.support),
        "url": own_address(Page.OWN_TRIAL, reference),
    }
    return render(request, "agency/trial.html", values)


@page(Page.OWN_TRIAL_KEY, body=whose_trial)
def key(request: PortalRequest, reference: str, trial: int) -> HttpResponse:
    """Show how a key for the trial is made, and take its public half or the choice of a registered one."""
    found = queries.trial_of(reference, trial)
    if found is None:
        return not_found(request)
    initial = {"version": found.version}
    form = TrialKeyForm(request.POST or None, request.FILES or None, initial=initial, keys=found.keys)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["version"]
        refusal = trials.give_key(reference, trial, form.handed_in(), seen=seen, actor=request.actor)
        if refusal is None:
            messages.success(request, spoken(_KEY_GIVEN))
            return go_to(Page.OWN_TRIAL, reference)
        if refusal.code is ControlCode.KEY_PRIVATE:
            form = _emptied(form, found)
        refuse(form, refusal, "text")
    values = {
        "view": own_requests.request_of(reference),
        "tag": tag_of(own_requests.request_of(reference).state),
        "trial": found,
        "form": form,
        "command": f"lienthong-agency keygen --out {KEY_FILE}",
        "sample_command": f"python3 sample.py keygen {SAMPLE_KEY_FILE}",
        "files": (KEY_FILE, SAMPLE_KEY_FILE),
    }
    return render(request, "agency/trial_key.html", values)


_KEY_GIVEN = Text(
    "Đã nhận khóa. Hệ thống đang được đăng ký vào môi trường kiểm thử.",
    "The key was taken. The system is being enrolled in the sandbox.",
)


def _emptied(form: TrialKeyForm, found: queries.TrialEntry) -> TrialKeyForm:
    """Return the form without what was sent, checked, so that it can carry the refusal."""
    bare = TrialKeyForm({"version": form.cleaned_data["version"], "text": ""}, keys=found.keys)
    bare.is_valid()
    bare.errors.clear()
    return bare


@page(Page.OWN_TRIAL_START, body=whose_trial)
@require_POST
def start(request: PortalRequest, reference: str, trial: int) -> HttpResponse:
    """Start a run of a system."""
    made = runs.start(reference, trial, seen=seen_version(request.POST), actor=request.actor)
    if isinstance(made, ControlRefuse):
        tell(request, made)
    else:
        messages.success(request, spoken(Text("Đã mở lượt kiểm thử.", "A run was started.")))
    return go_to(Page.OWN_TRIAL, reference)


@page(Page.OWN_TRIAL_ABANDON, body=whose_run)
@require_POST
def abandon(request: PortalRequest, reference: str, run: int) -> HttpResponse:
    """Give a run up."""
    refusal = runs.abandon(reference, run, seen=seen_version(request.POST), actor=request.actor)
    if refusal is not None:
        tell(request, refusal)
    else:
        messages.success(request, spoken(Text("Đã bỏ lượt kiểm thử.", "The run was abandoned.")))
    return go_to(Page.OWN_TRIAL, reference)


@page(Page.OWN_TRIAL_REPORT, body=whose_run)
def report(request: PortalRequest, reference: str, run: int) -> HttpResponse:
    """Hand out the signed report of a run, byte by byte as the sandbox gave it."""
    found = queries.report_of(reference, run)
    return not_found(request) if found is None else _handed_out(found)


@page(Page.OWN_TRIAL_PERSONS, body=whose_trial)
def persons(request: PortalRequest, reference: str, trial: int, kind: str) -> HttpResponse:
    """Hand out the list of test persons with the answers they are known to get."""
    found = queries.trial_of(reference, trial)
    if found is None or found.persons is None:
        return not_found(request)
    document = persons_document(found.persons, kind)
    if document is None:
        return not_found(request)
    return _handed_out(queries.Download(document.name, document.media_type, document.content))


def _handed_out(file: queries.Download) -> HttpResponse:
    response = HttpResponse(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
