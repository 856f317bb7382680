"""The first page of the agency portal."""

from django.http import HttpResponse
from django.shortcuts import render

from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.guides.queries import missing_of_body
from lienthong.control.portals.guides.shown import shown_row
from lienthong.core.pages import Page


@page(Page.HOME)
def home(request: PortalRequest) -> HttpResponse:
    """Show where work waits."""
    assert request.actor.body is not None, "an account of this portal works for a body"
    guides = [shown_row(request.portal, row) for row in missing_of_body(request.actor.body)]
    return render(request, "agency/home.html", {"guides": guides})
