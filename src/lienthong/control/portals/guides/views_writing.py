"""Writing a guide part by part, reading it as it would be published, publishing it. Law: R7.1, R9.1."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.guides import writing
from lienthong.control.guides.queries import GuidePage, body_of_guide, guide_page, part_text
from lienthong.control.portals.guides.forms import PartForm
from lienthong.control.portals.guides.shown import part_links, shown_items, shown_part, tag_of
from lienthong.control.theme.speech import spoken
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.guides import PART_LABELS, GuidePart
from lienthong.core.pages import Page
from lienthong.core.speech import Text


@page(Page.GUIDE_PART, body=body_of_guide)
def part(request: PortalRequest, guide: int, part: str) -> HttpResponse:
    """Show one part and save it: by itself while it is typed, and when a button is pressed.

    Where somebody else saved it since, nothing is overwritten; both texts are shown, and who saves once more
    replaces the other on purpose.
    """
    found = _own_page(request, guide, part)
    if found is None:
        return not_found(request)
    if request.method != "POST":
        return _show(request, found, GuidePart(part))
    form = PartForm(request.POST)
    typed = form.data.get("text", "")
    act = request.POST.get("act", "")
    saved = writing.save_part(
        guide, GuidePart(part), typed, base=request.POST.get("base", ""), actor=request.actor
    )
    if isinstance(saved, ControlRefuse):
        return _refused(request, found, GuidePart(part), saved, typed=typed, is_pressed=bool(act))
    if act:
        return _lead(request, _after(request, found, GuidePart(part), act))
    return render(request, "guides/part_status.html", {"saved": saved})


@page(Page.GUIDE_RESTORE, body=body_of_guide)
@require_POST
def restore(request: PortalRequest, guide: int, part: str) -> HttpResponse:
    """Put the generated text of a part back."""
    if _own_page(request, guide, part) is None:
        return not_found(request)
    refusal = writing.restore_part(guide, GuidePart(part), actor=request.actor)
    _tell(request, refusal, Text("Đã lấy lại bản tạo sẵn.", "The generated text is back."))
    return HttpResponseRedirect(address_of(request.portal, Page.GUIDE_PART, guide=guide, part=part))


@page(Page.GUIDE_PREVIEW, body=body_of_guide)
def preview(request: PortalRequest, guide: int) -> HttpResponse:
    """Show the guide as it would be published, and what stands in the way."""
    found = _own_page(request, guide)
    if found is None:
        return not_found(request)
    values = {
        "guide": found,
        "tag": tag_of(found.duty.state),
        "parts": [shown_part(each, text) for each, text in found.text.parts.items()],
        "part_links": part_links(request.portal, found),
        "unnamed": shown_items(found.unnamed),
        "list_url": address_of(request.portal, Page.GUIDES),
        "guide_url": address_of(request.portal, Page.GUIDE, guide=guide),
        "publish_url": address_of(request.portal, Page.GUIDE_PUBLISH, guide=guide),
    }
    return render(request, "guides/preview.html", values)


@page(Page.GUIDE_PUBLISH, body=body_of_guide)
@require_POST
def publish(request: PortalRequest, guide: int) -> HttpResponse:
    """Publish what the preview showed."""
    if _own_page(request, guide) is None:
        return not_found(request)
    done = writing.publish(guide, seen=request.POST.get("seen", ""), actor=request.actor)
    if isinstance(done, ControlRefuse):
        _tell(request, done, None)
        return HttpResponseRedirect(address_of(request.portal, Page.GUIDE_PREVIEW, guide=guide))
    _tell(request, None, Text(f"Đã công bố bản số {done}.", f"Edition {done} is published."))
    return HttpResponseRedirect(address_of(request.portal, Page.GUIDE, guide=guide))


def _own_page(request: PortalRequest, guide: int, part: str | None = None) -> GuidePage | None:
    """Return a guide that the reader writes; staff write the authority's own alone."""
    found = guide_page(guide, request.actor)
    if not found.may_write or (part is not None and part not in [each.part for each in found.parts]):
        return None
    return found


def _refused(
    request: PortalRequest,
    found: GuidePage,
    part: GuidePart,
    refusal: ControlRefuse,
    *,
    typed: str,
    is_pressed: bool,
) -> HttpResponse:
    """Say why a part was not saved; what was typed stays on the page."""
    other = None
    if is_pressed and refusal.code is ControlCode.GUIDE_PART_WRITTEN:
        other = part_text(found.id, part)
    if request.headers.get("HX-Request"):
        values: dict[str, object] = {"refusal": refusal, "other": other}
        if other is not None:
            values["other_html"] = shown_part(part, other.text).html
        return render(request, "guides/part_status.html", values)
    return _show(request, found, part, typed=typed, refusal=refusal, is_settling=other is not None)


def _show(
    request: PortalRequest,
    found: GuidePage,
    part: GuidePart,
    *,
    typed: str | None = None,
    refusal: ControlRefuse | None = None,
    is_settling: bool = False,
) -> HttpResponse:
    kept = part_text(found.id, part)
    url = address_of(request.portal, Page.GUIDE_PART, guide=found.id, part=part.value)
    parts = [each.part for each in found.parts]
    values: dict[str, Any] = {
        "guide": found,
        "part": part,
        "label": PART_LABELS[part],
        "form": PartForm(initial={"text": kept.text if typed is None else typed}),
        "kept": kept,
        "base": kept.mark if typed is None or is_settling else request.POST.get("base", ""),
        "refusal": refusal,
        "other": kept if is_settling else None,
        "other_html": shown_part(part, kept.text).html if is_settling else "",
        "lacks": shown_items(kept.lacks),
        "url": url,
        "restore_url": address_of(request.portal, Page.GUIDE_RESTORE, guide=found.id, part=part.value),
        "part_links": part_links(request.portal, found, part),
        "list_url": address_of(request.portal, Page.GUIDES),
        "guide_url": address_of(request.portal, Page.GUIDE, guide=found.id),
        "is_last": part is parts[-1],
    }
    return render(request, "guides/part.html", values)


def _after(request: PortalRequest, found: GuidePage, part: GuidePart, act: str) -> str:
    """Return where a pressed button leads: to the next part, or to the preview of the whole."""
    parts = [each.part for each in found.parts]
    if act == "next" and part is not parts[-1]:
        following = parts[parts.index(part) + 1]
        return address_of(request.portal, Page.GUIDE_PART, guide=found.id, part=following.value)
    return address_of(request.portal, Page.GUIDE_PREVIEW, guide=found.id)


def _lead(request: PortalRequest, url: str) -> HttpResponse:
    """Lead on, whether the form was sent by the browser or by the script that saves while one types."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _tell(request: PortalRequest, refusal: ControlRefuse | None, done: Text | None) -> None:
    if refusal is not None:
        messages.error(request, spoken(refusal.coded))
    elif done is not None:
        messages.success(request, spoken(done))
