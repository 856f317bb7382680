"""The residences of a household as the register writes them: permanent, temporary, current, since when."""

from dataclasses import dataclass
from random import Random
from typing import Final

from lienthong.core.codes import PLACES_CHANGED_ON
from lienthong.register.copy_text import NULL, iso
from lienthong.register.households import Household
from lienthong.register.places import Gazetteer

_MOVES: Final = 0.16
_KEEPS_OLD_HOME: Final = 0.6
_OLD_RECORD: Final = 0.25
_OLD_CURRENT: Final = 0.1

_PLACES_CHANGED: Final = PLACES_CHANGED_ON.toordinal()


@dataclass(frozen=True, slots=True)
class Residence:
    """Addresses and days of one household as COPY text; `since` is the ordinal day it settled."""

    permanent: str
    temporary: str
    temporary_from: str
    temporary_until: str
    current: str
    since: int
    file: str
    place: int


def settle(
    households: list[Household], gazetteer: Gazetteer, chance: Random, *, today: int, file_prefix: str
) -> None:
    """Give each household of a community its residence; a household's origin must come before it."""
    for number, household in enumerate(households):
        origin = household.origin
        household.has_moved |= origin is not None and chance.random() < _MOVES
        place = gazetteer.city(chance) if household.has_moved else household.place
        household.place = place
        household.residence = _residence(
            household, gazetteer, chance, today=today, file=f"{file_prefix}{number:04d}"
        )


def _residence(
    household: Household, gazetteer: Gazetteer, chance: Random, *, today: int, file: str
) -> Residence:
    place = household.place
    commune = gazetteer.places[place]
    detail = gazetteer.detail(place, chance)
    head = household.head
    earliest = max(head.born, head.married, today - 14_000)
    since = earliest + int(chance.random() * (today - earliest))
    is_old = since < _PLACES_CHANGED and chance.random() < _OLD_RECORD
    here = commune.address(detail, is_old=is_old)
    origin = household.origin
    if household.has_moved and origin is not None and chance.random() < _KEEPS_OLD_HOME:
        begun = max(since, today - 700)
        return Residence(
            permanent=origin.residence.permanent,
            temporary=here,
            temporary_from=iso(begun),
            temporary_until=iso(begun + 730),
            current=here,
            since=min(origin.residence.since, since),
            file=file,
            place=place,
        )
    current = here
    if is_old and chance.random() > _OLD_CURRENT:
        current = commune.address(detail, is_old=False)
    return Residence(here, NULL, NULL, NULL, current, since, file, place)
