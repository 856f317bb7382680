import pytest

from lienthong.core.access import ROLES_OF, Actor, Portal, Role
from lienthong.core.body_acts import BODY_ACT_LABELS, BODY_ACT_ROLES, BodyAct, may_on_body
from lienthong.core.control_refusals import ControlCode
from lienthong.core.pages import PAGES, Page


def actor(role: Role, body: int | None = None) -> Actor:
    return Actor(1, "Người Mẫu", Portal.AGENCY if body else Portal.STAFF, frozenset({role}), body)


@pytest.mark.law("R8.1")
@pytest.mark.parametrize("act", BodyAct)
def test_only_those_named_may_act_and_an_agency_only_on_its_own(act) -> None:
    assert may_on_body(act, None, 7) is None
    for role in Role:
        works_for = 7 if role in ROLES_OF[Portal.AGENCY] else None
        refusal = may_on_body(act, actor(role, works_for), 7)
        if role in BODY_ACT_ROLES[act]:
            assert refusal is None
        else:
            assert refusal.code is ControlCode.NOT_YOUR_ROLE
            assert BODY_ACT_LABELS[act].vi in refusal.text.vi
        if works_for:
            assert may_on_body(act, actor(role, 8), 7).code is ControlCode.NOT_FOUND_HERE


def test_pages_ask_for_the_roles_of_their_acts() -> None:
    assert PAGES[Page.REGISTER_BODY].roles == BODY_ACT_ROLES[BodyAct.REGISTER]
    assert PAGES[Page.NEW_KEY].roles == BODY_ACT_ROLES[BodyAct.PROPOSE_KEY]
    assert PAGES[Page.ACCEPT_KEY].roles == {Role.KEY_OFFICER}
    assert PAGES[Page.ACCEPT_KEY].weighty
    assert PAGES[Page.REVOKE_KEY].weighty
    assert PAGES[Page.CONFIRM_SUCCESSION].weighty
