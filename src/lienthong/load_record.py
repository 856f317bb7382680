"""The log's word that a population was loaded: an act of sharing, stated like every other. Law: R6.1."""

import time

from lienthong.config import Configuration
from lienthong.db import Database, Role, connect
from lienthong.ledger.append import Entry, append
from lienthong.register.loader import LoadReport
from lienthong_protocol.record import Act, Kind, Proof, Record, encode_record


async def record_load(configuration: Configuration, database: Database, report: LoadReport) -> None:
    """Append the record of a load: how many persons, from which manifest. Law: R6.1."""
    record = Record(
        act=Act.SHARE,
        kind=Kind.EVENT,
        at=time.time_ns() // 1_000,
        agency=configuration.log_origin,
        system="population-load",
        key="",
        proof=Proof.NONE,
        profile="",
        channel="",
        lines=0,
        code="",
        duration=0,
        count=report.loaded,
        note=f"manifest sha-256 {report.manifest_sha256}",
    )
    connection = await connect(database, Role.INTAKE, application="lienthong population")
    try:
        await append(connection, [Entry(record, encode_record(record))], grant_version=None)
    finally:
        await connection.close()
