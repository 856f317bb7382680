"""A loopback hub, and a system that is registered with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lienthong_agency import Agency, Caller, Journal, Patience, Transport, parse_hub_keys
from tests.client.loopback_hub import LoopbackHub

QUICK = Patience(attempts=3, longest_wait=2.0, first_wait=0.01)


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    made = LoopbackHub()
    yield made
    made.close()


@pytest.fixture
def caller(hub: LoopbackHub) -> Caller:
    return Caller("moh-his-01", hub.agency, hub.origin, parse_hub_keys(hub.keys()), patience=QUICK)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal.db") as opened:
        yield opened


@pytest.fixture
def agency(caller: Caller, journal: Journal) -> Iterator[Agency]:
    with Agency(caller, journal, Transport(connect_timeout=2.0, answer_timeout=3.0)) as made:
        yield made
