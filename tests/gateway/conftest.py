"""The gateway's fixtures: one shared world per worker, and worlds of one's own for faults."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from lienthong.db import Database
from tests.gateway.world import World, close_world, open_world, systems


@pytest.fixture(scope="session")
def world(clusters: Any) -> Iterator[World]:
    """A running gateway that tests share: each takes a system of its own where usage counts."""
    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database)
    asyncio.run(made.furnish(systems()))
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


@pytest.fixture
async def own_world(database: Database) -> AsyncIterator[World]:
    """A furnished world of the test's own; the test starts the gateway."""
    made = open_world(database)
    await made.furnish(systems())
    yield made
    close_world(made)
