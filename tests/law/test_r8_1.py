"""R8.1: access by function, duty and registered purpose: purpose, officer and case on every call."""

import pytest

from lienthong.core.decision import Plan
from lienthong.core.purpose import Actor
from lienthong_protocol.refusals import Code, Refuse
from tests.law.published import decided, grants

pytestmark = pytest.mark.law("R8.1")


def test_every_purpose_hangs_on_a_function_and_the_paper_that_assigns_it() -> None:
    for grant in grants().values():
        for entry in grant.document.purposes:
            assert entry.function
            assert entry.assigned_by


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": None}, Code.PURPOSE_UNKNOWN),
        ({"purpose": "marketing"}, Code.PURPOSE_UNKNOWN),
        ({"officer": None}, Code.OFFICER_REQUIRED),
        ({"officer": "officer-7f3a"}, Code.OFFICER_UNKNOWN),
        ({"officer": "cb-0204"}, Code.OFFICER_UNKNOWN),
        ({"case": None}, Code.CASE_REQUIRED),
        ({"case": "hs 12"}, Code.CASE_INVALID),
    ],
)
def test_a_call_that_does_not_say_so_is_refused(changes: dict, code: Code) -> None:
    refused = decided("h01/his", "sex", **changes)
    assert isinstance(refused, Refuse)
    assert refused.code is code


def test_a_programme_runs_under_a_decision_and_needs_no_officer() -> None:
    (purpose,) = grants()["g12/tms"].document.purposes
    assert purpose.actor is Actor.AUTOMATIC
    assert purpose.decision
    assert isinstance(decided("g12/tms", "sex"), Plan)
