"""What is known of one act: who did what, and whether the log holds it."""

from django.http import HttpResponse
from django.shortcuts import render

from lienthong.control.audit.events import event_of
from lienthong.control.audit.leaves import proof_of
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.core.access import ROLE_LABELS, Role, may_act
from lienthong.core.pages import PAGES, Page

_OF_ACCOUNTS = frozenset({Role.ADMINISTRATOR, Role.INSPECTOR})
"""Who sees what colleagues did with their own accounts, and from where; the rest is for readers of files."""
_READERS = PAGES[Page.DESK_REQUEST].roles
_REACHES = {"account": _OF_ACCOUNTS, "mail": _OF_ACCOUNTS, "work_year": _READERS | _OF_ACCOUNTS}


@page(Page.AUDIT_EVENT)
def audit_event(request: PortalRequest, event: int) -> HttpResponse:
    """Show one event with its exact bytes and its place in the log."""
    written, proof = event_of(event), proof_of(event)
    if written is None or proof is None:
        return not_found(request)
    if not may_act(request.actor, _REACHES.get(written.subject_kind, _READERS)):
        return not_found(request)
    values = {
        "event": written,
        "roles": [ROLE_LABELS[Role(role)] for role in written.roles],
        "law": ", ".join(written.law),
        "proof": proof,
        "hash": proof.hash.hex(),
        "leaf": None if proof.leaf is None else proof.leaf.hex(),
        "command": f"lienthong ledger prove {proof.index}",
        "bytes": proof.content.decode(),
    }
    return render(request, "staff/audit_event.html", values)
