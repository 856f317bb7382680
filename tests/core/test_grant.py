from datetime import UTC, datetime, timedelta

import pytest

from lienthong.core.fields import bits_of_names, names_in
from lienthong.core.grant import FOREVER, compile_grant
from lienthong.core.grant_document import (
    Agreement,
    GrantFormatError,
    PublicKey,
    Quotas,
    document_hash,
    encode_document,
)
from lienthong.core.grounds import standing
from lienthong.core.legal_days import DAY, instant
from lienthong.core.purpose import PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.keys import Algorithm, generate
from lienthong_protocol.record import Proof, Visibility
from tests.core.granting import KEY, NOW, START, compiled, document, facts, granted, key_entry, override

UNTIL = instant(datetime(2026, 12, 31, 17, tzinfo=UTC))


def test_a_compiled_grant_holds_what_the_document_says() -> None:
    grant = compiled()
    assert (grant.system_id, grant.agency_id, grant.revision) == ("g1/his", "G1", 1)
    assert grant.document_hash == document_hash(encode_document(document()))
    assert (grant.rate.per_second, grant.rate.burst) == (100, 200)
    assert grant.proofs == {Proof.MESSAGE}
    assert grant.profiles == {"lt-1"}
    assert grant.officers["cb-01"] == (instant(START), FOREVER)
    assert grant.document == document()
    right = grant.rights["patient"]
    assert names_in(right.fields) == ("full_name", "birth_date", "sex", "permanent_residence")
    assert (right.verify_fields, right.protected, right.batch_items) == (0, 0, 0)
    assert right.persons_per_officer == FOREVER
    limited = granted(quotas=Quotas(persons=1, persons_per_officer=9, calls=1))
    assert limited.rights["patient"].persons_per_officer == 9


def test_a_compiled_grant_cannot_be_changed() -> None:
    grant = compiled()
    with pytest.raises(AttributeError):
        grant.revision = 2
    with pytest.raises(TypeError):
        grant.rights["x"] = grant.rights["patient"]


@pytest.mark.parametrize(
    ("created", "now", "accepted"),
    [
        (NOW, NOW, True),
        (instant(START), instant(START), True),
        (instant(START) - 1, NOW, False),
        (UNTIL - 1, UNTIL - 1, True),
        (UNTIL - 1, UNTIL, False),
        (UNTIL, UNTIL, False),
    ],
)
def test_a_key_is_accepted_in_its_half_open_term(created: int, now: int, accepted: bool) -> None:
    assert compiled().key_accepted(KEY.key_id, created, now) is accepted


def test_a_revoked_key_is_not_accepted_from_that_instant_on() -> None:
    revoked = compiled(keys=(key_entry(revoked_at=datetime(2026, 6, 1, tzinfo=UTC)),))
    at = instant(datetime(2026, 6, 1, tzinfo=UTC))
    assert revoked.key_accepted(KEY.key_id, at - 2, at - 1)
    assert not revoked.key_accepted(KEY.key_id, at - 2, at)
    assert revoked.keys[KEY.key_id].end == at
    assert not revoked.key_accepted("unknown", at - 2, at - 1)


def test_a_key_that_is_no_key_and_a_key_twice_are_refused() -> None:
    with pytest.raises(GrantFormatError, match="Ed25519"):
        compile_grant(
            encode_document(document(keys=(key_entry(jwk=PublicKey(crv="Ed25519", kty="OKP", x="A" * 43)),)))
        )
    with pytest.raises(GrantFormatError, match="twice"):
        compile_grant(encode_document(document(keys=(key_entry(), key_entry()))))


def test_a_key_on_the_other_curve_is_compiled() -> None:
    key = generate(Algorithm.ECDSA_P256_SHA256, b"p" * 32)
    grant = compiled(keys=(key_entry(jwk=PublicKey(**key.jwk)),))
    assert grant.key_accepted(key.key_id, NOW, NOW)


def test_the_table_of_standings_says_what_the_grounds_say() -> None:
    found = facts(agreement=Agreement(number="1", valid_from=START, valid_until=START + timedelta(days=340)))
    grant = compiled(facts=found)
    for day in range(-400, 800, 7):
        now = NOW + day * DAY
        direct = standing(found, grant.profile, now)
        tabled = grant.standing_at(now)
        assert tabled.refusal == direct.refusal
        assert [each.state for each in tabled.grounds] == [each.state for each in direct.grounds]
        assert set(direct.notices) <= set(tabled.notices)


def test_keys_that_end_are_noticed_while_they_are_in_force() -> None:
    assert compiled().notices(NOW) == ("key-ends=2026-12-31",)
    assert compiled().notices(UNTIL - 60 * DAY) == ("key-ends=2026-12-31",)
    assert compiled().notices(UNTIL - 60 * DAY - 1) == ()
    assert compiled().notices(UNTIL) == ()


def test_without_facts_and_keys_there_is_one_standing_and_it_refuses() -> None:
    grant = compiled(
        keys=(), facts=facts(confirmation=None, agreement=None, security_level=None, conditions=())
    )
    assert (grant.instants, len(grant.standings)) == ((), 1)
    assert grant.standing_at(NOW).refusal is not None


def test_an_override_opens_protection_and_hides_lines_only_in_its_term() -> None:
    grant = granted(
        protected=(1, 3),
        visibility=Visibility.HIDDEN,
        override="o1",
        document_changes={"overrides": (override(),)},
    )
    right = grant.rights["patient"]
    inside, outside = NOW, instant(datetime(2027, 1, 1, tzinfo=UTC))
    assert right.protected == 0b1010
    assert right.sees_protected(0b0010, inside)
    assert right.sees_protected(0b1010, inside)
    assert not right.sees_protected(0b0110, inside)
    assert not right.sees_protected(0b0010, outside)
    assert right.sees_protected(0, outside)
    assert right.hiding_law(inside) == "Luật An ninh quốc gia"
    assert right.hiding_law(outside) is None
    plain = compiled().rights["patient"]
    assert plain.sees_protected(0, NOW)
    assert not plain.sees_protected(1, NOW)
    assert plain.hiding_law(NOW) is None


def test_the_compiler_locks_what_the_checks_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lienthong.core.grant.problems", lambda _document: ())
    unrelated = granted(fields=("sex", "father_name", "age"))
    assert names_in(unrelated.rights["patient"].fields) == ("sex",)
    numberless = granted(fields=("sex", "father_name", "father_number"), related=True)
    assert names_in(numberless.rights["patient"].fields) == ("sex", "father_name")
    compared = granted(
        services=(Service.VERIFY,), fields=(), verify_fields=("permanent_residence", "sex", "is_adult")
    )
    assert compared.rights["patient"].verify_fields == bits_of_names(["sex"])
    by_consent = granted(
        services=(Service.LOOKUP, Service.LOOKUP_BATCH),
        batch_items=5,
        purpose_changes={"ground": PurposeGround.CONSENT},
    )
    assert by_consent.rights["patient"].services == (Service.LOOKUP,)


def test_numbers_of_relatives_are_a_right_of_their_own() -> None:
    named = ("father_name", "father_number", "children_names", "children_count")
    right = granted(fields=named, related=True, related_numbers=True).rights["patient"]
    assert names_in(right.fields) == ("father_name", "father_number", "children_names", "children_count")
