"""How old identifiers and names resolve: who answers today for a body that has ended. Law: R1.2, R6.1."""

from datetime import date

from lienthong.control.participants.models import Body
from lienthong.control.participants.models import Succession as SuccessionRow
from lienthong.control.participants.stored import succession_of
from lienthong.core.succession import Succession, resolve


def decisions() -> tuple[Succession, ...]:
    """Return every recorded decision, oldest first."""
    contents = SuccessionRow.objects.order_by("effective_on", "pk").values_list("content", flat=True)
    return tuple(succession_of(content) for content in contents)


def living(identifier: str, on: date) -> tuple[Body, ...]:
    """Return who answers on a day for what this body did or held: itself, or those that follow it."""
    names = resolve(identifier, decisions(), on)
    bodies = {body.identifier: body for body in Body.objects.filter(identifier__in=names)}
    return tuple(bodies[name] for name in names if name in bodies)


def predecessors(body: Body) -> frozenset[int]:
    """Return the bodies whose things this one took over, and theirs before them, by their numbers."""
    before: set[str] = set()
    for decision in reversed(decisions()):
        if {body.identifier, *before} & set(decision.successors):
            before.update(decision.predecessors)
    return frozenset(Body.objects.filter(identifier__in=before).values_list("pk", flat=True))
