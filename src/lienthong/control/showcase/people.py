"""Who plays in a demonstration: the authority's people, writer and head of each body, accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lienthong.control.accounts import actions
from lienthong.control.accounts.models import Account
from lienthong.control.demonstration import SignIn, sign_in
from lienthong.control.participants.models import Body
from lienthong.control.showcase.contents import Listed
from lienthong.control.showcase.words import WORDS
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_states import AccountAct, AccountState
from lienthong.core.control_refusals import ControlRefuse

_COLLEAGUE: Final = (WORDS["colleague"], "handler-2@trinh-dien.example")
_OTHERS: Final = (
    (WORDS["invited"], Role.REVIEWER, None),
    (WORDS["suspended"], Role.ASSESSOR, AccountAct.SUSPEND),
    (WORDS["closed"], Role.HANDLER, AccountAct.CLOSE),
)
_REASON: Final = {
    AccountAct.SUSPEND: WORDS["suspended_for"],
    AccountAct.CLOSE: WORDS["closed_for"],
}


class ShowcaseError(Exception):
    """An act of the demonstration was refused: the list of files, or the story, is wrong."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The authority's people by their part."""

    clerk: Actor
    handler: Actor
    colleague: Actor
    chief: Actor
    key_officer: Actor
    administrator: Actor


@dataclass(frozen=True, slots=True)
class Side:
    """A body's own people: who writes and who signs."""

    writer: Actor
    head: Actor


def bodies_accounts(listed: Listed) -> tuple[SignIn, ...]:
    """Make writer and head of each body that has files, but those of the body whose accounts are its own."""
    bodies = {body.identifier: body for body in Body.objects.filter(identifier__in=listed.writers)}
    made: list[SignIn] = []
    for identifier, writer in listed.writers.items():
        body = bodies[identifier]
        mailbox = f"{identifier.lower().replace('.', '-')}@trinh-dien.example"
        head = listed.heads[identifier].name
        made.append(sign_in(Role.INTEGRATOR, writer, body, email=f"integrator-{mailbox}"))
        made.append(sign_in(Role.AGENCY_HEAD, head, body, email=f"head-{mailbox}"))
    return tuple(made)


def sides() -> Mapping[str, Side]:
    """Return the people of each body by its identifier; raises ShowcaseError where one is missing."""
    found: dict[str, dict[Role, Actor]] = {}
    identifiers = dict(Body.objects.values_list("pk", "identifier"))
    active = Account.objects.filter(portal=Portal.AGENCY, state=AccountState.ACTIVE).order_by("-pk")
    for account in active:
        actor = _actor(account)
        for role in actor.roles:
            found.setdefault(identifiers[account.body], {})[role] = actor
    return {
        identifier: Side(roles[Role.INTEGRATOR], roles[Role.AGENCY_HEAD])
        for identifier, roles in found.items()
        if {Role.INTEGRATOR, Role.AGENCY_HEAD} <= roles.keys()
    }


def contact_officer_of(side: Side) -> Actor:
    """Return the contact officer with an account of the same body."""
    role = [Role.CONTACT_OFFICER.value]
    return _actor(Account.objects.get(body=side.writer.body, roles__contains=role))


def unit(sign_ins: tuple[SignIn, ...]) -> Unit:
    """Return the authority's people, among them a second handler, whose account is made here."""
    name, email = _COLLEAGUE
    sign_in(Role.HANDLER, name, None, email=email)
    staff = {each.role: _actor_of(each.email) for each in sign_ins if each.portal is Portal.STAFF}
    return Unit(
        clerk=staff[Role.INTAKE_CLERK],
        handler=staff[Role.HANDLER],
        colleague=_actor_of(email),
        chief=staff[Role.CHIEF],
        key_officer=staff[Role.KEY_OFFICER],
        administrator=staff[Role.ADMINISTRATOR],
    )


def other_accounts(administrator: Actor) -> None:
    """Make an account in each state that is not active: invited, suspended, closed."""
    for place, (name, role, act) in enumerate(_OTHERS, 1):
        email = f"staff-{place}@trinh-dien.example"
        account = Account.objects.filter(portal=Portal.STAFF, email=email).first()
        if account is not None:
            continue
        if act is None:
            new = actions.NewAccount(
                portal=Portal.STAFF, email=email, name=name, roles=frozenset({role}), body=None
            )
            done(actions.invite(new, actor=administrator))
            continue
        sign_in(role, name, None, email=email)
        number = _actor_of(email).id
        done(actions.change_state(act, number, actor=administrator, reason=_REASON[act]))


def done(result: object) -> None:
    """Go on where an act was done; raises ShowcaseError for a refusal."""
    if isinstance(result, ControlRefuse):
        raise ShowcaseError(f"{result.code}: {result.text.en}")


def _actor_of(email: str) -> Actor:
    return _actor(Account.objects.get(portal=Portal.STAFF, email=email))


def _actor(account: Account) -> Actor:
    roles = frozenset(Role(role) for role in account.roles)
    return Actor(account.pk, account.name, Portal(account.portal), roles, account.body)
