"""What is settled with the person before one: consent, budget, protection, population scope, identity.

Whoever may not be told about a person learns nothing, not even that there is one: the uniform `no_match` is
one and the same value for every reason. Where a grant explains, it tells what differs and who is not in the
register, but never of protected persons or of persons outside its population. Law: R1.1, R1.2, R8.2.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from lienthong.core.answer import NO_FLAGS, Answer, FindingKind, Flags, Judgement, LineFacts, TagLabel
from lienthong.core.budget import DayUsage, misses_are_spent
from lienthong.core.claims import ClaimOutcome, compare_claim
from lienthong.core.consent import consent_holds
from lienthong.core.decision import Plan
from lienthong.core.evidence import Evidence
from lienthong.core.field_values import field_value, values_of
from lienthong.core.fields import BY_NAME, bits_of_names, examined_bits, fields_in, names_in
from lienthong.core.grade import Grade
from lienthong.core.grant import Right
from lienthong.core.identity import Claim, IdentityResult, NumberMatch, compare_identity
from lienthong.core.legal_days import day_of
from lienthong.core.relatives import lines_of_relatives, without_protected
from lienthong.core.request import ClaimValue
from lienthong.core.sentences import sentence_for
from lienthong.core.speech import Text
from lienthong.core.subject import compare_subject
from lienthong_protocol.record import Outcome, Visibility
from lienthong_protocol.refusals import Code, Refuse

NO_MATCH: Final = Refuse(Code.NO_MATCH)
"""The uniform refusal: the same value whatever the reason, so that nothing can be read off it."""
NOT_IN_REGISTER: Final = Refuse(Code.NOT_IN_REGISTER)
CONSENT_INVALID: Final = Refuse(Code.CONSENT_INVALID)
AMBIGUOUS: Final = Refuse(Code.FIELD_DIFFERS, "the number leads to several persons", ("number",))
PROTECTION_LAW: Final = "the ground recorded with the protection"
"""What stands as the law of a line its person never sees: the log must not say which protection it is."""

# Read on every call: a module's own name costs a third of a member looked up in its enumeration.
_SHOWN = Visibility.SHOWN
_DISCLOSED, _VERIFIED, _MISSED = Outcome.DISCLOSED, Outcome.VERIFIED, Outcome.MISSED
_PERSON, _CLAIMED = TagLabel.PERSON, TagLabel.CLAIMED
_DECEASED = 1
_DECLARED_MISSING = 2


class _Question(Struct, frozen=True, gc=False):
    """One person asked about: by whom, who is meant, who was found, when, in which case."""

    plan: Plan
    claim: Claim | None
    evidence: Evidence | None
    now: int
    case: str | None
    asked: int
    """What is granted and asked or claimed of this very person, as bits."""

    @property
    def explains(self) -> bool:
        return self.plan.right.explain and not self.plan.request.service.is_batch


def label_of(evidence: Evidence | None) -> TagLabel:
    """Say what the tag of the line about this question is made of; its owner needs it before judging."""
    return _CLAIMED if evidence is None or evidence.candidates != 1 else _PERSON


def judge(
    plan: Plan,
    claim: Claim | None,
    evidence: Evidence | None,
    now: int,
    usage: DayUsage,
    *,
    subject: bytes,
    claims: Mapping[str, ClaimValue] | None = None,
    case: str | None = None,
) -> Judgement:
    """Return the verdict on one person.

    `evidence` is what the plan's masks read, None where the number led to nobody; `subject` is the tag its
    line will bear (see `label_of`), by which misses on one person are counted. `claims` and `case` are those
    of one item of a batch. The order is the argument:

    1. Consent. Nothing is compared without it, so a bare consent number verifies nobody, and a person who is
       not in the register looks like one who did not consent.
    2. Budget. It depends on what was asked before and on nobody's data.
    3. Existence. 4. Protection. 5. Population scope. Refused as if nobody had been found.
    6. Identity. Only what agrees on number, name and birth date opens anything.

    Law: R1.1 (1), R1.2 (3 to 6), R8.2 (2, 5).
    """
    made = plan.claims if claims is None else claims
    asked = plan.asked
    if not plan.request.service.is_lookup:
        asked &= bits_of_names(made)
    question = _Question(plan, claim, evidence, now, plan.request.case if case is None else case, asked)
    right = plan.right
    if plan.consent is not None and not _consents(plan, evidence, now):
        return _refused(question, CONSENT_INVALID)
    spent = _spent(plan, usage, subject)
    if spent is not None:
        return _refused(question, NO_MATCH, (spent,), misses=0)
    if evidence is None:
        return _not_found(question)
    if evidence.protection and not right.sees_protected(evidence.protection, now):
        return _not_found(question, (FindingKind.PROTECTED_ASKED,))
    if right.provinces and evidence.province not in right.provinces:
        return _not_found(question)
    identity = _identity(plan, claim, evidence)
    if identity is None or not identity.agrees:
        return _differs(question, identity)
    return _answer(question, evidence, identity, made)


def _consents(plan: Plan, evidence: Evidence | None, now: int) -> bool:
    return evidence is not None and consent_holds(
        evidence.consent,
        person_id=evidence.person_id,
        system=plan.grant.system_id,
        purpose=plan.right.purpose.code,
        fields=plan.asked,
        now=now,
    )


def _spent(plan: Plan, usage: DayUsage, subject: bytes) -> FindingKind | None:
    """Return which budget is spent; a batch has its own brake, only misses on the person count in it, too.

    Budgets stop guessing. A login leaves nothing to guess: its misses cost nothing, or a citizen whom the
    issuer spells otherwise would be shut out for the day, and after some of them the whole portal.
    """
    if plan.subject is not None:
        return None
    if usage.subjects.get(subject, 0) >= plan.grant.misses_per_person:
        return FindingKind.PERSON_MISSES_SPENT
    if plan.request.service.is_batch:
        return None
    if misses_are_spent(usage, plan.grant.misses, plan.request.officer):
        return FindingKind.MISSES_SPENT
    return None


def _identity(plan: Plan, claim: Claim | None, evidence: Evidence) -> IdentityResult | None:
    """Return how the claim, or what the login says of the citizen, agrees with the person found."""
    if plan.subject is not None:
        return compare_subject(plan.subject, evidence)
    return None if claim is None else compare_identity(claim, evidence)


def _not_found(question: _Question, findings: tuple[FindingKind, ...] = ()) -> Judgement:
    """Refuse as if nobody had been found.

    A grant limited to a population cannot tell "not in the register" from "not in this population", so it is
    told neither.
    """
    if question.explains and not question.plan.right.provinces:
        return _refused(question, NOT_IN_REGISTER, findings, sentence=sentence_for(None))
    return _refused(question, NO_MATCH, findings)


def _differs(question: _Question, identity: IdentityResult | None) -> Judgement:
    """Refuse a claim that does not agree; where the grant explains, say which fields differ and how."""
    findings: tuple[FindingKind, ...] = ()
    if identity is not None and identity.is_ambiguous:
        findings = (FindingKind.AMBIGUOUS_NUMBER,)
    if identity is None or not question.explains:
        return _refused(question, NO_MATCH, findings)
    if identity.is_ambiguous:
        # Whatever else differs was compared with one of several persons, who need not be the one meant.
        return _refused(question, AMBIGUOUS, findings, sentence=sentence_for(identity))
    grades = identity.grades
    texts = [f"{name}: {grades[name]}" for name in identity.differing]
    refusal = Refuse(Code.FIELD_DIFFERS, "; ".join([*texts, *identity.reasons]), identity.differing)
    return _refused(question, refusal, findings, sentence=sentence_for(identity))


def _refused(
    question: _Question,
    refusal: Refuse,
    findings: tuple[FindingKind, ...] = (),
    *,
    misses: int = 1,
    sentence: Text | None = None,
) -> Judgement:
    """Return a refusal with the line of the person or number it concerned."""
    plan, evidence = question.plan, question.evidence
    label = label_of(evidence)
    claimed = plan.subject if question.claim is None else question.claim
    visibility, law = _visibility(plan.right, evidence, question.now)
    if plan.subject is not None:
        misses = 0
    line = LineFacts(
        label=label,
        person_key=evidence.person_key if evidence is not None and label is _PERSON else b"",
        number=claimed.number if claimed is not None and label is _CLAIMED else "",
        outcome=_MISSED,
        asked=question.asked,
        given=0,
        visibility=visibility,
        law=law,
        case=question.case,
    )
    return Judgement(
        result=refusal,
        lines=(line,),
        misses=misses,
        counts_on_person=misses > 0,
        findings=findings,
        sentence=sentence,
    )


def _visibility(right: Right, evidence: Evidence | None, now: int) -> tuple[Visibility, str | None]:
    """Return whether a line is shown to its person, and the law that hides it. Law: R1.5."""
    if evidence is not None and evidence.protection and not right.sees_protected(evidence.protection, now):
        return Visibility.NEVER, PROTECTION_LAW
    if right.override is None:
        return _SHOWN, None
    law = right.hiding_law(now)
    return (_SHOWN if law is None else right.visibility), law


def _answer(
    question: _Question, evidence: Evidence, identity: IdentityResult, claims: Mapping[str, ClaimValue]
) -> Judgement:
    """Return the granted values or outcomes, with the lines of everybody they tell about."""
    plan, now = question.plan, question.now
    if evidence.lists:
        evidence = without_protected(evidence, plan.right, now)
    flags = _flags(question.asked, evidence, identity)
    guessed = False
    if plan.request.service.is_lookup:
        answer = Answer(values=values_of(plan.asked, evidence, day_of(now)), flags=flags)
        told, outcome = plan.asked, _DISCLOSED
    else:
        answer, told, outcome = _verified(question, evidence, claims, flags)
        guessed = plan.subject is None and _has_guessed(answer)
    visibility, law = _visibility(plan.right, evidence, now)
    line = LineFacts(
        label=_PERSON,
        person_key=evidence.person_key,
        outcome=outcome,
        asked=question.asked,
        given=told,
        visibility=visibility,
        law=law,
        case=question.case,
    )
    lines: tuple[LineFacts, ...] = (line,)
    if evidence.lists:
        lines += lines_of_relatives(evidence, told, visibility=visibility, law=law, case=question.case)
    return Judgement(result=answer, lines=lines, persons=1, counts_on_person=guessed)


def _has_guessed(answer: Answer) -> bool:
    return any(
        outcome is ClaimOutcome.NO_MATCH and not BY_NAME[name].is_small
        for name, outcome in answer.claims.items()
    )


def _verified(
    question: _Question, evidence: Evidence, claims: Mapping[str, ClaimValue], flags: Flags
) -> tuple[Answer, int, Outcome]:
    """Return the outcomes of the granted claims, the fields they tell of, and what the line calls that."""
    outcomes: dict[str, ClaimOutcome] = {}
    grades: dict[str, Grade] = {}
    told, outcome = 0, _VERIFIED
    today = day_of(question.now)
    for field in fields_in(question.asked):
        result = compare_claim(field, claims[field.name], field_value(field, evidence, today))
        outcomes[field.name] = result.outcome
        if question.plan.right.grades and result.grade is not None:
            grades[field.name] = result.grade
        if result.outcome is not ClaimOutcome.NOT_AVAILABLE:
            told |= field.bit
            if field.is_small:
                outcome = _DISCLOSED
    return Answer(claims=outcomes, grades=grades, flags=flags), told, outcome


def _flags(asked: int, evidence: Evidence, identity: IdentityResult) -> Flags:
    examined = examined_bits(asked, evidence.examination) if evidence.examination else 0
    superseded = identity.number is NumberMatch.SUPERSEDED
    if not (examined or superseded or evidence.death_kind):
        return NO_FLAGS
    return Flags(
        deceased=evidence.death_kind == _DECEASED,
        declared_missing=evidence.death_kind == _DECLARED_MISSING,
        number_superseded=superseded,
        under_examination=names_in(examined),
    )
