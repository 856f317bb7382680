"""How a run is told: to the system that runs it, to the control plane, and in the signed report."""

from lienthong.core.conformance import Attempt, State, case_of
from lienthong.core.conformance_texts import STEP_TEXTS
from lienthong.core.speech import Text
from lienthong.sandbox.runs import Standing, StepStanding
from lienthong.sandbox_access.messages import AttemptTold, RunStanding, RunSummary, StepTold, Words
from lienthong.sandbox_access.report import ConformanceReport, ReportedStep, sign_report
from lienthong_protocol.keys import SigningKey


def report_of(standing: Standing, *, origin: str, now: int) -> ConformanceReport:
    """Return the report of a run as it stands."""
    steps = tuple(
        ReportedStep(
            each.step, each.verdict.state, each.verdict.reason.vi, each.verdict.reason.en, len(each.attempts)
        )
        for each in standing.steps
    )
    run = standing.run
    return ConformanceReport(
        run.id, run.system, origin, run.services, run.opened_at, now, standing.state, steps
    )


def told(standing: Standing, *, origin: str, key: SigningKey, now: int) -> RunStanding:
    """Return a run as it is told, with the report signed by `key` once it is settled."""
    run = standing.run
    is_settled = standing.state is not State.WAITING
    return RunStanding(
        run=run.id,
        system=run.system,
        services=run.services,
        opened_at=run.opened_at,
        state=standing.state,
        steps=tuple(_step(run.id, each) for each in standing.steps),
        report=sign_report(report_of(standing, origin=origin, now=now), key) if is_settled else None,
    )


def summary(standing: Standing) -> RunSummary:
    """Return a run as one of many."""
    return RunSummary(standing.run.id, standing.state, standing.run.opened_at)


def _step(run: str, standing: StepStanding) -> StepTold:
    text = STEP_TEXTS[standing.step]
    return StepTold(
        step=standing.step,
        case=case_of(run, standing.step),
        state=standing.verdict.state,
        reason=_words(standing.verdict.reason),
        title=_words(text.title),
        given=_words(text.given),
        when=_words(text.when),
        then=_words(text.then),
        attempts=tuple(map(_attempt, standing.attempts)),
    )


def _attempt(attempt: Attempt) -> AttemptTold:
    return AttemptTold(
        attempt.at,
        attempt.service,
        attempt.request_id,
        attempt.status,
        attempt.code,
        dict(attempt.items),
    )


def _words(text: Text) -> Words:
    return Words(text.vi, text.en)
