"""The three tracks that start on receipt of a request, at once, by themselves, none waiting for another.

What the request still lacks plays no part: it is not among the arguments. Law: R5.2, R4.3, R4.9, R9.1, R9.3.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from lienthong.core.access import Role
from lienthong.core.grant_document import ExemptionCode
from lienthong.core.law import Profile
from lienthong.core.legal_days import SECOND, day_of
from lienthong.core.speech import Text
from lienthong.core.system_facts import ManagedBy, SystemFacts, possible_exemptions
from lienthong.core.working_days import Deadline, WorkCalendar, deadline


class Track(StrEnum):
    """The three tracks. Law: R5.2."""

    DOCUMENTS = "documents"
    SUPPORT = "support"
    ASSESSMENT = "assessment"


TRACK_LABELS = {
    Track.DOCUMENTS: Text("Tài liệu kỹ thuật", "Technical documents"),
    Track.SUPPORT: Text("Hỗ trợ và kiểm thử kỹ thuật", "Support and technical test"),
    Track.ASSESSMENT: Text(
        "Kiểm tra, đánh giá an ninh, an toàn thông tin", "Inspection and assessment of security"
    ),
}


class Office(StrEnum):
    """The offices that take part; the names of the units that hold them are data."""

    AUTHORITY = "authority"
    LEAD_ASSESSOR = "lead_assessor"
    TECHNICAL_DEPARTMENT = "technical_department"
    RELATED_UNIT = "related_unit"
    DEFENCE_UNIT = "defence_unit"
    REQUESTING_BODY = "requesting_body"


OFFICE_LABELS = {
    Office.AUTHORITY: Text(
        "Cơ quan quản lý Cơ sở dữ liệu quốc gia về dân cư", "Authority that manages the register"
    ),
    Office.LEAD_ASSESSOR: Text(
        "Cục An ninh mạng và phòng, chống tội phạm sử dụng công nghệ cao", "Lead assessor (A05)"
    ),
    Office.TECHNICAL_DEPARTMENT: Text("Cục Kỹ thuật nghiệp vụ", "Technical department"),
    Office.RELATED_UNIT: Text("Đơn vị có liên quan", "Related unit"),
    Office.DEFENCE_UNIT: Text(
        "Đơn vị chuyên môn của Bộ Quốc phòng", "Specialist unit of the Ministry of National Defence"
    ),
    Office.REQUESTING_BODY: Text("Cơ quan, tổ chức đề nghị kết nối", "Requesting body"),
}


OFFICE_ROLES: Final = {
    Office.AUTHORITY: frozenset[Role](),
    Office.LEAD_ASSESSOR: frozenset({Role.ASSESSOR}),
    Office.TECHNICAL_DEPARTMENT: frozenset({Role.ASSESSOR}),
    Office.RELATED_UNIT: frozenset({Role.ASSESSOR}),
    Office.DEFENCE_UNIT: frozenset({Role.CHIEF}),
    Office.REQUESTING_BODY: frozenset[Role](),
}
"""Which staff is told for each office that a track has begun. A unit of another ministry has no accounts:
the chief sees to it that it learns of the file. The authority finds it on its desk, the body on its own page.
"""


class Part(StrEnum):
    """What part an office takes in a track. Law: R4.9 (the authority takes part, it does not lead)."""

    LEADS = "leads"
    COOPERATES = "cooperates"
    GUIDES = "guides"
    IS_TOLD = "is_told"


PART_LABELS = {
    Part.LEADS: Text("Chủ trì", "Leads"),
    Part.COOPERATES: Text("Phối hợp", "Cooperates"),
    Part.GUIDES: Text("Phối hợp, hướng dẫn", "Cooperates and guides"),
    Part.IS_TOLD: Text("Được thông báo", "Is told"),
}


class AssessmentPath(StrEnum):
    """Which way the assessment of a system goes. Law: R4.4, R4.3, R4.8."""

    CHECK = "check"
    DEFENCE_UNIT = "defence_unit"
    EXEMPTION_TO_DECIDE = "exemption_to_decide"


PATH_LABELS = {
    AssessmentPath.CHECK: Text("Kiểm tra trước khi kết nối", "Check before connecting"),
    AssessmentPath.DEFENCE_UNIT: Text(
        "Đơn vị chuyên môn của Bộ Quốc phòng kiểm tra", "Check by the Ministry of National Defence's unit"
    ),
    AssessmentPath.EXEMPTION_TO_DECIDE: Text(
        "Xem xét trường hợp không phải kiểm tra (E0)", "Exemption E0 to be decided"
    ),
}


NO_SYSTEM_LABEL = Text("Chờ nêu hệ thống", "Awaits a system")
"""How the third track stands while a letter names no system."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """An office told of the start of a track, and its part in it."""

    office: Office
    part: Part


@dataclass(frozen=True, slots=True)
class TrackStart:
    """The start of one track: who is told in the same act. `system` and `path` are set for assessments."""

    track: Track
    addressees: tuple[Addressee, ...]
    system: str = ""
    path: AssessmentPath | None = None


def roles_told(starts: Iterable[TrackStart]) -> frozenset[Role]:
    """Return the roles of staff who are told that these tracks have begun. Law: R5.2, R4.9."""
    return frozenset[Role]().union(
        *(OFFICE_ROLES[addressee.office] for start in starts for addressee in start.addressees)
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that begins with the receipt of a request, and until when it is to be answered."""

    starts: tuple[TrackStart, ...]
    answer_by: Deadline


