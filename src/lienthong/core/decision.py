"""What can be decided before anybody is looked up: whether this system may ask this, now.

`decide` needs no person. What it lets through still passes `judge`, which settles everything about the
person. Missing means refuse. Law: R1.1, R1.4, R8.1, R8.2.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from lienthong.core.budget import DayUsage
from lienthong.core.claims import wrong_claims
from lienthong.core.fields import column_mask, list_mask, names_in
from lienthong.core.grant import Right, SystemGrant
from lienthong.core.purpose import Purpose
from lienthong.core.request import ClaimValue, ExchangeRequest
from lienthong.core.subject import Subject, subject_of
from lienthong_protocol.refusals import Code, Refuse

_WRONG_CLAIM: Final = "a claim has a value its field cannot have"
MINUTE: Final = 60_000_000


class Plan(Struct, frozen=True, kw_only=True, gc=False):
    """What may be fetched and given for one request, once `judge` agrees.

    `columns` and `lists` are the masks for reading: what is not in them never leaves the database. `asked`
    is the set of fields asked for or claimed, all of them granted. `consent` names the consent to read,
    exactly where the purpose rests on consent. `subject` is the signed-in citizen, exactly where
    the purpose's actor is the citizen: then the login has proved the number. `notices` go into LT-Notice.
    """

    grant: SystemGrant
    right: Right
    request: ExchangeRequest
    asked: int
    columns: int
    lists: int
    consent: str | None
    subject: Subject | None
    notices: tuple[str, ...]

    @property
    def claims(self) -> Mapping[str, ClaimValue]:
        """Return the claims to verify, by field name."""
        return self.request.claims


def decide(grant: SystemGrant, request: ExchangeRequest, now: int, usage: DayUsage) -> Plan | Refuse:
    """Return the plan for a request at an instant, or the first refusal in this order.

    1. grounds (suspension, agreement, confirmation, level, conditions, yearly check) · 2. purpose ·
    3. service · 4. actor: officer, subject, case · 5. fields, naming those not granted · 6. claims of a wrong
    type · 7. consent named · 8. batch · 9. quotas. Whose key signed is settled before, by `key_accepted`.
    Law: R8.1 (purpose, officer, case), R8.2 (service, fields, quotas), R1.1 (consent), R1.4 (grounds).
    """
    standing = grant.standing_at(now)
    if standing.refusal is not None:
        return standing.refusal
    purpose = grant.purposes.get(request.purpose or "")
    if purpose is None:
        return Refuse(Code.PURPOSE_UNKNOWN)
    right = grant.rights.get(purpose.code)
    service = request.service
    if right is None or service not in right.services:
        return Refuse(Code.SERVICE_NOT_GRANTED, f"{service} for {purpose.code}")
    if standing.verify_only and service.is_lookup:
        return Refuse(Code.ASSESSMENT_OVERDUE, "only verification is left until the check is made")
    subject = _subject(grant, purpose, request, now)
    refusal = (
        _officer(grant, purpose, request, now)
        or (subject if isinstance(subject, Refuse) else None)
        or _case_named(purpose, request)
        or _fields(right, request)
        or _consent(right, request)
        or _batch(right, request, usage)
        or _quotas(right, request, usage)
    )
    if refusal is not None:
        return refusal
    assert not isinstance(subject, Refuse)
    return Plan(
        grant=grant,
        right=right,
        request=request,
        asked=request.fields,
        columns=column_mask(request.fields),
        lists=list_mask(request.fields),
        consent=request.consent if purpose.by_consent else None,
        subject=subject,
        notices=standing.notices,
    )


def _officer(grant: SystemGrant, purpose: Purpose, request: ExchangeRequest, now: int) -> Refuse | None:
    """Refuse an officer who is not on the roster, and none where the purpose has officers act. Law: R8.1."""
    if request.officer is not None:
        term = grant.officers.get(request.officer)
        if term is None or not term[0] <= now < term[1]:
            return Refuse(Code.OFFICER_UNKNOWN)
    elif purpose.by_officer:
        return Refuse(Code.OFFICER_REQUIRED)
    return None


def _subject(
    grant: SystemGrant, purpose: Purpose, request: ExchangeRequest, now: int
) -> Subject | Refuse | None:
    """Return the citizen for whom a portal asks, None where the body names the person. Law: R8.1, R10.1.

    A token where the purpose has none is refused, so that a record which names a token and no refusal is
    always one of a signed-in citizen.
    """
    if not purpose.by_citizen:
        if request.token is not None:
            return Refuse(Code.SUBJECT_NOT_EXPECTED)
        if request.claim is None and not request.service.is_batch:
            return Refuse(Code.INVALID_VALUE, "the body names the person")
        return None
    if request.token is None:
        return Refuse(Code.SUBJECT_REQUIRED)
    if request.claim is not None or request.names_person:
        return Refuse(Code.SUBJECT_AND_PERSON)
    if grant.login is None:
        return Refuse(Code.SUBJECT_NOT_AGREED)
    if isinstance(request.token, Refuse):
        return request.token
    longest_age = grant.profile.number("login.token_age") * MINUTE
    return subject_of(grant.login, request.token, now, longest_age=longest_age)


def _case_named(purpose: Purpose, request: ExchangeRequest) -> Refuse | None:
    """Refuse a request without its case, where the purpose requires one and no item may have its own."""
    if not purpose.case_required or (request.service.is_batch and request.cases):
        return None
    return _case(purpose, request.case)


def _case(purpose: Purpose, case: str | None) -> Refuse | None:
    if case is None:
        return Refuse(Code.CASE_REQUIRED)
    if purpose.case is not None and not purpose.case.fits(case):
        return Refuse(Code.CASE_INVALID, f"the form is {purpose.case.text}")
    return None


def _fields(right: Right, request: ExchangeRequest) -> Refuse | None:
    """Refuse fields that were not granted, naming them, and claims that no value could equal. Law: R8.2."""
    if request.service.is_lookup and not request.fields:
        return Refuse(Code.FIELDS_EMPTY)
    ungranted = not_granted(right, request)
    if ungranted:
        return Refuse(Code.FIELD_NOT_GRANTED, fields=names_in(ungranted))
    if request.claims:
        wrong = wrong_claims(request.claims)
        if wrong:
            return Refuse(Code.INVALID_VALUE, _WRONG_CLAIM, wrong)
    for position, claims in enumerate(request.item_claims, start=1):
        wrong = wrong_claims(claims)
        if wrong:
            return Refuse(Code.INVALID_VALUE, f"item {position}. {_WRONG_CLAIM}", wrong)
    return None


def not_granted(right: Right, request: ExchangeRequest) -> int:
    """Return the fields of a request that the right does not hold, as bits; 0 when it holds all."""
    return request.fields & ~(right.fields if request.service.is_lookup else right.verify_fields)


def _consent(right: Right, request: ExchangeRequest) -> Refuse | None:
    """Refuse a purpose that rests on consent where none is named. Law: R1.1."""
    if right.purpose.by_consent and request.consent is None:
        return Refuse(Code.CONSENT_REQUIRED)
    return None


def _batch(right: Right, request: ExchangeRequest, usage: DayUsage) -> Refuse | None:
    """Refuse a batch as a whole: suspended, too large, or an item without its case."""
    if not request.service.is_batch:
        return None
    if usage.batch_suspended:
        return Refuse(Code.BATCH_SUSPENDED)
    if not 1 <= request.items <= right.batch_items:
        return Refuse(Code.BATCH_SIZE, f"{request.items} items, agreed are {right.batch_items}")
    if right.purpose.bulk or not right.purpose.case_required:
        return None
    for position, case in enumerate(request.cases, start=1):
        refusal = _case(right.purpose, request.case if case is None else case)
        if refusal is not None:
            return Refuse(refusal.code, f"item {position}. {refusal.detail}".strip())
    return None


def _quotas(right: Right, request: ExchangeRequest, usage: DayUsage) -> Refuse | None:
    """Refuse what would exceed a daily quota of the purpose. Law: R8.2."""
    code = right.purpose.code
    if usage.calls_by_purpose.get(code, 0) >= right.calls:
        return Refuse(Code.QUOTA_EXHAUSTED, "calls")
    if usage.persons.get(code, 0) + request.items > right.persons:
        return Refuse(Code.QUOTA_EXHAUSTED, "persons")
    if request.officer is not None:
        used = usage.officers.get(request.officer)
        if (used.persons if used else 0) + request.items > right.persons_per_officer:
            return Refuse(Code.QUOTA_EXHAUSTED, "persons of this officer")
    return None
