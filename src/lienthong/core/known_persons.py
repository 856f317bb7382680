"""The persons an agency tests with: synthetic, few, with the answer each is known to get.

Each plays one part a client must cope with. Law: R5.2 (support for testing).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from lienthong.core.speech import Text


class Part(StrEnum):
    """Why a person is on the list."""

    ORDINARY = "ordinary"
    OTHER = "other"
    YEAR_ONLY = "year_only"
    DECEASED = "deceased"
    FORMER_NUMBER = "former_number"
    OLD_NUMBER = "old_number"
    RESPELLED = "respelled"
    TWIN = "twin"
    OTHER_TWIN = "other_twin"
    PROTECTED = "protected"
    WRONG_BIRTH_DATE = "wrong_birth_date"


PART_TEXTS: Final[Mapping[Part, Text]] = {
    Part.ORDINARY: Text("Người thứ nhất, không có gì đặc biệt", "The first person, nothing special"),
    Part.OTHER: Text("Người thứ hai, cho danh sách", "The second person, for lists"),
    Part.YEAR_ONLY: Text("Chỉ biết năm sinh", "Only the year of birth is known"),
    Part.DECEASED: Text("Đã chết", "Deceased"),
    Part.FORMER_NUMBER: Text("Hỏi bằng số định danh cũ đã được thay", "Asked for by a number since replaced"),
    Part.OLD_NUMBER: Text("Hỏi bằng số chứng minh nhân dân 9 số", "Asked for by the old nine-digit number"),
    Part.RESPELLED: Text("Tên viết dấu theo kiểu khác", "Tone mark of the name placed otherwise"),
    Part.TWIN: Text("Sinh đôi, người thứ nhất", "Twins, the first"),
    Part.OTHER_TWIN: Text("Sinh đôi, người thứ hai", "Twins, the second"),
    Part.PROTECTED: Text("Được bảo vệ thông tin", "Protected"),
    Part.WRONG_BIRTH_DATE: Text("Ngày sinh cố ý ghi sai", "Birth date wrong on purpose"),
}


class KnownPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller says of a person of the list, right or, where its part is so, wrong."""

    part: Part
    number: str
    full_name: str
    birth_date: str


class ExpectedAnswer(Struct, frozen=True):
    """What the sandbox answered: values by field and the names of flags, or the code of a refusal."""

    code: str = ""
    values: dict[str, Any] = {}
    flags: tuple[str, ...] = ()


class SheetEntry(Struct, frozen=True):
    """A person of the list and the answer that is expected."""

    person: KnownPerson
    expected: ExpectedAnswer


class PersonsSheet(Struct, frozen=True, kw_only=True):
    """The list made for one system: exactly its fields; `made_at` in microseconds.

    `compared` are those of the fields it may only have compared. `officers` are ids its calls may name. About
    one person `misses_per_person` questions a day may go wrong; then nothing about them is answered that day.
    """

    system: str
    name: str
    origin: str
    made_at: int
    fields: tuple[str, ...]
    compared: tuple[str, ...]
    officers: tuple[str, ...]
    misses_per_person: int
    entries: tuple[SheetEntry, ...]

    def person(self, part: Part) -> KnownPerson | None:
        """Return who plays a part, None where the list has nobody for it."""
        return next((entry.person for entry in self.entries if entry.person.part is part), None)
