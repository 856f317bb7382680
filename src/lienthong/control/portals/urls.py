"""The addresses of the portals. Every address lies in one, and every view in it is a declared page."""

from django.urls import include, path

urlpatterns = [
    path("staff/", include("lienthong.control.portals.staff.urls")),
    path("agency/", include("lienthong.control.portals.agency.urls")),
]

handler400 = "lienthong.control.frame.failures.bad_request"
handler404 = "lienthong.control.frame.failures.not_found"
handler403 = "lienthong.control.frame.failures.forbidden"
handler500 = "lienthong.control.frame.failures.server_error"
