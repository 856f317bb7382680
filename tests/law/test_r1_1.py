"""R1.1: personal data is processed on a ground; where that is consent, a living consent of that person."""

from datetime import timedelta

import pytest

from lienthong.core.answer import Answer
from lienthong.core.claims import ClaimOutcome
from lienthong.core.fields import bits_of_names
from lienthong.core.law import profile_at
from lienthong.core.legal_days import moment
from lienthong.core.purpose import PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import consent, evidence
from tests.law.published import NOW, decided, grants, judged

pytestmark = pytest.mark.law("R1.1")
SAID = {"service": Service.VERIFY, "claims": {"sex": "2"}}
GIVEN = {"system": "nh01/core", "purpose": "account-opening", "fields": bits_of_names(["sex", "phone"])}


def test_every_purpose_declares_its_ground() -> None:
    grounds = {grant.system_id: [p.ground for p in grant.purposes.values()] for grant in grants().values()}
    assert grounds["nh01/core"] == [PurposeGround.CONSENT]
    assert grounds["g12/tms"] == [PurposeGround.OTHER_LAW]
    assert grounds["h01/his"] == [PurposeGround.STATE_TASK]


def test_a_bank_that_names_no_consent_is_refused_before_anybody_is_looked_up() -> None:
    assert decided("nh01/core", "sex", **SAID) == Refuse(Code.CONSENT_REQUIRED)


def test_with_the_citizens_consent_it_verifies_and_gets_no_data() -> None:
    result = judged("nh01/core", evidence(consent=consent(**GIVEN)), "sex", consent="c-1", **SAID).result
    assert result == Answer(claims={"sex": ClaimOutcome.MATCH})


@pytest.mark.parametrize(
    "found",
    [
        evidence(consent=None),
        evidence(consent=consent(**{**GIVEN, "purpose": "lending"})),
        evidence(consent=consent(**{**GIVEN, "system": "nh02/core"})),
        evidence(consent=consent(**{**GIVEN, "fields": bits_of_names(["phone"])})),
        evidence(consent=consent(**GIVEN, valid_until=moment(NOW))),
        evidence(consent=consent(**GIVEN, withdrawn_at=moment(NOW) - timedelta(seconds=1))),
        evidence(consent=consent(**GIVEN, person_id=8)),
        None,
    ],
    ids=["unknown", "purpose", "system", "fields", "expired", "withdrawn", "somebody else's", "nobody"],
)
def test_a_consent_that_does_not_hold_is_refused_and_recorded(found) -> None:
    result = judged("nh01/core", found, "sex", consent="c-1", **SAID)
    assert result.result == Refuse(Code.CONSENT_INVALID)
    assert len(result.lines) == 1


def test_decisions_name_the_rules_of_their_day() -> None:
    assert all(grant.profile is profile_at(NOW) for grant in grants().values())
