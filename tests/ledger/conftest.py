"""Fixtures of the log's tests: keys, a witness that serves, and a notary over a fresh database."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from lienthong.db import Database, Role
from lienthong.ledger.cosigning import Endpoint, Panel
from lienthong.ledger.custody import ensure, log_signer
from lienthong.ledger.notary import Notary, Step
from lienthong.ledger.signed_memory import Memory
from lienthong.ledger.witness import Witness, lay_out, read_key, server
from lienthong_protocol.notes import NoteSigner, NoteVerifier
from lienthong_protocol.policy import Policy

from .written_log import WrittenLog, write_log

ORIGIN = "hub.example/log"
NOW = 1_795_000_000_000_000


@dataclass(frozen=True)
class Served:
    """A witness serving on loopback."""

    folder: Path
    vkey: str
    url: str

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(NoteVerifier.from_vkey(self.vkey), self.url)

    @property
    def witness(self) -> Witness:
        return Witness(read_key(self.folder), (), self.folder / "witness.sqlite")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    ensure(tmp_path / "keys", origin=ORIGIN, now=NOW)
    return tmp_path / "keys"


@pytest.fixture
def signer(keys: Path) -> NoteSigner:
    return log_signer(keys)


@pytest.fixture
def serve_witness(tmp_path: Path, signer: NoteSigner) -> Iterator[Callable[[str], Served]]:
    running = []

    def serve(name: str) -> Served:
        folder = tmp_path / name
        vkey = lay_out(folder, name=f"{name}.example", logs=(signer.verifier.vkey,))
        made = server(folder, port=0)
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((made, thread))
        return Served(folder, vkey, f"http://127.0.0.1:{made.server_address[1]}")

    yield serve
    for made, thread in running:
        made.shutdown()
        thread.join()
        made.server_close()


@pytest.fixture
def witness(serve_witness: Callable[[str], Served]) -> Served:
    return serve_witness("w1")


@pytest.fixture
def policy(signer: NoteSigner, witness: Served) -> Policy:
    """What a verifier of this log trusts, before it has seen anything."""
    return Policy((signer.verifier,), (NoteVerifier.from_vkey(witness.vkey),), quorum=1)


@pytest.fixture
def make_notary(
    connect_as: Callable[[Role], Awaitable[asyncpg.Connection]],
    keys: Path,
    signer: NoteSigner,
    witness: Served,
) -> Callable[..., Awaitable[Notary]]:
    async def make(
        *, after_step: Callable[[Step], None] = lambda _: None, witnesses: tuple[Endpoint, ...] | None = None
    ) -> Notary:
        endpoints = (witness.endpoint,) if witnesses is None else witnesses
        return Notary(
            await connect_as(Role.NOTARY),
            signer=signer,
            memory=Memory(keys / "log"),
            witnesses=Panel(endpoints, warn=lambda _: None),
            after_step=after_step,
        )

    return make


@pytest.fixture(scope="module")
def written_log(
    clusters: object, template: Database, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WrittenLog]:
    database = clusters.fresh(postgres, template)  # type: ignore[attr-defined]
    keys = tmp_path_factory.mktemp("keys")
    ensure(keys, origin="hub.example/log", now=NOW)
    yield asyncio.run(write_log(database, keys))
    clusters.discard(postgres, database)  # type: ignore[attr-defined]
