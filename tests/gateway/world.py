"""A small world for gateway tests: a few persons, some systems with their grants, a hub over real HTTP."""

import asyncio
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from lienthong.core.fields import BY_NAME
from lienthong.core.grant_document import (
    GrantDocument,
    KeyEntry,
    MissBudget,
    Participant,
    ParticipantKind,
    PublicKey,
    Quotas,
    Rate,
    encode_document,
)
from lienthong.core.purpose import PurposeGround
from lienthong.core.request import Service
from lienthong.db import Database, Role, connect, connect_blocking
from lienthong.ledger.append import KIND_NUMBERS
from lienthong.ledger.cosigning import Panel
from lienthong.ledger.custody import ensure, grant_key, log_signer, response_key
from lienthong.ledger.grants import publish_grants
from lienthong.ledger.notary import Notary
from lienthong.ledger.signed_memory import Memory
from lienthong_protocol.keys import Algorithm, Ed25519SigningKey, P256SigningKey, generate
from lienthong_protocol.receipt import Receipt, parse_receipt
from lienthong_protocol.record import Kind
from lienthong_protocol.response_signing import ResponseFault, ResponseKey, verify_response
from lienthong_protocol.signing import read_request, sign_request
from tests.core import granting

ORIGIN = "lienthong.example/test"
START = datetime(2026, 1, 1, tzinfo=UTC)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
PERSON = {"number": "099190000001", "full_name": "Nguyễn Thị Hoà", "birth_date": "1990-02-15"}
OTHER = {"number": "099085000002", "full_name": "Trần Văn Bình", "birth_date": "1985"}
DEAD = {"number": "099050000003", "full_name": "Lê Thị Cúc", "birth_date": "1950-12-01"}
PROTECTED = {"number": "099170000004", "full_name": "Phạm Thị Dung", "birth_date": "1970-01-31"}
SUPERSEDED_NUMBER = "099190000009"
FIELDS = ["full_name", "birth_date", "sex", "permanent_residence"]
_ADDRESS = "(2,31,,11407,Số 1 phố Mẫu,VN)"
_PEOPLE = (
    (1, b"1" * 16, PERSON, 19900215, 2, 0, False),
    (2, b"2" * 16, OTHER, 19850000, 1, 0, False),
    (3, b"3" * 16, DEAD, 19501201, 2, 1, False),
    (4, b"4" * 16, PROTECTED, 19700131, 2, 0, True),
)
_INSERT_PERSON = """
  INSERT INTO register.person (person_id, person_key, full_name, number, birth_date, sex, death_kind,
    is_protected, permanent_residence, ethnicity, blood_group, marital_status)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::register.address, '01', '03', 2)
"""


_WHOLE_LOG = """
  SELECT index, body FROM exchange.record UNION ALL SELECT index, body FROM exchange.line ORDER BY index
"""


@asynccontextmanager
async def connected(database: Database, role: Role) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database, role)
    try:
        yield connection
    finally:
        await connection.close()


async def _insert_people(connection: asyncpg.Connection) -> None:
    for number, key, person, birth, sex, death, protected in _PEOPLE:
        name, digits = person["full_name"], person["number"]
        await connection.execute(
            _INSERT_PERSON, number, key, name, digits, birth, sex, death, protected, _ADDRESS
        )
    await connection.execute(
        "INSERT INTO register.identifier (value, kind, person_id, status) "
        "VALUES ($1, 'number', 1, 'superseded')",
        SUPERSEDED_NUMBER,
    )
    await connection.execute(
        "INSERT INTO register.protection (person_id, kind, ground, valid_from) VALUES (4, 1, 'law', $1)",
        START,
    )
    await connection.execute(
        "INSERT INTO register.consent (id, person_id, system, purpose, fields, valid_from) "
        "VALUES ('consent-1', 1, 'bank', 'patient', $2, $1)",
        START,
        [BY_NAME["sex"].number, BY_NAME["phone"].number],
    )


def key_of(system: str, algorithm: Algorithm = Algorithm.ED25519) -> Ed25519SigningKey | P256SigningKey:
    """The key of a system, always the same one."""
    return generate(algorithm, system.encode().ljust(32, b"*")[:32])


def granted(system: str, *, revision: int = 1, key: Any = None, **changes: Any) -> GrantDocument:
    """A grant for a system with a key of its own; `right`, `purpose` change the one it has."""
    right, purpose = changes.pop("right", {}), changes.pop("purpose", {})
    base = granting.document(
        revision=revision,
        participant=Participant(id=system.upper(), name=system, kind=ParticipantKind.STATE_BODY),
        keys=(
            KeyEntry(
                jwk=PublicKey(**(key or key_of(system)).jwk),
                valid_from=TODAY - timedelta(days=1),
                valid_until=TODAY + timedelta(days=300),
            ),
        ),
        purposes=(granting.purpose(**purpose),),
        rights=(granting.right(**right),),
        misses=MissBudget(per_mille=20, at_least=20),
    )
    entry = msgspec.structs.replace(base.system, id=system, rate=Rate(per_second=5_000, burst=5_000))
    return msgspec.structs.replace(base, system=entry, **changes)


