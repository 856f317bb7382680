"""Where synthetic people live and were born: communes by population, addresses as the register stores them.

Every place is a commune of the list before 1 July 2025 together with the commune of the newer list it went
into, so that one place can be written the old way, with its district, and the new way, without.
"""

import tomllib
from collections.abc import Mapping
from csv import DictReader
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

from lienthong.core.codes import CodeList, entries, find, successor_communes
from lienthong.register.name_tables import KINH, slots

NOWHERE: Final = ""
_URBAN_KINDS: Final = ("Phường", "Thị trấn")
_DETAILS: Final = 4096


class Place:
    """One commune in both lists; `before` and `after` are its address up to the detail, as COPY text."""

    __slots__ = ("after", "before", "is_urban", "name", "province", "successor_province")

    def __init__(self, *, province: str, district: str, commune: str, name: str) -> None:
        newer = successor_communes(commune)[0]
        entry = find(CodeList.COMMUNE, 2, newer)
        assert entry is not None
        self.name = name
        self.is_urban = name.startswith(_URBAN_KINDS)
        self.province = province
        self.successor_province = entry.parent
        self.before = f"(1,{province},{district},{commune},"
        self.after = f'(2,{entry.parent},"",{newer},'

    def address(self, detail: str, *, is_old: bool) -> str:
        """Write an address in one of the two lists as the text of a `register.address`."""
        written = f'"{detail}"' if detail else ""
        return f"{self.before if is_old else self.after}{written},VN)"


class Province:
    """A province of the older list: its communes, its region and the peoples who live there."""

    __slots__ = ("code", "peoples", "region", "rural", "urban", "urban_share")

    def __init__(self, row: Mapping[str, str], places: list[int], all_places: tuple[Place, ...]) -> None:
        self.code = row["code"]
        self.region = row["region"]
        self.urban_share = float(row["urban"])
        self.urban = tuple(index for index in places if all_places[index].is_urban) or tuple(places)
        self.rural = tuple(index for index in places if not all_places[index].is_urban) or tuple(places)
        minorities = dict(part.split(":") for part in row["minorities"].split(";") if part)
        shares = {code: float(share) for code, share in minorities.items()}
        self.peoples = slots({KINH: 1.0 - sum(shares.values()), **shares}, 2000)


class Gazetteer:
    """All places and provinces, with weighted choice by population; places are named by their index."""

    def __init__(self) -> None:
        districts = {entry.code: entry.parent for entry in entries(CodeList.DISTRICT, 1)}
        self.places = tuple(
            Place(
                province=districts[entry.parent], district=entry.parent, commune=entry.code, name=entry.name
            )
            for entry in entries(CodeList.COMMUNE, 1)
        )
        by_province: dict[str, list[int]] = {}
        for index, place in enumerate(self.places):
            by_province.setdefault(place.province, []).append(index)
        rows = list(DictReader(_text("provinces.csv").splitlines()))
        self.provinces = {row["code"]: Province(row, by_province[row["code"]], self.places) for row in rows}
        self._by_population = slots({row["code"]: float(row["population"]) for row in rows})
        self._by_cities = slots(
            {row["code"]: float(row["population"]) * float(row["urban"]) ** 2 for row in rows}
        )
        self._details = _details()

    def province(self, chance: Random) -> Province:
        """Choose a province by population."""
        return self.provinces[self._by_population[int(chance.random() * len(self._by_population))]]

    def commune(self, province: Province, chance: Random) -> int:
        """Choose a commune of a province, town or country by its urban share."""
        places = province.urban if chance.random() < province.urban_share else province.rural
        return places[int(chance.random() * len(places))]

    def city(self, chance: Random) -> int:
        """Choose an urban commune where people move to."""
        province = self.provinces[self._by_cities[int(chance.random() * len(self._by_cities))]]
        return province.urban[int(chance.random() * len(province.urban))]

    def region(self, place: int) -> str:
        """Give the region of a place."""
        return self.provinces[self.places[place].province].region

    def detail(self, place: int, chance: Random) -> str:
        """Draw house, street or hamlet for an address in a place."""
        details = self._details[self.region(place), self.places[place].is_urban]
        return details[int(chance.random() * len(details))]


@cache
def gazetteer() -> Gazetteer:
    """Read the places; done once per process."""
    return Gazetteer()


def _text(name: str) -> str:
    return files("lienthong.register").joinpath("data", name).read_text(encoding="utf-8")


def _details() -> dict[tuple[str, bool], tuple[str, ...]]:
    """Fill the forms of an address once, by region and by town or country."""
    chance = Random("addresses")  # noqa: S311 (a fixed table, nothing secret)
    tables = tomllib.loads(_text("addresses.toml"))
    streets = tables.pop("streets")
    filled: dict[tuple[str, bool], tuple[str, ...]] = {}
    for region, table in tables.items():
        for is_urban in (True, False):
            forms = table["urban" if is_urban else "rural"]
            filled[region, is_urban] = tuple(
                chance.choice(forms).format(
                    n=chance.randint(1, 380),
                    m=chance.randint(2, 190),
                    k=chance.randint(1, 14),
                    street=chance.choice(streets),
                    hamlet=chance.choice(table["hamlets"]),
                )
                for _ in range(_DETAILS)
            )
    return filled
