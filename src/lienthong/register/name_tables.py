"""The frequency tables of names in `data/`, read once into slots that weighted choice can index.

Surnames and the number of words follow the published shares; the rest is our own composition.
"""

import tomllib
from collections.abc import Iterable, Mapping
from csv import DictReader
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

from lienthong.core.names import standard_name

REGIONS: Final = ("north", "centre", "south")
COHORTS: Final = ("until_1954", "until_1974", "until_1994", "from_1995")
KINH: Final = "01"
WHOLE: Final = "{surname} {middle} {given}"
"""The form of a whole name among most peoples."""

_SLOTS: Final = 4096
# Words of a whole name, in per cent for two, three, four and five words, by cohort.
_WORDS: Final = {
    "male": ((2.5, 91.5, 6.0, 0.0), (1.5, 88.4, 10.0, 0.1), (1.0, 79.9, 19.0, 0.1), (0.9, 72.8, 26.1, 0.2)),
    "female": ((1.5, 92.5, 6.0, 0.0), (0.6, 82.3, 17.0, 0.1), (0.3, 56.5, 43.0, 0.2), (0.2, 34.7, 64.6, 0.5)),
}


def slots(weights: Mapping[str, float], size: int = _SLOTS) -> tuple[str, ...]:
    """Spread weighted words over `size` equally likely slots; raises ValueError when all weights are 0."""
    total = sum(weights.values())
    if total <= 0:
        raise ValueError("no word has a weight")
    filled: list[str] = []
    reached = 0.0
    for word, weight in weights.items():
        reached += weight
        filled += [word] * (round(size * reached / total) - len(filled))
    return tuple(filled)


@dataclass(frozen=True, slots=True)
class GivenNames:
    """Middle and given names of one sex and cohort as equal slots, in the older and newer spelling."""

    middles: tuple[tuple[str, ...], tuple[str, ...]]
    givens: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class People:
    """How one of the other peoples is named: slots by sex (male, female) and the forms of a whole name."""

    surnames: tuple[str, ...]
    middles: tuple[tuple[str, ...], tuple[str, ...]]
    givens: tuple[tuple[str, ...], tuple[str, ...]]
    forms: tuple[str, str]
    common: float
    takes_mothers_surname: bool


@dataclass(frozen=True, slots=True)
class Foreigners:
    """Names of one foreign nationality."""

    surnames: tuple[str, ...]
    givens: tuple[tuple[str, ...], tuple[str, ...]]
    form: str


@dataclass(frozen=True, slots=True)
class NamePools:
    """All tables names are drawn from; `common` is indexed by sex and cohort, `surnames` by region."""

    surnames: tuple[tuple[str, ...], ...]
    common: tuple[tuple[GivenNames, ...], tuple[GivenNames, ...]]
    peoples: Mapping[str, People]
    foreigners: Mapping[str, Foreigners]


def newer_spelling(words: str) -> str:
    """Write a name with the tone marks where the newer convention puts them: Hòa becomes Hoà."""
    return " ".join(word.capitalize() for word in standard_name(words).split(" "))


@cache
def load() -> NamePools:
    """Read the frequency tables; done once per process."""
    surnames = _rows("surnames.csv")
    tables = tomllib.loads(_text("peoples.toml"))
    return NamePools(
        surnames=tuple(slots({row["surname"]: float(row[region]) for row in surnames}) for region in REGIONS),
        common=(_common("male"), _common("female")),
        peoples={code: _people(tables["people"], code) for code in tables["people"]},
        foreigners={
            country: Foreigners(
                tuple(table["surnames"]), (tuple(table["male"]), tuple(table["female"])), table["form"]
            )
            for country, table in tables["foreigner"].items()
        },
    )


def _text(name: str) -> str:
    return files("lienthong.register").joinpath("data", name).read_text(encoding="utf-8")


def _rows(name: str) -> list[dict[str, str]]:
    return list(DictReader(_text(name).splitlines()))


def _common(sex: str) -> tuple[GivenNames, ...]:
    givens = [row for row in _rows("given_names.csv") if row["sex"] == sex]
    middles = [row for row in _rows("middle_names.csv") if row["sex"] == sex]
    pools: list[GivenNames] = []
    for index, cohort in enumerate(COHORTS):
        first = slots({row["middle"]: float(row[cohort]) for row in middles if row["position"] == "first"})
        second = slots({row["middle"]: float(row[cohort]) for row in middles if row["position"] == "second"})
        middle = tuple(_middles(first, second, _WORDS[sex][index], seed=f"{sex} {cohort}"))
        given = slots({row["given"]: float(row[cohort]) for row in givens})
        pools.append(GivenNames((middle, _respelled(middle)), (given, _respelled(given))))
    return tuple(pools)


def _respelled(words: tuple[str, ...]) -> tuple[str, ...]:
    spelled = {word: newer_spelling(word) for word in dict.fromkeys(words)}
    return tuple(spelled[word] for word in words)


def _middles(
    first: tuple[str, ...], second: tuple[str, ...], words: tuple[float, ...], *, seed: str
) -> Iterable[str]:
    """Compose as many middle names as there are slots, of no to three words, in the shares of `words`."""
    chance = Random(seed)  # noqa: S311 (a fixed table, nothing secret)
    for count in slots({str(count): weight for count, weight in enumerate(words)}):
        parts = [chance.choice(first)] if count != "0" else []
        while len(parts) < int(count):
            word = chance.choice(second)
            if word not in parts:
                parts.append(word)
        yield " ".join(parts)


def _people(tables: dict[str, dict[str, object]], code: str) -> People:
    own = tables[code]
    model = own.get("like")
    table = {**tables[model], **own} if isinstance(model, str) else own
    middles = table.get("middles", {"male": {"": 1}, "female": {"": 1}})
    forms = table.get("forms", {"male": WHOLE, "female": WHOLE})
    surnames = table["surnames"]
    common = table["kinh"]
    assert isinstance(middles, dict)
    assert isinstance(forms, dict)
    assert isinstance(surnames, dict)
    assert isinstance(common, float)
    return People(
        surnames=slots(surnames, 512),
        middles=(slots(middles["male"], 512), slots(middles["female"], 512)),
        givens=(_names(table["male"]), _names(table["female"])),
        forms=(forms["male"], forms["female"]),
        common=common,
        takes_mothers_surname=bool(table.get("mothers_surname", False)),
    )


def _names(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)
    return tuple(map(str, value))
