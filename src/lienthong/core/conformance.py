"""The technical test: what a system must be seen to do before it is connected, and how each step is judged.

The system under test is the agency's own. The judge is the sandbox: it plays a step when a request names it
in its case (`run/<id>/<step>`), and judges from the attempts it served and from what the system reports. No
step can be passed by a claim alone. Law: R5.2 (technical testing of the services), R9.1.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lienthong.core.request import Service
from lienthong.core.speech import Text
from lienthong_protocol.refusals import Code

RETRY_SECONDS: Final = 3
"""What `Retry-After` says when the sandbox plays a service that is down."""

CLOCK_SECONDS: Final = 90
"""How far in the past the sandbox signs when it plays a hub with a wrong clock."""

GIVEN: Final = "given"
"""The outcome of a batch's item that was answered."""

_SECOND = 1_000_000
_CASE = re.compile(r"run/([A-Za-z0-9]{1,32})/([a-z_]{1,32})\Z")
_MISSES = frozenset({Code.NO_MATCH, Code.FIELD_DIFFERS, Code.NOT_IN_REGISTER})


class Step(StrEnum):
    """The steps of a run. The name is what stands in a request's case."""

    ANSWER = "answer"
    FORGED_SIGNATURE = "forged_signature"
    OTHER_ANSWER = "other_answer"
    WRONG_CLOCK = "wrong_clock"
    ENDED_KEY = "ended_key"
    UNAVAILABLE = "unavailable"
    REPLAY = "replay"
    REFUSAL = "refusal"
    MISS = "miss"
    BATCH = "batch"


class State(StrEnum):
    """Where a step or a run stands."""

    WAITING = "waiting"
    PASSED = "passed"
    FAILED = "failed"


