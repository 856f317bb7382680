"""Who descends from whom in a synthetic community: couples, births, marriages and deaths on dated days.

A community is a few dozen families of one commune followed from couples born in the 1920s until today.
It says who exists, when they were born and died and how they are kin; where they live and what they are
called is decided elsewhere. Days are proleptic Gregorian ordinals; 0 means that it has not happened.
"""

from bisect import bisect_left
from collections.abc import Callable
from math import exp, log
from random import Random
from typing import Final

from lienthong.register.synthetic_person import YEAR, Person

_HAZARD_GROWTH: Final = 0.088
_HAZARD_OF_MEN: Final = 8.2e-5
_HAZARD_OF_WOMEN: Final = 4.8e-5
_INFANT_DEATHS: Final = 0.012
_TWINS: Final = 0.011
_NEVER_MARRIES: Final = 0.07
_MARRIES_AWAY: Final = 0.30
_DIVORCES: Final = 0.05
_FATHERLESS: Final = 0.012
_FOREIGN: Final = 0.015
_MISSING: Final = 0.0004
_GROWN: Final = int(18.3 * YEAR)
_LAST_BIRTH: Final = int(43 * YEAR)

_FOUNDER_YEARS: Final = tuple(range(1926, 2001, 5))
_FOUNDER_WEIGHTS: Final = (9, 12, 15, 17, 23, 25, 21, 18, 16, 13, 14, 17, 18, 14, 6)

_COUNTRIES: Final = ("KR", "KR", "KR", "TW", "TW", "JP", "KH", "LA", "US", "FR", "AU")

_CHILDREN: Final = (
    (1945, (1, 2, 3, 4, 4, 5, 5, 6, 7, 8)),
    (1955, (0, 2, 3, 3, 4, 4, 4, 5, 6, 7)),
    (1965, (0, 1, 2, 2, 3, 3, 3, 3, 4, 5)),
    (1975, (0, 1, 2, 2, 2, 2, 3, 3, 3, 4)),
    (9999, (0, 1, 1, 2, 2, 2, 2, 3, 3, 4)),
)
"""By the mother's year of birth (exclusive bound): ten equally likely numbers of children."""


Naming = Callable[[Person], None]
"""Names a person whose father and mother, if any, are already known and named."""


