"""Generating a synthetic population: slices made by processes side by side, written as files ready for COPY.

The same seed, number of persons and day give the same bytes, however many processes made them. Nobody in it
is real: every number has the prefix 099, which no place of birth registration has.
"""

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Self

from lienthong.register import manifest
from lienthong.register.copy_text import TABLES
from lienthong.register.manifest import FileEntry, Manifest, SliceEntry
from lienthong.register.slice_rows import SlicePlan, keys_of, slice_rows

SLICE_PERSONS: Final = 50_000
MOST_PERSONS: Final = 50_000_000
AS_OF: Final = date(2026, 11, 1)
"""The day the synthetic register shows unless told otherwise; fixed, so that a seed names a population."""

_PROCESSES: Final = 2


class PopulationError(Exception):
    """A population cannot be generated as asked; the message says how to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPlan:
    """What to generate: so many persons from a seed, as of a day, in slices of at most `slice_persons`."""

    persons: int
    seed: int
    as_of: date = AS_OF
    slice_persons: int = SLICE_PERSONS
    is_packed: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.persons <= MOST_PERSONS:
            raise PopulationError(f"generate between 1 and {MOST_PERSONS:,} persons, not {self.persons:,}")
        if not 1 <= self.slice_persons <= 100_000:
            raise PopulationError("a slice has between 1 and 100,000 persons")

    def slices(self) -> list[SlicePlan]:
        """Cut the population into slices, in order of id."""
        firsts = range(0, self.persons, self.slice_persons)
        return [
            SlicePlan(
                seed=self.seed,
                index=index,
                slices=len(firsts),
                persons=min(self.slice_persons, self.persons - first),
                first_id=first + 1,
                today=self.as_of,
            )
            for index, first in enumerate(firsts)
        ]


Progress = Callable[[int], None]
"""Told how many more persons are done."""


def generate(
    plan: PopulationPlan, directory: Path, *, processes: int | None = None, progress: Progress | None = None
) -> Manifest:
    """Write a population into an empty or new folder and return its manifest, which is written last.

    Raises PopulationError when the folder holds anything, NumbersExhaustedError when numbers run out.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise PopulationError(f"{directory} is not empty: name a new folder, or remove what is in it")
    made: list[SliceEntry] = []
    for entry in _make_slices(plan, directory, processes):
        made.append(entry)
        if progress is not None:
            progress(entry.persons)
    done = Manifest(
        format=manifest.FORMAT, seed=plan.seed, persons=plan.persons, as_of=plan.as_of, slices=tuple(made)
    )
    unfinished = directory / f"{manifest.FILE_NAME}.part"
    unfinished.write_bytes(manifest.encode(done))
    unfinished.rename(directory / manifest.FILE_NAME)
    return done


def _make_slices(plan: PopulationPlan, directory: Path, processes: int | None) -> Iterator[SliceEntry]:
    slices = plan.slices()
    write = partial(write_slice, directory=directory, is_packed=plan.is_packed)
    processes = min(len(slices), processes or min(_PROCESSES, os.cpu_count() or 1))
    if processes == 1:
        yield from map(write, slices)
        return
    # Fresh processes, not forks: the caller may have threads.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(write, slices)


def write_slice(plan: SlicePlan, *, directory: Path, is_packed: bool = False) -> SliceEntry:
    """Write the files of one slice and return their entry."""
    with ExitStack() as stack:
        files = {
            table: stack.enter_context(RowFile(directory, table, plan.index, is_packed=is_packed))
            for table in TABLES
        }
        for portion in slice_rows(plan):
            for table, rows in portion:
                files[table].write(rows)
    return SliceEntry(
        index=plan.index,
        first_id=plan.first_id,
        persons=plan.persons,
        first_key=keys_of(plan)[:32],
        files=tuple(files[table].entry() for table in TABLES),
    )


class RowFile:
    """A file of rows of one table being written, hashed as its bytes go to the disk."""

    def __init__(self, directory: Path, table: str, index: int, *, is_packed: bool) -> None:
        self._table = table
        self._name = f"{table}-{index:05d}.copy" + (".gz" if is_packed else "")
        self._file = (directory / self._name).open("xb")
        self._packer = zlib.compressobj(level=1, wbits=31) if is_packed else None
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._packer is not None:
            self._put(self._packer.flush())
        self._file.close()

    def write(self, rows: list[str]) -> None:
        """Add rows, each ending in a line feed."""
        content = "".join(rows).encode()
        self._rows += len(rows)
        self._put(content if self._packer is None else self._packer.compress(content))

    def _put(self, content: bytes) -> None:
        self._digest.update(content)
        self._bytes += len(content)
        self._file.write(content)

    def entry(self) -> FileEntry:
        """Return the entry for the manifest, once the file is closed."""
        return FileEntry(self._table, self._name, self._rows, self._bytes, self._digest.hexdigest())
