"""E-mails that the mail server refuses for good, as administrators see them and send them again."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.notices import setting_aside
from lienthong.control.portals.bodies.shown import tell
from lienthong.control.theme.parts import Paging, page_number
from lienthong.control.theme.speech import spoken
from lienthong.core.access import Portal
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_LONGEST_NUMBER = 18


@page(Page.MAILS_ASIDE)
def mails_aside(request: PortalRequest) -> HttpResponse:
    """List the e-mails that were not sent, and what the server said."""
    number, total = page_number(request.GET.get("page", "")), setting_aside.count_aside()
    values = {
        "mails": setting_aside.mails_aside(page=number),
        "total": total,
        "paging": Paging(number=number, size=setting_aside.PAGE_SIZE, total=total),
    }
    return render(request, "staff/mails_aside.html", values)


@page(Page.MAIL_AGAIN)
@require_POST
def mail_again(request: PortalRequest) -> HttpResponse:
    """Send one of them again, or all."""
    given = request.POST.get("notice", "")
    is_number = given.isascii() and given.isdigit() and len(given) <= _LONGEST_NUMBER
    done = (
        setting_aside.mail_again(actor=request.actor, only=int(given) if is_number else 0)
        if given != "all"
        else setting_aside.mail_again(actor=request.actor)
    )
    if isinstance(done, ControlRefuse):
        messages.error(request, spoken(done.coded))
    else:
        tell(request, Text(f"Đang gửi lại {done} thư.", f"{done} mails are being sent again."))
    return HttpResponseRedirect(address_of(Portal.STAFF, Page.MAILS_ASIDE))
