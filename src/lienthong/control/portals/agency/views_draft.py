"""The pages on which a request is written: overview, one page a part, text kept aside, the letter as PDF.

Law: R5.1.
"""

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.connections import drafting
from lienthong.control.connections.own_drafts import DraftView, draft_of, letter_of, offers_of
from lienthong.control.connections.written import PART_LABELS, Aside, Part
from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.portals.agency.draft_parts import FORMS, Chosen, chosen_in, form_of, selections
from lienthong.control.portals.agency.forms_conditions import ConditionsForm, EvidenceCopyForm
from lienthong.control.portals.agency.forms_content import without_purpose
from lienthong.control.portals.agency.forms_draft import PartForm, as_typed, data_of, differing
from lienthong.control.portals.agency.forms_terms import DescriptionForm, SecretForm
from lienthong.control.portals.agency.showing import go_to, own_address, part_links, tag_of, tell, whose
from lienthong.control.theme.refusing import refuse
from lienthong.control.theme.speech import spoken
from lienthong.core.conditions import CONDITION_LABELS, EXPECTED_EVIDENCE
from lienthong.core.connection_request import DIRECTION_LABELS, Direction, written_count
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.papers import DEGREE_LABELS, Paper
from lienthong.core.request_states import RequestState
from lienthong.core.speech import Text

_LAYOUTS: Final = {
    Part.PURPOSES: "agency/parts/purposes.html",
    Part.FIELDS: "agency/parts/fields.html",
    Part.SERVICES: "agency/parts/catalogue.html",
    Part.TECHNICAL: "agency/parts/technical.html",
    Part.CONDITIONS: "agency/parts/conditions.html",
}
"""Parts whose pages are more than a list of fields."""


@page(Page.OWN_DRAFT, body=whose)
def overview(request: PortalRequest, reference: str) -> HttpResponse:
    """Show every part with what it lacks, and lead to the letter and its signature."""
    view = draft_of(reference)
    counts = [
        (DIRECTION_LABELS[direction], written_count(view.content.written.request, direction), counted)
        for direction in Direction
        if (counted := _counted(view, direction)) or written_count(view.content.written.request, direction)
    ]
    values = {
        "view": view,
        "tag": tag_of(view.state),
        "parts": part_links(view),
        "lacking": [(item, PART_LABELS[part], _part_url(reference, part)) for part, item in _lacking(view)],
        "counts": counts,
        "writes": _writes(request, view),
    }
    return render(request, "agency/draft.html", values)


