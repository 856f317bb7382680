"""Opening the assessments of a request: one per system, everybody concerned told in the act of the receipt.

Law: R5.2, R4.3, R4.9.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings

from lienthong.control.assessments.models import Assessment
from lienthong.control.connections.models import Request
from lienthong.control.participants.models import System
from lienthong.core.legal_days import moment
from lienthong.core.track_states import FIRST_STATES
from lienthong.core.tracks import Office, TrackStart


def open_assessments(
    request: Request, starts: Iterable[TrackStart], systems: Mapping[str, System], *, now: int
) -> int:
    """Open the assessment of each system within the running act; return how many were opened."""
    opened = [
        Assessment.objects.create(
            request=request,
            system=systems[start.system],
            path=start.path.value,
            state=FIRST_STATES[start.path],
            told=_told(start),
            started_at=moment(now),
        )
        for start in starts
        if start.path is not None
    ]
    return len(opened)


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
