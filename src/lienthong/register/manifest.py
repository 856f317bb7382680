"""What a generated population consists of: its files with their hashes, slice by slice."""

from datetime import date
from pathlib import Path
from typing import Final

import msgspec

FORMAT: Final = "lienthong-population-1"
FILE_NAME: Final = "manifest.json"


class PopulationDamagedError(Exception):
    """A population on disk is not what its manifest says; the message names the file and how to go on."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of rows of one table, as COPY text; `name` is beside the manifest, ends in .gz if packed."""

    table: str
    name: str
    rows: int
    bytes: int
    sha256: str


class SliceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Persons `first_id` and on, so many; `first_key` (hex) is the person key of the first."""

    index: int
    first_id: int
    persons: int
    first_key: str
    files: tuple[FileEntry, ...]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole population: what it was made from, as of which day, and its slices in order of id."""

    format: str
    seed: int
    persons: int
    as_of: date
    slices: tuple[SliceEntry, ...]

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table, over all slices."""
        counted: dict[str, int] = {}
        for entry in self.slices:
            for file in entry.files:
                counted[file.table] = counted.get(file.table, 0) + file.rows
        return counted


def encode(manifest: Manifest) -> bytes:
    """Write a manifest as the bytes whose SHA-256 names the population."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def read(directory: Path) -> tuple[Manifest, bytes]:
    """Return the manifest of a generated population and its bytes.

    Raises PopulationDamagedError when there is none or it is not of this format.
    """
    path = directory / FILE_NAME
    try:
        content = path.read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise PopulationDamagedError(
            f"{path}: {error.strerror}. Name a folder made by `lienthong population generate`."
        ) from error
    except msgspec.MsgspecError as error:
        raise PopulationDamagedError(f"{path} is no manifest: {error}. Generate it again.") from error
    if manifest.format != FORMAT:
        raise PopulationDamagedError(
            f"{path} has the format {manifest.format}, this release reads {FORMAT}. Generate it again."
        )
    return manifest, content
