"""What the law asks of the state tables of the procedure, beyond their being sound tables."""

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.access import AGENCY_ROLES, STAFF_ROLES, Actor, Portal, Role
from lienthong.core.guide_states import GUIDE_MACHINE, GUIDE_PUBLISHERS, GUIDE_WRITERS, GuideState
from lienthong.core.key_states import KEY_MACHINE, KeyAct, KeyState
from lienthong.core.letter_states import INCOMING_MACHINE, OUTGOING_MACHINE, OutgoingAct, OutgoingState
from lienthong.core.machines import Machine
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.run_states import RUN_MACHINE, RunAct, RunState
from lienthong.core.track_states import (
    ASSESSMENT_MACHINE,
    DOCUMENTS_MACHINE,
    FIRST_STATES,
    SUPPORT_MACHINE,
    AssessmentAct,
    AssessmentState,
)
from lienthong.core.tracks import AssessmentPath

TRACKS = (DOCUMENTS_MACHINE, SUPPORT_MACHINE, ASSESSMENT_MACHINE)
ALL = (REQUEST_MACHINE, *TRACKS, OUTGOING_MACHINE, INCOMING_MACHINE, KEY_MACHINE, RUN_MACHINE, GUIDE_MACHINE)
STAFF = Actor(id=1, name="Cán bộ", portal=Portal.STAFF, roles=STAFF_ROLES)
AGENCY = Actor(id=2, name="Cơ quan", portal=Portal.AGENCY, roles=AGENCY_ROLES, body=1)


def staff(*roles: Role) -> Actor:
    return Actor(id=3, name="Cán bộ", portal=Portal.STAFF, roles=frozenset(roles))


@pytest.mark.parametrize("machine", ALL, ids=lambda machine: machine.name)
def test_every_state_is_reached_owned_and_left(machine: Machine) -> None:
    assert list(machine.defects()) == []


def test_tables_have_names_of_their_own() -> None:
    assert len({machine.name for machine in ALL}) == len(ALL)


@pytest.mark.law("R1.3")
@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("act", [RequestAct.REFUSE, RequestAct.ASK_SUPPLEMENT])
@pytest.mark.parametrize("actor", [STAFF, AGENCY], ids=["staff", "agency"])
def test_nobody_refuses_or_asks_for_more_but_by_an_issued_letter(state, act, actor) -> None:
    assert not isinstance(REQUEST_MACHINE.step(act, state, actor), RequestState)


@pytest.mark.law("R1.3")
def test_the_issue_of_the_letter_refuses_or_asks_for_more() -> None:
    step = REQUEST_MACHINE.step
    assert step(RequestAct.REFUSE, RequestState.ASSIGNED, None) is RequestState.REFUSED
    assert step(RequestAct.ASK_SUPPLEMENT, RequestState.ASSIGNED, None) is RequestState.SUPPLEMENT_ASKED


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("act", [RequestAct.SIGN, RequestAct.SUPPLEMENT, RequestAct.WITHDRAW])
def test_only_the_head_of_the_body_binds_it(act) -> None:
    ways = [way for way in REQUEST_MACHINE.transitions if way.act is act]
    assert ways
    assert all(way.roles == {Role.AGENCY_HEAD} for way in ways)


@pytest.mark.law("R5.3")
def test_nothing_is_sent_that_was_not_signed() -> None:
    into = [way.act for way in REQUEST_MACHINE.transitions if way.target is RequestState.SENT]
    assert into == [RequestAct.SIGN]


@pytest.mark.law("R5.1")
def test_a_request_can_be_withdrawn_from_sending_until_its_answer() -> None:
    unbound = {RequestState.DRAFT, RequestState.TO_SIGN}
    for row in REQUEST_MACHINE.states:
        can = RequestAct.WITHDRAW in REQUEST_MACHINE.acts_of(row.name, AGENCY)
        assert can is (not row.final and row.name not in unbound)


