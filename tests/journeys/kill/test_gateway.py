"""Gateway and database are killed at random moments under load: what a caller holds is in the log.

Two workers of the gateway, eight callers over HTTP, real signatures; `KILLS` and `SEED` in the environment
make it longer or repeat it. The harness beside this does the same to the append alone, and shows that it can
fail.
"""

import asyncio
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong.db import EmbeddedServer
from lienthong.db.migrate import migrate
from tests.conftest import TEST_SETTINGS, open_folder
from tests.gateway.load import every_answer_is_recorded, load
from tests.gateway.world import World, close_world, open_world, systems

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", str(time.time_ns() % 1_000_000)))


@pytest.fixture
def site() -> Iterator[tuple[EmbeddedServer, World]]:
    folder = open_folder(Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None)
    server = EmbeddedServer(folder / "data", settings=TEST_SETTINGS)
    server.start()
    migrate(server.database())
    world = open_world(server.database(), workers=2, read_deadline=1.0, record_deadline=1.0)
    asyncio.run(world.furnish(systems()))
    world.start()
    yield server, world
    close_world(world)
    server.stop()
    shutil.rmtree(folder)


@pytest.mark.law("R6.1")
def test_whatever_is_killed_every_answer_a_caller_holds_is_in_the_log(
    site: tuple[EmbeddedServer, World],
) -> None:
    server, world = site
    chance = random.Random(SEED)
    with load(world) as callers:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.4))
            victims = chance.choice((("database",), ("gateway",), ("database", "gateway")))
            if "database" in victims:
                server.kill()
            if "gateway" in victims:
                world.stop(signal.SIGKILL)
            if "database" in victims:
                server.start()
            if "gateway" in victims:
                world.start()
            callers.await_answers(20, within=60.0)
    assert callers.unanswered, f"seed {SEED}: nobody noticed a kill"
    every_answer_is_recorded(world, callers.answered)
