from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.access import STAFF_ROLES, Actor, Portal, Role
from lienthong.core.arrived_letters import (
    GIVE_BACK_LABELS,
    GiveBackGround,
    KnownFile,
    choice_as_written,
    judge_giving_back,
    judge_opening,
    judge_putting_under,
)
from lienthong.core.connection_request import ConnectionRequest, Direction, RegisteringUnit
from lienthong.core.control_refusals import ControlCode
from lienthong.core.fields import FIELDS
from lienthong.core.letter_states import IncomingState
from lienthong.core.request_missing import missing
from lienthong.core.request_states import RequestState
from tests.core.filing import BODY, TODAY
from tests.core.requesting import COMPLETE

CLERK = Actor(id=1, name="Văn thư", portal=Portal.STAFF, roles=frozenset({Role.INTAKE_CLERK}))
OTHERS = Actor(id=2, name="Khác", portal=Portal.STAFF, roles=STAFF_ROLES - {Role.INTAKE_CLERK})
REGISTERED = IncomingState.REGISTERED
EMPTY = ConnectionRequest(unit=RegisteringUnit(name="Sở Y tế tỉnh", identifier=BODY))
FILE = KnownFile(reference="YC-2026-000001", state=RequestState.RECEIVED, body=7, body_name="Sở Y tế tỉnh")


def code_of(refusal: object) -> object:
    return None if refusal is None else refusal.code


@pytest.mark.law("R5.1", "R5.2", "R5.3")
def test_what_a_letter_lacks_stops_no_file() -> None:
    assert judge_opening(REGISTERED, COMPLETE, BODY, BODY, CLERK) is None
    assert judge_opening(REGISTERED, EMPTY, BODY, BODY, CLERK) is None
    assert len(missing(EMPTY, TODAY)) > 5


@pytest.mark.law("R5.3")
def test_only_the_managing_body_gets_a_file() -> None:
    nobody = judge_opening(REGISTERED, EMPTY, None, "Công ty lạ", CLERK)
    assert nobody.code is ControlCode.SENDER_NO_BODY
    assert "Công ty lạ" in nobody.text.vi
    foreign = replace(COMPLETE, systems=(replace(COMPLETE.systems[0], managed_by="H99.99"),))
    assert judge_opening(REGISTERED, foreign, BODY, BODY, CLERK).code is ControlCode.MAY_NOT_FILE


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("state", IncomingState)
def test_a_letter_is_dealt_with_once_and_by_the_clerk(state) -> None:
    ground, reason = GiveBackGround.UNREADABLE, "Thiếu trang 2"
    acts = {
        "open": lambda actor: judge_opening(state, COMPLETE, BODY, BODY, actor),
        "put": lambda actor: judge_putting_under(state, 7, FILE.reference, FILE, actor),
        "back": lambda actor: judge_giving_back(state, ground, reason, actor),
    }
    for act in acts.values():
        if state is REGISTERED:
            assert act(CLERK) in (None, IncomingState.GIVEN_BACK)
            assert act(OTHERS).code is ControlCode.NOT_YOUR_ROLE
        else:
            assert act(CLERK).code is act(OTHERS).code is ControlCode.NOT_IN_THIS_STATE


@pytest.mark.law("R5.3")
@pytest.mark.parametrize(
    ("sender", "file", "code"),
    [
        (7, FILE, None),
        (None, FILE, None),
        (8, FILE, ControlCode.FILE_OF_ANOTHER_BODY),
        (7, None, ControlCode.FILE_UNKNOWN),
        (7, replace(FILE, state=RequestState.DRAFT), ControlCode.FILE_UNKNOWN),
        (7, replace(FILE, state=RequestState.TO_SIGN), ControlCode.FILE_UNKNOWN),
        (7, replace(FILE, state=RequestState.REFUSED), None),
    ],
)
def test_a_letter_is_put_under_a_file_of_its_sender_that_was_sent(sender, file, code) -> None:
    assert code_of(judge_putting_under(REGISTERED, sender, FILE.reference, file, CLERK)) is code


@pytest.mark.law("R1.3")
def test_nothing_is_given_back_without_ground_and_reason() -> None:
    for ground, reason in ((None, "Nhầm nơi gửi"), (GiveBackGround.NOT_FOR_US, " \n")):
        refusal = judge_giving_back(REGISTERED, ground, reason, CLERK)
        assert refusal.code is ControlCode.NO_GROUND_TO_GIVE_BACK
        assert "thiếu nội dung không phải là căn cứ" in refusal.text.vi
    assert set(GIVE_BACK_LABELS) == set(GiveBackGround)


@pytest.mark.law("R5.1")
@given(st.sampled_from(FIELDS), st.sampled_from(["name", "label_vi", "label_en"]))
def test_a_field_is_known_by_each_of_its_names(field, name) -> None:
    line = f"  {getattr(field, name).upper()}\t"
    choice = choice_as_written(line, direction=Direction.GET, purpose="MD1", reason="")
    assert choice.known is not None
    assert getattr(choice.known, name) == getattr(field, name)
    assert choice.label == ""


@pytest.mark.law("R5.1")
def test_what_the_catalogue_does_not_have_stays_as_written_and_shows_as_missing() -> None:
    asked = choice_as_written("Số  thẻ hội viên", direction=Direction.GET, purpose="patient", reason="x")
    given_item = choice_as_written("Số thẻ", direction=Direction.GIVE, purpose="patient", reason="x")
    assert (asked.label, asked.known) == ("Số thẻ hội viên", None)
    request = replace(COMPLETE, choices=(asked, given_item), written_counts=())
    names = {(item.name, item.about) for item in missing(request, TODAY)}
    assert ("field_unknown", asked.field) in names
    assert not {about for name, about in names if name == "field_label"}
