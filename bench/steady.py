"""A steady rate: requests leave on a clock, whether or not the ones before were answered (open loop)."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from bench.stage import Stage


@dataclass(frozen=True)
class Steady:
    """Latency from the moment a request was due, so that a stall is not left out; and how it was answered."""

    rate: float
    p50_ms: float
    p99_ms: float
    answered: int
    failed: int
    receipts: tuple[int, ...]
    load_share: float


class _Connection(asyncio.Protocol):
    """One HTTP/1.1 connection with one request under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[bytes] | None = None
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, separator, body = self.data.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) >= length and self.answer is not None and not self.answer.done():
            self.answer.set_result(head)
            self.data = b""

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(exc or ConnectionError("closed"))


async def steady(stage: Stage, requests: Sequence[bytes], *, rate: float, connections: int = 64) -> Steady:
    """Send the requests at `rate` a second over a pool of connections."""
    loop = asyncio.get_running_loop()
    idle: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(connections):
        _, made = await loop.create_connection(_Connection, "127.0.0.1", stage.port)
        idle.put_nowait(made)
    latencies: list[float] = []
    receipts: list[int] = []
    failed = 0

    async def one(request: bytes, due: float) -> None:
        nonlocal failed
        connection = await idle.get()
        connection.answer = loop.create_future()
        assert connection.transport is not None
        connection.transport.write(request)
        head = await connection.answer
        latencies.append(loop.time() - due)
        if head.startswith(b"HTTP/1.1 200"):
            receipts.append(int(head.split(b"lt-receipt: index=")[1].split(b",")[0]))
        else:
            failed += 1
        idle.put_nowait(connection)

    used, started = time.process_time(), loop.time()
    tasks = []
    for number, request in enumerate(requests):
        due = started + number / rate
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    elapsed = loop.time() - started
    latencies.sort()
    return Steady(
        rate=len(requests) / elapsed,
        p50_ms=latencies[len(latencies) // 2] * 1e3,
        p99_ms=latencies[len(latencies) * 99 // 100] * 1e3,
        answered=len(receipts),
        failed=failed,
        receipts=tuple(receipts),
        load_share=(time.process_time() - used) / elapsed / (os.cpu_count() or 1),
    )
