"""One slice of a synthetic population, community by community, as rows of COPY text.

A slice needs nothing from any other: its people are kin of each other only, its ids and numbers are its own.
So slices are made in any order, by any number of processes, in memory that does not grow with the population.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import shake_256
from random import Random
from typing import Final

from lienthong.register.enrolment import Enrolment
from lienthong.register.households import Household, form_households
from lienthong.register.kinship import Community
from lienthong.register.name_pools import Namer
from lienthong.register.name_tables import load, slots
from lienthong.register.numbering import Numbering
from lienthong.register.person_rows import PersonWriter, Rows
from lienthong.register.places import Province, gazetteer
from lienthong.register.relation_rows import household_rows, kin_rows, show_members, ward_rows, wards_of
from lienthong.register.residences import settle
from lienthong.register.synthetic_person import Person

REGISTER_BEGAN: Final = date(2016, 1, 1)
"""Who died before is not in the register; synthetic registers begin where the real one did."""

_COUPLES: Final = 14
_PERSONS_PER_COUPLE: Final = 8.6
_TOO_FEW_FOR_A_FAMILY: Final = 12
_BORN_ELSEWHERE: Final = 0.4
_IN_ANOTHER_PROVINCE: Final = 0.3
_RELIGIONS: Final = {
    "north": slots({"00": 90.6, "01": 2.3, "02": 7.0, "08": 0.1}, 1000),
    "centre": slots({"00": 84.5, "01": 7.5, "02": 6.0, "05": 0.8, "08": 1.2}, 1000),
    "south": slots({"00": 72.0, "01": 11.5, "02": 8.0, "03": 4.0, "05": 3.4, "08": 1.0, "11": 0.1}, 1000),
}
_RELIGIONS_OF_PEOPLES: Final = {
    "05": slots({"01": 94, "00": 6}, 1000),
    "17": slots({"14": 46, "04": 44, "00": 10}, 1000),
    "08": slots({"08": 25, "00": 75}, 1000),
    **dict.fromkeys(("10", "12", "13", "14", "16", "20"), slots({"08": 42, "02": 20, "00": 38}, 1000)),
}


@dataclass(frozen=True, slots=True)
class SlicePlan:
    """Which slice to make: `index` of `slices`, so many persons, ids from `first_id`, as of a day."""

    seed: int
    index: int
    slices: int
    persons: int
    first_id: int
    today: date

    @property
    def secret(self) -> str:
        """What all chance in this slice derives from."""
        return f"lienthong population {self.seed} slice {self.index}"


def keys_of(plan: SlicePlan) -> str:
    """Return the person keys of a slice, 16 bytes each, in order of id, as one hexadecimal text."""
    return shake_256(f"{plan.secret} keys".encode()).hexdigest(16 * plan.persons)


def slice_rows(plan: SlicePlan) -> Iterator[Iterable[tuple[str, list[str]]]]:
    """Yield the rows of a slice in portions, each giving every table and its rows, in order of id."""
    chance = Random(plan.secret)  # noqa: S311 (invented people, and the same ones for the same seed)
    today = plan.today.toordinal()
    numbering = Numbering(seed=plan.seed, slice_index=plan.index, slices=plan.slices)
    enrolment = Enrolment(chance, numbering, first_id=plan.first_id, today=today)
    rows = Rows()
    writer = PersonWriter(chance, gazetteer(), rows, keys=keys_of(plan), first_id=plan.first_id, today=today)
    left = plan.persons
    number = 0
    while left:
        people, households = _community(chance, left, today)
        prefix = f"099.{plan.index:04d}.{number:05d}."
        settle(households, gazetteer(), chance, today=today, file_prefix=prefix)
        _write_community(people, households, enrolment, writer, rows, today=today)
        rows["identifier"].extend(enrolment.identifiers)
        enrolment.identifiers.clear()
        yield rows.drain()
        left -= len(people)
        number += 1


def _community(chance: Random, room: int, today: int) -> tuple[list[Person], list[Household]]:
    """Grow a community of at most so many persons, and house it."""
    places = gazetteer()
    province = places.province(chance)
    home = places.commune(province, chance)
    people = province.peoples[int(chance.random() * len(province.peoples))]
    couples = min(_COUPLES, int(0.7 * room / _PERSONS_PER_COUPLE))
    while True:
        community = Community(
            chance,
            home=home,
            ethnicity=people,
            today=today,
            register_began=REGISTER_BEGAN.toordinal(),
            name=Namer(chance, province.region, load()),
        )
        community.grow(couples)
        if len(community.people) <= room:
            break
        couples -= 1
    if couples == 0 or room - len(community.people) < _TOO_FEW_FOR_A_FAMILY:
        while len(community.people) < room:
            community.settle_single()
    _give_origins(community.people, province, chance)
    return community.people, form_households(community.people, chance, today=today)


def _give_origins(people: list[Person], province: Province, chance: Random) -> None:
    """Say where incomers were born, and who holds which religion: children that of a parent."""
    places = gazetteer()
    general = _RELIGIONS[province.region]
    for person in people:
        parent = person.father or person.mother
        if parent is not None and parent.is_registered:
            person.religion = parent.religion
            continue
        religions = _RELIGIONS_OF_PEOPLES.get(person.ethnicity, general)
        person.religion = religions[int(chance.random() * len(religions))]
        if chance.random() < _BORN_ELSEWHERE:
            other = places.province(chance) if chance.random() < _IN_ANOTHER_PROVINCE else province
            person.home = places.commune(other, chance)


def _write_community(
    people: list[Person],
    households: list[Household],
    enrolment: Enrolment,
    writer: PersonWriter,
    rows: Rows,
    *,
    today: int,
) -> None:
    """Enrol everybody before the first relation is written, then write each person in order of id."""
    dead = [person for person in people if person.household is None]
    for household in households:
        for person in household.members:
            enrolment.enrol(person)
    for person in dead:
        enrolment.enrol(person)
    relations = rows["relation"]
    for household in households:
        shown = show_members(household)
        wards = wards_of(household, today=today)
        for person in household.members:
            writer.write(person)
            kin_rows(person, relations)
            if wards:
                ward_rows(household.head, wards, person, relations)
            household_rows(household, person, shown, relations)
    for person in dead:
        writer.write(person)
        kin_rows(person, relations)
