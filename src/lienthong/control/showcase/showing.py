"""Making the whole demonstration of the portals, and telling how much of what is in which state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, Model

from lienthong.config import Configuration
from lienthong.control.demonstration import SignIn, furnish, own_body, require_demonstration
from lienthong.control.frame.states import StateField
from lienthong.control.participants.seeding import seed_bodies, seed_mergers
from lienthong.control.showcase.contents import listed
from lienthong.control.showcase.guides import show_guides
from lienthong.control.showcase.people import (
    ShowcaseError,
    bodies_accounts,
    other_accounts,
    sides,
    unit,
)
from lienthong.control.showcase.stories import tell
from lienthong.control.showcase.things import show_keys, show_paper
from lienthong.core.machines import Machine

_NO_SEAL: Final = (
    "this folder was laid out without a demonstration's seal, so no letter can be issued. Use a new folder."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """How to sign in, and the number of things in each state by the name of their state table."""

    sign_ins: tuple[SignIn, ...]
    states: Mapping[str, Mapping[str, int]]


def show(configuration: Configuration) -> Shown:
    """Make everything that a demonstration of the portals shows; what is there already stays.

    1. Bodies and their people, then the oldest file: it is sent before anybody could support it.
    2. The authority's people, with them all other files, from the oldest; keys, guides, letters, a merger.

    Raises NotDemonstrationError in production, ShowcaseError, SeedingError.
    """
    require_demonstration(configuration)
    if configuration.authority.seal_key is None:
        raise ShowcaseError(_NO_SEAL)
    content = listed()
    # 1.
    seed_bodies()
    of_bodies = bodies_accounts(content)
    oldest, *others = sorted(content.file, key=lambda file: (not file.letter, -file.age))
    tell(oldest, content.heads[oldest.body], sides()[oldest.body], None)
    # 2.
    own = furnish(configuration)
    staff, known = unit(own), sides()
    other_accounts(staff.administrator)
    for file in others:
        tell(file, content.heads[file.body], known[file.body], staff)
    show_keys(known[own_body()], staff)
    show_guides(known[own_body()], staff)
    for letter in content.paper:
        show_paper(letter, staff)
    seed_mergers(staff.administrator)
    return Shown((*own, *of_bodies), states())


def states() -> Mapping[str, Mapping[str, int]]:
    """Return how many things are in each state, by state table and in its order; what is in none counts 0."""
    found: dict[str, Mapping[str, int]] = {}
    for model, machine in _kept():
        rows = model._default_manager.values_list("state").annotate(Count("pk")).order_by()
        counted = {str(state): number for state, number in rows}
        found[machine.name] = {str(state.name): counted.get(str(state.name), 0) for state in machine.states}
    return found


def _kept() -> Iterator[tuple[type[Model], Machine[Any, Any]]]:
    for model in apps.get_models():
        for column in model._meta.get_fields():
            if isinstance(column, StateField) and column.machine is not None:
                yield model, column.machine
