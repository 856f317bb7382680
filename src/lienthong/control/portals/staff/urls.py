"""Addresses of the staff portal."""

from django.urls import path

from lienthong.control.portals.bodies.urls import patterns as body_patterns
from lienthong.control.portals.entrance.urls import patterns
from lienthong.control.portals.guides.urls import patterns as guide_patterns
from lienthong.control.portals.staff import (
    views,
    views_accounts,
    views_arrivals,
    views_audit,
    views_bodies,
    views_conditions,
    views_handling,
    views_keys,
    views_letters,
    views_mails,
    views_opening,
    views_requests,
    views_signing,
    views_succession,
    views_trial,
    views_work_days,
)
from lienthong.core.access import Portal
from lienthong.core.pages import Page

app_name = Portal.STAFF.value

desk = [
    path("requests/", views_requests.requests, name=Page.DESK_REQUESTS),
    path("requests/<str:reference>/", views_requests.request_file, name=Page.DESK_REQUEST),
    path("requests/<str:reference>/thread/", views_requests.thread, name=Page.DESK_THREAD),
    path("requests/<str:reference>/versions/", views_requests.versions, name=Page.DESK_VERSIONS),
    path("requests/<str:reference>/trial/", views_trial.trial, name=Page.DESK_TRIAL),
    path(
        "requests/<str:reference>/trial/runs/<int:run>/report/",
        views_trial.report,
        name=Page.DESK_TRIAL_REPORT,
    ),
    path("requests/<str:reference>/fields/", views_handling.fields, name=Page.DESK_FIELDS),
    path("requests/<str:reference>/conditions/", views_conditions.conditions, name=Page.DESK_CONDITIONS),
    path(
        "requests/<str:reference>/conditions/<str:system>/<str:condition>/",
        views_conditions.judge,
        name=Page.DESK_CONDITION_JUDGE,
    ),
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
    path("arrivals/<int:arrival>/", views_opening.letter, name=Page.ARRIVAL),
    path("arrivals/<int:arrival>/open/", views_opening.open_file, name=Page.ARRIVAL_OPEN),
    path("arrivals/<int:arrival>/sender/", views_opening.name_sender, name=Page.ARRIVAL_SENDER),
    path("arrivals/<int:arrival>/file/", views_opening.put_under, name=Page.ARRIVAL_PUT_UNDER),
    path("arrivals/<int:arrival>/give-back/", views_opening.give_back, name=Page.ARRIVAL_GIVE_BACK),
    path("letters/", views_letters.letters, name=Page.LETTERS),
    path("letters/<int:letter>/", views_letters.letter, name=Page.LETTER),
    path("letters/<int:letter>/pdf/", views_letters.pdf, name=Page.LETTER_PDF),
    path("letters/<int:letter>/rewrite/", views_letters.rewrite, name=Page.LETTER_REWRITE),
    path("letters/<int:letter>/move/", views_signing.move, name=Page.LETTER_MOVE),
    path("letters/<int:letter>/sign/", views_signing.sign, name=Page.LETTER_SIGN),
    path("letters/<int:letter>/issue/", views_signing.issue, name=Page.LETTER_ISSUE),
]

administration = [
    path("accounts/", views_accounts.accounts, name=Page.ACCOUNTS),
    path("accounts/new/", views_accounts.new_account, name=Page.ACCOUNT_NEW),
    path("accounts/<int:account>/", views_accounts.account, name=Page.ACCOUNT_FILE),
    path("accounts/<int:account>/roles/", views_accounts.change_roles, name=Page.ACCOUNT_ROLES),
    path("accounts/<int:account>/renew/", views_accounts.renew, name=Page.ACCOUNT_RENEW),
    path("accounts/<int:account>/sessions/", views_accounts.end_sessions, name=Page.ACCOUNT_SESSIONS),
    path("accounts/<int:account>/<str:act>/", views_accounts.change_account, name=Page.ACCOUNT_STATE),
    path("mails/", views_mails.mails_aside, name=Page.MAILS_ASIDE),
    path("mails/again/", views_mails.mail_again, name=Page.MAIL_AGAIN),
    path("work-days/", views_work_days.calendar, name=Page.WORK_DAYS),
    path("work-days/new/", views_work_days.enter, name=Page.WORK_DAYS_ENTER),
    path("work-days/<int:entry>/withdraw/", views_work_days.withdraw, name=Page.WORK_DAY_WITHDRAW),
]

urlpatterns = [
    *patterns,
    path("", views.home, name=Page.HOME),
    path("audit/<int:event>/", views_audit.audit_event, name=Page.AUDIT_EVENT),
    *desk,
    *administration,
    *body_patterns,
    *guide_patterns,
    path("bodies/", views_bodies.list_of_bodies, name=Page.BODIES),
    path("bodies/new/", views_bodies.register_body, name=Page.REGISTER_BODY),
    path("bodies/successions/new/", views_succession.succeed_bodies, name=Page.SUCCEED_BODIES),
    path("bodies/successions/", views_succession.confirm_succession, name=Page.CONFIRM_SUCCESSION),
    path("bodies/named/<path:identifier>/", views_bodies.body_named, name=Page.BODY_NAMED),
    path("bodies/<int:body>/", views_bodies.body, name=Page.BODY),
    path("bodies/<int:body>/edit/", views_bodies.edit_body, name=Page.EDIT_BODY),
    path("bodies/<int:body>/invite/", views_bodies.invite_to_body, name=Page.INVITE_TO_BODY),
    path("keys/", views_keys.keys_waiting, name=Page.KEYS_WAITING),
    path("keys/<int:key>/accept/", views_keys.accept_key, name=Page.ACCEPT_KEY),
    path("keys/<int:key>/reject/", views_keys.reject_key, name=Page.REJECT_KEY),
]
