"""Accounts of both portals, as administrators find, invite and change them."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.accounts import administering
from lienthong.control.accounts.actions import Invitation, NewAccount, change_state, invite
from lienthong.control.accounts.queries import PAGE_SIZE, AccountPage, account_page, find_accounts
from lienthong.control.accounts.renewal import renew_access
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.notices.setting_aside import count_aside
from lienthong.control.participants import bodies, queries
from lienthong.control.participants.succession import canonical
from lienthong.control.portals.bodies.shown import tell
from lienthong.control.portals.bodies.words import ACCOUNT_KINDS
from lienthong.control.portals.staff.account_words import (
    EFFECTS,
    RENEW_EFFECTS,
    ROLES_EFFECTS,
    SESSIONS_EFFECTS,
    roles_in_words,
    timeline_of,
)
from lienthong.control.portals.staff.forms_accounts import ActForm, FindAccounts, NewAccountForm, RolesForm
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.refusing import refuse
from lienthong.core.access import PORTAL_LABELS, Portal
from lienthong.core.account_acts import ADMINISTRATOR_ACT_LABELS, AdministratorAct
from lienthong.core.account_states import ACCOUNT_MACHINE, AccountAct, AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_BY_FIELD: Final = {
    ControlCode.EMAIL_TAKEN: "email",
    ControlCode.BODY_UNKNOWN: "body",
    ControlCode.BODY_WANTED: "body",
    ControlCode.BODY_ENDED: "body",
}
_RENEWABLE: Final = (AccountState.INVITED, AccountState.ACTIVE)


@page(Page.ACCOUNTS)
def accounts(request: PortalRequest) -> HttpResponse:
    """List accounts by name, address, portal, role and state."""
    form = FindAccounts(request.GET)
    number = page_number(request.GET.get("page", ""))
    found = find_accounts(form.wanted(), page=number)
    names = queries.names_of_bodies(entry.body for entry in found.entries)
    rows = [
        (
            entry,
            PORTAL_LABELS[Portal(entry.portal)],
            roles_in_words(entry),
            ACCOUNT_KINDS[AccountState(entry.state)],
            ACCOUNT_MACHINE.state(AccountState(entry.state)).label,
            names.get(entry.body or 0),
        )
        for entry in found.entries
    ]
    values = {
        "form": form,
        "rows": rows,
        "total": found.total,
        "paging": Paging(number=number, size=PAGE_SIZE, total=found.total),
        "mails_aside": count_aside(),
    }
    return render(request, "staff/accounts.html", values)


@page(Page.ACCOUNT_FILE)
def account(request: PortalRequest, account: int) -> HttpResponse:
    """Show one account: how it stands, its sessions, what was done to it, what can be done."""
    found = account_page(account, request.actor)
    if found is None:
        return not_found(request)
    state = AccountState(found.entry.state)
    values = {
        **_head(found),
        "roles": roles_in_words(found.entry),
        "body": queries.names_of_bodies([found.entry.body]).get(found.entry.body or 0),
        "acts": [(act, ACCOUNT_MACHINE.acts[act]) for act in found.acts],
        "can_renew": state in _RENEWABLE,
        "can_change_roles": state is not AccountState.CLOSED,
        "events": timeline_of(found.events),
    }
    return render(request, "staff/account.html", values)


def _head(found: AccountPage) -> dict[str, object]:
    state = AccountState(found.entry.state)
    return {
        "account": found,
        "portal": PORTAL_LABELS[Portal(found.entry.portal)],
        "kind": ACCOUNT_KINDS[state],
        "state": ACCOUNT_MACHINE.state(state).label,
    }


@page(Page.ACCOUNT_NEW)
def new_account(request: PortalRequest) -> HttpResponse:
    """Invite somebody; the link is mailed, and shown once."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        invited = _invited(request, form)
        if isinstance(invited, Invitation):
            return _link(request, form.chosen_portal, invited)
        refuse(form, invited, _BY_FIELD.get(invited.code))
    return render(request, "staff/account_new.html", {"form": form})


def _invited(request: PortalRequest, form: NewAccountForm) -> Invitation | ControlRefuse:
    given, roles = form.cleaned_data, form.roles()
    if form.chosen_portal is Portal.STAFF:
        if given["body"]:
            return ControlRefuse(ControlCode.BODY_WANTED)
        new = NewAccount(portal=Portal.STAFF, email=given["email"], name=given["name"], roles=roles)
        return invite(new, actor=request.actor)
    if not given["body"]:
        return ControlRefuse(ControlCode.BODY_WANTED)
    number = queries.body_named(canonical(given["body"]))
    if number is None:
        return ControlRefuse(ControlCode.BODY_UNKNOWN, {"identifier": given["body"]})
    return bodies.invite_to(
        number, email=given["email"], name=given["name"], roles=roles, actor=request.actor
    )


