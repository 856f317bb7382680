"""Seeing which guides are owed: from requests received and accepted, grants published, and the calendar.

Comes round by itself and may be done twice: what was looked at is noted, what has not changed is left alone.
Law: R7.1, R9.1.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from django.db.models import Q

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.connections.content import read_request
from lienthong.control.connections.models import Version
from lienthong.control.frame.page import address_of
from lienthong.control.frame.statements import execute
from lienthong.control.guides.models import Guide, GuideSource
from lienthong.control.guides.owed import EMPTY, newest, owed_of, scope_row
from lienthong.control.notices.telling import ToBody, tell
from lienthong.control.participants.models import System
from lienthong.control.theme import dates
from lienthong.core.access import AGENCY_ROLES, Portal
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import GrantFormatError, decode_document
from lienthong.core.guide_scope import GuideScope, items_of, scope_asked, scope_granted
from lienthong.core.guide_states import GUIDE_MACHINE, GUIDE_WRITERS, GuideAct, GuideState
from lienthong.core.guides import BINDING, Basis, Owed, due_of, judge_guide, renewed
from lienthong.core.legal_days import instant, last_day, moment
from lienthong.core.pages import Page
from lienthong.core.request_states import RequestState
from lienthong.core.speech import Text
from lienthong.db import named

LAW: Final = ("R7.1",)
_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
_log: Final = logging.getLogger("lienthong.jobs")
_AT_ONCE: Final = 100
_NOTHING: Final = ControlRefuse(ControlCode.NOT_FOUND_HERE)
"""Takes a transaction back in which there was nothing to do; nobody is shown it."""

_OWED: Final = Text(
    "Cần công bố tài liệu hướng dẫn khai thác: {system}", "A guide is to be published: {system}"
)
_OWED_LINES: Final = Text(
    "Nội dung kết nối của hệ thống {system} đã được chấp thuận. Cơ quan, tổ chức có trách nhiệm xây dựng tài "
    "liệu hướng dẫn sử dụng, thực hiện các dịch vụ khai thác của mình. Bản dự thảo đã được lập sẵn; hạn công "
    "bố: {day}. Tài liệu chưa nêu: {lacking}.",
    "What the system {system} may have is agreed. A connected body writes a guide to its exploitation "
    "services. A draft is ready; it is to be published by {day}. No edition names: {lacking}.",
)
_LATE: Final = Text("Quá hạn công bố tài liệu hướng dẫn: {system}", "The guide is overdue: {system}")
_LATE_LINES: Final = Text(
    "Hạn công bố tài liệu hướng dẫn khai thác của hệ thống {system} là {day}. Tài liệu chưa nêu: {lacking}.",
    "The guide of the system {system} was to be published by {day}. No edition names: {lacking}.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found about one system: the scope, what it rests on, since when, from where."""

    scope: GuideScope
    basis: Basis
    since: int
    source: str
    until: int | None = None
    grant: int = 0


def look() -> int:
    """Look at everything that is new and remind of what is overdue; return how many guides changed."""
    return _authority() + _requests() + _grants() + _overdue()


def _authority() -> int:
    """Begin the authority's own guide, once. Law: R9.1."""
    if Guide.objects.filter(system=None).exists():
        return 0
    with acting(Event(kind="guide.opened", actor=None, subject_kind="guide", law=("R9.1",))) as act:
        guide = Guide.objects.create(basis=Basis.CATALOGUE)
        act.event.subject = str(guide.pk)
    return 1


def _requests() -> int:
    changed = 0
    while rows := execute(_QUERIES, "requests_to_look_at", _AT_ONCE):
        for reference, state, at, version in rows:
            changed += _request(reference, RequestState(state), instant(at), version)
            # Noted last: after a kill in between it is looked at once more.
            GuideSource.objects.update_or_create(version_id=version, defaults={"state": state})
    return changed


def _request(reference: str, state: RequestState, at: int, version: int) -> int:
    try:
        request = read_request(Version.objects.get(pk=version).content)
    except msgspec.ValidationError:
        # One file that cannot be read holds up no other.
        _log.exception("request %s cannot be read; the guides of its systems were not compared", reference)
        return 0
    scope, basis = _asked(state, scope_asked(request))
    found = Found(scope=scope, basis=basis, since=at, source=reference)
    systems = System.objects.filter(code__in=[each.id for each in request.systems]).order_by("id")
    return sum(_apply(system, found) for system in systems)


def _asked(state: RequestState, scope: GuideScope) -> tuple[GuideScope, Basis]:
    """Return what a request in this state asks a guide for: accepted it binds, refused it is nothing."""
    if not items_of(scope) or state in (RequestState.REFUSED, RequestState.WITHDRAWN):
        return EMPTY, Basis.NONE
    return scope, Basis.AGREED if state is RequestState.ACCEPTED else Basis.ASKED


def _grants() -> int:
    changed = 0
    for system, version, document, published in execute(_QUERIES, "grants_to_look_at"):
        try:
            grant = decode_document(bytes(document))
        except GrantFormatError:
            _log.warning("grant %s cannot be read; the guide of its system was not compared", version)
            continue
        scope, agreement = scope_granted(grant), grant.facts.agreement
        has_items = bool(items_of(scope)) and agreement is not None
        ends = None if agreement is None or agreement.valid_until is None else agreement.valid_until
        found = Found(
            scope=scope if has_items else EMPTY,
            basis=Basis.GRANTED if has_items else Basis.NONE,
            since=instant(published),
            source=f"{grant.system.id} / {grant.revision}",
            until=None if ends is None else instant(ends),
            grant=version,
        )
        changed += _apply(System.objects.get(pk=system), found)
    return changed


