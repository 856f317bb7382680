"""The grant of a system under test: exactly what it asked for, every ground met by the sandbox's declaration.

It is a grant of the sandbox's environment alone, over people who do not exist; no other hub loads it.
Law: R5.2 (technical testing before anything is agreed), R8.2 (never more than was asked).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import structs

from lienthong.core.fields import BY_NAME, FIELDS, bits_of_names
from lienthong.core.grant_checks import RELATED_FIELDS, RELATED_NUMBERS, problems
from lienthong.core.grant_document import (
    Agreement,
    Channel,
    ConditionEntry,
    ConditionName,
    Confirmation,
    DirectGround,
    Facts,
    GrantDocument,
    KeyEntry,
    MissBudget,
    OfficerEntry,
    Participant,
    ParticipantKind,
    PublicKey,
    PurposeEntry,
    Quotas,
    Rate,
    RightEntry,
    SecurityLevel,
    Suspension,
    SystemEntry,
    SystemKind,
    Verdict,
)
from lienthong.core.law import profile_at
from lienthong.core.legal_days import instant
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import MOST_ITEMS, Service
from lienthong.sandbox_access.messages import AskedPurpose, Enrolment
from lienthong_protocol.refusals import Code, Refuse

OFFICERS: Final = ("kiem-thu-01", "kiem-thu-02")
"""Officers every system under test may name."""

STEWARD: Final = "steward"
"""The steward's own system: it looks test persons up through the gateway like anyone else."""

KEY_DAYS: Final = 365
_DECLARED: Final = "Tuyên bố của môi trường kiểm thử"
_PLENTY: Final = 1_000_000


def granted(
    system: str, enrolment: Enrolment, *, since: datetime, environment: str
) -> GrantDocument | Refuse:
    """Return the grant document of a system, at revision 1, or the refusal that says what is wrong.

    `since` is the moment from which its key and facts hold. A purpose that rests on consent is checked as
    such and granted without: the people of a sandbox do not exist, the sandbox consents for them.
    """
    names = [name for purpose in enrolment.purposes for name in (*purpose.fields, *purpose.verify_fields)]
    unknown = tuple(dict.fromkeys(name[:64] for name in names if name not in BY_NAME))
    if unknown:
        return Refuse(Code.UNKNOWN_FIELD, fields=unknown)
    document = _document(
        system,
        enrolment.name,
        enrolment.key,
        purposes=tuple(map(_purpose, enrolment.purposes)),
        rights=tuple(map(_right, enrolment.purposes)),
        since=since,
        environment=environment,
    )
    found = problems(document)
    if found:
        return Refuse(Code.INVALID_VALUE, "; ".join(found))
    return structs.replace(document, purposes=tuple(map(_consented, document.purposes)))


def suspended(document: GrantDocument, *, now: datetime) -> GrantDocument:
    """Return a grant without any right, suspended: its system has left the sandbox."""
    suspension = Suspension(
        ground="Hệ thống đã được rút khỏi môi trường kiểm thử",
        restored_by="Đăng ký lại hệ thống vào môi trường kiểm thử",
        signed_by=(_DECLARED,),
        valid_from=now,
    )
    facts = structs.replace(document.facts, suspensions=(suspension,))
    return structs.replace(document, rights=(), facts=facts)


def stewards_own(key: PublicKey, *, since: datetime, environment: str) -> GrantDocument:
    """Return the grant of the steward's own system: every field, of which it asks for those wanted."""
    purpose = AskedPurpose(
        code="known-answers",
        title="Lập danh sách người kiểm thử",
        ground=PurposeGround.STATE_TASK,
        actor=Actor.AUTOMATIC,
        services=(Service.LOOKUP, Service.VERIFY),
        fields=tuple(field.name for field in FIELDS),
    )
    return _document(
        STEWARD,
        "Quản lý môi trường kiểm thử",
        key,
        purposes=(_purpose(purpose),),
        rights=(_right(purpose),),
        since=since,
        environment=environment,
    )


def _document(
    system: str,
    name: str,
    key: PublicKey,
    *,
    purposes: Sequence[PurposeEntry],
    rights: Sequence[RightEntry],
    since: datetime,
    environment: str,
) -> GrantDocument:
    ground = DirectGround(ground=_DECLARED, decision=_DECLARED, review=since + timedelta(days=KEY_DAYS))
    return GrantDocument(
        revision=1,
        profile=profile_at(instant(since)).id,
        participant=Participant(id=system, name=name, kind=ParticipantKind.STATE_BODY),
        system=SystemEntry(
            id=system,
            name=name,
            kind=SystemKind.OTHER,
            environment=environment,
            channel=Channel.DIRECT,
            direct=ground,
            profiles=("lt-1", "lt-1p"),
            rate=Rate(per_second=50, burst=200),
        ),
        keys=(KeyEntry(jwk=key, valid_from=since, valid_until=since + timedelta(days=KEY_DAYS)),),
        officers=tuple(
            OfficerEntry(id=officer, unit=_DECLARED, role="cán bộ kiểm thử", valid_from=since)
            for officer in OFFICERS
        ),
        purposes=tuple(purposes),
        rights=tuple(rights),
        misses=MissBudget(per_mille=1_000, at_least=_PLENTY),
        facts=_facts(since),
    )


def _purpose(asked: AskedPurpose) -> PurposeEntry:
    return PurposeEntry(
        code=asked.code,
        name=asked.title,
        function=asked.title,
        assigned_by=_DECLARED,
        ground=asked.ground,
        law=_DECLARED if asked.ground is PurposeGround.OTHER_LAW else None,
        actor=asked.actor,
        decision=_DECLARED if asked.actor is Actor.AUTOMATIC else None,
        case_required=asked.case_required,
    )


def _consented(purpose: PurposeEntry) -> PurposeEntry:
    if purpose.ground is not PurposeGround.CONSENT:
        return purpose
    return structs.replace(purpose, ground=PurposeGround.STATE_TASK)


def _right(asked: AskedPurpose) -> RightEntry:
    bits = bits_of_names((*asked.fields, *asked.verify_fields))
    return RightEntry(
        purpose=asked.code,
        services=asked.services,
        fields=asked.fields,
        verify_fields=asked.verify_fields,
        related=bool(bits & RELATED_FIELDS),
        related_numbers=bool(bits & RELATED_NUMBERS),
        batch_items=MOST_ITEMS if any(service.is_batch for service in asked.services) else None,
        quotas=Quotas(persons=_PLENTY, calls=_PLENTY),
    )


def _facts(since: datetime) -> Facts:
    return Facts(
        confirmation=Confirmation(
            number=_DECLARED, issued_by=_DECLARED, issued_at=since, design_version=_DECLARED
        ),
        agreement=Agreement(number=_DECLARED, valid_from=since),
        security_level=SecurityLevel(level=3, decision=_DECLARED, valid_from=since),
        conditions=tuple(
            ConditionEntry(name=name, verdict=Verdict.MET, evidence=_DECLARED, decided_at=since)
            for name in ConditionName
        ),
    )
