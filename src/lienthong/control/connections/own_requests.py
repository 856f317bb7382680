"""What a body reads of its own requests: lists, one request whole, its draft, versions, letters, timeline.

Law: R5.1, R5.2, R5.3, R1.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import msgspec
from django.conf import settings
from django.db.models import F

from lienthong.control.accounts.directory import names_of
from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.events import Written as WrittenEvent
from lienthong.control.audit.events import database_now, events_of
from lienthong.control.conformance.happenings import TRIAL_EVENTS, TRIAL_WARNINGS
from lienthong.control.connections import provided, support
from lienthong.control.connections.files import KeptFile, description_file, kept_file
from lienthong.control.connections.handling import lacking_in
from lienthong.control.connections.happenings import CONDITION_EVENTS, CONDITION_WARNINGS
from lienthong.control.connections.models import Draft, Message, Request, Version
from lienthong.control.connections.written import Written, decode, decode_draft
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter
from lienthong.control.letters.outgoing_content import PURPOSE_LABELS, Purpose
from lienthong.control.participants.models import Body
from lienthong.control.participants.successors import predecessors
from lienthong.core.access import Actor, Portal, may_act
from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.grant_document import ConditionName
from lienthong.core.legal_days import day_of
from lienthong.core.letter_states import OutgoingState
from lienthong.core.missing import Missing
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.request_versions import Difference, differences
from lienthong.core.speech import Text
from lienthong.core.track_states import AssessmentState
from lienthong.core.tracks import Addressee, AssessmentPath


def body_of(reference: str) -> int | None:
    """Return whose request this is, None where there is none of that reference."""
    return Request.objects.filter(reference=reference).values_list("body_id", flat=True).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request in the list."""

    reference: str
    title: str
    state: RequestState
    started_at: datetime
    sent_at: datetime | None
    answer_by: date | None
    supplement_by: date | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list, and how many requests there are in all."""

    entries: tuple[Entry, ...]
    total: int


def listed(body: int, *, page: int, size: int) -> Listed:
    """Return the requests of a body but its discarded drafts, newest first."""
    found = Request.objects.filter(body=body).exclude(state=RequestState.DISCARDED)
    rows = found.order_by("-id").only(*_COLUMNS)[(page - 1) * size : page * size]
    return Listed(tuple(_entry(row) for row in rows), found.count())


_COLUMNS: Final = ("reference", "title", "state", "started_at", "sent_at", "answer_by", "supplement_by")
_SHOWN_AT_HOME: Final = 10


def _entry(row: Request) -> Entry:
    """Return a request as lists show it: of a settled one no day is awaited."""
    entry = Entry(**{name: getattr(row, name) for name in _COLUMNS})
    if not REQUEST_MACHINE.state(row.state).final:
        return entry
    return replace(entry, answer_by=None, supplement_by=None)


@dataclass(frozen=True, slots=True)
class AtHome:
    """What the first page shows of a body's requests: those that wait for this person, those under way."""

    waiting: tuple[Entry, ...]
    under_way: tuple[Entry, ...]


