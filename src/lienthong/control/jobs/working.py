"""The jobs process: one worker for what acts enqueued, one thread for each duty, until told to stop."""

import asyncio
import logging
import signal
import threading
import time
from typing import Final

from asgiref.sync import async_to_sync
from django.db import close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from lienthong.control.jobs.registry import DUTIES, Duty, duty

_log: Final = logging.getLogger("lienthong.jobs")
_PAUSE: Final = 3.0
"""Seconds before a worker that lost the database is started again."""
_HEARTBEAT: Final = 5.0
_STALLED: Final = 20.0
"""Seconds without a heartbeat after which a worker counts as killed, and what it was doing is done again."""
_AT_ONCE: Final = 4
_GRACE: Final = 20.0


def work() -> None:
    """Do jobs and duties until SIGTERM or SIGINT; what is under way is finished first."""
    stop = threading.Event()
    threads = [threading.Thread(target=_come_round, args=(each, stop)) for each in DUTIES.values()]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_until_stopped())
    finally:
        stop.set()
        for thread in threads:
            thread.join(_GRACE)


@duty("jobs.stalled", every=_STALLED)
def take_up_stalled() -> None:
    """Enqueue again what a killed worker was doing. Survives: kill -9 of this process or another one."""
    manager = app.job_manager
    for stalled in async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=_STALLED):
        _log.warning("job %s was under way in a worker that is gone: it is done again", stalled.id)
        async_to_sync(manager.retry_job)(stalled)


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stopping = asyncio.create_task(stopped.wait())
    while not stopped.is_set():
        working = asyncio.create_task(_worker())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.is_set():
            working.cancel()
        try:
            await working
        except asyncio.CancelledError:
            return
        except (ConnectorException, OSError) as error:
            _log.error("the database does not answer: %s", error)
        await asyncio.wait({stopping}, timeout=_PAUSE)


async def _worker() -> None:
    """Take jobs as they come. Its connections are its own: jobs and duties keep Django's, act and all."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    own = DjangoApp(connector=connector.get_worker_connector())
    own.tasks |= app.tasks
    async with own.open_async():
        await own.run_worker_async(
            concurrency=_AT_ONCE,
            install_signal_handlers=False,
            delete_jobs="successful",
            update_heartbeat_interval=_HEARTBEAT,
            stalled_worker_timeout=_STALLED,
            shutdown_graceful_timeout=_GRACE,
        )


def _come_round(each: Duty, stop: threading.Event) -> None:
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        try:
            close_old_connections()
            each.act()
        except Exception:  # noqa: BLE001 - this loop must survive: what failed now is done the next time round
            _log.exception("the duty %s failed", each.name)
        finally:
            close_old_connections()
        due = time.monotonic() + each.every
