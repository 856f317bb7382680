"""Who may open a page: portal, role, own body, a fresh proof."""

import pytest

from lienthong.core.access import (
    PORTAL_LABELS,
    ROLE_LABELS,
    ROLES_OF,
    Actor,
    Opening,
    PageRule,
    Portal,
    Reach,
    Role,
    may_act,
    may_open,
    misplaced_roles,
)
from lienthong.core.pages import PAGES, Page
from lienthong.core.speech import Text

LABEL = Text("a", "b")
INTEGRATOR = Actor(1, "An", Portal.AGENCY, frozenset({Role.INTEGRATOR}), body=7)
HANDLER = Actor(2, "Bình", Portal.STAFF, frozenset({Role.HANDLER}))


def opening(rule: PageRule, actor: Actor | None, *, body: int | None = None, proven: bool = False) -> Opening:
    portal = rule.portal or Portal.AGENCY
    return may_open(rule, actor, portal=portal, body=body, proven_again=proven)


def test_every_role_is_of_one_portal_and_everything_has_both_names():
    assert ROLES_OF[Portal.STAFF] | ROLES_OF[Portal.AGENCY] == set(Role)
    assert not ROLES_OF[Portal.STAFF] & ROLES_OF[Portal.AGENCY]
    for label in (*PORTAL_LABELS.values(), *ROLE_LABELS.values(), *(rule.label for rule in PAGES.values())):
        assert label.vi
        assert label.en
    assert PORTAL_LABELS.keys() == set(Portal)
    assert ROLE_LABELS.keys() == set(Role)
    assert PAGES.keys() == set(Page)


@pytest.mark.law("R8.1")
def test_what_belongs_to_another_body_does_not_exist():
    rule = PageRule(label=LABEL, portal=Portal.AGENCY)
    assert opening(rule, INTEGRATOR, body=7) is Opening.OPEN
    assert opening(rule, INTEGRATOR, body=None) is Opening.OPEN
    assert opening(rule, INTEGRATOR, body=8) is Opening.NOT_FOUND
    heads = PageRule(label=LABEL, portal=Portal.AGENCY, roles=frozenset({Role.AGENCY_HEAD}))
    assert opening(heads, INTEGRATOR, body=8) is Opening.NOT_FOUND, "before the role is told"
    everybody = PageRule(label=LABEL, portal=Portal.AGENCY, reach=Reach.EVERY_BODY)
    assert opening(everybody, INTEGRATOR, body=8) is Opening.OPEN


@pytest.mark.law("R8.1")
def test_a_page_asks_for_its_portal_and_role():
    rule = PageRule(label=LABEL, portal=Portal.STAFF, roles=frozenset({Role.HANDLER, Role.CHIEF}))
    assert opening(rule, None) is Opening.SIGN_IN
    assert opening(rule, INTEGRATOR) is Opening.SIGN_IN
    assert opening(rule, HANDLER, body=8) is Opening.OPEN
    assert opening(PageRule(label=LABEL, portal=Portal.STAFF), HANDLER) is Opening.OPEN
    chiefs = PageRule(label=LABEL, portal=Portal.STAFF, roles=frozenset({Role.CHIEF}))
    assert opening(chiefs, HANDLER) is Opening.FORBIDDEN
    assert may_open(rule, HANDLER, portal=Portal.AGENCY, body=None, proven_again=False) is Opening.NOT_FOUND


def test_public_pages_open_and_weighty_ones_want_a_proof():
    assert opening(PageRule(label=LABEL, public=True), None) is Opening.OPEN
    weighty = PageRule(label=LABEL, weighty=True)
    assert opening(weighty, INTEGRATOR) is Opening.PROVE_AGAIN
    assert opening(weighty, INTEGRATOR, proven=True) is Opening.OPEN


def test_roles_decide_and_no_role_is_the_system_alone():
    assert may_act(HANDLER, frozenset({Role.HANDLER, Role.CHIEF}))
    assert not may_act(HANDLER, frozenset({Role.CHIEF}))
    assert not may_act(HANDLER, frozenset())
    assert misplaced_roles(Portal.AGENCY, frozenset({Role.INTEGRATOR, Role.CHIEF})) == {Role.CHIEF}
