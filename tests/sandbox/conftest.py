"""A running sandbox with systems that asked for different services, and a hub that is no sandbox."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from lienthong.core.request import Service
from tests.gateway.conftest import world
from tests.gateway.world import World, close_world, granted, open_world
from tests.sandbox.stewarding import RunningSteward, passwords_of

__all__ = ["sandbox", "world"]


def sandboxed(name: str, **right: Any) -> Any:
    document = granted(name, purpose={"case_pattern": None}, right=right)
    return msgspec.structs.replace(
        document, system=msgspec.structs.replace(document.system, environment="sandbox")
    )


@pytest.fixture(scope="session")
def sandbox(clusters: Any) -> Iterator[World]:
    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database)
    made.environment = "sandbox"
    everything = {"services": (Service.LOOKUP, Service.LOOKUP_BATCH), "batch_items": 100}
    asyncio.run(
        made.furnish(
            [
                sandboxed("clinic", **everything),
                sandboxed("other", **everything),
                sandboxed("bank", services=(Service.VERIFY,), fields=(), verify_fields=("sex",)),
                sandboxed(
                    "lister",
                    services=(Service.VERIFY, Service.VERIFY_BATCH),
                    fields=(),
                    verify_fields=("sex",),
                    batch_items=100,
                ),
            ]
        )
    )
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


@pytest.fixture(scope="session")
def steward(sandbox: World) -> Iterator[RunningSteward]:
    """The steward of the shared sandbox, with the password of the notary's role and no other."""
    passwords = passwords_of(sandbox, "lt_notary")
    made = RunningSteward(
        sandbox, {"replace": {f'passwords = "{sandbox.database.passwords}"': f'passwords = "{passwords}"'}}
    )
    made.start()
    yield made
    made.stop()
