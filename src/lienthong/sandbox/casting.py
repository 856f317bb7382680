"""Choosing the test persons of a sandbox from its synthetic population, each for the part it plays."""

from pathlib import Path
from typing import Final

import msgspec

from lienthong.core.dates import PartialDate
from lienthong.core.known_persons import KnownPerson, Part
from lienthong.db.private_files import write_private
from lienthong.register.cast import Cast, CastMember, cast_from_files

_PROVINCE: Final = "01"


def write_known_persons(population: Path, path: Path) -> tuple[KnownPerson, ...]:
    """Write the test persons of a generated population into a file; raises CastIncompleteError.

    The same population gives the same persons.
    """
    persons = known_persons(cast_from_files(population, province=_PROVINCE))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, msgspec.json.format(msgspec.json.encode(persons), indent=1) + b"\n", mode=0o644)
    return persons


def known_persons(cast: Cast) -> tuple[KnownPerson, ...]:
    """Return who plays which part, in the order of the list.

    Whoever is asked for wrongly is asked for in no other way: a few wrong questions about a person a day, and
    nothing is answered about them.
    """
    mistaken = cast.several[0]
    return (
        _known(Part.ORDINARY, cast.ordinary),
        _known(Part.OTHER, cast.not_consenting),
        _known(Part.YEAR_ONLY, cast.year_only),
        _known(Part.DECEASED, cast.deceased),
        _known(Part.FORMER_NUMBER, cast.renumbered, number=cast.former_number),
        _known(Part.OLD_NUMBER, cast.by_old_number, number=cast.old_number),
        _known(Part.RESPELLED, cast.respelled, full_name=cast.other_spelling),
        _known(Part.TWIN, cast.twins[0]),
        _known(Part.OTHER_TWIN, cast.twins[1]),
        _known(Part.PROTECTED, cast.protected),
        _known(Part.WRONG_BIRTH_DATE, mistaken, birth_date=_another_day(mistaken.birth_date)),
    )


def _known(part: Part, member: CastMember, **changes: str) -> KnownPerson:
    claimed = {
        "number": member.number,
        "full_name": member.full_name,
        "birth_date": PartialDate(member.birth_date).iso,
    }
    return KnownPerson(part=part, **(claimed | changes))


def _another_day(stored: int) -> str:
    """Return the first of the month a year earlier: a day that exists and is not the person's."""
    return PartialDate(stored // 100 * 100 - 10_000 + 1).iso
