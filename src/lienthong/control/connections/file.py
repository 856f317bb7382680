"""One request as its file shows it: what was written, what is thought of it, its letters and its history.

Law: R5.1, R5.2, R5.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from lienthong.control.accounts.directory import names_of
from lienthong.control.audit.events import Written, database_now, events_of
from lienthong.control.conformance.models import Run
from lienthong.control.connections.content import read_facts, read_request
from lienthong.control.connections.handling import Weighed, against_acceptance, lacking_in, opinions_on
from lienthong.control.connections.models import Message, Request, Version
from lienthong.control.letters.models import IncomingLetter, OutgoingLetter, Upload
from lienthong.control.letters.outgoing_content import PURPOSE_LABELS, Purpose
from lienthong.control.letters.uploads import content_of
from lienthong.control.participants.models import System
from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.connection_request import ConnectionRequest, FieldChoice
from lienthong.core.document_kinds import ARRIVAL_LABELS, ArrivalChannel
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of
from lienthong.core.letter_states import OUTGOING_MACHINE, OutgoingState
from lienthong.core.missing import Missing
from lienthong.core.request_handling import UNSEEN, WITH_AUTHORITY, ChoiceKey, Opinion, key_of
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.request_versions import Difference, differences
from lienthong.core.run_states import RUN_MACHINE, RunState
from lienthong.core.speech import Text
from lienthong.core.system_facts import Stage, level_three
from lienthong.core.uploads import CONTENT_TYPES, FileKind

_HISTORY: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field that is asked for or given, with what is thought of it and what it lacks."""

    choice: FieldChoice
    label: Text
    purpose: str
    opinion: Opinion
    remark: str
    lacking: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLetter:
    """A letter of the authority in a file."""

    id: int
    purpose: Text
    state: OutgoingState
    label: Text
    number: str
    dated: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePaper:
    """A file to open: what it is, its name, kind and size."""

    upload: int
    title: Text
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRun:
    """A run of the technical test."""

    system: str
    state: RunState
    label: Text
    opened_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFile:
    """Everything one page about a request shows; `late` are days over the day to answer by."""

    id: int
    reference: str
    version: int
    title: str
    body_id: int
    body: str
    state: RequestState
    label: Text
    handler: int | None
    handler_name: str
    stand_in: int | None
    stand_in_name: str
    sent_at: datetime | None
    received_at: datetime | None
    answer_by: date | None
    supplement_by: date | None
    late: int
    edition: int
    content: ConnectionRequest
    fields: tuple[FieldLine, ...]
    lacking: tuple[Missing, ...]
    against_acceptance: tuple[Missing, ...]
    level_missing: tuple[Missing, ...]
    letters: tuple[FileLetter, ...]
    papers: tuple[FilePaper, ...]
    runs: tuple[FileRun, ...]
    history: tuple[Written, ...]


def request_file(reference: str) -> RequestFile | None:
    """Return the file of a request that was sent, None where there is none of this reference."""
    request = Request.objects.select_related("body", "letter").filter(reference=reference).first()
    if request is None or request.state in UNSEEN:
        return None
    now = database_now()
    today = day_of(now)
    version = Version.objects.filter(request=request).latest("number")
    content = read_request(version.content)
    opinions = opinions_on(version)
    lacking = lacking_in(version, today)
    names = names_of((request.handler, request.stand_in))
    is_due = request.state in WITH_AUTHORITY and request.answer_by is not None
    return RequestFile(
        id=request.pk,
        reference=request.reference,
        version=request.version,
        title=request.title,
        body_id=request.body_id,
        body=request.body.name,
        state=request.state,
        label=REQUEST_MACHINE.state(request.state).label,
        handler=request.handler,
        handler_name=names.get(request.handler or 0, ""),
        stand_in=request.stand_in,
        stand_in_name=names.get(request.stand_in or 0, ""),
        sent_at=request.sent_at,
        received_at=request.received_at,
        answer_by=request.answer_by,
        supplement_by=request.supplement_by,
        late=max(0, (today - request.answer_by).days) if is_due else 0,
        edition=version.number,
        content=content,
        fields=_fields(content, opinions, lacking),
        lacking=lacking,
        against_acceptance=against_acceptance(content, opinions, today),
        level_missing=_level_missing(content, now),
        letters=_letters(request.pk),
        papers=_papers(request, content),
        runs=_runs(request.pk),
        history=history_of(request),
    )


def _fields(
    content: ConnectionRequest, opinions: Mapping[ChoiceKey, Weighed], lacking: tuple[Missing, ...]
) -> tuple[FieldLine, ...]:
    purposes = {purpose.code: purpose.name for purpose in content.purposes}
    nothing = Weighed(Opinion.CONSIDERED)
    lines = []
    for choice in content.choices:
        thought = opinions.get(key_of(choice), nothing)
        known = choice.known
        lines.append(
            FieldLine(
                choice=choice,
                label=Text(choice.label, choice.label)
                if known is None
                else Text(known.label_vi, known.label_en),
                purpose=purposes.get(choice.purpose, choice.purpose),
                opinion=thought.opinion,
                remark=thought.remark,
                lacking=tuple(each.text for each in lacking if each.about == choice.field),
            )
        )
    return tuple(lines)


def _level_missing(content: ConnectionRequest, now: int) -> tuple[Missing, ...]:
    """Return what the evidence of level 3 lacks, which stops going live and not filing. Law: R4.1."""
    codes = [system.id for system in content.systems]
    found = System.objects.filter(code__in=codes).values_list("facts", flat=True)
    profile, today = profile_at(now), day_of(now)
    judged = (level_three(read_facts(facts), profile, today, Stage.FILING) for facts in found)
    return tuple(dict.fromkeys(each for judgement in judged for each in judgement.missing))


