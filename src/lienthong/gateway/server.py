"""Between the HTTP server and the gateway: read one request within its limits, hand it on, send the response.

Only this module and the steward's server know granian. Each worker process holds one Hub, opened before it
serves and drained before it ends.
"""

import asyncio
import gc
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from granian.rsgi import ProtocolClosed, ProtocolError  # type: ignore[attr-defined]

from lienthong.config import Configuration, GatewaySettings, read_configuration
from lienthong.db.bound_child import end_with_parent
from lienthong.gateway.hub import Hub
from lienthong.gateway.messages import Message, Response
from lienthong.gateway.observations import configure_logging, share_metrics
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

CONFIGURATION_VARIABLE: Final = "LIENTHONG_CONFIG"


class GatewayApplication:
    """The RSGI application of one worker."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._settings = GatewaySettings()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the hub before the first request. A database that is down does not stop the start.

        A worker without the process that started it would hold the port and serve what nobody watches: it
        stops as if that one had asked it to.
        """
        end_with_parent(signal.SIGTERM)
        configure_logging()
        configuration = read_configuration(Path(os.environ[CONFIGURATION_VARIABLE]))
        self._settings = configuration.gateway
        if self._settings.metrics_directory is not None:
            share_metrics(self._settings.metrics_directory)
        self._hub = loop.run_until_complete(Hub.open(configuration))
        # What lives as long as the process is never looked at again, and what a request makes dies by
        # counting: without this a full collection would stop the worker for tens of milliseconds every few
        # hundred calls.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let what is in flight finish, then close."""
        if self._hub is not None:
            loop.run_until_complete(self._hub.close())

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        """Serve one request."""
        response = await self._serve(scope, protocol)
        protocol.response_bytes(response.status, response.headers, response.body)

    async def _serve(self, scope: "Scope", protocol: "HTTPProtocol") -> Response:
        assert self._hub is not None
        message = await received(scope, protocol, self._settings)
        if isinstance(message, Refuse):
            return self._hub.turn_away(message)
        return await self._handle(message)

    async def _handle(self, message: Message) -> Response:
        assert self._hub is not None
        return await self._hub.handle(message)


async def received(scope: "Scope", protocol: "HTTPProtocol", settings: GatewaySettings) -> Message | Refuse:
    """Return one request as a message, or why it is not taken: too large, too slow, encoded."""
    headers = scope.headers.items()
    size, length, chunked, is_encoded = 0, 0, False, False
    for name, value in headers:
        size += len(name) + len(value)
        if name == "content-length":
            length = int(value) if value.isascii() and value.isdigit() else settings.body_limit + 1
        elif name == "transfer-encoding":
            chunked = True
        elif name == "content-encoding":
            is_encoded = True
    if not length and not chunked and scope.http_version == "2":
        chunked = True  # HTTP/2 ends a body by its frames and need not say its length
    if size > settings.header_limit:
        return Refuse(Code.HEADERS_TOO_LARGE)
    if length > settings.body_limit:
        return Refuse(Code.BODY_TOO_LARGE)
    if is_encoded:
        return Refuse(Code.UNSUPPORTED_MEDIA_TYPE)
    body = await _read(protocol, settings, chunked=chunked) if length or chunked else b""
    if isinstance(body, Refuse):
        return body
    return Message(
        method=scope.method,
        path=scope.path,
        query=scope.query_string,
        headers=headers,
        body=body,
        address=scope.client.rpartition(":")[0],
    )


async def _read(protocol: "HTTPProtocol", settings: GatewaySettings, *, chunked: bool) -> bytes | Refuse:
    """Read the body within its limits of size and time: a slow client holds a socket, never a record."""
    try:
        async with asyncio.timeout(settings.body_timeout):
            if not chunked:
                return await protocol()
            body = bytearray()
            async for chunk in protocol:
                body += chunk
                if len(body) > settings.body_limit:
                    return Refuse(Code.BODY_TOO_LARGE)
            return bytes(body)
    except (TimeoutError, ProtocolClosed, ProtocolError):
        # Half a request is the stranger's affair: it leaves no trace in the log.
        return Refuse(Code.REQUEST_TIMEOUT)


application = GatewayApplication()


def serve(
    configuration: Configuration, path: Path, *, application: str = "lienthong.gateway.server:application"
) -> None:
    """Run the gateway's worker processes until told to stop; `path` is the file `configuration` came from.

    `application` is what each worker serves: the gateway, or the sandbox's stage before it.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, Loops, SSLProtocols
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    settings = configuration.gateway
    os.environ[CONFIGURATION_VARIABLE] = str(path.resolve())
    if settings.metrics_directory is not None:
        settings.metrics_directory.mkdir(parents=True, exist_ok=True)
        for left_over in settings.metrics_directory.glob("*.db"):
            left_over.unlink()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.metrics_directory)
    Granian(
        application,
        address=settings.address,
        port=settings.port,
        interface=Interfaces.RSGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http=HTTPModes.http1 if settings.tls_certificate is None else HTTPModes.auto,
        websockets=False,
        backlog=2_048,
        http1_settings=HTTP1Settings(header_read_timeout=int(settings.body_timeout * 1_000)),
        log_level=LogLevels.warning,
        ssl_cert=settings.tls_certificate,
        ssl_key=settings.tls_key,
        ssl_ca=settings.client_authority,
        ssl_client_verify=settings.require_client_certificate,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=int(settings.drain_seconds),
        respawn_failed_workers=True,
    ).serve()
