import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.account_acts import (
    ADMINISTRATOR_ACT_LABELS,
    AdministratorAct,
    administers,
    last_administrator,
    may_administer,
    unfit_roles,
)
from lienthong.core.account_states import AccountState
from lienthong.core.control_refusals import ControlCode

BOTH = frozenset({Role.ADMINISTRATOR, Role.HANDLER})


@pytest.mark.law("R8.1")
@pytest.mark.parametrize("act", AdministratorAct)
def test_only_administrators_and_the_system_administer(act) -> None:
    assert may_administer(act, None) is None
    for role in Role:
        refusal = may_administer(act, Actor(1, "Người Mẫu", Portal.STAFF, frozenset({role})))
        if role is Role.ADMINISTRATOR:
            assert refusal is None
        else:
            assert refusal.code is ControlCode.NOT_YOUR_ROLE
            assert ADMINISTRATOR_ACT_LABELS[act].vi in refusal.text.vi


@pytest.mark.law("R8.1")
def test_roles_are_of_the_portal_and_at_least_one() -> None:
    assert unfit_roles(Portal.STAFF, BOTH) is None
    assert unfit_roles(Portal.AGENCY, BOTH).code is ControlCode.ROLES_MISPLACED
    assert unfit_roles(Portal.STAFF, frozenset()).code is ControlCode.ROLES_WANTED


@pytest.mark.law("R8.1")
def test_only_who_can_sign_in_and_has_the_right_administers() -> None:
    assert administers(BOTH, AccountState.ACTIVE, has_password=True)
    assert not administers(BOTH, AccountState.ACTIVE, has_password=False)
    assert not administers(frozenset({Role.CHIEF}), AccountState.ACTIVE, has_password=True)
    for state in set(AccountState) - {AccountState.ACTIVE}:
        assert not administers(BOTH, state, has_password=True)


@pytest.mark.law("R8.1")
@pytest.mark.parametrize(
    ("others", "before", "after", "is_refused"),
    [(0, True, False, True), (1, True, False, False), (0, True, True, False), (0, False, False, False)],
)
def test_the_last_administrator_stays(others, before, after, is_refused) -> None:
    refusal = last_administrator(others, before=before, after=after)
    assert (refusal is not None) is is_refused
    assert refusal is None or refusal.code is ControlCode.LAST_ADMINISTRATOR
