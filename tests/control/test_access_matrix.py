"""Every page × every role × own or another body, through the real middleware, against the agreed table.

`python -m tests.control.renew_matrix` writes access_matrix.txt anew; read the difference before you agree.
"""

import pytest
from django.http import HttpResponse

from lienthong.control.frame.completeness import addresses
from lienthong.control.frame.page import address_of
from lienthong.core.access import ROLES_OF, Portal, Role
from lienthong.core.pages import PAGES, Page
from tests.control.matrix import AGREED, matrix_of, what_happened
from tests.control.page_samples import SAMPLES
from tests.control.portal import OTHER_BODY, without_tokens


def test_every_page_has_an_address_and_a_sample():
    assert {address.page for address in addresses()} == set(PAGES)
    assert SAMPLES.keys() == set(Page), "say in page_samples.py how the new page is tried"


@pytest.mark.law("R8.1")
def test_every_page_opens_for_those_of_the_agreed_table_and_for_nobody_else(portals):
    agreed = AGREED.read_text(encoding="utf-8").splitlines()
    assert matrix_of(portals) == agreed


@pytest.mark.law("R8.1")
def test_what_belongs_to_another_body_looks_like_what_does_not_exist(portals):
    browser = portals.browser(Role.INTEGRATOR)
    nowhere = browser.get("/agency/no-such-page/")
    assert nowhere.status_code == 404
    for address in addresses():
        rule = PAGES[address.page]
        if address.portal is Portal.AGENCY and address.values and not rule.public:
            values = SAMPLES[address.page](portals, OTHER_BODY)
            answer = browser.get(address_of(address.portal, address.page, **values))
            assert answer.status_code in (404, 405), address
            if answer.status_code == 404:
                assert alike(answer) == alike(nowhere)


def alike(answer: HttpResponse) -> str:
    """Return a page without what follows from its address alone: itself, its place in the navigation."""
    page = without_tokens(answer.content).replace(answer.wsgi_request.path, "")
    return page.replace(' aria-current="page"', "")


def test_the_matrix_sees_a_page_that_opens_too_far(portals, monkeypatch):
    from dataclasses import replace

    from lienthong.control.frame import page

    agreed = set(AGREED.read_text(encoding="utf-8").splitlines())
    open_to_all = replace(PAGES[Page.RECOVERY_CODES], weighty=False)
    decide = page.may_open
    monkeypatch.setattr(
        page,
        "may_open",
        lambda rule, *given, **named: decide(
            open_to_all if rule is PAGES[Page.RECOVERY_CODES] else rule, *given, **named
        ),
    )
    assert set(matrix_of(portals, [Page.RECOVERY_CODES])) - agreed


def test_roles_of_the_other_portal_are_asked_to_sign_in(portals):
    for portal in Portal:
        for other in Portal:
            if other is portal:
                continue
            role = sorted(ROLES_OF[other])[0]
            browser = portals.browser(role)
            assert what_happened(browser.get(f"/{portal}/account/")) == "sign in"