def systems() -> list[GrantDocument]:
    """The systems every world begins with."""
    plenty = Quotas(persons=1_000_000, calls=1_000_000)
    return [
        granted("hospital", right={"quotas": plenty}),
        granted("curious", right={"quotas": plenty}),
        granted("desk", right={"quotas": plenty, "explain": True}),
        granted(
            "bank",
            purpose={"ground": PurposeGround.CONSENT},
            right={
                "services": (Service.VERIFY,),
                "fields": (),
                "verify_fields": ("sex", "phone"),
            },
        ),
        granted("tax", right={"services": (Service.LOOKUP_BATCH,), "quotas": plenty, "batch_items": 1_000}),
        granted(
            "verifier", right={"services": (Service.VERIFY,), "verify_fields": ("sex", "phone"), "fields": ()}
        ),
    ]


@dataclass(frozen=True)
class Reply:
    """What came back, checked: `fault` says why a signed answer was not accepted."""

    status: int
    headers: dict[str, str]
    body: bytes
    fault: ResponseFault | None
    request_id: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json.get("code", ""))

    @property
    def receipt(self) -> Receipt:
        return parse_receipt(self.headers["lt-receipt"])


@dataclass
class World:
    """A database with people and grants, and a running gateway."""

    database: Database
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    environment: str = "demo"
    variables: dict[str, str] = field(default_factory=dict)
    origin_of_log: str = ORIGIN

    @property
    def origin(self) -> str:
        return f"{'http' if self.tls is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    async def furnish(self, documents: Sequence[GrantDocument]) -> None:
        """Put people and grants into the database, make the keys."""
        ensure(self.keys, origin=ORIGIN, now=time.time_ns() // 1_000)
        async with connected(self.database, Role.INTAKE) as connection:
            await _insert_people(connection)
        await self.publish(documents)

    async def publish(self, documents: Sequence[GrantDocument]) -> None:
        now = time.time_ns() // 1_000
        bodies = [encode_document(document) for document in documents]
        async with connected(self.database, Role.NOTARY) as connection:
            await publish_grants(connection, bodies, grant_key(self.keys), now=now)

    async def sign_head(self) -> None:
        """Sign the durable head as the notary of this log."""
        async with connected(self.database, Role.NOTARY) as connection:
            notary = Notary(
                connection,
                signer=log_signer(self.keys),
                memory=Memory(self.folder),
                witnesses=Panel((), warn=lambda _text: None),
            )
            await notary.start(adopt=True)
            await notary.publish_head(heartbeat=True)

    def grant(self, *documents: GrantDocument, awaited: bool = True) -> None:
        """Publish grants while the gateway runs; with `awaited`, return once every worker holds them."""
        asyncio.run(self.publish(documents))
        deadline = time.monotonic() + 5.0
        while awaited and self.metric("lienthong_grant_version") < self.version():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.01)

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels; 0 while it was never seen."""
        text = self.get("/metrics").body.decode()
        found = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return sum(float(value) for value in found)

    def select(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Rows, read as the superuser and so beside every privilege."""
        with connect_blocking(self.database, Role.ADMINISTRATOR) as connection:
            return connection.execute(query, arguments).fetchall()

    def execute(self, query: str, *arguments: Any) -> None:
        """Change something as the superuser, beside every privilege."""
        with connect_blocking(self.database, Role.ADMINISTRATOR) as connection:
            connection.execute(query, arguments)

    def version(self) -> int:
        return int(self.select("SELECT max(version) FROM exchange.grant")[0][0])

    def leaves(self) -> int:
        """How many leaves the log has beside summaries of refusals, which are written by the clock."""
        summary = KIND_NUMBERS[Kind.REFUSAL_SUMMARY]
        query = """
          SELECT (SELECT count(*) FROM ledger.leaf) - (SELECT count(*) FROM exchange.record WHERE kind = %s)
        """
        return int(self.select(query, summary)[0][0])

    def records_of(self, request_id: str) -> list[dict[str, Any]]:
        """Every record under a request id, decoded, in leaf order."""
        query = "SELECT index, body FROM exchange.record WHERE request_id = %s ORDER BY index"
        return [json.loads(body) | {"index": index} for index, body in self.select(query, request_id)]

    def write_configuration(self) -> Path:
        self.port = self.port or free_port()
        gateway = {"port": self.port, "public_origin": self.origin, "workers": 1} | self.settings
        lines = [
            f'environment = "{self.environment}"',
            f'log_origin = "{self.origin_of_log}"',
            f'keys = "{self.keys}"',
            "[database]",
        ]
        lines += [f'host = "{self.database.host}"', f"port = {self.database.port}"]
        lines += [f'name = "{self.database.name}"', f'passwords = "{self.database.passwords}"', "[gateway]"]
        others = {name: gateway.pop(name, {}) for name in ("disk", "clock")}
        lines += [f"{name} = {json.dumps(value)}" for name, value in gateway.items()]
        for section, values in others.items():
            lines += [f"[{section}]", *(f"{k} = {json.dumps(v)}" for k, v in values.items())]
        path = self.folder / "lienthong.toml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(self, *, within: float = 20.0, ready: bool = True) -> None:
        path = self.write_configuration()
        with (self.folder / "gateway.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lienthong", "gateway", "--config", str(path)],
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | self.variables,
            )
        wanted = 200 if ready else None
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            try:
                status = self.get("/readyz").status
            except OSError:
                status = 0
            if status == wanted or (wanted is None and status):
                return
            assert self.process.poll() is None, self.log()
            time.sleep(0.02)
        raise AssertionError(f"the gateway did not get ready: {self.log()}")

    def log(self) -> str:
        return self.whole_log()[-4_000:]

    def broke_nothing(self) -> bool:
        """Say whether no request ended in a defect: neither one that was caught nor one that was not."""
        text = self.whole_log()
        return "defect" not in text and "Traceback" not in text and "raised an exception" not in text

    def whole_log(self) -> str:
        return (self.folder / "gateway.log").read_text(errors="replace")

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
            self.process.wait(20)
        self.process = None

    def send(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        *,
        timeout: float = 20.0,
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = (
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            if self.tls is None
            else http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self.tls)
        )
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body or method == "POST":
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, [(n.lower(), v) for n, v in response.getheaders()], response.read()
        finally:
            connection.close()

    def get(self, target: str) -> Reply:
        status, headers, body = self.send("GET", target, [], b"", timeout=5.0)
        return Reply(status, dict(headers), body, None)

    def sign(
        self,
        system: str,
        target: str,
        body: bytes | None,
        *,
        created: int | None = None,
        **headers: str | None,
    ) -> list[tuple[str, str]]:
        """The headers of a signed request; `nonce`, `request_id`, `key` may be given."""
        key = headers.pop("key", None) or key_of(system)
        nonce = headers.pop("nonce", None) or secrets.token_urlsafe(18)
        given = {
            "lt-request-id": headers.pop("request_id", None) or secrets.token_hex(8),
            "lt-purpose": "patient",
            "lt-officer": "cb-01",
            "lt-case": "BN-0001",
        } | {f"lt-{name}": value for name, value in headers.items()}
        if body is not None:
            given["content-type"] = given.pop("lt-content_type", None) or "application/json"
        return sign_request(
            method="GET" if body is None else "POST",
            target_uri=self.origin + target,
            headers=[(name, value) for name, value in given.items() if value is not None],
            body=body or b"",
            key=key,
            created=int(time.time()) if created is None else created,
            nonce=nonce,
        )

    def exchange(self, target: str, headers: list[tuple[str, str]], body: bytes | None) -> Reply:
        """Send signed headers and check the answer's signature and its binding to this request."""
        method = "GET" if body is None else "POST"
        status, answer_headers, answer = self.send(method, target, headers, body or b"")
        now = int(dict(headers)["signature-input"].split("created=")[1].split(";")[0])
        request = read_request(
            method=method, target_uri=self.origin + target, headers=headers, body=body or b"", now=now
        )
        fault: ResponseFault | None = None
        key = response_key(self.keys)
        verified = verify_response(
            request=request,
            status=status,
            headers=answer_headers,
            body=answer,
            keys={key.key_id: ResponseKey(key.verifying_key, 0)},
        )
        if isinstance(verified, ResponseFault):
            fault = verified
        return Reply(status, dict(answer_headers), answer, fault, dict(headers)["lt-request-id"])

    def ask(self, system: str, target: str, value: Any, **headers: Any) -> Reply:
        """Sign and send one question: a JSON value or raw bytes; None for a GET."""
        body = value if isinstance(value, bytes | None) else json.dumps(value, ensure_ascii=False).encode()
        return self.exchange(target, self.sign(system, target, body, **headers), body)

    def lookup(
        self, system: str = "hospital", person: Any = PERSON, fields: Any = FIELDS, **headers: Any
    ) -> Reply:
        return self.ask(system, "/v1/lookup", {**person, "fields": fields}, **headers)

    async def records(self) -> list[dict[str, Any]]:
        """Every record and line of the log, decoded, in leaf order."""
        async with connected(self.database, Role.INSPECTOR) as connection:
            rows = await connection.fetch(_WHOLE_LOG)
        return [json.loads(row["body"]) | {"index": row["index"]} for row in rows]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_world(database: Database, **settings: Any) -> World:
    return World(database, Path(tempfile.mkdtemp(prefix="lienthong-world-")), settings=settings)


def close_world(world: World) -> None:
    world.stop()
    shutil.rmtree(world.folder)
