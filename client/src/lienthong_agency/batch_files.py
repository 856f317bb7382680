"""Lists of persons in files: CSV with a header row or JSON lines in, JSON lines out."""

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

import msgspec

from lienthong_agency.answers import BatchItemAnswer
from lienthong_agency.calls import MOST_ITEMS, BatchItem

_COLUMNS = ("ref", "number", "full_name", "birth_date", "case")
_NEEDED = frozenset(_COLUMNS[:4])


class BatchFileError(Exception):
    """A list of persons cannot be read; the message names the line."""


class _Line(BatchItem, frozen=True, forbid_unknown_fields=True):
    """One line of a JSON lines file."""


def read_items(path: Path) -> list[BatchItem]:
    """Return the items of a file, `.csv` or JSON lines; raises BatchFileError.

    CSV is UTF-8 with the columns ref, number, full_name, birth_date and, where wanted, case.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = _csv_items(file) if path.suffix.lower() == ".csv" else _json_items(file)
            items = list(reader)
    except OSError as error:
        raise BatchFileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BatchFileError(f"{path} is not UTF-8") from error
    if not items:
        raise BatchFileError(f"{path} lists nobody")
    _refuse_repeats(items)
    return items


def chunks(items: Iterable[BatchItem]) -> Iterator[list[BatchItem]]:
    """Yield the items in lists of what one batch may hold."""
    source = iter(items)
    while chunk := list(islice(source, MOST_ITEMS)):
        yield chunk


def write_answers(answers: Iterable[BatchItemAnswer], file: TextIO) -> None:
    """Write one JSON line for each answer and make them visible to readers of the file."""
    for answer in answers:
        file.write(msgspec.json.encode(answer).decode("utf-8") + "\n")
    file.flush()


def _csv_items(file: TextIO) -> Iterator[BatchItem]:
    rows = csv.DictReader(file, strict=True)
    columns = set(rows.fieldnames or ())
    if not columns >= _NEEDED or not columns <= set(_COLUMNS):
        raise BatchFileError(f"line 1: the columns are {', '.join(_COLUMNS)}; case may be missing")
    try:
        for row in rows:
            if None in row or None in row.values():
                raise BatchFileError(f"line {rows.line_num}: not as many values as columns")
            yield BatchItem(**{name: value for name, value in row.items() if value or name != "case"})
    except csv.Error as error:
        raise BatchFileError(f"line {rows.line_num + 1}: {error}") from error


def _json_items(file: TextIO) -> Iterator[BatchItem]:
    decoder = msgspec.json.Decoder(_Line)
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield BatchItem(**msgspec.structs.asdict(decoder.decode(line)))
        except msgspec.DecodeError as error:
            raise BatchFileError(f"line {number}: {error}") from error


def _refuse_repeats(items: list[BatchItem]) -> None:
    """Refuse what the hub would refuse, before anything is sent: a reference or number twice."""
    for name in ("ref", "number"):
        seen: set[str] = set()
        for item in items:
            value = getattr(item, name)
            if value in seen:
                raise BatchFileError(f"the {name} of {json.dumps(item.ref)} is there twice")
            seen.add(value)
