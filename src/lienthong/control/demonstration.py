"""Accounts of a demonstration: one for each role, with a password and a second factor that everybody knows.

They exist only where everybody is made up.
"""

import tomllib
from base64 import b32decode
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from lienthong.config import Configuration
from lienthong.control.accounts import actions
from lienthong.control.accounts.factor import code_at
from lienthong.control.accounts.models import Account
from lienthong.control.accounts.renewal import renew_access
from lienthong.control.accounts.sealing import seal
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.participants.models import Body
from lienthong.control.starting import is_demonstration
from lienthong.core.access import AGENCY_ROLES, Portal, Role
from lienthong.core.account_states import AccountState
from lienthong.core.bodies import BodyKind
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.legal_days import SECOND

PASSWORD: Final = "ba-con-meo-go-phim"  # noqa: S105 - known to everybody on purpose
SECRET: Final = "LIENTHONGTRINHDIENDULIEUGIA23456"  # noqa: S105 - likewise, as authenticators take it
_BY: Final = "demonstration"
_CAST: Final = Path(__file__).with_suffix(".toml")


class _Body(msgspec.Struct):
    identifier: str
    kind: BodyKind
    name: str


class _Cast(msgspec.Struct):
    body: _Body
    names: dict[Role, str]


class NotDemonstrationError(Exception):
    """Accounts that everybody can use were wanted where people are real."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as one role."""

    portal: Portal
    role: Role
    name: str
    email: str


def furnish(configuration: Configuration) -> tuple[SignIn, ...]:
    """Make the accounts that are missing and return how to sign in; safe to repeat, also after a crash.

    Raises NotDemonstrationError in production.
    """
    if not is_demonstration(configuration):
        raise NotDemonstrationError(
            "accounts that everybody can use are for demonstrations and sandboxes; this is production."
        )
    cast = msgspec.convert(tomllib.loads(_CAST.read_text(encoding="utf-8")), _Cast)
    body, _ = Body.objects.get_or_create(
        identifier=cast.body.identifier, defaults={"kind": cast.body.kind.value, "name": cast.body.name}
    )
    return tuple(_furnished(role, cast.names[role], body.pk) for role in Role)


def code_now() -> str:
    """Return the code that an authenticator with the secret shows now."""
    return code_at(b32decode(SECRET), database_now() // SECOND)


def _furnished(role: Role, name: str, body: int) -> SignIn:
    portal = Portal.AGENCY if role in AGENCY_ROLES else Portal.STAFF
    email = f"{role.value.replace('_', '-')}@trinh-dien.example"
    new = actions.NewAccount(
        portal=portal,
        email=email,
        name=name,
        roles=frozenset({role}),
        body=body if portal is Portal.AGENCY else None,
    )
    account = Account.objects.filter(portal=portal, email=email).first()
    if account is None or account.state is AccountState.INVITED:
        invitation = (
            actions.invite(new, actor=None, by=_BY)
            if account is None
            else renew_access(account.pk, actor=None, reason=_BY, by=_BY)
        )
        assert not isinstance(invitation, ControlRefuse), invitation.text
        accepted = actions.accept(portal, invitation.token, PASSWORD)
        assert not isinstance(accepted, ControlRefuse), accepted.text
        account = Account.objects.get(pk=accepted)
    if account.factor is None:
        _give_factor(account)
    return SignIn(portal, role, new.name, email)


def _give_factor(account: Account) -> None:
    event = Event(
        kind="account.factor_enrolled",
        actor=None,
        subject_kind="account",
        subject=str(account.pk),
        body=account.body,
        law=("R8.1",),
        detail={"by": _BY},
    )
    with acting(event):
        sealed = seal(b32decode(SECRET), use="second-factor", owner=account.pk)
        Account.objects.filter(pk=account.pk).update(factor=sealed)
