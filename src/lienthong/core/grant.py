"""A grant compiled for deciding: sets as bits, texts as compiled patterns, grounds as a table of instants.

Built once per revision from the signed document and never changed; deciding under it allocates nothing but
its result. Law: R8.1, R8.2, R1.4.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from msgspec import to_builtins

from lienthong.core.fields import bits_of_names, fields_in, source_bits
from lienthong.core.grant_checks import NOT_COMPARED, RELATED_FIELDS, RELATED_NUMBERS, problems
from lienthong.core.grant_document import (
    Channel,
    GrantDocument,
    GrantFormatError,
    KeyEntry,
    OverrideEntry,
    PurposeEntry,
    Rate,
    RightEntry,
    decode_document,
    document_hash,
)
from lienthong.core.grounds import Standing, changes, standing
from lienthong.core.law import PROFILES, Profile
from lienthong.core.legal_days import DAY, instant, last_day
from lienthong.core.login import Login, compile_login
from lienthong.core.override import Override
from lienthong.core.purpose import Purpose, PurposeGround, case_pattern
from lienthong.core.request import Service
from lienthong_protocol.keys import KeyFormatError, VerifyingKey, thumbprint, verifying_key_from_jwk
from lienthong_protocol.record import Proof, Visibility

FOREVER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class GrantedKey:
    """A key of a system and when it is accepted: instants, the ends exclusive."""

    verifying_key: VerifyingKey
    valid_from: int
    valid_until: int
    revoked_at: int | None

    @property
    def end(self) -> int:
        """Return the instant from which the key is not accepted."""
        return self.valid_until if self.revoked_at is None else min(self.valid_until, self.revoked_at)


@dataclass(frozen=True, slots=True)
class Right:
    """What may be had for one purpose, sets of fields as bits, `provinces` empty for the whole country.

    `fields` and `verify_fields` hold only what is granted without contradiction: a derived field only with
    all it is computed from, a field about other persons only with the right to them.
    """

    purpose: Purpose
    services: tuple[Service, ...]
    fields: int
    verify_fields: int
    grades: bool
    explain: bool
    protected: int
    provinces: frozenset[str]
    batch_items: int
    persons: int
    persons_per_officer: int
    calls: int
    visibility: Visibility
    override: Override | None

    def sees_protected(self, protection: int, now: int) -> bool:
        """Say whether a person under these kinds of protection (bits) may be seen at an instant."""
        if not protection:
            return True
        if protection & ~self.protected:
            return False
        return self.override is not None and self.override.in_force(now)

    def hiding_law(self, now: int) -> str | None:
        """Return the law that hides the lines at an instant, None while they are shown. Law: R1.5."""
        if self.visibility is Visibility.SHOWN or self.override is None or not self.override.in_force(now):
            return None
        return self.override.law


@dataclass(frozen=True, slots=True)
class SystemGrant:
    """Everything one system may have; immutable. Instants are microseconds since 1970 UTC.

    `standings[i]` holds from `instants[i - 1]` until `instants[i]`, the last one for ever. `misses` is the
    daily budget of misses as (per mille of calls, at least). `login` is whose tokens prove a citizen, None
    where no issuer was agreed.
    """

    system_id: str
    agency_id: str
    revision: int
    document_hash: str
    environment: str
    channel: Channel
    platform: str | None
    proofs: frozenset[Proof]
    profiles: frozenset[str]
    rate: Rate
    profile: Profile
    misses: tuple[int, int]
    misses_per_person: int
    login: Login | None
    keys: Mapping[str, GrantedKey]
    officers: Mapping[str, tuple[int, int]]
    purposes: Mapping[str, Purpose]
    rights: Mapping[str, Right]
    instants: tuple[int, ...]
    standings: tuple[Standing, ...]
    document: GrantDocument = field(repr=False)

    def standing_at(self, now: int) -> Standing:
        """Return what the grounds allow at an instant, and the notices that travel with answers."""
        return self.standings[bisect_right(self.instants, now)]

    def notices(self, now: int) -> tuple[str, ...]:
        """Return what will lapse or has lapsed, as LT-Notice says it, like `agreement-ends=2026-12-31`."""
        return self.standing_at(now).notices

    def key_accepted(self, key_id: str, created_at: int, now: int) -> bool:
        """Say whether a signature made at `created_at` with this key is accepted at `now`."""
        key = self.keys.get(key_id)
        if key is None:
            return False
        return key.valid_from <= created_at < key.end and now < key.end


def compile_grant(document: bytes) -> SystemGrant:
    """Return the grant in these exact bytes; raises GrantFormatError for any other or contradictory bytes."""
    parsed = decode_document(document)
    found = problems(parsed)
    if found:
        raise GrantFormatError("; ".join(found))
    profile = PROFILES[parsed.profile]
    keys = {}
    for entry in parsed.keys:
        key_id, key = _key(entry)
        if key_id in keys:
            raise GrantFormatError(f"keys: {key_id} stands twice")
        keys[key_id] = key
    overrides = {entry.id: _override(entry) for entry in parsed.overrides}
    purposes = {entry.code: _purpose(entry) for entry in parsed.purposes}
    instants, standings = _table(parsed, profile, keys)
    system = parsed.system
    return SystemGrant(
        system_id=system.id,
        agency_id=parsed.participant.id,
        revision=parsed.revision,
        document_hash=document_hash(document),
        environment=system.environment,
        channel=system.channel,
        platform=system.platform,
        proofs=frozenset(system.proofs),
        profiles=frozenset(system.profiles),
        rate=system.rate,
        profile=profile,
        misses=(parsed.misses.per_mille, parsed.misses.at_least),
        misses_per_person=profile.number("misses.per_person"),
        login=None if parsed.login is None else compile_login(parsed.login),
        keys=MappingProxyType(keys),
        officers=MappingProxyType(
            {
                officer.id: (
                    instant(officer.valid_from),
                    FOREVER if officer.valid_until is None else instant(officer.valid_until),
                )
                for officer in parsed.officers
            }
        ),
        purposes=MappingProxyType(purposes),
        rights=MappingProxyType(
            {
                entry.purpose: _right(entry, purposes[entry.purpose], overrides.get(entry.override or ""))
                for entry in parsed.rights
            }
        ),
        instants=instants,
        standings=standings,
        document=parsed,
    )


def _key(entry: KeyEntry) -> tuple[str, GrantedKey]:
    jwk: dict[str, str] = to_builtins(entry.jwk)
    try:
        key = verifying_key_from_jwk(jwk)
    except KeyFormatError as error:
        raise GrantFormatError(f"keys: {error}") from error
    revoked = None if entry.revoked_at is None else instant(entry.revoked_at)
    return thumbprint(jwk), GrantedKey(key, instant(entry.valid_from), instant(entry.valid_until), revoked)


def _override(entry: OverrideEntry) -> Override:
    return Override(entry.law, instant(entry.valid_from), instant(entry.valid_until), entry.approvers)


def _purpose(entry: PurposeEntry) -> Purpose:
    return Purpose(
        code=entry.code,
        ground=entry.ground,
        actor=entry.actor,
        case_required=entry.case_required,
        case=None if entry.case_pattern is None else case_pattern(entry.case_pattern),
        bulk=entry.bulk,
    )


def _right(entry: RightEntry, purpose: Purpose, override: Override | None) -> Right:
    services = tuple(
        service
        for service in entry.services
        if not (service.is_batch and purpose.ground is PurposeGround.CONSENT)
    )
    given = _without_contradiction(entry, bits_of_names(entry.fields), 0)
    compared = _without_contradiction(entry, bits_of_names(entry.verify_fields), given)
    return Right(
        purpose=purpose,
        services=services,
        fields=given,
        verify_fields=compared & ~NOT_COMPARED,
        grades=entry.grades,
        explain=entry.explain,
        protected=sum(1 << kind for kind in set(entry.protected)),
        provinces=frozenset(entry.provinces),
        batch_items=entry.batch_items or 0,
        persons=entry.quotas.persons,
        persons_per_officer=(
            FOREVER if entry.quotas.persons_per_officer is None else entry.quotas.persons_per_officer
        ),
        calls=entry.quotas.calls,
        visibility=entry.visibility,
        override=override,
    )


def _without_contradiction(entry: RightEntry, bits: int, beside: int) -> int:
    """Return the fields of a set that may be given; the checks refused the rest before, this is the lock."""
    if not entry.related:
        bits &= ~RELATED_FIELDS
    if not entry.related_numbers:
        bits &= ~RELATED_NUMBERS
    held = bits | beside
    return sum(field.bit for field in fields_in(bits) if not source_bits(field.bit) & ~held)


def _table(
    document: GrantDocument, profile: Profile, keys: Mapping[str, GrantedKey]
) -> tuple[tuple[int, ...], tuple[Standing, ...]]:
    """Return the instants at which the standing changes, and the standing before, between and after them."""
    ahead = profile.number("notice.ahead") * DAY
    found = set(changes(document.facts, profile))
    for key in keys.values():
        found.update((key.valid_from, key.end - ahead, key.end))
    instants = tuple(sorted(found))
    starts = (instants[0] - 1, *instants) if instants else (0,)
    return instants, tuple(_standing(document, profile, keys, ahead, at) for at in starts)


def _standing(
    document: GrantDocument, profile: Profile, keys: Mapping[str, GrantedKey], ahead: int, now: int
) -> Standing:
    found = standing(document.facts, profile, now)
    ending = sorted(
        key.end for key in keys.values() if key.valid_from <= now and key.end - ahead <= now < key.end
    )
    notices = tuple(f"key-ends={last_day(end).isoformat()}" for end in ending)
    return Standing(found.grounds, found.refusal, found.verify_only, (*found.notices, *notices))
