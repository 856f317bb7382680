"""What pages ask about assessments."""

from dataclasses import dataclass
from datetime import datetime

from lienthong.control.assessments.models import Assessment
from lienthong.core.speech import Text
from lienthong.core.track_states import ASSESSMENT_MACHINE, AssessmentState
from lienthong.core.tracks import OFFICE_LABELS, PART_LABELS, PATH_LABELS, AssessmentPath, Office, Part


@dataclass(frozen=True, slots=True)
class ToldOffice:
    """An office that was told, by the name of its unit where it is known, and its part."""

    office: Text | str
    part: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAssessment:
    """The assessment of one system as the file shows it."""

    system: str
    system_name: str
    path: Text
    state: AssessmentState
    label: Text
    told: tuple[ToldOffice, ...]
    started_at: datetime


def assessments_of(request: int) -> tuple[OpenedAssessment, ...]:
    """Return the assessments of a request, by system."""
    found = Assessment.objects.filter(request=request).select_related("system").order_by("system__code")
    return tuple(
        OpenedAssessment(
            system=each.system.code,
            system_name=each.system.name,
            path=PATH_LABELS[AssessmentPath(each.path)],
            state=each.state,
            label=ASSESSMENT_MACHINE.state(each.state).label,
            told=tuple(
                ToldOffice(
                    told["name"] or OFFICE_LABELS[Office(told["office"])], PART_LABELS[Part(told["part"])]
                )
                for told in each.told
            ),
            started_at=each.started_at,
        )
        for each in found
    )
