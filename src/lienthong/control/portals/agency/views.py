"""The first page of the agency portal: what waits for whoever is signed in."""

from django.http import HttpResponse
from django.shortcuts import render

from lienthong.control.connections import drafting, own_requests
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.guides.queries import missing_of_body
from lienthong.control.portals.agency.showing import rows_of
from lienthong.control.portals.guides.shown import shown_row
from lienthong.core.access import ROLE_LABELS, Role
from lienthong.core.pages import Page


@page(Page.HOME)
def home(request: PortalRequest) -> HttpResponse:
    """Show where work waits, and what the authority has."""
    assert request.actor.body is not None, "an account of this portal works for a body"
    found = own_requests.at_home(request.actor)
    values = {
        "guides": [shown_row(request.portal, row) for row in missing_of_body(request.actor.body)],
        "waiting": rows_of(found.waiting),
        "under_way": rows_of(found.under_way),
        "roles": [ROLE_LABELS[role] for role in Role if role in request.actor.roles],
        "writes": drafting.may_write(request.actor),
    }
    return render(request, "agency/home.html", values)
