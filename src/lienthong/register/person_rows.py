"""Synthetic people as rows of COPY text: the person, cards, nationality, other names, protections, consents.

What is drawn here are the facts of a single person: how precisely a birth date is known, blood group,
telephone and the rare cases (examination, protection, consent).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final

from lienthong.core.codes import PLACES_CHANGED_ON
from lienthong.core.fields import BY_NAME, PERSON_COLUMNS
from lienthong.core.name_order import sort_key
from lienthong.register.copy_text import BYTES_PREFIX, NULL, TABLES, instant, iso, stored
from lienthong.register.name_tables import slots
from lienthong.register.places import Gazetteer
from lienthong.register.protections import GROUNDS, ProtectionKind
from lienthong.register.synthetic_person import YEAR, Person

CONSENT_SYSTEM: Final = "synthetic-bank"
CONSENT_PURPOSE: Final = "account-opening"
CONSENT_FIELDS: Final = ("full_name", "number", "birth_date", "permanent_residence", "card_issue_date")

_CONSENT_FIELDS: Final = (
    "{" + ",".join(map(str, sorted(BY_NAME[name].number for name in CONSENT_FIELDS))) + "}"
)
_PLACES_CHANGED: Final = PLACES_CHANGED_ON.toordinal()
_YEAR_ONLY: Final = ((1950, 0.45), (1960, 0.25), (1970, 0.09), (1980, 0.02), (9999, 0.0004))
_MONTH_ONLY: Final = 0.006
_BLOOD_GROUPS: Final = slots({"00": 58, "04": 18, "02": 12.5, "01": 9, "03": 2.5}, 1000)
_PROTECTED: Final = 0.003
_KINDS_OF_ADULTS: Final = (
    ProtectionKind.WITNESS,
    ProtectionKind.TRAFFICKING_VICTIM,
    ProtectionKind.STATE_SECRET,
)
_EXAMINED: Final = 0.002
_EXAMINED_BITS: Final = tuple(
    1 << PERSON_COLUMNS.index(column)
    for column in ("birth_date", "full_name", "permanent_residence", "sex", "marital_status")
)
_CONSENTS: Final = 0.02
_OLDER_CARDS_AT: Final = "Cục Cảnh sát quản lý hành chính về trật tự xã hội"
_CARDS_AT: Final = "Bộ Công an"
_CARDS_CHANGED: Final = date(2024, 7, 1).toordinal()
_FIRST_CARD: Final = date(2016, 1, 1).toordinal()
_CARD_AGES: Final = (25, 40, 60)
_BIRTH_ORDER_NAMES: Final = ("Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Út")


@dataclass(slots=True)
class Rows:
    """Rows of COPY text by table, waiting to be written."""

    by_table: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def __getitem__(self, table: str) -> list[str]:
        return self.by_table[table]

    def drain(self) -> Iterable[tuple[str, list[str]]]:
        """Yield each table with its rows and empty it."""
        for table, rows in self.by_table.items():
            yield table, rows
            rows.clear()


class PersonWriter:
    """Writes the rows of single persons of one slice; `keys` are its person keys in hexadecimal."""

    def __init__(
        self, chance: Random, gazetteer: Gazetteer, rows: Rows, *, keys: str, first_id: int, today: int
    ) -> None:
        self._random = chance.random
        self._gazetteer = gazetteer
        self._chance = chance
        self._rows = rows
        self._keys = keys
        self._first_id = first_id
        self._today = today

    def write(self, person: Person) -> None:
        """Write a person who is enrolled and whose household is settled."""
        random = self._random
        is_protected = random() < _PROTECTED
        examination = 0
        if random() < _EXAMINED:
            examination = _EXAMINED_BITS[int(random() * len(_EXAMINED_BITS))]
        place = 32 * (person.person_id - self._first_id)
        name = sort_key(surname=person.surname, middle_name=person.middle, given_name=person.given)
        self._rows["person"].append(
            f"{person.person_id}\t{BYTES_PREFIX}{self._keys[place : place + 32]}\t{person.full_name}\t"
            f"{person.surname or NULL}\t{person.middle or NULL}\t{person.given or NULL}\t{person.number}\t"
            f"{person.old_number or NULL}\t{self._birth(person)}\t{2 if person.is_female else 1}\t"
            f"{self._origins(person)}\t{person.ethnicity or NULL}\t{person.religion}\t"
            f"{_BLOOD_GROUPS[int(random() * 1000)]}\t{self._residence(person)}\t"
            f"{self._civil_status(person)}\t{self._contact(person)}\t{NULL}\t{name}\t"
            f"{'t' if is_protected else 'f'}\t{examination}\n"
        )
        self._write_lists(person)
        if is_protected:
            self._write_protection(person)
        if random() < _CONSENTS and not person.died and self._age(person) >= 18:
            self._write_consent(person)

    def _age(self, person: Person) -> float:
        return (self._today - person.born) / YEAR

    def _birth(self, person: Person) -> int:
        """Give the registered birth date: of older people often the year alone."""
        day = stored(person.born)
        share = next(share for year, share in _YEAR_ONLY if day < year * 10_000)
        draw = self._random()
        if draw < share:
            return day // 10_000 * 10_000
        return day // 100 * 100 if draw < share + _MONTH_ONLY * (share > 0.001) else day

    def _origins(self, person: Person) -> str:
        """Write place of birth, place of its registration and native place."""
        places = self._gazetteer.places
        home = places[person.home]
        is_old = person.born < _PLACES_CHANGED
        registered = home.address("", is_old=is_old)
        birth = registered
        if self._random() < 0.12:
            birth = places[self._gazetteer.city(self._chance)].address("Bệnh viện đa khoa", is_old=is_old)
        father = person.father
        native = places[father.home] if father is not None else home
        return f"{birth}\t{registered}\t{native.address('', is_old=is_old)}"

    def _residence(self, person: Person) -> str:
        """Write permanent, temporary and current residence, absence and the number of the residence file."""
        household = person.household
        if household is None:
            home = self._gazetteer.places[person.home].address("", is_old=self._random() < 0.5)
            return f"{home}" + f"\t{NULL}" * 8
        lived = household.residence
        since = max(lived.since, person.born + 20)
        absence = f"{NULL}\t{NULL}"
        if self._random() < 0.012:
            left = max(person.born, self._today - int(self._random() * 500))
            absence = f"{iso(left)}\t{iso(left + 30 + int(self._random() * 600))}"
        return (
            f"{lived.permanent}\t{iso(since)}\t{lived.temporary}\t{lived.temporary_from}\t"
            f"{lived.temporary_until}\t{lived.current}\t{absence}\t{lived.file}"
        )

    def _civil_status(self, person: Person) -> str:
        """Write marital status, relation to the head, and the death or disappearance."""
        status = 1
        if person.married:
            status = 2 if person.spouse is not None and not person.spouse.died else 3
        if person.died:
            day = stored(person.died)
            death = f"{2 if person.is_missing else 1}\t{day if self._random() > 0.02 else day // 100 * 100}"
        else:
            death = f"0\t{NULL}"
        return f"{status}\t{person.relation or NULL}\t{death}"

    def _contact(self, person: Person) -> str:
        """Write telephone and e-mail that no network or mail server can reach."""
        age = self._age(person)
        random = self._random
        if person.died or age < 15:
            return f"{NULL}\t{NULL}"
        phone = f"+8400{int(random() * 10_000_000):07d}" if random() < 0.87 else NULL
        email = f"p{person.person_id}@mail.example" if age < 65 and random() < 0.3 else NULL
        return f"{phone}\t{email}"

    def _write_lists(self, person: Person) -> None:
        random = self._random
        identity = person.person_id
        self._rows["nationality"].append(f"{identity}\t1\t{person.nationality}\n")
        if person.nationality == "VN" and random() < 0.0012:
            self._rows["nationality"].append(f"{identity}\t2\t{'FR' if random() < 0.5 else 'US'}\n")
        if random() < 0.012:
            called = _BIRTH_ORDER_NAMES[int(random() * len(_BIRTH_ORDER_NAMES))]
            self._rows["other_name"].append(f"{identity}\t1\t{called} {person.given}\n")
        age = self._age(person)
        if age >= 14 or random() < 0.2:
            self._write_cards(person)

    def _write_cards(self, person: Person) -> None:
        """Write the cards since the first; each runs until the age of 25, 40 or 60, then without end."""
        earliest = max(person.born + int((6 if self._random() < 0.1 else 14) * YEAR), _FIRST_CARD)
        latest = person.died or self._today
        if earliest >= latest:
            return
        issued = earliest + int(self._random() * (latest - earliest))
        position = 1
        while position < 4:
            expires = _expiry(person.born, issued)
            place = _CARDS_AT if issued >= _CARDS_CHANGED else _OLDER_CARDS_AT
            self._rows["card"].append(
                f"{person.person_id}\t{position}\t{person.number}\t{iso(issued)}\t"
                f"{NULL if expires is None else iso(expires)}\t{place}\n"
            )
            if expires is None or expires >= latest:
                return
            issued = expires + int(self._random() * 200)
            if issued >= latest:
                return
            position += 1

    def _write_protection(self, person: Person) -> None:
        kind = ProtectionKind.ADOPTION
        if self._age(person) >= 16:
            kind = _KINDS_OF_ADULTS[int(self._random() * len(_KINDS_OF_ADULTS))]
        begun = self._today - 30 - int(self._random() * 1500)
        until = instant(begun + 7300) if self._random() < 0.3 else NULL
        self._rows["protection"].append(
            f"{person.person_id}\t{kind.value}\t{GROUNDS[kind]}\t{instant(begun)}\t{until}\n"
        )

    def _write_consent(self, person: Person) -> None:
        begun = self._today - int(self._random() * 700)
        withdrawn = instant(begun + int(self._random() * 90)) if self._random() < 0.15 else NULL
        self._rows["consent"].append(
            f"synthetic-{person.person_id}\t{person.person_id}\t{CONSENT_SYSTEM}\t{CONSENT_PURPOSE}\t"
            f"{_CONSENT_FIELDS}\t{instant(begun)}\t{instant(begun + 1461)}\t{withdrawn}\n"
        )


def _expiry(born: int, issued: int) -> int | None:
    """Give the day a card issued on a day expires: at the next of 25, 40, 60, skipped if within two years."""
    age = (issued - born) / YEAR
    reached = next((years for years in _CARD_AGES if age < years - 2), None)
    return None if reached is None else born + int(reached * YEAR)
