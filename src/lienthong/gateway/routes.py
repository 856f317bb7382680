"""Which address is what: services about persons, a caller's own affairs, and what is open to everybody."""

from typing import TYPE_CHECKING, Final

from lienthong.core.request import Service
from lienthong.gateway import own_affairs, public
from lienthong.gateway.exchange import exchange
from lienthong.gateway.messages import Message, Response
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from lienthong.gateway.hub import Hub

SERVICES: Final = {
    "/v1/lookup": Service.LOOKUP,
    "/v1/verify": Service.VERIFY,
    "/v1/lookup/batch": Service.LOOKUP_BATCH,
    "/v1/verify/batch": Service.VERIFY_BATCH,
}
OWN_AFFAIRS: Final = {
    "/v1/scope": ("GET", own_affairs.scope),
    "/v1/receipts": ("POST", own_affairs.receipts),
    "/v1/openapi.json": ("GET", own_affairs.openapi),
}
OPEN: Final = {
    "/v1/keys": public.keys,
    "/v1/checkpoints": public.checkpoint,
    "/v1/proofs": public.proof,
}
OPERATIONS: Final = {"/healthz": public.health, "/readyz": public.ready, "/metrics": public.metrics}
_FORBIDDEN: Final = ("%", ";", "..", "//", "\\")


async def route(hub: "Hub", message: Message) -> Response:
    """Return the response of whatever stands at the message's address. Law: R3.2."""
    path = message.path
    service = SERVICES.get(path)
    if service is not None:
        turned_away = _turned_away(hub, message, "POST")
        return await exchange(hub, message, service) if turned_away is None else turned_away
    operation = OPERATIONS.get(path)
    if operation is not None:
        return await operation(hub)
    if path in OPEN:
        return await _open(hub, message)
    if path in OWN_AFFAIRS:
        method, affair = OWN_AFFAIRS[path]
        turned_away = _turned_away(hub, message, method)
        return await affair(hub, message) if turned_away is None else turned_away
    if any(part in path for part in _FORBIDDEN):
        return hub.turn_away(Refuse(Code.INVALID_TARGET))
    return hub.turn_away(Refuse(Code.NO_SUCH_ROUTE))


def _turned_away(hub: "Hub", message: Message, method: str) -> Response | None:
    if message.method != method:
        return _wrong_method(hub, method)
    return None if hub.refusing is None else hub.turn_away(Refuse(hub.refusing))


def _wrong_method(hub: "Hub", method: str) -> Response:
    """Name the method that is taken, as RFC 9110 section 15.5.6 demands."""
    response = hub.turn_away(Refuse(Code.METHOD_NOT_ALLOWED, method))
    response.headers.append(("allow", method))
    return response


async def _open(hub: "Hub", message: Message) -> Response:
    if message.method != "GET":
        return _wrong_method(hub, "GET")
    if not hub.open_requests.take(message.address, hub.now() / 1_000_000):
        return hub.turn_away(Refuse(Code.RATE_LIMITED))
    return await OPEN[message.path](hub, message)
