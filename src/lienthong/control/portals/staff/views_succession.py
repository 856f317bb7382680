"""Mergers, splits and renamings: the whole decision stands in the address, so that nothing typed is lost."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import queries, succession
from lienthong.control.participants.succession import Decision, Plan
from lienthong.control.portals.bodies.paper_fields import paper_from, sent_file
from lienthong.control.portals.bodies.shown import tell
from lienthong.control.portals.staff.answers import FORM_INVALID
from lienthong.control.portals.staff.forms_bodies import DecisionCopyForm, SuccessionForm
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text
from lienthong.core.succession import SUCCESSION_LABELS, SuccessionKind

_TO = "to-"
"""What precedes the key of a holding where the address names its receiver."""


@page(Page.SUCCEED_BODIES)
def succeed_bodies(request: PortalRequest) -> HttpResponse:
    """Take the decision and show everything that it would move."""
    is_begun = "kind" in request.GET
    form = SuccessionForm(request.GET if is_begun else None, initial=request.GET.dict())
    made: Plan | None = None
    if is_begun and form.is_valid():
        found = succession.plan(_decision(form, request.GET))
        if isinstance(found, Plan):
            made = found
        else:
            refuse(form, found)
    return render(request, "staff/succession.html", {"form": form} | _plan_values(request, made))


def _plan_values(request: PortalRequest, made: Plan | None) -> dict[str, object]:
    if made is None:
        return {"plan": None}
    decision = made.decision
    chosen = {key for key in request.GET if key.startswith(_TO)} | {"csrfmiddlewaretoken"}
    return {
        "plan": made,
        "kind": SUCCESSION_LABELS[decision.kind],
        "successors": [(identifier, made.bodies[identifier]) for identifier in decision.successors],
        "ended": [(identifier, made.bodies[identifier]) for identifier in decision.ended],
        "choices": any(held.chosen for held in made.held),
        "kept": [(name, value) for name, value in request.GET.items() if name not in chosen],
        "copy_form": DecisionCopyForm(initial={"print": made.print}),
        "act_url": f"{address_of(Portal.STAFF, Page.CONFIRM_SUCCESSION)}?{request.GET.urlencode()}",
    }


@page(Page.CONFIRM_SUCCESSION)
@require_POST
def confirm_succession(request: PortalRequest) -> HttpResponse:
    """Carry the decision out exactly as it was shown."""
    form = SuccessionForm(request.GET)
    copy = DecisionCopyForm(request.POST, request.FILES)
    shown = f"{address_of(Portal.STAFF, Page.SUCCEED_BODIES)}?{request.GET.urlencode()}"
    if not (form.is_valid() and copy.is_valid()):
        messages.error(request, " ".join(map(str, copy.errors.get("file", ()))) or spoken(FORM_INVALID))
        return HttpResponseRedirect(shown)
    given = copy.cleaned_data
    file = sent_file(given["file"])
    done = succession.carry_out(_decision(form, request.GET), given["print"], file, actor=request.actor)
    if isinstance(done, int):
        tell(request, Text("Đã ghi nhận quyết định.", "The decision was carried out."))
        first = _lines(form.cleaned_data["successors"])[0]
        number = queries.body_named(first)
        assert number is not None, "a decision that was carried out names bodies there are"
        return HttpResponseRedirect(address_of(Portal.STAFF, Page.BODY, body=number))
    refusal = ControlRefuse(ControlCode.SUCCESSION_MOVED) if isinstance(done, Plan) else done
    messages.error(request, spoken(refusal.coded))
    return HttpResponseRedirect(shown)


def _decision(form: SuccessionForm, address: QueryDict) -> Decision:
    given = form.cleaned_data
    paper = paper_from(given | {"paper_file": None}, "paper")
    assert paper is not None, "the form lets nothing through without its paper"
    return Decision(
        kind=SuccessionKind(given["kind"]),
        paper=paper,
        effective_on=given["effective_on"],
        predecessors=_lines(given["predecessors"]),
        successors=_lines(given["successors"]),
        new_name=given["new_name"],
        receivers={
            name.removeprefix(_TO): str(value)
            for name, value in address.dict().items()
            if name.startswith(_TO) and value
        },
    )


def _lines(text: str) -> tuple[str, ...]:
    parts = text.replace(",", "\n").replace(";", "\n").splitlines()
    return tuple(succession.canonical(part) for part in parts if part.strip())
