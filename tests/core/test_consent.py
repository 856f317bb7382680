from datetime import timedelta

import pytest

from lienthong.core.consent import consent_holds
from lienthong.core.fields import bits_of_names
from lienthong.core.legal_days import instant, moment
from tests.core.granting import FIELDS, NOW, START, consent

AT = moment(NOW)
ASKED = {
    "person_id": 7,
    "system": "g1/his",
    "purpose": "patient",
    "fields": bits_of_names(FIELDS),
    "now": NOW,
}


@pytest.mark.law("R1.1")
def test_a_consent_covers_what_it_was_given_for() -> None:
    assert consent_holds(consent(), **ASKED)
    assert consent_holds(consent(), **{**ASKED, "fields": bits_of_names(["sex"])})
    assert consent_holds(consent(), **{**ASKED, "fields": 0})
    assert consent_holds(consent(), **{**ASKED, "now": instant(START)})
    assert consent_holds(consent(valid_until=AT + timedelta(seconds=1)), **ASKED)
    assert consent_holds(consent(withdrawn_at=AT + timedelta(seconds=1)), **ASKED)


@pytest.mark.law("R1.1")
@pytest.mark.parametrize(
    "changed",
    [
        {"person_id": 8},
        {"system": "g1/other"},
        {"purpose": "other"},
        {"fields": bits_of_names(FIELDS[1:])},
        {"fields": 0},
        {"valid_from": AT + timedelta(microseconds=1)},
        {"valid_until": AT},
        {"withdrawn_at": AT},
        {"withdrawn_at": START},
    ],
)
def test_a_consent_covers_nothing_else(changed: dict) -> None:
    assert not consent_holds(consent(**changed), **ASKED)


def test_no_consent_covers_nothing() -> None:
    assert not consent_holds(None, **{**ASKED, "fields": 0})


def test_a_derived_field_is_covered_by_itself_or_by_all_it_is_computed_from() -> None:
    asked = {**ASKED, "fields": bits_of_names(["province_of_residence"])}
    assert consent_holds(consent(fields=bits_of_names(["province_of_residence"])), **asked)
    both = bits_of_names(["current_residence", "permanent_residence"])
    assert consent_holds(consent(fields=both), **asked)
    assert not consent_holds(consent(fields=bits_of_names(["current_residence"])), **asked)
