"""The log's word that a population was loaded: an act of sharing, stated like every other. Law: R6.1."""

import time

from lienthong.config import Configuration
from lienthong.db import Database, Role, connect
from lienthong.ledger.own_record import append_own
from lienthong.register.loader import LoadReport
from lienthong_protocol.record import Act, Kind


async def record_load(configuration: Configuration, database: Database, report: LoadReport) -> None:
    """Append the record of a load: how many persons, from which manifest. Law: R6.1."""
    connection = await connect(database, Role.INTAKE, application="lienthong population")
    try:
        await append_own(
            connection,
            act=Act.SHARE,
            kind=Kind.EVENT,
            at=time.time_ns() // 1_000,
            agency=configuration.log_origin,
            system="population-load",
            note=f"manifest sha-256 {report.manifest_sha256}",
            count=report.loaded,
        )
    finally:
        await connection.close()
