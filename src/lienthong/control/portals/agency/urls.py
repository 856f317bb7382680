"""Addresses of the agency portal."""

from django.urls import path

from lienthong.control.portals.agency import (
    views,
    views_body,
    views_conditions,
    views_draft,
    views_officers,
    views_requests,
    views_signing,
    views_systems,
    views_trial,
)
from lienthong.control.portals.bodies.urls import patterns as body_patterns
from lienthong.control.portals.entrance.urls import patterns
from lienthong.control.portals.guides.urls import patterns as guide_patterns
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.AGENCY.value

_ONE_REQUEST = (
    ("", views_requests.request_page, Page.OWN_REQUEST),
    ("thread/", views_requests.thread, Page.OWN_REQUEST_THREAD),
    ("conditions/", views_conditions.conditions, Page.OWN_REQUEST_CONDITIONS),
    ("versions/", views_requests.versions, Page.OWN_REQUEST_VERSIONS),
    ("files/<int:file>/", views_requests.file, Page.OWN_REQUEST_FILE),
    ("documents/<int:document>/", views_requests.document, Page.OWN_REQUEST_DOCUMENT),
    ("trial/", views_trial.trial, Page.OWN_TRIAL),
    ("trial/<int:trial>/key/", views_trial.key, Page.OWN_TRIAL_KEY),
    ("trial/<int:trial>/start/", views_trial.start, Page.OWN_TRIAL_START),
    ("trial/<int:trial>/persons/<slug:kind>/", views_trial.persons, Page.OWN_TRIAL_PERSONS),
    ("trial/runs/<int:run>/abandon/", views_trial.abandon, Page.OWN_TRIAL_ABANDON),
    ("trial/runs/<int:run>/report/", views_trial.report, Page.OWN_TRIAL_REPORT),
    ("draft/", views_draft.overview, Page.OWN_DRAFT),
    ("draft/letter/", views_draft.letter, Page.OWN_DRAFT_LETTER),
    ("draft/submit/", views_signing.submit, Page.OWN_DRAFT_SUBMIT),
    ("draft/take-back/", views_signing.take_back, Page.OWN_DRAFT_TAKE_BACK),
    ("draft/discard/", views_signing.discard, Page.OWN_DRAFT_DISCARD),
    ("draft/parts/<str:part>/", views_draft.part, Page.OWN_DRAFT_PART),
    ("draft/evidence/", views_conditions.evidence, Page.OWN_DRAFT_EVIDENCE),
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
    *body_patterns,
    *guide_patterns,
    path("body/", views_body.own_body, name=Page.OWN_BODY),
    path("body/address/", views_body.edit_own_body, name=Page.EDIT_OWN_BODY),
    path("mandates/new/", views_body.new_mandate, name=Page.NEW_MANDATE),
    path("mandates/<int:mandate>/edit/", views_body.edit_mandate, name=Page.EDIT_MANDATE),
    path("mandates/<int:mandate>/end/", views_body.end_mandate, name=Page.END_MANDATE),
    path("contacts/new/", views_body.new_contact, name=Page.NEW_CONTACT),
    path("contacts/<int:contact>/edit/", views_body.edit_contact, name=Page.EDIT_CONTACT),
    path("contacts/<int:contact>/end/", views_body.end_contact, name=Page.END_CONTACT),
    path("systems/new/", views_systems.new_system, name=Page.NEW_SYSTEM),
    path("systems/<int:system>/edit/", views_systems.edit_system, name=Page.EDIT_SYSTEM),
    path("systems/<int:system>/keys/new/", views_systems.new_key, name=Page.NEW_KEY),
    path("keys/<int:key>/withdraw/", views_systems.withdraw_key, name=Page.WITHDRAW_KEY),
    path("systems/<int:system>/officers/new/", views_officers.new_officer, name=Page.NEW_OFFICER),
    path("systems/<int:system>/officers/import/", views_officers.import_officers, name=Page.IMPORT_OFFICERS),
    path(
        "systems/<int:system>/officers/take-over/",
        views_officers.confirm_officers,
        name=Page.CONFIRM_OFFICERS,
    ),
    path("officers/<int:officer>/end/", views_officers.end_officer, name=Page.END_OFFICER),
]
