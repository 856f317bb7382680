"""What the control plane and a sandbox's steward say to each other, as typed values of JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from lienthong.core.conformance import State, Step
from lienthong.core.grant_document import Name, PublicKey, Text
from lienthong.core.purpose import Actor, PurposeGround
from lienthong.core.request import Service
from lienthong.sandbox_access.report import SignedReport


class AskedPurpose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One purpose as the request asks for it: services and fields, nothing that was not asked for."""

    code: Name
    title: Text
    ground: PurposeGround
    actor: Actor
    case_required: bool = False
    services: Annotated[tuple[Service, ...], Meta(min_length=1)]
    fields: tuple[str, ...] = ()
    verify_fields: tuple[str, ...] = ()


class Enrolment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A system that is to be tested: its name, its public key, what it asked for. Law: R5.1, R5.2."""

    name: Text
    key: PublicKey
    purposes: Annotated[tuple[AskedPurpose, ...], Meta(min_length=1, max_length=100)]


class Enrolled(Struct, frozen=True):
    """What became of an enrolment or a removal: the revision now in force, and whether it is a new one."""

    system: str
    revision: int
    changed: bool
    officers: tuple[str, ...] = ()
    """Ids a call may name as its officer: test officers, one is as good as the other."""


class RunSummary(Struct, frozen=True):
    """A run of a system among its others; times in microseconds."""

    run: str
    state: State
    opened_at: int


class SystemRuns(Struct, frozen=True):
    """The newest runs of a system, newest first."""

    system: str
    runs: tuple[RunSummary, ...]


class Words(Struct, frozen=True):
    """A text in both languages."""

    vi: str
    en: str


class AttemptTold(Struct, frozen=True):
    """One request the sandbox served for a step: what it was and what it got, never a value."""

    at: int
    service: Service
    request_id: str
    status: int
    code: str
    items: dict[str, str]


class StepTold(Struct, frozen=True):
    """A step of a run: its words, where it stands and why, what was served for it."""

    step: Step
    case: str
    state: State
    reason: Words
    title: Words
    given: Words
    when: Words
    then: Words
    attempts: tuple[AttemptTold, ...]


class RunStanding(Struct, frozen=True, omit_defaults=True):
    """Where a run stands; `report` is there once it has passed or failed."""

    run: str
    system: str
    services: tuple[Service, ...]
    opened_at: int
    state: State
    steps: tuple[StepTold, ...]
    report: SignedReport | None = None
