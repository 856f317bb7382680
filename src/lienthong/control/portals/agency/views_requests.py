"""The list of the body's own requests and the pages about one of them. Law: R5.1, R5.2, R5.3."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from lienthong.control.conformance.queries import trials_of
from lienthong.control.connections import drafting, own_messages, own_requests, provided
from lienthong.control.connections.files import file_of
from lienthong.control.connections.own_requests import AssessmentStanding, RequestView
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.showing import go_to, own_address, rows_of, tag_of, tell, whose
from lienthong.control.portals.trials.shown import shown_trial
from lienthong.control.theme.fields import PlainText, Upload
from lienthong.control.theme.figures import size
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Document, Event, Paging, page_number
from lienthong.control.theme.speech import active_language, spoken, spoken_later
from lienthong.core.access import Role
from lienthong.core.channels import CHANNEL_LABELS, PLATFORM_LABELS
from lienthong.core.connection_request import DIRECTION_LABELS, Direction, FieldChoice, counted_fields
from lienthong.core.control_refusals import ControlCode
from lienthong.core.field_kinds import SENSITIVITY_MARKS
from lienthong.core.missing import SECTION_LABELS
from lienthong.core.pages import Page
from lienthong.core.request_states import REQUEST_MACHINE, RequestAct, RequestState
from lienthong.core.request_versions import Change, Difference
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text
from lienthong.core.track_states import (
    ASSESSMENT_MACHINE,
    DOCUMENTS_MACHINE,
    SUPPORT_MACHINE,
    AssessmentState,
    DocumentsState,
    SupportState,
)
from lienthong.core.tracks import (
    NO_SYSTEM_LABEL,
    OFFICE_LABELS,
    PART_LABELS,
    PATH_LABELS,
    TRACK_LABELS,
    Track,
)
from lienthong.core.version_words import CHANGE_NAMES, words_of

_PAGE_SIZE: Final = 20


class MessageForm(forms.Form):
    """A message to the supporter."""

    text = PlainText(
        label=spoken_later(Text("Nội dung", "Message")),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = forms.FileField(
        label=spoken_later(Text("Tệp đính kèm", "Attachment")),
        required=False,
        help_text=spoken_later(
            Text("PDF, DOCX, XLSX, PNG, JPEG, tối đa 20 MB.", "PDF, DOCX, XLSX, PNG, JPEG, up to 20 MB.")
        ),
        widget=Upload,
    )


@page(Page.OWN_REQUESTS)
def requests(request: PortalRequest) -> HttpResponse:
    """List the body's requests."""
    number = page_number(request.GET.get("page", ""))
    assert request.actor.body is not None, "an agency's account has its body"
    found = own_requests.listed(request.actor.body, page=number, size=_PAGE_SIZE)
    values = {
        "rows": rows_of(found.entries),
        "paging": Paging(number=number, size=_PAGE_SIZE, total=found.total),
        "writes": drafting.may_write(request.actor),
    }
    return render(request, "agency/requests.html", values)


@page(Page.OWN_REQUEST_START)
@require_POST
def start(request: PortalRequest) -> HttpResponse:
    """Begin a request and lead to its first part."""
    reference = drafting.start(actor=request.actor)
    return go_to(Page.OWN_DRAFT, reference)


@page(Page.OWN_REQUEST, body=whose)
def request_page(request: PortalRequest, reference: str) -> HttpResponse:
    """Show one request: where it stands, three tracks side by side, what was asked, letters, history."""
    view = own_requests.request_of(reference)
    values: dict[str, Any] = {
        "view": view,
        "tag": tag_of(view.state),
        "lacking": [(SECTION_LABELS[each.where], each) for each in view.lacking],
        "tracks": _tracks(view),
        "trials": [shown_trial(entry) for entry in trials_of(reference)],
        "channel": _channel(view),
        "services": _services(view),
        "fields": [_field_table(view, direction) for direction in Direction],
        "documents": _documents(view),
        "events": [
            Event(
                title=happening.title,
                by=_by(happening),
                at=happening.at,
                kind=Kind(happening.kind),
            )
            for happening in view.history
        ],
        "acts": _acts(request, view),
    }
    return render(request, "agency/request.html", values)


