"""Requests with something changed by chance: refused or not understood, never answered, never a defect."""

import asyncio
import http.client
import random
import socket
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.gateway.wire import head, read_reply
from tests.gateway.world import FIELDS, PERSON, Reply, World, close_world, granted, open_world

BODY = msgspec.json.encode({**PERSON, "fields": FIELDS})
ALPHABET = b"\x00\r\n\t :;,=\"'\\%/.?#()<>{}[]-_~0aZ\x7f\x80\xff"
ROUNDS = 600


@pytest.fixture(scope="module")
def target(clusters: Any) -> Iterator[World]:

    database = clusters.fresh("wheel", clusters.template("wheel"))
    made = open_world(database, failed_signatures_per_minute=100_000)
    asyncio.run(made.furnish([granted("hospital")]))
    made.start()
    yield made
    close_world(made)
    clusters.discard("wheel", database)


def mutate(whole: bytes, chance: random.Random) -> bytes:
    """Change one to three places: a byte, a piece left out, repeated or moved, a line repeated."""
    for _ in range(chance.randint(1, 3)):
        at, size = chance.randrange(len(whole)), chance.randint(1, 40)
        piece = whole[at : at + size]
        match chance.randrange(6):
            case 0:
                whole = whole[:at] + bytes([chance.choice(ALPHABET)]) + whole[at + 1 :]
            case 1:
                whole = whole[:at] + bytes([chance.choice(ALPHABET)]) + whole[at:]
            case 2:
                whole = whole[:at] + whole[at + size :]
            case 3:
                whole = whole[:at] + piece + whole[at:]
            case 4:
                lines = whole.split(b"\r\n")
                line = chance.choice(lines)
                whole = b"\r\n".join([*lines[:1], line, *lines[1:]])
            case _:
                to = chance.randrange(len(whole))
                whole = whole[:to] + piece + whole[to:]
    return whole


def send(world: World, whole: bytes) -> Reply | None:
    """Send bytes and end; return the answer, None where the connection just ended."""
    with socket.create_connection(("127.0.0.1", world.port), timeout=10) as connection:
        try:
            connection.sendall(whole)
            connection.shutdown(socket.SHUT_WR)
            return read_reply(connection)
        except (OSError, http.client.HTTPException):
            return None


@pytest.mark.law("R1.1", "R8.2")
@pytest.mark.parametrize("seed", range(4))
def test_nothing_changed_by_chance_is_answered_or_breaks_anything(target: World, seed: int) -> None:
    chance = random.Random(seed)
    seen: dict[int, int] = {}
    for number in range(ROUNDS // 4):
        request_id = f"m{seed}-{number}"
        headers = target.sign("hospital", "/v1/lookup", BODY, request_id=request_id)
        original = head("POST", "/v1/lookup", [*headers, ("content-length", str(len(BODY)))]) + BODY
        changed = mutate(original, chance)
        if changed == original:
            continue
        reply = send(target, changed)
        status = 0 if reply is None else reply.status
        seen[status] = seen.get(status, 0) + 1
        assert status != 500, changed
        records = target.records_of(request_id)
        if status == 200:
            # Only what the signature does not cover was changed: it is the call that was signed.
            assert [record["code"] for record in records] == [""]
            assert BODY in changed
        elif reply is not None and "lt-receipt" not in reply.headers:
            assert not records
    assert target.broke_nothing(), target.log()
    assert seen.get(401, 0) > ROUNDS // 40
    assert sum(seen.values()) > ROUNDS // 5
    assert target.lookup().status == 200
