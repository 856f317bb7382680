"""A small generated population, made once per worker, and the same one loaded into a fresh register."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.db import Database
from lienthong.register.copy_text import NULL
from lienthong.register.loader import load_population
from lienthong.register.population import PopulationPlan, generate

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


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population") / "files"
    generate(PLAN, folder, processes=1)
    return folder


@pytest.fixture(scope="session")
def files(population: Path) -> Files:
    return Files(population)


@pytest.fixture
def loaded(database: Database, population: Path) -> Database:
    asyncio.run(load_population(database, population))
    return database
