"""The persons an agency tests with."""

from lienthong.core.known_persons import (
    PART_TEXTS,
    ExpectedAnswer,
    KnownPerson,
    Part,
    PersonsSheet,
    SheetEntry,
)

ONE = KnownPerson(part=Part.TWIN, number="099012345678", full_name="Lê Thị Mẫu An", birth_date="2001-02-03")


def sheet(*persons: KnownPerson) -> PersonsSheet:
    return PersonsSheet(
        system="town",
        name="Một cửa",
        origin="http://127.0.0.1:8500",
        made_at=0,
        fields=("full_name",),
        compared=(),
        officers=(),
        misses_per_person=3,
        entries=tuple(SheetEntry(person, ExpectedAnswer()) for person in persons),
    )


def test_every_part_has_its_words():
    assert PART_TEXTS.keys() == set(Part)


def test_a_part_is_played_by_its_person_or_by_nobody():
    assert sheet(ONE).person(Part.TWIN) == ONE
    assert sheet(ONE).person(Part.OTHER_TWIN) is None
    assert sheet().person(Part.TWIN) is None
