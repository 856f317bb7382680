"""Make the place lists of `lienthong.core.data` from the wheel of PyPI `vietnamadminunits` 1.0.4 (MIT).

    pip download --no-deps vietnamadminunits==1.0.4
    python scripts/extract_administrative_units.py vietnamadminunits-1.0.4-py3-none-any.whl [--check]

Reads the two lists of units and the table of which commune went into which in July 2025, turns the keys of
that table into codes, checks that the whole is complete, and writes six CSV files; `--check` compares instead
of writing. A commune that was split keeps all its successors, the one that took most of it first.

The table was made by matching names, and where two provinces with a commune of the same name were merged it
gives each of the two the successors of both. Such a wrong successor is recognised and left out: the name
occurs twice in the merged province, no other part of the successor lies in the commune's old district, and
the nearest part lies more than `FAR_KM` away.
"""

import argparse
import csv
import io
import json
import math
import sqlite3
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

DATA = Path(__file__).resolve().parent.parent / "src/lienthong/core/data"
FAR_KM = 15.0
EXPECTED = {"provinces_1": 63, "provinces_2": 34, "districts_1": 696, "communes_2": 3321}

_OLD_UNITS = """
SELECT provinceCode, province, districtCode, district, coalesce(wardCode, ''), coalesce(ward, ''),
  provinceKey || '_' || districtKey || '_' || coalesce(wardKey, ''),
  coalesce(wardLat, districtLat), coalesce(wardLon, districtLon), provinceKey
FROM admin_units_legacy
"""
_NEW_UNITS = "SELECT provinceCode, province, wardCode, ward, provinceKey, wardKey FROM admin_units"


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A commune before July 2025, or an island district that had none (`commune` is then its own code)."""

    key: str
    province: str
    province_key: str
    district: str
    commune: str
    latitude: float
    longitude: float

    @property
    def name_key(self) -> str:
        """Give the name without its province and district."""
        return self.key.rsplit("_", 1)[1]

    def distance_to(self, other: "OldUnit") -> float:
        """Give the distance in kilometres."""
        north = (self.latitude - other.latitude) * 111.2
        east = (self.longitude - other.longitude) * 111.2 * math.cos(math.radians(self.latitude))
        return math.hypot(north, east)


@dataclass(frozen=True, slots=True)
class Successor:
    """One commune into which an old one went; `share` is `whole`, `most` or `part`."""

    code: str
    share: str


class Extraction:
    """Everything read from one wheel."""

    def __init__(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
            database = archive.extract("vietnamadminunits/data/dataset.db", folder)
            connection = sqlite3.connect(database)
            self.old_rows = connection.execute(_OLD_UNITS).fetchall()
            self.new_rows = connection.execute(_NEW_UNITS).fetchall()
            connection.close()
            self.converter = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
        self.old = {
            key: OldUnit(key, province, province_key, district, commune or district, latitude, longitude)
            for province, _, district, _, commune, _, key, latitude, longitude, province_key in self.old_rows
        }
        self.new_codes = {(row[4], row[5]): row[2] for row in self.new_rows}

    def province_succession(self) -> dict[str, str]:
        """Map each of the 63 province codes to one of the 34."""
        old_codes = {row[9]: row[0] for row in self.old_rows}
        new_codes = {row[4]: row[0] for row in self.new_rows}
        return {
            old_codes[old]: new_codes[new]
            for new, olds in self.converter["DICT_PROVINCE"].items()
            for old in olds
        }

    def commune_succession(self) -> dict[str, list[Successor]]:
        """Map each old unit, by key, to its successors as the package has them."""
        found: dict[str, list[Successor]] = defaultdict(list)
        for province, communes in self.converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
            for new, olds in communes.items():
                for old in olds:
                    found[old].append(Successor(self.new_codes[province, new], "whole"))
        for province, communes in self.converter["DICT_PROVINCE_WARD_DIVIDED"].items():
            for old, parts in communes.items():
                for part in parts:
                    share = "most" if part["isDefaultNewWard"] else "part"
                    found[old].append(Successor(self.new_codes[province, part["newWardKey"]], share))
        return found

    def without_namesakes(self, found: dict[str, list[Successor]]) -> dict[str, list[Successor]]:
        """Leave out the successors that belong to another commune of the same name; most of it first."""
        provinces = self.province_succession()
        parts: dict[str, list[OldUnit]] = defaultdict(list)
        names: dict[tuple[str, str], int] = defaultdict(int)
        for key, successors in found.items():
            unit = self.old[key]
            names[provinces[unit.province], unit.name_key] += 1
            for successor in successors:
                if successor.share != "part":
                    parts[successor.code].append(unit)

        def is_namesake(unit: OldUnit, successor: Successor) -> bool:
            if successor.share != "part" or names[provinces[unit.province], unit.name_key] < 2:
                return False
            others = [other for other in parts[successor.code] if other is not unit]
            if not others or any(other.district == unit.district for other in others):
                return False
            return min(map(unit.distance_to, others)) > FAR_KM

        return {
            key: sorted(
                (successor for successor in successors if not is_namesake(self.old[key], successor)),
                key=lambda successor: (successor.share == "part", successor.code),
            )
            for key, successors in found.items()
        }


def tables_of(extraction: Extraction) -> dict[str, list[tuple[str, ...]]]:
    """Build the rows of each file, header first, in order of code."""
    found = extraction.commune_succession()
    succession = extraction.without_namesakes(found)
    dropped = sum(map(len, found.values())) - sum(map(len, succession.values()))
    print(f"{dropped} successors of a namesake left out", file=sys.stderr)
    tables = {
        "provinces_1": [("code", "name"), *_sorted((row[0], row[1]) for row in extraction.old_rows)],
        "provinces_2": [("code", "name"), *_sorted((row[0], row[1]) for row in extraction.new_rows)],
        "districts_1": [
            ("code", "parent", "name"),
            *_sorted((row[2], row[0], row[3]) for row in extraction.old_rows),
        ],
        "communes_1": [
            ("code", "parent", "name"),
            *_sorted((row[4], row[2], row[5]) for row in extraction.old_rows if row[4]),
        ],
        "communes_2": [
            ("code", "parent", "name"),
            *_sorted((row[2], row[0], row[3]) for row in extraction.new_rows),
        ],
        "succession": [
            ("code", "successors"),
            *_sorted(extraction.province_succession().items()),
            *_sorted(
                (extraction.old[key].commune, " ".join(successor.code for successor in successors))
                for key, successors in succession.items()
            ),
        ],
    }
    _check(tables, len(extraction.old))
    return tables


def _sorted(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted({tuple(normalize("NFC", value) for value in row) for row in rows})


def _check(tables: dict[str, list[tuple[str, ...]]], units: int) -> None:
    for name, count in EXPECTED.items():
        if len(tables[name]) - 1 != count:
            raise SystemExit(f"{name}: {len(tables[name]) - 1} rows, {count} expected")
    for name, rows in tables.items():
        codes = [row[0] for row in rows]
        if len(set(codes)) != len(codes):
            raise SystemExit(f"{name}: a code occurs twice")
    if len(tables["succession"]) - 1 != units + EXPECTED["provinces_1"]:
        raise SystemExit("succession: an old unit is missing")
    reached = {code for row in tables["succession"][1:] for code in row[1].split()}
    wanted = {row[0] for name in ("provinces_2", "communes_2") for row in tables[name][1:]}
    if reached != wanted:
        raise SystemExit(f"succession: {sorted(wanted ^ reached)} do not fit")


def main() -> None:
    """Write the files, or compare them with what is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    arguments = parser.parse_args()
    differing = []
    for name, rows in tables_of(Extraction(arguments.wheel)).items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        path = DATA / f"{name}.csv"
        if not arguments.check:
            path.write_text(text.getvalue(), encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text.getvalue():
            differing.append(name)
        print(f"{name}: {len(rows) - 1} rows", file=sys.stderr)
    if differing:
        raise SystemExit(f"differ from the wheel: {', '.join(differing)}")


if __name__ == "__main__":
    main()
