"""Opening the assessments of a request: one per system, everybody concerned told in the act of the receipt.

Law: R5.2, R4.3, R4.9.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings

from lienthong.control.assessments.models import Assessment
from lienthong.control.connections.models import Request
from lienthong.control.frame.page import address_of
from lienthong.control.notices.telling import ToOffice, tell
from lienthong.control.participants.models import System
from lienthong.core.access import Portal
from lienthong.core.legal_days import moment
from lienthong.core.pages import Page
from lienthong.core.speech import Text, joined
from lienthong.core.track_states import FIRST_STATES
from lienthong.core.tracks import (
    OFFICE_LABELS,
    PART_LABELS,
    PATH_LABELS,
    AssessmentPath,
    Office,
    Part,
    Track,
    TrackStart,
    roles_told,
)

_NO_SYSTEM: Final = Text(
    "Văn bản đề nghị chưa nêu hệ thống; kiểm tra được mở cho từng hệ thống ngay khi cơ quan nêu.",
    "The letter names no system yet; the assessment of each is opened as soon as the body names it.",
)


def open_assessments(
    request: Request, starts: Iterable[TrackStart], systems: Mapping[str, System], *, now: int
) -> int:
    """Open the assessment of each system within the running act; return how many were opened.

    Who works for the offices concerned is told in the same act, once for all systems.
    """
    begun = tuple(start for start in starts if start.track is Track.ASSESSMENT)
    opened = [
        Assessment.objects.create(
            request=request,
            system=systems[start.system],
            path=path.value,
            state=FIRST_STATES[path],
            told=_told(start),
            started_at=moment(now),
        )
        for start in begun
        if (path := start.path) is not None
    ]
    if begun:
        _tell(request, begun, systems)
    return len(opened)


def _tell(request: Request, begun: Iterable[TrackStart], systems: Mapping[str, System]) -> None:
    each = [_lines(start, systems[start.system].name if start.system else "") for start in begun]
    tell(
        ToOffice(roles_told(begun)),
        Text(
            f"[{request.reference}] Mở kiểm tra, đánh giá an ninh, an toàn thông tin",
            f"[{request.reference}] Assessment of security opened",
        ),
        joined(
            [
                Text(
                    f"Hồ sơ {request.reference}: {request.title}",
                    f"File {request.reference}: {request.title}",
                ),
                *each,
            ],
            "\n\n",
        ),
        address_of(Portal.STAFF, Page.DESK_REQUEST, reference=request.reference),
    )


def _lines(start: TrackStart, system: str) -> Text:
    """Return for one system which way it goes, and every office with its part."""
    heading = _NO_SYSTEM if start.path is None else _heading(system, start.path)
    offices = [
        joined([_office(told["office"], told["name"]), PART_LABELS[Part(told["part"])]], ": ")
        for told in _told(start)
    ]
    return joined([heading, *offices], "\n")


def _heading(system: str, path: AssessmentPath) -> Text:
    return joined([Text(system, system), PATH_LABELS[path]], " – ")


def _office(office: str, name: str) -> Text:
    return Text(name, name) if name else OFFICE_LABELS[Office(office)]


def _told(start: TrackStart) -> list[dict[str, str]]:
    """List who is told and in what part; related units bear the names of the configuration."""
    related: tuple[str, ...] = settings.LIENTHONG.authority.related_units
    told = []
    for addressee in start.addressees:
        names = related if addressee.office is Office.RELATED_UNIT and related else ("",)
        told += [
            {"office": addressee.office.value, "part": addressee.part.value, "name": name} for name in names
        ]
    return told
