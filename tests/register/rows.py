"""The population the tests of this folder look at, and its rows."""

from collections.abc import Iterator
from pathlib import Path

from lienthong.register.copy_text import NULL
from lienthong.register.population import PopulationPlan

PERSONS = 3_000
PLAN = PopulationPlan(persons=PERSONS, seed=7, slice_persons=1_000)


class Files:
    """The rows of a generated population, split into columns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, table: str) -> Iterator[list[str | None]]:
        for path in sorted(self.folder.glob(f"{table}-*.copy")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield [None if value == NULL else value for value in line.split("\t")]
