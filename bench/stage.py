"""What every figure is measured on: one embedded database, a synthetic population, twenty systems."""

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from lienthong.core.dates import PartialDate
from lienthong.core.grant_document import (
    GrantDocument,
    OfficerEntry,
    Participant,
    ParticipantKind,
    PublicKey,
    Quotas,
    Rate,
    encode_document,
)
from lienthong.core.request import Service
from lienthong.db import Database, EmbeddedServer, Role, connect
from lienthong.db.migrate import migrate
from lienthong.ledger.custody import ensure, grant_key
from lienthong.ledger.grants import publish_grants
from lienthong.register.loader import load_population
from lienthong.register.population import PopulationPlan, generate
from lienthong_protocol.keys import Algorithm, SigningKey
from lienthong_protocol.keys import generate as generate_key
from lienthong_protocol.signing import sign_request
from tests.core import granting

ORIGIN = "lienthong.example/bench"
SYSTEMS = 20
_FIELD_SETS = (
    "full_name birth_date sex permanent_residence blood_group ethnicity number",
    "full_name birth_date sex number old_number",
    "full_name birth_date permanent_residence province_of_permanent_residence phone",
    "surname middle_name given_name birth_date number sex marital_status is_married",
    "full_name age birth_date is_adult",
    "full_name native_place birth_date ethnicity religion",
    "full_name birth_date current_residence province_of_residence number",
    "number full_name birth_registration_place birth_date sex",
    "full_name birth_date sex blood_group phone email number",
    "full_name number death_kind death_date is_alive birth_date",
    "full_name number residence_file_number household_relation permanent_residence",
    "full_name birth_year birth_date sex ethnicity",
    "full_name number marital_status is_married birth_date sex",
    "full_name permanent_residence permanent_residence_from number birth_date",
    "full_name birth_place birth_date number sex ethnicity",
    "number old_number full_name birth_date phone",
    "full_name birth_date sex temporary_residence current_residence number",
    "full_name sex number birth_date native_place",
    "full_name birth_date number father_name mother_name",
    "full_name birth_date number household_head_name spouse_name marital_status",
)


@dataclass(frozen=True)
class Person:
    """Who is asked for."""

    number: str
    full_name: str
    birth_date: str


@dataclass(frozen=True)
class Caller:
    """One of the twenty systems: its key and the fields it asks for."""

    system: str
    key: SigningKey
    fields: tuple[str, ...]


@dataclass
class Stage:
    """A database with people and grants, and the folder everything lies in."""

    folder: Path
    server: EmbeddedServer
    database: Database
    persons: int
    callers: tuple[Caller, ...]
    port: int = 8490

    @property
    def origin(self) -> str:
        """The public origin of the gateway."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def configuration(self) -> Path:
        """The deployment's TOML file."""
        return self.folder / "lienthong.toml"