class Community:
    """Families of one commune, grown generation by generation; `people` holds every registered member."""

    def __init__(
        self, chance: Random, *, home: int, ethnicity: str, today: int, register_began: int, name: Naming
    ) -> None:
        self._chance = chance
        self._home = home
        self._ethnicity = ethnicity
        self._today = today
        self._register_began = register_began
        self._name = name
        self.people: list[Person] = []

    def grow(self, couples: int) -> None:
        """Found so many couples, then let them and their descendants marry and have children until today."""
        generation: list[Person] = []
        for _ in range(couples):
            generation += self._found()
        while generation:
            generation = self._next_generation(generation)

    def settle_single(self) -> None:
        """Add one grown-up who came from elsewhere and is not married."""
        chance = self._chance
        born = self._today - int((19 + 40 * chance.random()) * YEAR)
        self._incomer(
            born=born, is_female=chance.random() < 0.5, alive_on=self._today, nationality=self._nationality()
        )

    def _found(self) -> list[Person]:
        chance = self._chance
        year = chance.choices(_FOUNDER_YEARS, _FOUNDER_WEIGHTS)[0] + 5 * chance.random()
        man = int(year * YEAR)
        woman = min(man + int(chance.gauss(2.4, 2.8) * YEAR), self._today - int(21 * YEAR))
        wedding = min(max(man, woman) + int((19 + 7 * chance.random()) * YEAR), self._today - 1)
        husband = self._incomer(born=man, is_female=False, alive_on=wedding)
        wife = self._incomer(born=woman, is_female=True, alive_on=wedding)
        return self._marry(husband, wife, wedding)

    def _next_generation(self, unmarried: list[Person]) -> list[Person]:
        chance = self._chance
        grooms: list[tuple[int, Person]] = []
        brides: list[tuple[int, Person]] = []
        for person in unmarried:
            age = chance.gauss(23.6, 3.2) if person.is_female else chance.gauss(27.0, 3.8)
            day = person.born + max(int(age * YEAR), _GROWN)
            if day < (person.died or self._today) and chance.random() > _NEVER_MARRIES:
                (brides if person.is_female else grooms).append((day, person))
        children: list[Person] = []
        for husband, wife, wedding in self._couples(grooms, brides):
            children += self._marry(husband, wife, wedding)
        return children

    def _couples(
        self, grooms: list[tuple[int, Person]], brides: list[tuple[int, Person]]
    ) -> list[tuple[Person, Person, int]]:
        """Pair those of fitting age who are no siblings; whoever finds nobody here marries an incomer."""
        chance = self._chance
        brides.sort(key=lambda bride: bride[1].born)
        births = [bride.born for _, bride in brides]
        free = [True] * len(brides)
        couples: list[tuple[Person, Person, int]] = []
        for day, groom in grooms:
            index = -1 if chance.random() < _MARRIES_AWAY else _bride_for(groom, day, brides, births, free)
            if index >= 0:
                free[index] = False
                couples.append((groom, brides[index][1], max(day, brides[index][0])))
            else:
                born = min(groom.born + int(chance.gauss(2.6, 2.6) * YEAR), day - _GROWN)
                couples.append((groom, self._partner(born=born, is_female=True, alive_on=day), day))
        for is_free, (day, bride) in zip(free, brides, strict=True):
            if is_free:
                born = min(bride.born - int(chance.gauss(2.6, 2.6) * YEAR), day - _GROWN)
                couples.append((self._partner(born=born, is_female=False, alive_on=day), bride, day))
        return couples

    def _marry(self, husband: Person, wife: Person, wedding: int) -> list[Person]:
        """Join two persons and give them their children, born while both live and she is young enough."""
        chance = self._chance
        husband.married = wife.married = wedding
        if chance.random() < _DIVORCES:
            husband.is_divorced = wife.is_divorced = True
        else:
            husband.spouse, wife.spouse = wife, husband
        year = int(wife.born / YEAR)
        wanted = next(numbers for bound, numbers in _CHILDREN if year < bound)[int(chance.random() * 10)]
        last = min(
            self._today,
            wife.born + _LAST_BIRTH,
            wife.died or self._today,
            (husband.died or self._today) + 250,
        )
        day = wedding + 200 + int(chance.random() * 700)
        while wanted > 0 and day < last:
            births = 2 if chance.random() < _TWINS else 1
            father = None if chance.random() < _FATHERLESS else husband
            for _ in range(births):
                self._bear(day, father, wife)
            wanted -= births
            day += 480 + int(chance.random() * 1300)
        return wife.children

    def _bear(self, day: int, father: Person | None, mother: Person) -> None:
        chance = self._chance
        kin = father or mother
        child = Person(
            born=day,
            is_female=chance.random() < 0.483,
            home=self._home,
            ethnicity=kin.ethnicity,
            nationality=kin.nationality if kin.nationality == mother.nationality else "VN",
        )
        child.father = father
        child.mother = mother
        child.died = self._death(day, is_female=child.is_female, after=day)
        if chance.random() < _INFANT_DEATHS:
            child.died = day + 1 + int(chance.random() * 300)
        mother.children.append(child)
        if father is not None:
            father.children.append(child)
        self._enter(child, seen=day)

    def _partner(self, *, born: int, is_female: bool, alive_on: int) -> Person:
        return self._incomer(
            born=born, is_female=is_female, alive_on=alive_on, nationality=self._nationality()
        )

    def _nationality(self) -> str:
        chance = self._chance
        return "VN" if chance.random() > _FOREIGN else _COUNTRIES[int(chance.random() * len(_COUNTRIES))]

    def _incomer(self, *, born: int, is_female: bool, alive_on: int, nationality: str = "VN") -> Person:
        """Make a grown-up whose parents are outside the register and known by name only."""
        ethnicity = self._ethnicity if nationality == "VN" else ""
        person = Person(
            born=born, is_female=is_female, home=self._home, ethnicity=ethnicity, nationality=nationality
        )
        person.father = self._parent(person, 29, is_female=False)
        person.mother = self._parent(person, 26, is_female=True)
        person.died = self._death(born, is_female=is_female, after=alive_on)
        self._enter(person, seen=alive_on)
        return person

    def _parent(self, child: Person, years: int, *, is_female: bool) -> Person:
        parent = Person(
            born=child.born - int(years * YEAR),
            is_female=is_female,
            home=child.home,
            ethnicity=child.ethnicity,
            nationality=child.nationality,
        )
        parent.is_registered = False
        self._name(parent)
        return parent

    def _enter(self, person: Person, *, seen: int) -> None:
        """Name a person last seen alive on a day and enter them, if the register had begun in their days."""
        if person.died > self._today:
            person.died = 0
        if not person.died and seen < self._today and self._chance.random() < _MISSING:
            person.is_missing = True
            earliest = max(seen, self._today - int(5 * YEAR))
            person.died = earliest + 1 + int(self._chance.random() * (self._today - earliest))
        person.is_registered = not 0 < person.died < self._register_began
        self._name(person)
        if person.is_registered:
            self.people.append(person)

    def _death(self, born: int, *, is_female: bool, after: int) -> int:
        """Draw the day of death of somebody alive on a day: Gompertz, mode near 80 (men) or 85 (women)."""
        hazard = _HAZARD_OF_WOMEN if is_female else _HAZARD_OF_MEN
        odds = log(1.0 - self._chance.random())
        reached = exp(_HAZARD_GROWTH * (after - born) / YEAR) - odds * _HAZARD_GROWTH / hazard
        return born + int(log(reached) / _HAZARD_GROWTH * YEAR) + 1


def _bride_for(
    groom: Person, day: int, brides: list[tuple[int, Person]], births: list[int], free: list[bool]
) -> int:
    """Find the first free bride up to two years older or eight younger, or -1."""
    for index in range(bisect_left(births, groom.born - 2 * 365), len(brides)):
        bride_day, bride = brides[index]
        if bride.born > groom.born + 8 * 365:
            break
        if (
            free[index]
            and bride.father is not groom.father
            and _both_alive(groom, bride, max(day, bride_day))
        ):
            return index
    return -1


def _both_alive(first: Person, second: Person, day: int) -> bool:
    return (not first.died or first.died > day) and (not second.died or second.died > day)
