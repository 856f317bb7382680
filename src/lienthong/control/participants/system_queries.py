"""What pages ask about systems: facts and what they lack, keys with their terms, the roster."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from lienthong.config import Environment
from lienthong.control.audit.events import database_now
from lienthong.control.participants.models import Officer, System, SystemKey
from lienthong.control.participants.officers import entry_from
from lienthong.control.participants.papers import PaperCopy, copy_of
from lienthong.control.participants.stored import facts_of
from lienthong.control.participants.systems import Evidence, paper_at
from lienthong.core.access import Actor
from lienthong.core.grant_document import ExemptionCode, SystemKind
from lienthong.core.key_states import KEY_MACHINE, KeyAct, KeyState
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of, moment
from lienthong.core.missing import Missing
from lienthong.core.roster import RosterEntry
from lienthong.core.system_facts import Stage, SystemFacts, level_three, possible_exemptions

OFFICERS_ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPage:
    """One system as its page shows it; `missing` is what its level's evidence lacks before going live."""

    id: int
    code: str
    name: str
    kind: SystemKind
    is_database: bool
    facts: SystemFacts
    version: int
    body: int
    body_name: str
    body_identifier: str
    missing: tuple[Missing, ...]
    exemptions: tuple[ExemptionCode, ...]
    officers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """One key of a system; `state` follows from its dates, `acts` are what the reader may do with it."""

    id: int
    thumbprint: str
    algorithm: str
    environment: Environment
    state: KeyState
    proposed_at: datetime
    valid_from: datetime | None
    valid_until: datetime | None
    revoked_at: datetime | None
    acts: tuple[KeyAct, ...]
    version: int
    system: int
    system_code: str
    system_name: str
    body_name: str


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One officer with the row's number."""

    id: int
    entry: RosterEntry
    lives: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """One page of a roster, and how many there are."""

    rows: tuple[OfficerRow, ...]
    total: int


def system_page(number: int) -> SystemPage | None:
    """Return one system, none where there is none. Law: R4.1 (what is missing is shown)."""
    system = System.objects.select_related("body").filter(pk=number).first()
    if system is None:
        return None
    facts = facts_of(system.facts)
    now = database_now()
    today = day_of(now)
    return SystemPage(
        id=system.pk,
        code=system.code,
        name=system.name,
        kind=SystemKind(system.kind),
        is_database=system.is_database,
        facts=facts,
        version=system.version,
        body=system.body_id,
        body_name=system.body.name,
        body_identifier=system.body.identifier,
        missing=level_three(facts, profile_at(now), today, Stage.GO_LIVE).missing,
        exemptions=possible_exemptions(facts, today),
        officers=Officer.objects.filter(system=system).count(),
    )


def keys_of(number: int, reader: Actor) -> tuple[KeyEntry, ...]:
    """Return all keys a system ever had, newest first."""
    rows = SystemKey.objects.select_related("system__body").filter(system=number).order_by("-pk")
    now = database_now()
    return tuple(_key(row, reader, now) for row in rows)


def keys_waiting(reader: Actor) -> tuple[KeyEntry, ...]:
    """Return the keys that wait for the key officer, oldest first."""
    rows = SystemKey.objects.select_related("system__body").filter(state=KeyState.PROPOSED).order_by("pk")
    now = database_now()
    return tuple(_key(row, reader, now) for row in rows)


def key(number: int, reader: Actor) -> KeyEntry | None:
    """Return one key."""
    row = SystemKey.objects.select_related("system__body").filter(pk=number).first()
    return None if row is None else _key(row, reader, database_now())


def _key(row: SystemKey, reader: Actor, now: int) -> KeyEntry:
    has_passed = row.valid_until is not None and now >= row.valid_until
    state = KeyState.ENDED if has_passed and row.revoked_at is None else row.state
    return KeyEntry(
        id=row.pk,
        thumbprint=row.thumbprint,
        algorithm="Ed25519" if row.jwk.get("kty") == "OKP" else "ECDSA P-256",
        environment=Environment(row.environment),
        state=state,
        proposed_at=row.proposed_at,
        valid_from=None if row.valid_from is None else moment(row.valid_from),
        valid_until=None if row.valid_until is None else moment(row.valid_until),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
        acts=KEY_MACHINE.acts_of(state, reader),
        version=row.version,
        system=row.system_id,
        system_code=row.system.code,
        system_name=row.system.name,
        body_name=row.system.body.name,
    )


def roster(number: int, words: str, *, page: int) -> Roster:
    """Return a page of a roster, by code, name or unit."""
    found = Officer.objects.filter(system=number)
    if words:
        found = found.filter(Q(code__icontains=words) | Q(name__icontains=words) | Q(unit__icontains=words))
    first = (max(1, page) - 1) * OFFICERS_ON_A_PAGE
    today = day_of(database_now())
    rows = found.order_by("code")[first : first + OFFICERS_ON_A_PAGE]
    entries = tuple(OfficerRow(row.pk, entry_from(row), entry_from(row).lives_on(today)) for row in rows)
    return Roster(entries, found.count())


def whole_roster(number: int) -> tuple[RosterEntry, ...]:
    """Return every officer of a system, by code."""
    return tuple(entry_from(row) for row in Officer.objects.filter(system=number).order_by("code"))


def officer(number: int) -> OfficerRow | None:
    """Return one officer."""
    row = Officer.objects.filter(pk=number).first()
    if row is None:
        return None
    entry = entry_from(row)
    return OfficerRow(row.pk, entry, entry.lives_on(day_of(database_now())))


def system_paper(number: int, place: Evidence) -> PaperCopy | None:
    """Return the kept copy of one of a system's papers; raises UploadLostError."""
    row = System.objects.filter(pk=number).first()
    return None if row is None else copy_of(paper_at(facts_of(row.facts), place))


def body_of_system(system: int, **_others: object) -> int | None:
    """Return whose system it is."""
    return System.objects.filter(pk=system).values_list("body_id", flat=True).first()


def body_of_key(key: int) -> int | None:
    """Return whose key it is."""
    return SystemKey.objects.filter(pk=key).values_list("system__body_id", flat=True).first()


def system_of_officer(number: int) -> int | None:
    """Return the number of the system in whose roster an officer stands."""
    return Officer.objects.filter(pk=number).values_list("system_id", flat=True).first()


def body_of_officer(officer: int) -> int | None:
    """Return whose officer it is."""
    return Officer.objects.filter(pk=officer).values_list("system__body_id", flat=True).first()
