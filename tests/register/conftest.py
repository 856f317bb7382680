"""A small generated population, made once per worker, and the same one loaded into a fresh register."""

import asyncio
from pathlib import Path

import pytest

from lienthong.db import Database
from lienthong.register.loader import load_population
from lienthong.register.population import generate
from tests.register.rows import PLAN, Files


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
