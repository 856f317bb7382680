"""Whatever was agreed and whatever is asked: no key outside the grant leaves, no value without identity.

A hundred thousand random pairs of agreement and request. What is allowed is computed here from the signed
document and the generated person alone, with nothing of the rules under test. Taking either guard away must
break the property, or it proves nothing.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest

from lienthong.core.answer import Answer
from lienthong.core.budget import DayUsage
from lienthong.core.dates import PartialDate
from lienthong.core.decision import decide
from lienthong.core.evidence import Evidence
from lienthong.core.fields import BY_NAME, PERSON_COLUMNS, bits_of_names
from lienthong.core.grade import Grade
from lienthong.core.grant import SystemGrant, compile_grant
from lienthong.core.grant_document import GrantDocument, Quotas, encode_document
from lienthong.core.identity import Claim, IdentityResult, NumberMatch
from lienthong.core.judgement import judge
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import ExchangeRequest, Service
from lienthong_protocol.refusals import Code, Refuse
from tests.core.granting import NOW, START, SUBJECT, consent, document, evidence, override, purpose, right

PAIRS_PER_AGREEMENT = 50
STORED = tuple(
    name
    for name, field in BY_NAME.items()
    if field.column is not None and field.type not in {"address", "card"}
)
OTHERS = ("permanent_residence", "nationalities", "age", "is_adult", "birth_year", "is_alive", "card_expiry")
RELATED = ("father_name", "mother_name", "father_number", "children_count", "children_names")
NAMES = ("Nguyễn Thị Hoà", "Trần Văn Bê", "Lê Quý Đôn", "Hoàng Ánh")


class Broken(Exception):  # noqa: N818 (a finding)
    """The property does not hold for this pair."""


def agreement(random: Random) -> GrantDocument:
    """A random agreement that does not contradict itself."""
    verify_only = random.random() < 0.3
    services = (
        [Service.VERIFY] if verify_only else [Service.LOOKUP, *([Service.VERIFY] * random.randint(0, 1))]
    )
    fields = set(random.sample(STORED, random.randint(1, 12)))
    related = random.random() < 0.3
    if related:
        fields.update(random.sample(("father_name", "mother_name", "children_names"), 2))
    if "birth_date" in fields and random.random() < 0.7:
        fields.update(("age", "is_adult"))
    verified = set(random.sample(STORED, random.randint(1, 8)))
    ground = random.choice((PurposeGround.STATE_TASK, PurposeGround.CONSENT))
    protected = random.random() < 0.2
    return document(
        purposes=(purpose(ground=ground, actor=Actor.OFFICER, case_required=False, case_pattern=None),),
        rights=(
            right(
                services=tuple(services),
                fields=() if verify_only else tuple(sorted(fields)),
                verify_fields=tuple(sorted(verified)) if Service.VERIFY in services else (),
                related=related,
                explain=random.random() < 0.3,
                grades=random.random() < 0.3,
                provinces=random.choice(((), (), ("31",), ("01", "31"))),
                protected=(1,) if protected else (),
                override="o1" if protected else None,
                quotas=Quotas(persons=10**6, calls=10**6),
            ),
        ),
        overrides=(override(),) if protected else (),
    )


@dataclass(frozen=True)
class Person:
    """A generated person and the claim made about them, with what is true of the two."""

    evidence: Evidence | None
    claim: Claim
    agrees: bool


def person(random: Random) -> Person:
    name, birth = (
        random.choice(NAMES),
        random.randint(1950, 2005) * 10_000 + random.choice((101, 215, 700, 0)),
    )
    number = f"0991900{random.randint(0, 99999):05}"
    values = {column: ("x" if column not in _INTEGERS else 1) for column in PERSON_COLUMNS}
    values.update(dict.fromkeys(_EMPTY), birth_date=birth, full_name=name, number=number)
    found = evidence(
        current_number=number,
        name=name,
        birth_date=birth,
        province=random.choice(("31", "01", "79", "")),
        protection=random.choice((0, 0, 0, 2, 4)),
        candidates=random.choice((1, 1, 1, 1, 1, 2)),
        examination=random.choice((0, 0, 255)),
        values=values,
        consent=random.choice(
            (
                None,
                consent(fields=2**130 - 1),
                consent(fields=2**130 - 1),
                consent(fields=2**130 - 1, person_id=8),
                consent(fields=2**130 - 1, withdrawn_at=START + timedelta(days=1)),
            )
        ),
    )
    claimed_name = random.choice((name, name, name, name.upper(), random.choice(NAMES), name[:-1]))
    claimed_birth = random.choice((birth, birth, birth, birth, birth - 10_000, birth // 10_000 * 10_000))
    agrees = claimed_name.lower() == name.lower() and claimed_birth == birth and found.candidates == 1
    exists = random.random() > 0.1
    said = Claim(number, claimed_name, PartialDate(claimed_birth))
    return Person(found if exists else None, said, agrees and exists)


_INTEGERS = frozenset({"birth_date", "sex", "marital_status", "death_kind", "death_date"})
_EMPTY = tuple(
    column
    for column in PERSON_COLUMNS
    if "residence" in column
    or column.endswith(("_from", "_until", "_place"))
    or column in {"birth_registration", "death_date"}
)


def asked(random: Random, given: GrantDocument, made: Person) -> ExchangeRequest:
    """A request, mostly for what was agreed and sometimes for something more."""
    agreed = given.rights[0]
    service = random.choice((*agreed.services, *agreed.services, Service.LOOKUP, Service.VERIFY))
    looks_up = service is Service.LOOKUP
    held = agreed.fields if looks_up else agreed.verify_fields
    every = (*STORED, *OTHERS, *RELATED) if looks_up else STORED
    names = tuple(random.sample(held, random.randint(1, min(4, len(held))))) if held else ()
    if not names or random.random() < 0.3:
        names = tuple({*names, *random.sample(every, random.randint(1, 2))})
    claims = {}
    if not looks_up:
        claims = {name: "1990" if BY_NAME[name].type == "partial_date" else "x" for name in names}
        claims = {n: "2000-01-01" if BY_NAME[n].type == "date" else value for n, value in claims.items()}
    return ExchangeRequest(
        service=service,
        request_id="r",
        purpose="patient",
        officer="cb-01",
        consent=random.choice((None, "c-1", "c-1", "c-1")),
        fields=bits_of_names(names),
        claim=made.claim,
        claims=claims,
    )


def columns_of(names: tuple[str, ...]) -> set[str | None]:
    sources = {source for name in names for source in (BY_NAME[name].derived_from or (name,))}
    return {BY_NAME[source].column for source in sources}


def check(grant: SystemGrant, given: GrantDocument, made: Person, request: ExchangeRequest) -> str:
    """Return what came of a pair; raises Broken where something left that must not."""
    agreed = given.rights[0]
    plan = decide(grant, request, NOW, DayUsage())
    if isinstance(plan, Refuse):
        return plan.code
    allowed = agreed.fields if request.service is Service.LOOKUP else agreed.verify_fields
    read = {column for bit, column in enumerate(PERSON_COLUMNS) if plan.columns >> bit & 1}
    if not read <= columns_of(allowed):
        raise Broken("a column would be read that was not granted")
    result = judge(plan, made.claim, made.evidence, NOW, DayUsage(), subject=SUBJECT).result
    if isinstance(result, Refuse):
        if result.code not in {Code.NO_MATCH, Code.CONSENT_INVALID, Code.NOT_IN_REGISTER, Code.FIELD_DIFFERS}:
            raise Broken("a refusal about a person has an unknown code")
        return result.code
    check_answer(result, given, made, set(allowed), request)
    return "answered"


def check_answer(
    result: Answer, given: GrantDocument, made: Person, allowed: set[str], request: ExchangeRequest
) -> None:
    agreed, found = given.rights[0], made.evidence
    keys = {*result.values, *result.claims, *result.grades, *result.flags.under_examination}
    if not keys <= allowed:
        raise Broken("a key left that was not granted")
    if request.service is Service.VERIFY and result.values:
        raise Broken("verification gave values")
    if result.grades and not agreed.grades:
        raise Broken("a grade left that was not granted")
    if found is None or not made.agrees:
        raise Broken("an answer left without the identity rule")
    if agreed.provinces and found.province not in agreed.provinces:
        raise Broken("an answer left about someone outside the population")
    if found.protection and (not agreed.protected or found.protection != 2):
        raise Broken("an answer left about a protected person")
    if given.purposes[0].ground is PurposeGround.CONSENT and (
        found.consent is None or found.consent.person_id != 7 or found.consent.withdrawn_at is not None
    ):
        raise Broken("an answer left without consent")


def run(pairs: int, seed: int) -> Counter[str]:
    random = Random(seed)
    outcomes: Counter[str] = Counter()
    for _ in range(pairs // PAIRS_PER_AGREEMENT):
        given = agreement(random)
        grant = compile_grant(encode_document(given))
        for _ in range(PAIRS_PER_AGREEMENT):
            made = person(random)
            outcomes[check(grant, given, made, asked(random, given, made))] += 1
    return outcomes


@pytest.mark.law("R1.1", "R1.2", "R8.2")
def test_nothing_leaves_that_was_not_granted_and_nothing_without_identity() -> None:
    outcomes = run(100_000, seed=46)
    assert outcomes.total() == 100_000
    # The property says nothing about pairs that are all refused for one reason.
    for outcome in ("answered", Code.FIELD_NOT_GRANTED, Code.NO_MATCH, Code.CONSENT_INVALID):
        assert outcomes[outcome] > 1_000, outcomes
    for outcome in (Code.FIELD_DIFFERS, Code.NOT_IN_REGISTER, Code.CONSENT_REQUIRED):
        assert outcomes[outcome] > 1_000, outcomes


def test_without_the_guard_of_the_fields_the_property_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lienthong.core.decision.not_granted", lambda _right, _request: 0)
    with pytest.raises(Broken, match="not granted"):
        run(5_000, seed=46)


def test_without_the_identity_rule_the_property_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    agrees = IdentityResult(NumberMatch.CURRENT, Grade.EXACT, Grade.EXACT)
    monkeypatch.setattr("lienthong.core.judgement.compare_identity", lambda _claim, _evidence: agrees)
    with pytest.raises(Broken, match="identity"):
        run(5_000, seed=46)


def test_without_consent_or_protection_the_property_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("lienthong.core.judgement.consent_holds", lambda _consent, **_asked: True)
        with pytest.raises(Broken, match="consent"):
            run(5_000, seed=46)
    monkeypatch.setattr("lienthong.core.grant.Right.sees_protected", lambda _right, _kinds, _now: True)
    with pytest.raises(Broken, match="protected"):
        run(5_000, seed=46)
