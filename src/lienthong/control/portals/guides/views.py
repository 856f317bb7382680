"""Reading guides: duties in a list, one guide with its editions, an edition, its files.

Law: R7.1, R9.1.
"""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.guides import queries
from lienthong.control.guides.printing import printed
from lienthong.control.guides.queries import PAGE_SIZE, Shown, body_of_guide
from lienthong.control.portals.bodies.sending import send_file
from lienthong.control.portals.guides.forms import FindGuides
from lienthong.control.portals.guides.shown import (
    files_of,
    part_links,
    shown_items,
    shown_parts,
    shown_row,
    tag_of,
)
from lienthong.control.theme.parts import Paging, page_number
from lienthong.core.access import Portal
from lienthong.core.guides import Basis
from lienthong.core.legal_days import last_day
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_BASES = {
    Basis.NONE: Text("Không còn dịch vụ khai thác", "No services any more"),
    Basis.ASKED: Text("Đề nghị đã tiếp nhận, chưa chấp thuận", "Asked for, not agreed yet"),
    Basis.AGREED: Text("Đề nghị đã được chấp thuận", "Request accepted"),
    Basis.GRANTED: Text("Phạm vi đã cấp", "Scope granted"),
    Basis.CATALOGUE: Text("Danh mục dịch vụ", "Catalogue of services"),
}


@page(Page.GUIDES)
def guides(request: PortalRequest) -> HttpResponse:
    """List the guides: a body's own, or for staff those of every body."""
    values: dict[str, object] = {"authority_url": address_of(request.portal, Page.AUTHORITY_GUIDE)}
    if request.portal is Portal.AGENCY:
        assert request.actor.body is not None, "an account of this portal works for a body"
        rows = queries.of_body(request.actor.body)
        values["rows"] = [shown_row(request.portal, row) for row in rows]
        return render(request, "guides/own_guides.html", values)
    form = FindGuides(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    number = page_number(request.GET.get("page", ""))
    found = queries.listed(Shown(given.get("shown") or Shown.ALL), given.get("words", ""), number)
    values |= {
        "form": form,
        "rows": [shown_row(request.portal, row) for row in found.rows],
        "paging": Paging(number=number, size=PAGE_SIZE, total=found.total),
        "missing": queries.missing_count(),
        "list_url": address_of(request.portal, Page.GUIDES),
    }
    return render(request, "guides/all_guides.html", values)


@page(Page.AUTHORITY_GUIDE)
def authority_guide(request: PortalRequest) -> HttpResponse:
    """Show the authority's own guide: to agencies its newest edition, to staff the place where it is kept."""
    number = queries.authority_guide_number()
    if request.portal is Portal.STAFF and number is not None:
        return HttpResponseRedirect(address_of(request.portal, Page.GUIDE, guide=number))
    found = None if number is None else queries.edition(number)
    values: dict[str, object] = {"list_url": address_of(request.portal, Page.GUIDES), "edition": found}
    if found is not None:
        values["parts"] = shown_parts(found)
    return render(request, "guides/authority.html", values)


@page(Page.GUIDE, body=body_of_guide)
def guide(request: PortalRequest, guide: int) -> HttpResponse:
    """Show a guide: how its duty stands, its newest edition to read, every earlier one."""
    found = queries.guide_page(guide, request.actor)
    last = queries.edition(guide)
    due = found.duty.due
    values: dict[str, object] = {
        "guide": found,
        "tag": tag_of(found.duty.state),
        "basis": _BASES[found.basis],
        "due": None if due is None else last_day(due),
        "lacking": shown_items(found.duty.lacking),
        "edition": last,
        "list_url": address_of(request.portal, Page.GUIDES),
        "preview_url": address_of(request.portal, Page.GUIDE_PREVIEW, guide=guide),
        "part_links": part_links(request.portal, found),
        "editions": [
            (row, address_of(request.portal, Page.GUIDE_EDITION, guide=guide, number=row.number))
            for row in found.editions
        ],
    }
    if last is not None:
        values |= {"parts": shown_parts(last), "files": files_of(request.portal, guide, last)}
    return render(request, "guides/guide.html", values)


@page(Page.GUIDE_EDITION, body=body_of_guide)
def edition(request: PortalRequest, guide: int, number: int) -> HttpResponse:
    """Show an edition as it was published."""
    found = queries.edition(guide, number)
    if found is None:
        return not_found(request)
    newest = queries.edition(guide)
    values = {
        "edition": found,
        "parts": shown_parts(found),
        "files": files_of(request.portal, guide, found),
        "is_newest": newest is not None and newest.row.number == number,
        "guide_url": address_of(request.portal, Page.GUIDE, guide=guide),
        "list_url": address_of(request.portal, Page.GUIDES),
    }
    return render(request, "guides/edition.html", values)


@page(Page.GUIDE_FILE, body=body_of_guide)
def markdown(request: PortalRequest, guide: int, number: int) -> HttpResponse:
    """Hand out the text of an edition: the bytes that its hash is of."""
    found = queries.edition(guide, number)
    if found is None:
        return not_found(request)
    name = f"huong-dan-{guide}-{number}.md"
    return send_file(found.markdown, name=name, content_type="text/markdown; charset=utf-8")


@page(Page.GUIDE_PDF, body=body_of_guide)
def pdf(request: PortalRequest, guide: int, number: int) -> HttpResponse:
    """Hand out an edition to print."""
    found = queries.edition(guide, number)
    if found is None:
        return not_found(request)
    content = printed(found, publisher=queries.publisher_of(guide))
    return send_file(content, name=f"huong-dan-{guide}-{number}.pdf", content_type="application/pdf")
