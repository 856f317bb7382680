"""Addresses that stand in both portals."""

from django.urls import path

from lienthong.control.portals.entrance import account, notices, signing_in
from lienthong.core.pages import Page

patterns = [
    path("sign-in/", signing_in.sign_in, name=Page.SIGN_IN),
    path("second-factor/", signing_in.second_factor, name=Page.SECOND_FACTOR),
    path("enrol/", signing_in.enrol, name=Page.ENROL),
    path("accept/<str:token>/", signing_in.accept_invitation, name=Page.ACCEPT_INVITATION),
    path("sign-out/", signing_in.sign_out, name=Page.SIGN_OUT),
    path("prove-again/", signing_in.prove_again, name=Page.PROVE_AGAIN),
    path("language/", account.language, name=Page.LANGUAGE),
    path("account/", account.account, name=Page.ACCOUNT),
    path("account/sessions/<int:session>/end/", account.end_session, name=Page.END_SESSION),
    path("account/recovery-codes/", account.recovery_codes, name=Page.RECOVERY_CODES),
    path("notices/", notices.notices, name=Page.NOTICES),
    path("notices/read/", notices.read_all, name=Page.READ_ALL_NOTICES),
    path("notices/<int:notice>/", notices.open_notice, name=Page.OPEN_NOTICE),
]
