"""`lienthong grants publish`: from a TOML file to signed grants in force, by the notary's grant key."""

import time
from dataclasses import dataclass
from pathlib import Path

from lienthong.config import Configuration
from lienthong.core.legal_days import day_of
from lienthong.db import Role, connect, locate
from lienthong.exchange.grants import documents_in_force
from lienthong.exchange.publication import read_publication
from lienthong.ledger.custody import grant_key
from lienthong.ledger.grants import PublishedGrant, publish_grants


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: the grants now in force, and the systems whose grant stays as it was."""

    grants: tuple[PublishedGrant, ...]
    unchanged: tuple[str, ...]


async def publish_file(configuration: Configuration, path: Path, *, keys: Path | None = None) -> Published:
    """Publish what a file asks for, all of it or nothing. Law: R8.2.

    Raises PublicationError for the file, DatabaseUnavailable, CustodyError, and what publish_grants raises.
    """
    settings = configuration.database
    database = locate(**settings.place())
    now = time.time_ns() // 1_000
    connection = await connect(database, Role.NOTARY, application="lienthong grants")
    try:
        in_force = await documents_in_force(connection)
        publication = read_publication(path, in_force, today=day_of(now), keys=keys)
        grants = await publish_grants(
            connection, publication.documents, grant_key(configuration.keys), now=now
        )
    finally:
        await connection.close()
    return Published(grants, publication.unchanged)
