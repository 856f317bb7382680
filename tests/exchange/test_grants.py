from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import msgspec
import pytest

from lienthong.core.grant_document import GrantDocument, PublicKey, encode_document, signed_message
from lienthong.db import Role
from lienthong.exchange.grants import GrantBook, Refreshed, RejectedGrant, documents_in_force
from lienthong_protocol.keys import Algorithm, generate
from tests.core.granting import KEY, document, key_entry

Connect = Callable[..., Awaitable[asyncpg.Connection]]
SIGNER = generate(Algorithm.ED25519, b"grant".ljust(32))
STRANGER = generate(Algorithm.ED25519, b"stranger".ljust(32))
PUBLISHED = datetime(2026, 11, 24, tzinfo=UTC)
replace = msgspec.structs.replace


class Table:
    """exchange.grant as somebody who can write rows into it: the notary, or whoever took its place."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.version = 0

    async def put(
        self, body: GrantDocument | bytes, *, system: str = "", revision: int = 0, signer=SIGNER, **more
    ):
        self.version += 1
        if isinstance(body, GrantDocument):
            system, revision = system or body.system.id, revision or body.revision
            body = encode_document(body)
        await self.connection.execute(
            "INSERT INTO exchange.grant "
            "(version, system, revision, document, signature, signer, published_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.version,
            system,
            revision,
            body,
            more.get("signature") or signer.sign(signed_message(body)),
            more.get("named") or signer.key_id,
            PUBLISHED,
        )


@pytest.fixture
async def table(connect_as: Connect) -> Table:
    return Table(await connect_as(Role.OWNER))


@pytest.fixture
async def gateway(connect_as: Connect) -> asyncpg.Connection:
    return await connect_as(Role.GATEWAY)


@pytest.fixture
def book() -> GrantBook:
    return GrantBook({SIGNER.key_id: SIGNER.verifying_key}, "demo")


def of(system: str, **changes) -> GrantDocument:
    """A document of another system with a key of its own."""
    key = generate(Algorithm.ED25519, system.encode().ljust(32)[:32])
    base = document(keys=(key_entry(jwk=PublicKey(**key.jwk)),))
    return replace(base, system=replace(base.system, id=system), **changes)


async def test_without_grants_nobody_is_known(book: GrantBook, gateway: asyncpg.Connection) -> None:
    assert await book.refresh(gateway) == Refreshed(0, 0, False, ())
    assert (book.version, book.systems, book.of("g1/his"), book.by_key(KEY.key_id)) == (0, 0, None, None)


async def test_a_published_grant_is_found_by_system_and_key(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await table.put(of("b"))
    assert await book.refresh(gateway) == Refreshed(2, 2, True, ())
    grant = book.of("g1/his")
    assert grant is not None
    assert book.by_key(KEY.key_id) is grant
    assert grant.document == document()
    assert await book.refresh(gateway) == Refreshed(2, 2, False, ())
    assert book.of("g1/his") is grant


async def test_the_newest_revision_holds_also_when_several_came_at_once(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await book.refresh(gateway)
    await table.put(document(revision=2))
    await table.put(document(revision=3, keys=()))
    assert (await book.refresh(gateway)).version == 3
    grant = book.of("g1/his")
    assert grant is not None
    assert grant.revision == 3
    assert book.by_key(KEY.key_id) is None
    fresh = GrantBook(book.signers, "demo")
    await fresh.refresh(gateway)
    assert fresh.of("g1/his").revision == 3


REJECTED = {
    "signed by no known grant key": {"signer": STRANGER},
    "the signature does not match the document": {"signature": b"x" * 64},
}


@pytest.mark.parametrize("reason", REJECTED)
async def test_a_grant_whose_signature_does_not_check_neither_grants_nor_revokes(
    reason: str, book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await book.refresh(gateway)
    await table.put(document(revision=2, keys=()), **REJECTED[reason])
    refreshed = await book.refresh(gateway)
    assert refreshed == Refreshed(2, 1, True, (RejectedGrant("g1/his", 2, reason),))
    assert book.by_key(KEY.key_id).revision == 1
    await table.put(document(revision=3))
    assert (await book.refresh(gateway)).rejected == ()
    assert book.by_key(KEY.key_id).revision == 3


async def test_a_signature_of_a_known_key_under_anothers_name_does_not_check(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document(), signer=STRANGER, named=SIGNER.key_id)
    assert [each.reason for each in (await book.refresh(gateway)).rejected] == [
        "the signature does not match the document"
    ]
    assert book.systems == 0


async def test_a_process_that_starts_takes_the_newest_that_checks(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await table.put(document(revision=2), signer=STRANGER)
    await table.put(b"{}", system="g1/his", revision=3)
    refreshed = await book.refresh(gateway)
    assert [each.revision for each in refreshed.rejected] == [3, 2]
    assert refreshed.version == 3
    assert book.of("g1/his").revision == 1


async def test_a_system_whose_every_grant_fails_has_none(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document(), signer=STRANGER)
    await table.put(document(revision=2), signer=STRANGER)
    assert len((await book.refresh(gateway)).rejected) == 2
    assert book.of("g1/his") is None


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"system": "other"}, "of another system or revision"),
        ({"revision": 2}, "of another system or revision"),
    ],
)
async def test_a_document_filed_under_another_name_or_number_is_ignored(
    row: dict, reason: str, book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document(), **row)
    (rejected,) = (await book.refresh(gateway)).rejected
    assert reason in rejected.reason
    assert book.systems == 0


async def test_a_gap_in_the_revisions_is_noticed(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await table.put(document(revision=3))
    (rejected,) = (await book.refresh(gateway)).rejected
    assert rejected == RejectedGrant("g1/his", 3, "a revision before this one is missing")
    assert book.of("g1/his").revision == 1


async def test_a_grant_for_another_environment_is_ignored(gateway: asyncpg.Connection, table: Table) -> None:
    await table.put(document())
    production = GrantBook({SIGNER.key_id: SIGNER.verifying_key}, "production")
    (rejected,) = (await production.refresh(gateway)).rejected
    assert rejected.reason == "granted for the environment demo"


async def test_a_key_two_systems_name_stays_with_the_one_that_had_it(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await table.put(of("thief", keys=document().keys))
    (rejected,) = (await book.refresh(gateway)).rejected
    assert rejected.reason == f"key {KEY.key_id} already belongs to g1/his"
    assert book.by_key(KEY.key_id).system_id == "g1/his"
    await table.put(document(revision=2))
    assert len((await book.refresh(gateway)).rejected) == 1
    assert book.by_key(KEY.key_id).system_id == "g1/his"
    assert book.by_key(KEY.key_id).revision == 2
    await table.put(document(revision=3, keys=()))
    assert (await book.refresh(gateway)).rejected == ()
    assert book.by_key(KEY.key_id).system_id == "thief"


async def test_when_the_database_fails_everything_stays(
    book: GrantBook, gateway: asyncpg.Connection, table: Table
) -> None:
    await table.put(document())
    await book.refresh(gateway)
    held = book.of("g1/his")
    await table.put(document(revision=2))
    gateway.terminate()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await book.refresh(gateway)
    assert (book.version, book.of("g1/his")) == (1, held)


async def test_whoever_publishes_next_sees_what_is_in_force(connect_as: Connect, table: Table) -> None:
    await table.put(document())
    await table.put(document(revision=2))
    await table.put(of("b"))
    notary = await connect_as(Role.NOTARY)
    assert await documents_in_force(notary) == {
        "g1/his": encode_document(document(revision=2)),
        "b": encode_document(of("b")),
    }
