"""Jobs of connection requests: enqueued by the act that wants them, done by a worker, again after a kill."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

_AGAIN: Final = RetryStrategy(max_attempts=20, exponential_wait=2)
"""Soon at first, then ever later, for some days: what keeps a track from starting is mended by people."""


class NotDoneError(Exception):
    """A job could not be done now; why stands where people see it, and the job comes again."""


@app.task(name="connections.provide_documents", queue="tracks", retry=_AGAIN)
def provide_documents(request: int) -> None:
    """Make the technical documents of a request; raises NotDoneError so that a failure comes again."""
    from lienthong.control.connections.tracks import provide
    from lienthong.core.track_states import DocumentsState

    with _connection_of_this_job():
        if provide(request) is DocumentsState.FAILED:
            raise NotDoneError(f"the documents of request {request} could not be made; its track says why")


@app.task(name="connections.send_notice", queue="mail", retry=_AGAIN)
def send_notice(message: int) -> None:
    """Send a message of a thread to its body by e-mail; what the mail server says makes it come again."""
    from lienthong.control.connections.telling import send

    with _connection_of_this_job():
        send(message)


@contextmanager
def _connection_of_this_job() -> Iterator[None]:
    """Leave no connection behind in the worker's thread, which may never be used again."""
    try:
        yield
    finally:
        connection.close()
