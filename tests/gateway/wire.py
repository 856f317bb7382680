"""Requests as bytes on a socket: what no proper HTTP client would ever send."""

import http.client
import socket
import time
from collections.abc import Iterable, Sequence

from tests.gateway.world import Reply, World


def head(method: str, target: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [
        f"{method} {target} HTTP/1.1",
        "host: hub.example",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def read_reply(connection: socket.socket) -> Reply:
    """Read one response as it comes; raises http.client.HTTPException or OSError when none does."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, headers, response.read(), None)


def raw(world: World, parts: bytes | Sequence[bytes], *, pause: float = 0.0, timeout: float = 15.0) -> Reply:
    """Send bytes, in parts with a pause between them, and read the answer."""
    with socket.create_connection(("127.0.0.1", world.port), timeout=timeout) as connection:
        for part in [parts] if isinstance(parts, bytes) else parts:
            connection.sendall(part)
            time.sleep(pause)
        return read_reply(connection)


def post(world: World, body: bytes, headers: Sequence[tuple[str, str]], target: str = "/v1/lookup") -> Reply:
    """Send a body with exactly these headers and its true length."""
    return raw(world, head("POST", target, [*headers, ("content-length", str(len(body)))]) + body)
