"""The own notices: listed, opened, marked as read."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.failures import not_found
from lienthong.control.frame.page import address_of, next_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.notices import actions
from lienthong.control.notices.queries import PAGE_SIZE, notices_of, unread_count
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.speech import spoken
from lienthong.core.pages import Page
from lienthong.core.speech import Text


@page(Page.NOTICES)
def notices(request: PortalRequest) -> HttpResponse:
    """List what the account was told, newest first."""
    number = page_number(request.GET.get("page", ""))
    entries, total = notices_of(request.actor.id, page=number)
    paging = Paging(number=number, size=PAGE_SIZE, total=total)
    if number > paging.pages:
        return HttpResponseRedirect(f"{address_of(request.portal, Page.NOTICES)}?page={paging.pages}")
    values = {"notices": entries, "paging": paging, "unread": unread_count(request.actor.id)}
    return render(request, "entrance/notices.html", values)


@page(Page.OPEN_NOTICE)
@require_POST
def open_notice(request: PortalRequest, notice: int) -> HttpResponse:
    """Mark a notice as read and lead to what it is about."""
    link = actions.mark_read(request.actor.id, notice)
    if link is None:
        return not_found(request)
    return HttpResponseRedirect(next_of(request, link) if link else address_of(request.portal, Page.NOTICES))


@page(Page.READ_ALL_NOTICES)
@require_POST
def read_all(request: PortalRequest) -> HttpResponse:
    """Mark all notices as read."""
    count = actions.mark_all_read(request.actor.id)
    said = Text(f"Đã đánh dấu {count} thông báo là đã đọc.", f"{count} notices are marked as read.")
    messages.success(request, spoken(said))
    return HttpResponseRedirect(address_of(request.portal, Page.NOTICES))
