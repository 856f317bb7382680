"""Lists of persons in files: CSV with a header row or JSON lines in, JSON lines out."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO, TypeVar

import msgspec

from lienthong_agency.answers import BatchItemAnswer
from lienthong_agency.calls import MOST_ITEMS, BatchItem, ClaimedItem, ClaimValue

Item = TypeVar("Item", bound=BatchItem)

LARGEST_PART: Final = 200_000
"""Bytes of the items of one batch: the hub takes bodies of 262,144 unless it is set up otherwise."""

_COLUMNS = ("ref", "number", "full_name", "birth_date", "case")
_NEEDED = frozenset(_COLUMNS[:4])


class BatchFileError(Exception):
    """A list of persons cannot be read; the message names the line."""


class _Line(BatchItem, frozen=True, forbid_unknown_fields=True):
    """One line of a JSON lines file."""


class _ClaimedLine(ClaimedItem, frozen=True, forbid_unknown_fields=True):
    """One line of a JSON lines file with claims."""


def read_items(path: Path) -> list[BatchItem]:
    """Return the items of a file, `.csv` or JSON lines; raises BatchFileError.

    CSV is UTF-8 with the columns ref, number, full_name, birth_date and, where wanted, case.
    """
    return _read(path, lambda file: _csv_items(file) if _is_csv(path) else _json_items(file))


def read_claimed_items(path: Path) -> list[ClaimedItem]:
    """Return the items of a file with what is claimed of each; raises BatchFileError.

    In CSV every further column is a claim named like its field, or `field:` where its cells are JSON (true,
    false, numbers); an empty cell claims nothing. In JSON lines `claims` is an object.
    """
    return _read(path, lambda file: _csv_claimed(file) if _is_csv(path) else _json_claimed(file))


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _read(path: Path, items_in: Callable[[TextIO], Iterator[Item]]) -> list[Item]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            items = list(items_in(file))
    except OSError as error:
        raise BatchFileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BatchFileError(f"{path} is not UTF-8") from error
    if not items:
        raise BatchFileError(f"{path} lists nobody")
    _refuse_repeats(items)
    return items


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Yield the items in lists of what one batch may hold, in number and in bytes."""
    part: list[Item] = []
    size = 0
    for item in items:
        length = len(msgspec.json.encode(item)) + 1
        if part and (len(part) == MOST_ITEMS or size + length > LARGEST_PART):
            yield part
            part, size = [], 0
        part.append(item)
        size += length
    if part:
        yield part


def write_answers(answers: Iterable[BatchItemAnswer], file: TextIO) -> None:
    """Write one JSON line for each answer and make them visible to readers of the file."""
    for answer in answers:
        file.write(msgspec.json.encode(answer).decode("utf-8") + "\n")
    file.flush()


def _csv_items(file: TextIO) -> Iterator[BatchItem]:
    for _, person, _ in _csv_rows(file, claimed=False):
        yield BatchItem(**person)


def _csv_claimed(file: TextIO) -> Iterator[ClaimedItem]:
    for number, person, further in _csv_rows(file, claimed=True):
        claims = dict(_claim(number, column, cell) for column, cell in further.items() if cell)
        yield ClaimedItem(**person, claims=claims)


def _csv_rows(file: TextIO, *, claimed: bool) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
    """Yield of each row its line, what names the person, and the further cells by column."""
    rows = csv.DictReader(file, strict=True)
    columns = list(rows.fieldnames or ())
    known = set(columns) >= _NEEDED and len(set(columns)) == len(columns)
    if not known or not (claimed or set(columns) <= set(_COLUMNS)):
        raise BatchFileError(
            f"line 1: the columns are {', '.join(_COLUMNS)}, each once; case may be missing"
            + (", every other is a claim" if claimed else "")
        )
    try:
        for row in rows:
            if None in row or None in row.values():
                raise BatchFileError(f"line {rows.line_num}: not as many values as columns")
            person = {name: row[name] for name in _COLUMNS if row.get(name) or name in _NEEDED}
            further = {name: cell for name, cell in row.items() if name not in _COLUMNS}
            yield rows.line_num, person, further
    except csv.Error as error:
        raise BatchFileError(f"line {rows.line_num + 1}: {error}") from error


def _claim(line: int, column: str, cell: str) -> tuple[str, ClaimValue]:
    if not column.endswith(":"):
        return column, cell
    try:
        return column.removesuffix(":"), msgspec.json.decode(cell, type=bool | int | str)
    except msgspec.DecodeError as error:
        raise BatchFileError(
            f"line {line}, {column} a text in quotes, a whole number, true or false"
        ) from error


def _json_items(file: TextIO) -> Iterator[BatchItem]:
    for line in _json_lines(file, _Line):
        yield BatchItem(**msgspec.structs.asdict(line))


def _json_claimed(file: TextIO) -> Iterator[ClaimedItem]:
    for line in _json_lines(file, _ClaimedLine):
        yield ClaimedItem(**msgspec.structs.asdict(line))


def _json_lines(file: TextIO, kind: type[Item]) -> Iterator[Item]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except msgspec.DecodeError as error:
            raise BatchFileError(f"line {number}: {error}") from error


def _refuse_repeats(items: Sequence[BatchItem]) -> None:
    """Refuse what the hub would refuse, before anything is sent: a reference or number twice."""
    for name in ("ref", "number"):
        seen: set[str] = set()
        for item in items:
            value = getattr(item, name)
            if value in seen:
                raise BatchFileError(f"the {name} of {json.dumps(item.ref)} is there twice")
            seen.add(value)
