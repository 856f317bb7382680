"""What the guarded path is compared with: the same HTTP server doing less and less of the work.

`static` answers a constant. `bare` reads seven columns of one person by one prepared SELECT on a dedicated
connection. `coalesced` reads them through the same queue as the gateway. None checks, records or signs.
"""

import asyncio
import os
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec

from lienthong.config import read_configuration
from lienthong.db import Role, connect, locate
from lienthong.gateway.coalescing import Coalescer

if TYPE_CHECKING:
    from granian.rsgi import HTTPProtocol, Scope

QUERY_ONE = """
  SELECT full_name, birth_date, sex, ethnicity, blood_group, marital_status, number
  FROM register.person WHERE number = $1
"""
QUERY_MANY = """
  SELECT asked.position, full_name, birth_date, sex, ethnicity, blood_group, marital_status, person.number
  FROM unnest($1::text[]) WITH ORDINALITY AS asked (number, position)
  JOIN register.person ON person.number = asked.number
"""
CONNECTIONS = 4
JSON = [("content-type", "application/json")]


class Question(msgspec.Struct):
    number: str
    full_name: str
    birth_date: str
    fields: tuple[str, ...]


class Floor:
    """One worker of a floor; `FLOOR` names which."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.decoder = msgspec.json.Decoder(Question)
        self.free: deque[Any] = deque()
        self.waiting: deque[asyncio.Future[Any]] = deque()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.kind != "static":
            loop.run_until_complete(self.open())

    async def open(self) -> None:
        settings = read_configuration_of_environment()
        database = locate(data=settings.data)
        for _ in range(CONNECTIONS):
            connection = await connect(database, Role.INTAKE)
            statement = await connection.prepare(QUERY_ONE if self.kind == "bare" else QUERY_MANY)
            self.free.append(statement)
        self.queue = Coalescer[str, Any](self.read, most=256, limit=10_000)

    async def read(self, numbers: list[str]) -> Sequence[Any]:
        rows = await self.free[0].fetch(numbers)
        found: list[Any] = [None] * len(numbers)
        for row in rows:
            found[row[0] - 1] = row
        return found

    async def one(self, number: str) -> Any:
        while not self.free:
            turn = asyncio.get_running_loop().create_future()
            self.waiting.append(turn)
            await turn
        statement = self.free.popleft()
        try:
            return await statement.fetchrow(number)
        finally:
            self.free.append(statement)
            if self.waiting:
                self.waiting.popleft().set_result(None)

    async def __rsgi__(self, scope: "Scope", protocol: "HTTPProtocol") -> None:
        if scope.path == "/readyz":
            protocol.response_bytes(200, [], b"ready\n")
            return
        body = await protocol()
        if self.kind == "static":
            protocol.response_bytes(200, JSON, b'{"values":{}}')
            return
        question = self.decoder.decode(body)
        row = await (self.one(question.number) if self.kind == "bare" else self.queue.submit(question.number))
        values = list(row.values())[-7:] if row is not None else []
        protocol.response_bytes(200, JSON, msgspec.json.encode({"values": values}))


def read_configuration_of_environment() -> Any:
    from pathlib import Path

    return read_configuration(Path(os.environ["LIENTHONG_CONFIG"])).database


application = Floor(os.environ.get("FLOOR", "static"))
_ = asyncpg
