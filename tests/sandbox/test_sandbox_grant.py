"""The grant of a system under test holds what it asked for, whatever that was, and nothing more."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lienthong.core.fields import FIELDS, bits_of_names
from lienthong.core.grant import compile_grant
from lienthong.core.grant_checks import NOT_COMPARED
from lienthong.core.grant_document import encode_document
from lienthong.core.legal_days import instant
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong.sandbox.sandbox_grant import granted
from lienthong_protocol.refusals import Refuse
from tests.gateway.world import TODAY
from tests.sandbox.stewarding import enrolment, purpose

STORED = [each for each in FIELDS if not each.is_derived]
GIVEN = st.sets(st.sampled_from([each.name for each in STORED]), min_size=1, max_size=12).map(sorted)
COMPARED = st.sets(
    st.sampled_from([each.name for each in STORED if not each.bit & NOT_COMPARED]), max_size=12
).map(sorted)


@pytest.mark.law("R8.2", "R5.2")
@given(
    fields=GIVEN,
    verified=COMPARED,
    services=st.sets(st.sampled_from(list(Service)), min_size=1),
    ground=st.sampled_from(list(PurposeGround)),
    actor=st.sampled_from(list(Actor)),
    case_required=st.booleans(),
)
def test_a_grant_never_exceeds_what_was_asked(
    fields, verified, services, ground, actor, case_required
) -> None:
    fields = fields if any(each.is_lookup for each in services) else []
    verified = verified if any(not each.is_lookup for each in services) else []
    is_batch = any(each.is_batch for each in services)
    assume(not is_batch or (ground is not PurposeGround.CONSENT and actor is not Actor.CITIZEN))
    asked = purpose(
        fields=fields,
        verify_fields=verified,
        services=sorted(services),
        ground=ground,
        actor=actor,
        case_required=case_required,
    )
    found = granted("h01/his", enrolment("h01/his", asked), since=TODAY, environment="sandbox")
    assert not isinstance(found, Refuse), found
    grant = compile_grant(encode_document(found))
    (right,) = grant.rights.values()
    assert grant.environment == "sandbox"
    assert grant.standing_at(instant(datetime.now(UTC))).refusal is None
    assert set(right.services) == services
    assert right.fields == bits_of_names(fields)
    assert right.verify_fields == bits_of_names(verified)
    assert (right.purpose.case, right.purpose.case_required) == (None, case_required)
    assert (right.protected, right.override, right.grades, right.explain) == (0, None, False, False)
