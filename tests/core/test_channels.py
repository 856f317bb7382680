from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lienthong.core.channels import (
    CHANNEL_LABELS,
    DIRECT_LABELS,
    PLATFORM_LABELS,
    THROUGH_THE_PLATFORM,
    ChannelChoice,
    DirectLine,
    DirectReason,
    Platform,
    Review,
    channel_missing,
    direct_ground,
    review_state,
)
from lienthong.core.grant_document import Channel
from tests.core.filing import DECREE, PAPER_OF_TOMORROW, PROFILE, TODAY

LINE = DirectLine(
    reason=DirectReason.PLATFORM_NOT_READY,
    explanation="Nền tảng chưa hỗ trợ ký số thông điệp",
    decision=DECREE,
    review_on=date(2027, 5, 1),
)


@pytest.mark.law("R3.1")
def test_a_connection_goes_through_the_platform_unless_a_ground_is_recorded() -> None:
    assert ChannelChoice().channel is Channel.PLATFORM
    assert channel_missing(THROUGH_THE_PLATFORM, TODAY) == ()
    assert review_state(THROUGH_THE_PLATFORM, PROFILE, TODAY) is Review.NONE


@pytest.mark.law("R3.1")
@pytest.mark.parametrize("reason", DirectReason)
def test_a_direct_line_has_ground_decision_and_review(reason) -> None:
    choice = ChannelChoice(direct=replace(LINE, reason=reason))
    assert choice.channel is Channel.DIRECT
    assert channel_missing(choice, TODAY) == ()
    ground = direct_ground(choice.direct)
    assert ground is not None
    assert ground.decision == DECREE.name
    assert ground.review == datetime(2027, 5, 1, 17, tzinfo=UTC)


@pytest.mark.law("R3.1")
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"explanation": " "}, "direct_explanation"),
        ({"decision": None}, "direct_decision"),
        ({"decision": PAPER_OF_TOMORROW}, "direct_decision_future"),
        ({"review_on": None}, "direct_review"),
        ({"review_on": TODAY}, "direct_review_past"),
    ],
)
def test_a_direct_line_without_any_of_them_is_not_agreed(change, name) -> None:
    missing = channel_missing(ChannelChoice(direct=replace(LINE, **change)), TODAY)
    assert [each.name for each in missing] == [name]


def test_another_platform_is_named() -> None:
    other = ChannelChoice(platform=Platform.OTHER)
    assert [each.name for each in channel_missing(other, TODAY)] == ["platform_name"]
    assert channel_missing(replace(other, platform_name="LGSP tỉnh"), TODAY) == ()


@pytest.mark.parametrize("change", [{"decision": None}, {"review_on": None}])
def test_no_grant_states_half_a_ground(change) -> None:
    assert direct_ground(replace(LINE, **change)) is None


@pytest.mark.law("R3.1")
@pytest.mark.parametrize(
    ("today", "review"),
    [
        (date(2027, 3, 1), Review.LATER),
        (date(2027, 3, 2), Review.DUE),
        (date(2027, 5, 1), Review.DUE),
        (date(2027, 5, 2), Review.OVERDUE),
    ],
)
def test_the_review_becomes_due_and_then_overdue(today, review) -> None:
    assert review_state(ChannelChoice(direct=LINE), PROFILE, today) is review


def test_a_direct_line_without_a_review_date_counts_as_overdue() -> None:
    assert review_state(ChannelChoice(direct=replace(LINE, review_on=None)), PROFILE, TODAY) is Review.OVERDUE


def test_every_choice_has_its_words() -> None:
    assert set(PLATFORM_LABELS) == set(Platform)
    assert set(CHANNEL_LABELS) == set(Channel)
    assert set(DIRECT_LABELS) == set(DirectReason)
