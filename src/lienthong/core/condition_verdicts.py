"""Recording a verdict on a condition: who may, in which states of a file, and what a verdict has to say.

Law: R1.4 (each condition with evidence, date and verdict; a later loss shows on its day).
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from lienthong.core.access import Actor, Role
from lienthong.core.conditions import ConditionRow
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import Verdict
from lienthong.core.machines import names_of
from lienthong.core.papers import PROBLEM_TEXTS, paper_problems
from lienthong.core.request_handling import may_handle
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.core.speech import Text

CONDITION_JUDGES: Final = frozenset({Role.HANDLER, Role.CHIEF})
"""Who records verdicts: the handler of the file or whoever stands in; of an accepted file also the chief."""

JUDGED_IN: Final = (
    RequestState.ASSIGNED,
    RequestState.SUPPLEMENT_ASKED,
    RequestState.SUPPLEMENTED,
    RequestState.PROPOSED,
    RequestState.ACCEPTED,
)
"""From when the file has a handler, and on after acceptance: they are kept as long as the connection."""

JUDGE: Final = Text("Ghi kết luận về điều kiện", "Record a verdict on a condition")
_NOBODY: Final = Text("(chưa giao cho ai)", "(nobody yet)")


def judging_refused(
    actor: Actor, state: RequestState, *, handler: int | None, stand_in: int | None, handler_name: str
) -> ControlRefuse | None:
    """Say why an actor may not record verdicts in a file, None if the actor may. Law: R1.4.

    Once a request is accepted its file is given to nobody else any more: then the chief can record a loss
    too, so that none waits for somebody who is away.
    """
    if actor.roles.isdisjoint(CONDITION_JUDGES):
        return ControlRefuse(
            ControlCode.NOT_YOUR_ROLE, {"act": JUDGE, "roles": names_of(frozenset({Role.HANDLER}))}
        )
    if state not in JUDGED_IN:
        label = REQUEST_MACHINE.state(state).label
        return ControlRefuse(ControlCode.NOT_IN_THIS_STATE, {"act": JUDGE, "state": label})
    if Role.HANDLER in actor.roles and may_handle(actor, handler=handler, stand_in=stand_in):
        return None
    if state is RequestState.ACCEPTED and Role.CHIEF in actor.roles:
        return None
    return ControlRefuse(ControlCode.NOT_YOUR_FILE, {"who": handler_name or _NOBODY})


class VerdictProblem(StrEnum):
    """Why a verdict cannot be recorded as it is written."""

    FUTURE = "future"
    EARLIER = "earlier"
    NO_EVIDENCE = "no_evidence"
    EVIDENCE_LATER = "evidence_later"
    ENDED = "ended"
    NO_REASON = "no_reason"


VERDICT_TEXTS: Final = {
    VerdictProblem.FUTURE: Text("Ngày kết luận ở sau ngày hôm nay.", "The verdict is dated after today."),
    VerdictProblem.EARLIER: Text(
        "Đã có kết luận ghi ngày muộn hơn; kết luận mới không được ghi lùi ngày trước đó.",
        "There is a verdict of a later day; a new one is not dated before it.",
    ),
    VerdictProblem.NO_EVIDENCE: Text(
        "Kết luận đạt phải nêu tài liệu chứng minh.", "A condition is kept by its evidence, which is missing."
    ),
    VerdictProblem.EVIDENCE_LATER: Text(
        "Tài liệu chứng minh đề ngày sau ngày kết luận.", "The evidence is dated after the verdict."
    ),
    VerdictProblem.ENDED: Text(
        "Tài liệu chứng minh đã hết hạn trước ngày kết luận.", "The evidence had ended before the verdict."
    ),
    VerdictProblem.NO_REASON: Text(
        "Kết luận không đạt phải nêu lý do ở phần ghi chú.", "A verdict of not kept says why in its note."
    ),
}


def verdict_problems(
    row: ConditionRow, note: str, *, newest: ConditionRow | None, today: date
) -> tuple[Text, ...]:
    """Return why a verdict cannot be recorded on a day, every reason; `newest` is the last one recorded.

    Law: R1.4.
    """
    papers = () if row.evidence is None else paper_problems(row.evidence, today)
    verdict = (VERDICT_TEXTS[problem] for problem in _problems(row, note, newest, today))
    return (*verdict, *(PROBLEM_TEXTS[problem] for problem in papers))


def _problems(
    row: ConditionRow, note: str, newest: ConditionRow | None, today: date
) -> Iterator[VerdictProblem]:
    if row.decided_on > today:
        yield VerdictProblem.FUTURE
    if newest is not None and row.decided_on < newest.decided_on:
        yield VerdictProblem.EARLIER
    if row.evidence is not None and row.decided_on < row.evidence.issued_on <= today:
        yield VerdictProblem.EVIDENCE_LATER
    if row.verdict is Verdict.FAILED:
        if not note.strip():
            yield VerdictProblem.NO_REASON
        return
    if row.evidence is None:
        yield VerdictProblem.NO_EVIDENCE
    if row.valid_until is not None and row.valid_until < row.decided_on:
        yield VerdictProblem.ENDED
