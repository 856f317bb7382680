"""Naming synthetic people by sex, age, region and people; who bears which name is chance, nobody is real."""

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Final

from lienthong.register.name_tables import REGIONS, WHOLE, NamePools, People
from lienthong.register.synthetic_person import Person

_COHORT_BOUNDS: Final = tuple(date(year, 1, 1).toordinal() for year in (1955, 1975, 1995))
_NEW_SPELLING: Final = 0.3
_SURNAME_AS_MIDDLE: Final = 0.12
_NAMED_FOR_MOTHER: Final = 0.015


class Namer:
    """Gives names in one region; call it with a person whose parents are already named."""

    def __init__(self, chance: Random, region: str, pools: NamePools) -> None:
        self._random = chance.random
        self._pools = pools
        self._surnames = pools.surnames[REGIONS.index(region)]

    def __call__(self, person: Person) -> None:
        """Set surname, middle, given and full name of a person."""
        if person.nationality != "VN":
            self._name_foreigner(person)
        elif (people := self._pools.peoples.get(person.ethnicity)) is None:
            self._name_commonly(person, self._inherited(person) or self._one(self._surnames))
        else:
            self._name_by_people(person, people)

    def _name_commonly(self, person: Person, surname: str) -> None:
        random = self._random
        names = self._pools.common[person.is_female][cohort_of(person.born)]
        spelling = random() < _NEW_SPELLING
        middles = names.middles[spelling]
        middle = middles[int(random() * len(middles))]
        mother = person.mother
        given = self._given(names.givens[spelling], middle, () if mother is None else mother.children)
        if (
            mother is not None
            and " " in middle
            and random() < _SURNAME_AS_MIDDLE
            and mother.surname != surname
        ):
            middle = f"{mother.surname} {middle.rpartition(' ')[2]}"
        person.surname = surname
        person.middle = middle
        person.given = given
        person.full_name = f"{surname} {middle} {given}" if middle else f"{surname} {given}"

    def _given(self, givens: Sequence[str], middle: str, siblings: Sequence[Person]) -> str:
        """Draw a given name that is no word of the middle name and no sibling's."""
        taken = {sibling.given for sibling in siblings} | set(middle.split(" "))
        given = self._one(givens)
        while given in taken:
            given = self._one(givens)
        return given

    def _name_by_people(self, person: Person, people: People) -> None:
        surname = self._inherited(person, maternal=people.takes_mothers_surname)
        if surname is None:
            surname = self._one(people.surnames)
        share = people.common if cohort_of(person.born) >= 2 else people.common / 3
        if self._random() < share:
            self._name_commonly(person, surname or self._one(self._surnames))
            return
        form = people.forms[person.is_female]
        middle = self._one(people.middles[person.is_female])
        given = self._one(people.givens[person.is_female])
        whole = form.format(surname=surname, middle=middle, given=given)
        person.surname = surname
        person.full_name = " ".join(whole.split())
        if form == WHOLE:
            person.middle = middle
            person.given = given
        else:
            person.given = " ".join(form.format(surname="", middle="", given=given).split())

    def _name_foreigner(self, person: Person) -> None:
        foreigners = self._pools.foreigners[person.nationality]
        person.surname = self._inherited(person) or self._one(foreigners.surnames)
        person.given = self._one(foreigners.givens[person.is_female])
        person.full_name = foreigners.form.format(surname=person.surname, given=person.given)

    def _inherited(self, person: Person, *, maternal: bool = False) -> str | None:
        """Give the surname of the parent it comes from: mostly the father; None when no parent is known."""
        parent = person.father or person.mother
        if (maternal or self._random() < _NAMED_FOR_MOTHER) and person.mother is not None:
            parent = person.mother
        return None if parent is None else parent.surname

    def _one(self, words: Sequence[str]) -> str:
        return words[int(self._random() * len(words))]


def cohort_of(born: int) -> int:
    """Give the index in COHORTS of a day of birth (ordinal)."""
    first, second, third = _COHORT_BOUNDS
    if born >= second:
        return 2 + (born >= third)
    return int(born >= first)
