"""A log with an opening, entries, cosigned checkpoints and a tail, to be looked at or tampered with."""

import random
import time
from dataclasses import dataclass
from pathlib import Path

from lienthong.db import Database, Role, connect
from lienthong.ledger.cosigning import Panel
from lienthong.ledger.custody import log_signer
from lienthong.ledger.notary import Notary
from lienthong.ledger.notary_loop import open_log
from lienthong.ledger.signed_memory import Memory
from lienthong_protocol.notes import NoteSigner, SignatureType
from lienthong_protocol.policy import Policy

from .log_writer import write

W1 = NoteSigner("w1.example", SignatureType.COSIGNATURE, bytes([5]) * 32)


@dataclass(frozen=True)
class WrittenLog:
    """A log with an opening, entries, checkpoints cosigned by W1, and a tail no checkpoint covers yet."""

    database: Database
    signer: NoteSigner
    policy: Policy
    records: tuple[tuple[int, int], ...]
    """Index and number of lines of each record under the newest checkpoint."""
    sizes: tuple[int, ...]
    leaves: tuple[bytes, ...]

    def places(self, seed: int) -> dict[str, int]:
        chance = random.Random(seed)
        signed = [record for record in self.records if record[0] + record[1] < self.sizes[0]]
        return {
            "r": chance.choice([index for index, lines in signed if lines >= 2]),
            "s": chance.choice([index for index, lines in signed if lines == 0 and index > 0]),
            "o": self.sizes[0],
            "n": self.sizes[-1],
            "h": len(self.leaves),
        }


async def write_log(database: Database, keys: Path) -> WrittenLog:
    signer = log_signer(keys)
    gateway, notarial = await connect(database, Role.GATEWAY), await connect(database, Role.NOTARY)
    notary = Notary(
        notarial, signer=signer, memory=Memory(keys / "log"), witnesses=Panel((), warn=lambda _: None)
    )
    notary._cosign = cosigned_by_w1  # type: ignore[method-assign,assignment]
    await notary.start()
    await open_log(notarial, signer=signer, now=time.time_ns() // 1_000)
    sizes = []
    for first, count in ((0, 70), (70, 90), (160, 40)):
        await write(gateway, count, first=first)
        signed = await notary.publish_head(heartbeat=True)
        assert signed is not None
        sizes.append(signed.checkpoint.size)
    await write(gateway, 7, first=200)
    rows = await notarial.fetch("SELECT hash FROM ledger.leaf ORDER BY index")
    superuser = await connect(database, Role.ADMINISTRATOR)
    records = await superuser.fetch("SELECT index, lines FROM exchange.record ORDER BY index")
    newest = await superuser.fetchval("SELECT note FROM ledger.checkpoint ORDER BY size DESC LIMIT 1")
    for connection in (gateway, notarial, superuser):
        await connection.close()
    policy = Policy((signer.verifier,), (W1.verifier,), quorum=1, seen=newest)
    return WrittenLog(
        database,
        signer,
        policy,
        tuple((row[0], row[1]) for row in records),
        tuple(sizes),
        tuple(row[0] for row in rows),
    )


async def cosigned_by_w1(signed: object) -> tuple[object, ...]:
    return (W1.cosign(signed.note.text, time=1_795_000_000),)  # type: ignore[attr-defined]
