"""Addresses of the agency portal."""

from django.urls import path

from lienthong.control.portals.agency import views, views_draft, views_requests, views_signing
from lienthong.control.portals.entrance.urls import patterns
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.AGENCY.value

_ONE_REQUEST = (
    ("", views_requests.request_page, Page.OWN_REQUEST),
    ("thread/", views_requests.thread, Page.OWN_REQUEST_THREAD),
    ("versions/", views_requests.versions, Page.OWN_REQUEST_VERSIONS),
    ("files/<int:file>/", views_requests.file, Page.OWN_REQUEST_FILE),
    ("documents/<int:document>/", views_requests.document, Page.OWN_REQUEST_DOCUMENT),
    ("draft/", views_draft.overview, Page.OWN_DRAFT),
    ("draft/letter/", views_draft.letter, Page.OWN_DRAFT_LETTER),
    ("draft/submit/", views_signing.submit, Page.OWN_DRAFT_SUBMIT),
    ("draft/take-back/", views_signing.take_back, Page.OWN_DRAFT_TAKE_BACK),
    ("draft/discard/", views_signing.discard, Page.OWN_DRAFT_DISCARD),
    ("draft/parts/<str:part>/", views_draft.part, Page.OWN_DRAFT_PART),
    ("draft/parts/<str:part>/aside/", views_draft.aside, Page.OWN_DRAFT_ASIDE),
    ("sign/", views_signing.sign, Page.OWN_REQUEST_SIGN),
    ("withdraw/", views_signing.withdraw, Page.OWN_REQUEST_WITHDRAW),
)

urlpatterns = [
    *patterns,
    path("", views.home, name=Page.HOME),
    path("requests/", views_requests.requests, name=Page.OWN_REQUESTS),
    path("requests/start/", views_requests.start, name=Page.OWN_REQUEST_START),
    *(path(f"requests/<str:reference>/{rest}", view, name=name) for rest, view, name in _ONE_REQUEST),
]
