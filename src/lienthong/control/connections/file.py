"""One request as its file shows it: what was written, what is thought of it, its letters and its history.

Law: R5.1, R5.2, R5.3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from lienthong.control.accounts.directory import names_of
from lienthong.control.audit.events import Written, database_now, events_of
from lienthong.control.connections.content import read_facts_text, read_request
from lienthong.control.connections.desk import days_late
from lienthong.control.connections.handling import Weighed, against_acceptance, lacking_in, opinions_on
from lienthong.control.connections.models import Version
from lienthong.control.connections.written import decode
from lienthong.control.frame.statements import execute
from lienthong.control.letters.models import Upload
from lienthong.control.letters.outgoing_content import PURPOSE_LABELS, Purpose
from lienthong.control.letters.uploads import content_of
from lienthong.core.conditions import CONDITION_LABELS
from lienthong.core.connection_request import ConnectionRequest, FieldChoice
from lienthong.core.document_kinds import ARRIVAL_LABELS, ArrivalChannel
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of
from lienthong.core.letter_states import OUTGOING_MACHINE, OutgoingState
from lienthong.core.missing import Missing
from lienthong.core.request_handling import UNSEEN, ChoiceKey, Opinion, key_of
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.request_versions import Difference, differences
from lienthong.core.run_states import RUN_MACHINE, RunState
from lienthong.core.speech import Text
from lienthong.core.system_facts import Stage, level_three
from lienthong.core.uploads import CONTENT_TYPES, FileKind
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))
_HISTORY: Final = 60
_RUNS: Final = 20


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
    settled_at: datetime | None
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


class _Head(NamedTuple):
    """One row of the query `file`."""

    id: int
    version: int
    title: str
    body_id: int
    body: str
    state: str
    handler: int | None
    handler_name: str
    stand_in: int | None
    stand_in_name: str
    sent_at: datetime | None
    received_at: datetime | None
    answer_by: date | None
    supplement_by: date | None
    settled_at: datetime | None
    version_id: int
    edition: int
    is_entered: bool
    content: str


def request_file(reference: str) -> RequestFile | None:
    """Return the file of a request that was sent, None where there is none of this reference."""
    rows = execute(_QUERIES, "file", reference)
    head = _Head(*rows[0]) if rows else None
    if head is None or head.state in UNSEEN:
        return None
    now = database_now()
    today = day_of(now)
    written = decode(msgspec.json.decode(head.content))
    content = written.request
    opinions = opinions_on(head.version_id)
    lacking = lacking_in(written, today, is_entered=head.is_entered)
    state = RequestState(head.state)
    return RequestFile(
        id=head.id,
        reference=reference,
        version=head.version,
        title=head.title,
        body_id=head.body_id,
        body=head.body,
        state=state,
        label=REQUEST_MACHINE.state(state).label,
        handler=head.handler,
        handler_name=head.handler_name,
        stand_in=head.stand_in,
        stand_in_name=head.stand_in_name,
        sent_at=head.sent_at,
        received_at=head.received_at,
        answer_by=head.answer_by,
        supplement_by=head.supplement_by,
        settled_at=head.settled_at,
        late=days_late(state, head.answer_by, today),
        edition=head.edition,
        content=content,
        fields=_fields(content, opinions, lacking),
        lacking=lacking,
        against_acceptance=against_acceptance(content, opinions, today),
        level_missing=_level_missing(content, now),
        letters=_letters(head.id),
        papers=_papers(head, content),
        runs=_runs(head.id),
        history=events_of("request", reference, most=_HISTORY),
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
    found = execute(_QUERIES, "facts_of_systems", codes)
    profile, today = profile_at(now), day_of(now)
    judged = (level_three(read_facts_text(facts), profile, today, Stage.FILING) for (facts,) in found)
    return tuple(dict.fromkeys(each for judgement in judged for each in judgement.missing))


def _letters(request: int) -> tuple[FileLetter, ...]:
    return tuple(
        FileLetter(
            id=id,
            purpose=PURPOSE_LABELS[Purpose(purpose)],
            state=OutgoingState(state),
            label=OUTGOING_MACHINE.state(state).label,
            number=number,
            dated=dated,
            version=version,
        )
        for id, purpose, state, number, dated, version in execute(_QUERIES, "letters", request)
    )


_SIGNED_REQUEST: Final = Text("Văn bản đề nghị, bản {edition}", "Request, version {edition}")
_DESCRIPTION: Final = Text("Tài liệu mô tả kỹ thuật", "Technical description")
_PAPER: Final = Text("Văn bản kèm theo", "Annexed paper")
_EVIDENCE: Final = Text("Chứng minh điều kiện: {condition}", "Evidence of a condition: {condition}")
_COPY: Final = Text("Văn bản đề nghị ({channel})", "Request ({channel})")
_ATTACHED: Final = Text("Tệp kèm tin nhắn", "File of a message")


class _Kept(NamedTuple):
    """A file that was taken in, as the query `papers` names it."""

    id: int
    name: str
    kind: str
    size: int


def _papers(head: _Head, content: ConnectionRequest) -> tuple[FilePaper, ...]:
    """Return the files of a request: its versions as signed, copies, annexes, what came with messages."""
    named_here = tuple(_named(content))
    digests = [bytes.fromhex(digest) for digest, _ in named_here]
    found: dict[str, list[tuple[str, _Kept]]] = {"signed": [], "copy": [], "annex": [], "attached": []}
    for part, _place, word, *kept in execute(_QUERIES, "papers", head.id, digests, head.body_id):
        found[part].append((word, _Kept(*kept)))
    annexes = dict(found["annex"])
    papers: dict[int, FilePaper] = {}
    for edition, upload in found["signed"]:
        _add(papers, upload, _filled(_SIGNED_REQUEST, edition=Text(edition, edition)))
    for channel, upload in found["copy"]:
        _add(papers, upload, _filled(_COPY, channel=ARRIVAL_LABELS[ArrivalChannel(channel)]))
    for digest, title in named_here:
        if digest in annexes:
            _add(papers, annexes[digest], title)
    for _, upload in found["attached"]:
        _add(papers, upload, _ATTACHED)
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


def _add(papers: dict[int, FilePaper], upload: _Kept, title: Text) -> None:
    paper = FilePaper(upload=upload.id, title=title, name=upload.name, kind=upload.kind, size=upload.size)
    papers.setdefault(upload.id, paper)


def _runs(request: int) -> tuple[FileRun, ...]:
    return tuple(
        FileRun(
            system=system,
            state=RunState(state),
            label=RUN_MACHINE.state(state).label,
            opened_at=opened_at,
            settled_at=settled_at,
        )
        for system, state, opened_at, settled_at in execute(_QUERIES, "runs", request, _RUNS)
    )


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
