"""What pages ask about assessments."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from lienthong.control.frame.statements import execute
from lienthong.core.speech import Text
from lienthong.core.track_states import ASSESSMENT_MACHINE, AssessmentState
from lienthong.core.tracks import OFFICE_LABELS, PART_LABELS, PATH_LABELS, AssessmentPath, Office, Part
from lienthong.db import named

_QUERIES: Final = named.load(Path(__file__).with_name("queries.sql"))


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
    return tuple(
        OpenedAssessment(
            system=code,
            system_name=name,
            path=PATH_LABELS[AssessmentPath(path)],
            state=AssessmentState(state),
            label=ASSESSMENT_MACHINE.state(state).label,
            told=tuple(
                ToldOffice(
                    each["name"] or OFFICE_LABELS[Office(each["office"])], PART_LABELS[Part(each["part"])]
                )
                for each in msgspec.json.decode(told, type=list[dict[str, str]])
            ),
            started_at=started_at,
        )
        for code, name, path, state, told, started_at in execute(_QUERIES, "of_request", request)
    )
