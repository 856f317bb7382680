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


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _literal(name: str, value: str) -> bytes:
    """A header field without indexing and without Huffman coding (RFC 7541 section 6.2.2)."""

    def text(raw: bytes) -> bytes:
        size = len(raw)
        if size < 127:
            return bytes([size]) + raw
        rest, encoded = size - 127, b"\x7f"
        while rest >= 128:
            encoded, rest = encoded + bytes([rest % 128 + 128]), rest // 128
        return encoded + bytes([rest]) + raw

    return b"\x00" + text(name.encode()) + text(value.encode("latin-1"))


def over_http2(
    connection: socket.socket, headers: Sequence[tuple[str, str]], parts: Sequence[bytes]
) -> bytes:
    """Send one POST over HTTP/2 with a body in frames and no length; return header block and body, raw."""
    pseudo = [
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/v1/lookup"),
        (":authority", "hub.example"),
    ]
    block = b"".join(_literal(name, value) for name, value in [*pseudo, *headers])
    sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(4, 0, 0, b"") + _frame(1, 4, 1, block)
    for part in parts:
        sent += _frame(0, 0, 1, part)
    connection.sendall(sent + _frame(0, 1, 1, b""))
    received, found = connection.makefile("rb"), b""
    while len(start := received.read(9)) == 9:
        payload = received.read(int.from_bytes(start[:3], "big"))
        if start[3] in {0, 1}:
            found += payload
        if start[3] == 0 and start[4] & 1:
            return found
        if start[3] == 4 and not start[4] & 1:
            connection.sendall(_frame(4, 1, 0, b""))
    raise ConnectionError("no whole answer")