def _letters(request: int) -> tuple[FileLetter, ...]:
    rows = OutgoingLetter.objects.filter(request=request).order_by("-id")
    return tuple(
        FileLetter(
            id=row.pk,
            purpose=PURPOSE_LABELS[Purpose(row.purpose)],
            state=row.state,
            label=OUTGOING_MACHINE.state(row.state).label,
            number=row.number or "",
            dated=row.dated,
            version=row.version,
        )
        for row in rows
    )


_SIGNED_REQUEST: Final = Text("Văn bản đề nghị, bản {edition}", "Request, version {edition}")
_DESCRIPTION: Final = Text("Tài liệu mô tả kỹ thuật", "Technical description")
_PAPER: Final = Text("Văn bản kèm theo", "Annexed paper")
_EVIDENCE: Final = Text("Chứng minh điều kiện: {condition}", "Evidence of a condition: {condition}")
_COPY: Final = Text("Văn bản đề nghị ({channel})", "Request ({channel})")
_ATTACHED: Final = Text("Tệp kèm tin nhắn", "File of a message")


def _papers(request: Request, content: ConnectionRequest) -> tuple[FilePaper, ...]:
    """Return the files of a request: its versions as signed, copies, annexes, what came with messages."""
    papers: dict[int, FilePaper] = {}
    for version in (
        Version.objects.filter(request=request)
        .exclude(letter=None)
        .select_related("letter")
        .only("number", "letter")
    ):
        edition = str(version.number)
        _add(papers, version.letter, _filled(_SIGNED_REQUEST, edition=Text(edition, edition)))
    came = IncomingLetter.objects.filter(request=request.pk).exclude(document=None)
    for letter in came.select_related("document").order_by("id"):
        channel = ARRIVAL_LABELS[ArrivalChannel(letter.channel)]
        _add(papers, letter.document, _filled(_COPY, channel=channel))
    named = tuple(_named(content))
    digests = [bytes.fromhex(digest) for digest, _ in named]
    uploads = Upload.objects.filter(sha256__in=digests, removed_at=None)
    # The last of a digest counts, as in upload_named: the body's own newest, else the oldest there is.
    own = request.body_id
    ranked = sorted(
        uploads, key=lambda each: (each.body_id == own, each.pk if each.body_id == own else -each.pk)
    )
    held = {bytes(upload.sha256).hex(): upload for upload in ranked}
    for digest, title in named:
        if digest in held:
            _add(papers, held[digest], title)
    attached = Message.objects.filter(request=request).exclude(attachment=None)
    for message in attached.select_related("attachment").order_by("id"):
        _add(papers, message.attachment, _ATTACHED)
    return tuple(papers.values())


def _named(content: ConnectionRequest) -> Iterator[tuple[str, Text]]:
    """Yield the digests of the files that the contents name."""
    description = content.technical_description
    if description is not None and description.upload:
        yield description.upload, _DESCRIPTION
    for mandate in content.mandates:
        if mandate.assigned_by is not None and mandate.assigned_by.upload:
            yield mandate.assigned_by.upload, _PAPER
    for evidence in content.evidence:
        if evidence.paper.upload:
            label = CONDITION_LABELS[evidence.condition]
            yield evidence.paper.upload, _filled(_EVIDENCE, condition=label)


def _filled(text: Text, **values: Text) -> Text:
    in_each = (
        text.in_language(language).format_map({k: v.in_language(language) for k, v in values.items()})
        for language in ("vi", "en")
    )
    return Text(*in_each)


def _add(papers: dict[int, FilePaper], upload: Upload, title: Text) -> None:
    paper = FilePaper(upload=upload.pk, title=title, name=upload.name, kind=upload.kind, size=upload.size)
    papers.setdefault(upload.pk, paper)


def _runs(request: int) -> tuple[FileRun, ...]:
    found = Run.objects.filter(request=request).select_related("system").defer("report", "standing")
    rows = found.order_by("-opened_at", "-id")[:20]
    return tuple(
        FileRun(
            system=row.system.name,
            state=row.state,
            label=RUN_MACHINE.state(row.state).label,
            opened_at=row.opened_at,
            settled_at=row.settled_at,
        )
        for row in rows
    )


def history_of(request: Request) -> tuple[Written, ...]:
    """Return what was done to a request, newest first."""
    return events_of("request", request.reference, most=_HISTORY)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to hand out."""

    name: str
    media_type: str
    content: bytes


def paper_of(reference: str, upload: int) -> FileContent | None:
    """Return a file that belongs to a request, None for any other. Raises UploadLostError."""
    file = request_file(reference)
    if file is None or upload not in {paper.upload for paper in file.papers}:
        return None
    found = Upload.objects.get(pk=upload)
    return FileContent(found.name, CONTENT_TYPES[FileKind(found.kind)], content_of(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version of a request, and what differs from the one before."""

    number: int
    signed_at: datetime
    entered_by: str
    differences: tuple[Difference, ...]


def versions_of(reference: str) -> tuple[VersionLine, ...]:
    """Return the versions of a request, newest first."""
    rows = list(Version.objects.filter(request__reference=reference).order_by("number"))
    read = [read_request(row.content) for row in rows]
    changed = [(), *(differences(before, after) for before, after in pairwise(read))]
    names = names_of(row.entered_by for row in rows)
    lines = (
        VersionLine(
            number=row.number,
            signed_at=row.signed_at,
            entered_by=names.get(row.entered_by or 0, ""),
            differences=found,
        )
        for row, found in zip(rows, changed, strict=True)
    )
    return tuple(reversed(tuple(lines)))
