"""Telling accounts something: kept in the transaction of the act, sent by e-mail afterwards.

    with acting(event) as act:
        ...
        tell(ToBody(request.body, {Role.INTEGRATOR}), Text("Hồ sơ …", "File …"), Text("…", "…"), link)

The act never waits for a mail server and is never lost because of one.
"""

import secrets
from dataclasses import dataclass
from typing import assert_never

from django.db import connection
from django.db.models import Q

from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import database_now
from lienthong.control.notices.jobs import mail
from lienthong.control.notices.models import Notice
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountState
from lienthong.core.legal_days import moment
from lienthong.core.speech import Text


@dataclass(frozen=True, slots=True)
class ToAccounts:
    """These accounts, by their numbers."""

    accounts: frozenset[int]


@dataclass(frozen=True, slots=True)
class ToBody:
    """The accounts of a body that hold one of these roles; all of its accounts where none is named."""

    body: int
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class ToOffice:
    """The accounts of staff that hold one of these roles."""

    roles: frozenset[Role]


Recipients = ToAccounts | ToBody | ToOffice


def tell(to: Recipients, subject: Text, body: Text, link: str = "") -> tuple[int, ...]:
    """Tell every active account among `to`; return their numbers, none being a case to be thought of.

    `link` is an address within the portals, such as address_of() gives. To be called within an act: the
    notices and their e-mails are of its transaction. Raises ValueError for a link that leads elsewhere and
    RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("notices are told within an act: outside they could stand without it")
    if link and not link.startswith(tuple(f"/{portal}/" for portal in Portal)):
        raise ValueError(f"{link} leads out of the portals")
    accounts = list(Account.objects.filter(_among(to), state=AccountState.ACTIVE).order_by("pk"))
    at = moment(database_now())
    notices = Notice.objects.bulk_create(
        Notice(
            account=account,
            subject_vi=subject.vi,
            subject_en=subject.en,
            body_vi=body.vi,
            body_en=body.en,
            link=link if link.startswith(f"/{account.portal}/") else "",
            made_at=at,
            message_id=secrets.token_hex(16),
        )
        for account in accounts
    )
    if notices:
        mail.batch_defer(*({"notice": notice.pk} for notice in notices))
    return tuple(account.pk for account in accounts)


def _among(to: Recipients) -> Q:
    match to:
        case ToAccounts(accounts):
            return Q(pk__in=accounts)
        case ToBody(body, roles):
            of_body = Q(portal=Portal.AGENCY, body=body)
            return of_body & Q(roles__overlap=sorted(roles)) if roles else of_body
        case ToOffice(roles):
            return Q(portal=Portal.STAFF, roles__overlap=sorted(roles))
        case _:
            assert_never(to)
