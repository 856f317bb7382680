"""The roster of a system: officers in whose name it may ask. Law: R8.1, R6.1."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

import msgspec
from django.core import signing

from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.participants.locking import ended_body, spoken_day, system_for
from lienthong.control.participants.models import Officer, System
from lienthong.core.access import Actor
from lienthong.core.body_acts import BodyAct, may_on_body
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong.core.roster import (
    ROW_TEXTS,
    RosterChanges,
    RosterEntry,
    RosterRow,
    entry_of,
    roster_changes,
)
from lienthong.core.speech import joined

_ACT = BodyAct.KEEP_ROSTER
_LAW = ("R8.1", "R6.1")
PREVIEW_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, and the sealed rows with which it is confirmed."""

    changes: RosterChanges
    sealed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """Rows as they were previewed: by whom, for which system, against which roster."""

    system: int
    account: int
    whole: bool
    standing: str
    rows: tuple[RosterRow, ...]


def add(number: int, row: RosterRow, *, actor: Actor | None) -> ControlRefuse | None:
    """Add one officer by hand."""
    entry = entry_of(row)
    if not isinstance(entry, RosterEntry):
        texts = joined(ROW_TEXTS[problem] for problem in entry)
        return ControlRefuse(ControlCode.OFFICER_REFUSED, {"problems": texts})
    event = _event("officer.added", number, actor)
    event.detail = {"code": entry.code}
    with acting(event) as act:
        system = system_for(_ACT, number, actor)
        if isinstance(system, ControlRefuse):
            return act.refuse(system)
        event.body = system.body_id
        if Officer.objects.filter(system=system, code=entry.code).exists():
            return act.refuse(ControlRefuse(ControlCode.OFFICER_CODE_TAKEN, {"code": entry.code}))
        Officer.objects.create(system=system, **asdict(entry))
    return None


def end(number: int, *, last: date | None, actor: Actor | None) -> ControlRefuse | None:
    """End one officer after a day, today unless another is given."""
    event = _event("officer.ended", 0, actor)
    with acting(event) as act:
        officer = Officer.objects.filter(pk=number).first()
        if officer is None:
            return act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))
        system = system_for(_ACT, officer.system_id, actor)
        if isinstance(system, ControlRefuse):
            return act.refuse(system)
        officer = Officer.objects.select_for_update().get(pk=number)
        if officer.valid_to is not None and officer.valid_to < day_of(act.now):
            return act.refuse(ControlRefuse(ControlCode.ENDED_ALREADY, {"day": spoken_day(officer.valid_to)}))
        officer.valid_to = max(last or day_of(act.now), officer.valid_from)
        officer.save(update_fields=("valid_to",))
        event.subject, event.body = str(system.pk), system.body_id
        event.detail = {"code": officer.code, "last": officer.valid_to.isoformat()}
    return None


def preview(
    number: int, rows: tuple[RosterRow, ...], *, whole: bool, actor: Actor
) -> Preview | ControlRefuse:
    """Show what taking rows over would do; nothing is written."""
    system = System.objects.select_related("body").filter(pk=number).first()
    if system is None:
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    refusal = may_on_body(_ACT, actor, system.body_id) or ended_body(system.body)
    if refusal is not None:
        return refusal
    standing = _standing(number)
    changes = roster_changes(standing, rows, whole=whole, today=day_of(database_now()))
    content = _Sealed(system=number, account=actor.id, whole=whole, standing=_print(standing), rows=rows)
    return Preview(changes, signing.dumps(msgspec.to_builtins(content), salt=_SALT, compress=True))


def take_over(number: int, sealed: str, *, actor: Actor) -> RosterChanges | ControlRefuse:
    """Take previewed rows over, all or none; the same rows again change nothing.

    1. The rows come back sealed: what is written is what was shown to this account.
    2. The system is locked, and the changes are computed anew against the roster as it is.
    3. If that would do something else than what was shown, somebody was faster: nothing is written.
    """
    content = _unsealed(sealed)
    if content is None or (content.system, content.account) != (number, actor.id):
        return ControlRefuse(ControlCode.ROSTER_PREVIEW_ENDED)
    return import_rows(number, content.rows, whole=content.whole, shown=content.standing, actor=actor)


def import_rows(
    number: int, rows: tuple[RosterRow, ...], *, whole: bool, shown: str | None, actor: Actor | None
) -> RosterChanges | ControlRefuse:
    """Take rows over; `shown` names the roster that they were compared with, none where nobody looked."""
    event = _event("roster.imported", number, actor)
    with acting(event) as act:
        system = system_for(_ACT, number, actor)
        if isinstance(system, ControlRefuse):
            return act.refuse(system)
        event.body = system.body_id
        standing = _standing(number)
        changes = roster_changes(standing, rows, whole=whole, today=day_of(act.now))
        if changes.written and shown not in (None, _print(standing)):
            return act.refuse(ControlRefuse(ControlCode.ROSTER_MOVED))
        _write(system, changes)
        event.detail = {
            "added": str(len(changes.added)),
            "changed": str(len(changes.changed)),
            "ended": str(len(changes.ended)),
            "rejected": str(len(changes.rejected)),
        }
    return changes


def entry_from(officer: Officer) -> RosterEntry:
    """Return an officer's row as the rules know it."""
    return RosterEntry(
        code=officer.code,
        name=officer.name,
        unit=officer.unit,
        valid_from=officer.valid_from,
        valid_to=officer.valid_to,
    )


_SALT = "lienthong roster preview"


def _unsealed(sealed: str) -> _Sealed | None:
    try:
        return msgspec.convert(signing.loads(sealed, salt=_SALT, max_age=PREVIEW_SECONDS), _Sealed)
    except signing.BadSignature:
        return None


def _standing(system: int) -> tuple[RosterEntry, ...]:
    return tuple(entry_from(officer) for officer in Officer.objects.filter(system=system).order_by("code"))


def _print(standing: tuple[RosterEntry, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode(standing)).hexdigest()


def _write(system: System, changes: RosterChanges) -> None:
    Officer.objects.bulk_create(Officer(system=system, **asdict(entry)) for entry in changes.added)
    after = {change.after.code: change.after for change in (*changes.changed, *changes.ended)}
    officers = list(Officer.objects.filter(system=system, code__in=after))
    for officer in officers:
        entry = after[officer.code]
        officer.name, officer.unit = entry.name, entry.unit
        officer.valid_from, officer.valid_to = entry.valid_from, entry.valid_to
    Officer.objects.bulk_update(officers, ("name", "unit", "valid_from", "valid_to"), batch_size=500)


def _event(kind: str, number: int, actor: Actor | None) -> Event:
    return Event(kind=kind, actor=actor, subject_kind="roster", subject=str(number), law=_LAW)
