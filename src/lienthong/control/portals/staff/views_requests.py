"""Requests on the desk: the list, one file, its thread and versions, what is handed out."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render

from lienthong.control.assessments.queries import assessments_of
from lienthong.control.connections import desk, provided, support
from lienthong.control.connections.file import RequestFile, paper_of, versions_of
from lienthong.control.connections.file import request_file as file_of
from lienthong.control.connections.provided import DocumentsStanding
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.letters.outgoing_content import DOES, PURPOSE_LABELS, Purpose
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done, file_answer
from lienthong.control.portals.staff.certificate_words import signatures_of
from lienthong.control.portals.staff.forms_requests import AssignForm, FilterForm, MessageForm, RemarkForm
from lienthong.control.portals.trials.shown import RUN_KINDS
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Document, Paging, page_number
from lienthong.control.theme.shell import Entry
from lienthong.core.access import Actor, Portal, Role
from lienthong.core.channels import CHANNEL_LABELS, DIRECT_LABELS, PLATFORM_LABELS
from lienthong.core.connection_request import DIRECTION_LABELS, Direction, counted_fields, written_count
from lienthong.core.missing import SECTION_LABELS
from lienthong.core.pages import Page
from lienthong.core.papers import DEGREE_LABELS
from lienthong.core.request_handling import OPINION_LABELS, Opinion, may_handle
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text
from lienthong.core.track_states import SUPPORT_MACHINE, DocumentsState
from lienthong.core.tracks import NO_SYSTEM_LABEL
from lienthong.core.version_words import CHANGE_NAMES, words_of

_ANSWERED: Final = Text("Đã gửi trả lời.", "Your answer was sent.")


@page(Page.DESK_REQUESTS)
def requests(request: PortalRequest) -> HttpResponse:
    """List requests, narrowed as asked."""
    form = FilterForm(request.GET, handlers=desk.handlers())
    number = page_number(request.GET.get("page", ""))
    found = desk.listed(form.filters(), number)
    values = {
        "form": form,
        "rows": [(row, wording.STATE_KINDS[row.state]) for row in found.rows],
        "paging": Paging(number=number, size=desk.PAGE_SIZE, total=found.total),
    }
    return render(request, "staff/requests.html", values)


@page(Page.DESK_CHIEF)
def chief(request: PortalRequest) -> HttpResponse:
    """Show the unit's files by handler and by deadline."""
    rows = [(row, wording.STATE_KINDS[row.state]) for row in desk.files_by_deadline()]
    loads = desk.loads()
    totals = {
        "open": sum(load.open for load in loads),
        "overdue": sum(load.overdue for load in loads),
        "due_soon": sum(load.due_soon for load in loads),
        "unassigned": sum(load.open for load in loads if load.handler is None),
    }
    return render(request, "staff/chief.html", {"loads": loads, "rows": rows, "totals": totals})


def found_file(reference: str) -> RequestFile:
    """Return the file of a request; raises Http404 for what is none or was not sent yet."""
    file = file_of(reference)
    if file is None:
        raise Http404
    return file


@page(Page.DESK_REQUEST)
def request_file(request: PortalRequest, reference: str) -> HttpResponse:
    """Show a request with all that belongs to it, and the acts that are the reader's."""
    file = found_file(reference)
    documents = provided.standing_of(file.id)
    values = {
        "file": file,
        "kind": wording.STATE_KINDS[file.state],
        "tabs": tabs_of(reference, Page.DESK_REQUEST),
        "lines": [
            (
                line,
                wording.OPINION_KINDS[line.opinion],
                OPINION_LABELS[line.opinion],
                DIRECTION_LABELS[line.choice.direction],
            )
            for line in file.fields
        ],
        "agreed": sum(line.opinion is Opinion.AGREED for line in file.fields),
        "counts": _counts(file),
        "services": _services(file),
        "channel": _channel(file),
        "degrees": DEGREE_LABELS,
        "lacking": [(SECTION_LABELS[each.where], each) for each in file.lacking],
        "runs": [(run, RUN_KINDS[run.state]) for run in file.runs],
        "letters": [(letter, wording.LETTER_KINDS[letter.state]) for letter in file.letters],
        "papers": _papers(file),
        "signatures": signatures_of(file.id),
        "history": [wording.event_of(each) for each in file.history],
        **_tracks(file, documents),
        **_acts(file, documents, request.actor),
    }
    return render(request, "staff/request.html", values)


def tabs_of(reference: str, current: Page) -> tuple[Entry, ...]:
    """Return the parts of a file as tabs."""
    parts = (
        (Page.DESK_REQUEST, Text("Hồ sơ", "File")),
        (Page.DESK_THREAD, Text("Trao đổi", "Thread")),
        (Page.DESK_TRIAL, Text("Kiểm thử", "Test")),
        (Page.DESK_CONDITIONS, Text("Sáu điều kiện", "Conditions")),
        (Page.DESK_VERSIONS, Text("Các bản đề nghị", "Versions")),
    )
    return tuple(
        Entry(url=address_of(Portal.STAFF, name, reference=reference), label=label, current=name is current)
        for name, label in parts
    )


def _counts(file: RequestFile) -> list[tuple[Text, int, int | None]]:
    content = file.content
    return [
        (
            DIRECTION_LABELS[direction],
            counted_fields(content.choices, direction),
            written_count(content, direction),
        )
        for direction in Direction
    ]


def _services(file: RequestFile) -> list[Text | str]:
    codes = dict.fromkeys(choice.service for choice in file.content.services)
    return [BY_CODE[code].name if code in BY_CODE else code for code in codes]