@contextmanager
def staged(folder: Path, persons: int, *, say=print) -> Iterator[Stage]:
    """Give a stage with so many persons; a folder staged before is taken up again."""
    server = EmbeddedServer(folder / "database")
    server.start()
    try:
        database = server.database("lienthong")
        migrate(database)
        population = folder / "population"
        import asyncio

        if not (population / "manifest.json").exists():
            started = time.monotonic()
            generate(PopulationPlan(persons=persons, seed=7), population)
            generated = time.monotonic() - started
            asyncio.run(load_population(database, population))
            loaded = time.monotonic() - started - generated
            say(f"population of {persons:,}: generated in {generated:.1f} s, loaded in {loaded:.1f} s")
        ensure(folder / "keys", origin=ORIGIN, now=time.time_ns() // 1_000)
        callers = tuple(
            Caller(f"bench-{n:02}", generate_key(Algorithm.ED25519, bytes([n]) * 32), tuple(fields.split()))
            for n, fields in enumerate(_FIELD_SETS)
        )
        stage = Stage(folder, server, database, persons, callers)
        asyncio.run(_publish(stage))
        _write_configuration(stage)
        yield stage
    finally:
        server.stop()


async def _publish(stage: Stage) -> None:
    connection = await connect(stage.database, Role.NOTARY)
    try:
        held = await connection.fetchval("SELECT count(*) FROM exchange.grant")
        if not held:
            documents = [encode_document(_document(caller)) for caller in stage.callers]
            await publish_grants(
                connection, documents, grant_key(stage.folder / "keys"), now=time.time_ns() // 1_000
            )
    finally:
        await connection.close()


def _document(caller: Caller) -> GrantDocument:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = today - timedelta(days=30), today + timedelta(days=300)
    key = granting.key_entry(jwk=PublicKey(**caller.key.jwk), valid_from=start, valid_until=end)
    right = granting.right(
        purpose="bench",
        services=(Service.LOOKUP, Service.LOOKUP_BATCH),
        fields=caller.fields + _missing_sources(caller.fields),
        related=any(name.startswith(("father", "household_head")) for name in caller.fields),
        batch_items=1_000,
        quotas=Quotas(persons=1_000_000_000, calls=1_000_000_000),
    )
    base = granting.document(
        participant=Participant(
            id=caller.system.upper(), name=caller.system, kind=ParticipantKind.STATE_BODY
        ),
        keys=(key,),
        officers=(OfficerEntry(id="officer-1", unit="desk", role="desk", valid_from=start),),
        purposes=(granting.purpose(code="bench", case_pattern="CASE-*"),),
        rights=(right,),
    )
    rate = Rate(per_second=100_000, burst=100_000)
    return msgspec.structs.replace(
        base, system=msgspec.structs.replace(base.system, id=caller.system, rate=rate)
    )


def _missing_sources(names: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that derived ones are computed from and that are not asked for."""
    from lienthong.core.fields import bits_of_names, names_in, source_bits

    return tuple(name for name in names_in(source_bits(bits_of_names(names))) if name not in names)


def _write_configuration(stage: Stage) -> None:
    stage.configuration.write_text(
        f'environment = "demo"\nlog_origin = "{ORIGIN}"\nkeys = "keys"\n[database]\ndata = "database"\n'
        f'[gateway]\nport = {stage.port}\npublic_origin = "{stage.origin}"\nworkers = 2\n'
        "open_requests_per_minute = 100000\n"
    )


async def people(stage: Stage, count: int) -> list[Person]:
    """Return so many ordinary persons, the same ones every time, spread over the whole register."""
    connection = await connect(stage.database, Role.INTAKE)
    step = max(1, stage.persons // (count + count // 10))
    rows = await connection.fetch(
        "SELECT number, full_name, birth_date FROM register.person "
        "WHERE person_id % $1 = 0 AND NOT is_protected AND birth_date > 0 LIMIT $2",
        step,
        count,
    )
    await connection.close()
    return [Person(number, name, PartialDate(birth).iso) for number, name, birth in rows]


def signed_lookup(stage: Stage, caller: Caller, person: Person, *, created: int) -> bytes:
    """Return the bytes of one signed HTTP request."""
    body = msgspec.json.encode(
        {
            "number": person.number,
            "full_name": person.full_name,
            "birth_date": person.birth_date,
            "fields": caller.fields,
        }
    )
    return signed(stage, caller, "/v1/lookup", body, created=created)


def signed(stage: Stage, caller: Caller, target: str, body: bytes, *, created: int) -> bytes:
    """Return the bytes of one signed POST."""
    headers = sign_request(
        method="POST",
        target_uri=stage.origin + target,
        headers=[
            ("content-type", "application/json"),
            ("lt-request-id", secrets.token_hex(8)),
            ("lt-purpose", "bench"),
            ("lt-officer", "officer-1"),
            ("lt-case", "CASE-1"),
        ],
        body=body,
        key=caller.key,
        created=created,
        nonce=secrets.token_urlsafe(16),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    start = f"POST {target} HTTP/1.1\r\nhost: 127.0.0.1:{stage.port}\r\n"
    return f"{start}{head}content-length: {len(body)}\r\n\r\n".encode() + body


@contextmanager
def served(
    stage: Stage, command: Sequence[str], *, ready: str, environment: dict[str, str] | None = None
) -> Iterator[int]:
    """Run a server on the stage's port while the block runs; give its process id."""
    log = (stage.folder / "server.log").open("ab")
    process = subprocess.Popen(
        list(command),
        stdout=log,
        stderr=log,
        start_new_session=True,
        env=os.environ | {"LIENTHONG_CONFIG": str(stage.configuration)} | (environment or {}),
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                request = urllib.request.Request(stage.origin + ready, data=None)
                with urllib.request.urlopen(request, timeout=2) as answer:
                    if answer.status == 200:
                        break
            except OSError:
                pass
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command} did not start: see {log.name}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


GATEWAY = (sys.executable, "-m", "lienthong", "gateway")
