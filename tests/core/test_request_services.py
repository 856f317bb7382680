"""What a request asks and what it gives: each direction by itself, never more than was chosen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.connection_request import Direction, FieldChoice
from lienthong.core.field_kinds import SOURCE_LABELS, Source
from lienthong.core.fields import FIELDS
from lienthong.core.request_services import (
    GivenItem,
    asks_fields,
    asks_something,
    given_for,
    gives_something,
)
from tests.core.requesting import COMPLETE

NAMES = st.sampled_from([field.name for field in FIELDS[:6]] + ["item_a", "item_b"])
CHOICES = st.lists(
    st.builds(
        FieldChoice,
        field=NAMES,
        direction=st.sampled_from(Direction),
        purpose=st.sampled_from(["patient", "other"]),
        reason=st.just("-"),
        label=st.sampled_from(["", "  ", "Thẻ bảo hiểm y tế"]),
    ),
    max_size=12,
).map(tuple)


@pytest.mark.law("R5.1", "R8.3")
@given(CHOICES)
def test_what_is_given_is_what_was_chosen_to_be_given(choices: tuple[FieldChoice, ...]) -> None:
    request = replace(COMPLETE, choices=choices)
    for purpose in (None, "patient", "other", "unheard-of"):
        chosen = {
            choice.field
            for choice in choices
            if choice.direction is Direction.GIVE and purpose in (None, choice.purpose)
        }
        found = given_for(request, purpose)
        names = [field.name for field in found.fields] + [item.name for item in found.items]
        assert sorted(names) == sorted(chosen), "each once"
        assert found.is_something is bool(chosen)
        assert [field.number for field in found.fields] == sorted(field.number for field in found.fields)
        assert all(item.label.strip() for item in found.items)
    assert gives_something(request) is any(choice.direction is Direction.GIVE for choice in choices)
    assert asks_fields(request) is any(choice.direction is Direction.GET for choice in choices)


@pytest.mark.law("R5.2")
def test_only_what_a_chosen_service_gives_is_asked_for() -> None:
    assert asks_something(COMPLETE)
    assert not asks_something(replace(COMPLETE, services=()))
    given_only = tuple(choice for choice in COMPLETE.choices if choice.direction is Direction.GIVE)
    assert not asks_something(replace(COMPLETE, choices=given_only))


def test_an_item_without_a_label_is_called_by_its_name() -> None:
    choice = FieldChoice(field="item_a", direction=Direction.GIVE, purpose="patient", reason="-", label=" ")
    assert given_for(replace(COMPLETE, choices=(choice,))).items == (GivenItem("item_a", "item_a"),)


def test_every_source_has_its_label() -> None:
    assert set(SOURCE_LABELS) == set(Source)