@page(Page.OWN_DRAFT_LETTER, body=whose)
def letter(request: PortalRequest, reference: str) -> HttpResponse:
    """Hand out the letter as PDF."""
    del request
    response = HttpResponse(letter_of(reference), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    return response


@page(Page.OWN_DRAFT_PART, body=whose)
def part(request: PortalRequest, reference: str, part: str) -> HttpResponse:
    """Show one part and save it: by itself while it is typed, and when a button is pressed."""
    if part not in tuple(Part):
        return not_found(request)
    chosen = chosen_in(Part(part), draft_of(reference), request)
    if not _writes(request, chosen.view):
        if request.method == "POST":
            tell(request, _locked(chosen.view))
        return _lead(request, own_address(Page.OWN_DRAFT, reference))
    if request.method == "POST" and chosen.part is Part.TECHNICAL:
        return _save_description(request, chosen)
    if request.method == "POST":
        return _save(request, chosen)
    if chosen.part is Part.TECHNICAL:
        return _show(request, chosen, None)
    typed = chosen.view.content.typed.get(chosen.part)
    shows_typed = typed is not None and chosen.is_about(typed)
    form = form_of(chosen, offers_of(_body(request)), data_of(typed) if typed and shows_typed else None)
    return _show(request, chosen, form)


@page(Page.OWN_DRAFT_ASIDE, body=whose)
@require_POST
def aside(request: PortalRequest, reference: str, part: str) -> HttpResponse:
    """Take text that was kept aside into the draft, or drop it."""
    if part not in FORMS:
        return not_found(request)
    view = draft_of(reference)
    found = next(
        (each for each in _asides(view, Part(part)) if _stamp(each.at) == request.POST.get("at")), None
    )
    if found is None:
        return go_to(Page.OWN_DRAFT_PART, reference, part=part)
    refusal: object = None
    if request.POST.get("choice") == "use":
        chosen = chosen_in(Part(part), view, request, found.typed)
        form = form_of(chosen, offers_of(_body(request)), data_of(found.typed))
        is_readable = form.is_valid()
        refusal = drafting.save_part(
            reference,
            Part(part),
            form.apply,
            typed=found.typed,
            is_readable=is_readable,
            seen=view.counter,
            actor=request.actor,
        )
    if isinstance(refusal, ControlRefuse):
        tell(request, refusal)
    else:
        drafting.settle_aside(reference, Part(part), found.at, actor=request.actor)
    return go_to(Page.OWN_DRAFT_PART, reference, part=part)


def _save(request: PortalRequest, chosen: Chosen) -> HttpResponse:
    reference = chosen.view.reference
    form = form_of(chosen, offers_of(_body(request)), request.POST)
    is_readable = form.is_valid()
    seen = request.POST.get("counter", "")
    saved = drafting.save_part(
        reference,
        chosen.part,
        form.apply,
        typed=form.typed(),
        is_readable=is_readable,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0,
        actor=request.actor,
    )
    act = request.POST.get("act", "")
    if isinstance(saved, ControlRefuse):
        if act:
            tell(request, saved)
            return _lead(request, chosen.url)
        return render(request, "agency/draft_status.html", {"refusal": saved, "url": chosen.url})
    drop = request.POST.get("drop")
    if drop and chosen.part is Part.PURPOSES:
        drafting.save_part(
            reference,
            Part.PURPOSES,
            lambda written: without_purpose(written, drop),
            typed={},
            is_readable=True,
            seen=saved.counter,
            actor=request.actor,
        )
        return _lead(request, chosen.url)
    if act and not is_readable:
        return _lead(request, chosen.url)
    if act:
        return _lead(request, _after(chosen, act))
    now = draft_of(reference)
    values = {
        "saved": saved,
        "unread": () if is_readable else tuple(_unread(form)),
        "lacking": now.lacking_in(chosen.part),
        "counts": _count_words(now, chosen),
    }
    return render(request, "agency/draft_status.html", values)


def _unread(form: PartForm) -> list[str]:
    return [
        f"{spoken(form.fields[name].label or '')}: {error}"
        for name, errors in form.errors.items()
        if name in form.fields
        for error in errors
    ]


def _save_description(request: PortalRequest, chosen: Chosen) -> HttpResponse:
    """Take the description as a file, by number and degree where it is secret, or take it out."""
    reference, act = chosen.view.reference, request.POST.get("act", "")
    files, secret = DescriptionForm(), SecretForm()
    refusal: ControlRefuse | None = None
    if act == "remove":
        refusal = drafting.describe_secret(reference, None, actor=request.actor)
    elif act == "secret":
        secret = SecretForm(request.POST)
        if not secret.is_valid():
            return _show(request, chosen, None, files=files, secret=secret)
        refusal = drafting.describe_secret(reference, secret.paper(), actor=request.actor)
    else:
        files = DescriptionForm(request.POST, request.FILES)
        if not files.is_valid():
            return _show(request, chosen, None, files=files, secret=secret)
        file = files.cleaned_data["file"]
        refusal = drafting.keep_description(
            reference,
            file.read(),
            name=file.name,
            declared_type=file.content_type or "",
            title=files.cleaned_data["title"],
            actor=request.actor,
        )
        if refusal is not None and refusal.code is ControlCode.UPLOAD_REFUSED:
            refuse(files, refusal, "file")
            return _show(request, chosen, None, files=files, secret=secret)
    if refusal is not None:
        tell(request, refusal)
    else:
        messages.success(request, spoken(Text("Đã lưu.", "Saved.")))
    return HttpResponseRedirect(chosen.url)


def _show(
    request: PortalRequest,
    chosen: Chosen,
    form: PartForm | None,
    *,
    files: DescriptionForm | None = None,
    secret: SecretForm | None = None,
) -> HttpResponse:
    view, kind = chosen.view, chosen.part
    description = view.content.written.request.technical_description
    values: dict[str, Any] = {
        "view": view,
        "part": kind.value,
        "label": PART_LABELS[kind],
        "form": form,
        "files": files
        or DescriptionForm(initial={"title": "" if description is None else description.title}),
        "secret": secret or SecretForm(),
        "description": description,
        "degree": None if description is None or description.secret is None else _degree(description.secret),
        "parts": part_links(view, kind),
        "url": chosen.url,
        "lacking": view.lacking_in(kind),
        "counts": _count_words(view, chosen),
        "selections": selections(chosen),
        "asides": _shown_asides(request, view, kind),
        "level": view.level if kind is Part.SYSTEMS else (),
        "network": view.network if kind is Part.CONDITIONS else (),
        **(_evidence(view, form) if isinstance(form, ConditionsForm) else {}),
        "last": kind is list(Part)[-1],
    }
    return render(request, _LAYOUTS.get(kind, "agency/part.html"), values)


def _evidence(view: DraftView, form: ConditionsForm) -> dict[str, Any]:
    """Return what the page of the conditions shows beside its form: evidence expected, copies there are."""
    rows = [
        {"row": row, "label": CONDITION_LABELS[row.condition], "expected": EXPECTED_EVIDENCE[row.condition]}
        for row in form.rows()
    ]
    kept = [(CONDITION_LABELS[name], file, name.value) for name, file in view.copies]
    copies = EvidenceCopyForm()
    copies.fields["condition"].choices = [  # type: ignore[attr-defined]
        (row.condition.value, spoken(CONDITION_LABELS[row.condition]))
        for row in form.rows()
        if row.may_have_copy
    ]
    return {"rows": rows, "kept_copies": kept, "copies": copies}


def _degree(paper: Paper) -> Text | None:
    return None if paper.degree is None else DEGREE_LABELS[paper.degree]


def _shown_asides(request: PortalRequest, view: DraftView, kind: Part) -> list[dict[str, Any]]:
    if kind not in FORMS:
        return []
    shown = []
    for each in _asides(view, kind):
        about = chosen_in(kind, view, request, each.typed)
        form = form_of(about, offers_of(_body(request)))
        shown.append(
            {
                "aside": each,
                "at": _stamp(each.at),
                "rows": differing(form, each.typed),
                "saved": as_typed(form),
            }
        )
    return shown


def _asides(view: DraftView, kind: Part) -> list[Aside]:
    return [each for each in view.content.aside if each.part is kind]


def _stamp(at: datetime) -> str:
    return at.isoformat()


def _lacking(view: DraftView) -> list[tuple[Part, Any]]:
    return [(kind, item) for kind in Part for item in view.lacking_in(kind)]


def _part_url(reference: str, kind: Part) -> str:
    return own_address(Page.OWN_DRAFT_PART, reference, part=kind.value)


def _counted(view: DraftView, direction: Direction) -> int:
    return len({c.field for c in view.content.written.request.choices if c.direction is direction})


def _count_words(view: DraftView, chosen: Chosen) -> dict[str, Any] | None:
    """Return the number written beside the number counted, on the page of the fields. Law: R5.1."""
    if chosen.part is not Part.FIELDS or chosen.direction is None:
        return None
    written = written_count(view.content.written.request, chosen.direction)
    counted = _counted(view, chosen.direction)
    return {"written": written, "counted": counted, "agrees": written == counted}


def _writes(request: PortalRequest, view: DraftView) -> bool:
    """Say whether this reader can change the draft now: its text stands still while it awaits a signature."""
    return (
        view.state in drafting.WRITABLE and view.content.drafted is None and drafting.may_write(request.actor)
    )


def _locked(view: DraftView) -> ControlRefuse:
    if view.state in (RequestState.TO_SIGN, *drafting.WRITABLE):
        return ControlRefuse(ControlCode.AWAITS_SIGNATURE)
    return drafting.not_in_this_state(view.state)


def _after(chosen: Chosen, act: str) -> str:
    order = list(Part)
    if act == "more":
        return f"{chosen.url}?more=1"
    if act == "next" and chosen.part is not order[-1]:
        return _part_url(chosen.view.reference, order[order.index(chosen.part) + 1])
    return own_address(Page.OWN_DRAFT, chosen.view.reference)


def _lead(request: PortalRequest, url: str) -> HttpResponse:
    """Lead on, whether the form was sent by the browser or by the script that saves while one types."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _body(request: PortalRequest) -> int:
    assert request.actor.body is not None, "an agency's account has its body"
    return request.actor.body
