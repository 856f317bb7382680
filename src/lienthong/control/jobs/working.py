"""The jobs process: one worker for what acts enqueued, one thread for each duty, until told to stop."""

import asyncio
import faulthandler
import logging
import signal
import threading
import time
from typing import Any, Final, Literal

from asgiref.sync import async_to_sync
from django.db import close_old_connections
from procrastinate.contrib.django import DjangoApp, app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from lienthong.control.jobs.registry import DUTIES, Duty, duty

_log: Final = logging.getLogger("lienthong.jobs")
_PAUSE: Final = 3.0
"""Seconds before a worker that lost the database is started again."""
_HEARTBEAT: Final = 5.0
_STALLED: Final = 20.0
"""Seconds without a heartbeat after which a worker counts as killed, and what it was doing is done again."""
_AT_ONCE: Final = 4
_GRACE: Final = 20.0
"""Seconds a job under way has to end in once this process was told to stop."""
GIVEN_UP: Final = 30.0
"""Seconds after which it ends whatever is under way."""


def work() -> None:
    """Do jobs and duties until SIGTERM or SIGINT; what is under way is finished first, or given up.

    What does not end within the grace is written to the log with its stacks, and this process ends all the
    same: jobs and duties survive a kill at any moment, so that an end never needs one from outside.
    """
    stop = threading.Event()
    threads = [threading.Thread(target=_come_round, args=(each, stop)) for each in DUTIES.values()]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_until_stopped(stop))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        faulthandler.cancel_dump_traceback_later()


@duty("jobs.stalled", every=_STALLED)
def take_up_stalled() -> None:
    """Enqueue again what a killed worker was doing. Survives: kill -9 of this process or another one."""
    manager = app.job_manager
    for stalled in async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=_STALLED):
        _log.warning("job %s was under way in a worker that is gone: it is done again", stalled.id)
        async_to_sync(manager.retry_job)(stalled)


async def _until_stopped(stop: threading.Event) -> None:
    stopped = asyncio.Event()

    def stop_all() -> None:
        faulthandler.dump_traceback_later(GIVEN_UP, exit=True)
        stop.set()
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop_all)
    stopping = asyncio.create_task(stopped.wait())
    while not stopped.is_set():
        try:
            await _worker(stopping)
        except (ConnectorException, OSError) as error:
            _log.error("the database does not answer: %s", error)
            await asyncio.wait({stopping}, timeout=_PAUSE)


async def _worker(stopping: "asyncio.Task[Literal[True]]") -> None:
    """Take jobs as they come. Its connections are its own: jobs and duties keep Django's, act and all.

    Once it runs it is asked to stop, not cancelled: on Python 3.11 a cancellation is lost when it meets the
    end of what a pool of connections waits for, and the worker would go on for ever.
    """
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    own = DjangoApp(connector=connector.get_worker_connector())
    own.tasks |= app.tasks
    worker = Worker(
        own,
        concurrency=_AT_ONCE,
        install_signal_handlers=False,
        delete_jobs="successful",
        update_heartbeat_interval=_HEARTBEAT,
        stalled_worker_timeout=_STALLED,
        shutdown_graceful_timeout=_GRACE,
    )
    try:
        opening = asyncio.ensure_future(own.open_async())
        if not await _done_before(stopping, opening):
            opening.cancel()
            await asyncio.wait({opening})
            return
        await opening
        working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
        if not await _done_before(stopping, working):
            worker.stop()  # type: ignore[no-untyped-call]
        await working
    finally:
        await own.close_async()


async def _done_before(stopping: "asyncio.Task[Literal[True]]", task: "asyncio.Future[Any]") -> bool:
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    return not stopping.done()


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
