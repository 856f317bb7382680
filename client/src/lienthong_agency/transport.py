"""How bytes get to the hub and back: HTTP without redirects or environment, with bounded answers."""

import ssl
from typing import Any, Final

import httpx
import msgspec

from lienthong_agency.exchange import Send
from lienthong_agency.judging import Lost, Reply

LARGEST_ANSWER: Final = 32 * 1_024 * 1_024
"""Bytes of the largest answer that is read."""


class OpenRequestError(Exception):
    """What is open to everybody could not be had; `retry_after` says when to ask again, if at all."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class Transport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the hub is reached: seconds to connect and to wait for an answer, certificates, proxy."""

    connect_timeout: float = 5.0
    answer_timeout: float = 30.0
    authority: str | None = None
    """File of the certificates to trust; None: those of the system."""
    certificate: str | None = None
    certificate_key: str | None = None
    proxy: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of either httpx client; nothing is taken from the environment."""
        context = ssl.create_default_context(cafile=self.authority)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.certificate_key)
        return {
            "verify": context,
            "proxy": self.proxy,
            "trust_env": False,
            "follow_redirects": False,
            "timeout": httpx.Timeout(self.answer_timeout, connect=self.connect_timeout),
            "headers": {"accept-encoding": "identity", "user-agent": "lienthong-agency/1"},
        }


def send(client: httpx.Client, step: Send) -> Reply | Lost:
    """Send one request and return the whole answer as it arrived, or that it was lost."""
    try:
        with client.stream(
            step.method, step.url, headers=step.headers, content=step.body or None
        ) as response:
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    return _TOO_LARGE
            return _reply(response, bytes(body))
    except httpx.TransportError as error:
        return _lost(error)


async def send_async(client: httpx.AsyncClient, step: Send) -> Reply | Lost:
    """Do what `send` does, without blocking."""
    try:
        async with client.stream(
            step.method, step.url, headers=step.headers, content=step.body or None
        ) as response:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    return _TOO_LARGE
            return _reply(response, bytes(body))
    except httpx.TransportError as error:
        return _lost(error)


def fetch_open(hub: str, path: str, transport: Transport) -> bytes:
    """Return what stands open to everybody at a path of a hub; raises OpenRequestError."""
    with httpx.Client(**transport.arguments()) as client:
        return opened(path, send(client, Send("GET", hub + path, [], b"")))


_TOO_LARGE: Final = Lost(f"an answer of more than {LARGEST_ANSWER} bytes")


def _reply(response: httpx.Response, body: bytes) -> Reply:
    """Return a response as it arrived: an encoded body stays encoded, its digest will tell."""
    headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
    return Reply(response.status_code, headers, body)


def _lost(error: httpx.TransportError) -> Lost:
    return Lost(type(error).__name__)


def opened(path: str, reply: Reply | Lost) -> bytes:
    """Return the body of an open answer; raises OpenRequestError for everything but status 200."""
    if isinstance(reply, Lost):
        raise OpenRequestError(f"{path}: {reply.reason}")
    if reply.status != 200:
        wait = next((value for name, value in reply.headers if name == "retry-after"), "")
        seconds = int(wait) if wait.isascii() and wait.isdecimal() and len(wait) < 6 else None
        raise OpenRequestError(f"{path}: status {reply.status}", status=reply.status, retry_after=seconds)
    return reply.body