@page(Page.ACCOUNT_ROLES)
def change_roles(request: PortalRequest, account: int) -> HttpResponse:
    """Give an account other roles."""
    found = account_page(account, request.actor)
    if found is None:
        return not_found(request)
    initial = {"version": found.version, "roles": list(found.entry.roles)}
    form = RolesForm(found.entry, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        refusal = administering.change_roles(
            account, given["version"], form.chosen(), actor=request.actor, reason=given["reason"]
        )
        if refusal is None:
            return _back(request, account, Text("Đã đổi vai trò.", "The roles were changed."))
        refuse(form, refusal)
    title = ADMINISTRATOR_ACT_LABELS[AdministratorAct.CHANGE_ROLES]
    return _asked(request, found, form, Asked(title, ROLES_EFFECTS))


@page(Page.ACCOUNT_STATE)
def change_account(request: PortalRequest, account: int, act: str) -> HttpResponse:
    """Ask once more, then suspend, resume or close an account."""
    found = account_page(account, request.actor)
    if found is None or act not in EFFECTS:
        return not_found(request)
    wanted = AccountAct(act)
    form = ActForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        refusal = change_state(
            wanted, account, actor=request.actor, reason=given["reason"], seen=given["version"]
        )
        if refusal is None:
            return _back(request, account, Text("Đã đổi trạng thái tài khoản.", "The account was changed."))
        refuse(form, refusal)
    return _asked(request, found, form, Asked(ACCOUNT_MACHINE.acts[wanted], EFFECTS[wanted]))


@page(Page.ACCOUNT_RENEW)
def renew(request: PortalRequest, account: int) -> HttpResponse:
    """Ask once more, then end password, second factor and sessions and invite the owner anew."""
    found = account_page(account, request.actor)
    if found is None:
        return not_found(request)
    form = ActForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        renewed = renew_access(account, actor=request.actor, reason=given["reason"], seen=given["version"])
        if isinstance(renewed, Invitation):
            return _link(request, Portal(found.entry.portal), renewed)
        refuse(form, renewed)
    title = ADMINISTRATOR_ACT_LABELS[AdministratorAct.RENEW]
    return _asked(request, found, form, Asked(title, RENEW_EFFECTS))


@page(Page.ACCOUNT_SESSIONS)
def end_sessions(request: PortalRequest, account: int) -> HttpResponse:
    """Ask once more, then end every session of an account."""
    found = account_page(account, request.actor)
    if found is None:
        return not_found(request)
    form = ActForm(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        ended = administering.end_all_sessions(
            account, actor=request.actor, reason=form.cleaned_data["reason"]
        )
        if isinstance(ended, int):
            return _back(request, account, Text("Đã kết thúc các phiên.", "The sessions were ended."))
        refuse(form, ended)
    title = ADMINISTRATOR_ACT_LABELS[AdministratorAct.END_SESSIONS]
    return _asked(request, found, form, Asked(title, SESSIONS_EFFECTS))


@dataclass(frozen=True, slots=True)
class Asked:
    """An act that is asked about once more: what it is called, and what follows from it."""

    title: Text
    effects: tuple[Text, ...]


def _asked(request: PortalRequest, found: AccountPage, form: ActForm, asked: Asked) -> HttpResponse:
    values = {**_head(found), "form": form, "title": asked.title, "effects": asked.effects}
    return render(request, "staff/account_act.html", values)


def _link(request: PortalRequest, portal: Portal, invitation: Invitation) -> HttpResponse:
    path = address_of(portal, Page.ACCEPT_INVITATION, token=invitation.token)
    found = account_page(invitation.account, request.actor)
    values = {"account": found, "link": request.build_absolute_uri(path)}
    return render(request, "staff/account_link.html", values)


def _back(request: PortalRequest, account: int, done: Text) -> HttpResponse:
    """Say what was done and lead to the account, whoever gave up the own right to see it to the home."""
    tell(request, done)
    if account == request.actor.id:
        return HttpResponseRedirect(address_of(Portal.STAFF, Page.HOME))
    return HttpResponseRedirect(address_of(Portal.STAFF, Page.ACCOUNT_FILE, account=account))
