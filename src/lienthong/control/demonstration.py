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
from lienthong.control.participants.seeding import seed_bodies
from lienthong.control.starting import is_demonstration
from lienthong.core.access import AGENCY_ROLES, Actor, Portal, Role
from lienthong.core.account_states import AccountState
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.legal_days import SECOND

PASSWORD: Final = "ba-con-meo-go-phim"  # noqa: S105 - known to everybody on purpose
SECRET: Final = "LIENTHONGTRINHDIENDULIEUGIA23456"  # noqa: S105 - likewise, as authenticators take it
_BY: Final = "demonstration"
_CAST: Final = Path(__file__).with_suffix(".toml")


class _Cast(msgspec.Struct):
    body: str
    names: dict[Role, str]


class NotDemonstrationError(Exception):
    """Accounts that everybody can use were wanted where people are real."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as one role, for an agency's account with the body it works for."""

    portal: Portal
    role: Role
    name: str
    email: str
    body: str = ""


def require_demonstration(configuration: Configuration) -> None:
    """Refuse to make what everybody can use where people are real; raises NotDemonstrationError."""
    if not is_demonstration(configuration):
        raise NotDemonstrationError(
            "accounts that everybody can use are for demonstrations and sandboxes; this is production."
        )


def furnish(configuration: Configuration) -> tuple[SignIn, ...]:
    """Make the accounts that are missing and return how to sign in; safe to repeat, also after a crash.

    Raises NotDemonstrationError in production, SeedingError.
    """
    require_demonstration(configuration)
    seed_bodies()
    cast = _cast()
    body = Body.objects.get(identifier=cast.body)
    return tuple(sign_in(role, cast.names[role], body if role in AGENCY_ROLES else None) for role in Role)


def own_body() -> str:
    """Return the identifier of the body for which the agency's accounts work."""
    return _cast().body


def _cast() -> _Cast:
    return msgspec.convert(tomllib.loads(_CAST.read_text(encoding="utf-8")), _Cast)


def sign_in(role: Role, name: str, body: Body | None, *, email: str = "") -> SignIn:
    """Return how to sign in as somebody, made where there is no such account yet."""
    portal = Portal.STAFF if body is None else Portal.AGENCY
    email = email or f"{role.value.replace('_', '-')}@trinh-dien.example"
    admit(portal, role, name, email, body)
    return SignIn(portal, role, name, email, "" if body is None else body.name)


def code_now() -> str:
    """Return the code that an authenticator with the secret shows now."""
    return code_at(b32decode(SECRET), database_now() // SECOND)


def admit(portal: Portal, role: Role, name: str, email: str, body: Body | None) -> Actor:
    """Return who acts as somebody: an active account with the password and the factor everybody knows."""
    account = Account.objects.filter(portal=portal, email=email).first()
    if account is None or account.state is AccountState.INVITED:
        new = actions.NewAccount(
            portal=portal,
            email=email,
            name=name,
            roles=frozenset({role}),
            body=None if body is None else body.pk,
        )
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
    return Actor(account.pk, account.name, portal, frozenset({role}), account.body)


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
