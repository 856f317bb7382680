"""Two people for one act, whatever roles one account holds."""

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.four_eyes import outside_chain, second_person
from lienthong.core.speech import Text

BOTH = Actor(1, "Phạm Minh Đức", Portal.STAFF, frozenset({Role.HANDLER, Role.CHIEF}))
CHIEF = Actor(2, "Vũ Hải", Portal.STAFF, frozenset({Role.CHIEF}))
APPROVER = Actor(3, "Lê Thị Hường", Portal.STAFF, frozenset({Role.APPROVER}))
ACT = Text("Chấp thuận", "Accept")


@pytest.mark.law("R1.3")
def test_whoever_prepared_an_act_does_not_decide_on_it() -> None:
    refusal = second_person(BOTH, ACT, first=(9, BOTH.id))
    assert refusal is not None
    assert refusal.code is ControlCode.SECOND_PERSON_WANTED
    assert "Chấp thuận" in refusal.text.vi
    assert second_person(CHIEF, ACT, first=(BOTH.id,)) is None
    assert second_person(CHIEF, ACT, first=()) is None


@pytest.mark.law("R1.3")
@pytest.mark.parametrize(
    ("actor", "signer", "signer_roles", "is_outside"),
    [
        (CHIEF, CHIEF.id, CHIEF.roles, False),
        (BOTH, CHIEF.id, CHIEF.roles, True),
        (APPROVER, CHIEF.id, CHIEF.roles, True),
        (CHIEF, APPROVER.id, APPROVER.roles, False),
        (APPROVER, APPROVER.id, APPROVER.roles, False),
        (APPROVER, 9, frozenset({Role.APPROVER}), True),
    ],
)
def test_a_submitted_letter_is_touched_by_its_chain_alone(actor, signer, signer_roles, is_outside) -> None:
    refusal = outside_chain(actor, signer=signer, signer_roles=signer_roles, who="Vũ Hải")
    assert (refusal is not None) is is_outside
    assert refusal is None or refusal.code is ControlCode.NOT_IN_CHAIN
