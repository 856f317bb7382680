"""State tables as values: which states a thing has, who holds it in each, which act leads where.

A new machine is a module of its own: states, acts and one `Machine`, entered in lienthong.core.machine_list.
`make format` then renews its diagram and the table by which the database refuses every other change.
Law: R5.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from lienthong.core.access import ROLE_LABELS, Actor, Role, may_act
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text

S = TypeVar("S", bound=StrEnum)
A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class State(Generic[S]):
    """One state: its label, the roles it waits for (none: nobody), and whether it is never left."""

    name: S
    label: Text
    waits_for: frozenset[Role] = frozenset()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition(Generic[S, A]):
    """One way from state to state: the act, and the roles that may do it (none: the system by itself)."""

    act: A
    source: S
    target: S
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Machine(Generic[S, A]):
    """One state table. A thing begins in one of `initial`; what is no transition is not possible."""

    name: str
    label: Text
    initial: tuple[S, ...]
    states: tuple[State[S], ...]
    acts: dict[A, Text]
    transitions: tuple[Transition[S, A], ...]

    def state(self, name: S) -> State[S]:
        """Return the state of this name."""
        return next(state for state in self.states if state.name == name)

    def step(self, act: A, source: S, actor: Actor | None) -> S | ControlRefuse:
        """Return where `act` leads from `source`, or why it does not. `actor` none: the system itself."""
        found = next((t for t in self.transitions if t.act == act and t.source == source), None)
        if found is None:
            state = self.state(source).label
            return ControlRefuse(ControlCode.NOT_IN_THIS_STATE, {"act": self.acts[act], "state": state})
        if actor is not None and not may_act(actor, found.roles):
            return ControlRefuse(
                ControlCode.NOT_YOUR_ROLE, {"act": self.acts[act], "roles": names_of(found.roles)}
            )
        return found.target

    def acts_of(self, source: S, actor: Actor) -> tuple[A, ...]:
        """Return what the actor may do in this state, in the order of the table."""
        return tuple(
            transition.act
            for transition in self.transitions
            if transition.source == source and may_act(actor, transition.roles)
        )

    def defects(self) -> Iterator[str]:
        """Yield what makes the table unfit: a state not reached, owned or left; an act with two ends."""
        names = {state.name for state in self.states}
        mentioned = {t.source for t in self.transitions} | {t.target for t in self.transitions}
        yield from (f"{name} has no row" for name in sorted((mentioned | set(self.initial)) - names))
        reached = self._reached()
        for state in self.states:
            ways = [transition for transition in self.transitions if transition.source == state.name]
            if state.name not in reached:
                yield f"{state.name} is never reached"
            if state.final and (ways or state.waits_for):
                yield f"{state.name} is final, yet is left or waits for somebody"
            if not state.final and not state.waits_for:
                yield f"{state.name} waits for nobody"
            if not state.final and not ways:
                yield f"{state.name} is never left"
            if len({way.act for way in ways}) < len(ways):
                yield f"{state.name} has one act with two ends"
        yield from (f"{act} has no use" for act in sorted(set(self.acts) - {t.act for t in self.transitions}))

    def _reached(self) -> set[S]:
        reached = set(self.initial)
        while more := {t.target for t in self.transitions if t.source in reached} - reached:
            reached |= more
        return reached


def names_of(roles: frozenset[Role]) -> Text:
    """Return the labels of the roles as one enumeration, the system where there are none."""
    if not roles:
        return Text("Hệ thống", "The system")
    ordered = [ROLE_LABELS[role] for role in Role if role in roles]
    return Text("; ".join(label.vi for label in ordered), "; ".join(label.en for label in ordered))
