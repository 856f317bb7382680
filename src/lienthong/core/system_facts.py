"""What is known of an information system, each fact with its paper and dates, and what level 3 still lacks.

A request may be filed without the level's evidence and shows what is missing; going live may not.
Law: R4.1, R4.3, R4.6, R4.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lienthong.core.grant_document import ExemptionCode, SecurityLevel
from lienthong.core.law import Profile
from lienthong.core.legal_days import moment, start_of_day
from lienthong.core.missing import Missing, Section
from lienthong.core.papers import Paper, is_evidence
from lienthong.core.speech import Text


class ManagedBy(StrEnum):
    """Whether a system is managed by the Ministry of National Defence. Law: R4.3."""

    ORDINARY = "ordinary"
    DEFENCE = "defence"


class Stage(StrEnum):
    """At which step the evidence is looked at. Law: R4.1."""

    FILING = "filing"
    GO_LIVE = "go_live"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    """The level of a system: the decision, the approved plan, the proof that the plan is carried out."""

    level: int
    decision: Paper | None = None
    plan: Paper | None = None
    carried_out: Paper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedFact:
    """A fact that holds from a day, and to a day (inclusive) where its end is known."""

    paper: Paper
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the fact holds on a day and its paper can be taken as evidence then."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        return is_evidence(self.paper, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFacts:
    """What is known of one system."""

    managed_by: ManagedBy = ManagedBy.ORDINARY
    defence: DatedFact | None = None
    level: LevelFacts | None = None
    monitoring: DatedFact | None = None
    identification_platform: DatedFact | None = None


@dataclass(frozen=True, slots=True)
class LevelJudgement:
    """What the level's evidence lacks, and whether that stops the step looked at."""

    missing: tuple[Missing, ...]
    stops: bool


def level_three(facts: SystemFacts, profile: Profile, today: date, stage: Stage) -> LevelJudgement:
    """Judge the evidence of the security level: at filing it is shown, at go-live required. Law: R4.1."""
    missing = tuple(_missing_of_level(facts.level, profile.number("system.least_level"), today))
    return LevelJudgement(missing, stops=bool(missing) and stage is Stage.GO_LIVE)


def _missing_of_level(level: LevelFacts | None, least: int, today: date) -> Iterator[Missing]:
    if level is None:
        yield _missing(
            "level_unknown",
            Text(
                "Chưa khai cấp độ an toàn của hệ thống thông tin.",
                "The security level of the system has not been stated.",
            ),
        )
        return
    if level.level < least:
        yield _missing(
            "level_too_low",
            Text(
                f"Hệ thống ở cấp độ {level.level}; để được kết nối phải đáp ứng cấp độ {least} trở lên.",
                f"The system is at level {level.level}; to be connected it meets level {least} or higher.",
            ),
        )
    if not is_evidence(level.decision, today):
        yield _missing(
            "level_decision",
            Text("Thiếu quyết định phê duyệt cấp độ.", "The decision on the level is missing."),
        )
    if not is_evidence(level.plan, today):
        yield _missing(
            "level_plan",
            Text(
                "Thiếu phương án bảo đảm an toàn đã được phê duyệt.",
                "The approved protection plan is missing.",
            ),
        )
    if not is_evidence(level.carried_out, today):
        yield _missing(
            "level_carried_out",
            Text(
                "Thiếu tài liệu chứng minh phương án bảo đảm an toàn đã được triển khai.",
                "The proof that the protection plan is carried out is missing.",
            ),
        )


def _missing(name: str, text: Text) -> Missing:
    return Missing(name, Section.SECURITY_LEVEL, text)


def security_level_entry(facts: SystemFacts, profile: Profile, today: date) -> SecurityLevel | None:
    """Return the level as a grant states it, or None while anything of its evidence is missing. Law: R4.1.

    It holds from the latest of its papers: before that day the requirements were not shown to be met.
    """
    level = facts.level
    if level is None or level_three(facts, profile, today, Stage.GO_LIVE).stops:
        return None
    papers = [paper for paper in (level.decision, level.plan, level.carried_out) if paper is not None]
    return SecurityLevel(
        level=level.level,
        decision=papers[0].name,
        valid_from=moment(start_of_day(max(paper.issued_on for paper in papers))),
    )


def possible_exemptions(facts: SystemFacts, day: date) -> tuple[ExemptionCode, ...]:
    """Return the exemptions that the facts of a day speak for; a person decides on them. Law: R4.6, R4.8.

    E3 rests on a check by another body, which is a paper of the assessment and no fact of the system.
    """
    shown = (
        (ExemptionCode.E0, facts.identification_platform),
        (ExemptionCode.E1, facts.defence if facts.managed_by is ManagedBy.DEFENCE else None),
        (ExemptionCode.E2, facts.monitoring),
    )
    return tuple(code for code, fact in shown if fact is not None and fact.holds_on(day))
