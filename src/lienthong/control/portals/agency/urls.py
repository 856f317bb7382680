"""Addresses of the agency portal."""

from django.urls import path

from lienthong.control.portals.agency import views
from lienthong.control.portals.entrance.urls import patterns
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.AGENCY.value

urlpatterns = [
    *patterns,
    path("", views.home, name=Page.HOME),
]