@pytest.mark.law("R5.2")
def test_no_track_waits_for_an_act_of_another_track_or_of_the_request() -> None:
    kinds = [{type(state.name) for state in machine.states} for machine in (*TRACKS, REQUEST_MACHINE)]
    assert all(len(kind) == 1 for kind in kinds)
    assert len({kind.pop() for kind in kinds}) == 4


@pytest.mark.law("R4.3", "R4.8")
def test_every_path_of_assessment_has_its_first_state() -> None:
    assert set(FIRST_STATES) == set(AssessmentPath)
    assert set(FIRST_STATES.values()) == set(ASSESSMENT_MACHINE.initial)


@pytest.mark.law("R4.9")
def test_the_authority_concludes_no_check_of_a05() -> None:
    authority = staff(Role.HANDLER, Role.CHIEF, Role.APPROVER, Role.REVIEWER)
    for state in (AssessmentState.CHECK_OPENED, AssessmentState.TEAM_NAMED, AssessmentState.UNDER_WAY):
        assert ASSESSMENT_MACHINE.acts_of(state, authority) == ()
        assert ASSESSMENT_MACHINE.acts_of(state, staff(Role.ASSESSOR))


@pytest.mark.law("R4.8")
def test_an_exemption_is_decided_and_a_denied_one_leads_to_the_check() -> None:
    denied = ASSESSMENT_MACHINE.step(
        AssessmentAct.DENY_EXEMPTION, AssessmentState.EXEMPTION_OPENED, staff(Role.APPROVER)
    )
    assert denied is AssessmentState.CHECK_OPENED


def test_a_letter_is_issued_only_after_it_was_submitted_and_signed() -> None:
    into = {
        way.target: way.source for way in OUTGOING_MACHINE.transitions if way.act is not OutgoingAct.REVISE
    }
    assert into[OutgoingState.ISSUED] is OutgoingState.SIGNED
    assert into[OutgoingState.SIGNED] is OutgoingState.SUBMITTED
    assert OUTGOING_MACHINE.acts_of(OutgoingState.SUBMITTED, staff(Role.HANDLER)) == (OutgoingAct.WITHDRAW,)


def test_body_and_key_officer_revoke_a_key_in_one_act() -> None:
    for actor in (AGENCY, staff(Role.KEY_OFFICER)):
        assert KEY_MACHINE.step(KeyAct.REVOKE, KeyState.ACTIVE, actor) is KeyState.REVOKED
    assert not isinstance(KEY_MACHINE.step(KeyAct.REVOKE, KeyState.ACTIVE, staff(Role.HANDLER)), KeyState)


@pytest.mark.law("R5.2")
@pytest.mark.parametrize("act", [RunAct.PASS, RunAct.FAIL])
@pytest.mark.parametrize("actor", [STAFF, AGENCY], ids=["staff", "agency"])
def test_the_verdict_on_a_run_is_nobodys_to_give(act, actor) -> None:
    assert not isinstance(RUN_MACHINE.step(act, RunState.RUNNING, actor), RunState)


@pytest.mark.law("R7.1", "R9.1")
def test_a_guide_waits_for_its_body_or_for_the_authority_and_each_can_publish_it() -> None:
    for row in GUIDE_MACHINE.states:
        if row.name is not GuideState.ENDED:
            assert row.waits_for & AGENCY_ROLES
            assert row.waits_for & STAFF_ROLES
    assert {Role.CONTACT_OFFICER, Role.CHIEF} == GUIDE_PUBLISHERS <= GUIDE_WRITERS


@given(st.data(), st.sampled_from(ALL))
def test_any_walk_ends_where_nothing_more_can_be_done(data, machine: Machine) -> None:
    state: StrEnum = data.draw(st.sampled_from(machine.initial))
    for _ in range(30):
        ways = [way for way in machine.transitions if way.source == state]
        if not ways:
            break
        way = data.draw(st.sampled_from(ways))
        assert machine.step(way.act, state, None) == way.target
        state = way.target
    assert machine.state(state).final is (not [way for way in machine.transitions if way.source == state])
