"""Who lives with whom in a synthetic community: households with a head and everybody's relation to that head.

Couples found households or move in with parents, the widowed go to a child, children stay until they leave,
orphans go to kin. Places and addresses are decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Final

from lienthong.register.synthetic_person import YEAR, Person

if TYPE_CHECKING:
    from lienthong.register.residences import Residence

_WITH_HIS_PARENTS: Final = 0.42
_WITH_HER_PARENTS: Final = 0.07
_WITH_A_CHILD: Final = 0.62
_LEAVES_HOME: Final = 0.16
_HAS_LEFT_AT: Final = 18.5


class HouseholdRelation(StrEnum):
    """Relation to the head of household; no official list is published, these codes are ours."""

    HEAD = "01"
    SPOUSE = "02"
    CHILD = "03"
    PARENT = "04"
    PARENT_IN_LAW = "05"
    GRANDPARENT = "06"
    SIBLING = "07"
    GRANDCHILD_OR_NEPHEW = "08"
    CHILD_IN_LAW = "09"
    LODGER = "10"
    OTHER = "99"


class Household:
    """People under one roof, the head first; `has_moved` when they left the commune where they grew up.

    `residence` is set when the household is settled.
    """

    __slots__ = ("has_moved", "members", "origin", "place", "residence")

    def __init__(self, head: Person, origin: "Household | None" = None) -> None:
        self.members: list[Person] = []
        self.origin = origin
        self.has_moved = False
        self.place = head.home
        self.residence: Residence
        self.admit(head)

    @property
    def head(self) -> Person:
        """The head of the household."""
        return self.members[0]

    def admit(self, person: Person) -> None:
        """Add a member."""
        self.members.append(person)
        person.household = self


def form_households(people: Sequence[Person], chance: Random, *, today: int) -> list[Household]:
    """Put every living person of a community into a household and say how each is related to its head.

    `people` must be in the order in which the community made them: parents before their children.
    """
    households: list[Household] = []
    living = [person for person in people if not person.died]
    for person in living:
        if person.household is None and (spouse := person.spouse) is not None and spouse.is_alive:
            _settle_couple(person, spouse, chance, households)
    for person in living:
        if person.household is None and person.married:
            _settle_bereft(person, chance, today, households)
    for person in living:
        if person.household is None:
            _settle_single(person, chance, today, households)
    for household in households:
        for member in household.members:
            member.relation = relation_to_head(member, household.head)
    return households


def _settle_couple(person: Person, spouse: Person, chance: Random, households: list[Household]) -> None:
    husband, wife = (spouse, person) if person.is_female else (person, spouse)
    home = None
    if chance.random() < _WITH_HIS_PARENTS:
        home = _home_of_parents(husband)
    elif chance.random() < _WITH_HER_PARENTS:
        home = _home_of_parents(wife)
    if home is None or any(member.married and member.father is home.head for member in home.members):
        households.append(Household(husband, _home_of_parents(husband) or _home_of_parents(wife)))
        home = households[-1]
        home.admit(wife)
    else:
        home.admit(husband)
        home.admit(wife)


def _settle_bereft(person: Person, chance: Random, today: int, households: list[Household]) -> None:
    """House somebody divorced or widowed: with a child once old, with parents while young, else apart."""
    home = None
    if today - person.born > 62 * YEAR:
        if chance.random() < _WITH_A_CHILD:
            homes = (child.household for child in person.children if child.is_alive)
            home = next((home for home in homes if home is not None), None)
    elif chance.random() < _WITH_HIS_PARENTS:
        home = _home_of_parents(person)
    if home is None:
        households.append(Household(person, _home_of_parents(person)))
    else:
        home.admit(person)


def _settle_single(person: Person, chance: Random, today: int, households: list[Household]) -> None:
    """House somebody unmarried: with parents, unless grown up and gone; an orphan with the nearest kin."""
    is_grown = today - person.born > _HAS_LEFT_AT * YEAR
    home = _home_of_parents(person)
    if is_grown and chance.random() < _LEAVES_HOME:
        households.append(Household(person, home))
        households[-1].has_moved = home is not None
        return
    if home is None and not is_grown:
        home = next(_homes_of_kin(person), None)
    if home is None:
        households.append(Household(person))
    else:
        home.admit(person)


def _home_of_parents(person: Person) -> Household | None:
    for parent in (person.mother, person.father):
        if parent is not None and parent.household is not None:
            return parent.household
    return None


def _homes_of_kin(person: Person) -> Iterator[Household]:
    """Yield the homes of grandparents, brothers, sisters, aunts and uncles."""
    for parent in (person.father, person.mother):
        if parent is None:
            continue
        for elder in (parent.mother, parent.father):
            if elder is None:
                continue
            for kin in (elder, *elder.children):
                if kin.household is not None:
                    yield kin.household
        for sibling in parent.children:
            if sibling.household is not None:
                yield sibling.household


def relation_to_head(member: Person, head: Person) -> HouseholdRelation:
    """Say how a member is related to the head of the household."""
    if member is head:
        return HouseholdRelation.HEAD
    spouse = head.spouse
    if member is spouse:
        return HouseholdRelation.SPOUSE
    if _is_child(member, head) or (spouse is not None and _is_child(member, spouse)):
        return HouseholdRelation.CHILD
    if _is_child(head, member):
        return HouseholdRelation.PARENT
    if spouse is not None and _is_child(spouse, member):
        return HouseholdRelation.PARENT_IN_LAW
    if member.spouse is not None and _is_child(member.spouse, head):
        return HouseholdRelation.CHILD_IN_LAW
    if _are_siblings(member, head):
        return HouseholdRelation.SIBLING
    return _distant_relation(member, head)


def _distant_relation(member: Person, head: Person) -> HouseholdRelation:
    kin = [head] if head.spouse is None else [head, head.spouse]
    parents = [parent for parent in (member.father, member.mother) if parent is not None]
    if any(_is_child(parent, elder) or _are_siblings(parent, elder) for parent in parents for elder in kin):
        return HouseholdRelation.GRANDCHILD_OR_NEPHEW
    if any(_is_child(parent, member) for parent in (head.father, head.mother) if parent is not None):
        return HouseholdRelation.GRANDPARENT
    return HouseholdRelation.OTHER


def _is_child(person: Person, parent: Person) -> bool:
    return person.father is parent or person.mother is parent


def _are_siblings(one: Person, other: Person) -> bool:
    return (one.father is not None and one.father is other.father) or (
        one.mother is not None and one.mother is other.mother
    )