def at_home(actor: Actor) -> AtHome:
    """Return the requests of an actor's body that wait for its role, and those the authority has.

    The most urgent come first.
    """
    mine = [state.name for state in REQUEST_MACHINE.states if may_act(actor, state.waits_for)]
    open_states = [state.name for state in REQUEST_MACHINE.states if not state.final]
    found = Request.objects.filter(body=actor.body).only(*_COLUMNS)
    urgent = (F("supplement_by").asc(nulls_last=True), F("answer_by").asc(nulls_last=True), "id")
    waiting = found.filter(state__in=mine).order_by(*urgent)[:_SHOWN_AT_HOME]
    others = found.filter(state__in=set(open_states) - set(mine)).order_by(*urgent)[:_SHOWN_AT_HOME]
    return AtHome(tuple(map(_entry, waiting)), tuple(map(_entry, others)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened to a request, as its body is told."""

    title: Text
    by: str
    is_own: bool
    at: datetime
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterEntry:
    """A letter of the file: from the body with its arrival number, or from the authority."""

    from_body: bool
    subject: Text | str
    number: str
    dated: date | None
    arrival: str
    document: KeptFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentStanding:
    """How the assessment of one system stands, and who takes part."""

    system: str
    path: AssessmentPath
    state: AssessmentState
    started_at: datetime
    told: tuple[Addressee, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request whole. `written` is its newest version, the draft before there is one.

    `lacking` is what the newest version lacks, of which the authority sees the same list.
    """

    reference: str
    title: str
    state: RequestState
    version: int
    versions: int
    sent_at: datetime | None
    received_at: datetime | None
    answer_by: date | None
    supplement_by: date | None
    settled_at: datetime | None
    handler: str
    stand_in: str
    phone: str
    hours: str
    written: Written
    lacking: tuple[Missing, ...]
    description: KeptFile | None
    is_submitted: bool
    documents: provided.DocumentsStanding | None
    support: support.SupportStanding | None
    assessments: tuple[AssessmentStanding, ...]
    letters: tuple[LetterEntry, ...]
    history: tuple[Happening, ...]
    messages: int


def request_of(reference: str) -> RequestView:
    """Return one request; raises Request.DoesNotExist."""
    row = Request.objects.select_related("body").get(reference=reference)
    latest = Version.objects.filter(request=row).order_by("-number").first()
    draft = decode_draft(Draft.objects.get(request=row).content)
    written = draft.written if latest is None else decode(latest.content)
    people = names_of((row.handler, row.stand_in))
    authority = settings.LIENTHONG.authority
    return RequestView(
        reference=reference,
        title=row.title,
        state=row.state,
        version=row.version,
        versions=0 if latest is None else latest.number,
        sent_at=row.sent_at,
        received_at=row.received_at,
        answer_by=row.answer_by,
        supplement_by=row.supplement_by,
        settled_at=row.settled_at,
        handler=people.get(row.handler or 0, ""),
        stand_in=people.get(row.stand_in or 0, ""),
        phone=authority.support_phone,
        hours=authority.support_hours,
        written=written,
        lacking=()
        if latest is None
        else lacking_in(written, day_of(database_now()), is_entered=latest.entered_by is not None),
        description=description_file(row.body.pk, written),
        is_submitted=draft.drafted is not None,
        documents=provided.standing_of(row.pk),
        support=support.standing_of(row.pk),
        assessments=_assessments(row.pk),
        letters=tuple(_letters(row.pk)),
        history=tuple(_history(reference, row.body)),
        messages=Message.objects.filter(request=row).count(),
    )


def _assessments(request: int) -> tuple[AssessmentStanding, ...]:
    rows = Assessment.objects.filter(request=request).select_related("system").order_by("id")
    return tuple(
        AssessmentStanding(
            system=row.system.name,
            path=AssessmentPath(row.path),
            state=row.state,
            started_at=row.started_at,
            told=msgspec.convert(row.told, tuple[Addressee, ...]),
        )
        for row in rows
    )


def _letters(request: int) -> Iterator[LetterEntry]:
    """Yield the letters of the file, newest first; those of the authority once they are issued."""
    issued = OutgoingLetter.objects.filter(request=request, state=OutgoingState.ISSUED).select_related(
        "document"
    )
    for letter in issued.order_by("-id"):
        yield LetterEntry(
            from_body=False,
            subject=PURPOSE_LABELS[Purpose(letter.purpose)],
            number=letter.number or "",
            dated=letter.dated,
            arrival="",
            document=kept_file(letter.document),
        )
    came = IncomingLetter.objects.filter(request=request).select_related("document", "joined_to")
    for row in came.order_by("-id"):
        first = row if row.joined_to is None else row.joined_to
        yield LetterEntry(
            from_body=True,
            subject=row.subject,
            number=row.number,
            dated=row.dated,
            arrival=first.arrival or "",
            document=kept_file(row.document),
        )


_TOLD: Final = {
    "request.start": Text("Bắt đầu soạn đề nghị", "Request begun"),
    "request.open": Text("Mở hồ sơ từ văn bản đến", "File opened from a letter"),
    "request.describe": Text("Cập nhật tài liệu mô tả kỹ thuật", "Technical description changed"),
    "request.message": Text("Gửi tin nhắn cho người hỗ trợ", "Message to the supporter"),
    "thread.answered": Text("Người hỗ trợ trả lời", "Answer of the supporter"),
    "documents.provide": Text("Cung cấp tài liệu kỹ thuật", "Technical documents provided"),
    "support.name_supporter": Text("Cử người hỗ trợ", "Supporter named"),
    "letter.issue": Text("Cơ quan quản lý ban hành văn bản", "Letter of the authority issued"),
    "request.evidence": Text("Cập nhật bản sao tài liệu chứng minh", "Copy of evidence changed"),
    **CONDITION_EVENTS,
    **TRIAL_EVENTS,
} | {f"request.{act}": REQUEST_MACHINE.acts[act] for act in RequestAct}
_KINDS: Final = {
    "request.withdraw": "bad",
    "request.refuse": "bad",
    "request.discard": "idle",
    "request.ask_supplement": "warn",
    "request.open": "ok",
    "request.sign": "ok",
    "request.supplement": "ok",
    "request.accept": "ok",
    "documents.provide": "ok",
    "run.pass": "ok",
    "condition.met": "ok",
    "condition.lost": "bad",
    **dict.fromkeys(CONDITION_WARNINGS - {"condition.lost"}, "warn"),
    **dict.fromkeys(TRIAL_WARNINGS, "warn"),
}


def _history(reference: str, body: Body) -> Iterator[Happening]:
    """Yield what the body is told of what happened: acts on its own request, of known kinds. Law: R1.3.

    What was done before it took the request over from a body that ended is part of it.
    """
    bodies = {body.pk, *predecessors(body)}
    for event in events_of("request", reference):
        if event.body in bodies and event.kind in _TOLD:
            yield _happening(event)


def _happening(event: WrittenEvent) -> Happening:
    title = _TOLD[event.kind]
    if "condition" in event.detail:
        label = CONDITION_LABELS[ConditionName(event.detail["condition"])]
        title = Text(f"{title.vi}: {label.vi}", f"{title.en}: {label.en}")
    return Happening(
        title=title,
        by=event.actor_name,
        is_own=event.portal == Portal.AGENCY,
        at=event.at,
        kind=_KINDS.get(event.kind, "info"),
        reason=event.detail.get("reason", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionEntry:
    """A version as it was signed, and what it changed against the one before.

    Of a letter on paper or by the axis nobody signed here: `entered_by` typed what it says.
    """

    number: int
    sha256: str
    signed_by: str
    entered_by: str
    signed_at: datetime
    written: Written
    letter: KeptFile | None
    changes: tuple[Difference, ...]


def versions_of(reference: str) -> tuple[VersionEntry, ...]:
    """Return the versions of a request, newest first, each with its differences. Law: R5.1."""
    rows = list(
        Version.objects.filter(request__reference=reference).select_related("letter").order_by("number")
    )
    people = names_of(each for row in rows for each in (row.signed_by, row.entered_by))
    found: list[VersionEntry] = []
    before: Written | None = None
    for row in rows:
        written = decode(row.content)
        changes = () if before is None else differences(before.request, written.request)
        found.append(
            VersionEntry(
                number=row.number,
                sha256=bytes(row.sha256).hex(),
                signed_by=people.get(row.signed_by or 0, ""),
                entered_by=people.get(row.entered_by or 0, ""),
                signed_at=row.signed_at,
                written=written,
                letter=kept_file(row.letter),
                changes=changes,
            )
        )
        before = written
    return tuple(reversed(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEntry:
    """One message of the thread, with its file where it has one."""

    author: str
    from_body: bool
    text: str
    sent_at: datetime
    attachment: KeptFile | None


def thread_of(reference: str) -> tuple[ThreadEntry, ...]:
    """Return the thread of a request, newest first."""
    rows = Message.objects.filter(request__reference=reference).select_related("attachment").order_by("-id")
    return tuple(
        ThreadEntry(
            author=row.author_name,
            from_body=row.from_body,
            text=row.text,
            sent_at=row.sent_at,
            attachment=kept_file(row.attachment),
        )
        for row in rows[:200]
    )
