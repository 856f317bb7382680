"""A notary in a process of its own that kills itself with SIGKILL after a given step; for test_notary.py.

Arguments: socket folder, port, database, password folder, key folder, step, witness endpoints.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from lienthong.db import Database, Role, connect
from lienthong.ledger.cosigning import Panel, parse_endpoint
from lienthong.ledger.custody import log_signer
from lienthong.ledger.notary import Notary, Step
from lienthong.ledger.signed_memory import Memory


async def main(
    host: str, port: str, name: str, passwords: str, keys: str, step: str, *witnesses: str
) -> None:
    def die(reached: Step) -> None:
        if reached == int(step):
            os.kill(os.getpid(), signal.SIGKILL)

    database = Database(host=host, port=int(port), name=name, passwords=Path(passwords))
    connection = await connect(database, Role.NOTARY)
    memory = Memory(Path(keys) / "log")
    with memory.held():
        notary = Notary(
            connection,
            signer=log_signer(Path(keys)),
            memory=memory,
            witnesses=Panel([parse_endpoint(text) for text in witnesses], warn=print),
            after_step=die,
        )
        await notary.start()
        while await notary.publish_head() is not None:
            pass
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
