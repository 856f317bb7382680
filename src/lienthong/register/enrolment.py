"""Entering synthetic people in the register: id, numbers present and past, how relations show them."""

from random import Random
from typing import Final

from lienthong.register.copy_text import NULL, iso, stored
from lienthong.register.numbering import Numbering
from lienthong.register.synthetic_person import YEAR, Person

_DISAGREES: Final = 0.003
_SUPERSEDED: Final = 0.006
_SUPERSEDED_TWICE: Final = 0.08
_CANCELLED: Final = 0.4
_HAD_OLD_NUMBER: Final = ((1996, 0.82), (2003, 0.45))
_SHARES_OLD_NUMBER: Final = 0.012
_SECOND_OLD_NUMBER: Final = 0.03


class Enrolment:
    """Enrols the people of a slice in order; `identifiers` collects rows of numbers that lead to them."""

    def __init__(self, chance: Random, numbering: Numbering, *, first_id: int, today: int) -> None:
        self._random = chance.random
        self._numbering = numbering
        self._next_id = first_id
        self._today = today
        self._last_old_number = ""
        self.identifiers: list[str] = []

    def enrol(self, person: Person) -> None:
        """Give a person the next id and numbers, and write the reference that relations show."""
        person.person_id = self._next_id
        self._next_id += 1
        year = stored(person.born) // 10_000
        person.number = self._number(person, year, disagrees=self._random() < _DISAGREES)
        if self._random() < _SUPERSEDED:
            self._supersede(person, year)
        for before, share in _HAD_OLD_NUMBER:
            if year < before:
                if self._random() < share and person.nationality == "VN":
                    self._give_old_number(person)
                break
        person.reference = (
            f"{person.full_name}\t{person.number}\t{person.old_number or NULL}\t{person.nationality}\t"
        )

    def _number(self, person: Person, year: int, *, disagrees: bool) -> str:
        """Give a number; one that disagrees shows another year, as after a lawful correction."""
        return self._numbering.number(
            is_female=person.is_female,
            birth_year=year + (1 + int(3 * self._random()) if disagrees and year < 2020 else 0),
        )

    def _supersede(self, person: Person, year: int) -> None:
        """Write numbers the person had before, each held until the next."""
        day = self._today - int(self._random() * 2000)
        for _ in range(2 if self._random() < _SUPERSEDED_TWICE else 1):
            status = "cancelled" if self._random() < _CANCELLED else "superseded"
            number = self._number(person, year, disagrees=self._random() < 0.5)
            begun = max(person.born, day - 1 - int(self._random() * 1500))
            day = max(day, begun + 1)
            self.identifiers.append(
                f"{number}\tnumber\t{person.person_id}\t{status}\t{iso(begun)}\t{iso(day)}\n"
            )
            day = begun

    def _give_old_number(self, person: Person) -> None:
        if self._last_old_number and self._random() < _SHARES_OLD_NUMBER:
            number: str | None = self._last_old_number
        else:
            number = self._numbering.old_number()
        if number is None:
            return
        person.old_number = self._last_old_number = number
        self._link(person, number)
        if self._random() < _SECOND_OLD_NUMBER and (another := self._numbering.old_number()) is not None:
            self._link(person, another)

    def _link(self, person: Person, old_number: str) -> None:
        issued = person.born + int((14 + 16 * self._random()) * YEAR)
        self.identifiers.append(
            f"{old_number}\told_number\t{person.person_id}\tlinked\t{iso(issued)}\t{NULL}\n"
        )


def reference_to(person: Person) -> str:
    """Write how relations show a person who may be outside the register: name, numbers, nationality."""
    if not person.reference:
        person.reference = f"{person.full_name}\t{NULL}\t{NULL}\t{person.nationality}\t"
    return person.reference
