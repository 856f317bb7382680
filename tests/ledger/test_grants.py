"""Grants are published by the notary: signed, in force and in the log by one commit, or not at all."""

import asyncio
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import asyncpg
import msgspec
import pytest

from lienthong.core.grant_document import GrantFormatError, encode_document, signed_message
from lienthong.db import Role
from lienthong.ledger.append import LogClosed
from lienthong.ledger.custody import grant_key
from lienthong.ledger.grants import GrantOrderError, PublishedGrant, publish_grants
from lienthong_protocol.merkle import leaf_hash
from lienthong_protocol.record import Act, Kind, decode_record
from tests.core.granting import document

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]


def body_of(system: str, revision: int) -> bytes:
    made = document()
    entry = msgspec.structs.replace(made.system, id=system)
    return encode_document(msgspec.structs.replace(made, revision=revision, system=entry))


def now() -> int:
    return time.time_ns() // 1_000


@pytest.mark.every_postgres
@pytest.mark.law("R6.1", "R8.2")
async def test_grants_are_in_force_signed_and_in_the_log(connect_as: ConnectAs, keys: Path) -> None:
    notary, superuser = await connect_as(Role.NOTARY), await connect_as(Role.ADMINISTRATOR)
    key = grant_key(keys)
    bodies = [body_of("a", 1), body_of("b", 1), body_of("a", 2)]
    published = await publish_grants(notary, bodies, key, now=now())
    assert published == (
        PublishedGrant("a", 1, 1, 0),
        PublishedGrant("b", 1, 2, 1),
        PublishedGrant("a", 2, 3, 2),
    )
    assert (await publish_grants(notary, [body_of("b", 2)], key, now=now()))[0].version == 4
    for grant, body in zip(published, bodies, strict=True):
        row = await superuser.fetchrow(
            "SELECT document, signature, signer FROM exchange.grant WHERE version = $1", grant.version
        )
        assert (row["document"], row["signer"]) == (body, key.key_id)
        assert key.verifying_key.verify(message=signed_message(body), signature=row["signature"])
        stored = await superuser.fetchrow(
            "SELECT r.body, l.hash FROM exchange.record AS r JOIN ledger.leaf AS l USING (index) "
            "WHERE index = $1",
            grant.index,
        )
        assert leaf_hash(stored["body"]) == stored["hash"]
        record = decode_record(stored["body"])
        assert (record.act, record.kind, record.system) == (Act.CONNECT, Kind.GRANT, grant.system)
        assert (record.grant, record.grant_version) == (sha256(body).hexdigest(), grant.version)
        assert b64decode(record.signature or "") == row["signature"]


async def test_all_or_none(connect_as: ConnectAs, keys: Path) -> None:
    notary = await connect_as(Role.NOTARY)
    for bodies, error in [
        ([body_of("a", 1), body_of("b", 2)], GrantOrderError),
        ([body_of("a", 1), body_of("a", 1)], GrantOrderError),
        ([body_of("a", 1), b"{}"], GrantFormatError),
        ([body_of("a", 1), body_of("b", 1).replace(b'"v":1', b'"v": 1')], GrantFormatError),
    ]:
        with pytest.raises(error):
            await publish_grants(notary, bodies, grant_key(keys), now=now())
    with pytest.raises(asyncpg.PostgresError, match="outside the present"):
        await publish_grants(notary, [body_of("a", 1)], grant_key(keys), now=0)
    assert await notary.fetchval("SELECT count(*) FROM exchange.grant") == 0
    assert await notary.fetchval("SELECT ledger.newest_head()") == 0


async def test_publishers_at_the_same_time_take_turns(connect_as: ConnectAs, keys: Path) -> None:
    connections = [await connect_as(Role.NOTARY) for _ in range(3)]
    results = await asyncio.gather(
        *(
            publish_grants(connection, [body_of(f"s{number}", 1)], grant_key(keys), now=now())
            for number, connection in enumerate(connections)
        )
    )
    assert sorted(grants[0].version for grants in results) == [1, 2, 3]


async def test_only_the_notary_publishes(connect_as: ConnectAs, keys: Path) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await publish_grants(await connect_as(Role.GATEWAY), [body_of("a", 1)], grant_key(keys), now=now())


@pytest.mark.law("R6.1", "R8.2")
async def test_no_grant_is_published_while_the_log_is_closed(connect_as: ConnectAs, keys: Path) -> None:
    notary = await connect_as(Role.NOTARY)
    await notary.execute("SELECT ledger.close('set_back')")
    with pytest.raises(LogClosed, match="closed at 0 leaves"):
        await publish_grants(notary, [body_of("a", 1)], grant_key(keys), now=now())
    assert await notary.fetchval("SELECT count(*) FROM exchange.grant") == 0
