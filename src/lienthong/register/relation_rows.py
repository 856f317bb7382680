"""The relations of synthetic people as rows of COPY text: kin, guardians, head and members of households."""

from typing import Final

from lienthong.core.evidence import ListKind
from lienthong.register.copy_text import NULL
from lienthong.register.enrolment import reference_to
from lienthong.register.households import Household
from lienthong.register.synthetic_person import YEAR, Person

_MAJORITY: Final = int(18 * YEAR)
_FATHER: Final = ListKind.FATHER.value
_MOTHER: Final = ListKind.MOTHER.value
_SPOUSE: Final = ListKind.SPOUSE.value
_CHILD: Final = ListKind.CHILD.value
_REPRESENTATIVE: Final = ListKind.LEGAL_REPRESENTATIVE.value
_REPRESENTED: Final = ListKind.REPRESENTED_PERSON.value
_HEAD: Final = ListKind.HOUSEHOLD_HEAD.value
_MEMBER: Final = ListKind.HOUSEHOLD_MEMBER.value


def kin_rows(person: Person, rows: list[str]) -> None:
    """Add a person's parents, living spouse and children, in order of list."""
    start = f"{person.person_id}\t"
    if person.father is not None:
        rows.append(f"{start}{_FATHER}\t1\t{_kin(person.father)}")
    if person.mother is not None:
        rows.append(f"{start}{_MOTHER}\t1\t{_kin(person.mother)}")
    spouse = person.spouse
    if spouse is not None and not spouse.died and not person.died:
        rows.append(f"{start}{_SPOUSE}\t1\t{_kin(spouse)}")
    position = 0
    for child in person.children:
        if child.is_registered:
            position += 1
            rows.append(f"{start}{_CHILD}\t{position}\t{_kin(child)}")


def household_rows(household: Household, person: Person, shown: list[str], rows: list[str]) -> None:
    """Add the head and the other members; `shown` has each member as `show_members` wrote it."""
    start = f"{person.person_id}\t"
    rows.append(f"{start}{_HEAD}\t1\t{shown[0]}")
    start = f"{start}{_MEMBER}\t"
    position = 0
    for member, text in zip(household.members, shown, strict=True):
        if member is not person:
            position += 1
            rows.append(f"{start}{position}\t{text}")


def show_members(household: Household) -> list[str]:
    """Write each member with the relation to the head, once for all rows that show it."""
    return [f"{member.reference}{member.relation}\t{member.person_id}\n" for member in household.members]


def wards_of(household: Household, *, today: int) -> list[Person]:
    """List the minors without a living parent, whom the head represents if grown up."""
    head = household.head
    if today - head.born < _MAJORITY:
        return []
    return [
        member
        for member in household.members
        if today - member.born < _MAJORITY and not _has_living_parent(member)
    ]


def ward_rows(guardian: Person, wards: list[Person], person: Person, rows: list[str]) -> None:
    """Add the guardian of a ward, or the wards of a guardian."""
    if person in wards:
        rows.append(f"{person.person_id}\t{_REPRESENTATIVE}\t1\t{_kin(guardian)}")
    elif person is guardian:
        rows.extend(
            f"{person.person_id}\t{_REPRESENTED}\t{position}\t{_kin(ward)}"
            for position, ward in enumerate(wards, start=1)
        )


def _kin(person: Person) -> str:
    return f"{reference_to(person)}{NULL}\t{person.person_id or NULL}\n"


def _has_living_parent(person: Person) -> bool:
    return any(parent is not None and parent.is_alive for parent in (person.father, person.mother))
