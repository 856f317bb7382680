"""Letters of the authority: the register, one letter, drafting and mending it, its file."""

from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import render

from lienthong.control.connections import desk
from lienthong.control.connections.handling import Seen
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.letters import outgoing, registers
from lienthong.control.letters.outgoing_content import PURPOSE_LABELS, Purpose
from lienthong.control.portals.staff import wording
from lienthong.control.portals.staff.answers import done, file_answer, sentence
from lienthong.control.portals.staff.forms_letters import FORMS, OutgoingFilterForm, initial_of
from lienthong.control.portals.staff.views_requests import found_file
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.speech import spoken
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.letter_states import OutgoingAct, OutgoingState
from lienthong.core.letters import CAPACITY_LABELS
from lienthong.core.pages import Page
from lienthong.core.request_answer import GROUND_LABELS
from lienthong.core.speech import Text

_DRAFTED: Final = Text("Đã lưu dự thảo.", "The draft was saved.")


@page(Page.LETTERS)
def letters(request: PortalRequest) -> HttpResponse:
    """Show the register of outgoing letters; the issued ones unless asked otherwise."""
    form = OutgoingFilterForm(request.GET or None)
    state, words = form.filters()
    number = page_number(request.GET.get("page", ""))
    rows, total = registers.outgoing(state, words, number)
    values = {
        "rows": [(row, wording.LETTER_KINDS[row.state]) for row in rows],
        "paging": Paging(number=number, size=registers.PAGE_SIZE, total=total),
        "form": form,
    }
    return render(request, "staff/letters.html", values)


@page(Page.LETTER)
def letter(request: PortalRequest, letter: int) -> HttpResponse:
    """Show a letter and what the reader may do with it."""
    file = found_letter(letter, request)
    refusal = file.content.refusal
    values = {
        "file": file,
        "kind": wording.LETTER_KINDS[file.row.state],
        "capacity": CAPACITY_LABELS[file.content.letter.signatory.capacity],
        "ground": None if refusal is None else GROUND_LABELS[refusal.ground],
        "acts": {act.value: True for act in file.acts},
        "may_rewrite": (file.row.state is OutgoingState.DRAFT and OutgoingAct.SUBMIT in file.acts)
        or OutgoingAct.REVISE in file.acts,
    }
    return render(request, "staff/letter.html", values)


def found_letter(letter: int, request: PortalRequest) -> registers.LetterFile:
    """Return a letter as this reader sees it; raises Http404."""
    file = registers.letter_file(letter, request.actor)
    if file is None:
        raise Http404
    return file


@page(Page.LETTER_DRAFT)
def draft(request: PortalRequest, reference: str, purpose: str) -> HttpResponse:
    """Draft a letter that answers a request."""
    if purpose not in tuple(Purpose):
        raise Http404
    wanted, file = Purpose(purpose), found_file(reference)
    points = dict.fromkeys(
        [spoken(each.text) for each in file.lacking]
        + [f"{spoken(line.label)}: {line.remark}" for line in file.fields if line.remark]
    )
    initial = {"version": file.version, "title": outgoing.head_title(), "points": "\n".join(points)}
    bound = request.POST if request.method == "POST" else None
    form = FORMS[wanted](bound, initial=initial, signers=desk.signers())
    if form.is_bound and form.is_valid():
        seen = Seen(reference, form.cleaned_data["version"])
        made = outgoing.draft(seen, wanted, form.wording(), actor=request.actor)
        if not isinstance(made, ControlRefuse):
            return done(request, None, _DRAFTED, Page.LETTER, letter=made)
        form.add_error(None, sentence(made))
    values = {
        "file": file,
        "form": form,
        "purpose": PURPOSE_LABELS[wanted],
        "kind": wording.STATE_KINDS[file.state],
    }
    return render(request, "staff/draft.html", values)


@page(Page.LETTER_REWRITE)
def rewrite(request: PortalRequest, letter: int) -> HttpResponse:
    """Mend a draft, or one that was returned."""
    found = found_letter(letter, request)
    initial = {"version": found.version} | initial_of(found.content)
    bound = request.POST if request.method == "POST" else None
    form = FORMS[found.purpose](bound, initial=initial, signers=desk.signers())
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        refusal = outgoing.rewrite(letter, version, form.wording(), actor=request.actor)
        if refusal is None:
            return done(request, None, _DRAFTED, Page.LETTER, letter=letter)
        form.add_error(None, sentence(refusal))
    values = {
        "file": found_file(found.row.request),
        "form": form,
        "purpose": found.row.purpose,
        "kind": wording.LETTER_KINDS[found.row.state],
        "remark": found.remark,
    }
    return render(request, "staff/draft.html", values)


@page(Page.LETTER_PDF)
def pdf(request: PortalRequest, letter: int) -> HttpResponse:
    """Hand out a letter: the sealed file once it is issued, before that as it would look."""
    found = found_letter(letter, request)
    issued = registers.issued_pdf(letter)
    if issued is not None:
        return file_answer(*_named(issued))
    name = f"{found.row.request}-{found.purpose.value}.pdf"
    return file_answer(name, "application/pdf", outgoing.preview(letter))


def _named(issued: tuple[str, bytes]) -> tuple[str, str, bytes]:
    return issued[0], "application/pdf", issued[1]