_NAMES = frozenset(step.value for step in Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request the sandbox served for a step: what told it from others, and what it was answered.

    `at` in microseconds. `code` is empty for an answer that gives something. `items` are the outcomes of a
    batch by reference: `given`, or the code of the item's refusal.
    """

    at: int
    service: Service
    request_id: str
    digest: str
    nonce: str
    status: int
    code: str = ""
    receipt: str = ""
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the system says it did with an answer; only what the step asks for counts."""

    at: int
    rejected: bool | None = None
    code: str = ""
    receipt: str = ""
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a step stands and why, in words for whoever runs the test."""

    state: State
    reason: Text


@dataclass(frozen=True, slots=True)
class StepText:
    """A step in words: what is given, what the system does, and what must be seen."""

    title: Text
    given: Text
    when: Text
    then: Text


def steps_for(services: Iterable[Service]) -> tuple[Step, ...]:
    """List the steps a system runs through: the batch only if it asked for one, persons only if for one."""
    asked = frozenset(services)
    single = any(not service.is_batch for service in asked)
    return tuple(
        step for step in Step if (single if step is not Step.BATCH else any(each.is_batch for each in asked))
    )


def case_of(run: str, step: Step) -> str:
    """Return the case under which a request belongs to a step."""
    return f"run/{run}/{step}"


def read_case(case: str | None) -> tuple[str, Step] | None:
    """Return the run and step a case names; None for every other case."""
    found = _CASE.match(case or "")
    if found is None or found[2] not in _NAMES:
        return None
    return found[1], Step(found[2])


def judge_step(step: Step, attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    """Return where a step stands, from what the sandbox served and what the system reported, oldest first."""
    if not attempts:
        return _waiting("Chưa có yêu cầu nào mang mã của bước này.", "No request has named this step yet.")
    return _JUDGES[step](attempts, reports)


def run_state(verdicts: Iterable[Verdict]) -> State:
    """Return where a run stands: failed by one step, passed by all."""
    states = {verdict.state for verdict in verdicts}
    if State.FAILED in states:
        return State.FAILED
    return State.PASSED if states == {State.PASSED} else State.WAITING


def _waiting(vi: str, en: str) -> Verdict:
    return Verdict(State.WAITING, Text(vi, en))


def _failed(vi: str, en: str) -> Verdict:
    return Verdict(State.FAILED, Text(vi, en))


_PASSED = Verdict(State.PASSED, Text("Đạt.", "Passed."))


def _judge_answer(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    receipts = {attempt.receipt for attempt in attempts if attempt.status == 200}
    if not receipts:
        return _mend(attempts[-1])
    shown = [report.receipt for report in reports if report.receipt]
    if not shown:
        return _waiting(
            "Đã trả lời; hệ thống cần trình lại biên nhận đã lưu.",
            "Answered; the system must show the receipt it kept.",
        )
    if shown[-1] in receipts:
        return _PASSED
    return _failed("Biên nhận không phải của lần trả lời này.", "The receipt is not that of this answer.")


def _judge_rejection(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    """Judge an answer that was not the hub's to this request: the system must say it took nothing from it."""
    said = [report.rejected for report in reports if report.rejected is not None and _after(report, attempts)]
    if not said:
        return _waiting(
            "Đã gửi câu trả lời không hợp lệ; hệ thống cần báo có sử dụng hay không.",
            "An answer that must not be used was sent; the system must say whether it used it.",
        )
    if all(said):
        return _PASSED
    return _failed(
        "Hệ thống đã sử dụng câu trả lời không chứng minh được.", "The system used an answer it cannot prove."
    )


def _after(report: Report, attempts: tuple[Attempt, ...]) -> bool:
    return report.at >= attempts[0].at


def _judge_unavailable(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    del reports
    if len(attempts) == 1:
        return _waiting("Đang chờ hệ thống gửi lại.", "Waiting for the system to send again.")
    if attempts[1].at - attempts[0].at < RETRY_SECONDS * _SECOND:
        return _failed(
            "Gửi lại sớm hơn thời gian chờ đã nêu.", "Sent again before the time it was told to wait."
        )
    return _judge_second(attempts)


def _judge_replay(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    del reports
    if len(attempts) == 1:
        return _waiting("Đang chờ hệ thống ký lại và gửi.", "Waiting for the system to sign and send again.")
    return _judge_second(attempts)


def _judge_second(attempts: tuple[Attempt, ...]) -> Verdict:
    """Judge what was sent again: the same request under a new signature, and answered."""
    first, second = attempts[0], attempts[1]
    if second.nonce == first.nonce:
        return _failed("Gửi lại với chữ ký cũ.", "Sent again with the old signature.")
    if second.request_id != first.request_id:
        return _failed("Gửi lại với mã yêu cầu khác.", "Sent again under another request id.")
    if second.digest != first.digest:
        return _failed("Gửi lại với nội dung khác.", "Sent again with another body.")
    if second.status != 200:
        return _failed("Lần gửi lại bị từ chối.", "What was sent again was refused.")
    return _PASSED


def _judge_refusal(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    return _judge_code(attempts, reports, frozenset({Code.FIELD_NOT_GRANTED}))


def _judge_miss(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    return _judge_code(attempts, reports, _MISSES)


def _judge_code(
    attempts: tuple[Attempt, ...], reports: tuple[Report, ...], wanted: frozenset[Code]
) -> Verdict:
    """Judge a refusal of the wanted kind: the system must name it and not ask the same again."""
    refused = [attempt for attempt in attempts if attempt.code in wanted]
    if not refused:
        return _mend(attempts[-1])
    if len({attempt.digest for attempt in refused}) < len(refused):
        return _failed(
            "Gửi lại nguyên trạng yêu cầu đã bị từ chối.", "A refused request was sent again unchanged."
        )
    told = [report.code for report in reports if report.code]
    if not told:
        return _waiting(
            "Hệ thống cần báo mã từ chối đã nhận.", "The system must report the code it received."
        )
    if told[-1] in {attempt.code for attempt in refused}:
        return _PASSED
    return _failed("Mã từ chối được báo không đúng.", "The code reported is not the one received.")


def _judge_batch(attempts: tuple[Attempt, ...], reports: tuple[Report, ...]) -> Verdict:
    served = [attempt for attempt in attempts if _is_mixed(attempt)]
    if not served:
        return _waiting(
            "Danh sách phải có dòng khớp và dòng không khớp.",
            "The batch must hold an item that matches and one that does not.",
        )
    told = [report.items for report in reports if report.items]
    if not told:
        return _waiting("Hệ thống cần báo kết quả từng dòng.", "The system must report what each item got.")
    if any(told[-1] == attempt.items for attempt in served):
        return _PASSED
    return _failed(
        "Kết quả từng dòng được báo không đúng.", "What was reported of the items is not what they got."
    )


def _is_mixed(attempt: Attempt) -> bool:
    outcomes = set(attempt.items.values())
    return attempt.status == 200 and GIVEN in outcomes and outcomes != {GIVEN}


def _mend(attempt: Attempt) -> Verdict:
    """Tell that the request was answered otherwise than the step needs: nothing is failed by that."""
    code = attempt.code or str(attempt.status)
    return _waiting(
        f"Yêu cầu gần nhất nhận {code}; hãy sửa theo hướng dẫn của bước và gửi lại.",
        f"The last request got {code}; mend it as the step says and send again.",
    )


_Judge = Callable[[tuple[Attempt, ...], tuple[Report, ...]], Verdict]

_JUDGES: Final[Mapping[Step, _Judge]] = {
    Step.ANSWER: _judge_answer,
    Step.FORGED_SIGNATURE: _judge_rejection,
    Step.OTHER_ANSWER: _judge_rejection,
    Step.WRONG_CLOCK: _judge_rejection,
    Step.ENDED_KEY: _judge_rejection,
    Step.UNAVAILABLE: _judge_unavailable,
    Step.REPLAY: _judge_replay,
    Step.REFUSAL: _judge_refusal,
    Step.MISS: _judge_miss,
    Step.BATCH: _judge_batch,
}
