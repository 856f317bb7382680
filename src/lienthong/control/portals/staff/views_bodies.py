"""Bodies, as staff find, register and change them and invite their people."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.accounts.actions import Invitation
from lienthong.control.accounts.queries import account_page
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants import bodies, queries
from lienthong.control.participants.queries import PAGE_SIZE, BodyPage
from lienthong.control.participants.succession import canonical
from lienthong.control.portals.bodies.happened import timeline_of
from lienthong.control.portals.bodies.shown import (
    may_open_here,
    shown_contacts,
    shown_mandates,
    shown_people,
    shown_systems,
    tell,
)
from lienthong.control.portals.staff.forms_bodies import (
    ChangeForm,
    FindBodies,
    InviteForm,
    RegisterForm,
    initial_body,
)
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal, Role
from lienthong.core.bodies import KIND_LABELS, BodyKind
from lienthong.core.pages import Page
from lienthong.core.speech import Text


@page(Page.BODIES)
def list_of_bodies(request: PortalRequest) -> HttpResponse:
    """List bodies by name, identifier and kind."""
    form = FindBodies(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    kind = given.get("kind", "")
    number = page_number(request.GET.get("page", ""))
    found = queries.list_bodies(
        given.get("words", ""), BodyKind(kind) if kind else None, page=number, ended=given.get("ended", False)
    )
    values = {
        "form": form,
        "rows": [(entry, KIND_LABELS[entry.kind]) for entry in found.entries],
        "total": found.total,
        "paging": Paging(number=number, size=PAGE_SIZE, total=found.total),
        "can_register": may_open_here(request, Page.REGISTER_BODY),
        "can_succeed": may_open_here(request, Page.SUCCEED_BODIES),
    }
    return render(request, "staff/bodies.html", values)


@page(Page.BODY)
def body(request: PortalRequest, body: int) -> HttpResponse:
    """Show one body; one that has ended leads to the one that follows it, unless asked for as it was."""
    found = queries.body_page(body)
    if found is None:
        return not_found(request)
    if found.ended_on is not None and "as-it-was" not in request.GET:
        following = queries.answering_for(body)
        if len(following) == 1:
            messages.info(request, spoken(_followed(found)))
            return HttpResponseRedirect(_address(following[0].id))
    values = {
        "body": found,
        "kind": KIND_LABELS[found.facts.kind],
        "mandates": shown_mandates(queries.mandates_of(body)),
        "contacts": shown_contacts(queries.contacts_of(body)),
        "people": shown_people(queries.people_of(body)),
        "systems": shown_systems(queries.systems_of(body)),
        "events": timeline_of(queries.history_of(body, most=15)),
        "can_edit": found.ended_on is None and may_open_here(request, Page.EDIT_BODY),
        "can_invite": found.ended_on is None and may_open_here(request, Page.INVITE_TO_BODY),
        "can_succeed": found.ended_on is None and may_open_here(request, Page.SUCCEED_BODIES),
        "succeed_query": urlencode({"predecessors": found.identifier}),
    }
    return render(request, "staff/body.html", values)


def _followed(body: BodyPage) -> Text:
    return Text(
        f"{body.facts.name} ({body.identifier}) đã chấm dứt; đây là cơ quan kế thừa.",
        f"{body.facts.name} ({body.identifier}) has ended; this body follows it.",
    )


@page(Page.BODY_NAMED)
def body_named(request: PortalRequest, identifier: str) -> HttpResponse:
    """Lead from an electronic identifier, however old, to the body that bears or bore it."""
    found = queries.body_named(canonical(identifier))
    return not_found(request) if found is None else HttpResponseRedirect(_address(found))


@page(Page.REGISTER_BODY)
def register_body(request: PortalRequest) -> HttpResponse:
    """Register a body."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = bodies.register(form.cleaned_data["identifier"], form.facts(), actor=request.actor)
        if isinstance(made, int):
            tell(request, Text("Đã ghi nhận cơ quan.", "The body was registered."))
            return HttpResponseRedirect(_address(made))
        refuse(form, made, "identifier" if made.code in {"LC301", "LC302"} else None)
    return render(request, "staff/body_form.html", {"form": form, "body": None})


@page(Page.EDIT_BODY)
def edit_body(request: PortalRequest, body: int) -> HttpResponse:
    """Change what is stated of a body."""
    found = queries.body_page(body)
    if found is None:
        return not_found(request)
    form = ChangeForm(request.POST or None, initial=initial_body(found))
    if request.method == "POST" and form.is_valid():
        refusal = bodies.change(body, form.cleaned_data["version"], form.facts(), actor=request.actor)
        if refusal is None:
            tell(request, Text("Đã lưu thay đổi.", "The change was kept."))
            return HttpResponseRedirect(_address(body))
        refuse(form, refusal)
    return render(request, "staff/body_form.html", {"form": form, "body": found})


@page(Page.INVITE_TO_BODY)
def invite_to_body(request: PortalRequest, body: int) -> HttpResponse:
    """Invite an account that works for a body; its link is shown once."""
    found = queries.body_page(body)
    if found is None:
        return not_found(request)
    form = InviteForm(request.POST or None)
    values: dict[str, object] = {"form": form, "body": found}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        roles = frozenset(Role(role) for role in given["roles"])
        invited = bodies.invite_to(
            body, email=given["email"], name=given["name"], roles=roles, actor=request.actor
        )
        if isinstance(invited, Invitation):
            path = address_of(Portal.AGENCY, Page.ACCEPT_INVITATION, token=invited.token)
            values["link"] = request.build_absolute_uri(path)
            values["account"] = account_page(invited.account, request.actor)
        else:
            refuse(form, invited, "email" if invited.code == "LC108" else None)
    return render(request, "staff/invite.html", values)


def _address(body: int) -> str:
    return address_of(Portal.STAFF, Page.BODY, body=body)
