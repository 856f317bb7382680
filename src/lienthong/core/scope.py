"""Everything a system may do, until when, and why something will stop: the answer of `GET /v1/scope`.

Computed from the same compiled grant that decides, so it cannot promise what a call would refuse. Law: R8.2.
"""

from datetime import datetime

from msgspec import Struct

from lienthong.core.budget import DayUsage, allowance
from lienthong.core.fields import names_in
from lienthong.core.grant import FOREVER, GrantedKey, Right, SystemGrant
from lienthong.core.grant_document import ExemptionCode
from lienthong.core.grounds import Ground, GroundKind, GroundState
from lienthong.core.legal_days import day_of, end_of_day, moment
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong_protocol.refusals import Code


class GroundView(Struct, frozen=True, omit_defaults=True):
    """The state of one ground; `until` is the first moment at which it no longer holds."""

    kind: GroundKind
    state: GroundState
    evidence: str = ""
    exemption: ExemptionCode | None = None
    until: datetime | None = None


class KeyView(Struct, frozen=True, omit_defaults=True):
    """One key, and whether a signature made now would be accepted."""

    key_id: str
    accepted: bool
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None = None


class Allowance(Struct, frozen=True):
    """A daily limit and what has been used of it."""

    used: int
    limit: int


class RightView(Struct, frozen=True, omit_defaults=True):
    """What may be had for one purpose, and what the call has to name."""

    purpose: str
    name: str
    ground: PurposeGround
    actor: Actor
    officer_required: bool
    case_required: bool
    consent_required: bool
    services: tuple[Service, ...]
    fields: tuple[str, ...]
    verify_fields: tuple[str, ...]
    grades: bool
    explain: bool
    persons: Allowance
    calls: Allowance
    case_pattern: str | None = None
    provinces: tuple[str, ...] = ()
    batch_items: int | None = None
    persons_per_officer: int | None = None


class Scope(Struct, frozen=True, omit_defaults=True):
    """All a system may do at a moment.

    `refused` is the code with which every call is refused now, absent while calls are served; `reason` says
    why. `day_ends` is the moment at which quotas and budgets begin anew. `next_change` is the next moment at
    which a date already known changes what is allowed or noticed.
    """

    system: str
    agency: str
    environment: str
    revision: int
    grant: str
    profile: str
    at: datetime
    day_ends: datetime
    verify_only: bool
    batch_suspended: bool
    notices: tuple[str, ...]
    grounds: tuple[GroundView, ...]
    keys: tuple[KeyView, ...]
    rights: tuple[RightView, ...]
    misses: Allowance
    calls_per_second: int
    refused: Code | None = None
    reason: str = ""
    next_change: datetime | None = None


def scope_of(grant: SystemGrant, now: int, usage: DayUsage) -> Scope:
    """Return the scope of a system at an instant, with what it has used today. Law: R8.1, R8.2."""
    standing = grant.standing_at(now)
    refusal = standing.refusal
    later = next((at for at in grant.instants if at > now), None)
    names = {purpose.code: purpose.name for purpose in grant.document.purposes}
    return Scope(
        system=grant.system_id,
        agency=grant.agency_id,
        environment=grant.environment,
        revision=grant.revision,
        grant=grant.document_hash,
        profile=grant.profile.id,
        at=moment(now),
        day_ends=moment(end_of_day(day_of(now))),
        verify_only=standing.verify_only,
        batch_suspended=usage.batch_suspended,
        notices=standing.notices,
        grounds=tuple(_ground(ground) for ground in standing.grounds),
        keys=tuple(
            _key(key_id, key, accepted=grant.key_accepted(key_id, now, now))
            for key_id, key in grant.keys.items()
        ),
        rights=tuple(_right(right, names[code], usage) for code, right in grant.rights.items()),
        misses=Allowance(
            usage.misses, allowance(usage.calls, per_mille=grant.misses[0], at_least=grant.misses[1])
        ),
        calls_per_second=grant.rate.per_second,
        refused=None if refusal is None else refusal.code,
        reason="" if refusal is None else refusal.detail,
        next_change=None if later is None else moment(later),
    )


def _ground(ground: Ground) -> GroundView:
    until = None if ground.until is None else moment(ground.until)
    return GroundView(ground.kind, ground.state, ground.evidence, ground.exemption, until)


def _key(key_id: str, key: GrantedKey, *, accepted: bool) -> KeyView:
    revoked = None if key.revoked_at is None else moment(key.revoked_at)
    return KeyView(key_id, accepted, moment(key.valid_from), moment(key.valid_until), revoked)


def _right(right: Right, name: str, usage: DayUsage) -> RightView:
    purpose = right.purpose
    per_officer = right.persons_per_officer
    return RightView(
        purpose=purpose.code,
        name=name,
        ground=purpose.ground,
        actor=purpose.actor,
        officer_required=purpose.by_officer,
        case_required=purpose.case_required,
        consent_required=purpose.by_consent,
        services=right.services,
        fields=names_in(right.fields),
        verify_fields=names_in(right.verify_fields),
        grades=right.grades,
        explain=right.explain,
        persons=Allowance(usage.persons.get(purpose.code, 0), right.persons),
        calls=Allowance(usage.calls_by_purpose.get(purpose.code, 0), right.calls),
        case_pattern=None if purpose.case is None else purpose.case.text,
        provinces=tuple(sorted(right.provinces)),
        batch_items=right.batch_items or None,
        persons_per_officer=None if per_officer == FOREVER else per_officer,
    )
