"""A log of two checkpoints, and the same database as a restore of an older backup would leave it."""

from collections.abc import Awaitable, Callable

import asyncpg

from lienthong.db import Role
from lienthong.ledger.notary import Notary

from .log_writer import write

ConnectAs = Callable[[Role], Awaitable[asyncpg.Connection]]
MakeNotary = Callable[..., Awaitable[Notary]]


async def cut(superuser: asyncpg.Connection, size: int) -> None:
    """What a restore of an older backup comes to."""
    await superuser.execute("SET session_replication_role = replica")
    for table, name in (("exchange.line", "index"), ("exchange.record", "index"), ("ledger.leaf", "index")):
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await superuser.execute(f"DELETE FROM {table} WHERE {name} >= {size}")
    for table in ("ledger.head", "ledger.checkpoint", "ledger.tile", "exchange.nonce"):
        await superuser.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await superuser.execute("DELETE FROM exchange.nonce")
    await superuser.execute(f"DELETE FROM ledger.head WHERE size > {size}")
    await superuser.execute(f"INSERT INTO ledger.head VALUES ({size}, 0, now()) ON CONFLICT DO NOTHING")
    await superuser.execute(f"DELETE FROM ledger.checkpoint WHERE size > {size}")
    await superuser.execute(f"DELETE FROM ledger.tile WHERE ((n + 1) << (8 * (level + 1))) > {size}")
    for table in ("exchange.line", "exchange.record", "ledger.leaf", "ledger.head", "ledger.checkpoint"):
        await superuser.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    await superuser.execute("ALTER TABLE ledger.tile ENABLE TRIGGER USER")
    await superuser.execute("RESET session_replication_role")


async def log_of(
    connect_as: ConnectAs, make_notary: MakeNotary
) -> tuple[asyncpg.Connection, asyncpg.Connection]:
    """A log of two checkpoints."""
    gateway = await connect_as(Role.GATEWAY)
    notary = await make_notary()
    await notary.start()
    for first in (0, 300):
        await write(gateway, 300, first=first)
        await notary.publish_head()
    return gateway, await connect_as(Role.ADMINISTRATOR)
