"""Papers, facts and decisions as they stand in JSON columns: written and read here alone."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import msgspec

from lienthong.core.papers import Paper
from lienthong.core.succession import HoldingKind, Succession, SuccessionKind
from lienthong.core.system_facts import SystemFacts

Stored = Any
"""What a JSON column holds, before it is read into a type of the rules."""


def paper_of(stored: Stored) -> Paper | None:
    """Return the paper in a column, none where there is none."""
    return None if stored is None else msgspec.convert(stored, Paper)


def facts_of(stored: Stored) -> SystemFacts:
    """Return what is known of a system."""
    return msgspec.convert(stored, SystemFacts)


def stored_of(value: Paper | SystemFacts) -> Stored:
    """Return a value of the rules as its column keeps it."""
    return msgspec.to_builtins(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSuccession:
    """A decision as its column keeps it; `former_names` are those that bodies lost by it, by identifier."""

    kind: SuccessionKind
    decision: Paper
    effective_on: date
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    names: dict[str, str] = field(default_factory=dict)
    receivers: tuple[tuple[HoldingKind, str, str], ...] = ()
    former_names: dict[str, str] = field(default_factory=dict)


def stored_succession(decision: Succession, former_names: dict[str, str]) -> Stored:
    """Return a decision as its column keeps it."""
    kept = StoredSuccession(
        kind=decision.kind,
        decision=decision.decision,
        effective_on=decision.effective_on,
        predecessors=decision.predecessors,
        successors=decision.successors,
        names=dict(decision.names),
        receivers=tuple((kind, id, receiver) for (kind, id), receiver in decision.receivers.items()),
        former_names=former_names,
    )
    return msgspec.to_builtins(kept)


def succession_of(stored: Stored) -> Succession:
    """Return the decision in a column."""
    kept = msgspec.convert(stored, StoredSuccession)
    return Succession(
        kind=kept.kind,
        decision=kept.decision,
        effective_on=kept.effective_on,
        predecessors=kept.predecessors,
        successors=kept.successors,
        names=kept.names,
        receivers={(kind, id): receiver for kind, id, receiver in kept.receivers},
    )


FORMER_NAMES: Final = "content__former_names"
