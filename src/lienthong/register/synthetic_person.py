"""A person of a synthetic population while it is being made."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lienthong.register.households import Household

YEAR: Final = 365.25
"""Days of a mean year, for ages and ordinals."""


class Person:
    """One synthetic person, mutable and slotted because a population is millions of them.

    Days are proleptic Gregorian ordinals; 0 means that it has not happened. `is_registered` is false for
    whoever died before the register began or lives outside it: such are only names in others' relations.
    `home` is the index of the commune of birth. `relation` is the code of the relation to the head of
    `household`. The last line of attributes is what enrolment fills; `reference` is the person as others'
    relations show it.
    """

    __slots__ = (
        "born",
        "children",
        "died",
        "ethnicity",
        "father",
        "full_name",
        "given",
        "home",
        "household",
        "is_divorced",
        "is_female",
        "is_missing",
        "is_registered",
        "married",
        "middle",
        "mother",
        "nationality",
        "number",
        "old_number",
        "person_id",
        "reference",
        "relation",
        "religion",
        "spouse",
        "surname",
    )

    def __init__(self, *, born: int, is_female: bool, home: int, ethnicity: str, nationality: str) -> None:
        self.born = born
        self.is_female = is_female
        self.home = home
        self.ethnicity = ethnicity
        self.nationality = nationality
        self.died = self.married = 0
        self.is_registered = True
        self.is_divorced = self.is_missing = False
        self.father: Person | None = None
        self.mother: Person | None = None
        self.spouse: Person | None = None
        self.children: list[Person] = []
        self.surname = self.middle = self.given = self.full_name = ""
        self.household: Household | None = None
        self.relation = ""
        self.person_id = 0
        self.number = self.old_number = self.reference = self.religion = ""

    @property
    def is_alive(self) -> bool:
        """Whether the person is registered and has neither died nor gone missing."""
        return self.is_registered and not self.died
