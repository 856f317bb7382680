"""What is known of a field of the register besides its value: its type, sensitivity, source and place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lienthong.core.evidence import ListKind
from lienthong.core.speech import Text


class FieldType(StrEnum):
    """The JSON shape of a field's value; `Field.many` makes it an array of that shape.

    `name` text, compared by the rules for names; `text`; `number` 12 digits; `old_number` 9 digits;
    `partial_date` `YYYY[-MM[-DD]]`; `date` `YYYY-MM-DD`; `code` a code of `Field.code_list`, as text;
    `address` and `card` objects; `integer`; `boolean`. An unknown value is null.
    """

    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    OLD_NUMBER = "old_number"
    PARTIAL_DATE = "partial_date"
    DATE = "date"
    CODE = "code"
    ADDRESS = "address"
    CARD = "card"
    INTEGER = "integer"
    BOOLEAN = "boolean"


class Sensitivity(StrEnum):
    """What a grant must say to give a field: family and sensitive fields are named one by one.

    Law: R1.2.
    """

    ORDINARY = "ordinary"
    FAMILY = "family"
    SENSITIVE = "sensitive"


SENSITIVITY_MARKS: Final = {
    Sensitivity.SENSITIVE: Text("Nhạy cảm", "Sensitive"),
    Sensitivity.FAMILY: Text("Gia đình", "Family"),
}
"""How fields that have to be named one by one are marked. Law: R1.2."""


class Source(StrEnum):
    """Who is answerable for a value: the database whose word prevails when two disagree.

    Law: R2.1, R1.2.
    """

    REGISTER = "register"
    CIVIL_STATUS = "civil_status"
    RESIDENCE = "residence"
    IDENTITY = "identity"
    HEALTH = "health"
    DECLARATION = "declaration"
    MINISTRY = "ministry"


SOURCE_LABELS: Final = {
    Source.REGISTER: Text("Cơ sở dữ liệu quốc gia về dân cư", "The register"),
    Source.CIVIL_STATUS: Text("Hộ tịch", "Civil status"),
    Source.RESIDENCE: Text("Cư trú", "Residence"),
    Source.IDENTITY: Text("Căn cước", "Identity"),
    Source.HEALTH: Text("Y tế", "Health"),
    Source.DECLARATION: Text("Công dân khai", "Declared by the citizen"),
    Source.MINISTRY: Text("Bộ Công an", "The Ministry"),
}


class CodeList(StrEnum):
    """The code lists; places exist in two versions, the other lists in version 1 alone."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"
    ETHNICITY = "ethnicity"
    RELIGION = "religion"
    MARITAL_STATUS = "marital_status"
    SEX = "sex"
    BLOOD_GROUP = "blood_group"
    HOUSEHOLD_RELATION = "household_relation"
    COUNTRY = "country"
    DEATH_KIND = "death_kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the register: a permanent number, a permanent name, and what is known of it.

    `item` is the item of Article 9 of the Law on Identification. A field is read from one `column` of the
    person, from one `list`, or is computed from the fields in `derived_from`. `many` says that its value is
    an array. `domain_size` counts the possible values where there are at most 64: verifying such a field
    tells as much as giving it. `npd_name` is its path in the existing messages of the register.
    """

    number: int
    name: str
    item: int
    label_vi: str
    label_en: str
    type: FieldType
    sensitivity: Sensitivity
    source: Source
    npd_name: str | None = None
    column: str | None = None
    list: ListKind | None = None
    many: bool = False
    code_list: CodeList | None = None
    derived_from: tuple[str, ...] = ()
    domain_size: int | None = None

    @property
    def bit(self) -> int:
        """Give the field as a set of one, `1 << number`."""
        return 1 << self.number

    @property
    def is_derived(self) -> bool:
        """Say whether the value is computed from other fields."""
        return bool(self.derived_from)

    @property
    def is_small(self) -> bool:
        """Say whether the value can be found by asking for each possibility (at most 64 of them)."""
        return self.domain_size is not None
