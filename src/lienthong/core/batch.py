"""Judging a batch: each item like a single question, and a brake on guessing by list.

All refusals about persons look the same in a batch; nothing is explained. More misses than the brake allows
refuse the items that follow and suspend the right to batches until a person lifts it. Law: R8.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from lienthong.core.answer import FindingKind, Judgement
from lienthong.core.budget import DayUsage, allowance
from lienthong.core.decision import Plan
from lienthong.core.evidence import Evidence
from lienthong.core.identity import Claim
from lienthong.core.judgement import judge
from lienthong.core.request import ClaimValue
from lienthong_protocol.refusals import Code, Refuse

BATCH_MISSES: Final = Judgement(result=Refuse(Code.BATCH_MISSES), lines=())
"""What every item after the brake gets: nobody was judged for it, so it has no line and costs nothing."""


class BatchItem(Struct, frozen=True, gc=False):
    """One item with what was read for it; `subject` is the tag its line will bear.

    `claims` is what is claimed of this person where the batch verifies, None where it looks up.
    """

    claim: Claim
    evidence: Evidence | None
    subject: bytes
    case: str | None = None
    claims: Mapping[str, ClaimValue] | None = None


@dataclass(frozen=True, slots=True)
class BatchJudgement:
    """The verdicts in the order of the items; `braked` suspends the right to batches with its own record."""

    items: tuple[Judgement, ...]
    persons: int
    misses: int
    braked: bool

    @property
    def findings(self) -> tuple[FindingKind, ...]:
        """Return what a person should look at beside the brake, each kind once."""
        return tuple(dict.fromkeys(kind for item in self.items for kind in item.findings))


def judge_batch(plan: Plan, items: Iterable[BatchItem], now: int, usage: DayUsage) -> BatchJudgement:
    """Return the verdict on a whole batch, whose size is that of the plan's request. Law: R8.2."""
    numbers = plan.grant.profile.number
    most = allowance(
        plan.request.items,
        per_mille=numbers("batch.misses_share"),
        at_least=numbers("batch.misses_at_least"),
    )
    judged: list[Judgement] = []
    persons = misses = 0
    for item in items:
        if misses > most:
            judged.append(BATCH_MISSES)
            continue
        verdict = judge(
            plan,
            item.claim,
            item.evidence,
            now,
            usage,
            subject=item.subject,
            claims=item.claims,
            case=item.case,
        )
        persons += verdict.persons
        misses += verdict.misses
        judged.append(verdict)
    return BatchJudgement(tuple(judged), persons, misses, braked=misses > most)
