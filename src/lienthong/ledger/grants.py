"""Publishing grants: signed by the notary, in force and in the log by one commit. Law: R8.1, R8.2."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from lienthong.core.grant import compile_grant
from lienthong.core.grant_document import GrantDocument, decode_document, document_hash, signed_message
from lienthong.ledger.append import LogClosed, is_closed_log
from lienthong.ledger.stored_tree import QUERIES
from lienthong_protocol.keys import SigningKey
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record

_ATTEMPTS = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class GrantOrderError(ValueError):
    """A document's revision does not follow the one in force; the message names system and revision."""


class GrantsBusyError(Exception):
    """Others published at the same time, again and again; nothing was written."""


class _VersionTakenError(Exception):
    """Another grant was published since the versions were read."""


@dataclass(frozen=True, slots=True)
class PublishedGrant:
    """A grant in force: its system and revision, the version of all grants it made, its leaf's index."""

    system: str
    revision: int
    version: int
    index: int


async def publish_grants(
    connection: asyncpg.Connection, documents: Sequence[bytes], grant_key: SigningKey, *, now: int
) -> tuple[PublishedGrant, ...]:
    """Sign these grant documents and publish them all, or none; `connection` is lt_notary's.

    `now` is in microseconds. Raises GrantFormatError for bytes a gateway could not use, GrantOrderError,
    GrantsBusyError, LogClosed; another exception of the connection means that it is not known whether they
    are in force.
    """
    decoded = [(body, decode_document(body)) for body in documents]
    for body, _ in decoded:
        compile_grant(body)
    for _ in range(_ATTEMPTS):
        published = await _publish(connection, decoded, grant_key, now)
        if published is not None:
            return published
    raise GrantsBusyError("other grants are being published all the time; try again")


async def _publish(
    connection: asyncpg.Connection,
    decoded: Sequence[tuple[bytes, GrantDocument]],
    key: SigningKey,
    now: int,
) -> tuple[PublishedGrant, ...] | None:
    """Publish in one transaction; None if another grant took the version we counted on."""
    rows = await connection.fetch(QUERIES.sql("grant_versions"))
    version = max((row["version"] for row in rows), default=0)
    _check_order([document for _, document in decoded], {row["system"]: row["revision"] for row in rows})
    published: list[PublishedGrant] = []
    try:
        async with connection.transaction():
            for body, document in decoded:
                version += 1
                index = await _publish_one(connection, body, document, key=key, version=version, now=now)
                published.append(PublishedGrant(document.system.id, document.revision, version, index))
    except _VersionTakenError:
        return None
    except asyncpg.PostgresError as error:
        if is_closed_log(error):
            raise LogClosed(str(error)) from error
        raise
    return tuple(published)


def _check_order(documents: Sequence[GrantDocument], revisions: dict[str, int]) -> None:
    for document in documents:
        system = document.system.id
        newest = revisions.get(system, 0)
        if document.revision != newest + 1:
            raise GrantOrderError(f"revision {document.revision} of {system} does not follow {newest}")
        revisions[system] = document.revision


async def _publish_one(
    connection: asyncpg.Connection,
    body: bytes,
    document: GrantDocument,
    *,
    key: SigningKey,
    version: int,
    now: int,
) -> int:
    signature = key.sign(signed_message(body))
    record = Record(
        act=Act.CONNECT,
        kind=Kind.GRANT,
        at=now,
        agency=document.participant.id,
        system=document.system.id,
        key=key.key_id,
        proof=Proof.NONE,
        profile="",
        channel="",
        grant=document_hash(body),
        grant_version=version,
        signature=b64encode(signature).decode(),
        lines=0,
        code="",
        duration=0,
    )
    row = await connection.fetchrow(
        QUERIES.sql("publish_grant"),
        version,
        document.system.id,
        document.revision,
        body,
        signature,
        key.key_id,
        document.participant.id,
        _EPOCH + timedelta(microseconds=now),
        encode_record(record),
    )
    assert row is not None
    if row["outcome"] == 0:
        raise _VersionTakenError
    index: int = row["index"]
    return index