def _channel(file: RequestFile) -> list[Text | str]:
    choice = file.content.channel
    if choice.direct is None:
        return [choice.platform_name or PLATFORM_LABELS[choice.platform]]
    decision = choice.direct.decision
    reason: list[Text | str] = [CHANNEL_LABELS[choice.channel], DIRECT_LABELS[choice.direct.reason]]
    return reason if decision is None else [*reason, decision.name]


def _papers(file: RequestFile) -> list[Document]:
    return [
        Document(
            url=address_of(Portal.STAFF, Page.DESK_PAPER, reference=file.reference, upload=paper.upload),
            title=paper.title,
            format=paper.kind.upper(),
            facts=(paper.name,),
        )
        for paper in file.papers
    ]


def _tracks(file: RequestFile, documents: DocumentsStanding | None) -> dict[str, object]:
    helped = support.standing_of(file.id)
    assessments = [(each, wording.ASSESSMENT_KINDS[each.state]) for each in assessments_of(file.id)]
    values: dict[str, object] = {"documents": documents, "support": helped, "assessments": assessments}
    if documents is not None:
        values |= {
            "documents_kind": Kind.WARN if documents.waits else wording.DOCUMENTS_KINDS[documents.state],
            "documents_label": documents.label,
            "no_system": NO_SYSTEM_LABEL,
            "started_after": int((documents.started_at - file.received_at).total_seconds())
            if file.received_at
            else None,
        }
    if helped is not None:
        values |= {
            "support_kind": wording.SUPPORT_KINDS[helped.state],
            "support_label": SUPPORT_MACHINE.state(helped.state).label,
        }
    return values


def _acts(file: RequestFile, documents: DocumentsStanding | None, actor: Actor) -> dict[str, object]:
    """Return the acts that are this reader's in this state, and the forms for them."""
    allowed = set(REQUEST_MACHINE.acts_of(file.state, actor))
    is_mine = Role.HANDLER in actor.roles and may_handle(actor, handler=file.handler, stand_in=file.stand_in)
    seen = {"version": file.version}
    letters = [
        (purpose.value, PURPOSE_LABELS[purpose])
        for purpose in Purpose
        if is_mine and _is_possible(purpose, file)
    ]
    return {
        "is_mine": is_mine,
        "may_assign": RequestAct.ASSIGN in allowed,
        "may_reassign": RequestAct.REASSIGN in allowed,
        "may_take_up": is_mine and RequestAct.TAKE_UP in allowed,
        "may_propose": is_mine and RequestAct.PROPOSE in allowed,
        "may_decide": RequestAct.ACCEPT in allowed,
        "may_name_supporter": bool(actor.roles & {Role.CHIEF}) and documents is not None,
        "may_make_again": Role.HANDLER in actor.roles
        and documents is not None
        and documents.state in (DocumentsState.FAILED, DocumentsState.PROVIDED),
        "letters_to_draft": letters,
        "assign_form": AssignForm(initial=seen, handlers=desk.handlers()),
        "remark_form": RemarkForm(initial=seen),
    }


def _is_possible(purpose: Purpose, file: RequestFile) -> bool:
    wanted = DOES.get(purpose)
    if wanted is None:
        return not REQUEST_MACHINE.state(file.state).final
    return any(each.act == wanted and each.source == file.state for each in REQUEST_MACHINE.transitions)


@page(Page.DESK_THREAD)
def thread(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the thread of a request; handlers and chiefs answer in it."""
    file = found_file(reference)
    may_answer = bool(request.actor.roles & {Role.HANDLER, Role.CHIEF})
    form = MessageForm(request.POST if request.method == "POST" and may_answer else None)
    if form.is_bound and form.is_valid():
        refusal = support.answer(reference, form.cleaned_data["text"], actor=request.actor)
        return done(request, refusal, _ANSWERED, Page.DESK_THREAD, reference=reference)
    values = {
        "file": file,
        "kind": wording.STATE_KINDS[file.state],
        "tabs": tabs_of(reference, Page.DESK_THREAD),
        "messages_of_thread": support.thread_of(file.id),
        "support": support.standing_of(file.id),
        "form": form,
        "may_answer": may_answer,
    }
    return render(request, "staff/thread.html", values)


@page(Page.DESK_VERSIONS)
def versions(request: PortalRequest, reference: str) -> HttpResponse:
    """Show each version of a request and what it changed."""
    file = found_file(reference)
    shown = [
        (
            line,
            [
                (SECTION_LABELS[each.where], words_of(each), CHANGE_NAMES[each.change], each)
                for each in line.differences
            ],
        )
        for line in versions_of(reference)
    ]
    values = {
        "file": file,
        "kind": wording.STATE_KINDS[file.state],
        "tabs": tabs_of(reference, Page.DESK_VERSIONS),
        "versions": shown,
    }
    return render(request, "staff/versions.html", values)


@page(Page.DESK_DOCUMENT)
def document(request: PortalRequest, reference: str, id: int) -> HttpResponse:
    """Hand out one technical document."""
    del request
    found = provided.document(reference, id)
    if found is None:
        raise Http404
    return file_answer(found.name.replace("/", "-"), found.media_type, found.content)


@page(Page.DESK_PAPER)
def paper(request: PortalRequest, reference: str, upload: int) -> HttpResponse:
    """Hand out a file that belongs to a request."""
    del request
    found = paper_of(reference, upload)
    if found is None:
        raise Http404
    return file_answer(found.name, found.media_type, found.content)