def _by(happening: own_requests.Happening) -> Text | str:
    side = Text("Hệ thống", "The system") if not happening.by else None
    if side is not None:
        return side
    reason = f" – {happening.reason}" if happening.reason else ""
    if happening.is_own:
        return f"{happening.by}{reason}"
    return Text(f"Cơ quan quản lý · {happening.by}{reason}", f"The authority · {happening.by}{reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCard:
    """One track on the page."""

    title: Text
    kind: Kind
    status: Text
    owner: Text | None
    name: str
    standing: Any


_DOCUMENTS_KINDS: Final = {
    DocumentsState.PREPARING: Kind.INFO,
    DocumentsState.FAILED: Kind.WARN,
    DocumentsState.PROVIDED: Kind.OK,
    DocumentsState.CLOSED: Kind.IDLE,
}
_SUPPORT_KINDS: Final = {SupportState.TESTED: Kind.OK, SupportState.CLOSED: Kind.IDLE}
_ASSESSMENT_KINDS: Final = {
    AssessmentState.CONCLUDED: Kind.OK,
    AssessmentState.EXEMPT: Kind.OK,
    AssessmentState.CLOSED: Kind.IDLE,
}


def _tracks(view: RequestView) -> list[TrackCard]:
    """Return the three tracks; none before receipt."""
    if view.documents is None or view.support is None:
        return []
    documents, support = view.documents, view.support
    return [
        TrackCard(
            title=TRACK_LABELS[Track.DOCUMENTS],
            kind=_DOCUMENTS_KINDS[documents.state],
            status=documents.label,
            owner=_turn(DOCUMENTS_MACHINE.state(documents.state).waits_for),
            name="documents",
            standing=documents,
        ),
        TrackCard(
            title=TRACK_LABELS[Track.SUPPORT],
            kind=_SUPPORT_KINDS.get(support.state, Kind.INFO),
            status=SUPPORT_MACHINE.state(support.state).label,
            owner=_turn(SUPPORT_MACHINE.state(support.state).waits_for),
            name="support",
            standing=support,
        ),
        _assessment_card(view.assessments) if view.assessments else _no_system_card(documents.started_at),
    ]


def _no_system_card(started_at: datetime) -> TrackCard:
    """Return the third track of a letter that names no system yet."""
    return TrackCard(
        title=TRACK_LABELS[Track.ASSESSMENT],
        kind=Kind.WARN,
        status=NO_SYSTEM_LABEL,
        owner=_turn(_AGENCY),
        name="assessment",
        standing={"rows": (), "told": (), "started_at": started_at},
    )


def _assessment_card(assessments: tuple[AssessmentStanding, ...]) -> TrackCard:
    """Return the third track: as far on as the system that is least far on."""
    order = list(AssessmentState)
    first = min(assessments, key=lambda each: order.index(each.state))
    told = [
        (OFFICE_LABELS[each.office], PART_LABELS[each.part])
        for each in dict.fromkeys(addressee for one in assessments for addressee in one.told)
    ]
    rows = [
        (each.system, PATH_LABELS[each.path], ASSESSMENT_MACHINE.state(each.state).label)
        for each in assessments
    ]
    return TrackCard(
        title=TRACK_LABELS[Track.ASSESSMENT],
        kind=_ASSESSMENT_KINDS.get(first.state, Kind.INFO),
        status=ASSESSMENT_MACHINE.state(first.state).label,
        owner=_turn(ASSESSMENT_MACHINE.state(first.state).waits_for),
        name="assessment",
        standing={"rows": rows, "told": told, "started_at": first.started_at},
    )


_AGENCY: Final = frozenset({Role.INTEGRATOR, Role.CONTACT_OFFICER, Role.AGENCY_HEAD})


def _turn(roles: frozenset[Role]) -> Text | None:
    """Say whose turn it is in a track."""
    if not roles:
        return None
    if roles <= _AGENCY:
        return Text("Lượt của cơ quan đề nghị.", "The body's turn.")
    if roles & _AGENCY:
        return Text("Lượt của cả hai bên.", "The turn of both sides.")
    return Text("Lượt của cơ quan quản lý.", "The authority's turn.")


def _channel(view: RequestView) -> Text:
    channel = view.written.request.channel
    if channel.direct is not None:
        return CHANNEL_LABELS[channel.channel]
    return PLATFORM_LABELS[channel.platform]


def _services(view: RequestView) -> list[Text]:
    codes = dict.fromkeys(choice.service for choice in view.written.request.services)
    return [BY_CODE[code].name for code in codes if code in BY_CODE]


def _field_table(view: RequestView, direction: Direction) -> dict[str, Any]:
    purposes = {purpose.code: purpose.name for purpose in view.written.request.purposes}
    chosen = [choice for choice in view.written.request.choices if choice.direction is direction]
    return {
        "label": DIRECTION_LABELS[direction],
        "name": f"fields-{direction}",
        "count": counted_fields(chosen, direction),
        "rows": [
            (_field_label(each), each.field, _mark(each), purposes.get(each.purpose, ""), each.reason)
            for each in chosen
        ],
    }


def _field_label(choice: FieldChoice) -> Text:
    if choice.known is None:
        return Text(choice.label, choice.label)
    return Text(choice.known.label_vi, choice.known.label_en)


def _mark(choice: FieldChoice) -> Text | None:
    return None if choice.known is None else SENSITIVITY_MARKS.get(choice.known.sensitivity)


def _documents(view: RequestView) -> list[Document]:
    """Return the letters and the description as files to open."""
    language = active_language()
    found = []
    for letter in view.letters:
        if letter.document is None:
            continue
        came = Text(f"số đến {letter.arrival}", f"arrival {letter.arrival}")
        facts: tuple[Text | str, ...] = (letter.number, came) if letter.arrival else (letter.number,)
        title = Text("Văn bản đề nghị kết nối", "Connection request") if letter.from_body else letter.subject
        found.append(
            Document(
                url=own_address(Page.OWN_REQUEST_FILE, view.reference, file=letter.document.id),
                title=title,
                format=letter.document.kind.value.upper(),
                facts=(*facts, size(letter.document.size, language)),
            )
        )
    file = view.description
    if file is not None:
        found.append(
            Document(
                url=own_address(Page.OWN_REQUEST_FILE, view.reference, file=file.id),
                title=Text("Tài liệu mô tả kỹ thuật", "Technical description"),
                format=file.kind.value.upper(),
                facts=(file.name, size(file.size, language)),
            )
        )
    return found


def _acts(request: PortalRequest, view: RequestView) -> dict[str, bool]:
    """Say which acts this reader may do now, by the table of states."""
    possible = REQUEST_MACHINE.acts_of(view.state, request.actor)
    awaits = view.state in (RequestState.TO_SIGN, RequestState.SUPPLEMENT_ASKED) and view.is_submitted
    signs = RequestAct.SIGN in possible or RequestAct.SUPPLEMENT in possible
    writes = drafting.may_write(request.actor)
    return {
        "edit": view.state in drafting.WRITABLE and writes and not view.is_submitted,
        "sign": awaits and signs,
        "awaits": awaits,
        "take_back": awaits and (writes or signs),
        "withdraw": RequestAct.WITHDRAW in possible,
        "thread": view.sent_at is not None,
    }


@page(Page.OWN_REQUEST_THREAD, body=whose)
def thread(request: PortalRequest, reference: str) -> HttpResponse:
    """Show the thread with the supporter and write to it."""
    view = own_requests.request_of(reference)
    form = MessageForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        attachment = None
        if file is not None:
            attachment = own_messages.Attachment(
                content=file.read(), name=file.name, declared_type=file.content_type or ""
            )
        refusal = own_messages.write(reference, form.cleaned_data["text"], attachment, actor=request.actor)
        if refusal is None:
            messages.success(request, spoken(Text("Đã gửi.", "Sent.")))
            return go_to(Page.OWN_REQUEST_THREAD, reference)
        if refusal.code is not ControlCode.UPLOAD_REFUSED:
            tell(request, refusal)
            return go_to(Page.OWN_REQUEST, reference)
        form.add_error("file", forms.ValidationError(spoken_later(refusal.text), code=refusal.code))
    values = {
        "view": view,
        "tag": tag_of(view.state),
        "form": form,
        "entries": own_requests.thread_of(reference),
        "writes": view.sent_at is not None,
    }
    return render(request, "agency/thread.html", values)


@page(Page.OWN_REQUEST_VERSIONS, body=whose)
def versions(request: PortalRequest, reference: str) -> HttpResponse:
    """Show every version as it was signed, with what it changed."""
    view = own_requests.request_of(reference)
    found = own_requests.versions_of(reference)
    shown = [(version, [_change(each) for each in version.changes]) for version in found]
    values = {"view": view, "tag": tag_of(view.state), "versions": shown}
    return render(request, "agency/versions.html", values)


_CHANGES: Final = {Change.ADDED: Kind.OK, Change.REMOVED: Kind.BAD, Change.CHANGED: Kind.INFO}


def _change(difference: Difference) -> dict[str, Any]:
    return {
        "part": SECTION_LABELS[difference.where],
        "words": words_of(difference),
        "kind": _CHANGES[difference.change],
        "label": CHANGE_NAMES[difference.change],
        "before": difference.before,
        "after": difference.after,
    }


@page(Page.OWN_REQUEST_FILE, body=whose)
def file(request: PortalRequest, reference: str, file: int) -> HttpResponse:
    """Hand a file of the request out, to be kept and never to be run here."""
    found = file_of(reference, file)
    if found is None:
        return not_found(request)
    kept, content = found
    return _handed_out(content, kept.media_type, kept.name)


@page(Page.OWN_REQUEST_DOCUMENT, body=whose)
def document(request: PortalRequest, reference: str, document: int) -> HttpResponse:
    """Hand a technical document out."""
    found = provided.document(reference, document)
    if found is None:
        return not_found(request)
    return _handed_out(found.content, found.media_type, found.name)


def _handed_out(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
