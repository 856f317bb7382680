from dataclasses import replace

import pytest

from lienthong.core.access import Actor, Portal, Role
from lienthong.core.missing import Missing, Section
from lienthong.core.request_handling import (
    OPINION_LABELS,
    UNSEEN,
    WITH_AUTHORITY,
    WITH_HANDLER,
    Opinion,
    judge_acceptance,
    key_of,
    may_handle,
)
from lienthong.core.request_states import RequestState
from lienthong.core.speech import Text
from tests.core.requesting import COMPLETE

AGREED = {key_of(choice): Opinion.AGREED for choice in COMPLETE.choices}


def names(lacking, opinions) -> list[tuple[str, str]]:
    return [(each.name, each.about) for each in judge_acceptance(lacking, COMPLETE.choices, opinions)]


@pytest.mark.law("R5.1")
def test_a_request_is_proposed_when_nothing_lacks_and_every_field_is_agreed_to() -> None:
    assert names((), AGREED) == []
    lacking = (Missing("fields", Section.CONTENT, Text("Thiếu", "Missing")),)
    assert names(lacking, AGREED) == [("fields", "")]


@pytest.mark.law("R5.1")
@pytest.mark.parametrize(
    ("opinion", "name"),
    [
        (None, "field_undecided"),
        (Opinion.CONSIDERED, "field_undecided"),
        (Opinion.NARROWED, "field_not_agreed"),
        (Opinion.OBJECTED, "field_not_agreed"),
    ],
)
def test_one_field_that_is_not_agreed_to_stops_the_proposal(opinion, name) -> None:
    opinions = dict(AGREED)
    key = key_of(COMPLETE.choices[1])
    if opinion is None:
        del opinions[key]
    else:
        opinions[key] = opinion
    assert names((), opinions) == [(name, "religion")]


@pytest.mark.law("R5.1")
def test_a_field_agreed_to_for_one_purpose_is_not_agreed_to_for_another() -> None:
    other = replace(COMPLETE.choices[0], purpose="statistics")
    found = judge_acceptance((), (*COMPLETE.choices, other), AGREED)
    assert [each.about for each in found] == ["sex"]


@pytest.mark.law("R1.3")
def test_only_what_was_sent_is_seen_and_what_waits_for_staff_can_be_overdue() -> None:
    assert {RequestState.DRAFT, RequestState.TO_SIGN, RequestState.DISCARDED} == UNSEEN
    assert set(WITH_AUTHORITY) == {
        RequestState.SENT,
        RequestState.RECEIVED,
        RequestState.ASSIGNED,
        RequestState.SUPPLEMENTED,
        RequestState.PROPOSED,
    }
    assert set(WITH_HANDLER) < set(WITH_AUTHORITY)


def test_a_file_is_dealt_with_by_its_handler_and_the_stand_in() -> None:
    actor = Actor(4, "Lê Thị Hường", Portal.STAFF, frozenset({Role.HANDLER}))
    assert may_handle(actor, handler=4, stand_in=None)
    assert may_handle(actor, handler=5, stand_in=4)
    assert not may_handle(actor, handler=5, stand_in=6)
    assert not may_handle(actor, handler=None, stand_in=None)


def test_every_opinion_has_its_words() -> None:
    assert set(OPINION_LABELS) == set(Opinion)
