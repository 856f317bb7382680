"""Addresses of the staff portal."""

from django.urls import path

from lienthong.control.portals.entrance.urls import patterns
from lienthong.control.portals.staff import views
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.STAFF.value

urlpatterns = [
    *patterns,
    path("", views.home, name=Page.HOME),
]
