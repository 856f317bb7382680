"""Who is there: names for files, handlers to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lienthong.control.accounts.models import Account
from lienthong.control.frame.statements import execute
from lienthong.core.access import Portal, Role
from lienthong.core.account_states import AccountState
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


@dataclass(frozen=True, slots=True)
class Person:
    """An account by number and name."""

    id: int
    name: str


def staff_with(*roles: Role) -> tuple[Person, ...]:
    """Return the active accounts of staff that hold one of the roles, by name."""
    held = [role.value for role in roles]
    found = execute(_QUERIES, "holders_of", Portal.STAFF.value, AccountState.ACTIVE.value, held)
    return tuple(Person(*row) for row in found)


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of accounts by their numbers."""
    wanted = {each for each in ids if each is not None}
    return dict(execute(_QUERIES, "names_of", list(wanted))) if wanted else {}


def roles_of(id: int) -> frozenset[Role]:
    """Return the roles of an account, none for one that does not exist."""
    found = Account.objects.filter(pk=id).values_list("roles", flat=True).first()
    return frozenset(map(Role, found or ()))
