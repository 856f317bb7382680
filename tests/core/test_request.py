import pytest

from lienthong.core.fields import bits_of_names
from lienthong.core.request import Service, asked_fields
from lienthong_protocol.refusals import Code, Refuse


@pytest.mark.law("R3.2")
def test_there_are_four_services_about_persons_and_no_other_way() -> None:
    assert [service.value for service in Service] == ["lookup", "verify", "lookup_batch", "verify_batch"]
    assert [service.is_batch for service in Service] == [False, False, True, True]
    assert [service.is_lookup for service in Service] == [True, False, True, False]


def test_named_fields_become_a_set() -> None:
    assert asked_fields(("sex", "full_name")) == bits_of_names(["full_name", "sex"])
    assert asked_fields(()) == 0


def test_unknown_fields_are_named_and_cut_short() -> None:
    assert asked_fields(("sex", "x" * 99, "y")) == Refuse(Code.UNKNOWN_FIELD, fields=("x" * 64, "y"))
