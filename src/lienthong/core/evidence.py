"""What was read about one person in order to judge a request.

These values are not an answer. Their classes are plain ones that no encoder accepts, that show nothing
when printed and cannot be pickled, so a value that was fetched to be judged cannot leave by mistake.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import IntFlag
from typing import Final, NoReturn

AddressRow = tuple[int | None, str | None, str | None, str | None, str | None, str | None]
"""An address as the register returns it: list version, province, district, commune, detail, country."""

ColumnValue = str | int | date | AddressRow | None
"""One column of a person: text, code, partial date in stored form, day, address, or nothing."""


class ListKind(IntFlag):
    """The lists a person has beside the single-valued columns; a set of lists is their sum."""

    OTHER_NAME = 1
    NATIONALITY = 2
    CARD = 4
    FATHER = 8
    MOTHER = 16
    SPOUSE = 32
    CHILD = 64
    LEGAL_REPRESENTATIVE = 128
    REPRESENTED_PERSON = 256
    HOUSEHOLD_HEAD = 512
    HOUSEHOLD_MEMBER = 1024


class Sealed:
    """Base of values that must not leave: no encoder knows them, printing shows the class name alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("evidence is read to be judged and is never serialised")


class ConsentFact(Sealed):
    """The consent a request named, as registered: whose, for whom, for what, which fields, how long.

    `fields` is a set of field numbers as bits. Instants are in UTC; `valid_until` is the first instant at
    which the consent no longer holds, None when it has no end.
    """

    __slots__ = ("fields", "person_id", "purpose", "system", "valid_from", "valid_until", "withdrawn_at")

    def __init__(
        self,
        *,
        person_id: int,
        system: str,
        purpose: str,
        fields: int,
        valid_from: datetime,
        valid_until: datetime | None,
        withdrawn_at: datetime | None,
    ) -> None:
        self.person_id: Final = person_id
        self.system: Final = system
        self.purpose: Final = purpose
        self.fields: Final = fields
        self.valid_from: Final = valid_from
        self.valid_until: Final = valid_until
        self.withdrawn_at: Final = withdrawn_at


class ListRow(Sealed):
    """One entry of one list of a person; `position` counts from 1 in the order the register keeps.

    `list` is a value of `ListKind`. `related_key` is the permanent key of the other person where the register
    knows who that is, `related_protection` has a bit per living kind of protection of that person.
    """

    __slots__ = (
        "expires",
        "issued",
        "list",
        "name",
        "nationality",
        "number",
        "old_number",
        "place",
        "position",
        "related_key",
        "related_protection",
        "relation",
    )

    def __init__(  # noqa: PLR0913 (one per column read)
        self,
        *,
        list: int,
        position: int,
        name: str | None = None,
        number: str | None = None,
        old_number: str | None = None,
        nationality: str | None = None,
        relation: str | None = None,
        issued: date | None = None,
        expires: date | None = None,
        place: str | None = None,
        related_key: bytes | None = None,
        related_protection: int = 0,
    ) -> None:
        self.list: Final = list
        self.position: Final = position
        self.name: Final = name
        self.number: Final = number
        self.old_number: Final = old_number
        self.nationality: Final = nationality
        self.relation: Final = relation
        self.issued: Final = issued
        self.expires: Final = expires
        self.place: Final = place
        self.related_key: Final = related_key
        self.related_protection: Final = related_protection


class Evidence(Sealed):
    """Everything fetched about one person for one request.

    `name`, `birth_date` (stored form, 0 when none is registered), `death_kind` and `province` (of current
    residence, else permanent; code of the 34-province list, empty when unknown) are always read, to judge.
    `values` is aligned with `fields.PERSON_COLUMNS` and holds None where the column mask did not ask.
    `protection` has a bit per living kind of protection, `examination` bit i for column i of
    `PERSON_COLUMNS` while it is under examination. `candidates` counts the persons the number led to.
    """

    __slots__ = (
        "birth_date",
        "candidates",
        "consent",
        "current_number",
        "death_kind",
        "examination",
        "lists",
        "name",
        "person_id",
        "person_key",
        "protection",
        "province",
        "values",
    )

    def __init__(  # noqa: PLR0913 (one per column read)
        self,
        *,
        person_id: int,
        person_key: bytes,
        current_number: str | None,
        name: str,
        birth_date: int,
        death_kind: int,
        province: str,
        protection: int,
        examination: int,
        candidates: int,
        values: Sequence[ColumnValue],
        consent: ConsentFact | None = None,
        lists: tuple[ListRow, ...] = (),
    ) -> None:
        self.person_id: Final = person_id
        self.person_key: Final = person_key
        self.current_number: Final = current_number
        self.name: Final = name
        self.birth_date: Final = birth_date
        self.death_kind: Final = death_kind
        self.province: Final = province
        self.protection: Final = protection
        self.examination: Final = examination
        self.candidates: Final = candidates
        self.values: Final = values
        self.consent: Final = consent
        self.lists: Final = lists