def _apply(system: System, found: Found) -> int:
    """Bring what was found about a system into its guide; return 1 where something changed.

    1. What changes nothing is no act; only which grant was looked at is noted.
    2. The row is locked and looked at again: two looks, or a look and an edition, follow one another.
    3. What is owed is judged against the newest edition; a text that no longer fits is marked.
    4. The body is told within the same transaction: it is told if it is so, and only then.
    """
    # 1.
    known = Guide.objects.filter(system=system).first()
    if known is not None and _owed_now(known, found) is None:
        Guide.objects.filter(pk=known.pk, grant__lt=found.grant).update(grant=found.grant)
        return 0
    event = Event(kind="guide.owed", actor=None, subject_kind="guide", body=system.body_id, law=LAW)
    with acting(event) as act:
        # 2.
        Guide.objects.get_or_create(system=system)
        guide = Guide.objects.select_for_update().get(system=system)
        owed, old = _owed_now(guide, found), owed_of(guide)
        if owed is None and known is not None:
            act.refuse(_NOTHING)
            return 0
        # 3.
        _write(guide, found, owed or old, old, act)
        event.subject = str(guide.pk)
        event.detail = {"basis": guide.basis, "source": found.source, "state": guide.state}
        # 4.
        if owed is not None and owed.is_binding and not guide.is_met and owed.since != _since(old):
            _tell(guide, system, owed, _OWED, _OWED_LINES)
    return 1


def _owed_now(guide: Guide, found: Found) -> Owed | None:
    """Return what a guide owes by what was found, None where nothing changes."""
    old = owed_of(guide)
    new = Owed(basis=found.basis, items=items_of(found.scope), since=found.since, until=found.until)
    is_its_end = old.basis is Basis.GRANTED if found.grant else guide.source == found.source
    owed = renewed(old, new, is_its_end=is_its_end)
    is_same = (guide.basis, guide.source, guide.scope) == (owed.basis, found.source, scope_row(found.scope))
    return None if owed is old or (is_same and owed.until == old.until) else owed


def _since(owed: Owed) -> int | None:
    return owed.since if owed.is_binding else None


def _write(guide: Guide, found: Found, owed: Owed, old: Owed, act: Act) -> None:
    guide.basis, guide.scope, guide.source = owed.basis, scope_row(found.scope), found.source
    guide.since, guide.until = moment(owed.since), _moment(owed.until)
    guide.grant = max(guide.grant, found.grant)
    if not owed.is_binding or guide.due_at is None or owed.since != _since(old):
        guide.due_at, guide.reminded_at = _moment(due_of(owed, act.profile)), None
    rejudge(guide, owed, act.now)
    if guide.state == GuideState.PUBLISHED and not guide.is_met:
        target = GUIDE_MACHINE.step(GuideAct.OUTDATE, guide.state, None)
        assert not isinstance(target, ControlRefuse), "what is published can become outdated"
        guide.state = target
    guide.version += 1
    guide.save()


def rejudge(guide: Guide, owed: Owed, now: int) -> None:
    """Set on a locked row whether its newest edition names all that is owed."""
    edition = newest(guide)
    due = None if guide.due_at is None else instant(guide.due_at)
    duty = judge_guide(owed, None if edition is None else edition.named, due=due, now=now)
    guide.is_met = edition is not None and not duty.lacking


def _moment(at: int | None) -> datetime | None:
    return None if at is None else moment(at)


def _overdue() -> int:
    """Remind of guides whose term has passed, once for each term."""
    now = database_now()
    lives = Q(until=None) | Q(until__gt=moment(now))
    late = Guide.objects.filter(
        lives,
        basis__in=[basis.value for basis in BINDING],
        is_met=False,
        due_at__lte=moment(now),
        reminded_at=None,
    )
    return sum(_remind(number) for number in late.values_list("pk", flat=True))


def _remind(number: int) -> int:
    event = Event(kind="guide.reminded", actor=None, subject_kind="guide", subject=str(number), law=LAW)
    with acting(event) as act:
        guide = Guide.objects.select_for_update(of=("self",)).select_related("system").get(pk=number)
        if guide.reminded_at is not None or guide.is_met or guide.system is None:
            act.refuse(_NOTHING)
            return 0
        event.body = guide.system.body_id
        guide.reminded_at = moment(act.now)
        guide.save(update_fields=("reminded_at",))
        _tell(guide, guide.system, owed_of(guide), _LATE, _LATE_LINES)
    return 1


def _tell(guide: Guide, system: System, owed: Owed, subject: Text, lines: Text) -> None:
    edition = newest(guide)
    due = None if guide.due_at is None else instant(guide.due_at)
    duty = judge_guide(owed, None if edition is None else edition.named, due=due, now=owed.since)
    day = last_day(due) if due is not None else None
    spoken = {
        language: {
            "system": system.name,
            "day": "–" if day is None else dates.day(day, language),
            "lacking": ", ".join(item.label or item.code for item in duty.lacking),
        }
        for language in ("vi", "en")
    }
    tell(
        ToBody(system.body_id, GUIDE_WRITERS & AGENCY_ROLES),
        Text(subject.vi.format_map(spoken["vi"]), subject.en.format_map(spoken["en"])),
        Text(lines.vi.format_map(spoken["vi"]), lines.en.format_map(spoken["en"])),
        address_of(Portal.AGENCY, Page.GUIDE, guide=guide.pk),
    )
