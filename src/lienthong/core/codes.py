"""The code lists: what a code of the register means, and on which day.

Codes of places were given away anew on 1 July 2025: 24 was Bắc Giang and is Bắc Ninh. So a code means
something only with the version of its list: version 1 holds the 63 provinces with their districts and
communes as they stood on 30 June 2025, version 2 the 34 provinces and their communes. Every other list has
version 1 alone. Each list is read from its file when it is first asked for; `preload` reads all.
"""

from collections.abc import Iterator, Mapping
from csv import reader
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

from lienthong.core.field_kinds import CodeList

__all__ = [
    "CURRENT_PLACES",
    "PLACES_CHANGED_ON",
    "CodeEntry",
    "CodeList",
    "all_entries",
    "current_province",
    "entries",
    "find",
    "list_version_on",
    "name_of",
    "preload",
    "successor_communes",
    "successor_province",
    "valid_on",
    "versions_of",
]

PLACES_CHANGED_ON = date(2025, 7, 1)
CURRENT_PLACES = 2

_PLACE_FILES = {
    (CodeList.PROVINCE, 1): "provinces_1",
    (CodeList.PROVINCE, 2): "provinces_2",
    (CodeList.DISTRICT, 1): "districts_1",
    (CodeList.COMMUNE, 1): "communes_1",
    (CodeList.COMMUNE, 2): "communes_2",
}


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code of one version of a list.

    `parent` is the code of the province or district a place lies in, empty for other lists. `name_en` is the
    Vietnamese name where there is no other. `valid_until` is the first day on which the code no longer
    holds; None on either side means without end.
    """

    list: CodeList
    version: int
    code: str
    name: str
    name_en: str
    parent: str
    valid_from: date | None
    valid_until: date | None


def versions_of(code_list: CodeList) -> tuple[int, ...]:
    """List the versions that exist of a list, oldest first."""
    return tuple(version for version in (1, 2) if _exists(code_list, version))


def list_version_on(day: date) -> int:
    """Give the version of the place lists in force on a day."""
    return 1 if day < PLACES_CHANGED_ON else CURRENT_PLACES


def find(code_list: CodeList, version: int, code: str) -> CodeEntry | None:
    """Look a code up in one version of a list."""
    row = _rows(code_list, version).get(code)
    return None if row is None else _entry(code_list, version, code, row)


def name_of(code_list: CodeList, version: int, code: str) -> str | None:
    """Give the Vietnamese name of a code in one version of a list."""
    row = _rows(code_list, version).get(code)
    return None if row is None else row[0]


def valid_on(code_list: CodeList, code: str, day: date) -> CodeEntry | None:
    """Look a code up in the version of its list that is in force on a day."""
    is_place = code_list in (CodeList.PROVINCE, CodeList.DISTRICT, CodeList.COMMUNE)
    return find(code_list, list_version_on(day) if is_place else 1, code)


def entries(code_list: CodeList, version: int) -> Iterator[CodeEntry]:
    """Walk through one version of a list in order of code."""
    for code, row in _rows(code_list, version).items():
        yield _entry(code_list, version, code, row)


def all_entries() -> Iterator[CodeEntry]:
    """Walk through every version of every list."""
    for code_list in CodeList:
        for version in versions_of(code_list):
            yield from entries(code_list, version)


def successor_province(code: str) -> str | None:
    """Give the code, in version 2, of the province that a province of version 1 went into."""
    found = _successions().get(code)
    return found[0] if found is not None and len(code) == 2 else None


def successor_communes(code: str) -> tuple[str, ...]:
    """Give the communes of version 2 that a commune of version 1 went into; empty for an unknown code.

    More than one where it was split: the one that took most of it first. The code of an island district
    that had no communes (three digits) leads to the special zone it became.
    """
    return _successions().get(code, ()) if len(code) > 2 else ()


def current_province(version: int, code: str) -> str | None:
    """Give the code, in version 2, of a province of either version; None for a code that is none."""
    if version == 1:
        return successor_province(code)
    return code if code in _rows(CodeList.PROVINCE, CURRENT_PLACES) else None


def preload() -> int:
    """Read every list now, so that no request waits for one; answers the number of codes."""
    _successions()
    return sum(len(_rows(code_list, version)) for code_list in CodeList for version in versions_of(code_list))


_Row = tuple[str, str, str]  # Vietnamese name, English name, parent


def _exists(code_list: CodeList, version: int) -> bool:
    if code_list in (CodeList.PROVINCE, CodeList.DISTRICT, CodeList.COMMUNE):
        return (code_list, version) in _PLACE_FILES
    return version == 1


def _entry(code_list: CodeList, version: int, code: str, row: _Row) -> CodeEntry:
    is_current = version == CURRENT_PLACES
    is_former = (code_list, version) in _PLACE_FILES and not is_current
    return CodeEntry(
        list=code_list,
        version=version,
        code=code,
        name=row[0],
        name_en=row[1],
        parent=row[2],
        valid_from=PLACES_CHANGED_ON if is_current else None,
        valid_until=PLACES_CHANGED_ON if is_former else None,
    )


@lru_cache(maxsize=32)
def _rows(code_list: CodeList, version: int) -> Mapping[str, _Row]:
    if not _exists(code_list, version):
        return {}
    file = _PLACE_FILES.get((code_list, version))
    if file is None:
        return {
            code: (name, english, "")
            for name_of_list, code, name, english in _read("lists")
            if name_of_list == code_list
        }
    if code_list is CodeList.PROVINCE:
        return {code: (name, name, "") for code, name in _read(file)}
    return {code: (name, name, parent) for code, parent, name in _read(file)}


@lru_cache(maxsize=1)
def _successions() -> Mapping[str, tuple[str, ...]]:
    return {code: tuple(successors.split()) for code, successors in _read("succession")}


def _read(name: str) -> Iterator[list[str]]:
    text = files("lienthong.core").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    rows = reader(text.splitlines())
    next(rows)
    return rows
