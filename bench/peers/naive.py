"""The peer most people would write: FastAPI, SQLAlchemy's ORM, one transaction and one commit per request.

It gives the same guarantees by the same rules: it borrows the signing profile, decide and judge, the record's
bytes and ledger.append, and so is flattered; what it does not have are the two queues, the column mask and
the hand-written path between them.
"""

import os
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from fastapi import FastAPI, Request, Response
from sqlalchemy import BigInteger, Integer, LargeBinary, SmallInteger, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lienthong.config import read_configuration
from lienthong.core.decision import decide
from lienthong.core.evidence import Evidence
from lienthong.core.fields import PERSON_COLUMNS
from lienthong.core.judgement import judge, label_of
from lienthong.core.request import Service
from lienthong.db import Role, connect, locate
from lienthong.exchange.grants import GrantBook
from lienthong.gateway.asking import read_question
from lienthong.gateway.composing import Call, Composer, Verdict, encode
from lienthong.gateway.hub import grant_signers
from lienthong.gateway.identify import Unknown, identify
from lienthong.gateway.limits import Buckets
from lienthong.gateway.messages import JSON, Message
from lienthong.gateway.usage import UsageBook
from lienthong.ledger.append import _QUERIES as APPEND
from lienthong.ledger.append import _arguments
from lienthong.ledger.custody import SaltKeys, TagKeys, public_keys, response_key
from lienthong_protocol.record import Kind
from lienthong_protocol.refusals import Refuse
from lienthong_protocol.response_signing import ResponseSigner


class Base(DeclarativeBase):
    pass


class Person(Base):
    """The scalar columns of a person, as an ORM would map them."""

    __tablename__ = "person"
    __table_args__: ClassVar = {"schema": "register"}
    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    person_key: Mapped[bytes] = mapped_column(LargeBinary)
    full_name: Mapped[str] = mapped_column(String)
    surname: Mapped[str | None] = mapped_column(String)
    middle_name: Mapped[str | None] = mapped_column(String)
    given_name: Mapped[str | None] = mapped_column(String)
    number: Mapped[str] = mapped_column(String)
    old_number: Mapped[str | None] = mapped_column(String)
    birth_date: Mapped[int | None] = mapped_column(Integer)
    sex: Mapped[int | None] = mapped_column(SmallInteger)
    ethnicity: Mapped[str | None] = mapped_column(String)
    religion: Mapped[str | None] = mapped_column(String)
    blood_group: Mapped[str | None] = mapped_column(String)
    marital_status: Mapped[int | None] = mapped_column(SmallInteger)
    death_kind: Mapped[int] = mapped_column(SmallInteger)
    phone: Mapped[str | None] = mapped_column(String)
    email: Mapped[str | None] = mapped_column(String)
    examination: Mapped[int] = mapped_column(BigInteger)


state: dict[str, object] = {}


@asynccontextmanager
async def lifespan(_: FastAPI):
    configuration = read_configuration(Path(os.environ["LIENTHONG_CONFIG"]))
    database = locate(data=configuration.database.data)

    def engine(role: Role):
        async def creator():
            return await connect(database, role)

        return create_async_engine(
            "postgresql+asyncpg://", async_creator=creator, pool_size=10, max_overflow=0
        )

    keys = configuration.keys
    grants = GrantBook(grant_signers(public_keys(keys)), configuration.environment)
    connection = await connect(database, Role.GATEWAY)
    await grants.refresh(connection)
    await connection.close()
    state.update(
        configuration=configuration,
        grants=grants,
        people=async_sessionmaker(engine(Role.INTAKE)),
        log=async_sessionmaker(engine(Role.GATEWAY)),
        composer=Composer(
            salts=SaltKeys(keys), tags=TagKeys(keys), signer=ResponseSigner(response_key(keys))
        ),
        failures=Buckets(rate=1, burst=30),
        usage=UsageBook(None),
    )
    yield


application = FastAPI(lifespan=lifespan)


@application.get("/readyz")
async def ready() -> str:
    return "ready"


@application.post("/v1/lookup")
async def lookup(request: Request) -> Response:
    started = time.time_ns() // 1_000
    configuration, grants, composer = state["configuration"], state["grants"], state["composer"]
    message = Message(
        request.method,
        request.url.path,
        request.url.query,
        [(name.decode(), value.decode()) for name, value in request.headers.raw],
        await request.body(),
        "127.0.0.1",
    )
    caller = identify(
        grants, message, origin=configuration.gateway.public_origin, now=started, failures=state["failures"]
    )
    assert not isinstance(caller, Unknown), caller.refusal
    question = read_question(Service.LOOKUP, caller.signature, message.body, configuration.environment)
    assert not isinstance(question, Refuse), question
    grant = grants.of(caller.system)
    usage = state["usage"].of(grant.system_id, started)
    plan = decide(grant, question.request, started, usage)
    assert not isinstance(plan, Refuse), plan
    claim = question.request.claim
    async with state["people"]() as session:
        evidence = await _evidence(session, claim.number)
    subject = composer.tag(
        started,
        label_of(evidence),
        person_key=b"" if evidence is None else evidence.person_key,
        number=claim.number,
    )
    judged = judge(plan, claim, evidence, started, usage, subject=subject)
    assert not isinstance(judged.result, Refuse), judged.result
    verdict = Verdict(
        status=200,
        content_type=JSON,
        body=encode({"values": judged.result.values, "flags": judged.result.flags}),
        lines=judged.lines,
        persons=judged.persons,
        fields=plan.asked,
        tags=(subject,),
    )
    call = Call(caller, Kind.LOOKUP, message.target, started)
    now = time.time_ns() // 1_000
    composed = composer.compose(call, grant, verdict, now=now, grant_version=grants.version)
    async with state["log"]() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            APPEND.sql("append"), tuple(_arguments([composed.entry], grants.version))
        )
        _, indexes, _ = found.one()
        await session.commit()
    answer = composer.respond(caller, composed, index=indexes[0], now=time.time_ns() // 1_000)
    return Response(answer.body, answer.status, dict(answer.headers))


async def _evidence(session: AsyncSession, number: str) -> Evidence | None:
    person = (await session.execute(select(Person).where(Person.number == number))).scalar_one_or_none()
    if person is None:
        return None
    return Evidence(
        person_id=person.person_id,
        person_key=person.person_key,
        current_number=person.number,
        name=person.full_name,
        birth_date=person.birth_date or 0,
        death_kind=person.death_kind,
        province="",
        protection=0,
        examination=person.examination,
        candidates=1,
        values=[getattr(person, column, None) for column in PERSON_COLUMNS],
    )
