"""The first page of the staff portal: what waits for whoever is signed in."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from lienthong.control.connections import desk
from lienthong.control.frame.page import address_of, page
from lienthong.control.frame.requests import PortalRequest
from lienthong.control.guides.queries import Shown, missing_count
from lienthong.control.letters import registers
from lienthong.control.portals.staff.wording import LETTER_KINDS, STATE_KINDS
from lienthong.core.access import ROLE_LABELS, Role
from lienthong.core.pages import Page
from lienthong.core.speech import Text

_PILES: Final = {
    "to_assign": Text("Chờ phân công", "To be assigned"),
    "to_decide": Text("Chờ duyệt", "To be decided"),
    "in_hand": Text("Đang xử lý", "In your hands"),
    "to_answer": Text("Câu hỏi chưa trả lời", "Questions to answer"),
    "without_documents": Text("Chưa tạo được tài liệu kỹ thuật", "Without technical documents"),
}


@page(Page.HOME)
def home(request: PortalRequest) -> HttpResponse:
    """Show where work waits."""
    piles = [
        (pile, _PILES[pile.name], [(row, STATE_KINDS[row.state]) for row in pile.rows])
        for pile in desk.waiting_for(request.actor)
        if pile.rows
    ]
    values = {
        "piles": piles,
        "letters": [(row, LETTER_KINDS[row.state]) for row in registers.waiting_for(request.actor)],
        "missing_guides": missing_count(),
        "guides_url": f"{address_of(request.portal, Page.GUIDES)}?shown={Shown.MISSING}",
        "roles": [ROLE_LABELS[role] for role in Role if role in request.actor.roles],
    }
    return render(request, "staff/home.html", values)
