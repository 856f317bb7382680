"""Taking an account under lock together with all that could administer in its place."""

from dataclasses import dataclass

from django.db.models import Q

from lienthong.control.accounts.models import Account
from lienthong.control.audit.acting import decided_meanwhile
from lienthong.control.audit.events import events_of
from lienthong.core.access import Portal, Role
from lienthong.core.account_acts import administers, last_administrator
from lienthong.core.account_states import AccountState
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import instant

_OWN = ("account.signed_in", "account.proved_again", "account.session_ended", "account.blocked")
"""What happens to an account without its version moving on."""
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Held:
    """An account under lock. `others`: how many other accounts can administer, all of them locked too."""

    account: Account
    others: int

    def unless_last(
        self,
        *,
        roles: frozenset[Role] | None = None,
        state: AccountState | None = None,
        has_password: bool = True,
    ) -> ControlRefuse | None:
        """Return the refusal where what the account becomes leaves nobody who can administer. Law: R8.1."""
        after = administers(
            _roles(self.account) if roles is None else roles,
            self.account.state if state is None else state,
            has_password=has_password and bool(self.account.password),
        )
        return last_administrator(self.others, before=_administers(self.account), after=after)


def hold(account_id: int, seen: int | None) -> Held | ControlRefuse:
    """Lock an account that was seen at version `seen` and every administrator, in the order of numbers.

    Of two administrators who would take the right from each other at once, the second waits here and finds
    that nobody else is left. Law: R8.1.
    """
    administrators = Q(
        portal=Portal.STAFF, state=AccountState.ACTIVE, roles__contains=[Role.ADMINISTRATOR.value]
    )
    rows = Account.objects.select_for_update().filter(Q(pk=account_id) | administrators).order_by("pk")
    locked = {row.pk: row for row in rows}
    account = locked.pop(account_id, None)
    if account is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    others = sum(_administers(row) for row in locked.values())
    return _overtaken(account, seen) or Held(account, others)


def _overtaken(account: Account, seen: int | None) -> ControlRefuse | None:
    if seen is None or account.version == seen:
        return None
    happened = events_of("account", str(account.pk), most=_LATEST)
    last = next((event for event in happened if event.kind not in _OWN), None)
    who, when = ("", 0) if last is None else (last.actor_name, instant(last.at))
    return decided_meanwhile(account, seen, who=who, when=when)


def _administers(account: Account) -> bool:
    return administers(_roles(account), account.state, has_password=bool(account.password))


def _roles(account: Account) -> frozenset[Role]:
    return frozenset(Role(role) for role in account.roles)
