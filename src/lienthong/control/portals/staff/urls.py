"""Addresses of the staff portal."""

from django.urls import path

from lienthong.control.portals.entrance.urls import patterns
from lienthong.control.portals.staff import (
    views,
    views_arrivals,
    views_handling,
    views_letters,
    views_requests,
    views_signing,
)
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.STAFF.value

desk = [
    path("requests/", views_requests.requests, name=Page.DESK_REQUESTS),
    path("requests/<str:reference>/", views_requests.request_file, name=Page.DESK_REQUEST),
    path("requests/<str:reference>/thread/", views_requests.thread, name=Page.DESK_THREAD),
    path("requests/<str:reference>/versions/", views_requests.versions, name=Page.DESK_VERSIONS),
    path("requests/<str:reference>/fields/", views_handling.fields, name=Page.DESK_FIELDS),
    path("requests/<str:reference>/handle/", views_handling.handle, name=Page.DESK_HANDLE),
    path("requests/<str:reference>/assign/", views_handling.assign, name=Page.DESK_ASSIGN),
    path("requests/<str:reference>/decide/", views_handling.decide, name=Page.DESK_DECIDE),
    path("requests/<str:reference>/documents/<int:id>/", views_requests.document, name=Page.DESK_DOCUMENT),
    path("requests/<str:reference>/papers/<int:upload>/", views_requests.paper, name=Page.DESK_PAPER),
    path("requests/<str:reference>/letters/<str:purpose>/", views_letters.draft, name=Page.LETTER_DRAFT),
    path("desk/", views_requests.chief, name=Page.DESK_CHIEF),
    path("arrivals/", views_arrivals.arrivals, name=Page.ARRIVALS),
    path("arrivals/new/", views_arrivals.enter, name=Page.ARRIVAL_ENTER),
    path("arrivals/<int:arrival>/scan/", views_arrivals.scan, name=Page.ARRIVAL_SCAN),
    path("letters/", views_letters.letters, name=Page.LETTERS),
    path("letters/<int:letter>/", views_letters.letter, name=Page.LETTER),
    path("letters/<int:letter>/pdf/", views_letters.pdf, name=Page.LETTER_PDF),
    path("letters/<int:letter>/rewrite/", views_letters.rewrite, name=Page.LETTER_REWRITE),
    path("letters/<int:letter>/move/", views_signing.move, name=Page.LETTER_MOVE),
    path("letters/<int:letter>/sign/", views_signing.sign, name=Page.LETTER_SIGN),
    path("letters/<int:letter>/issue/", views_signing.issue, name=Page.LETTER_ISSUE),
]

urlpatterns = [
    *patterns,
    path("", views.home, name=Page.HOME),
    *desk,
]
