"""The technical test, walked by this client: each step is asked as any question, and told as it came out.

What is reported is what really happened here. The sandbox judges; see `docs/protocol/conformance-v1.md`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from msgspec import Struct

from lienthong_agency.agency import Agency
from lienthong_agency.answers import BatchAnswer
from lienthong_agency.calls import (
    BatchItem,
    Call,
    ClaimedItem,
    Context,
    Person,
    batch,
    lookup,
    verify,
    verify_batch,
)
from lienthong_agency.outcomes import Answered, Cause, Outcome, Refused
from lienthong_protocol.record import Kind
from lienthong_protocol.refusals import Code

PATH: Final = "/v1/conformance"
_NOBODY: Final = "1900-01-01"
"""A birth date nobody of a sandbox has: whoever it is asked with does not match."""


class Sentences(Struct, frozen=True):
    """A text in both languages."""

    vi: str
    en: str


class RunStep(Struct, frozen=True):
    """A step of a run as the sandbox tells it."""

    step: str
    case: str
    state: str
    reason: Sentences
    title: Sentences


class Run(Struct, frozen=True):
    """A run of the technical test; `report` is signed by the sandbox and there once the run is settled."""

    run: str
    state: str
    steps: tuple[RunStep, ...]
    report: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a run is walked with: persons of the test list, fields asked for, and one field that was not.

    `other` is asked for with a wrong birth date alone: misses about `person` would use up its tries.
    Without `fields` persons are verified instead of looked up.
    """

    person: Person
    other: Person
    fields: tuple[str, ...]
    outside: str
    context: Context


class ConformanceError(Exception):
    """The sandbox did not take part; the message says with what outcome."""


def opened(agency: Agency) -> Run:
    """Open a run; raises ConformanceError."""
    return _told(agency, Call(Kind.SCOPE, "POST", PATH, Run, b"{}"))


def found(agency: Agency, run: str) -> Run:
    """Return a run that was opened elsewhere, as in the portal; raises ConformanceError."""
    return _told(agency, Call(Kind.SCOPE, "GET", f"{PATH}/{run}", Run))


def walk(agency: Agency, run: Run, material: Material) -> Iterator[tuple[RunStep, Run]]:
    """Go through the steps of a run; yields each as the sandbox judged it. Raises ConformanceError."""
    for step in run.steps:
        outcome = _asked(agency, step, material)
        body = msgspec.json.encode(_report(step, outcome))
        judged = _told(agency, Call(Kind.SCOPE, "POST", f"{PATH}/{run.run}", Run, body))
        yield next(each for each in judged.steps if each.step == step.step), judged


def _told(agency: Agency, call: Call[Run]) -> Run:
    outcome = agency.ask(call)
    if not isinstance(outcome, Answered):
        detail = (
            outcome.problem.code if isinstance(outcome, Refused) else f"{outcome.cause}: {outcome.detail}"
        )
        raise ConformanceError(f"{call.path}: {detail}. Is this hub a sandbox?")
    return outcome.value


def _asked(agency: Agency, step: RunStep, material: Material) -> Outcome[Any]:
    """Ask the step's question; LT209 says that this signature was seen before, so it is signed again."""
    call = _question(step, material)
    outcome = agency.ask(call)
    if isinstance(outcome, Refused) and outcome.problem.code == Code.REPLAYED:
        outcome = agency.ask(replace(call, request_id=outcome.request_id))
    return outcome


def _question(step: RunStep, material: Material) -> Call[Any]:
    context = replace(material.context, case=step.case)
    person, fields = material.person, material.fields
    nobody = msgspec.structs.replace(material.other, birth_date=_NOBODY)
    if step.step == "batch":
        both = [{"ref": "1"} | msgspec.to_builtins(person), {"ref": "2"} | msgspec.to_builtins(nobody)]
        if fields:
            return batch((BatchItem(**item) for item in both), fields, context=context)
        return verify_batch((ClaimedItem(**item) for item in both), context=context)
    if step.step == "miss":
        person = nobody
    outside = (material.outside,) if step.step == "refusal" else ()
    if fields:
        return lookup(person, (*fields, *outside), context=context)
    return verify(person, dict.fromkeys(outside, "x"), context=context)


def _report(step: RunStep, outcome: Outcome[Any]) -> dict[str, object]:
    report: dict[str, object] = {"step": step.step}
    match outcome:
        case Answered(value=BatchAnswer(items=items)):
            report["items"] = {i.ref: "given" if i.refusal is None else i.refusal.code for i in items}
        case Answered(receipt=receipt):
            report |= {"rejected": False, "receipt": receipt.encode()}
        case Refused(problem=problem):
            report["code"] = problem.code
        case _:
            report["rejected"] = outcome.cause is Cause.UNTRUSTED
    return report