_BODY = Addressee(Office.REQUESTING_BODY, Part.IS_TOLD)
_AUTHORITY_LEADS = Addressee(Office.AUTHORITY, Part.LEADS)
_POLICE_TEAM = (
    Addressee(Office.LEAD_ASSESSOR, Part.LEADS),
    Addressee(Office.TECHNICAL_DEPARTMENT, Part.COOPERATES),
    Addressee(Office.AUTHORITY, Part.COOPERATES),
    Addressee(Office.RELATED_UNIT, Part.COOPERATES),
)
_DEFENCE_TEAM = (
    Addressee(Office.DEFENCE_UNIT, Part.LEADS),
    Addressee(Office.AUTHORITY, Part.GUIDES),
)


def on_receipt(
    systems: Mapping[str, SystemFacts], received_at: int, profile: Profile, calendar: WorkCalendar
) -> Receipt:
    """Return what starts when a request for these systems is received: all three tracks, in one act.

    Where it names no system yet, the offices are told that one will come.

    `received_at` is an instant. Each system has its own assessment; that of a system of the Ministry of
    National Defence goes to that Ministry's unit, not to A05. Law: R5.2, R4.3, R9.3.
    """
    received_on = day_of(received_at)
    assessments = tuple(_assessment(system, facts, received_on) for system, facts in systems.items())
    return Receipt(
        starts=(
            TrackStart(Track.DOCUMENTS, (_AUTHORITY_LEADS, _BODY)),
            TrackStart(Track.SUPPORT, (_AUTHORITY_LEADS, _BODY)),
            *(assessments or (TrackStart(Track.ASSESSMENT, (*_POLICE_TEAM, _BODY)),)),
        ),
        answer_by=deadline(received_on, profile.number("request.decide"), calendar),
    )


def _assessment(system: str, facts: SystemFacts, day: date) -> TrackStart:
    if facts.managed_by is ManagedBy.DEFENCE:
        return TrackStart(Track.ASSESSMENT, (*_DEFENCE_TEAM, _BODY), system, AssessmentPath.DEFENCE_UNIT)
    is_exempt = ExemptionCode.E0 in possible_exemptions(facts, day)
    path = AssessmentPath.EXEMPTION_TO_DECIDE if is_exempt else AssessmentPath.CHECK
    return TrackStart(Track.ASSESSMENT, (*_POLICE_TEAM, _BODY), system, path)


@dataclass(frozen=True, slots=True)
class StartMeasure:
    """How long a track took to start, in microseconds, and whether that was within the bound."""

    took: int
    in_time: bool


def measure_start(received_at: int, started_at: int, profile: Profile) -> StartMeasure:
    """Measure how soon after receipt a track started, against the bound of the profile. Law: R5.2."""
    took = started_at - received_at
    return StartMeasure(took, in_time=took <= profile.number("tracks.start") * SECOND)


def late_tracks(begun: Collection[Track], since: int, now: int, profile: Profile) -> tuple[Track, ...]:
    """Return the tracks that have not begun and can no longer begin within the bound after `since`.

    Law: R5.2.
    """
    in_time = measure_start(since, now, profile).in_time
    return tuple(track for track in Track if track not in begun and not in_time)
