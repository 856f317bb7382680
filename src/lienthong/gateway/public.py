"""What is open to everybody: the hub's keys, checkpoints and proofs, and whether the worker lives.

Nothing here tells about a person or a caller: a proof holds hashes only. Bounded per address, not recorded.
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from lienthong.gateway.composing import encode
from lienthong.gateway.messages import JSON, Message, Response
from lienthong.ledger.custody import Use
from lienthong.ledger.stored_tree import DatabaseTree
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from lienthong.gateway.hub import Hub

TEXT: Final = "text/plain; charset=utf-8"
_PUBLIC: Final = [("cache-control", "public, max-age=1")]
_LONGEST_NUMBER: Final = 15


async def keys(hub: "Hub", message: Message) -> Response:
    """Return every public key of the hub, living and past, with its term in seconds.

    Of logs that this one carries on, the successions tell.
    """
    del message
    origin = hub.configuration.log_origin

    def terms(use: Use) -> list[dict[str, object]]:
        name = "vkey" if use is Use.LOG else "jwk"
        return [
            {
                name: key.key if use is Use.LOG else msgspec.json.decode(key.key),
                "from": key.valid_from // 1_000_000,
                "until": None if key.valid_until is None else key.valid_until // 1_000_000,
            }
            for key in hub.public_keys
            if key.use is use and (use is not Use.LOG or key.key.startswith(f"{origin}+"))
        ]

    body = {
        "origin": origin,
        "public_origin": hub.origin,
        "log": terms(Use.LOG),
        "witnesses": [{"vkey": each.partition(" ")[0]} for each in hub.configuration.notary.witnesses],
        "successions": hub.successions,
        "response": terms(Use.RESPONSE),
        "grant": terms(Use.GRANT),
    }
    return Response(200, encode(body), [("content-type", JSON), *_PUBLIC])


async def checkpoint(hub: "Hub", message: Message) -> Response:
    """Return the newest signed head with its cosignatures, as text."""
    del message
    async with hub.affairs.borrowed(deadline=hub.configuration.gateway.read_deadline) as connection:
        found = await DatabaseTree(connection, gateway=True).checkpoint()
    if found is None:
        return hub.turn_away(Refuse(Code.NO_SUCH_ENTRY, "no checkpoint has been signed yet"))
    return Response(200, found.note.encode(), [("content-type", TEXT), *_PUBLIC])


async def proof(hub: "Hub", message: Message) -> Response:
    """Return the inclusion proof of one leaf under the newest checkpoint, as a proof file."""
    wanted = dict(parse_qsl(message.query, keep_blank_values=True)).get("index", "")
    if not (wanted.isascii() and wanted.isdigit()) or len(wanted) > _LONGEST_NUMBER:
        return hub.turn_away(Refuse(Code.INVALID_VALUE, "index must be a number"))
    index = int(wanted)
    async with hub.affairs.borrowed(deadline=hub.configuration.gateway.read_deadline) as connection:
        store = DatabaseTree(connection, gateway=True)
        newest = await store.checkpoint()
        if newest is None or index >= newest.size:
            return hub.turn_away(Refuse(Code.NO_SUCH_ENTRY))
        found = await hub.prover.prove(store, index=index, checkpoint=newest)
    text = found.encode()
    return Response(200, text.encode(), [("content-type", TEXT), *_PUBLIC])


async def health(hub: "Hub") -> Response:
    """Say that the worker lives."""
    del hub
    return Response(200, b"ok\n", [("content-type", TEXT)])


async def ready(hub: "Hub") -> Response:
    """Say whether the worker takes requests and could answer them; the code of why not otherwise.

    A worker whose database went away still takes requests, so that each caller gets a signed refusal; but
    whoever distributes them must send them elsewhere.
    """
    refusing = hub.refusing if hub.has_database or hub.refusing else Code.DATABASE_UNAVAILABLE
    if refusing is None:
        return Response(200, b"ready\n", [("content-type", TEXT)])
    return Response(503, f"{refusing}\n".encode(), [("content-type", TEXT)])


async def metrics(hub: "Hub") -> Response:
    """Return the metrics of all workers of this gateway, for Prometheus."""
    registry = hub.observer.registry
    if hub.configuration.gateway.metrics_directory is not None:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(200, generate_latest(registry), [("content-type", CONTENT_TYPE_LATEST)])
