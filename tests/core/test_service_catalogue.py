import pytest

from lienthong.core.fields import FIELDS, names_in
from lienthong.core.grant_checks import NOT_COMPARED
from lienthong.core.law import PROFILES
from lienthong.core.request import Service
from lienthong.core.service_catalogue import BY_CODE, CATALOGUE, CONTACT_EMAIL, charge_per_field
from tests.core.filing import PROFILE


@pytest.mark.law("R1.3", "R5.1")
def test_every_service_that_exists_is_published_once_and_no_other() -> None:
    assert [entry.code for entry in CATALOGUE] == list(Service)
    assert set(BY_CODE) == set(Service)
    for entry in CATALOGUE:
        assert entry.name.vi
        assert entry.name.en
        assert entry.conditions
        assert entry.channels
        assert entry.contact == CONTACT_EMAIL


@pytest.mark.law("R5.1")
def test_a_look_up_gives_every_field_and_a_verification_those_that_are_compared() -> None:
    every = {field.name for field in FIELDS}
    assert set(names_in(BY_CODE["lookup"].fields)) == every
    assert BY_CODE["lookup"].field_count == len(FIELDS)
    assert set(names_in(BY_CODE["verify_batch"].fields)) == every - set(names_in(NOT_COMPARED))


def test_lists_and_verifications_have_their_own_conditions() -> None:
    counts = {entry.code: len(entry.conditions) for entry in CATALOGUE}
    assert counts["lookup"] + 1 == counts["verify"] == counts["lookup_batch"] == counts["verify_batch"] - 1


@pytest.mark.law("R1.3")
def test_state_bodies_share_free_of_charge() -> None:
    assert charge_per_field(PROFILE, state_body=True).dong == 0
    charge = charge_per_field(PROFILE, state_body=False)
    assert charge.dong == 1_000
    assert charge.source.print() == "Thông tư số 48/2022/TT-BTC"
    assert all(charge_per_field(profile, state_body=True).dong == 0 for profile in PROFILES.values())
