"""Who is there: names for files, handlers to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass

from lienthong.control.accounts.models import Account
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountState


@dataclass(frozen=True, slots=True)
class Person:
    """An account by number and name."""

    id: int
    name: str


def staff_with(*roles: Role) -> tuple[Person, ...]:
    """Return the active accounts of staff that hold one of the roles, by name."""
    found = Account.objects.filter(
        portal=Portal.STAFF, state=AccountState.ACTIVE, roles__overlap=[role.value for role in roles]
    )
    return tuple(Person(*row) for row in found.order_by("name", "id").values_list("id", "name"))


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of accounts by their numbers."""
    wanted = {each for each in ids if each is not None}
    return dict(Account.objects.filter(pk__in=wanted).values_list("id", "name")) if wanted else {}


def roles_of(id: int) -> frozenset[Role]:
    """Return the roles of an account, none for one that does not exist."""
    found = Account.objects.filter(pk=id).values_list("roles", flat=True).first()
    return frozenset(map(Role, found or ()))
