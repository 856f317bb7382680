"""The first page of the staff portal."""

from django.http import HttpResponse
from django.shortcuts import render

from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.core.pages import Page


@page(Page.HOME)
def home(request: PortalRequest) -> HttpResponse:
    """Show where work waits."""
    return render(request, "staff/home.html")
