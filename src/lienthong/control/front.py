"""What stands before Django in each worker: whose address asks, the outer scheme, and whether we are well."""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

Network = IPv4Network | IPv6Network
_PLAIN: Final = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks (`10.0.0.4`, `10.0.0.0/24`); raises ValueError."""
    return tuple(ip_network(name) for name in names)


def address_of_caller(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return who asks: the peer, or what a proxy of ours saw, read from `X-Forwarded-For`.

    Each proxy adds on the right whom it saw, so the last address that is no proxy's is the caller's; what
    stands before it anybody may have written. What is no address ends the reading.
    """
    seen = _address(peer)
    if seen is None or not _is_among(seen, proxies):
        return peer
    for text in reversed(forwarded.split(",")):
        address = _address(text.strip())
        if address is None:
            break
        seen = address
        if not _is_among(address, proxies):
            break
    return str(seen)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_among(address: IPv4Address | IPv6Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in proxies)


class Front:
    """The WSGI application of one worker, around Django's."""

    def __init__(
        self,
        inner: "WSGIApplication",
        *,
        proxies: Sequence[Network],
        scheme: str,
        is_ready: Callable[[], bool],
    ) -> None:
        self._inner = inner
        self._proxies = proxies
        self._scheme = scheme
        self._is_ready = is_ready

    def __call__(self, environ: dict[str, Any], respond: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        match environ.get("PATH_INFO"):
            case "/healthz":
                return _say(respond, "200 OK", b"ok\n")
            case "/readyz":
                return (
                    _say(respond, "200 OK", b"ready\n")
                    if self._is_ready()
                    else _say(respond, "503 Service Unavailable", b"the database does not answer\n")
                )
        environ["REMOTE_ADDR"] = address_of_caller(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), self._proxies
        )
        # The scheme is the deployment's own: no header of anybody's is believed about it.
        environ["wsgi.url_scheme"] = self._scheme
        return self._inner(environ, respond)


def _say(respond: "StartResponse", status: str, body: bytes) -> Iterable[bytes]:
    respond(status, [*_PLAIN, ("Content-Length", str(len(body)))])
    return [body]
